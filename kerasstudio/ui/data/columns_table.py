"""The table of columns: role pills, histograms, and a menu in each cell that can be changed."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from kerasstudio.graph.data_spec import DataSpec
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.ui.data.columns_model import (
    DISTRIBUTION,
    FIELDS,
    KIND,
    MISSING,
    NAME,
    PREPARATION,
    ROLE,
    ColumnsModel,
)
from kerasstudio.ui.theme import px
from kerasstudio.ui.widgets.fields import paint_chevron
from kerasstudio.ui.widgets.histogram import paint_bars
from kerasstudio.ui.widgets.labels import Tone, tone_color
from kerasstudio.ui.widgets.plain_table import Index, PlainDelegate, PlainTable

ROLE_TONES: dict[str, Tone] = {"feature": "accent", "target": "warning", "ignore": "faint"}
MOST_ROWS = 9


class ColumnsTable(PlainTable):
    """`chosen(column, field, value)`: a new role, kind, encoding or way with missing cells.

    A click on a cell, Enter or Space opens its menu; f, t and i set the role at once."""

    chosen = Signal(str, str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(36, parent)
        self.columns = ColumnsModel(self)
        self.setModel(self.columns)
        self.setItemDelegate(ColumnsDelegate(self))
        self.setAccessibleName("columns of the data")
        self.menu: QMenu | None = None
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def show_data(self, data: DataSpec, summary: DataSummary | None) -> None:
        self.columns.show_data(data, summary)
        self._size_columns()
        self.fit_height(MOST_ROWS)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._size_columns()

    def _size_columns(self) -> None:
        """Short things get what they need; names and preparations share the rest."""
        header, room = self.horizontalHeader(), self.viewport().width()
        widths = {
            KIND: self._widest(KIND, px(84)),
            ROLE: px(92),
            DISTRIBUTION: px(150 if room > px(860) else 116),
            MISSING: min(self._widest(MISSING, px(70)), px(210)),
        }
        rest = max(room - sum(widths.values()), px(180))
        widths[NAME] = max(px(90), min(self._widest(NAME, px(90)), rest * 6 // 10))
        widths[PREPARATION] = max(self._heading(PREPARATION), rest - widths[NAME])
        for section, width in widths.items():
            header.resizeSection(section, width)

    def _widest(self, section: int, least: int) -> int:
        """What the longest text of the first rows takes."""
        font = self.columns.index(0, section).data(Qt.ItemDataRole.FontRole)
        metrics = QFontMetrics(font) if font is not None else self.fontMetrics()
        rows = range(min(self.columns.rowCount(), 200))
        texts = [str(self.columns.index(row, section).data()) for row in rows]
        words = [metrics.horizontalAdvance(text) + 28 for text in texts]
        return max([least, self._heading(section), *words])

    def _heading(self, section: int) -> int:
        """What the heading takes."""
        header = self.horizontalHeader()
        text = str(self.columns.headerData(section, Qt.Orientation.Horizontal))
        return header.fontMetrics().horizontalAdvance(text) + 16

    def open_menu(self, index: Index) -> None:
        """Offer what the cell can be."""
        choices = self.columns.choices(index.row(), index.column())
        if not choices:
            return
        column = self.columns.column(index.row())
        field = FIELDS[index.column()]
        menu = QMenu(self)
        for value, text in choices:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(getattr(column, field) == value)
            action.setData(value)
        menu.triggered.connect(lambda action: self.chosen.emit(column.name, field, action.data()))
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = menu
        rect = self.visualRect(self.columns.index(index.row(), index.column()))
        menu.popup(self.viewport().mapToGlobal(rect.bottomLeft()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self.open_menu(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        key = Qt.Key(event.key())
        roles = {Qt.Key.Key_F: "feature", Qt.Key.Key_T: "target", Qt.Key.Key_I: "ignore"}
        if index.isValid() and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.open_menu(index)
        elif index.isValid() and key in roles and not event.modifiers():
            self.chosen.emit(self.columns.column(index.row()).name, "role", roles[key])
        else:
            super().keyPressEvent(event)


class ColumnsDelegate(PlainDelegate):
    """Pills for roles, bars for distributions, text for the rest."""

    def paint_content(self, painter: QPainter, rect: QRect, index: Index, hot: bool) -> None:
        model = index.model()
        if not isinstance(model, ColumnsModel):
            return
        section = index.column()
        if section == ROLE:
            self._paint_pill(painter, rect, model.column(index.row()).role, index, hot)
        elif section == DISTRIBUTION:
            summary = model.summary(index.row())
            if summary is not None and summary.histogram:
                paint_bars(painter, rect, summary.histogram)
        else:
            room = rect
            if hot and section in (KIND, MISSING, PREPARATION):
                if model.choices(index.row(), section):
                    paint_chevron(painter, QRect(rect.right() - 14, rect.y(), 12, rect.height()))
                room = rect.adjusted(0, 0, -16, 0)
            super().paint_content(painter, room, index, hot)

    def _paint_pill(
        self, painter: QPainter, rect: QRect, role: str, index: Index, hot: bool
    ) -> None:
        color = tone_color(ROLE_TONES[role])
        text = str(index.data())
        wide = painter.fontMetrics().horizontalAdvance(text) + 20
        high = painter.fontMetrics().height() + 4
        box = QRectF(rect.x() - 2, rect.center().y() - high / 2 + 1, wide, high)
        ground = QColor(color)
        ground.setAlphaF(0.34 if hot else 0.22)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawRoundedRect(box, high / 2, high / 2)
        painter.setPen(tone_color("muted") if role == "ignore" else color)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
