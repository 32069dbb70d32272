"""The runs of the project: what changed, what came out; a tick compares them in the plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from kerasstudio.runtime.runs import RunRecord
from kerasstudio.ui.charts.metric_plot import number_text
from kerasstudio.ui.widgets.amounts import amount_text

HEADERS = (
    "run", "what changed", "best validation", "test", "parameters", "epochs",
    "steps/s", "seed", "when",
)  # fmt: skip

MOST_ROWS_SHOWN = 6


@dataclass(frozen=True)
class RunRow:
    """One run with the words for what was changed since the run before."""

    record: RunRecord
    changes: tuple[str, ...] = ()


class RunsTable(QTableWidget):
    """The newest run first. `run_chosen(folder)` when a row is selected; `restore_chosen(folder)`
    on a double-click: the graph of that run comes back as one undoable edit."""

    run_chosen = Signal(str)
    restore_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(0, len(HEADERS))
        self.setHorizontalHeaderLabels(HEADERS)
        self.setAccessibleName("Runs")
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._folders: list[str] = []
        self.itemSelectionChanged.connect(self._selected)
        self.itemDoubleClicked.connect(
            lambda item: self.restore_chosen.emit(self._folders[item.row()])
        )

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        chosen = self.chosen()
        self.blockSignals(True)
        self.setRowCount(len(rows))
        self._folders = [row.record.folder for row in rows]
        for index, row in enumerate(rows):
            for column, text in enumerate(row_texts(row)):
                item = QTableWidgetItem(text)
                item.setToolTip(row.record.reason or "\n".join(row.changes))
                self.setItem(index, column, item)
        if chosen in self._folders:
            self.selectRow(self._folders.index(chosen))
        self.blockSignals(False)
        self._fit_height(len(rows))
        if rows and chosen not in self._folders:
            self.selectRow(0)

    def _fit_height(self, rows: int) -> None:
        """As high as its rows, at most six; more are scrolled."""
        shown = min(max(rows, 1), MOST_ROWS_SHOWN)
        self.setFixedHeight(self.horizontalHeader().height() + shown * self.rowHeight(0) + 4)

    def choose(self, folder: str) -> None:
        if folder in self._folders:
            self.selectRow(self._folders.index(folder))

    def chosen(self) -> str | None:
        row = self.currentRow()
        return self._folders[row] if 0 <= row < len(self._folders) else None

    def _selected(self) -> None:
        folder = self.chosen()
        if folder is not None:
            self.run_chosen.emit(folder)


def row_texts(row: RunRow) -> tuple[str, ...]:
    """The cells of one run."""
    record = row.record
    status = "" if record.status == "finished" else f" {record.status}"
    changes = "; ".join(row.changes) or ("first run" if record.number == 1 else "nothing")
    return (
        f"{record.number}{status}",
        changes,
        best_text(record),
        ", ".join(f"{name} {number_text(value)}" for name, value in test_shown(record)) or "–",
        amount_text(record.parameters) if record.parameters else "–",
        f"{record.epochs_done}",
        f"{record.steps_per_second:.0f}" if record.steps_per_second else "–",
        str(record.seed),
        ago(record.ended or record.started or record.created),
    )


def test_shown(record: RunRecord) -> list[tuple[str, float]]:
    """The metrics worth a cell: at most two, the loss only when there is nothing else."""
    others = [(name, value) for name, value in record.test.items() if not name.endswith("loss")]
    return others[:2] or list(record.test.items())[:1]


def best_text(record: RunRecord) -> str:
    """The best value of the monitored metric, or the last validation loss."""
    if record.best_value is not None and record.monitor:
        return f"{record.monitor} {number_text(record.best_value)}"
    values = [value for value in record.history.get("val_loss", []) if value is not None]
    return f"val_loss {number_text(min(values))}" if values else "–"


def ago(when: str, now: datetime | None = None) -> str:
    """ "2 min ago" from an ISO 8601 time; "–" when there is none."""
    if not when:
        return "–"
    seconds = ((now or datetime.now(UTC)) - datetime.fromisoformat(when)).total_seconds()
    for limit, size, unit in ((90, 1, "s"), (5400, 60, "min"), (129600, 3600, "h")):
        if seconds < limit:
            return f"{max(0, round(seconds / size))} {unit} ago"
    return f"{round(seconds / 86400)} days ago"
