"""Renaming a layer in its place on the card."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from kerasstudio.graph.problems import Problem
from kerasstudio.ui.theme import px, tokens, ui_font


class RenameEditor(QWidget):
    """A line editor over the card. `rename(name)` gives the problem, if any: its message is shown
    below and the editor stays. Enter takes the name, Esc gives up, leaving takes a legal one."""

    closed = Signal()

    def __init__(self, rename: Callable[[str, str], Problem | None], parent: QWidget) -> None:
        super().__init__(parent)
        self._rename = rename
        self.node: str | None = None
        self.field = QLineEdit(self)
        self.field.setAccessibleName("Layer name")
        self.field.setFont(ui_font(13))
        self.error = QLabel(self)
        self.error.setObjectName("renameError")
        self.error.setWordWrap(True)
        self.error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.field)
        column.addWidget(self.error)
        self.field.installEventFilter(self)
        self.field.textEdited.connect(lambda _text: self._show_error(""))
        self.hide()

    def open(self, node: str, name: str, card: QRectF) -> None:
        """Edit `name` over `card` (viewport pixels)."""
        self.node = node
        self.field.setText(name)
        self._show_error("")
        self.place(card)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()

    def place(self, card: QRectF) -> None:
        self.setFixedWidth(max(px(160), round(card.width()) + 8))
        self.adjustSize()
        self.move(round(card.x()) - 4, round(card.y()) - 4)

    def close_editor(self) -> None:
        if self.node is not None:
            self.node = None
            self.hide()
            self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            # While typing, keys are letters, not the window's actions.
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self._take():
                    self.close_editor()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close_editor()
                return True
        elif event.type() == QEvent.Type.FocusOut and self.node is not None:
            self._take()
            self.close_editor()
        return super().eventFilter(watched, event)

    def _take(self) -> bool:
        """Rename; False when the name was refused and the reason is shown."""
        if self.node is None:
            return True
        problem = self._rename(self.node, self.field.text())
        if problem is None:
            return True
        self._show_error(problem.message)
        return False

    def _show_error(self, text: str) -> None:
        theme = tokens()
        self.error.setText(text)
        self.error.setStyleSheet(
            f"QLabel#renameError {{ background: {theme.error_surface}; color: {theme.error};"
            f" border: 1px solid {theme.error_border}; border-radius: 5px; padding: 4px 6px; }}"
        )
        self.error.setVisible(bool(text))
        self.adjustSize()
