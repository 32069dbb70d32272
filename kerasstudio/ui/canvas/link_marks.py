"""The mark of a shared layer: a colour and a number of its own, on all its cards."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from kerasstudio.ui import icons
from kerasstudio.ui.theme import drawing_font, px, tokens, ui_font

MARK_HEIGHT = 17.0
_ICON = 11.0

Write = Callable[[QPainter, QFont, str, QRectF], object]
"""How cards write a line (`card_painter.draw_text`)."""


def link_color(number: int) -> QColor:
    """The colour of the shared layer with this number, from 1; after seven they come again,
    and the number tells them apart."""
    colors = tokens().series[1:]  # the first one is that of what is selected
    return QColor(colors[(number - 1) % len(colors)])


class LinkMark(NamedTuple):
    """The mark on a card: shared layer `number`, called `calls` times."""

    number: int
    calls: int
    faint: bool = False

    @property
    def text(self) -> str:
        return f"#{self.number} ×{self.calls}"

    def paint(
        self, painter: QPainter, right: float, middle: float, scale: float, write: Write
    ) -> float:
        """Paint it so that it ends at `right`, words by `write`; returns the room it took."""
        font = drawing_font(11, QFont.Weight.DemiBold)
        width = QFontMetricsF(font).horizontalAdvance(self.text) + _ICON + 12.0
        box = QRectF(right - width, middle - MARK_HEIGHT / 2, width, MARK_HEIGHT)
        color = link_color(self.number)
        _paint_pill(painter, box, color, self.faint)
        picture = icons.pixmap("link", _ink(color).name(), int(_ICON), scale)
        painter.drawPixmap(QRectF(box.x() + 4, middle - _ICON / 2, _ICON, _ICON), picture, QRectF())
        painter.setPen(_ink(color))
        write(painter, font, self.text, box.adjusted(_ICON + 7, 0, 0, 0))
        return width + 4


class LinkChip(QWidget):
    """The mark of a shared layer in the window, with words."""

    def __init__(self, number: int, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number = number
        self._words = f"#{number}  {words}"
        self.setFont(ui_font(12))
        self.setAccessibleName(f"Shared layer {number}: {words}")

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._words) + px(34), px(22))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = link_color(self._number)
        box = QRectF(self.rect()).adjusted(0.5, 1.5, -0.5, -1.5)
        _paint_pill(painter, box, color, False)
        size = px(12)
        picture = icons.pixmap("link", _ink(color).name(), size, self.devicePixelRatioF())
        painter.drawPixmap(px(8), (self.height() - size) // 2, picture)
        painter.setPen(_ink(color))
        painter.setFont(self.font())
        painter.drawText(QRectF(self.rect()).adjusted(px(25), 0, 0, 0), _LEFT, self._words)


def _paint_pill(painter: QPainter, box: QRectF, color: QColor, faint: bool) -> None:
    ground = QColor(color)
    ground.setAlphaF(0.10 if faint else 0.20)
    edge = QColor(color)
    edge.setAlphaF(0.45 if faint else 0.9)
    painter.setPen(QPen(edge, 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)


def _ink(color: QColor) -> QColor:
    """What can be read on the pill."""
    theme = tokens()
    if theme.dark:
        return color.lighter(125)
    return color.darker(125)


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
