"""Export: ask for a file, say what it cannot hold, let a worker write and check it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import (
    QFileDialog,
    QMessageBox,
    QWidget,
)

from kerasstudio.graph.export_limits import export_limits
from kerasstudio.graph.problems import Problem, in_words
from kerasstudio.graph.project import Project
from kerasstudio.runtime import protocol as p
from kerasstudio.runtime.runs import read_project
from kerasstudio.ui.results.export_card import ExportCard
from kerasstudio.ui.tasks import Tasks
from kerasstudio.ui.workers import WorkerClient, WorkerPool


class ExportFlow(QObject):
    """One export at a time, in a worker of its own, so that shapes go on being inferred.

    `project`, `base` and `name` are asked when an export starts: the open project, the folder
    its relative paths start from, and what the file is called at first.
    """

    def __init__(
        self,
        pool: WorkerPool,
        window: QWidget,
        project: Callable[[], Project],
        base: Callable[[], str],
        name: Callable[[], str],
    ) -> None:
        super().__init__(window)
        self._pool, self._window = pool, window
        self._project, self._base, self._name = project, base, name
        self._worker: WorkerClient | None = None
        self._card: ExportCard | None = None
        self._folder: str | None = None
        self._tasks = Tasks(self)

    @property
    def formats(self) -> tuple[p.Format, ...]:
        """What the worker offers; empty until one is ready."""
        ready = self._pool.analysis.ready
        return ready.formats if ready is not None else ()

    def start(self, chosen: p.Format, card: ExportCard, folder: str | None) -> None:
        """Ask for the file name and export; `card` shows how it goes. `folder` is the run whose
        graph and weights are written; None writes the open project with new weights."""
        if self._worker is not None:
            return
        self._card, self._folder = card, folder
        if folder is None:
            self._look_at(chosen, self._project())
        else:
            self._tasks.run(
                partial(read_project, Path(folder)),
                partial(self._look_at, chosen),
                lambda problem: card.show_failed(in_words(problem)),
            )

    def _look_at(self, chosen: p.Format, project: Project) -> None:
        limits = export_limits(project, chosen.id)
        if limits:
            self._ask_about_limits(chosen, limits, project)
        else:
            self._ask_for_file(chosen, project)

    def _ask_about_limits(
        self,
        chosen: p.Format,
        limits: list[Problem],
        project: Project,
    ) -> None:
        """What the file cannot hold is said before anything is written; .keras is offered."""
        box = QMessageBox(self._window)
        box.setObjectName("exportLimits")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(f"Export {chosen.suffix}")
        box.setText(f"A {chosen.suffix} file cannot hold all of this model.")
        box.setInformativeText("\n".join(limit.message for limit in limits[:6]))
        box.setDetailedText("\n\n".join(in_words(limit) for limit in limits))
        keras = next((each for each in self.formats if each.id == "keras"), None)
        instead = box.addButton("Export .keras instead", QMessageBox.ButtonRole.AcceptRole)
        anyway = box.addButton(f"Write {chosen.suffix} anyway", QMessageBox.ButtonRole.ActionRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(instead)

        def finished() -> None:
            if box.clickedButton() is instead and keras is not None:
                self._ask_for_file(keras, project)
            elif box.clickedButton() is anyway:
                self._ask_for_file(chosen, project)
            box.deleteLater()

        box.finished.connect(finished)
        box.open()

    def _ask_for_file(self, chosen: p.Format, project: Project) -> None:
        folder = Path(self._base() or ".")
        dialog = QFileDialog(self._window, f"Export {chosen.label}", str(folder))
        dialog.setObjectName("exportFile")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"{chosen.label} (*{chosen.suffix})")
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.selectFile(f"{self._name()}{chosen.suffix}")
        dialog.fileSelected.connect(lambda path: self._write(chosen, path, project))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write(self, chosen: p.Format, path: str, project: Project) -> None:
        if not path.lower().endswith(chosen.suffix):
            path += chosen.suffix
        worker = self._worker = self._pool.take_spare()
        if self._card is not None:
            self._card.show_progress("Starting…")
        request = p.Export(
            id=worker.next_id(),
            format=chosen.id,
            path=path,
            project=project,
            base=self._base(),
            run_folder=self._folder,
        )
        worker.ask(request, self._answered)

    def _answered(self, report: p.Report) -> None:
        card = self._card
        if isinstance(report, p.Progress):
            if card is not None:
                card.show_progress(report.text)
            return
        worker, self._worker = self._worker, None
        if worker is not None:
            self._pool.give_back(worker)
        if card is None:
            return
        if isinstance(report, p.Exported):
            card.show_exported(report)
        elif isinstance(report, p.Failed):
            card.show_failed(in_words(report.problem))

    def close(self) -> None:
        self._tasks.wait()
