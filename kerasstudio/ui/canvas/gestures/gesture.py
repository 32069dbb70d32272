"""The common part of mouse gestures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

Modifiers = Qt.KeyboardModifier


class Gesture:
    """Lives from a press to the end it chooses itself by `view.end_gesture()`.

    Positions come in scene pixels (`at`) and in viewport pixels (`spot`)."""

    cursor: Qt.CursorShape | None = None
    scrolls_at_edges = True

    def __init__(self, view: CanvasView, at: QPointF, spot: QPointF) -> None:
        self.view = view
        self.first_at, self.first_spot = at, spot
        self.travelled = False

    def moved(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        """The mouse is elsewhere, or the view was scrolled below it."""

    def pressed(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        """A second press, in gestures that go on without a held button."""

    def released(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        self.view.end_gesture()

    def key_pressed(self, event: QKeyEvent) -> bool:
        """A key while the gesture goes on; whether it meant something here."""
        return False

    def answered(self) -> None:
        """Keras has answered a question about what is going on."""

    def cancel(self) -> None:
        """Put everything back as it was; the view ends the gesture."""

    def paint(self, painter: QPainter) -> None:
        """Draw over the cards, in scene coordinates."""

    def has_travelled(self, spot: QPointF) -> bool:
        """Whether the mouse has gone far enough from where it began to mean a drag."""
        if not self.travelled:
            distance = (spot - self.first_spot).manhattanLength()
            self.travelled = distance >= QApplication.startDragDistance() / 2
        return self.travelled
