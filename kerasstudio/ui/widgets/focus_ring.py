"""The ring around what has the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from kerasstudio.ui.theme import tokens


def paint_focus_ring(
    painter: QPainter, box: QRectF, radius: float = 4.0, color: str | None = None
) -> None:
    """Two pixels inside of `box`, on whole pixels so that nothing of its contrast is lost."""
    painter.setPen(QPen(QColor(color or tokens().accent), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius, radius)
