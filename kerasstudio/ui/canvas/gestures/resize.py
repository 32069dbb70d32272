"""Dragging an edge or a corner of a frame or note: one undo step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from kerasstudio.graph.frames import LEAST_FRAME, LEAST_NOTE, Rect
from kerasstudio.ui.canvas.gestures.gesture import Gesture, Modifiers
from kerasstudio.ui.canvas.gestures.guides import Guides

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView


def edge_cursor(edge: str) -> Qt.CursorShape:
    """The cursor over an edge ("left", "top right", ...)."""
    if edge in ("top left", "bottom right"):
        return Qt.CursorShape.SizeFDiagCursor
    if edge in ("top right", "bottom left"):
        return Qt.CursorShape.SizeBDiagCursor
    return (
        Qt.CursorShape.SizeHorCursor if edge in ("left", "right") else Qt.CursorShape.SizeVerCursor
    )


class Resize(Gesture):
    """`edge` are the sides that follow the mouse. A click selects the frame or note."""

    def __init__(self, view: CanvasView, at: QPointF, spot: QPointF, key: str, edge: str) -> None:
        super().__init__(view, at, spot)
        self._key, self._sides = key, edge.split()
        self.cursor = edge_cursor(edge)
        decorations = view.model.decorations
        self._before = self._now = decorations.rect(key)
        self._least = LEAST_FRAME if decorations.frame(key) is not None else LEAST_NOTE
        self._guides = Guides(view, self._before, (), (key,))

    def moved(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        if not self.has_travelled(spot):
            return
        self._guides.lines = []
        shift = at - self.first_at
        rect = self._resized(0, shift.x(), "left", "right", self._before, modifiers)
        self._now = self._resized(1, shift.y(), "top", "bottom", rect, modifiers)
        self.view.model.move({self._key: self._now})
        self.view.refresh()

    def released(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        super().released(at, spot, modifiers)
        if not self.travelled:
            self.view.selection.select((), (), (self._key,))
        elif not self.view.editor.decor.resize(self._key, self._now):
            self.cancel()

    def cancel(self) -> None:
        self.view.model.move({self._key: self._before})
        self.view.refresh()

    def paint(self, painter: QPainter) -> None:
        self._guides.paint(painter)

    def _resized(
        self, axis: int, shift: float, low: str, high: str, rect: Rect, modifiers: Modifiers
    ) -> Rect:
        start, end = rect[axis], rect[axis] + rect[axis + 2]
        if low in self._sides:
            start = self._guides.placed_edge(start + shift, axis, modifiers)
            start = min(start, end - self._least[axis])
        elif high in self._sides:
            end = self._guides.placed_edge(end + shift, axis, modifiers)
            end = max(end, start + self._least[axis])
        changed = list(rect)
        changed[axis], changed[axis + 2] = start, end - start
        return changed[0], changed[1], changed[2], changed[3]
