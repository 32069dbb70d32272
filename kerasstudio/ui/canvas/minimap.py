"""The whole drawing in a corner; click to travel, drag the rectangle of what is in view."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from kerasstudio.ui.canvas.canvas_view import CanvasView
from kerasstudio.ui.canvas.node_index import Floats
from kerasstudio.ui.canvas.rectangles import draw_rects
from kerasstudio.ui.theme import tokens

SIZE = QSize(172, 96)
_PAD = 8.0
_MANY = 300


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
        self.setToolTip("Click to travel, drag the rectangle")
        self._held: QPointF | None = None
        """Where the rectangle was taken, from its middle, in scene pixels."""
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
        bounds = model.bounds()
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
        self._paint_decorations(painter, scale, corner)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(model.nodes) < 1000)
        painter.setPen(Qt.PenStyle.NoPen)
        slots = np.array(list(model.nodes.slots.values()), np.intp)
        categories = model.nodes.categories[slots]
        for number in np.flatnonzero(np.bincount(categories)).tolist():  # unlike np.unique, at hand
            rects = _small(model.nodes.rects[slots[categories == number]], scale, corner)
            painter.setBrush(QColor(theme.category(model.categories[number])))
            draw_rects(painter, rects)
        painter.end()
        return picture

    def _paint_decorations(self, painter: QPainter, scale: float, corner: QPointF) -> None:
        """Frames as tinted sheets, notes as slips."""
        decorations, theme = self._view.model.decorations, tokens()
        for key in (*decorations.layers, *decorations.notes.slots):
            frame = decorations.frame(key)
            x, y, width, height = decorations.rect(key)
            box = QRectF(
                x * scale + corner.x(), y * scale + corner.y(), width * scale, height * scale
            )
            ground = QColor(theme.note_border if frame is None else theme.frame(frame.color))
            line = QColor(ground)
            ground.setAlphaF(0.75 if frame is None else 0.16)
            line.setAlphaF(0.8)
            painter.setPen(QPen(line, 1))
            painter.setBrush(ground)
            painter.drawRect(box)

    def _paint_selection(self, painter: QPainter, scale: float, corner: QPointF) -> None:
        model, chosen = self._view.model, self._view.selection
        slots = model.nodes.chosen(chosen.nodes)
        rects = [model.nodes.rects[slots]]
        marked = [model.decorations.rect(key) for key in chosen.decorations if model.has(key)]
        rects += [np.array(marked)] if marked else []
        small = _small(np.concatenate(rects), scale, corner)
        if len(small) > _MANY:
            self._paint_many(painter, small)
        elif len(small):
            painter.setPen(QPen(QColor(tokens().accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            draw_rects(painter, small)

    def _paint_many(self, painter: QPainter, rects: Floats) -> None:
        """The pixels that thousands of small cards lie on, each once."""
        width, height = self.width(), self.height()
        pixels = np.zeros((height, width), np.uint32)
        middles = (rects[:, :2] + rects[:, 2:] / 2).astype(np.intp)
        columns, rows = middles.clip(0, (width - 1, height - 1)).T
        pixels[rows, columns] = QColor(tokens().accent).rgba()
        image = QImage(pixels.data, width, height, QImage.Format.Format_ARGB32_Premultiplied)
        painter.drawImage(0, 0, image)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = tokens()
        if self._picture is None:
            self._picture = self._paint_picture()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        scale, corner = self._scale()
        self._paint_selection(painter, scale, corner)
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
        """Within the rectangle it is taken where the mouse is; elsewhere it comes to the mouse."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = self._at(event.position())
        x0, y0, x1, y1 = self._view.visible_box()
        inside = x0 <= at.x() <= x1 and y0 <= at.y() <= y1
        middle = QPointF((x0 + x1) / 2, (y0 + y1) / 2)
        self._held = middle - at if inside else QPointF()
        self._travel(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._held is not None:
            self._travel(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom, around the middle of the view."""
        steps = event.angleDelta().y() or event.angleDelta().x()
        self._view.set_zoom(self._view.zoom * 1.0015**steps)
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._renew()

    def _at(self, spot: QPointF) -> QPointF:
        """The scene position at a spot of the map."""
        scale, corner = self._scale()
        return QPointF((spot.x() - corner.x()) / scale, (spot.y() - corner.y()) / scale)

    def _travel(self, spot: QPointF) -> None:
        at = self._at(spot) + (self._held or QPointF())
        self._view.put(at, QPointF(self._view.viewport().rect().center()))
        self._view.refresh()


def _small(rects: Floats, scale: float, corner: QPointF) -> Floats:
    """Scene rectangles as they lie on the map, none too small to be seen."""
    found = rects * scale
    found[:, 0] += corner.x()
    found[:, 1] += corner.y()
    found[:, 2:] = np.maximum(found[:, 2:], 1.5)
    return found
