"""A large button of the start page: a picture or sign, a title, a line of words."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.ui.icons import pixmap
from kerasstudio.ui.theme import tokens, ui_font
from kerasstudio.ui.widgets.focus_ring import paint_focus_ring
from kerasstudio.ui.widgets.labels import Label, TextBlock


class ChoiceCard(QAbstractButton):
    """Click, Enter or Space. `picture` is a widget on top; `sign` the name of an icon."""

    def __init__(
        self,
        title: str,
        words: str,
        sign: str = "",
        picture: QWidget | None = None,
        prominent: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(words)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._prominent = prominent
        self._sign = sign
        head = Label(title, bold=True)
        if prominent:
            head.setFont(ui_font(18, QFont.Weight.DemiBold))
        about = TextBlock(words, "muted")
        texts = QVBoxLayout()
        texts.setSpacing(3)
        if prominent:
            texts.addStretch(1)
        texts.addWidget(head)
        texts.addWidget(about)
        texts.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(10)
        if picture is not None and not prominent:
            column.addWidget(picture)
        row = QHBoxLayout()
        row.setSpacing(12)
        self._icon = QLabel(self)
        self._icon.setVisible(bool(sign))
        if sign:
            middle = Qt.AlignmentFlag.AlignVCenter if prominent else Qt.AlignmentFlag.AlignTop
            row.addWidget(self._icon, 0, middle)
        row.addLayout(texts, 1)
        if picture is not None and prominent:
            row.addWidget(picture, 1)
        column.addLayout(row)
        for label in (head, about, self._icon):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.recolor()

    def recolor(self) -> None:
        """Draw the icon in the colours of the theme."""
        if self._sign:
            size = 26 if self._prominent else 20
            color = tokens().accent
            self._icon.setPixmap(pixmap(self._sign, color, size, self.devicePixelRatio()))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hot = self.underMouse() or self.isDown()
        ground = theme.accent_soft if self._prominent else theme.surface
        edge = theme.border
        if hot:
            ground = theme.accent_soft if self._prominent else theme.hover
            edge = theme.border_strong
        if self._prominent:
            edge = theme.accent
        painter.setBrush(QColor(ground))
        painter.setPen(QPen(QColor(edge), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)
        if self.hasFocus():
            # On its own ground the accent would not stand out.
            ring = theme.text if self._prominent else theme.accent
            paint_focus_ring(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, ring)
