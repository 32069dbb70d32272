"""The name of a number: dragged sideways, it moves the number."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from kerasstudio.graph.stepping import Grain
from kerasstudio.ui.widgets.labels import ElidedButton
from kerasstudio.ui.widgets.step_arrows import grain_of

PIXELS_A_STEP = 10.0
_SLACK = 4.0


class ScrubLabel(ElidedButton):
    """A click is `clicked` as with other labels. A drag is `scrub_began`, then `scrubbed(steps,
    grain)` with the steps since the drag began or the grain changed (`rebased` then comes first),
    then `scrub_ended(kept)`: False when Escape took it back."""

    scrub_began = Signal()
    scrubbed = Signal(int, str)
    rebased = Signal()
    scrub_ended = Signal(bool)

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent=parent)
        self.scrubs = False
        self._start: QPointF | None = None
        self._grain: Grain = "normal"
        self._steps = 0
        self._running = False

    def set_scrubs(self, on: bool) -> None:
        """Whether there is a number to be moved."""
        if on != self.scrubs:
            self.scrubs = on
            shape = Qt.CursorShape.SizeHorCursor if on else Qt.CursorShape.WhatsThisCursor
            self.setCursor(shape)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.scrubs:
            self._start, self._running, self._steps = event.globalPosition(), False, 0
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._start is None:
            super().mouseMoveEvent(event)
            return
        at = event.globalPosition()
        if not self._running:
            if abs(at.x() - self._start.x()) < _SLACK:
                return
            self._running, self._grain = True, grain_of(event.modifiers())
            self._start = at
            self._listen(True)
            self.scrub_began.emit()
        grain = grain_of(event.modifiers())
        if grain != self._grain:
            self._grain, self._start, self._steps = grain, at, 0
            self.rebased.emit()
        steps = int((at.x() - self._start.x()) / PIXELS_A_STEP)
        if steps != self._steps:
            self._steps = steps
            self.scrubbed.emit(steps, grain)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        running = self._running
        self._end(True)
        if running:
            self.setDown(False)  # no click
        super().mouseReleaseEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While it is dragged, Escape is for it, whoever has the keyboard."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and self._running:
            self._end(False)
            self.setDown(False)
            return True
        return super().eventFilter(watched, event)

    def _listen(self, on: bool) -> None:
        application = QApplication.instance()
        if application is not None and on:
            application.installEventFilter(self)
        elif application is not None:
            application.removeEventFilter(self)

    def _end(self, kept: bool) -> None:
        running, self._running, self._start = self._running, False, None
        if running:
            self._listen(False)
            self.scrub_ended.emit(kept)
