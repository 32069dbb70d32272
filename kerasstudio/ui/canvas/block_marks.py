"""How a card looks that holds others: a stack of sheets."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

_SHEETS = ((9.0, 8.0), (4.5, 4.0))
"""How far each sheet is drawn in at the sides, and how far it looks out below; scene pixels."""


def paint_stack(
    painter: QPainter, card: QRectF, edge: QColor, ground: QColor, radius: float
) -> None:
    """The sheets behind a card, the farthest first; the card itself is painted over them."""
    painter.setPen(QPen(edge, 1))
    for number, (inward, below) in enumerate(_SHEETS):
        shade = QColor(ground)
        shade = (
            shade.darker(112 - 5 * number)
            if shade.lightnessF() > 0.5
            else shade.lighter(128 - 12 * number)
        )
        painter.setBrush(shade)
        sheet = QRectF(
            card.x() + inward,
            card.y() + card.height() / 2,
            card.width() - 2 * inward,
            card.height() / 2 + below,
        )
        painter.drawRoundedRect(sheet, radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
