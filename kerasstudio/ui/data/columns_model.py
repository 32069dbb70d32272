"""The table of columns as a Qt model: one row a column of the data."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from kerasstudio.graph.data_spec import Column, DataSpec
from kerasstudio.graph.data_summary import ColumnSummary, DataSummary
from kerasstudio.ui.data import column_edits
from kerasstudio.ui.theme import mono_font
from kerasstudio.ui.widgets.amounts import count_text, plural

NAME, KIND, ROLE, DISTRIBUTION, MISSING, PREPARATION = range(6)
HEADINGS = ("column", "type", "role", "distribution", "missing", "preparation")
FIELDS = {KIND: "kind", ROLE: "role", MISSING: "missing", PREPARATION: "encoding"}

Index = QModelIndex | QPersistentModelIndex


class ColumnsModel(QAbstractTableModel):
    """Reads from a `DataSpec` and what the worker found in its files."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._columns: tuple[Column, ...] = ()
        self._summaries: dict[str, ColumnSummary] = {}

    def show_data(self, data: DataSpec, summary: DataSummary | None) -> None:
        """Take over new values; rows are kept while only their content changes."""
        names = [column.name for column in data.columns]
        same_rows = names == [column.name for column in self._columns]
        if not same_rows:
            self.beginResetModel()
        self._columns = data.columns
        found = summary.columns if summary is not None else ()
        self._summaries = {column.name: column for column in found}
        if not same_rows:
            self.endResetModel()
        elif self._columns:
            self.dataChanged.emit(
                self.index(0, 0), self.index(len(self._columns) - 1, len(HEADINGS) - 1)
            )

    def column(self, row: int) -> Column:
        return self._columns[row]

    def summary(self, row: int) -> ColumnSummary | None:
        return self._summaries.get(self._columns[row].name)

    def row_of(self, name: str) -> int | None:
        """The row of a column by name."""
        names = [column.name for column in self._columns]
        return names.index(name) if name in names else None

    def choices(self, row: int, section: int) -> column_edits.Choices:
        """What the cell offers; empty when there is nothing to choose."""
        column = self._columns[row]
        if section == ROLE:
            return column_edits.ROLES
        if section == KIND:
            choices = column_edits.kind_choices(column)
            return choices if len(choices) > 1 else ()
        if section == MISSING:
            return column_edits.missing_choices(column)
        if section == PREPARATION:
            choices = column_edits.encoding_choices(column, self.summary(row))
            return choices if len(choices) > 1 else ()
        return ()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = self._columns[index.row()]
        summary = self._summaries.get(column.name)
        section = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(column, summary, section)
        if role == Qt.ItemDataRole.FontRole and section == NAME:
            return mono_font()
        if role == Qt.ItemDataRole.UserRole:
            return _tone(column, summary, section)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tool_tip(column, summary, section)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{HEADINGS[section]} {self._text(column, summary, section)}"
        return None

    def _text(self, column: Column, summary: ColumnSummary | None, section: int) -> str:
        if section == NAME:
            return column.name
        if section == KIND:
            shape = summary.shape if summary is not None else ()
            axes = " × ".join(str(axis) for axis in shape)
            return f"{column_edits.KINDS[column.kind]} {axes}".strip()
        if section == ROLE:
            return dict(column_edits.ROLES)[column.role]
        if section == MISSING:
            if summary is None:
                return ""
            if not summary.missing:
                return "0"
            return f"{count_text(summary.missing)}: {column_edits.MISSING[column.missing]}"
        if section == PREPARATION:
            if column.role == "ignore":
                return "–"
            return dict(column_edits.encoding_choices(column, summary))[column.encoding]
        return range_text(summary)


def range_text(summary: ColumnSummary | None) -> str:
    """What the histogram shows, in words."""
    if summary is None:
        return ""
    if summary.classes:
        shown = ", ".join(summary.classes[:6]) + (", …" if len(summary.classes) > 6 else "")
        return f"{plural(len(summary.classes), 'class', 'classes')}: {shown}"
    if summary.minimum is not None and summary.maximum is not None:
        mean = f", mean {summary.mean:.4g}" if summary.mean is not None else ""
        return f"{summary.minimum:.4g} to {summary.maximum:.4g}{mean}"
    return f"{summary.distinct:,} different values" if summary.distinct else ""


def _tone(column: Column, summary: ColumnSummary | None, section: int) -> str:
    if section == MISSING and summary is not None and summary.missing:
        return "error" if column.missing == "refuse" and column.role != "ignore" else "warning"
    if section == NAME:
        return "text" if column.role != "ignore" else "muted"
    if section == KIND and column.role != "ignore":
        return "text"
    return "muted"


def _tool_tip(column: Column, summary: ColumnSummary | None, section: int) -> str | None:
    if section == DISTRIBUTION:
        return range_text(summary)
    if section == MISSING and summary is not None and summary.first_missing_row is not None:
        return f"The first empty cell is in row {summary.first_missing_row}. Click to choose."
    if section == NAME:
        return f"{column.name} ({summary.dtype})" if summary is not None else column.name
    return None
