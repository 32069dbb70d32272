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
        chosen = view.selection
        self._before = chosen.nodes, chosen.dots, chosen.decorations
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
        decorations = self._decorations(box)
        before = self._before
        if self._how == "toggle":
            found, dots = before[0] ^ found, before[1] ^ dots
            decorations = before[2] ^ decorations
        elif self._how == "add":
            found, dots = before[0] | found, before[1] | dots
            decorations = before[2] | decorations
        self.view.selection.select(found, dots, decorations)
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

    def _decorations(self, box: QRectF) -> frozenset[str]:
        """Notes that the box touches, frames that lie in it as a whole: else no box could be drawn
        in a frame without taking it."""
        decorations = self.view.model.decorations
        corners = (box.left(), box.top(), box.right(), box.bottom())
        notes = decorations.notes.names(decorations.notes.within(*corners))
        frames = [
            key
            for key in decorations.frames.names(decorations.frames.within(*corners))
            if box.contains(QRectF(*decorations.rect(key)))
        ]
        return frozenset((*notes, *frames))

    def _box(self) -> QRectF:
        return QRectF(self.first_at, self._last).normalized()
