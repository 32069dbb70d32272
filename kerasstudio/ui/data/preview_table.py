"""The first rows of the data, as their files hold them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtWidgets import QWidget

from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.ui.theme import mono_font, px
from kerasstudio.ui.widgets.plain_table import Index, PlainTable

MOST_ROWS = 12
_WIDEST = 280


class PreviewModel(QAbstractTableModel):
    """Texts of `DataSummary.preview`."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._rows: tuple[tuple[str, ...], ...] = ()

    def show_summary(self, summary: DataSummary | None) -> bool:
        """Take over a new preview; False when it is the same."""
        names = tuple(column.name for column in summary.columns) if summary else ()
        rows = summary.preview if summary else ()
        if (names, rows) == (self._names, self._rows):
            return False
        self.beginResetModel()
        self._names, self._rows = names, rows
        self.endResetModel()
        return True

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._names)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._names[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        text = row[index.column()] if index.column() < len(row) else ""
        if role == Qt.ItemDataRole.DisplayRole:
            return text or "empty"
        if role == Qt.ItemDataRole.UserRole:
            return "text" if text else "faint"
        if role == Qt.ItemDataRole.ToolTipRole and len(text) > 20:
            return text
        return mono_font() if role == Qt.ItemDataRole.FontRole else None


class PreviewTable(PlainTable):
    """Read only. Twelve rows high, or higher where the page has room. Columns are as wide as
    their texts, and share what room is left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(26, parent)
        self.rows = PreviewModel(self)
        self.setModel(self.rows)
        self.setAccessibleName("first rows of the data")

    def show_summary(self, summary: DataSummary | None) -> None:
        if self.rows.show_summary(summary):
            self._size_columns()
            self.fit_height(MOST_ROWS)
            self.setMaximumHeight(self.height_of(self.rows.rowCount()))

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._size_columns()

    def _size_columns(self) -> None:
        count = self.rows.columnCount()
        if not count:
            return
        texts = self.fontMetrics()
        widths = []
        for section in range(count):
            words = [str(self.rows.headerData(section, Qt.Orientation.Horizontal))]
            words += [
                str(self.rows.index(row, section).data())
                for row in range(min(self.rows.rowCount(), MOST_ROWS))
            ]
            widest = max(texts.horizontalAdvance(word) for word in words)
            widths.append(min(px(_WIDEST), widest + 28))
        spare = max(0, self.viewport().width() - sum(widths)) // count
        for section, width in enumerate(widths):
            self.horizontalHeader().resizeSection(section, width + spare)
