"""The list of runs beside the plots: a tick overlays a run's curves."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from kerasstudio.ui.theme import px

HEADERS = ("run", "val. metric", "val. loss", "time")


@dataclass(frozen=True)
class RunLine:
    """One row: `metric` and `loss` are the newest validation values as text."""

    key: str
    label: str
    color: str
    metric: str = "–"
    loss: str = "–"
    time: str = "–"
    tip: str = ""


class RunList(QTableWidget):
    """Rows in the order given, the newest first. `ticked_changed` carries the ticked keys."""

    ticked_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__(0, len(HEADERS))
        self.setHorizontalHeaderLabels(HEADERS)
        self.setAccessibleName("Runs shown in the plots")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(px(28))
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.itemChanged.connect(self._item_changed)
        self._keys: list[str] = []

    def show_runs(self, lines: list[RunLine], ticked: frozenset[str]) -> None:
        with QSignalBlocker(self):
            self.setRowCount(len(lines))
            self._keys = [line.key for line in lines]
            for row, line in enumerate(lines):
                first = self._cell(row, 0, line.label)
                first.setFlags(
                    Qt.ItemFlag.ItemIsEnabled
                    | Qt.ItemFlag.ItemIsUserCheckable
                    | Qt.ItemFlag.ItemIsSelectable
                )
                first.setCheckState(
                    Qt.CheckState.Checked if line.key in ticked else Qt.CheckState.Unchecked
                )
                first.setIcon(_dot(line.color))
                first.setToolTip(line.tip)
                for column, text in enumerate((line.metric, line.loss, line.time), start=1):
                    self._cell(row, column, text).setToolTip(line.tip)

    def ticked(self) -> frozenset[str]:
        return frozenset(
            key
            for row, key in enumerate(self._keys)
            if self._cell(row, 0).checkState() == Qt.CheckState.Checked
        )

    def _cell(self, row: int, column: int, text: str | None = None) -> QTableWidgetItem:
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            self.setItem(row, column, item)
        if text is not None:
            item.setText(text)
        return item

    def _item_changed(self, item: QTableWidgetItem) -> None:
        if item.column() == 0:
            self.ticked_changed.emit(self.ticked())


def _dot(color: str) -> QIcon:
    pixmap = QPixmap(24, 24)
    pixmap.setDevicePixelRatio(2.0)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(color))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(2, 2, 8, 8)
    painter.end()
    return QIcon(pixmap)
