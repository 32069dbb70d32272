"""Dragging the paper: middle button, right button, or Space and the left button."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from kerasstudio.ui.canvas.gestures.gesture import Gesture, Modifiers

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView


class Pan(Gesture):
    """`clicked` is called when the button comes up where it went down (a menu for the right
    one)."""

    cursor = Qt.CursorShape.ClosedHandCursor
    scrolls_at_edges = False

    def __init__(
        self,
        view: CanvasView,
        at: QPointF,
        spot: QPointF,
        clicked: Callable[[QPointF], object] | None = None,
    ) -> None:
        super().__init__(view, at, spot)
        self._clicked = clicked

    def moved(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        if self.has_travelled(spot):
            self.view.put(self.first_at, spot)

    def released(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        super().released(at, spot, modifiers)
        if not self.travelled and self._clicked is not None:
            self._clicked(spot)
