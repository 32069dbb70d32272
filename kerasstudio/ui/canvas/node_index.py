"""Where the cards are: positions and sizes in one array, found by comparison, not by walking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Slots = NDArray[np.intp]

_FIRST_CAPACITY = 64
# A free slot lies where no comparison finds it.
_NOWHERE = (np.inf, np.inf, 0.0, 0.0)


class NodeIndex:
    """A slot is a row of `rects` (x, y, width, height in scene pixels) and of `categories`.

    Slots of removed nodes are used again, so adding and removing costs nothing but the row."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.rects: Floats = np.full((_FIRST_CAPACITY, 4), _NOWHERE)
        self.categories: NDArray[np.int16] = np.zeros(_FIRST_CAPACITY, np.int16)
        self.ids: list[str | None] = [None] * _FIRST_CAPACITY
        self.slots: dict[str, int] = {}
        self._free = list(range(_FIRST_CAPACITY - 1, -1, -1))
        self._chosen: tuple[frozenset[str], Slots] = (frozenset(), np.empty(0, np.intp))

    def __len__(self) -> int:
        return len(self.slots)

    def __contains__(self, node: str) -> bool:
        return node in self.slots

    def reserve(self, count: int) -> None:
        """Have room for so many nodes."""
        while len(self.ids) < count:
            self._grow()

    def add(self, node: str, x: float, y: float, size: tuple[float, float], category: int) -> int:
        """Put a node in, or change the one that is there; returns its slot."""
        return self.add_all((node,), [(x, y, *size)], [category])[0]

    def add_all(
        self,
        nodes: Iterable[str],
        rects: Sequence[tuple[float, float, float, float]],
        categories: Sequence[int],
    ) -> list[int]:
        """Put nodes in, or change those that are there; returns their slots."""
        found = []
        for node in nodes:
            slot = self.slots.get(node)
            if slot is None:
                if not self._free:
                    self._grow()
                slot = self._free.pop()
                self.slots[node] = slot
                self.ids[slot] = node
                self._forget_chosen()
            found.append(slot)
        if found:
            self.rects[found] = rects
            self.categories[found] = categories
        return found

    def move(self, nodes: Iterable[str], places: list[tuple[float, float]]) -> list[int]:
        """Put the corners of these nodes elsewhere; returns their slots. Raises `KeyError` for
        an unknown one."""
        slots = [self.slots[node] for node in nodes]
        if slots:
            self.rects[slots, :2] = places
        return slots

    def remove(self, node: str) -> int:
        """Take a node out; returns the slot it had. Raises `KeyError` for an unknown one."""
        slot = self.slots.pop(node)
        self.ids[slot] = None
        self._forget_chosen()
        self.rects[slot] = _NOWHERE
        self._free.append(slot)
        return slot

    def rect(self, node: str) -> tuple[float, float, float, float]:
        """x, y, width, height."""
        x, y, width, height = self.rects[self.slots[node]].tolist()
        return x, y, width, height

    def within(self, x0: float, y0: float, x1: float, y1: float, margin: float = 0.0) -> Slots:
        """Slots of the cards that touch this rectangle, `margin` around each card included."""
        rects = self.rects
        left, top = rects[:, 0], rects[:, 1]
        return np.flatnonzero(
            (left - margin < x1)
            & (left + rects[:, 2] + margin > x0)
            & (top - margin < y1)
            & (top + rects[:, 3] + margin > y0)
        )

    def node_at(self, x: float, y: float) -> str | None:
        """The card under a point; the one painted last where several lie on each other."""
        found = self.within(x, y, x, y)
        return self.ids[int(found[-1])] if len(found) else None

    def names(self, slots: Slots) -> list[str]:
        ids = self.ids
        return [name for slot in slots.tolist() if (name := ids[slot]) is not None]

    def bounds(
        self, nodes: Iterable[str] | None = None
    ) -> tuple[float, float, float, float] | None:
        """x0, y0, x1, y1 around these nodes (all of them by default); None when there are none."""
        chosen = self.slots.values() if nodes is None else self.slots_of(nodes)
        rows = self.rects[list(chosen)]
        if not len(rows):
            return None
        return (
            float(rows[:, 0].min()),
            float(rows[:, 1].min()),
            float((rows[:, 0] + rows[:, 2]).max()),
            float((rows[:, 1] + rows[:, 3]).max()),
        )

    def slots_of(self, nodes: Iterable[str]) -> list[int]:
        """Slots of those of the nodes that are here."""
        return [self.slots[node] for node in nodes if node in self.slots]

    def chosen(self, nodes: frozenset[str]) -> Slots:
        """Slots of those of the nodes that are here. The last answer is kept: what is selected is
        asked for in every frame, by several."""
        if self._chosen[0] is not nodes:
            self._chosen = nodes, np.array(self.slots_of(nodes), np.intp)
        return self._chosen[1]

    def _forget_chosen(self) -> None:
        if self._chosen[0]:
            self._chosen = frozenset(), np.empty(0, np.intp)

    def _grow(self) -> None:
        old = len(self.ids)
        new = old * 2
        rects = np.full((new, 4), _NOWHERE)
        rects[:old] = self.rects
        categories = np.zeros(new, np.int16)
        categories[:old] = self.categories
        self.rects, self.categories = rects, categories
        self.ids.extend([None] * old)
        self._free.extend(range(new - 1, old - 1, -1))
