"""Asking for a name, which is checked while it is typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from kerasstudio.ui.theme import px
from kerasstudio.ui.widgets.labels import TextBlock


class NameDialog(QDialog):
    """`named(str)` when a name was taken; `refusal(name)` says why one cannot be, "" if it can."""

    named = Signal(str)

    def __init__(
        self,
        title: str,
        text: str,
        name: str,
        refusal: Callable[[str], str],
        verb: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setObjectName("nameDialog")
        self._refusal = refusal
        self.field = QLineEdit(name)
        self.field.setAccessibleName("Name")
        self.field.setMinimumWidth(px(320))
        self.field.selectAll()
        self.error = TextBlock("", "error")
        self.error.setMinimumHeight(px(20))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.button = buttons.addButton(verb, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._take)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(TextBlock(text, "muted"))
        column.addWidget(self.field)
        column.addWidget(self.error)
        column.addWidget(buttons)
        self.field.textChanged.connect(lambda _text: self._check())
        self._check()

    def _check(self) -> bool:
        reason = self._refusal(self.field.text().strip())
        self.error.setText(reason)
        self.button.setEnabled(not reason)
        return not reason

    def _take(self) -> None:
        if self._check():
            self.accept()
            self.named.emit(self.field.text().strip())
