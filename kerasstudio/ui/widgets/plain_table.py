"""A table without a grid: a thin line below each row, quiet headings."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from kerasstudio.ui.theme import px, tokens
from kerasstudio.ui.widgets.focus_ring import paint_focus_ring
from kerasstudio.ui.widgets.labels import tone_color

Index = QModelIndex | QPersistentModelIndex


class PlainTable(QTableView):
    """Cells can be reached by keyboard; Enter and Space act as a click (`activated`)."""

    def __init__(self, row_height: int = 26, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setHorizontalHeader(PlainHeader())
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(px(row_height))
        self.verticalHeader().setMinimumSectionSize(px(row_height))
        self.setItemDelegate(PlainDelegate(self))
        self.viewport().setAutoFillBackground(False)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(0, 0, 0, 0))
        self.setPalette(palette)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        model = self.model()
        if not self.currentIndex().isValid() and model is not None and model.rowCount():
            self.setCurrentIndex(model.index(0, 0))

    def fit_height(self, most_rows: int) -> None:
        """As high as its rows, up to `most_rows`; beyond that it scrolls."""
        model: QAbstractItemModel | None = self.model()
        rows = model.rowCount() if model is not None else 0
        self.setFixedHeight(self.height_of(min(rows, most_rows)))

    def height_of(self, rows: int) -> int:
        """The height that shows so many rows with the heading."""
        height = self.verticalHeader().defaultSectionSize() * rows
        height += self.horizontalHeader().sizeHint().height() + 2
        if self.horizontalScrollBar().maximum() > 0:
            height += self.horizontalScrollBar().sizeHint().height()
        return height


class PlainHeader(QHeaderView):
    """Grey words and a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setHighlightSections(False)
        self.setSectionsClickable(False)
        self.setFixedHeight(px(28))

    def paintSection(self, painter: QPainter, rect: QRect, index: int) -> None:
        text = str(self.model().headerData(index, Qt.Orientation.Horizontal) or "")
        painter.save()
        painter.setPen(tone_color("muted"))
        room = rect.adjusted(8, 0, -4, 0)
        words = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        painter.setPen(QPen(QColor(tokens().border), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.restore()


class PlainDelegate(QStyledItemDelegate):
    """Paints the ground and the line; `paint_content` what is in the cell."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme = tokens()
        painter.save()
        rect: QRect = option.rect
        state = option.state
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        if focused:
            paint_focus_ring(painter, QRectF(rect).adjusted(0, 0, 0, -1))
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        self.paint_content(painter, rect.adjusted(8, 0, -4, 0), index, hovered or focused)
        painter.restore()

    def paint_content(self, painter: QPainter, rect: QRect, index: Index, hot: bool) -> None:
        """Text in the model's font and tone (user role: a `Tone`)."""
        font = index.data(Qt.ItemDataRole.FontRole)
        if font is not None:
            painter.setFont(font)
        painter.setPen(tone_color(index.data(Qt.ItemDataRole.UserRole) or "text"))
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
