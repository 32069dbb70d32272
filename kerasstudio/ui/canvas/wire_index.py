"""Where the wires run: sampled bezier curves in one array, recomputed only where a card moved."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from kerasstudio.ui.canvas.node_index import Floats, NodeIndex, Slots
from kerasstudio.ui.canvas.wire_detours import FAR, MOST, detours

SEGMENTS = 24
_FIRST_CAPACITY = 64
_NOWHERE = (np.inf, np.inf, -np.inf, -np.inf)
_T = np.linspace(0.0, 1.0, SEGMENTS + 1)[:, None]
_BERNSTEIN = ((1 - _T) ** 3, 3 * (1 - _T) ** 2 * _T, 3 * (1 - _T) * _T**2, _T**3)
# A wire may be drawn with every so many of its points while that moves it by less than this many
# pixels: most wires are straight, or bend little.
_THINNINGS = (24, 8, 4, 3, 2, 1)
_TOLERANCE = 0.2
# How far the tangents reach out of a port, in scene pixels.
_SHORTEST, _LONGEST = 26.0, 180.0


def bezier(starts: Floats, ends: Floats, down: bool = False) -> Floats:
    """Points (n, SEGMENTS + 1, 2) of the curves from `starts` to `ends`, each (n, 2).

    They leave and arrive along the flow: to the right, or downwards."""
    axis = 1 if down else 0
    ahead = ends[:, axis] - starts[:, axis]
    across = np.abs(ends[:, 1 - axis] - starts[:, 1 - axis])
    # Going backwards the curve needs room to turn around.
    reach = np.where(ahead >= 0, ahead * 0.5, -ahead * 0.35 + across * 0.25)
    reach = np.clip(reach, _SHORTEST, _LONGEST)
    first, second = starts.copy(), ends.copy()
    first[:, axis] += reach
    second[:, axis] -= reach
    b0, b1, b2, b3 = _BERNSTEIN
    points: Floats = (
        b0[None] * starts[:, None]
        + b1[None] * first[:, None]
        + b2[None] * second[:, None]
        + b3[None] * ends[:, None]
    )
    return points


class WireIndex:
    """A slot is a row of every array. `segments` holds (x1, y1, x2, y2) lines ready for
    `drawLines`, `ends` the straight line for far zooms, `bounds` x0, y0, x1, y1, `bends` how
    far a point lies off its neighbours, `colors` an index into the painter's pens."""

    def __init__(self, nodes: NodeIndex) -> None:
        self._nodes = nodes
        self.down = False
        self.clear()

    def clear(self) -> None:
        size = _FIRST_CAPACITY
        self.segments: Floats = np.zeros((size, SEGMENTS, 4))
        self.ends: Floats = np.zeros((size, 4))
        self.bounds: Floats = np.full((size, 4), _NOWHERE)
        self.bends: Floats = np.zeros(size)
        self._round: NDArray[np.bool_] = np.zeros(size, bool)  # those that make a detour
        self.colors: NDArray[np.int16] = np.zeros(size, np.int16)
        self._offsets: Floats = np.zeros((size, 4))
        self._nodes_of: NDArray[np.intp] = np.zeros((size, 2), np.intp)
        self.keys: list[str | None] = [None] * size
        self.slots: dict[str, int] = {}
        self._touching: dict[int, set[int]] = {}
        self._free = list(range(size - 1, -1, -1))

    def __len__(self) -> int:
        return len(self.slots)

    def __contains__(self, key: str) -> bool:
        return key in self.slots

    def add(
        self,
        key: str,
        source: int,
        target: int,
        source_offset: tuple[float, float],
        target_offset: tuple[float, float],
        color: int,
    ) -> int:
        """Put a wire in, or change it. Offsets are from the corner of the card to the port.
        Its curve is computed by the next `place`. Returns its slot."""
        slot = self.slots.get(key)
        if slot is None:
            if not self._free:
                self._grow()
            slot = self._free.pop()
            self.slots[key] = slot
            self.keys[slot] = key
        else:
            self._loosen(slot)
        self._nodes_of[slot] = (source, target)
        self._offsets[slot] = (*source_offset, *target_offset)
        self.colors[slot] = color
        self._touching.setdefault(source, set()).add(slot)
        self._touching.setdefault(target, set()).add(slot)
        return slot

    def remove(self, key: str) -> None:
        """Take a wire out. Raises `KeyError` for an unknown one."""
        slot = self.slots.pop(key)
        self._loosen(slot)
        self.keys[slot] = None
        self.bounds[slot] = _NOWHERE
        self._free.append(slot)

    def touching(self, node_slots: Iterable[int]) -> list[int]:
        """Slots of the wires that begin or end at these cards."""
        found: set[int] = set()
        for slot in node_slots:
            found |= self._touching.get(slot, set())
        return list(found)

    def place(self, slots: Iterable[int]) -> None:
        """Compute the curves of these wires from where their cards are now."""
        index = np.fromiter(slots, np.intp)
        if not len(index):
            return
        corners = self._nodes.rects[:, :2]
        starts = corners[self._nodes_of[index, 0]] + self._offsets[index, :2]
        ends = corners[self._nodes_of[index, 1]] + self._offsets[index, 2:]
        points = bezier(starts, ends, self.down)
        axis = 1 if self.down else 0
        back = np.flatnonzero(ends[:, axis] < starts[:, axis] - FAR)
        if 0 < len(back) <= MOST:
            ways = detours(starts[back], ends[back], self._nodes.rects, self.down, SEGMENTS + 1)
            there = ~np.isnan(ways[:, 0, 0])
            points[back[there]] = ways[there]
            back = back[there]
        else:
            back = back[:0]
        self._round[index] = False
        self._round[index[back]] = True
        self.segments[index, :, :2] = points[:, :-1]
        self.segments[index, :, 2:] = points[:, 1:]
        self.ends[index, :2] = starts
        self.ends[index, 2:] = ends
        self.bounds[index, :2] = points.min(axis=1)
        self.bounds[index, 2:] = points.max(axis=1)
        self.bends[index] = _bends(points)

    def lines(self, slots: Slots, scale: float) -> tuple[Floats, NDArray[np.int16]]:
        """Lines (n, 4) that show these wires at `scale` device pixels for a scene pixel, and the
        colour of each line. As few lines as look the same."""
        # Leaving out points moves a curve by the square of their distance.
        reach = np.sqrt(8 * _TOLERANCE / np.maximum(self.bends[slots] * scale, 1e-9))
        parts, colors, left = [], [], np.ones(len(slots), bool)
        for step in _THINNINGS:
            now = left & (reach >= step) if step > 1 else left
            chosen = slots[now]
            if not len(chosen):
                continue
            left &= ~now
            pieces = self.segments[chosen]
            rows = np.empty((len(chosen), SEGMENTS // step, 4))
            rows[:, :, :2] = pieces[:, ::step, :2]
            rows[:, :, 2:] = pieces[:, step - 1 :: step, 2:]
            parts.append(rows.reshape(-1, 4))
            colors.append(np.repeat(self.colors[chosen], SEGMENTS // step))
        if not parts:
            return np.empty((0, 4)), np.empty(0, np.int16)
        return np.concatenate(parts), np.concatenate(colors)

    def far_lines(self, slots: Slots) -> Floats:
        """Lines (n, 4) for far zooms: straight ones, but for wires that make a detour."""
        around = self._round[slots]
        if not around.any():
            return self.ends[slots]
        pieces = self.segments[slots[around]].reshape(-1, 4)
        return np.concatenate([self.ends[slots[~around]], pieces])

    def within(self, x0: float, y0: float, x1: float, y1: float, margin: float = 2.0) -> Slots:
        """Slots of the wires whose bounds touch this rectangle."""
        bounds = self.bounds
        return np.flatnonzero(
            (bounds[:, 0] - margin < x1)
            & (bounds[:, 2] + margin > x0)
            & (bounds[:, 1] - margin < y1)
            & (bounds[:, 3] + margin > y0)
        )

    def wire_at(self, x: float, y: float, reach: float) -> str | None:
        """The key of the nearest wire, at most `reach` scene pixels away."""
        near = self.within(x - reach, y - reach, x + reach, y + reach)
        if not len(near):
            return None
        lines = self.segments[near]
        distances = _distances(lines, x, y).min(axis=1)
        best = int(distances.argmin())
        return self.keys[int(near[best])] if distances[best] <= reach else None

    def middle(self, slot: int) -> tuple[float, float]:
        """A point half way along the wire."""
        x, y = self.segments[slot, SEGMENTS // 2, :2].tolist()
        return x, y

    def _loosen(self, slot: int) -> None:
        for node in self._nodes_of[slot].tolist():
            wires = self._touching.get(node)
            if wires is not None:
                wires.discard(slot)
                if not wires:
                    del self._touching[node]

    def _grow(self) -> None:
        old = len(self.keys)
        self.segments = np.concatenate([self.segments, np.zeros_like(self.segments)])
        self.ends = np.concatenate([self.ends, np.zeros_like(self.ends)])
        self.bounds = np.concatenate([self.bounds, np.full((old, 4), _NOWHERE)])
        self.bends = np.concatenate([self.bends, np.zeros_like(self.bends)])
        self._round = np.concatenate([self._round, np.zeros_like(self._round)])
        self.colors = np.concatenate([self.colors, np.zeros_like(self.colors)])
        self._offsets = np.concatenate([self._offsets, np.zeros_like(self._offsets)])
        self._nodes_of = np.concatenate([self._nodes_of, np.zeros_like(self._nodes_of)])
        self.keys.extend([None] * old)
        self._free = list(range(2 * old - 1, old - 1, -1))


def _bends(points: Floats) -> Floats:
    """How far, at most, a point of each curve (n, SEGMENTS + 1, 2) lies off the line through its
    neighbours, about twice: the second difference across the curve."""
    steps = np.diff(points, axis=1)
    dx, dy = steps[..., 0], steps[..., 1]
    cross = np.abs(dx[:, :-1] * dy[:, 1:] - dy[:, :-1] * dx[:, 1:])
    length = np.maximum(np.hypot(dx, dy), 1e-6)
    across: Floats = (cross / length[:, 1:]).max(axis=1)
    return across


def _distances(lines: Floats, x: float, y: float) -> Floats:
    """Distances (n, SEGMENTS) from a point to each piece."""
    starts, steps = lines[..., :2], lines[..., 2:] - lines[..., :2]
    to_point = np.array((x, y)) - starts
    length = np.maximum((steps**2).sum(-1), 1e-9)
    along = np.clip((to_point * steps).sum(-1) / length, 0.0, 1.0)
    distances: Floats = np.hypot(*np.moveaxis(to_point - along[..., None] * steps, -1, 0))
    return distances
