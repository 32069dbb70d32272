"""Work that can wait, cut into short steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

PAUSE_MS = 40


class IdleSteps(QObject):
    """Runs steps one by one, in their order, each after the window has seen to all its events
    and has had some time for the next ones."""

    def __init__(self, parent: QObject | None = None, pause_ms: int = PAUSE_MS) -> None:
        super().__init__(parent)
        self._steps: deque[Callable[[], object]] = deque()
        self._timer = QTimer(self)
        self._timer.setInterval(pause_ms)
        self._timer.timeout.connect(self._step)

    def add(self, *steps: Callable[[], object]) -> None:
        """Each step should take less than 50 ms."""
        self._steps.extend(steps)
        if self._steps and not self._timer.isActive():
            self._timer.start()

    @property
    def waiting(self) -> int:
        """How many steps are still to be done."""
        return len(self._steps)

    def clear(self) -> None:
        """Leave out the steps that are still to be done."""
        self._steps.clear()
        self._timer.stop()

    def _step(self) -> None:
        step = self._steps.popleft()
        if not self._steps:
            self._timer.stop()
        step()
