"""A line drawn around cards and notes selects those whose middles it encloses, and frames as a
whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from kerasstudio.ui.canvas.gestures.gesture import Gesture, Modifiers
from kerasstudio.ui.canvas.node_index import Floats, NodeIndex
from kerasstudio.ui.theme import tokens

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

Flags = NDArray[np.bool_]
_FAR_OFF = 1e12
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
        model, start = view.model, (at.x(), at.y())
        self._dots = list(model.wires.dots.owners)
        points = (
            _middles(model.nodes),
            _middles(model.decorations.notes),
            _corners(model.decorations.frames),
            model.wires.dots.places,
        )
        self._parts = [Enclosed(each, start) for each in points]
        self._last_spot = spot

    def moved(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        if not self.has_travelled(spot):
            return
        if (spot - self._last_spot).manhattanLength() < _STEP:
            return
        self._last_spot = spot
        self._take(at)
        self._select()
        self.view.refresh()

    def released(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        super().released(at, spot, modifiers)
        if self.travelled:
            self._take(at)
            self._select()

    def cancel(self) -> None:
        self.view.selection.select(*self._before)

    def paint(self, painter: QPainter) -> None:
        if not self.travelled:
            return
        color = QColor(tokens().accent)
        ground = QColor(color)
        ground.setAlpha(28)
        line = QPolygonF(self._points)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawPolygon(line)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        pen = QPen(color, 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawPolyline(line)

    def _take(self, at: QPointF) -> None:
        """One more point of the line."""
        for part in self._parts:
            part.lead_to(at.x(), at.y())
        self._points.append(at)

    def _select(self) -> None:
        model = self.view.model
        cards, notes, corners, dots = (part.inside for part in self._parts)
        nodes = frozenset(_names(model.nodes, cards))
        dotted = frozenset(self._dots[row] for row in np.flatnonzero(dots).tolist())
        whole: Flags = np.asarray(corners.reshape(-1, 4).all(axis=1))
        decorations = frozenset(
            (*_names(model.decorations.notes, notes), *_names(model.decorations.frames, whole))
        )
        if self._add:
            before = self._before
            nodes, dotted = nodes | before[0], dotted | before[1]
            decorations |= before[2]
        self.view.selection.select(nodes, dotted, decorations)


class Enclosed:
    """Which points (n, 2) a line encloses that is drawn from `start`, closed at any time: by the
    even-odd rule, as in the crossing test of Shimrat (1962). Each further point of the line costs
    the same, however long the line is."""

    def __init__(self, points: Floats, start: tuple[float, float]) -> None:
        # Free slots of an index lie at infinity, where nothing can be computed.
        self._x, self._y = np.nan_to_num(points, posinf=_FAR_OFF).T
        self._start = self._last = start
        self.inside = np.zeros(len(points), bool)

    def lead_to(self, x: float, y: float) -> None:
        """Lead the line on; what closes it leads from there back to its start."""
        self._cross(self._last, self._start)  # no longer what closes it
        self._cross(self._last, (x, y))
        self._cross((x, y), self._start)
        self._last = (x, y)

    def _cross(self, one: tuple[float, float], other: tuple[float, float]) -> None:
        (x0, y0), (x1, y1) = one, other
        if y0 == y1:
            return
        crosses = (y0 > self._y) != (y1 > self._y)
        self.inside ^= crosses & (self._x < (x1 - x0) * (self._y - y0) / (y1 - y0) + x0)


def _middles(index: NodeIndex) -> Floats:
    found: Floats = index.rects[:, :2] + index.rects[:, 2:] / 2
    return found


def _corners(index: NodeIndex) -> Floats:
    """Four points of each slot, one after the other."""
    low, high = index.rects[:, :2], index.rects[:, :2] + index.rects[:, 2:]
    found: Floats = np.stack(
        [low, high, np.stack([low[:, 0], high[:, 1]], 1), np.stack([high[:, 0], low[:, 1]], 1)], 1
    )
    return found.reshape(-1, 2)


def _names(index: NodeIndex, held: Flags) -> list[str]:
    return index.names(np.flatnonzero(held))
