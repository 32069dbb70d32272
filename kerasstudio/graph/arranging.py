"""Automatic layout of a drawing with frames, notes and pinned cards, as a value that an edit takes
over.

Frames are laid out from the inside: what lies in one is arranged first, and the frame then counts
as one box among its neighbours, so that no stranger comes to lie in it. Notes keep their place
beside the card they are next to. Pinned cards stay, and nothing is put on them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from kerasstudio.graph.cards import flow_axis
from kerasstudio.graph.frames import (
    Rect,
    around,
    decoration_rects,
    frame_around,
    frames_of,
    has_middle,
    outer_frames,
)
from kerasstudio.graph.layout import layout
from kerasstudio.graph.project import ROOT, Graph, Node, Point, Project, Wire

_GAP = 24.0
"""Between what must not touch, scene pixels."""
_BESIDE = 240.0
"""Up to this far from a card a note belongs to it."""
_CELL = 512.0


class Arrangement(NamedTuple):
    """Corners of nodes, rectangles of frames and notes; only of what changes place or size."""

    nodes: dict[str, Point]
    decorations: dict[str, Rect]


def arrange(
    project: Project,
    graph: str,
    rects: Mapping[str, Rect],
    nodes: Collection[str] | None = None,
) -> Arrangement:
    """Lay out everything, or only `nodes`: then all others stay, and what is laid out goes near
    where it was without covering any of them. `rects` are those of all cards."""
    drawing = project.graphs[graph]
    if nodes is not None:
        return _some(project, graph, rects, set(nodes))
    found = _Arranging(project, drawing, rects).whole()
    places = {key: rect[:2] for key, rect in found.items() if key in drawing.nodes}
    placed = {key: rect for key, rect in found.items() if key not in drawing.nodes}
    return _changed(drawing, places, placed)


def _some(project: Project, graph: str, rects: Mapping[str, Rect], chosen: set[str]) -> Arrangement:
    drawing = project.graphs[graph]
    chosen = {key for key in chosen if key in drawing.nodes and not drawing.nodes[key].pinned}
    if not chosen:
        return Arrangement({}, {})
    sizes = {key: rects[key][2:] for key in chosen}
    places = layout(project, graph, sizes, chosen)
    held = frames_of(drawing, rects)
    groups: dict[str, set[str]] = {}
    for node, frame in held.items():
        groups.setdefault(frame, set()).add(node)
    inside = {key for key, members in groups.items() if members <= chosen}
    taken = [rect for key, rect in rects.items() if key not in chosen]
    taken += [
        rect
        for key, rect in decoration_rects(drawing).items()
        if key not in inside and (key in drawing.notes or groups.get(key, set()).isdisjoint(chosen))
    ]
    fresh = {key: (*at, *sizes[key]) for key, at in places.items()}
    shift = _free_shift(list(fresh.values()), taken)
    fresh = {key: _shifted(rect, shift) for key, rect in fresh.items()}
    placed = {key: frame_around(fresh[node] for node in groups[key]) for key in inside}
    return _changed(drawing, {key: rect[:2] for key, rect in fresh.items()}, placed)


class _Arranging:
    """One layout of a whole drawing, from the innermost frames outwards."""

    def __init__(self, project: Project, drawing: Graph, rects: Mapping[str, Rect]) -> None:
        self._flow, self._drawing, self._old = project.flow, drawing, rects
        self._outer = outer_frames(drawing)
        self._home: dict[str, str | None] = dict.fromkeys(drawing.nodes)
        self._home |= frames_of(drawing, rects)

    def whole(self) -> dict[str, Rect]:
        found = self._inside(None)
        return self._around_pins(found)

    def _inside(self, frame: str | None) -> dict[str, Rect]:
        """Where everything in a frame goes (None: in no frame), frames and notes in it included."""
        drawing = self._drawing
        direct = [node for node, home in self._home.items() if home == frame]
        blocks = {
            inner: self._block(inner) for inner, outside in self._outer.items() if outside == frame
        }
        corners: dict[str, Rect] = {node: self._old[node] for node in direct}
        corners |= {key: (*self._corner(key), *block[key][2:]) for key, block in blocks.items()}
        item_of = {node: node for node in direct}
        for key, block in blocks.items():
            item_of |= dict.fromkeys(block, key)
        placed: dict[str, Rect] = {}
        for key, at in self._laid_out(corners, item_of).items():
            if key in blocks:
                start = blocks[key][key]
                shift = at[0] - start[0], at[1] - start[1]
                placed |= {each: _shifted(rect, shift) for each, rect in blocks[key].items()}
            else:
                placed[key] = (*at, *self._old[key][2:])
        for note in drawing.notes.values():
            if self._note_home(note.id) == frame:
                placed[note.id] = self._beside(note.id, placed)
        return placed

    def _block(self, frame: str) -> dict[str, Rect]:
        inside = self._inside(frame)
        found = self._drawing.frames[frame]
        rect = (found.x, found.y, found.width, found.height)
        return {**inside, frame: frame_around(inside.values()) if inside else rect}

    def _laid_out(
        self, corners: Mapping[str, Rect], item_of: Mapping[str, str]
    ) -> dict[str, Point]:
        """`layout` of items, frames being one each."""
        if not corners:
            return {}
        order = {key: place for place, key in enumerate(self._drawing.nodes)}
        first: dict[str, int] = {}
        for node, item in item_of.items():
            place = order.get(node, len(order))
            first[item] = min(first.get(item, place), place)
        items = sorted(corners, key=lambda key: first.get(key, len(order)))
        wires = {}
        for number, wire in enumerate(self._drawing.wires.values()):
            source, target = item_of.get(wire.source), item_of.get(wire.target)
            if source is not None and target is not None and source != target:
                made = Wire(source, target, f"p{number}")
                wires[made.key] = made
        nodes = {key: Node(key, key, *corners[key][:2]) for key in items}
        stand_in = Project(graphs={ROOT: Graph(ROOT, nodes=nodes, wires=wires)}, flow=self._flow)
        return layout(stand_in, ROOT, {key: rect[2:] for key, rect in corners.items()})

    def _corner(self, frame: str) -> Point:
        found = self._drawing.frames[frame]
        return found.x, found.y

    # ------------------------------------------------------------------ notes

    def _note_home(self, note: str) -> str | None:
        rect = decoration_rects(self._drawing)[note]
        homes = [
            (frame.width * frame.height, key)
            for key, frame in self._drawing.frames.items()
            if has_middle((frame.x, frame.y, frame.width, frame.height), rect)
        ]
        return min(homes)[1] if homes else None

    def _beside(self, note: str, placed: Mapping[str, Rect]) -> Rect:
        """A note beside what it was next to, where it covers nothing."""
        found = self._drawing.notes[note]
        rect = (found.x, found.y, found.width, found.height)
        near = [(_gap(rect, self._old[key]), key) for key in placed if key in self._old]
        if near and min(near)[0] <= _BESIDE:
            key = min(near)[1]
            rect = _shifted(
                rect, (placed[key][0] - self._old[key][0], placed[key][1] - self._old[key][1])
            )
        others = [each for key, each in placed.items() if key not in self._drawing.frames]
        return _shifted(rect, _free_shift([rect], others))

    # ------------------------------------------------------------------ pins

    def _around_pins(self, found: dict[str, Rect]) -> dict[str, Rect]:
        pins = [key for key, node in self._drawing.nodes.items() if node.pinned]
        if not pins:
            return found
        first = pins[0]
        shift = self._old[first][0] - found[first][0], self._old[first][1] - found[first][1]
        found = {key: _shifted(rect, shift) for key, rect in found.items()}
        kept = {key: self._old[key] for key in pins}
        axis = 1 - flow_axis(self._flow)
        for key in self._drawing.nodes:
            if key not in kept:
                kept[key] = _pushed_off(found[key], [kept[pin] for pin in pins], axis)
        return {**found, **kept}


def _pushed_off(rect: Rect, others: Iterable[Rect], axis: int) -> Rect:
    """Moved along one axis until it touches none of the others."""
    for other in sorted(others, key=lambda each: each[axis]):
        if _touch(rect, other):
            at = list(rect)
            at[axis] = other[axis] + other[axis + 2] + _GAP
            rect = (at[0], at[1], at[2], at[3])
    return rect


def _free_shift(rects: list[Rect], taken: Iterable[Rect]) -> Point:
    """The shortest way up, down, left or right by which rectangles, kept together, come to cover
    none of the taken ones."""
    occupied = _Occupied(taken)
    if not any(occupied.hits(rect) for rect in rects):
        return (0.0, 0.0)
    whole = around(rects)
    ways = []
    for axis in (0, 1):
        for sign in (1, -1):
            moved = whole
            while hits := occupied.hits(moved):
                at = list(moved)
                if sign > 0:
                    at[axis] = max(rect[axis] + rect[axis + 2] for rect in hits) + _GAP + 1
                else:
                    at[axis] = min(rect[axis] for rect in hits) - moved[axis + 2] - _GAP - 1
                moved = (at[0], at[1], at[2], at[3])
            ways.append((moved[0] - whole[0], moved[1] - whole[1]))
    return min(ways, key=lambda way: abs(way[0]) + abs(way[1]))


class _Occupied:
    """Rectangles, found by place."""

    def __init__(self, rects: Iterable[Rect]) -> None:
        self._cells: dict[tuple[int, int], list[Rect]] = {}
        for rect in rects:
            for cell in self._around(rect, 0.0):
                self._cells.setdefault(cell, []).append(rect)

    def hits(self, rect: Rect) -> list[Rect]:
        """Those that a rectangle touches or comes too near to."""
        return [
            other
            for cell in self._around(rect, _GAP)
            for other in self._cells.get(cell, ())
            if _touch(rect, other)
        ]

    @staticmethod
    def _around(rect: Rect, margin: float) -> Iterable[tuple[int, int]]:
        x0, y0 = int((rect[0] - margin) // _CELL), int((rect[1] - margin) // _CELL)
        x1 = int((rect[0] + rect[2] + margin) // _CELL)
        y1 = int((rect[1] + rect[3] + margin) // _CELL)
        return ((x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1))


def _touch(one: Rect, other: Rect) -> bool:
    return (
        one[0] < other[0] + other[2] + _GAP
        and other[0] < one[0] + one[2] + _GAP
        and one[1] < other[1] + other[3] + _GAP
        and other[1] < one[1] + one[3] + _GAP
    )


def _gap(one: Rect, other: Rect) -> float:
    """How far two rectangles are apart, along the axis where that is more."""
    x = max(one[0] - other[0] - other[2], other[0] - one[0] - one[2], 0.0)
    y = max(one[1] - other[1] - other[3], other[1] - one[1] - one[3], 0.0)
    return max(x, y)


def _shifted(rect: Rect, shift: Point) -> Rect:
    return rect[0] + shift[0], rect[1] + shift[1], rect[2], rect[3]


def _changed(
    drawing: Graph, places: Mapping[str, Point], placed: Mapping[str, Rect]
) -> Arrangement:
    old = decoration_rects(drawing)
    nodes = drawing.nodes
    return Arrangement(
        {key: at for key, at in places.items() if at != (nodes[key].x, nodes[key].y)},
        {key: rect for key, rect in placed.items() if rect != old[key]},
    )
