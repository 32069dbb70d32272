"""Questions about many lines at once: how much they bend, how far a point is, what crosses them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kerasstudio.ui.canvas.node_index import Floats


def bends(points: Floats) -> Floats:
    """How far, at most, a point of each curve (n, SEGMENTS + 1, 2) lies off the line through its
    neighbours, about twice: the second difference across the curve."""
    steps = np.diff(points, axis=1)
    dx, dy = steps[..., 0], steps[..., 1]
    cross = np.abs(dx[:, :-1] * dy[:, 1:] - dy[:, :-1] * dx[:, 1:])
    length = np.maximum(np.hypot(dx, dy), 1e-6)
    across: Floats = (cross / length[:, 1:]).max(axis=1)
    return across


def crossed(lines: Floats, first: Floats, second: Floats) -> NDArray[np.bool_]:
    """Which pieces (n, SEGMENTS) the line from `first` to `second` crosses: the ends of each lie
    on both sides of the other."""
    starts, ends = lines[..., :2], lines[..., 2:]
    way, pieces = second - first, ends - starts

    def side(origin: Floats, along: Floats, point: Floats) -> Floats:
        away = point - origin
        turn: Floats = along[..., 0] * away[..., 1] - along[..., 1] * away[..., 0]
        return turn

    across: NDArray[np.bool_] = (side(first, way, starts) * side(first, way, ends) <= 0) & (
        side(starts, pieces, first) * side(starts, pieces, second) < 0
    )
    return across


def crossing(first: Floats, second: Floats, start: Floats, end: Floats) -> tuple[float, float]:
    """Where two lines cross that do."""
    way, piece, away = second - first, end - start, start - first
    turn = float(way[0] * piece[1] - way[1] * piece[0]) or 1e-9
    along = float(away[0] * piece[1] - away[1] * piece[0]) / turn
    return float(first[0] + along * way[0]), float(first[1] + along * way[1])


def distances(lines: Floats, x: float, y: float) -> Floats:
    """Distances (n, SEGMENTS) from a point to each piece."""
    starts, steps = lines[..., :2], lines[..., 2:] - lines[..., :2]
    to_point = np.array((x, y)) - starts
    length = np.maximum((steps**2).sum(-1), 1e-9)
    along = np.clip((to_point * steps).sum(-1) / length, 0.0, 1.0)
    away: Floats = np.hypot(*np.moveaxis(to_point - along[..., None] * steps, -1, 0))
    return away
