"""The actions with their keys, as a table that is searched."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from kerasstudio.ui.action_table import ACTIONS, WINDOW, Action
from kerasstudio.ui.key_chords import normal, shown
from kerasstudio.ui.key_map import KeyMap
from kerasstudio.ui.theme import px, tokens
from kerasstudio.ui.widgets.key_caps import paint_caps

Index = QModelIndex | QPersistentModelIndex
HEADINGS = ("Action", "Keys", "Where")
KEYS = 1
ROW = 28


class KeyRows(QAbstractTableModel):
    """Those records that match what was typed, in words or as keys."""

    def __init__(self, key_map: KeyMap, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key_map = key_map
        self.rows: list[Action] = list(ACTIONS)

    def search(self, typed: str) -> None:
        """Keep the records that have the typed key, or hold every typed word in their name, topic
        or keys."""
        words = typed.casefold().split()
        chord = normal(typed) if "+" in typed else ""
        having = [record for record in ACTIONS if chord in self._key_map.keys(record.id)]
        self.beginResetModel()
        self.rows = having or [
            record for record in ACTIONS if all(word in self._haystack(record) for word in words)
        ]
        self.endResetModel()

    def refresh(self) -> None:
        """The keys are others now."""
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, KEYS))

    def row_of(self, action_id: str) -> int:
        """-1 where the search left it out."""
        return next((n for n, record in enumerate(self.rows) if record.id == action_id), -1)

    def _haystack(self, record: Action) -> str:
        keys = " ".join(shown(chord) for chord in self._key_map.keys(record.id))
        own = "changed" if self._key_map.is_own(record.id) else ""
        return f"{record.text} {record.topic} {record.also} {keys} {own}".casefold()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return len(HEADINGS)

    def headerData(
        self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if way == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        record = self.rows[index.row()]
        keys = [shown(chord) for chord in self._key_map.keys(record.id)]
        where = "everywhere" if record.place == WINDOW else "drawing"
        own = self._key_map.is_own(record.id)
        if role == Qt.ItemDataRole.DisplayRole:
            if index.column() == 0:
                return record.text.rstrip("…")
            return ", ".join(keys) if index.column() == KEYS else where
        if role == Qt.ItemDataRole.UserRole:
            return keys, own
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 0:
            return f"{record.text}, {', '.join(keys) or 'no key'}{', changed' if own else ''}"
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == 0:
            return record.topic
        return None


class KeysDelegate(QStyledItemDelegate):
    """Keys as caps; a bar in the accent colour where the person changed them."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), px(ROW))

    def paint(self, painter: QPainter, option: Any, index: Index) -> None:
        keys, own = index.data(Qt.ItemDataRole.UserRole)
        bare = QStyleOptionViewItem(option)
        self.initStyleOption(bare, index)
        bare.text = ""
        style = option.widget.style()
        style.drawControl(style.ControlElement.CE_ItemViewItem, bare, painter, option.widget)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect)
        if own:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens().accent))
            painter.drawRoundedRect(
                QRectF(box.x() + 1, box.y() + 5, 3, box.height() - 10), 1.5, 1.5
            )
        painter.setClipRect(box)
        paint_caps(painter, box.adjusted(10, 0, -4, 0), keys)
        painter.restore()
