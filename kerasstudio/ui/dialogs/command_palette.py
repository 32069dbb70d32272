"""Every action by typing a part of its name (Ctrl+Shift+P)."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.ui.actions import Action, ActionSet, keys_text
from kerasstudio.ui.widgets.labels import Label


class CommandPalette(QDialog):
    """Enter runs the chosen action, Esc closes."""

    def __init__(self, actions: ActionSet, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._window = parent
        self.setObjectName("commandPalette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions = actions
        self.search = QLineEdit()
        self.search.setPlaceholderText("Type what you want to do…")
        self.search.setAccessibleName("Command")
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setObjectName("commands")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(lambda _item: self._run())
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addWidget(self.list)
        self.setFixedSize(520, 380)
        self._fill("")
        self.search.setFocus()

    def show_centered(self) -> None:
        """Below the top of its window, in the middle."""
        window = self._window
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - self.width()) // 2, corner.y() + 60)
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                count = max(1, self.list.count())
                self.list.setCurrentRow((self.list.currentRow() + step) % count)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run()
                return True
        return super().eventFilter(watched, event)

    def _fill(self, text: str) -> None:
        self.list.clear()
        found = [
            (rank, record)
            for record in self._actions.offered()
            if (rank := match_rank(text, f"{record.menu} {record.text}")) is not None
            and record.id != "help.palette"
        ]
        found.sort(key=lambda pair: pair[0])
        for _rank, record in found:
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.UserRole, record.id)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, record.text)
            row = self._row(record)
            item.setSizeHint(row.sizeHint())
            self.list.addItem(item)
            self.list.setItemWidget(item, row)
        self.list.setCurrentRow(0)

    def _row(self, record: Action) -> QWidget:
        row = QWidget()
        enabled = self._actions.action(record.id).isEnabled()
        line = QHBoxLayout(row)
        line.setContentsMargins(8, 6, 8, 6)
        line.addWidget(Label(record.text.rstrip("…"), "text" if enabled else "faint"))
        line.addWidget(Label(record.menu, "faint"))
        line.addStretch(1)
        if record.keys:
            line.addWidget(Label(keys_text(record), "muted", mono=True))
        return row

    def _run(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        action_id = item.data(Qt.ItemDataRole.UserRole)
        self.close()
        self._actions.trigger(action_id)


def match_rank(typed: str, text: str) -> int | None:
    """How well `typed` fits: 0 a word's beginning, 1 inside, 2 its letters in order; None not."""
    wanted, have = typed.casefold().strip(), text.casefold()
    if not wanted or any(word.startswith(wanted) for word in have.split()):
        return 0
    if wanted in have:
        return 1
    letters = iter(have)
    return 2 if all(letter in letters for letter in wanted.replace(" ", "")) else None
