"""A small rounded button that shows one of a few states and offers the others in a menu."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from kerasstudio.ui.widgets.labels import Tone, tone_color


class Pill(QAbstractButton):
    """`choices` are (value, text, tone). A click or Space opens the menu; Left and Right go to
    the neighbour at once. `chosen(value)` says what the person wants."""

    chosen = Signal(str)

    def __init__(
        self, choices: tuple[tuple[str, str, Tone], ...], value: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._choices = choices
        self._value = value
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self.open_menu)
        self.menu = QMenu(self)
        for choice, text, _tone in choices:
            action = self.menu.addAction(text)
            action.setCheckable(True)
            action.setData(choice)
        self.menu.triggered.connect(lambda action: self.chosen.emit(action.data()))
        self.set_value(value)

    @property
    def value(self) -> str:
        return self._value

    def set_value(self, value: str) -> None:
        self._value = value
        self.setText(next(text for choice, text, _tone in self._choices if choice == value))
        for action in self.menu.actions():
            action.setChecked(action.data() == value)
        self.updateGeometry()
        self.update()

    def open_menu(self) -> None:
        self.menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(text) for _choice, text, _tone in self._choices)
        return QSize(widest + 20, metrics.height() + 5)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        order = [choice for choice, _text, _tone in self._choices]
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        move = moves.get(Qt.Key(event.key()))
        if move is not None:
            index = order.index(self._value) + move
            if 0 <= index < len(order):
                self.chosen.emit(order[index])
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone = next(tone for choice, _text, tone in self._choices if choice == self._value)
        color = tone_color(tone)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ground = QColor(color)
        ground.setAlphaF(0.32 if self.underMouse() else 0.22)
        painter.setBrush(ground)
        painter.setPen(QPen(tone_color("accent"), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setPen(color)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
