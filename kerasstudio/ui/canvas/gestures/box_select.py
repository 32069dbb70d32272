"""A box drawn on empty canvas selects what it touches; Shift adds, Ctrl toggles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from kerasstudio.ui.canvas.gestures.gesture import Gesture, Modifiers
from kerasstudio.ui.theme import tokens

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView


class BoxSelect(Gesture):
    """A click that does not travel clears the selection, unless a modifier is held."""

    def __init__(self, view: CanvasView, at: QPointF, spot: QPointF) -> None:
        super().__init__(view, at, spot)
        self._before = view.selection.nodes
        self._last = at

    def moved(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        if not self.has_travelled(spot):
            return
        self._last = at
        box = self._box()
        model = self.view.model
        found = frozenset(
            model.nodes.names(model.nodes.within(box.left(), box.top(), box.right(), box.bottom()))
        )
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            found = self._before ^ found
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            found |= self._before
        self.view.selection.select(found)
        self.view.refresh()

    def released(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if not self.travelled and not modifiers & held:
            self.view.selection.clear()
            self.view.select_wire(None)
        super().released(at, spot, modifiers)

    def cancel(self) -> None:
        self.view.selection.select(self._before)

    def paint(self, painter: QPainter) -> None:
        if not self.travelled:
            return
        color = QColor(tokens().accent)
        pen = QPen(color, 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        color.setAlpha(32)
        painter.setBrush(color)
        painter.drawRect(self._box())

    def _box(self) -> QRectF:
        return QRectF(self.first_at, self._last).normalized()
