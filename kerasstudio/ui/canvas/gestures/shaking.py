"""Whether a hand shakes what it holds: to and fro, quickly."""

from __future__ import annotations

from collections import deque
from time import monotonic

from PySide6.QtCore import QPointF

WITHIN_S = 0.7
TURNS = 3
LEAST = 14.0
"""Screen pixels from turn to turn: less is a tremble."""


class Shaking:
    """`moved(spot)` is True once the mouse has turned round often enough in a short time."""

    def __init__(self, spot: QPointF) -> None:
        self._turned_at = spot
        self._furthest = spot
        self._turns: deque[float] = deque(maxlen=TURNS)

    def moved(self, spot: QPointF, now: float | None = None) -> bool:
        """`now` in seconds, the clock's by default."""
        now = monotonic() if now is None else now
        way, step = self._furthest - self._turned_at, spot - self._furthest
        forward = QPointF.dotProduct(way, step) >= 0
        if forward or way.manhattanLength() == 0:
            self._furthest = spot
        elif step.manhattanLength() >= LEAST:
            if way.manhattanLength() >= LEAST:
                self._turns.append(now)
            self._turned_at, self._furthest = self._furthest, spot
        if len(self._turns) == TURNS and now - self._turns[0] <= WITHIN_S:
            self._turns.clear()
            return True
        return False
