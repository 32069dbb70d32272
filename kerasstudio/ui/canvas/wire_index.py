"""Where the wires run: sampled bezier curves in one array, recomputed only where a card moved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from kerasstudio.ui.canvas.dotted_wires import DotIndex, dotted_curves
from kerasstudio.ui.canvas.node_index import Floats, NodeIndex, Slots
from kerasstudio.ui.canvas.polylines import bends, crossed, crossing, distances
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
    far a point lies off its neighbours, `colors` an index into the painter's pens. `slots` has the
    first slot of each wire; one with reroute dots has a slot more for each dot, since it is drawn
    in spans between them. `labelled` are the slots that a wire's shape is written on."""

    def __init__(self, nodes: NodeIndex) -> None:
        self._nodes = nodes
        self.down = False
        self.dots = DotIndex()
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
        self.labelled: NDArray[np.bool_] = np.ones(size, bool)
        self._more: dict[str, list[int]] = {}
        self.dots.clear()
        self._touching: dict[int, set[int]] = {}
        self._free = list(range(size - 1, -1, -1))

    def __len__(self) -> int:
        return len(self.slots)

    def __contains__(self, key: str) -> bool:
        return key in self.slots

    def reserve(self, count: int) -> None:
        """Have room for so many wires without dots."""
        more = count - len(self.keys)
        if more > 0:
            self._grow(more)

    def add(
        self,
        key: str,
        source: int,
        target: int,
        source_offset: tuple[float, float],
        target_offset: tuple[float, float],
        color: int,
        dots: tuple[tuple[float, float], ...] = (),
    ) -> int:
        """Put a wire in, or change it. Offsets are from the corner of the card to the port.
        Its curve is computed by the next `place`. Returns its first slot."""
        offsets = (*source_offset, *target_offset)
        (slot,) = self.add_all([key], [(source, target)], [offsets], [color])
        if dots or key in self._more:
            self.lead(key, dots)
        return slot

    def add_all(
        self,
        keys: Sequence[str],
        ends: Sequence[tuple[int, int]],
        offsets: Sequence[tuple[float, float, float, float]],
        colors: Sequence[int],
    ) -> list[int]:
        """Put wires in, or change them, without their dots; returns their first slots. `ends` are
        the slots of their cards, `offsets` x and y from the corner of the first card to the port,
        and of the second."""
        found = []
        touching = self._touching
        for key, (source, target) in zip(keys, ends, strict=True):
            slot = self.slots.get(key)
            if slot is None:
                slot = self.slots[key] = self._take(key)
            else:
                self._loosen(slot)
            found.append(slot)
            touching.setdefault(source, set()).add(slot)
            touching.setdefault(target, set()).add(slot)
        if found:
            self._nodes_of[found] = ends
            self._offsets[found] = offsets
            self.colors[found] = colors
        for key, color in zip(keys, colors, strict=True) if self._more else ():
            self.color(key, color)
        return found

    def is_led(self, key: str) -> bool:
        """Whether a wire has reroute dots."""
        return key in self._more

    def remove(self, key: str) -> None:
        """Take a wire out. Raises `KeyError` for an unknown one."""
        self.lead(key, ())
        slot = self.slots.pop(key)
        self._loosen(slot)
        self._give_back(slot)

    def lead(self, key: str, dots: tuple[tuple[float, float], ...]) -> None:
        """Lead a wire through these dots from now on; its curve is computed by the next `place`."""
        slot = self.slots[key]
        self.dots.put(key, slot, dots)
        more = self._more.get(key, [])
        if len(more) == len(dots):
            return
        while len(more) > len(dots):
            self._give_back(more.pop())
        while len(more) < len(dots):
            more.append(self._take(key))
        self.colors[more] = self.colors[slot]
        if more:
            self._more[key] = more
        else:
            del self._more[key]
            self.labelled[slot] = True

    def color(self, key: str, color: int) -> None:
        """Give a wire another colour."""
        # One number is put in faster than a list of one.
        self.colors[self.spans(key) if key in self._more else self.slots[key]] = color

    def spans(self, key: str) -> list[int]:
        """All slots of a wire, from its source on."""
        return [self.slots[key], *self._more.get(key, ())]

    def spans_of(self, keys: Iterable[str | None]) -> list[int]:
        """All slots of those of these wires that are here."""
        return [
            slot
            for key in keys
            if key is not None and key in self.slots
            for slot in self.spans(key)
        ]

    def slots_of(self, keys: Iterable[str]) -> list[int]:
        """The first slots of those of these wires that are here."""
        return [self.slots[key] for key in keys if key in self.slots]

    def all_spans(self, slots: Collection[int]) -> list[int]:
        """All slots of the wires with these first slots."""
        if not self._more:
            return list(slots)
        return self.spans_of(self.keys[slot] for slot in slots)

    def touching(self, node_slots: Iterable[int]) -> list[int]:
        """First slots of the wires that begin or end at these cards."""
        found: set[int] = set()
        for slot in node_slots:
            found |= self._touching.get(slot, set())
        return list(found)

    def place(self, slots: Iterable[int]) -> None:
        """Compute the curves of these wires (first slots) from where their cards are now."""
        index = np.fromiter(slots, np.intp)
        if not len(index):
            return
        if self.dots:
            led = {
                key: slot
                for slot in index.tolist()
                if (key := self.keys[slot]) is not None and key in self._more
            }
            self._place_led(led)
            index = self._without(index, list(led.values()))
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
        self._show(index, points)
        self._round[index[back]] = True

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

    def wire_at(self, x: float, y: float, reach: float, skip: Collection[str] = ()) -> str | None:
        """The key of the nearest wire but those to `skip`, at most `reach` scene pixels away."""
        slot = self.span_at(x, y, reach, skip)
        return None if slot is None else self.keys[slot]

    def crossings(self, first: Floats, second: Floats) -> dict[int, tuple[float, float]]:
        """Slots of the spans that the line from `first` to `second` crosses, and where."""
        near = self.within(*np.minimum(first, second), *np.maximum(first, second))
        hit = crossed(self.segments[near], first, second)
        found = {}
        for row in np.flatnonzero(hit.any(axis=1)).tolist():
            piece = self.segments[near[row], int(hit[row].argmax())]
            found[int(near[row])] = crossing(first, second, piece[:2], piece[2:])
        return found

    def span_at(self, x: float, y: float, reach: float, skip: Collection[str] = ()) -> int | None:
        """The slot of the nearest span of a wire, at most `reach` scene pixels away."""
        near = self.within(x - reach, y - reach, x + reach, y + reach)
        if skip:
            near = self._without(near, self.spans_of(skip))
        if not len(near):
            return None
        lines = self.segments[near]
        away = distances(lines, x, y).min(axis=1)
        best = int(away.argmin())
        return int(near[best]) if away[best] <= reach else None

    def middle(self, slot: int) -> tuple[float, float]:
        """A point half way along the wire."""
        x, y = self.segments[slot, SEGMENTS // 2, :2].tolist()
        return x, y

    def _place_led(self, keys: Collection[str]) -> None:
        """The spans of wires with dots, those with equally many together."""
        by_number: dict[int, list[str]] = {}
        for key in keys:
            by_number.setdefault(len(self.dots.of_wire(key)), []).append(key)
        axis = 1 if self.down else 0
        corners = self._nodes.rects[:, :2]
        for group in by_number.values():
            spans = np.array([self.spans(key) for key in group], np.intp)
            slots = spans[:, 0]
            starts = corners[self._nodes_of[slots, 0]] + self._offsets[slots, :2]
            ends = corners[self._nodes_of[slots, 1]] + self._offsets[slots, 2:]
            dots = np.array([self.dots.of_wire(key) for key in group])
            points = dotted_curves(starts, ends, dots, self.down, _BERNSTEIN)
            self._show(spans.ravel(), points.reshape(-1, SEGMENTS + 1, 2))
            lengths = np.abs(points[:, :, -1, axis] - points[:, :, 0, axis])
            self.labelled[spans.ravel()] = False
            self.labelled[spans[np.arange(len(group)), lengths.argmax(axis=1)]] = True

    def _show(self, index: Slots, points: Floats) -> None:
        """Take over curves (n, SEGMENTS + 1, 2)."""
        self.segments[index, :, :2] = points[:, :-1]
        self.segments[index, :, 2:] = points[:, 1:]
        self.ends[index, :2] = points[:, 0]
        self.ends[index, 2:] = points[:, -1]
        self.bounds[index, :2] = points.min(axis=1)
        self.bounds[index, 2:] = points.max(axis=1)
        self.bends[index] = bends(points)
        self._round[index] = False

    def _without(self, slots: Slots, gone: list[int]) -> Slots:
        """Slots but for some."""
        kept = np.ones(len(self.keys), bool)
        kept[gone] = False
        return slots[kept[slots]]

    def _take(self, key: str) -> int:
        """A free slot for a wire."""
        if not self._free:
            self._grow()
        slot = self._free.pop()
        self.keys[slot] = key
        return slot

    def _give_back(self, slot: int) -> None:
        self.keys[slot] = None
        self.bounds[slot] = _NOWHERE
        self.labelled[slot] = True
        self._free.append(slot)

    def _loosen(self, slot: int) -> None:
        for node in self._nodes_of[slot].tolist():
            wires = self._touching.get(node)
            if wires is not None:
                wires.discard(slot)
                if not wires:
                    del self._touching[node]

    def _grow(self, more: int = 0) -> None:
        """Room for `more` wires; for as many again as there are by default."""
        old = len(self.keys)
        more = more or old
        self.segments = np.concatenate([self.segments, np.zeros((more, SEGMENTS, 4))])
        self.ends = np.concatenate([self.ends, np.zeros((more, 4))])
        self.bounds = np.concatenate([self.bounds, np.full((more, 4), _NOWHERE)])
        self.bends = np.concatenate([self.bends, np.zeros(more)])
        self._round = np.concatenate([self._round, np.zeros(more, bool)])
        self.colors = np.concatenate([self.colors, np.zeros(more, np.int16)])
        self.labelled = np.concatenate([self.labelled, np.ones(more, bool)])
        self._offsets = np.concatenate([self._offsets, np.zeros((more, 4))])
        self._nodes_of = np.concatenate([self._nodes_of, np.zeros((more, 2), np.intp)])
        self.keys.extend([None] * more)
        self._free.extend(range(old + more - 1, old - 1, -1))
