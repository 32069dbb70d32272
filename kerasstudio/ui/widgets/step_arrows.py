"""The two little arrows at the right end of a number's field."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from kerasstudio.graph.stepping import Grain
from kerasstudio.ui.theme import tokens

WIDTH = 15
_FIRST_MS, _AGAIN_MS = 400, 70


def grain_of(keys: Qt.KeyboardModifier) -> Grain:
    """How far a step goes while these keys are held: Shift fine, Ctrl coarse."""
    if keys & Qt.KeyboardModifier.ShiftModifier:
        return "fine"
    return "coarse" if keys & Qt.KeyboardModifier.ControlModifier else "normal"


class StepArrows(QWidget):
    """`stepped(1 or -1, grain)` when an arrow is pressed, and again while it is held."""

    stepped = Signal(int, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName("steps")
        self.setToolTip("One step. Shift: fine, Ctrl: coarse. Also: arrow keys, the wheel.")
        self._pressed: tuple[int, Grain] | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._again)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 24)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        up = event.position().y() < self.height() / 2
        self._pressed = (1 if up else -1, grain_of(event.modifiers()))
        self.stepped.emit(*self._pressed)
        self._timer.start(_FIRST_MS)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        self._timer.stop()
        self.update()

    def _again(self) -> None:
        self._timer.setInterval(_AGAIN_MS)
        if self._pressed is not None:
            self.stepped.emit(*self._pressed)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        under = self.mapFromGlobal(self.cursor().pos()) if self.underMouse() else None
        middle = self.width() / 2
        for up in (True, False):
            hot = under is not None and (under.y() < self.height() / 2) == up
            painter.setPen(
                QPen(QColor(theme.text if hot else theme.text_faint), 1.4, Qt.PenStyle.SolidLine,
                     Qt.PenCapStyle.RoundCap)
            )  # fmt: skip
            tip = self.height() / 2 + (-6.5 if up else 6.5)
            foot = self.height() / 2 + (-3.5 if up else 3.5)
            painter.drawPolyline(
                QPolygonF(
                    [QPointF(middle - 3, foot), QPointF(middle, tip), QPointF(middle + 3, foot)]
                )
            )
