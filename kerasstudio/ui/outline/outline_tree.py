"""The tree view of the Outline, and how its rows are painted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
)

from kerasstudio.ui.theme import px, tokens

if TYPE_CHECKING:
    from kerasstudio.ui.outline.outline import Outline

Index = QModelIndex | QPersistentModelIndex
ROW = 25
_SQUARE = 9
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class OutlineDelegate(QStyledItemDelegate):
    """A square in the category's colour, and text. Painted here: a style sheet takes ten times as
    long, and all that is seen is painted for each step of the selection."""

    def __init__(self, tree: OutlineTree) -> None:
        super().__init__(tree)
        self._tree = tree

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        return QSize(self._tree.fontMetrics().horizontalAdvance(text) + px(30), px(ROW))

    def paint(self, painter: QPainter, option: Any, index: Index) -> None:
        theme, box, tree = tokens(), option.rect, self._tree
        row, number = index.row(), index.internalId()
        text, color, square = tree.outline_model.look(row, index.column(), number)
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(theme.selected))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, QColor(theme.hover))
        current = tree.currentIndex()
        if current.row() == row and current.internalId() == number and tree.hasFocus():
            accent = QColor(theme.accent)
            painter.fillRect(box.x(), box.y(), box.width(), 2, accent)
            painter.fillRect(box.x(), box.bottom() - 1, box.width(), 2, accent)
        x = box.x() + 4
        if square is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(square)
            painter.drawRoundedRect(QRectF(x, box.center().y() - 4, _SQUARE, _SQUARE), 2.5, 2.5)
            x += _SQUARE + 7
        if text:
            painter.setPen(color)
            room = QRect(x, box.y(), box.right() - x - 2, box.height())
            metrics = tree.fontMetrics()
            if metrics.horizontalAdvance(text) > room.width():
                text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, _LEFT, text)


class OutlineTree(QTreeView):
    """Rows of one height; asks the Outline what keys and the menu key mean."""

    focused = Signal()

    def __init__(self, outline: Outline) -> None:
        super().__init__(outline)
        self._outline = outline
        self.outline_model = outline.model
        self.setAccessibleName("Outline of the model")
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setIndentation(14)
        self.setIconSize(QSize(9, 9))
        self.setItemDelegate(OutlineDelegate(self))
        self.header().setStretchLastSection(True)
        self.header().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )

    def all_rows(self) -> list[QModelIndex]:
        """Every row, those of closed blocks included, in the order of the tree."""
        model = self.model()
        rows: list[QModelIndex] = []
        waiting = [QModelIndex()]
        while waiting:
            parent = waiting.pop()
            if parent.isValid():
                rows.append(parent)
            if model.hasChildren(parent):
                inner = [model.index(row, 0, parent) for row in range(model.rowCount(parent))]
                waiting += reversed(inner)
        return rows

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Keys that an editor of a cell leaves over are not the Outline's.
        editing = self.state() == QAbstractItemView.State.EditingState
        if not editing and self._outline.key_pressed(event):
            event.accept()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._outline.show_menu(event.globalPos())
        event.accept()
