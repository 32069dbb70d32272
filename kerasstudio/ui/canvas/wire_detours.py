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
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        gap = _gap(start, end, cards)
        if gap is not None:
            found[number] = _way(start, end, gap, points)
    return found


def _gap(start: Floats, end: Floats, cards: Floats) -> tuple[float, float] | None:
    """The widest stretch between two heights that no card lies in, on the whole way back."""
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
        return None
    return float(reached[widest]), float(tops[widest])


def _way(start: Floats, end: Floats, gap: tuple[float, float], points: int) -> Floats:
    """Out, across, back, across, in, with round corners. Wires that go through one gap spread over
    it: the one from farther away turns later and takes the farther lane, so that they do not
    cross."""
    far = abs(start[1] - (gap[0] if start[1] < gap[0] else gap[1]))
    share = far / (far + _HALF_WAY)
    if start[1] > gap[0]:
        lane = gap[1] - (gap[1] - gap[0]) * (0.2 + 0.6 * share)
    else:
        lane = gap[0] + (gap[1] - gap[0]) * (0.2 + 0.6 * share)
    out, into = _STUB + _LANES * share, _STUB + _LANES * (1 - share)
    corners = np.array(
        [
            (start[0] + out, start[1]),
            (start[0] + out, lane),
            (end[0] - into, lane),
            (end[0] - into, end[1]),
        ]
    )
    path = [start[None]]
    stops = np.vstack([start, corners, end])
    for before, corner, after in zip(stops[:-2], corners, stops[2:], strict=True):
        one = _towards(corner, before)
        other = _towards(corner, after)
        # A quadratic curve through the corner's two ends.
        path.append((1 - _ARC) ** 2 * one + 2 * (1 - _ARC) * _ARC * corner + _ARC**2 * other)
    made = np.vstack(path)
    return np.vstack(
        [made[: points - 1], np.repeat(end[None], points - len(made[: points - 1]), 0)]
    )


def _towards(corner: Floats, other: Floats) -> Floats:
    """A point near the corner on the way to another point, at most half way."""
    step = other - corner
    length = max(float(np.hypot(*step)), 1e-9)
    moved: Floats = corner + step * min(_RADIUS / length, 0.5)
    return moved
