"""Everything by typing a part of its name (Ctrl+Shift+P)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.ui.icons import icon
from kerasstudio.ui.palette.command_search import Entry, Haystack
from kerasstudio.ui.theme import px, tokens, ui_font
from kerasstudio.ui.widgets.announce import announce
from kerasstudio.ui.widgets.key_caps import caps_width, paint_caps
from kerasstudio.ui.widgets.labels import Label

Index = QModelIndex | QPersistentModelIndex
WIDTH, ROWS, ROW = 620, 12, 30
_SIGNS = {
    "action": "right",
    "layer": "plus",
    "setting": "settings",
    "file": "open",
    "problem": "warning",
    "node": "model",
}
_HELP = "Enter does it · > actions · + layers · @ nodes · ! problems"


class Entries(QAbstractListModel):
    """The entries found."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found: list[Entry] = []

    def show_entries(self, found: list[Entry]) -> None:
        self.beginResetModel()
        self.found = found
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.found[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = (entry.text, entry.hint, *entry.keys, entry.hindrance)
            return ", ".join(part for part in parts if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.hindrance or None
        return None


class EntryDelegate(QStyledItemDelegate):
    """A sign for the kind, the text, a grey hint, the keys; greyed with the reason where it
    cannot be done now."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, px(ROW))

    def paint(self, painter: QPainter, option: Any, index: Index) -> None:
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        theme = tokens()
        box: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(QColor(theme.accent))
            painter.setBrush(QColor(theme.selected))
            painter.drawRoundedRect(QRectF(box).adjusted(2.5, 1.5, -2.5, -1.5), 5, 5)
        able = not entry.hindrance
        sign = icon(_SIGNS[entry.kind], theme.text_muted, 15)
        sign.paint(painter, box.x() + 12, box.center().y() - 7, 15, 15)
        right = float(box.right() - 12)
        if entry.keys:
            wide = caps_width(entry.keys)
            room = QRectF(right - wide, box.y(), wide, box.height())
            paint_caps(painter, room, entry.keys, faint=not able)
            right -= wide + 12
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setFont(ui_font(13))
        painter.setPen(QColor(theme.text if able else theme.text_faint))
        text = QRectF(box.x() + 38, box.y(), right - box.x() - 38, box.height())
        metrics = painter.fontMetrics()
        words = metrics.elidedText(entry.text, Qt.TextElideMode.ElideRight, int(text.width()))
        painter.drawText(text, middle, words)
        text.setLeft(text.left() + metrics.horizontalAdvance(words) + 12)
        painter.setFont(ui_font(12))
        painter.setPen(QColor(theme.text_muted if chosen else theme.text_faint))
        hint = painter.fontMetrics().elidedText(
            entry.hindrance or entry.hint, Qt.TextElideMode.ElideRight, int(text.width())
        )
        painter.drawText(text, middle, hint)
        painter.restore()


class CommandPalette(QDialog):
    """Enter does the chosen entry, Esc closes. `gather` gives what there is; `chosen(key)` is told
    what was done."""

    def __init__(
        self,
        gather: Callable[[], Sequence[Entry]],
        parent: QWidget,
        chosen: Callable[[str], object] = lambda _key: None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._window, self._chosen = parent, chosen
        self.setObjectName("commandPalette")
        self.setWindowTitle("Command palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._haystack = Haystack(gather())
        self.search = QLineEdit()
        self.search.setPlaceholderText("Actions, layers, nodes, problems, settings, files…")
        self.search.setAccessibleName("Search everything")
        self.search.textChanged.connect(self._search)
        self.search.installEventFilter(self)
        self.found = Entries(self)
        self.list = QListView()
        self.list.setObjectName("commands")
        self.list.setAccessibleName("Found")
        self.list.setModel(self.found)
        self.list.setItemDelegate(EntryDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.clicked.connect(lambda _index: self._run())
        self.note = Label(_HELP, "faint")
        self.note.setFont(ui_font(12))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addWidget(self.note)
        self.setFixedSize(
            min(px(WIDTH), parent.width() - 40), min(px(ROWS * ROW + 84), parent.height() - 80)
        )
        self.list.selectionModel().currentChanged.connect(self._tell)
        self._search("")
        self.search.setFocus()

    def show_centered(self) -> None:
        """Below the top of its window, in the middle."""
        window = self._window
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - self.width()) // 2, corner.y() + 60)
        self.show()

    @property
    def current(self) -> Entry | None:
        index = self.list.currentIndex()
        return self.found.found[index.row()] if index.isValid() else None

    def _search(self, text: str) -> None:
        found = self._haystack.find(text)
        self.found.show_entries(found)
        if found:
            self.list.setCurrentIndex(self.found.index(0))
            self.list.scrollToTop()
        self.note.set_tone("faint")
        self.note.setText(_HELP if found else f'Nothing matches "{text.strip()}".')

    def _tell(self, index: QModelIndex) -> None:
        """Screen readers hear the entry: the keyboard stays in the field."""
        if index.isValid():
            announce(self, index.data(Qt.ItemDataRole.AccessibleTextRole))

    def _step(self, step: int) -> None:
        count = self.found.rowCount()
        if count:
            row = self.list.currentIndex().row() + step
            # One step goes round, a page stops at the end.
            row = row % count if abs(step) == 1 else min(max(row, 0), count - 1)
            self.list.setCurrentIndex(self.found.index(row))
            self.list.scrollTo(self.found.index(row))

    def _run(self) -> None:
        entry = self.current
        if entry is None:
            return
        if entry.hindrance:
            self.note.set_tone("warning")
            self.note.setText(entry.hindrance)
            return
        self.close()
        self._chosen(entry.key)
        entry.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            # While typing, keys are letters, not the window's actions.
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_Tab: 1,
                Qt.Key.Key_Backtab: -1,
                Qt.Key.Key_PageDown: ROWS - 1,
                Qt.Key.Key_PageUp: 1 - ROWS,
            }
            key = Qt.Key(event.key())
            if key in steps:
                self._step(steps[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run()
                return True
            if key == Qt.Key.Key_Escape:
                self.close()
                return True
        return super().eventFilter(watched, event)
