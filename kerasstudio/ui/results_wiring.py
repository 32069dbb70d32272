"""What the Results page asks for: bring back a graph, predict, evaluate, export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.runtime import protocol as p
from kerasstudio.runtime.runs import read_project
from kerasstudio.ui.exporting import ExportFlow, Source
from kerasstudio.ui.results.prediction_file import write_predictions
from kerasstudio.ui.results.results_page import ResultsPage
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.tasks import Tasks
from kerasstudio.ui.workers import WorkerClient

DATA_FILTER = "Data (*.csv *.tsv *.npz *.npy);;All files (*)"


class ResultsWiring(QObject):
    """Connects the page with the worker and the files. `say(text)` shows a line,
    `show_problem(Problem)` a message."""

    def __init__(
        self,
        page: ResultsPage,
        store: DocumentStore,
        worker: WorkerClient,
        base: Callable[[], str],
        exports: ExportFlow,
        say: Callable[[str], None],
        show_problem: Callable[[Problem], None],
    ) -> None:
        super().__init__(page)
        self._page, self._store, self._worker = page, store, worker
        self._base, self._say, self._show_problem = base, say, show_problem
        self._exports = exports
        self._tasks = Tasks(self)
        page.restore_chosen.connect(self.restore)
        page.predictions_export_chosen.connect(self._export_predictions)
        page.predict_chosen.connect(self._choose_predict)
        page.evaluate_chosen.connect(self._choose_evaluate)
        page.export.export_chosen.connect(self._choose_export)
        page.run_chosen.connect(self._run_chosen)
        worker.became_ready.connect(lambda ready: page.export.set_formats(ready.formats))
        if worker.ready is not None:
            page.export.set_formats(worker.ready.formats)

    def restore(self, folder: str) -> None:
        """Bring back the graph of a run as one undo step."""

        def show(project: Project) -> None:
            number = int(Path(folder).name)
            if self._store.apply(project, f"Bring back run {number}"):
                self._say(f"The graph of run {number} is back; undo brings the other one.")
            else:
                self._say(f"Run {number} trained this very graph.")

        self._tasks.run(lambda: read_project(Path(folder)), show, self._show_problem)

    # ------------------------------------------------------------------ predictions

    def _export_predictions(self, folder: str) -> None:
        results = self._page.results
        if results is None or not len(results.rows):
            self._say("This run has no predictions to export.")
            return

        def write(path: Path) -> None:
            self._tasks.run(
                lambda: write_predictions(path, results),
                lambda rows: self._say(f"{rows:,} predictions written to {path.name}"),
                self._show_problem,
            )

        name = f"run {Path(folder).name} predictions.csv"
        self._save_dialog("Export predictions", name, "CSV (*.csv)", write)

    def _choose_predict(self, folder: str) -> None:
        def chosen(data: Path) -> None:
            self._save_dialog(
                "Write predictions to",
                f"{data.stem} predictions.csv",
                "CSV (*.csv)",
                lambda out: self._ask(
                    p.Predict(self._worker.next_id(), folder, str(data), str(out)),
                    f"predicting {data.name}",
                ),
            )

        self._open_dialog("Predict every row of", chosen)

    def _choose_evaluate(self, folder: str) -> None:
        self._open_dialog(
            "Evaluate on",
            lambda data: self._ask(
                p.Evaluate(self._worker.next_id(), folder, str(data)), f"evaluating on {data.name}"
            ),
        )

    def _ask(self, request: p.Request, text: str) -> None:
        self._say(text)

        def answered(report: p.Report) -> None:
            match report:
                case p.Progress():
                    self._say(report.text)
                case p.Predicted():
                    self._say(f"{report.rows} rows predicted into {Path(report.path).name}")
                case p.Evaluated():
                    values = ", ".join(
                        f"{name} {value:.4g}" for name, value in report.values.items()
                    )
                    self._say(values)
                case p.Failed():
                    self._say("")
                    self._show_problem(report.problem)

        self._worker.ask(request, answered)

    # ------------------------------------------------------------------ export

    def _choose_export(self, chosen: p.Format, variant: str) -> None:
        source = Source(self._page.chosen_folder())
        self._exports.start(chosen, variant, self._page.export, source)

    def _run_chosen(self, folder: str) -> None:
        self._exports.tell_limits(self._page.export, Source(folder))

    # ------------------------------------------------------------------ dialogs

    def _save_dialog(
        self, title: str, name: str, kinds: str, chosen: Callable[[Path], None]
    ) -> None:
        dialog = self._dialog(title, kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda path: chosen(Path(path)))
        dialog.open()

    def _open_dialog(self, title: str, chosen: Callable[[Path], None]) -> None:
        dialog = self._dialog(title, DATA_FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: chosen(Path(path)))
        dialog.open()

    def _dialog(self, title: str, kinds: str) -> QFileDialog:
        window: QWidget = self._page.window()
        dialog = QFileDialog(window, title, self._base(), kinds)
        dialog.setObjectName("fileDialog")
        dialog.finished.connect(dialog.deleteLater)
        return dialog
