"""Which nodes and notes a frame carries, and where a frame goes that is put around some.

A frame holds no list: what lies in it belongs to it, so that dragging a card in or out is all it
takes. Rectangles are (x, y, width, height) in scene pixels, by ids of nodes, frames and notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kerasstudio.graph.cards import card_size
from kerasstudio.graph.project import Frame, Graph, Note, Project

Rect = tuple[float, float, float, float]

FRAME_COLORS = ("blue", "green", "yellow", "orange", "red", "purple", "gray")
FRAME_PADDING = 24.0
FRAME_TITLE = 30.0
"""Height of the strip with the title, scene pixels."""
LEAST_FRAME = (96.0, 72.0)
LEAST_NOTE = (96.0, 48.0)


class Carried(NamedTuple):
    """Ids of nodes, and of frames and notes."""

    nodes: frozenset[str]
    decorations: frozenset[str]


def rect_of(item: Frame | Note) -> Rect:
    return item.x, item.y, item.width, item.height


def decoration_rects(drawing: Graph) -> dict[str, Rect]:
    """All frames and notes."""
    return {key: rect_of(each) for key, each in (drawing.frames | drawing.notes).items()}


def node_rects(project: Project, graph: str) -> dict[str, Rect]:
    """The cards, their sizes as the wires have it; the canvas, which knows all ports, knows better
    for some."""
    drawing = project.graphs[graph]
    inputs: dict[str, int] = {}
    outputs: dict[str, int] = {}
    for wire in drawing.wires.values():
        inputs[wire.target] = inputs.get(wire.target, 0) + 1
        outputs[wire.source] = max(outputs.get(wire.source, 1), wire.output + 1)
    return {
        key: (
            node.x,
            node.y,
            *card_size(inputs.get(key, 1), outputs.get(key, 1), project.flow, node.collapsed),
        )
        for key, node in drawing.nodes.items()
    }


def carried(drawing: Graph, frames: Iterable[str], nodes: Mapping[str, Rect]) -> Carried:
    """What goes where these frames go: nodes and notes whose middles lie in one, frames that lie in
    one as a whole. The frames themselves are not among it."""
    chosen = {key: rect_of(drawing.frames[key]) for key in frames if key in drawing.frames}
    areas = list(chosen.values())
    if not areas:
        return Carried(frozenset(), frozenset())
    found = {
        key for key, frame in drawing.frames.items() if any(holds(area, rect_of(frame))
        for area in areas)
    }  # fmt: skip
    found |= {
        key
        for key, note in drawing.notes.items()
        if any(has_middle(area, rect_of(note)) for area in areas)
    }
    inside = {key for key, rect in nodes.items() if any(has_middle(area, rect) for area in areas)}
    return Carried(frozenset(inside), frozenset(found - chosen.keys()))


def has_middle(area: Rect, rect: Rect) -> bool:
    """Whether the middle of a rectangle lies in an area."""
    x, y = rect[0] + rect[2] / 2, rect[1] + rect[3] / 2
    return area[0] <= x <= area[0] + area[2] and area[1] <= y <= area[1] + area[3]


def holds(area: Rect, rect: Rect) -> bool:
    """Whether a rectangle lies in an area as a whole."""
    return (
        area[0] <= rect[0]
        and area[1] <= rect[1]
        and area[0] + area[2] >= rect[0] + rect[2]
        and area[1] + area[3] >= rect[1] + rect[3]
    )


def around(rects: Iterable[Rect]) -> Rect:
    """The rectangle around several. Raises `ValueError` for none."""
    found = list(rects)
    left, top = min(rect[0] for rect in found), min(rect[1] for rect in found)
    right = max(rect[0] + rect[2] for rect in found)
    return left, top, right - left, max(rect[1] + rect[3] for rect in found) - top


def frame_around(rects: Iterable[Rect]) -> Rect:
    """A frame around rectangles, with room at the edges and for the title."""
    x, y, width, height = around(rects)
    top = FRAME_PADDING + FRAME_TITLE
    return (
        round(x - FRAME_PADDING),
        round(y - top),
        round(width + 2 * FRAME_PADDING),
        round(height + top + FRAME_PADDING),
    )


def frames_of(drawing: Graph, nodes: Mapping[str, Rect]) -> dict[str, str]:
    """Node → the smallest frame that it lies in; nodes in none are left out."""
    areas = sorted(
        ((frame.width * frame.height, key) for key, frame in drawing.frames.items()), reverse=True
    )
    found: dict[str, str] = {}
    for _size, key in areas:
        area = rect_of(drawing.frames[key])
        found.update((node, key) for node, rect in nodes.items() if has_middle(area, rect))
    return found


def outer_frames(drawing: Graph) -> dict[str, str | None]:
    """Frame → the smallest frame that it lies in, or None. Of two that are equal the later one in
    the file lies in the earlier."""
    rects = {key: rect_of(frame) for key, frame in drawing.frames.items()}
    order = {key: place for place, key in enumerate(rects)}
    sizes = {key: rect[2] * rect[3] for key, rect in rects.items()}

    def outside(key: str) -> str | None:
        around_it = [
            other
            for other, area in rects.items()
            if holds(area, rects[key]) and (sizes[other], -order[other]) > (sizes[key], -order[key])
        ]
        return min(around_it, key=lambda other: (sizes[other], -order[other]), default=None)

    return {key: outside(key) for key in rects}
