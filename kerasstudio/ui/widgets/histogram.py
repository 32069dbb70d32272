"""A histogram of a few bars, as high as a line of a table."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kerasstudio.ui.theme import tokens

MOST_BARS = 32


class SparkHistogram(QWidget):
    """`counts` per bin; more than 32 are joined. The tool tip says what the bars are."""

    def __init__(self, counts: tuple[int, ...] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts = joined(counts)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(112, 26)

    def set_counts(self, counts: tuple[int, ...]) -> None:
        self._counts = joined(counts)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._counts:
            return
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens().histogram))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = min(self.width(), 160) / len(self._counts)
        wide = min(9.0, max(1.0, room - 2))
        step = min(room, wide + 2)
        largest = max(self._counts)
        high = self.height() - 2
        for index, count in enumerate(self._counts):
            # A bin that is not empty shows, however few it holds.
            tall = 0.0 if not count else max(1.5, high * count / largest)
            painter.drawRoundedRect(QRectF(index * step, high - tall + 1, wide, tall), 1, 1)


def joined(counts: tuple[int, ...], most: int = MOST_BARS) -> tuple[int, ...]:
    """The same total in at most `most` bins: neighbours are added up."""
    if len(counts) <= most:
        return counts
    size = -(-len(counts) // most)
    return tuple(sum(counts[i : i + size]) for i in range(0, len(counts), size))
