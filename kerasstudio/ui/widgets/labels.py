"""Labels by tone: text that follows the theme, wraps, or is cut with an ellipsis."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy, QWidget

from kerasstudio.ui.theme import mono_font, tokens

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
    """Plain text in one tone. `mono` sets the fixed-width font, `bold` the title weight."""

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
        if mono:
            self.setFont(mono_font())
        if bold:
            font = QFont(self.font())
            font.setWeight(QFont.Weight.DemiBold)
            self.setFont(font)
        self._recolor()

    def set_tone(self, tone: Tone) -> None:
        self._tone = tone
        self._recolor()

    def _recolor(self) -> None:
        palette = self.palette()
        color = tone_color(self._tone)
        if palette.color(QPalette.ColorRole.WindowText) != color:
            palette.setColor(QPalette.ColorRole.WindowText, color)
            palette.setColor(QPalette.ColorRole.Link, QColor(tokens().accent))
            self.setPalette(palette)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationPaletteChange:
            self._recolor()


class TextBlock(Label):
    """Text that wraps and can be selected with the mouse."""

    def __init__(self, text: str = "", tone: Tone = "text", parent: QWidget | None = None) -> None:
        super().__init__(text, tone, parent=parent)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
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
            painter.setPen(QPen(tone_color("accent"), 1))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 3, 3)


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

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 6, metrics.height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = QFont(self.font())
        font.setUnderline(self.underMouse() and self.isEnabled())
        painter.setFont(font)
        painter.setPen(tone_color(self._tone if self.isEnabled() else "faint"))
        painter.drawText(
            self.rect().adjusted(2, 0, 0, 0),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            self.text(),
        )
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(tone_color("accent"), 1))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 3, 3)
