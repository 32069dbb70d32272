"""The Results page: runs, how well the chosen one predicts, its predictions, and export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.runtime.runs import RunRecord
from kerasstudio.runtime.states import RUN_ENDED
from kerasstudio.ui.charts.metric_plot import ChartColors, number_text
from kerasstudio.ui.results.confusion_matrix import ConfusionMatrix, MatrixColors
from kerasstudio.ui.results.export_card import ExportCard, run_words
from kerasstudio.ui.results.predictions_model import OutputPredictions, PredictionsModel
from kerasstudio.ui.results.run_results import RunResults, confusion, read_results
from kerasstudio.ui.results.runs_table import RunRow, RunsTable
from kerasstudio.ui.results.scatter_plot import ScatterPlot
from kerasstudio.ui.tasks import Tasks
from kerasstudio.ui.widgets.card import Card
from kerasstudio.ui.widgets.labels import Label, TextBlock

EMPTY = "No run yet. Press Train; when it has finished, its results are here."


class ResultsPage(QWidget):
    """The owner gives the runs (`show_runs`) and acts on the signals. `failed` gets a sentence."""

    run_chosen = Signal(str)
    restore_chosen = Signal(str)
    predictions_export_chosen = Signal(str)
    predict_chosen = Signal(str)
    evaluate_chosen = Signal(str)
    continue_chosen = Signal(str)
    start_chosen = Signal(str)

    def __init__(
        self,
        chart: ChartColors,
        matrix: MatrixColors,
        failed: Callable[[str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._failed = failed
        self._tasks = Tasks(self)
        self._records: dict[str, RunRecord] = {}
        self._shown: str | None = None
        self._results: RunResults | None = None
        self.runs = RunsTable()
        self.runs.run_chosen.connect(self._choose)
        self.runs.restore_chosen.connect(self.restore_chosen)
        self.export = ExportCard()
        self._matrix = ConfusionMatrix(matrix)
        self._matrix.cell_chosen.connect(self._filter)
        self._scatter = ScatterPlot(chart)
        self._model = PredictionsModel(self)

        # From the outside to the inside: what is put somewhere is styled again with all it holds.
        self._stack = QStackedLayout(self)
        empty = Label(EMPTY, "muted")
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.addWidget(empty)
        scroll = QScrollArea()
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._stack.addWidget(scroll)
        page = QWidget()
        scroll.setWidget(page)
        grid = QGridLayout(page)
        grid.setContentsMargins(16, 16, 16, 16)
        grid.setSpacing(12)
        grid.addWidget(self._runs_card(), 0, 0, 1, 3)
        grid.addWidget(self._quality_card(), 1, 0)
        grid.addWidget(self._predictions_card(), 1, 1)
        grid.addWidget(self.export, 1, 2)
        grid.setColumnStretch(0, 4)
        grid.setColumnStretch(1, 4)
        grid.setColumnStretch(2, 3)
        grid.setRowStretch(1, 1)

    # ------------------------------------------------------------ what is shown

    def show_runs(self, rows: Sequence[RunRow]) -> None:
        """The newest first. The chosen run's results are read again when its status changed."""
        before = self._records.get(self._shown or "")
        self._records = {row.record.folder: row.record for row in rows}
        self._stack.setCurrentIndex(1 if rows else 0)
        self.runs.show_rows(rows)
        after = self._records.get(self._shown or "")
        if after is not None and before is not None and after.status != before.status:
            self._choose(after.folder)

    def choose(self, folder: str) -> None:
        self.runs.choose(folder)
        self._choose(folder)

    def chosen_folder(self) -> str | None:
        return self._shown if self._shown in self._records else None

    def set_colors(self, chart: ChartColors, matrix: MatrixColors) -> None:
        self._scatter.set_colors(chart)
        self._matrix.set_colors(matrix)

    def _choose(self, folder: str) -> None:
        record = self._records.get(folder)
        if record is None:
            return
        self._shown = folder
        self.export.set_source(run_words(record))
        self._continue.setVisible(record.status in {"killed", "stopped", "failed"})
        self._train_on.setVisible(record.status in RUN_ENDED and record.epochs_done > 0)
        self._show_metrics(record)
        self.run_chosen.emit(folder)
        self._tasks.run(
            partial(read_results, Path(folder)),
            self._show_results,
            lambda problem: self._failed(problem.message),
        )

    def close_files(self) -> None:
        """Wait for reading (at the end of the program)."""
        self._tasks.wait()

    def _show_metrics(self, record: RunRecord) -> None:
        if record.test:
            values = "   ".join(f"{key} {number_text(value)}" for key, value in record.test.items())
            self._metrics.setText(values)
        else:
            self._metrics.setText(record.reason or "Not evaluated.")
        weights = {"best": ", weights of the best epoch", "last": ", weights of the last epoch"}
        self._quality.set_note(f"run {record.number}, test part{weights.get(record.evaluated, '')}")

    def _show_results(self, results: RunResults) -> None:
        if results.folder != self._shown:
            return  # another run was chosen meanwhile
        self._results = results
        self._outputs.blockSignals(True)
        self._outputs.clear()
        self._outputs.addItems([output.name for output in results.outputs])
        self._outputs.setVisible(len(results.outputs) > 1)
        self._outputs.blockSignals(False)
        self._model.show_predictions(results.rows, results.outputs)
        few = self._model.columnCount() <= 4
        modes = QHeaderView.ResizeMode
        self._table.horizontalHeader().setSectionResizeMode(
            modes.Stretch if few else modes.ResizeToContents
        )
        self._why_empty.setText(results.why_empty)
        self._why_empty.setVisible(bool(results.why_empty))
        self._wrong_only.setVisible(any(output.classes for output in results.outputs))
        self._show_output()

    def _output(self) -> OutputPredictions | None:
        outputs = self._results.outputs if self._results else ()
        index = max(0, self._outputs.currentIndex())
        return outputs[index] if index < len(outputs) else None

    def _show_output(self) -> None:
        output = self._output()
        self._figure_area.setVisible(output is not None)
        if output is None:
            return
        if output.classes is not None:
            self._matrix.show_counts(output.classes, confusion(output))
            self._figure.setCurrentWidget(self._matrix)
        else:
            true, predicted = output.true, output.predicted
            self._scatter.show_values(true.astype(np.float64), predicted.astype(np.float64))
            self._figure.setCurrentWidget(self._scatter)
        self._filter(-1, -1)

    def _filter(self, true: int, predicted: int) -> None:
        self._model.filter(
            max(0, self._outputs.currentIndex()),
            true if true >= 0 else None,
            predicted if predicted >= 0 else None,
            self._wrong_only.isChecked(),
        )
        output = self._output()
        if true >= 0 and output is not None and output.classes is not None:
            self._predictions.set_note(self._matrix.sentence(true, predicted))
        else:
            self._predictions.set_note(f"{self._model.rowCount():,} samples, worst first")

    # ------------------------------------------------------------ cards

    def _runs_card(self) -> Card:
        card = Card("Runs", "double-click brings back that run's graph")
        self._continue = QPushButton("Continue from last checkpoint")
        self._continue.clicked.connect(lambda: self.continue_chosen.emit(self._shown or ""))
        self._continue.hide()
        self._train_on = QPushButton("Train on from these weights")
        self._train_on.setToolTip("The next training starts from the best weights of this run")
        self._train_on.clicked.connect(lambda: self.start_chosen.emit(self._shown or ""))
        self._train_on.hide()
        card.head.addWidget(self._continue)
        card.head.addWidget(self._train_on)
        card.body.addWidget(self.runs)
        return card

    def _quality_card(self) -> Card:
        card = self._quality = Card("Test")
        self._outputs = QComboBox()
        self._outputs.setAccessibleName("Output")
        self._outputs.currentIndexChanged.connect(self._show_output)
        self._outputs.hide()
        card.head.addWidget(self._outputs)
        self._metrics = TextBlock()
        self._why_empty = TextBlock("", "muted")
        self._why_empty.hide()
        card.body.addWidget(self._metrics)
        card.body.addWidget(self._why_empty)
        self._figure_area = QWidget()
        self._figure = QStackedLayout(self._figure_area)
        self._figure.addWidget(self._matrix)
        self._figure.addWidget(self._scatter)
        self._figure_area.setMinimumHeight(280)
        card.body.addWidget(self._figure_area, 1)
        return card

    def _predictions_card(self) -> Card:
        card = self._predictions = Card("Predictions")
        table = QTableView()
        table.setModel(self._model)
        table.setAccessibleName("Predictions on the test part")
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table = table
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self._wrong_only = QCheckBox("wrong only")
        self._wrong_only.toggled.connect(lambda: self._filter(-1, -1))
        save = QPushButton("Export CSV…")
        save.clicked.connect(lambda: self.predictions_export_chosen.emit(self._shown or ""))
        predict = QPushButton("Predict a file…")
        predict.setToolTip("Predict every row of another file of the same kind")
        predict.clicked.connect(lambda: self.predict_chosen.emit(self._shown or ""))
        evaluate = QPushButton("Evaluate on a file…")
        evaluate.setToolTip("Compare with the true values in another file of the same kind")
        evaluate.clicked.connect(lambda: self.evaluate_chosen.emit(self._shown or ""))
        row = QHBoxLayout()
        row.addWidget(self._wrong_only)
        row.addStretch(1)
        for button in (evaluate, predict, save):
            row.addWidget(button)
        column = QVBoxLayout()
        column.addWidget(table, 1)
        column.addLayout(row)
        card.body.addLayout(column, 1)
        return card

    @property
    def results(self) -> RunResults | None:
        """The results on show."""
        return self._results
