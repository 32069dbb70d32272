"""The whole drawing in a corner; click or drag to travel."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from kerasstudio.ui.canvas.canvas_view import CanvasView
from kerasstudio.ui.canvas.rectangles import draw_rects
from kerasstudio.ui.theme import tokens

SIZE = QSize(172, 96)
_PAD = 8.0


class Minimap(QWidget):
    """The cards are painted into a picture when the drawing changed; travelling only draws the
    picture and the frame."""

    def __init__(self, view: CanvasView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._picture: QPixmap | None = None
        self._scene_box = QRectF(0, 0, 1, 1)
        self.setFixedSize(SIZE)
        self.setAccessibleName("Overview of the drawing")
        self.setToolTip("Click or drag to travel")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(40)
        self._timer.timeout.connect(self._renew)
        view.view_changed.connect(self._moved)

    def renew(self) -> None:
        """The drawing changed: paint it soon."""
        if not self._timer.isActive():
            self._timer.start()

    def theme_changed(self) -> None:
        self._renew()

    def _renew(self) -> None:
        self._picture = None
        self.update()

    def _moved(self) -> None:
        if self.isVisible():
            self.update()

    def _scale(self) -> tuple[float, QPointF]:
        """Pixels for each scene pixel, and where the scene's corner comes to lie."""
        area = QRectF(self.rect()).adjusted(_PAD, _PAD, -_PAD, -_PAD)
        box = self._scene_box
        scale = min(
            area.width() / max(1.0, box.width()), area.height() / max(1.0, box.height()), 0.2
        )
        left = area.center().x() - box.center().x() * scale
        top = area.center().y() - box.center().y() * scale
        return scale, QPointF(left, top)

    def _paint_picture(self) -> QPixmap:
        model = self._view.model
        bounds = model.nodes.bounds()
        x0, y0, x1, y1 = bounds if bounds is not None else (0.0, 0.0, 1.0, 1.0)
        self._scene_box = QRectF(x0, y0, x1 - x0, y1 - y0)
        scale, corner = self._scale()
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        theme = tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(theme.surface)
        ground.setAlpha(235)
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(model.nodes) < 1000)
        painter.setPen(Qt.PenStyle.NoPen)
        slots = np.array(list(model.nodes.slots.values()), np.intp)
        categories = model.nodes.categories[slots]
        for number in np.flatnonzero(np.bincount(categories)).tolist():  # unlike np.unique, at hand
            rects = model.nodes.rects[slots[categories == number]] * scale
            rects[:, 0] += corner.x()
            rects[:, 1] += corner.y()
            rects[:, 2:] = np.maximum(rects[:, 2:], 1.5)
            painter.setBrush(QColor(theme.category(model.categories[number])))
            draw_rects(painter, rects)
        painter.end()
        return picture

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = tokens()
        if self._picture is None:
            self._picture = self._paint_picture()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        scale, corner = self._scale()
        x0, y0, x1, y1 = self._view.visible_box()
        frame = QRectF(
            x0 * scale + corner.x(),
            y0 * scale + corner.y(),
            (x1 - x0) * scale,
            (y1 - y0) * scale,
        ).intersected(QRectF(self.rect()).adjusted(3, 3, -3, -3))
        fill = QColor(theme.accent)
        fill.setAlpha(24)
        painter.setBrush(fill)
        painter.setPen(QPen(QColor(theme.accent), 1))
        painter.drawRect(frame.toRect())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._travel(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._travel(event.position())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._renew()

    def _travel(self, spot: QPointF) -> None:
        scale, corner = self._scale()
        at = QPointF((spot.x() - corner.x()) / scale, (spot.y() - corner.y()) / scale)
        self._view.put(at, QPointF(self._view.viewport().rect().center()))
        self._view.refresh()
