"""A small card beside the mouse that goes away by itself: what can be done now, as buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QLayout, QWidget

from kerasstudio.ui.theme import tokens

_EDGE = 8.0


class PassingCard(QWidget):
    """It goes with time, with Esc, and with whatever is done next. `left`: it had the keyboard and
    has gone."""

    left = Signal()

    def __init__(self, parent: QWidget, stays_ms: int) -> None:
        super().__init__(parent)
        self._canvas = parent
        self._warns = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(stays_ms)
        self._timer.timeout.connect(self.close_offer)
        self.hide()

    @property
    def choices(self) -> Sequence[QAbstractButton]:
        """The buttons, in the order in which they lie."""
        raise NotImplementedError

    def drop_choices(self) -> None:
        """Take the buttons away."""
        raise NotImplementedError

    def close_offer(self) -> None:
        if self.isHidden():
            return
        had_keys = any(button.hasFocus() for button in self.choices)
        self._timer.stop()
        self.hide()
        self.drop_choices()
        if had_keys:
            self.left.emit()

    def take_keys(self) -> None:
        """Put the keyboard on the first way."""
        if self.choices:
            self.choices[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def show_for_a_while(self) -> None:
        self.show()
        self.raise_()
        self._timer.start()

    def place_beside(self, spot: QPointF, away: float) -> None:
        """Below and right of a spot of the canvas, as far as there is room."""
        area = self._canvas.rect()
        x = min(spot.x() + away, area.width() - self.width() - _EDGE)
        y = min(spot.y() + away, area.height() - self.height() - _EDGE)
        self.move(round(max(_EDGE, x)), round(max(_EDGE, y)))

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


def take_out(layout: QLayout, buttons: Sequence[QWidget]) -> None:
    """Out of a layout, and deleted as soon as nothing runs in them."""
    for button in buttons:
        layout.removeWidget(button)
        button.hide()
        button.deleteLater()
