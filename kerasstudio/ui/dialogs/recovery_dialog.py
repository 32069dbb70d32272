"""What earlier, killed programs have left: which of it to bring back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.graph.journal import Recovery
from kerasstudio.ui.widgets.amounts import plural
from kerasstudio.ui.widgets.labels import Label

Answer = Literal["recover", "discard", "later"]


class RecoveryDialog(QDialog):
    """Lists documents with check boxes; `answered(answer, chosen)` once. Those not chosen stay
    where they are and are offered at the next start."""

    answered = Signal(str, object)

    def __init__(self, found: Sequence[Recovery], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("recoveryQuestion")
        self.setWindowTitle("Recover unsaved work")
        self._found = tuple(found)
        count = plural(len(found), "document")
        head = Label(f"KerasStudio ended without saving {count}.", bold=True)
        text = "Edits and undo lists were kept. Each document opens in a window of its own."
        self.list = QListWidget()
        self.list.setAccessibleName("Documents that can be recovered")
        for recovery in self._found:
            item = QListWidgetItem(recovery_line(recovery, time.time()), self.list)
            item.setToolTip(str(recovery.path or recovery.journal))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
        self.list.setMinimumHeight(30 + 26 * min(6, len(self._found)))
        self.list.itemChanged.connect(lambda _item: self._enable())
        self.buttons = QDialogButtonBox()
        roles = QDialogButtonBox.ButtonRole
        self._recover = self.buttons.addButton("Recover", roles.AcceptRole)
        self._discard = self.buttons.addButton("Throw away", roles.DestructiveRole)
        later = self.buttons.addButton("Later", roles.RejectRole)
        self._recover.setDefault(True)
        self._recover.clicked.connect(lambda: self._answer("recover"))
        self._discard.clicked.connect(lambda: self._answer("discard"))
        later.clicked.connect(self.reject)
        self.rejected.connect(lambda: self.answered.emit("later", ()))
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(head)
        column.addWidget(Label(text, "muted"))
        column.addWidget(self.list)
        column.addWidget(self.buttons)
        self.setMinimumWidth(460)

    def button(self, text: str) -> QPushButton:
        """The button with these words."""
        return next(each for each in self.buttons.buttons() if each.text() == text)  # type: ignore[return-value]

    def _chosen(self) -> tuple[Recovery, ...]:
        return tuple(
            recovery
            for row, recovery in enumerate(self._found)
            if self.list.item(row).checkState() == Qt.CheckState.Checked
        )

    def _enable(self) -> None:
        some = bool(self._chosen())
        self._recover.setEnabled(some)
        self._discard.setEnabled(some)

    def _answer(self, answer: Answer) -> None:
        chosen = self._chosen()
        self.done(QDialog.DialogCode.Accepted)
        self.answered.emit(answer, chosen)


def recovery_line(recovery: Recovery, now: float) -> str:
    """ "digits, edited 12 minutes ago"."""
    return f"{recovery.name}, edited {age_text(now - recovery.saved_at)}"


def age_text(seconds: float) -> str:
    """How long ago, in the largest unit that fits."""
    if seconds < 60:
        return "a moment ago"
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{plural(int(seconds // size), unit)} ago"
    return "a moment ago"
