"""A few words beside the mouse while a gesture goes on: why not, or what will be."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from kerasstudio.ui.theme import tokens, ui_font

_WIDEST = 340.0
_PAD_X, _PAD_Y = 10.0, 6.0
_WRAP = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap


def paint_remark(painter: QPainter, text: str, spot: QPointF, room: QSize, color: QColor) -> None:
    """Draw `text` in a box with a border of `color` below and right of `spot` (viewport pixels),
    moved so that it is inside of `room`."""
    painter.save()
    painter.resetTransform()
    painter.setFont(ui_font(12))
    metrics = QFontMetricsF(painter.font())
    words = metrics.boundingRect(QRectF(0, 0, _WIDEST, 2000), int(_WRAP), text)
    width, height = words.width() + 2 * _PAD_X, words.height() + 2 * _PAD_Y
    x = min(spot.x() + 16, room.width() - width - 8)
    y = spot.y() + 20
    if y + height > room.height() - 8:
        y = spot.y() - height - 12
    box = QRectF(max(8.0, x), max(8.0, y), width, height)
    theme = tokens()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(color, 1))
    painter.setBrush(QColor(theme.raised))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
    painter.setPen(QColor(theme.text))
    painter.drawText(box.adjusted(_PAD_X, _PAD_Y, -_PAD_X + 2, -_PAD_Y + 2), int(_WRAP), text)
    painter.restore()
