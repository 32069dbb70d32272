"""All curves of a plot in one graphics item: a third of the cost of one item a curve."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from kerasstudio.ui.charts.series import Floats


@dataclass(frozen=True)
class Stroke:
    """One curve as drawn: `x` and `y` in axis units (log already taken), gaps where not finite."""

    x: Floats
    y: Floats
    pen: QPen
    smooth_edges: bool = True


@dataclass(frozen=True)
class Mark:
    """A star at a point in axis units."""

    x: float
    y: float
    color: QColor


def _star(radius: float) -> QPolygonF:
    """Five points, the first upwards, in pixels around (0, 0)."""
    corners = []
    for index in range(10):
        length = radius if index % 2 == 0 else radius * 0.45
        angle = math.pi * index / 5
        corners.append(QPointF(length * math.sin(angle), -length * math.cos(angle)))
    return QPolygonF(corners)


STAR = _star(5.0)


class CurveLayer(pg.GraphicsObject):  # type: ignore[misc]
    """Draws strokes in order. Pens are cosmetic: their width is in pixels at every zoom."""

    def __init__(self) -> None:
        super().__init__()
        self._strokes: list[tuple[Stroke, QPainterPath]] = []
        self._marks: list[Mark] = []
        self._rect = QRectF()

    def set_strokes(self, strokes: list[Stroke], marks: list[Mark] | None = None) -> None:
        self._strokes = [(stroke, _path(stroke)) for stroke in strokes if len(stroke.x)]
        self._marks = marks or []
        self._follow_view()
        self.update()

    def _follow_view(self) -> None:
        box = self.getViewBox()
        rect = box.viewRect() if box is not None else QRectF()
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = rect

    # ------------------------------------------------------------ Qt and pyqtgraph

    def viewRangeChanged(self) -> None:
        self._follow_view()

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        for stroke, path in self._strokes:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, stroke.smooth_edges)
            painter.setPen(stroke.pen)
            painter.drawPath(path)
        if not self._marks:
            return
        # Marks keep their size in pixels at every zoom.
        transform = painter.transform()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for mark in self._marks:
            painter.setBrush(mark.color)
            painter.drawPolygon(STAR.translated(transform.map(QPointF(mark.x, mark.y))))


class BarePlot(pg.PlotWidget):  # type: ignore[misc]
    """A plot without pyqtgraph's menus and buttons."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        plot = self.getPlotItem()
        plot.hideButtons()
        # pyqtgraph keeps settings in widgets of a menu without an owner; it would outlive us.
        plot.ctrlMenu.setParent(self, plot.ctrlMenu.windowFlags())


def cache_axis(axis: pg.AxisItem) -> None:
    """Let Qt keep the drawn axis as a pixmap: its text is laid out only when ticks change."""
    axis.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)


def _path(stroke: Stroke) -> QPainterPath:
    if len(stroke.x) == 1:  # a lone point would draw nothing
        path = QPainterPath()
        path.moveTo(stroke.x[0], stroke.y[0])
        path.lineTo(stroke.x[0], stroke.y[0])
        return path
    finite = bool(np.isfinite(stroke.y).all())
    drawn: QPainterPath = pg.arrayToQPath(stroke.x, stroke.y, connect="all" if finite else "finite")
    return drawn
