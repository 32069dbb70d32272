"""Wires that lead far back go round the cards."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from kerasstudio.ui.canvas.node_index import NodeIndex
from kerasstudio.ui.canvas.wire_index import SEGMENTS, WireIndex

Box = tuple[float, float, float, float]


def drawn(boxes: list[Box], source: int, target: int, down: bool = False) -> np.ndarray:
    """The points of a wire from the right (lower) edge of one card to the left (upper) of one."""
    nodes = NodeIndex()
    for number, (x, y, width, height) in enumerate(boxes):
        nodes.add(f"n{number}", x, y, (width, height), 0)
    wires = WireIndex(nodes)
    wires.down = down
    width, height = boxes[source][2:]
    out = (width / 2, height) if down else (width, height / 2)
    into = (boxes[target][2] / 2, 0.0) if down else (0.0, boxes[target][3] / 2)
    wires.add("w", source, target, out, into, 0)
    wires.place([0])
    pieces = wires.segments[0]
    return np.vstack([pieces[:, :2], pieces[-1:, 2:]])


def inside(points: np.ndarray, boxes: list[Box]) -> int:
    """How many points on the way lie in a card."""
    fine = np.vstack([a + (b - a) * t for a, b in pairwise(points) for t in (0, 0.3, 0.7)])
    return sum(
        int(((fine > (x + 1, y + 1)) & (fine < (x + w - 1, y + h - 1))).all(axis=1).sum())
        for x, y, w, h in boxes
    )


def rows(gap: float) -> list[Box]:
    """Two rows of ten cards, one below the other."""
    return [(240.0 * i, row * (96.0 + gap), 176.0, 96.0) for row in (0, 1) for i in range(10)]


@pytest.mark.parametrize("down", [False, True])
def test_wire_to_the_next_row_runs_between_the_rows(down: bool) -> None:
    boxes = rows(168.0)
    if down:
        boxes = [(y, x, h, w) for x, y, w, h in boxes]
    points = drawn(boxes, 9, 10, down)
    assert len(points) == SEGMENTS + 1
    assert inside(points, boxes) == 0
    assert np.isfinite(points).all()


def test_wire_without_a_gap_stays_a_curve() -> None:
    points = drawn(rows(10.0), 9, 10)
    steps = np.abs(np.diff(points, axis=0))
    assert (steps.min(axis=1) > 0.01).sum() > SEGMENTS // 2, "no straight pieces along the axes"


def test_wires_of_one_gap_do_not_lie_on_each_other() -> None:
    boxes = [(0.0, 0.0, 176.0, 96.0), (0.0, 128.0, 176.0, 96.0)]
    boxes = [(x + 3_000, y, w, h) for x, y, w, h in boxes]
    boxes += [(0.0, 600.0, 176.0, 96.0), (0.0, 728.0, 176.0, 96.0)]
    upper, lower = drawn(boxes, 0, 2), drawn(boxes, 1, 3)
    middle = SEGMENTS // 2
    assert abs(upper[middle, 1] - lower[middle, 1]) > 5


def test_wire_a_little_back_bends_round_by_itself() -> None:
    points = drawn([(0.0, 0.0, 176.0, 96.0), (60.0, 300.0, 176.0, 96.0)], 0, 1)
    assert points[:, 0].max() < 176 + 180
