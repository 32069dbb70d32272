"""Labels by tone: text that follows the theme, wraps, or is cut with an ellipsis."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy, QWidget

from kerasstudio.ui.theme import mono_font, tokens, ui_font
from kerasstudio.ui.widgets.focus_ring import paint_focus_ring

Tone = Literal["text", "muted", "faint", "accent", "error", "warning", "ok"]


def tone_color(tone: Tone) -> QColor:
    """The theme's colour for a tone of text."""
    theme = tokens()
    return QColor(
        {
            "text": theme.text,
            "muted": theme.text_muted,
            "faint": theme.text_faint,
            "accent": theme.accent,
            "error": theme.error,
            "warning": theme.warning,
            "ok": theme.success,
        }[tone]
    )


class Label(QLabel):
    """Plain text in one tone. `mono` sets the fixed-width font, `bold` the title weight.

    It paints its text itself: a style sheet's colour would win over the palette's."""

    def __init__(
        self,
        text: str = "",
        tone: Tone = "text",
        mono: bool = False,
        bold: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._tone: Tone = tone
        if mono or bold:
            self.setFont(mono_font() if mono else ui_font(weight=QFont.Weight.DemiBold))

    @property
    def tone(self) -> Tone:
        return self._tone

    def set_tone(self, tone: Tone) -> None:
        self._tone = tone
        self.update()

    def paint_text(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        painter.setPen(tone_color(self._tone if self.isEnabled() else "faint"))
        flags = int(self.alignment())
        if self.wordWrap():
            flags |= int(Qt.TextFlag.TextWordWrap)
        painter.drawText(self.contentsRect(), flags, self.text())

    def paintEvent(self, event: QPaintEvent) -> None:
        self.paint_text(QPainter(self))


class ElidedLabel(Label):
    """One line that is cut with an ellipsis where it does not fit; the tool tip holds it all."""

    def __init__(self, text: str = "", tone: Tone = "text", parent: QWidget | None = None) -> None:
        super().__init__(text, tone, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setToolTip(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(tone_color(self.tone if self.isEnabled() else "faint"))
        room = self.contentsRect()
        words = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, int(self.alignment()), words)


class TextBlock(Label):
    """Text that wraps; it is as high as its width makes it."""

    def __init__(self, text: str = "", tone: Tone = "text", parent: QWidget | None = None) -> None:
        super().__init__(text, tone, parent=parent)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)


class ElidedButton(QAbstractButton):
    """A word that can be clicked, cut with an ellipsis where it does not fit."""

    def __init__(self, text: str, tone: Tone = "muted", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self._tone: Tone = tone
        self.setCursor(Qt.CursorShape.WhatsThisCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 4, max(22, metrics.height() + 4))

    def minimumSizeHint(self) -> QSize:
        return QSize(24, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        hot = self.underMouse() and self.isEnabled()
        painter.setPen(tone_color("text" if hot else self._tone))
        metrics = self.fontMetrics()
        words = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(
            self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words
        )
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_focus_ring(painter, QRectF(self.rect()), 3)


class LinkButton(QAbstractButton):
    """A text button in the accent colour, underlined under the mouse; reachable by Tab."""

    def __init__(self, text: str, tone: Tone = "accent", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self._tone: Tone = tone
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_tone(self, tone: Tone) -> None:
        self._tone = tone
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 6, metrics.height() + 4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = QFont(self.font())
        font.setUnderline(self.underMouse() and self.isEnabled())
        painter.setFont(font)
        painter.setPen(tone_color(self._tone if self.isEnabled() else "faint"))
        room = self.rect().adjusted(2, 0, 0, 0)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        metrics = self.fontMetrics()
        if room.height() >= 2 * metrics.height():
            painter.drawText(room, int(flags | Qt.TextFlag.TextWordWrap), self.text())
        else:
            text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, flags, text)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_focus_ring(painter, QRectF(self.rect()), 3)
