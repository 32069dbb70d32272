"""A few words beside the mouse with what can be done now as buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kerasstudio.ui.theme import px, tokens, ui_font
from kerasstudio.ui.widgets.announce import announce
from kerasstudio.ui.widgets.flow_layout import FlowLayout
from kerasstudio.ui.widgets.labels import LinkButton, TextBlock

STAYS_MS = 12_000
WIDTH = 380

Choice = tuple[str, Callable[[], object]]


class OfferCard(QWidget):
    """It goes away by itself, with Esc, and with whatever is done next. `left`: it had the
    keyboard and has gone."""

    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = parent
        self._warns = False
        self.text = TextBlock("", parent=self)
        self.text.setFont(ui_font(12))
        self.buttons: list[LinkButton] = []
        self._choices = QWidget(self)
        self._flow = FlowLayout(self._choices, gap=14)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 9, 12, 10)
        self._column.setSpacing(6)
        self._column.addWidget(self.text)
        self._column.addWidget(self._choices)
        self.setAccessibleName("What can be done")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(STAYS_MS)
        self._timer.timeout.connect(self.close_offer)
        self.hide()

    def open_at(
        self,
        spot: QPointF,
        text: str,
        choices: Sequence[Choice],
        warns: bool = False,
        take_keys: bool = False,
    ) -> None:
        """Say `text` beside `spot` and offer `choices`; `warns`: something could not be done."""
        self.close_offer()
        self._warns = warns
        self.text.setText(text)
        for label, call in choices:
            button = LinkButton(label[:1].upper() + label[1:], parent=self._choices)
            button.setFont(ui_font(12))
            button.clicked.connect(lambda _checked=False, call=call: self._choose(call))
            self._flow.addWidget(button)
            button.show()
            self.buttons.append(button)
        self.setFixedWidth(px(WIDTH))
        self.show()
        self._column.activate()
        self.setFixedHeight(self._column.heightForWidth(px(WIDTH)))
        area = self._canvas.rect()
        x = min(spot.x() + 16, area.width() - self.width() - 8)
        y = min(spot.y() + 16, area.height() - self.height() - 8)
        self.move(round(max(8.0, x)), round(max(8.0, y)))
        self.raise_()
        self._timer.start()
        announce(self, text)
        if take_keys and self.buttons:
            self.buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def close_offer(self) -> None:
        if self.isHidden():
            return
        had_keys = any(button.hasFocus() for button in self.buttons)
        self._timer.stop()
        self.hide()
        for button in self.buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        if had_keys:
            self.left.emit()

    def _choose(self, call: Callable[[], object]) -> None:
        self.close_offer()
        call()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_offer()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.warning if self._warns else theme.border_strong), 1))
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
