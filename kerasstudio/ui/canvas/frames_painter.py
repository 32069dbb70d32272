"""Paints frames: a tinted sheet behind the cards, with its title on a strip."""

from __future__ import annotations

from collections.abc import Collection
from math import ceil, floor

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from kerasstudio.graph.project import Frame
from kerasstudio.ui.canvas.decorations import Box, Decorations
from kerasstudio.ui.theme import drawing_font, tokens

RADIUS = 10.0
_PAD = 12.0
_TITLES_KEPT = 300
_NAMELESS = "Frame"


class FramesPainter:
    """Titles are small pictures that are kept: writing them anew would cost most of the frame."""

    def __init__(self, decorations: Decorations) -> None:
        self._decorations = decorations
        self._titles: dict[tuple[object, ...], QPixmap] = {}

    def clear(self) -> None:
        """The theme is another one."""
        self._titles.clear()

    def paint(
        self,
        painter: QPainter,
        box: Box,
        selected: Collection[str],
        hovered: str | None,
        target: str | None,
    ) -> None:
        """The frames in a part of the scene. `target` would take what is being dragged."""
        decorations = self._decorations
        zoom = painter.worldTransform().m11()
        for key in decorations.frames_within(box, zoom):
            frame = decorations.frame(key)
            if frame is not None:
                rect = QRectF(*decorations.rect(key))
                strip = QRectF(*decorations.title_box(key, zoom))
                lit = key in (target, hovered)
                paint_sheet(painter, rect, strip, frame.color, zoom, lit, key == target)
                if key in selected:
                    _paint_ring(painter, rect, zoom)
                self._paint_title(painter, frame, strip, zoom)

    def _paint_title(self, painter: QPainter, frame: Frame, strip: QRectF, zoom: float) -> None:
        height = strip.height() * zoom
        room = (strip.width() - 2 * min(_PAD, strip.width() * 0.1)) * zoom
        size = min(max(12, round(14 * zoom)), 30, int(height * 0.75))
        if size < 11 or room < 20:
            return
        ratio = painter.device().devicePixelRatioF()
        picture = self._title(frame.title or _NAMELESS, frame.color, size, room, ratio)
        transform = painter.worldTransform()
        corner = transform.map(strip.topLeft())
        left = corner.x() + min(_PAD * zoom, strip.width() * zoom * 0.1)
        top = corner.y() + (height - picture.height() / ratio) / 2
        painter.save()
        painter.resetTransform()
        painter.drawPixmap(
            QPointF(floor(left * ratio + 0.5) / ratio, floor(top * ratio + 0.5) / ratio), picture
        )
        painter.restore()

    def _title(self, text: str, color: str, size: int, room: float, ratio: float) -> QPixmap:
        font = drawing_font(size, QFont.Weight.DemiBold)
        metrics = QFontMetricsF(font)
        fits = metrics.horizontalAdvance(text) <= room
        shown = text if fits else metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        key = (shown, color, size, ratio)
        found = self._titles.get(key)
        if found is None:
            if len(self._titles) > _TITLES_KEPT:
                self._titles.clear()
            found = self._titles[key] = _title_picture(shown, title_color(color), font, ratio)
        return found


def paint_sheet(
    painter: QPainter,
    rect: QRectF,
    strip: QRectF,
    color: str,
    zoom: float,
    lit: bool = False,
    target: bool = False,
) -> None:
    """A frame without its title; for pictures on paper as well."""
    theme = tokens()
    shade = QColor(theme.frame(color))
    ground, band, line = QColor(shade), QColor(shade), QColor(shade)
    ground.setAlphaF((0.16 if target else 0.085) if theme.dark else (0.18 if target else 0.10))
    band.setAlphaF(0.22 if theme.dark else 0.20)
    line.setAlphaF(0.95 if lit else 0.55)
    radius = min(RADIUS, rect.height() / 4)
    detailed = zoom >= 0.35
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, detailed)
    pen = QPen(line, 1.6 if lit else 1.0)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setBrush(ground)
    if not detailed:
        painter.drawRect(rect)
        return
    painter.drawRoundedRect(rect, radius, radius)
    if strip.y() < rect.y():  # a tab on it
        return
    top = QPainterPath()
    top.setFillRule(Qt.FillRule.WindingFill)
    top.addRoundedRect(strip, radius, radius)
    below = min(radius, strip.height() / 2)
    top.addRect(strip.adjusted(0, strip.height() - below, 0, 0))
    painter.fillPath(top.simplified(), band)


def _paint_ring(painter: QPainter, rect: QRectF, zoom: float) -> None:
    pen = QPen(QColor(tokens().accent), 2)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    grow = 2 / zoom
    radius = min(RADIUS, rect.height() / 4) + grow
    painter.drawRoundedRect(rect.adjusted(-grow, -grow, grow, grow), radius, radius)


def title_color(color: str) -> QColor:
    """Of a frame's title: its colour, mixed with that of text until it can be read."""
    theme = tokens()
    shade, text = QColor(theme.frame(color)), QColor(theme.text)
    part = 0.55 if theme.dark else 0.5
    return QColor.fromRgbF(
        *(
            one * part + other * (1 - part)
            for one, other in zip(shade.getRgbF()[:3], text.getRgbF()[:3], strict=True)  # type: ignore[index]
        )
    )


def _title_picture(text: str, color: QColor, font: QFont, ratio: float) -> QPixmap:
    metrics = QFontMetricsF(font)
    width, height = ceil(metrics.horizontalAdvance(text)) + 2, ceil(metrics.height())
    picture = QPixmap(ceil(width * ratio), ceil(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(QPointF(0, metrics.ascent()), text)
    painter.end()
    return picture
