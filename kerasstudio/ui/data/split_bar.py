"""Train, validation and test as parts of one bar, with two handles to drag."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kerasstudio.ui.theme import px, tokens

_HANDLE = 8.0
_BAR = 12.0
_LEAST_TRAIN = 0.05


class SplitBar(QWidget):
    """`moved(validation, test)`: fractions in whole percents, while dragging or by Left and
    Right (the left handle; with Shift the right one). `released()` when the drag ends."""

    moved = Signal(float, float)
    released = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._validation, self._test = 0.15, 0.15
        self._dragged: str | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("split into training, validation and test")
        self.setToolTip("Drag the borders between training, validation and test")

    def set_fractions(self, validation: float, test: float) -> None:
        self._validation, self._test = validation, test
        self.setAccessibleDescription(
            f"validation {validation:.0%}, test {test:.0%}, the rest for training"
        )
        self.update()

    def handle_x(self, handle: str) -> float:
        """Where the "validation" (left) or "test" (right) handle is, in this widget's pixels."""
        share = self._validation + self._test if handle == "validation" else self._test
        return self.width() * (1 - share)

    def sizeHint(self) -> QSize:
        return QSize(200, px(24))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._dragged = self._handle_at(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._dragged is None:
            near = self._handle_at(x) is not None
            shape = Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)
            return
        share = 1 - x / max(1, self.width())
        if self._dragged == "validation":
            self._offer(share - self._test, self._test)
        else:
            both = self._validation + self._test
            test = min(max(share, 0.0), both)
            self._offer(both - test, test)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None:
            self._dragged = None
            self.released.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        move = {Qt.Key.Key_Left: 0.01, Qt.Key.Key_Right: -0.01}.get(Qt.Key(event.key()))
        if move is None:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._offer(self._validation - move, self._test + move)
        else:
            self._offer(self._validation + move, self._test)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = tokens()
        bar = QRectF(0, (self.height() - _BAR) / 2, self.width(), _BAR)
        path = QPainterPath()
        path.addRoundedRect(bar, 4, 4)
        painter.save()
        painter.setClipPath(path)
        left, right = self.handle_x("validation"), self.handle_x("test")
        edges = ((0.0, left, theme.accent), (left, right, theme.warning),
                 (right, float(self.width()), theme.success))  # fmt: skip
        for start, end, color in edges:
            painter.fillRect(QRectF(start, bar.y(), end - start, _BAR), QColor(color))
        painter.restore()
        for x in (left, right):
            grip = QRectF(x - 2, bar.y() - 3, 4, _BAR + 6)
            painter.setPen(QPen(QColor(theme.surface), 1.5))
            painter.setBrush(QColor(theme.text))
            painter.drawRoundedRect(grip, 2, 2)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)

    def _handle_at(self, x: float) -> str | None:
        distances = {name: abs(x - self.handle_x(name)) for name in ("test", "validation")}
        nearest = min(distances, key=lambda name: distances[name])
        if self._test == 0 and distances["validation"] <= _HANDLE:
            nearest = "validation" if self._validation else nearest
        return nearest if distances[nearest] <= _HANDLE else None

    def _offer(self, validation: float, test: float) -> None:
        test = min(max(round(test, 2), 0.0), 1 - _LEAST_TRAIN)
        validation = min(max(round(validation, 2), 0.0), round(1 - _LEAST_TRAIN - test, 2))
        if (validation, test) != (self._validation, self._test):
            self.moved.emit(validation, test)
