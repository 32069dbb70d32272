"""Export: ask for a file, say what it cannot hold, let a worker write and check it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QMessageBox,
    QWidget,
)

from kerasstudio.graph.export_limits import export_limits, limits_line
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.problems import Problem, in_words
from kerasstudio.graph.project import Project
from kerasstudio.runtime import protocol as p
from kerasstudio.runtime.runs import read_project
from kerasstudio.runtime.weight_store import WeightStore, missing
from kerasstudio.ui.results.export_card import ExportCard
from kerasstudio.ui.tasks import Tasks
from kerasstudio.ui.workers import WorkerClient, WorkerPool


@dataclass(frozen=True)
class Source:
    """What is exported: the graph and weights of a run, or the open project with the weights
    that its training starts from (`start`) or with new ones."""

    folder: str | None = None
    checkpoint: Literal["best", "last"] = "best"
    start: bool = False


@dataclass(frozen=True)
class Wish:
    """One export that was asked for."""

    format: p.Format
    variant: str
    source: Source
    project: Project


class ExportFlow(QObject):
    """One export at a time, in a worker of its own, so that shapes go on being inferred.

    `project`, `base`, `name`, `inspection` and `weights` are asked when an export starts: the
    open project, the folder its relative paths start from, what the file is called at first, the
    shapes that are known and the stored weights.
    """

    formats_changed = Signal(object)

    def __init__(
        self,
        pool: WorkerPool,
        window: QWidget,
        project: Callable[[], Project],
        base: Callable[[], str],
        name: Callable[[], str],
        inspection: Callable[[], Inspection],
        weights: Callable[[], WeightStore],
    ) -> None:
        super().__init__(window)
        self._pool, self._window = pool, window
        self._project, self._base, self._name = project, base, name
        self._inspection, self._weights = inspection, weights
        self._worker: WorkerClient | None = None
        self._card: ExportCard | None = None
        self._tasks = Tasks(self)
        pool.analysis.became_ready.connect(lambda ready: self.formats_changed.emit(ready.formats))

    @property
    def formats(self) -> tuple[p.Format, ...]:
        """What the worker offers; empty until one is ready."""
        ready = self._pool.analysis.ready
        return ready.formats if ready is not None else ()

    @property
    def project(self) -> Project:
        """The open one."""
        return self._project()

    def start(self, chosen: p.Format, variant: str, card: ExportCard, source: Source) -> None:
        """Ask for the file name and export; `card` shows how it goes."""
        if self._worker is not None:
            return
        self._card = card
        if source.folder is None:
            self._look_at(Wish(chosen, variant, source, self._project()))
        else:
            self._tasks.run(
                partial(read_project, Path(source.folder)),
                lambda project: self._look_at(Wish(chosen, variant, source, project)),
                lambda problem: card.show_failed(in_words(problem)),
            )

    def tell_limits(self, card: ExportCard, source: Source) -> None:
        """Show in `card` what each format cannot hold of the source, found in another thread."""
        project = None if source.folder is not None else self._project()
        inspection = self._inspection()

        def find() -> dict[str, str]:
            if source.folder is None or project is not None:
                return limit_lines(project or Project(), inspection)
            return limit_lines(read_project(Path(source.folder)), Inspection())

        # A run that cannot be read says so when it is exported.
        self._tasks.run(find, card.set_limits, lambda _problem: card.set_limits({}))

    def _look_at(self, wish: Wish) -> None:
        inspection = self._inspection() if wish.source.folder is None else None
        limits = export_limits(wish.project, wish.format.id, inspection)
        if limits:
            self._ask_about_limits(wish, limits)
        else:
            self._ask_for_file(wish)

    def _ask_about_limits(self, wish: Wish, limits: list[Problem]) -> None:
        """What the file cannot hold is said before anything is written; .keras is offered."""
        chosen = wish.format
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
                self._ask_for_file(Wish(keras, "", wish.source, wish.project))
            elif box.clickedButton() is anyway:
                self._ask_for_file(wish)
            box.deleteLater()

        box.finished.connect(finished)
        box.open()

    def _ask_for_file(self, wish: Wish) -> None:
        chosen = wish.format
        folder = Path(self._base() or ".")
        dialog = QFileDialog(self._window, f"Export {chosen.label}", str(folder))
        dialog.setObjectName("exportFile")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"{chosen.label} (*{chosen.suffix})")
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.selectFile(f"{self._name()}{chosen.suffix}")
        dialog.fileSelected.connect(lambda path: self._write(wish, path))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write(self, wish: Wish, path: str) -> None:
        chosen, source = wish.format, wish.source
        if not path.lower().endswith(chosen.suffix):
            path += chosen.suffix
        weights, start = None, wish.project.training.start
        if source.start and not start.is_fresh:
            weights = self._weights().find(start.weights)
            if weights is None and self._card is not None:
                self._card.show_failed(in_words(missing(start)))
                return
        worker = self._worker = self._pool.take_spare()
        if self._card is not None:
            self._card.show_progress("Starting…")
        request = p.Export(
            id=worker.next_id(),
            format=chosen.id,
            path=path,
            project=wish.project,
            base=self._base(),
            run_folder=source.folder,
            checkpoint=source.checkpoint,
            weights=None if weights is None else str(weights),
            variant=wish.variant,
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


def limit_lines(project: Project, inspection: Inspection) -> dict[str, str]:
    """What formats cannot hold of a model, one line each, by format."""
    lines = {}
    for key, words in _LIMITED.items():
        limits = export_limits(project, key, inspection)
        if limits:
            lines[key] = words.format(layers=limits_line(limits, project))
    return lines


_LIMITED = {
    "h5": "Plain Keras cannot read back: {layers}",
    "weights": "Not held: what {layers} learned",
    "json": "Not held: {layers}",
    "python": "No code for: {layers}",
    "notebook": "No code for: {layers}",
    "savedmodel": "Not held: {layers}",
    "tflite": "Needs the Flex delegate: {layers}",
    "onnx": "Not held: {layers}",
}
