"""Wires that lead far back against the flow: round the cards, through a gap between them.

A long model is laid out in rows, one below the other; a wire from the end of one to the beginning
of the next would run straight through both. It leaves to the right, turns into the widest gap
between the two cards, goes back along it, and turns again to arrive from the left.
"""

from __future__ import annotations

import numpy as np

from kerasstudio.ui.canvas.node_index import Floats

FAR = 360.0
"""Scene pixels back against the flow; nearer wires bend round by themselves."""
MOST = 400
"""A drawing with more such wires is no layout in rows: they stay curves."""
_NARROWEST = 30.0
_STUB = 14.0
_LANES = 30.0
_RADIUS = 12.0
_CORNER = 6
_ARC = np.linspace(0.0, 1.0, _CORNER)[:, None]
_HALF_WAY = 400.0


def detours(starts: Floats, ends: Floats, rects: Floats, down: bool, points: int) -> Floats:
    """Points (n, `points`, 2) of the ways from `starts` to `ends`, each (n, 2); rows of NaN where
    there is no gap to go through. `rects` are all cards (x, y, width, height)."""
    if down:
        turned = rects[:, [1, 0, 3, 2]]
        return detours(starts[:, ::-1], ends[:, ::-1], turned, False, points)[..., ::-1]
    found = np.full((len(starts), points, 2), np.nan)
    cards = rects[np.isfinite(rects[:, 0])]
    gaps = np.array([_gap(*ends, cards) for ends in zip(starts, ends, strict=True)]).reshape(-1, 2)
    there = ~np.isnan(gaps[:, 0])
    if there.any():
        found[there] = _ways(starts[there], ends[there], gaps[there], points)
    return found


def _gap(start: Floats, end: Floats, cards: Floats) -> tuple[float, float]:
    """The widest stretch between two heights that no card lies in, on the whole way back; NaN
    where none is wide enough."""
    low, high = sorted((start[1], end[1]))
    x0, y0, width, height = cards.T
    between = (
        (x0 < start[0] + _LANES)
        & (x0 + width > end[0] - _LANES)
        & (y0 < high)
        & (y0 + height > low)
    )
    tops, bottoms = y0[between], (y0 + height)[between]
    order = np.argsort(tops)
    tops = np.append(tops[order], high)
    reached = np.maximum.accumulate(np.append(low, bottoms[order]))
    gaps = tops - reached
    widest = int(np.argmax(gaps))
    if gaps[widest] < _NARROWEST:
        return np.nan, np.nan
    return float(reached[widest]), float(tops[widest])


def _ways(starts: Floats, ends: Floats, gaps: Floats, points: int) -> Floats:
    """Out, across, back, across, in, with round corners. Wires that go through one gap spread over
    it: the one from farther away turns later and takes the farther lane, so that they do not
    cross."""
    x0, y0, x1, y1, low, high = *starts.T, *ends.T, *gaps.T
    far = np.abs(y0 - np.where(y0 < low, low, high))
    share = far / (far + _HALF_WAY)
    into_gap = (high - low) * (0.2 + 0.6 * share)
    lanes = np.where(y0 > low, high - into_gap, low + into_gap)
    out, into = x0 + _STUB + _LANES * share, x1 - _STUB - _LANES * (1 - share)
    turns = np.stack([out, y0, out, lanes, into, lanes, into, y1], 1).reshape(-1, 4, 1, 2)
    stops = np.concatenate([starts[:, None, None], turns, ends[:, None, None]], axis=1)
    one = _towards(turns, stops[:, :-2])
    other = _towards(turns, stops[:, 2:])
    # A quadratic curve through the corner's two ends.
    rounded = (1 - _ARC) ** 2 * one + 2 * (1 - _ARC) * _ARC * turns + _ARC**2 * other
    made = np.concatenate([starts[:, None], rounded.reshape(len(starts), -1, 2)], axis=1)
    made = made[:, : points - 1]
    rest = np.repeat(ends[:, None], points - made.shape[1], axis=1)
    ways: Floats = np.concatenate([made, rest], axis=1)
    return ways


def _towards(corners: Floats, others: Floats) -> Floats:
    """Points near corners on the way to other points, at most half way."""
    steps = others - corners
    lengths = np.maximum(np.hypot(steps[..., 0], steps[..., 1]), 1e-9)[..., None]
    moved: Floats = corners + steps * np.minimum(_RADIUS / lengths, 0.5)
    return moved
