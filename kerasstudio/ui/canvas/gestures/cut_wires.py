"""A stroke across the paper cuts the wires that it crosses."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter

from kerasstudio.ui.canvas.batch_painter import cosmetic
from kerasstudio.ui.canvas.gestures.gesture import Gesture, Modifiers
from kerasstudio.ui.canvas.remarks import paint_remark
from kerasstudio.ui.theme import tokens

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

_NEAREST = 3.0
"""Screen pixels between two points of the stroke."""


class CutWires(Gesture):
    """Wires that will go turn red. A click that does not travel calls `clicked`."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(
        self,
        view: CanvasView,
        at: QPointF,
        spot: QPointF,
        clicked: Callable[[QPointF], object] | None = None,
    ) -> None:
        super().__init__(view, at, spot)
        self._clicked = clicked
        self._stroke = [(at.x(), at.y())]
        self._spot = spot
        self._cut: set[str] = set()

    def moved(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        if not self.has_travelled(spot):
            return
        self._spot = spot
        here = (at.x(), at.y())
        last = self._stroke[-1]
        if np.hypot(here[0] - last[0], here[1] - last[1]) * self.view.zoom >= _NEAREST:
            self._stroke.append(here)
            self._cut |= self.view.model.wires.crossed_by(np.array([last, here]))
            self.view.emphasis.doomed_wires = frozenset(self._cut)
        self.view.refresh()

    def released(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        self.moved(at, spot, modifiers)
        super().released(at, spot, modifiers)
        if not self.travelled:
            if self._clicked is not None:
                self._clicked(spot)
        elif self._cut:
            self.view.editor.wires.cut(self._cut)

    def paint(self, painter: QPainter) -> None:
        if not self.travelled:
            return
        color = QColor(tokens().error)
        pen = cosmetic(color, 1.6, self.view.viewport().devicePixelRatioF())
        pen.setDashPattern([5, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline([QPointF(x, y) for x, y in self._stroke])
        count = len(self._cut)
        if count:
            text = "cuts 1 wire" if count == 1 else f"cuts {count} wires"
            paint_remark(painter, text, self._spot, self.view.viewport().size(), color)
