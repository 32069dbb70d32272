"""A box drawn on empty canvas selects what it touches, adds it to the selection, or toggles it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from kerasstudio.ui.canvas.gestures.gesture import Gesture, Modifiers
from kerasstudio.ui.theme import tokens

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView


class BoxSelect(Gesture):
    """`how` is "replace", "add" or "toggle". A click that does not travel calls `clicked(spot)`;
    without one it clears the selection, if it was to be replaced."""

    def __init__(
        self,
        view: CanvasView,
        at: QPointF,
        spot: QPointF,
        how: str = "replace",
        clicked: Callable[[QPointF], object] | None = None,
    ) -> None:
        super().__init__(view, at, spot)
        self._how, self._clicked = how, clicked
        self._before = view.selection.nodes, view.selection.dots
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
        index = model.wires.dots
        rows = index.within(box.left(), box.top(), box.right(), box.bottom()).tolist()
        dots = frozenset(index.owners[row] for row in rows)
        nodes_before, dots_before = self._before
        if self._how == "toggle":
            found, dots = nodes_before ^ found, dots_before ^ dots
        elif self._how == "add":
            found, dots = nodes_before | found, dots_before | dots
        self.view.selection.select(found, dots)
        self.view.refresh()

    def released(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        super().released(at, spot, modifiers)
        if self.travelled:
            return
        if self._clicked is not None:
            self._clicked(spot)
        elif self._how == "replace":
            self.view.selection.clear()
            self.view.select_wire(None)

    def cancel(self) -> None:
        self.view.selection.select(*self._before)

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
