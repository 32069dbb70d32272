"""A histogram of a few bars, as high as a line of a table."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from kerasstudio.ui.theme import tokens

MOST_BARS = 24
_WIDEST = 9.0
_WIDEST_OF_FEW = 18.0


def paint_bars(painter: QPainter, rect: QRect, counts: tuple[int, ...]) -> None:
    """Bars of `counts` inside `rect`; a bin that is not empty always shows."""
    bars = joined(counts)
    largest = max(bars, default=0)
    if not largest:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens().histogram))
    widest = _WIDEST if len(bars) > 8 else _WIDEST_OF_FEW
    step = min(rect.width() / len(bars), widest)
    top, high = rect.y() + 7, rect.height() - 13
    for number, count in enumerate(bars):
        tall = max(1.5, high * count / largest) if count else 0.0
        painter.drawRect(
            QRectF(rect.x() + number * step, top + high - tall, max(1.0, step - 2), tall)
        )


def joined(counts: tuple[int, ...], most: int = MOST_BARS) -> tuple[int, ...]:
    """The same total in at most `most` bins: neighbours are added up."""
    if len(counts) <= most:
        return counts
    size = -(-len(counts) // most)
    return tuple(sum(counts[i : i + size]) for i in range(0, len(counts), size))
