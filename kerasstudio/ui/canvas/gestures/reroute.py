"""Putting a reroute dot on a wire, and dragging it to its place in the same step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from kerasstudio.ui.canvas.gestures.gesture import Gesture, Modifiers

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

GRID = 8.0


class Reroute(Gesture):
    """`number` is the dot's place on the wire, counted from the source."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(
        self, view: CanvasView, at: QPointF, spot: QPointF, wire: str, number: int
    ) -> None:
        super().__init__(view, at, spot)
        self._wire, self._number = wire, number
        self._before = view.model.wires.dots.of_wire(wire)
        self._at = (at.x(), at.y())
        self._show()

    def moved(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        if not self.has_travelled(spot):
            return
        x, y = at.x(), at.y()
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            x, y = round(x / GRID) * GRID, round(y / GRID) * GRID
        self._at = (x, y)
        self._show()

    def released(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        super().released(at, spot, modifiers)
        self._put_back()
        if self.view.editor.wires.add_dot(self._wire, self._number, self._at):
            self.view.selection.select((), ((self._wire, self._number),))

    def cancel(self) -> None:
        self._put_back()

    def _show(self) -> None:
        dots = list(self._before)
        dots.insert(self._number, self._at)
        self._lead(tuple(dots))

    def _put_back(self) -> None:
        self._lead(self._before)

    def _lead(self, dots: tuple[tuple[float, float], ...]) -> None:
        self.view.model.lead(self._wire, dots)
        self.view.refresh()
