"""The list of layers behind the palette and the search popup: rows and how they are painted."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.saved_blocks import BlockType
from kerasstudio.ui.palette.layer_mime import LAYER_MIME, layer_mime
from kerasstudio.ui.palette.layer_query import shown_name
from kerasstudio.ui.theme import px, tokens, ui_font

KIND_ROLE = Qt.ItemDataRole.UserRole
ROW_HEIGHT = 26
TITLE_HEIGHT = 30

Row = LayerType | str
Index = QModelIndex | QPersistentModelIndex


class LayerRows(QAbstractListModel):
    """Layers, and category names between them (rows that cannot be chosen)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []

    def show_rows(self, rows: list[Row]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def kind(self, index: Index) -> LayerType | None:
        """The layer of a row; None for a category name and for what cannot be used here."""
        row = self._rows[index.row()] if index.isValid() else None
        return row if isinstance(row, LayerType) and row.needs is None else None

    def first(self) -> QModelIndex:
        """The first row that can be chosen; invalid when there is none."""
        for number in range(len(self._rows)):
            index = self.index(number)
            if self.kind(index) is not None:
                return index
        return QModelIndex()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.kind(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        )

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        if role == KIND_ROLE:
            return row
        if isinstance(row, str):
            return row if role == Qt.ItemDataRole.DisplayRole else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return shown_name(row)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return row.summary
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(row)
        return None

    def mimeTypes(self) -> list[str]:
        return [LAYER_MIME]

    def mimeData(self, indexes: Any) -> QMimeData:
        kind = next((found for index in indexes if (found := self.kind(index))), None)
        return layer_mime(kind) if kind is not None else QMimeData()


def tool_tip(kind: LayerType) -> str:
    """The summary, what the layer takes, and other names, as plain text in a box that wraps."""
    theme = tokens()
    lines = [f"<b>{shown_name(kind)}</b>", _escaped(kind.summary)]
    if isinstance(kind, BlockType) and kind.needs is not None:
        lines.append(f'<span style="color:{theme.warning}">{_escaped(kind.needs)}</span>')
    elif kind.needs is not None:
        lines.append(
            f'<span style="color:{theme.warning}">Not usable here: it needs '
            f"{_escaped(kind.needs)}.</span>"
        )
    if kind.aliases:
        names = ", ".join(kind.aliases[:5])
        lines.append(f'<span style="color:{theme.text_muted}">also: {_escaped(names)}</span>')
    return f"<p>{'<br>'.join(line for line in lines if line)}</p>"


def _hindrance(kind: LayerType) -> str:
    return kind.needs or "" if isinstance(kind, BlockType) else f"needs {kind.needs}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


class LayerDelegate(QStyledItemDelegate):
    """A square in the category's colour and the name; categories as small headings."""

    def __init__(self, parent: QObject | None = None, summaries: bool = False) -> None:
        super().__init__(parent)
        self._summaries = summaries

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        heading = isinstance(index.data(KIND_ROLE), str)
        return QSize(120, px(TITLE_HEIGHT if heading else ROW_HEIGHT))

    def paint(self, painter: QPainter, option: Any, index: Index) -> None:
        row = index.data(KIND_ROLE)
        theme = tokens()
        box: QRect = option.rect
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, str):
            painter.setFont(ui_font(12, QFont.Weight.DemiBold))
            painter.setPen(QColor(theme.text_muted))
            painter.drawText(box.adjusted(10, 6, -4, 0), middle, row)
            painter.restore()
            return
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        usable = row.needs is None
        if (chosen or hovered) and usable:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selected if chosen else theme.hover))
            painter.drawRoundedRect(QRectF(box).adjusted(5, 1, -5, -1), 5, 5)
        color = QColor(theme.category(row.category))
        if not usable:
            color.setAlpha(90)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(QRectF(box.x() + 16, box.center().y() - 4, 9, 9), 2.5, 2.5)
        painter.setFont(ui_font(13))
        painter.setPen(QColor(theme.text if usable else theme.text_faint))
        text = box.adjusted(34, 0, -10, 0)
        metrics = painter.fontMetrics()
        name = metrics.elidedText(shown_name(row), Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, middle, name)
        if self._summaries:
            room = text.adjusted(metrics.horizontalAdvance(name) + 12, 0, 0, 0)
            painter.setFont(ui_font(12))
            painter.setPen(QColor(theme.text_muted if chosen else theme.text_faint))
            summary = painter.fontMetrics().elidedText(
                row.summary if usable else _hindrance(row),
                Qt.TextElideMode.ElideRight,
                room.width(),
            )
            painter.drawText(room, middle, summary)
        painter.restore()
