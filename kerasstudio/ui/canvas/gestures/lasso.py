"""A line drawn around cards and notes selects those whose middles it encloses, and frames as a
whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from kerasstudio.ui.canvas.gestures.gesture import Gesture, Modifiers
from kerasstudio.ui.canvas.node_index import Floats, NodeIndex
from kerasstudio.ui.theme import tokens

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

_STEP = 4.0
"""Screen pixels between two points of the line."""


class Lasso(Gesture):
    """`add` keeps what was selected before. A click that does not travel selects nothing."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, view: CanvasView, at: QPointF, spot: QPointF, add: bool = False) -> None:
        super().__init__(view, at, spot)
        chosen = view.selection
        self._before = chosen.nodes, chosen.dots, chosen.decorations
        self._add = add
        self._points = [at]
        self._last_spot = spot

    def moved(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        if not self.has_travelled(spot):
            return
        if (spot - self._last_spot).manhattanLength() < _STEP:
            return
        self._last_spot = spot
        self._points.append(at)
        self._select()
        self.view.refresh()

    def released(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        super().released(at, spot, modifiers)
        if self.travelled:
            self._points.append(at)
            self._select()

    def cancel(self) -> None:
        self.view.selection.select(*self._before)

    def paint(self, painter: QPainter) -> None:
        if not self.travelled:
            return
        color = QColor(tokens().accent)
        pen = QPen(color, 1.4)
        pen.setCosmetic(True)
        painter.setPen(pen)
        color.setAlpha(28)
        painter.setBrush(color)
        painter.drawPolygon(QPolygonF(self._points))

    def _select(self) -> None:
        model = self.view.model
        line = np.array([(point.x(), point.y()) for point in self._points])
        nodes = frozenset(_enclosed(model.nodes, line))
        index = model.wires.dots
        held = inside(index.places, line) if index else np.zeros(0, bool)
        dots = frozenset(index.owners[row] for row in np.flatnonzero(held).tolist())
        decorations = frozenset((*_enclosed(model.decorations.notes, line), *self._frames(line)))
        if self._add:
            before = self._before
            nodes, dots, decorations = nodes | before[0], dots | before[1], decorations | before[2]
        self.view.selection.select(nodes, dots, decorations)

    def _frames(self, line: Floats) -> list[str]:
        """Frames that the line encloses as a whole."""
        decorations, found = self.view.model.decorations, []
        for key in decorations.layers:
            x, y, width, height = decorations.frames.rect(key)
            corners = [(x, y), (x + width, y), (x, y + height), (x + width, y + height)]
            if inside(np.array(corners), line).all():
                found.append(key)
        return found


def _enclosed(index: NodeIndex, line: Floats) -> list[str]:
    if not len(index) or len(line) < 3:
        return []
    low, high = line.min(axis=0), line.max(axis=0)
    slots = index.within(*low.tolist(), *high.tolist())
    rects = index.rects[slots]
    return index.names(slots[inside(rects[:, :2] + rects[:, 2:] / 2, line)])


def inside(points: Floats, line: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which points (n, 2) lie in a closed line (m, 2): by the even-odd rule, as in the crossing
    test of Shimrat (1962), a piece of the line at a time."""
    found = np.zeros(len(points), bool)
    x, y = points[:, 0], points[:, 1]
    for (x0, y0), (x1, y1) in zip(line, np.roll(line, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        found ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    return found
