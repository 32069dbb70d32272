"""Wires that are led through reroute dots: one smooth curve in as many spans as it takes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kerasstudio.ui.canvas.node_index import Floats

# How far tangents reach, as a share of the way to the next dot; out of a port at most so far.
_REACH, _PORT_REACH = 0.36, 120.0


def dotted_curves(
    starts: Floats, ends: Floats, dots: Floats, down: bool, bernstein: tuple[Floats, ...]
) -> Floats:
    """Points (n, d + 1, k, 2) of the spans of n wires from `starts` to `ends`, each (n, 2), through
    `dots` (n, d, 2); `bernstein` are the four weights (k, 1) of a cubic curve. A wire leaves and
    arrives along the flow, and passes a dot in the direction from the dot before to the one behind
    (Catmull and Rom 1974)."""
    lines = np.concatenate([starts[:, None], dots, ends[:, None]], axis=1)
    steps = np.diff(lines, axis=1)
    lengths = np.hypot(steps[..., 0], steps[..., 1])
    tangents = np.empty_like(lines)
    tangents[:, [0, -1]] = (0.0, 1.0) if down else (1.0, 0.0)
    along = lines[:, 2:] - lines[:, :-2]
    tangents[:, 1:-1] = along / np.maximum(np.hypot(along[..., 0], along[..., 1]), 1e-9)[..., None]
    first = lengths * _REACH
    last = first.copy()
    first[:, 0] = np.minimum(first[:, 0] * 1.4, _PORT_REACH)
    last[:, -1] = np.minimum(last[:, -1] * 1.4, _PORT_REACH)
    controls = (
        lines[:, :-1],
        lines[:, :-1] + tangents[:, :-1] * first[..., None],
        lines[:, 1:] - tangents[:, 1:] * last[..., None],
        lines[:, 1:],
    )
    points: Floats = sum(
        weight[None, None] * control[:, :, None]
        for weight, control in zip(bernstein, controls, strict=True)
    )
    return points


class DotIndex:
    """Where the dots are. `places` (n, 2) are scene positions, `owners` says which wire and which
    of its dots each row is; `slots` is the wire's slot in the index of wires."""

    def __init__(self) -> None:
        self._by_wire: dict[str, tuple[tuple[float, float], ...]] = {}
        self._slots: dict[str, int] = {}
        self._stale = False
        self._fill()

    def __len__(self) -> int:
        return len(self.owners)

    def __bool__(self) -> bool:
        return bool(self._by_wire)

    def of_wire(self, wire: str) -> tuple[tuple[float, float], ...]:
        return self._by_wire.get(wire, ())

    def put(self, wire: str, slot: int, dots: tuple[tuple[float, float], ...]) -> None:
        """Give a wire these dots, in place of those it had."""
        if dots:
            self._by_wire[wire], self._slots[wire] = dots, slot
            self._stale = True
        elif self._by_wire.pop(wire, None) is not None:
            self._stale = True

    def clear(self) -> None:
        self._by_wire.clear()
        self._stale = True

    @property
    def places(self) -> Floats:
        self._refresh()
        return self._places

    @property
    def owners(self) -> list[tuple[str, int]]:
        self._refresh()
        return self._owners

    @property
    def slots(self) -> NDArray[np.intp]:
        self._refresh()
        return self._rows

    def place(self, dot: tuple[str, int]) -> tuple[float, float] | None:
        dots = self._by_wire.get(dot[0], ())
        return dots[dot[1]] if dot[1] < len(dots) else None

    def within(self, x0: float, y0: float, x1: float, y1: float) -> NDArray[np.intp]:
        """Rows of the dots in a rectangle."""
        places = self.places
        return np.flatnonzero(
            (places[:, 0] >= x0)
            & (places[:, 0] <= x1)
            & (places[:, 1] >= y0)
            & (places[:, 1] <= y1)
        )

    def nearest(self, x: float, y: float, reach: float) -> tuple[str, int] | None:
        """The nearest dot, at most `reach` away."""
        if not self._by_wire:
            return None
        away = np.hypot(*(self.places - (x, y)).T)
        best = int(away.argmin())
        return self.owners[best] if away[best] <= reach else None

    def _refresh(self) -> None:
        if self._stale:
            self._fill()

    def _fill(self) -> None:
        dots: Mapping[str, tuple[tuple[float, float], ...]] = self._by_wire
        self._owners = [(wire, number) for wire in dots for number in range(len(dots[wire]))]
        self._places: Floats = np.array(
            [at for each in dots.values() for at in each], np.float64
        ).reshape(-1, 2)
        self._rows: NDArray[np.intp] = np.array(
            [self._slots[wire] for wire, _number in self._owners], np.intp
        )
        self._stale = False
