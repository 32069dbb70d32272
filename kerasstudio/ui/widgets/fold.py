"""A section that folds away under its title."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from kerasstudio.ui.widgets.focus_ring import paint_focus_ring
from kerasstudio.ui.widgets.labels import tone_color


class Fold(QWidget):
    """A title to click, and `body` (a layout) below it. `opened` is emitted each time it opens,
    so that the content can be made late; `filled` is for the owner to note that it was."""

    opened = Signal()

    def __init__(self, title: str, is_open: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filled = False
        self.touched = False
        self.header = FoldHeader(title)
        self.header.clicked.connect(self._clicked)
        self._inside = QWidget()
        self.body = QVBoxLayout(self._inside)
        self.body.setContentsMargins(0, 2, 0, 2)
        self.body.setSpacing(6)
        self._inside.setVisible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.header)
        column.addWidget(self._inside)
        if is_open:
            self.set_open(True)

    @property
    def is_open(self) -> bool:
        return self.header.isChecked()

    def set_open(self, is_open: bool) -> None:
        if is_open:
            self.opened.emit()
        self.header.setChecked(is_open)
        self._inside.setVisible(is_open)

    def set_note(self, note: str) -> None:
        """A few grey words after the title."""
        self.header.set_note(note)

    def _clicked(self) -> None:
        self.touched = True
        self.set_open(self.header.isChecked())


class FoldHeader(QAbstractButton):
    """The title with a triangle; Space and Enter toggle it."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(title)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._note = ""

    def set_note(self, note: str) -> None:
        self._note = note
        self.setAccessibleDescription(note)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, max(24, self.fontMetrics().height() + 8))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone = tone_color("text" if self.underMouse() else "muted")
        painter.setPen(QPen(tone, 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        middle = self.height() / 2
        if self.isChecked():
            points = [(2.5, middle - 1.8), (6.0, middle + 1.8), (9.5, middle - 1.8)]
        else:
            points = [(4.2, middle - 3.5), (7.8, middle), (4.2, middle + 3.5)]
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))
        painter.setPen(tone)
        room = self.rect().adjusted(16, 0, 0, 0)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, flags, self.text())
        if self._note:
            used = self.fontMetrics().horizontalAdvance(self.text() + "  ")
            painter.setPen(tone_color("accent"))
            painter.drawText(room.adjusted(used, 0, 0, 0), flags, self._note)
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), 3)
