"""Paints frames: a tinted sheet behind the cards, with its title on a strip."""

from __future__ import annotations

from collections.abc import Collection
from math import ceil, floor

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from kerasstudio.ui.canvas.card_painter import mixed
from kerasstudio.ui.canvas.decorations import Box, Decorations
from kerasstudio.ui.canvas.rectangles import draw_rects
from kerasstudio.ui.theme import drawing_font, tokens

RADIUS = 10.0
_PAD = 12.0
_TITLES_KEPT = 600
_NAMELESS = "Frame"
_FAR = 0.35
_LONGEST = 300
_LEAST_ROOM = 30.0


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
        hovered: str | None,
        target: str | None,
    ) -> None:
        """The frames in a part of the scene. `target` would take what is being dragged."""
        decorations = self._decorations
        zoom = painter.worldTransform().m11()
        keys = decorations.frames_within(box, zoom)
        if not keys:
            return
        far = zoom < _FAR
        lit = {key for key in (target, hovered) if key is not None}
        if far:
            self._paint_far(painter, [key for key in keys if key not in lit])
        for key in keys:
            frame = decorations.frame(key)
            if frame is not None and (not far or key in lit):
                rect = QRectF(*decorations.rect(key))
                strip = QRectF(*decorations.title_box(key, zoom))
                paint_sheet(painter, rect, strip, frame.color, zoom, key in lit, key == target)
        self._paint_titles(painter, keys, zoom)

    def _paint_far(self, painter: QPainter, keys: Collection[str]) -> None:
        """All of one colour at once: many frames are in view."""
        decorations, theme = self._decorations, tokens()
        by_color: dict[str, list[int]] = {}
        for key in keys:
            frame = decorations.frame(key)
            if frame is not None:
                by_color.setdefault(frame.color, []).append(decorations.frames.slots[key])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for color, slots in by_color.items():
            # Mixed beforehand: what can be seen through costs many times as much.
            shade, paper = QColor(theme.frame(color)), QColor(theme.canvas)
            painter.setPen(QPen(mixed(shade, paper, 0.55), 0))
            painter.setBrush(mixed(shade, paper, 0.12))
            draw_rects(painter, decorations.frames.rects[slots])

    def _paint_titles(self, painter: QPainter, keys: Collection[str], zoom: float) -> None:
        transform, ratio = painter.worldTransform(), painter.device().devicePixelRatioF()
        dx, dy = transform.dx(), transform.dy()
        painter.save()
        painter.resetTransform()
        for key in keys:
            frame = self._decorations.frame(key)
            x, y, width, height = self._decorations.title_box(key, zoom)
            pad = min(_PAD, width * 0.1) * zoom
            height, room = height * zoom, width * zoom - 2 * pad
            size = min(max(12, round(14 * zoom)), 30, int(height * 0.75))
            if frame is None or size < 11 or room < _LEAST_ROOM:
                continue
            text = frame.title[:_LONGEST] or _NAMELESS
            picture = self._title(text, frame.color, size, int(room), ratio)
            left, top = x * zoom + dx + pad, y * zoom + dy + (height - picture.height() / ratio) / 2
            painter.drawPixmap(
                QPointF(floor(left * ratio + 0.5) / ratio, floor(top * ratio + 0.5) / ratio),
                picture,
            )
        painter.restore()

    def _title(self, text: str, color: str, size: int, room: int, ratio: float) -> QPixmap:
        key = (text, color, size, room, ratio)
        found = self._titles.get(key)
        if found is None:
            if len(self._titles) > _TITLES_KEPT:
                self._titles.clear()
            font = drawing_font(size, QFont.Weight.DemiBold)
            shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room)
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
    detailed = zoom >= _FAR
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


def title_color(color: str) -> QColor:
    """Of a frame's title: its colour, mixed with that of text until it can be read."""
    theme = tokens()
    return mixed(QColor(theme.frame(color)), QColor(theme.text), 0.55 if theme.dark else 0.5)


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
