"""How often to repeat the selected layers in series, with what comes out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from kerasstudio.graph.edits.repeat import MOST_TIMES
from kerasstudio.ui.theme import px, tokens, ui_font
from kerasstudio.ui.widgets.labels import Label, TextBlock

_SHOWN = 6


class RepeatPopup(QWidget):
    """`chosen(times)`. `look` tells of a number of times: what comes of it in words, and whether
    it can be done."""

    chosen = Signal(int)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("repeatPopup")
        self._look: Callable[[int], tuple[str, bool]] = lambda _times: ("", True)
        self.title = Label("", bold=True)
        self.times = QSpinBox()
        self.times.setRange(2, MOST_TIMES)
        self.times.setSuffix(" times")
        self.times.setMinimumSize(px(124), px(32))
        self.times.setAccessibleName("How many times")
        self.preview = RepeatPreview()
        self.words = TextBlock("", "muted")
        self.button = QPushButton("Repeat")
        self.button.setDefault(True)
        self.button.clicked.connect(self._take)
        row = QHBoxLayout()
        row.addWidget(self.times)
        row.addStretch(1)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(9)
        for part in (self.title, self.preview, self.words):
            column.addWidget(part)
        column.addLayout(row)
        self.setFixedWidth(px(360))
        self.times.valueChanged.connect(lambda _value: self._show())

    def open_at(
        self, place: QPoint, name: str, color: str, look: Callable[[int], tuple[str, bool]]
    ) -> None:
        """Open at a place of the screen for what is called `name`."""
        self._look = look
        self.title.setText(f"Repeat {name} in series")
        self.preview.show_card(name, color)
        self.times.setValue(3)
        self._show()
        screen = QGuiApplication.screenAt(place) or QGuiApplication.primaryScreen()
        area = screen.availableGeometry()
        self.adjustSize()
        x = min(place.x(), area.right() - self.width())
        y = min(place.y(), area.bottom() - self.height())
        self.move(max(area.left(), x), max(area.top(), y))
        self.show()
        self.times.setFocus(Qt.FocusReason.PopupFocusReason)
        self.times.selectAll()

    def _show(self) -> None:
        words, able = self._look(self.times.value())
        self.words.setText(words)
        self.button.setEnabled(able)
        self.preview.show_times(self.times.value())
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.setFixedHeight(layout.heightForWidth(self.width()))

    def _take(self) -> None:
        self.hide()
        self.chosen.emit(self.times.value())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.button.isEnabled():
            self._take()
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.raised))
        painter.setPen(QPen(QColor(theme.border_strong), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class RepeatPreview(QWidget):
    """The cards in a row, small; of many the first ones and the last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._color, self._times = "", "", 2
        self.setFixedHeight(px(44))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_card(self, name: str, color: str) -> None:
        self._name, self._color = name, color

    def show_times(self, times: int) -> None:
        self._times = times
        self.setAccessibleName(f"{self._name}, {times} times one behind the other")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        count = min(self._times, _SHOWN)
        step = self.width() / _SHOWN
        width, height = step - 16, px(30)
        middle = self.height() / 2
        painter.setFont(ui_font(12, QFont.Weight.DemiBold))
        for number in range(count):
            x = number * step
            skipped = self._times > _SHOWN and number == _SHOWN - 2
            box = QRectF(x + 2, middle - height / 2, width, height)
            if number:
                painter.setPen(QPen(QColor(theme.wire), 1.6))
                painter.drawLine(
                    box.topLeft().toPoint() + QPoint(-14, height // 2),
                    box.topLeft().toPoint() + QPoint(-1, height // 2),
                )
            if skipped:
                painter.setPen(QColor(theme.text_muted))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "…")
                continue
            ground = QColor(self._color)
            ground.setAlphaF(0.3)
            painter.setPen(QPen(QColor(self._color), 1))
            painter.setBrush(ground)
            painter.drawRoundedRect(box, 5, 5)
            painter.setPen(QColor(theme.text))
            last = number == count - 1
            text = str(self._times if last else number + 1)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
