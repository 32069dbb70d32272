"""Scrolling while a gesture stays near the edge of the view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, QTimer

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

_EDGE = 26
_STEP_MS = 16
_FASTEST = 18.0


class EdgeScroll(QObject):
    """The nearer to the edge, the faster; `stop` ends it."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._spot = view, QPointF()
        self._timer = QTimer(self)
        self._timer.setInterval(_STEP_MS)
        self._timer.timeout.connect(self._scroll)

    def follow(self, spot: QPointF) -> None:
        """The mouse is at a spot of the viewport."""
        self._spot = spot
        inside = QRectF(self._view.viewport().rect()).adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        if inside.contains(spot):
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _scroll(self) -> None:
        area = self._view.viewport().rect()
        steps = []
        for value, size in ((self._spot.x(), area.width()), (self._spot.y(), area.height())):
            over = min(0.0, value - _EDGE) + max(0.0, value - (size - _EDGE))
            steps.append(round(max(-_FASTEST, min(_FASTEST, over * 0.6))))
        if any(steps):
            self._view.scroll_by(*steps)
            self._view.after_scroll(self._spot)
