"""A mend as a text button that shows beforehand what it would do."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kerasstudio.graph.problems import Fix
from kerasstudio.ui.widgets.labels import LinkButton

_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class FixButton(LinkButton):
    """`chosen(Fix)` when pressed (click, Enter or Space; arrows go to the next one).
    `previewed(Fix)` while the mouse or the keyboard is on it, `previewed(None)` when both have
    left."""

    chosen = Signal(object)
    previewed = Signal(object)

    def __init__(self, fix: Fix, parent: QWidget | None = None) -> None:
        super().__init__(fix.label, parent=parent)
        self.fix = fix
        self._shown = False
        self.setToolTip(f"{fix.label}: one step that can be undone")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.clicked.connect(self._choose)

    def _choose(self) -> None:
        self._show(False)
        self.chosen.emit(self.fix)

    def _show(self, on: bool) -> None:
        if on != self._shown:
            self._shown = on
            self.previewed.emit(self.fix if on else None)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """A long label goes on in the next line."""
        room = QRect(0, 0, max(width - 4, 20), 1000)
        return self.fontMetrics().boundingRect(room, int(_WRAP), self.text()).height() + 4

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            self.focusNextChild()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._show(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._show(self.hasFocus())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show(self.underMouse())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._show(False)
