"""Frames and notes of the graph that is shown, where they are shown now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from kerasstudio.graph.diff import GraphDiff
from kerasstudio.graph.frames import FRAME_TITLE, Rect, rect_of
from kerasstudio.graph.project import Frame, Graph, Note
from kerasstudio.ui.canvas.node_index import NodeIndex, Slots

Box = tuple[float, float, float, float]
TAB = 19.0
"""Screen pixels of the tab above a frame that has its title from far away."""
_STRIP = 17.0
_REACH = 24.0


class Decorations:
    """`frames` and `notes` hold where they lie; `values` what they are. `stale` collects notes
    whose pictures are old until the painter takes them."""

    def __init__(self) -> None:
        self.frames, self.notes = NodeIndex(), NodeIndex()
        self.values: dict[str, Frame | Note] = {}
        self.stale: set[str] = set()
        self.layers: list[str] = []
        """Frames from the largest to the smallest: in this order they lie on each other."""

    def __len__(self) -> int:
        return len(self.values)

    def __contains__(self, key: str) -> bool:
        return key in self.values

    # ------------------------------------------------------------------ keeping up

    def load(self, drawing: Graph) -> None:
        """Those of another drawing."""
        self.stale |= self.notes.slots.keys()
        self.frames.clear()
        self.notes.clear()
        self.values = {**drawing.frames, **drawing.notes}
        for key in self.values:
            self._place(key)
        self._order()

    def follow(self, drawing: Graph, here: GraphDiff) -> None:
        """Take over one edit."""
        if not (here.frames or here.notes):
            return
        for key in here.frames.removed | here.notes.removed:
            self._index(key).remove(key)
            del self.values[key]
        self.stale |= here.notes.all
        for key in here.frames.added | here.frames.changed:
            self.values[key] = drawing.frames[key]
        for key in here.notes.added | here.notes.changed:
            self.values[key] = drawing.notes[key]
        for key in (here.frames.all | here.notes.all) & self.values.keys():
            self._place(key)
        self._order()

    def move(self, places: Mapping[str, Sequence[float]]) -> None:
        """Show some elsewhere for now: at a corner, or in a whole rectangle."""
        for key, place in places.items():
            if key in self.values:
                index = self._index(key)
                index.rects[index.slots[key], : len(place)] = place
                if len(place) > 2 and key in self.notes:
                    self.stale.add(key)

    # ------------------------------------------------------------------ questions

    def frame(self, key: str) -> Frame | None:
        found = self.values.get(key)
        return found if isinstance(found, Frame) else None

    def note(self, key: str) -> Note | None:
        found = self.values.get(key)
        return found if isinstance(found, Note) else None

    def rect(self, key: str) -> Rect:
        """x, y, width, height. Raises `KeyError` for an unknown one."""
        return self._index(key).rect(key)

    def rects(self) -> dict[str, Rect]:
        return {key: self.rect(key) for key in self.values}

    def bounds(self, keys: Iterable[str] | None = None) -> Box | None:
        """x0, y0, x1, y1 around these (all of them by default); None when there are none."""
        chosen = list(self.values if keys is None else keys)
        return joined(self.frames.bounds(chosen), self.notes.bounds(chosen))

    def frames_within(self, box: Box, zoom: float = 1.0) -> list[str]:
        """Frames that touch a part of the scene, with their titles, the lowest first."""
        return self._within(self.frames, box, self.layers, zoom)

    def notes_within(self, box: Box, zoom: float = 1.0) -> list[str]:
        return self._within(self.notes, box, list(self.notes.slots), zoom)

    def title_box(self, key: str, zoom: float) -> Rect:
        """The strip with the title of a frame, within its upper edge; from far away a tab on it,
        where it can still be read and gripped."""
        x, y, width, height = self.frames.rect(key)
        if FRAME_TITLE * zoom < _STRIP:
            return x, y - TAB / zoom, width, TAB / zoom
        return x, y, width, min(FRAME_TITLE, height / 2)

    def top_frame(self, x: float, y: float, without: Iterable[str] = ()) -> str | None:
        """The smallest frame around a point."""
        out = set(without)
        found = [key for key in self.frames.names(self.frames.within(x, y, x, y)) if key not in out]
        return min(found, key=lambda key: self._area(key), default=None)

    # ------------------------------------------------------------------ inside

    def _index(self, key: str) -> NodeIndex:
        return self.frames if key in self.frames else self.notes

    def _place(self, key: str) -> None:
        value = self.values[key]
        x, y, width, height = rect_of(value)
        index = self.frames if isinstance(value, Frame) else self.notes
        index.add(key, x, y, (width, height), 0)

    def _order(self) -> None:
        self.layers = sorted(self.frames.slots, key=lambda key: -self._area(key))

    def _area(self, key: str) -> float:
        rect = self.frames.rect(key)
        return rect[2] * rect[3]

    @staticmethod
    def _within(index: NodeIndex, box: Box, order: Sequence[str], zoom: float) -> list[str]:
        if not len(index):
            return []
        seen: Slots = index.within(*box, _REACH / zoom)
        if len(seen) == len(order):
            return list(order)
        found = np.zeros(len(index.ids), bool)
        found[seen] = True
        return [key for key in order if found[index.slots[key]]]


def joined(one: Box | None, other: Box | None) -> Box | None:
    """The box around two."""
    if one is None or other is None:
        return one or other
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )
