"""All keys and gestures on one sheet (?), made from the table of actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.ui.actions import GESTURES, MENUS, ActionSet
from kerasstudio.ui.widgets.labels import Label

COLUMNS = 3


class CheatSheet(QDialog):
    """Typing in the field on top leaves only matching lines."""

    def __init__(self, actions: ActionSet, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys and gestures")
        self.resize(1080, 640)
        self._groups = self._collect(actions)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search keys…")
        self.search.setAccessibleName("Search keys")
        self.search.textChanged.connect(self._fill)
        self._content = QWidget()
        self._columns = QHBoxLayout(self._content)
        self._columns.setSpacing(40)
        scroll = QScrollArea()
        scroll.setWidget(self._content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.addWidget(self.search)
        column.addWidget(scroll, 1)
        self._fill("")

    @staticmethod
    def _collect(actions: ActionSet) -> list[tuple[str, list[tuple[str, str]]]]:
        native = QKeySequence.SequenceFormat.NativeText
        groups: dict[str, list[tuple[str, str]]] = {}
        for record in actions.offered():
            if record.keys:
                keys = ", ".join(QKeySequence(key).toString(native) for key in record.keys)
                groups.setdefault(record.menu, []).append((record.text.rstrip("…"), keys))
        for gesture in GESTURES:
            groups.setdefault(gesture.group, []).append((gesture.text, gesture.keys))
        order = [*MENUS, *(name for name in groups if name not in MENUS)]
        return [(name, groups[name]) for name in order if name in groups]

    def _fill(self, text: str) -> None:
        while self._columns.count():
            item = self._columns.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        wanted = text.casefold()
        groups = [
            (name, [line for line in lines if wanted in " ".join(line).casefold()])
            for name, lines in self._groups
        ]
        groups = [(name, lines) for name, lines in groups if lines]
        total = sum(len(lines) + 2 for _name, lines in groups)
        taken, shown = 0, [QWidget() for _ in range(COLUMNS)]
        grids = [QGridLayout(widget) for widget in shown]
        for name, lines in groups:
            grid = grids[min(COLUMNS - 1, taken * COLUMNS // max(1, total))]
            row = grid.rowCount()
            grid.addWidget(Label(name, bold=True), row, 0, 1, 2)
            for offset, (what, keys) in enumerate(lines, start=1):
                grid.addWidget(Label(what, "muted"), row + offset, 0)
                label = Label(keys)
                label.setWordWrap(True)
                grid.addWidget(label, row + offset, 1)
            grid.setRowMinimumHeight(row + len(lines) + 1, 14)
            taken += len(lines) + 2
        for widget, grid in zip(shown, grids, strict=True):
            grid.setRowStretch(grid.rowCount(), 1)
            grid.setHorizontalSpacing(16)
            grid.setVerticalSpacing(6)
            self._columns.addWidget(widget, 1)
