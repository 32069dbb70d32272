"""A calm line above a page: something to know, a word to learn more, and a cross."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kerasstudio.ui.theme import tokens
from kerasstudio.ui.widgets.glyph_button import GlyphButton
from kerasstudio.ui.widgets.labels import ElidedLabel, Label, LinkButton, Tone, tone_color

HEIGHT = 34


class NoticeBar(QWidget):
    """Hidden until `show_notice`; Escape on it and the cross hide it again. `more_wanted` when
    the word is pressed."""

    more_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("noticeBar")
        self.setFixedHeight(HEIGHT)
        self._tone: Tone = "accent"
        self._sign = Label("i", "accent", bold=True)
        self._sign.setFixedWidth(14)
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words = ElidedLabel()
        self.more = LinkButton("")
        self.more.clicked.connect(self.more_wanted)
        self.cross = GlyphButton("×", "Dismiss")
        self.cross.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 10, 0)
        row.setSpacing(10)
        row.addWidget(self._sign)
        row.addWidget(self.words, 1)
        row.addWidget(self.more)
        row.addWidget(self.cross)
        self.hide()

    def show_notice(self, text: str, more: str, tone: Tone = "accent") -> None:
        """Show a sentence; `more` is the word that leads on."""
        self._tone = tone
        self._sign.setText("!" if tone == "warning" else "i")
        self._sign.set_tone(tone)
        self._sign.setAccessibleName("warning" if tone == "warning" else "information")
        self.words.setText(text)
        self.words.setToolTip(text)
        self.more.setText(more)
        self.more.updateGeometry()
        self.setAccessibleName(text)
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = tokens()
        painter.fillRect(self.rect(), QColor(theme.raised))
        painter.fillRect(QRectF(0, 0, 3, self.height()), tone_color(self._tone))
        line = QRectF(0, self.height() - 1, self.width(), 1)
        painter.fillRect(line, QColor(theme.border))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)
