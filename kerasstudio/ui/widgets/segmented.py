"""A choice of two to five, all of them visible side by side."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessibleInterface,
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from kerasstudio.ui.theme import tokens
from kerasstudio.ui.widgets.accessible import install_interfaces
from kerasstudio.ui.widgets.accessible_segments import AccessibleSegments
from kerasstudio.ui.widgets.focus_ring import paint_focus_ring
from kerasstudio.ui.widgets.labels import tone_color


class SegmentedControl(QWidget):
    """`choices` are (value, text). Click, or Left and Right; `chosen(value)`."""

    chosen = Signal(str)

    def __init__(self, choices: tuple[tuple[str, str], ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choices = choices
        install_interfaces()
        self._value = choices[0][0]
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    @property
    def value(self) -> str:
        return self._value

    def set_value(self, value: str) -> None:
        self._value = value
        text = next((text for choice, text in self.choices if choice == value), value)
        self.setAccessibleDescription(text)
        self.update()

    def segment(self, value: str) -> QRectF:
        """Where the segment of `value` is, in this widget's pixels."""
        index = [choice for choice, _text in self.choices].index(value)
        wide = self.width() / len(self.choices)
        return QRectF(index * wide, 0, wide, self.height())

    def make_accessible(self) -> QAccessibleInterface:
        """What assistive technology gets."""
        self._accessible = AccessibleSegments(self)
        return self._accessible

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(text) for _choice, text in self.choices)
        return QSize((widest + 22) * len(self.choices), metrics.height() + 12)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for choice, _text in self.choices:
            if self.segment(choice).contains(event.position()):
                self.chosen.emit(choice)
                return

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        order = [choice for choice, _text in self.choices]
        move = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if move is None or self._value not in order:
            super().keyPressEvent(event)
            return
        index = order.index(self._value) + move
        if 0 <= index < len(order):
            self.chosen.emit(order[index])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = tokens()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(theme.border), 1.2))
        painter.setBrush(QColor(theme.field))
        painter.drawRoundedRect(box, 6, 6)
        for choice, text in self.choices:
            segment = self.segment(choice)
            if choice == self._value:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.selected))
                painter.drawRoundedRect(segment.adjusted(3, 3, -3, -3), 4, 4)
            painter.setPen(tone_color("text" if choice == self._value else "muted"))
            painter.drawText(segment, Qt.AlignmentFlag.AlignCenter, text)
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), 6)
