"""A sentence about the drawing: the names of layers, which stand in quotation marks, are bold."""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from kerasstudio.ui.widgets.labels import Tone, tone_color

_QUOTED = re.compile(r'"([^"]{1,60})"')


class MessageText(QWidget):
    """Wraps like `TextBlock`; `text()` is the sentence as it was given."""

    def __init__(self, text: str, tone: Tone = "text", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._tone: Tone = tone
        self._shown, self._bold = _parts(text)
        self.setAccessibleName(text)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def text(self) -> str:
        return self._text

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._laid_out(width)[1] + 1)

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(self.width(), 200)))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.fontMetrics().height())

    def _laid_out(self, width: float) -> tuple[QTextLayout, float]:
        layout = QTextLayout(self._shown, self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        strong = QTextCharFormat()
        strong.setFontWeight(QFont.Weight.DemiBold)
        strong.setFontFamilies(["Inter SemiBold"])
        ranges = []
        for start, length in self._bold:
            span = QTextLayout.FormatRange()
            span.start, span.length, span.format = start, length, strong
            ranges.append(span)
        layout.setFormats(ranges)
        layout.beginLayout()
        height = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 20.0))
            line.setPosition(QRectF(0, height, 0, 0).topLeft())
            height += line.height()
        layout.endLayout()
        return layout, height

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(tone_color(self._tone if self.isEnabled() else "faint"))
        self._laid_out(self.width())[0].draw(painter, QRectF(self.rect()).topLeft())


@lru_cache(maxsize=256)
def _parts(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text without the quotation marks around names, and where the names are."""
    shown, bold, end = "", [], 0
    for found in _QUOTED.finditer(text):
        shown += text[end : found.start()]
        bold.append((len(shown), len(found.group(1))))
        shown += found.group(1)
        end = found.end()
    return shown + text[end:], tuple(bold)
