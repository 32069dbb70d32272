"""Zooming by a drag: up is nearer, down is farther."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from kerasstudio.ui.canvas.gestures.gesture import Gesture, Modifiers

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

_PER_PIXEL = 1.006


class Zoom(Gesture):
    """What was under the mouse at first stays in its place."""

    cursor = Qt.CursorShape.SizeVerCursor
    scrolls_at_edges = False

    def __init__(self, view: CanvasView, at: QPointF, spot: QPointF) -> None:
        super().__init__(view, at, spot)
        self._zoom = view.zoom

    def moved(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        if self.has_travelled(spot):
            up = self.first_spot.y() - spot.y()
            self.view.set_zoom(self._zoom * _PER_PIXEL**up, self.first_spot)
