"""Shapes on wires, as small pictures."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPixmap

from kerasstudio.ui.theme import drawing_mono as mono_font
from kerasstudio.ui.theme import tokens


def label_picture(text: str, ratio: float) -> QPixmap:
    """A text on the ground of the canvas."""
    theme = tokens()
    font = mono_font(11)
    width = ceil(QFontMetricsF(font).horizontalAdvance(text)) + 8
    picture = QPixmap(ceil(width * ratio), ceil(16 * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.canvas))
    painter.drawRoundedRect(QRectF(0, 0, width, 16), 4, 4)
    painter.setFont(font)
    painter.setPen(QColor(theme.text_muted))
    painter.drawText(QRectF(0, 0, width, 16), Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return picture
