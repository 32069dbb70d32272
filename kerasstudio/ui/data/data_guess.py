"""Reading chosen files through the worker: a proposal for the data description comes back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from kerasstudio.graph.problems import Problem
from kerasstudio.runtime import protocol as p
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.workers import WorkerClient


class DataGuess(QObject):
    """One request at a time; choosing other files makes the earlier answer void.

    `guessed(data, summary, keep)`, `failed(Problem)`, `progressed(text, done or None)`."""

    guessed = Signal(object, object, bool)
    failed = Signal(object)
    progressed = Signal(str, object)

    def __init__(
        self, store: DocumentStore, worker: WorkerClient, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store, self._worker = store, worker
        self._request = 0

    @property
    def is_busy(self) -> bool:
        return self._request != 0

    def ask(self, paths: Sequence[str], keep: bool) -> None:
        """Have these files looked at; `keep` says that they come besides the present ones."""
        number = self._worker.next_id()
        self._request = number
        names = ", ".join(Path(path).name.removeprefix("sample:") for path in paths)
        starting = self._worker.ready is None
        self.progressed.emit(
            f"{names}: waiting for TensorFlow to start" if starting else f"reading {names}", None
        )
        request = p.GuessData(number, tuple(paths), self.base())
        self._worker.ask(request, lambda report: self._answered(number, keep, report))

    def forget(self) -> None:
        """Another document is open: an answer still to come is not for it."""
        if self._request:
            self._request = 0
            self.progressed.emit("", None)

    def base(self) -> str:
        """The folder that relative paths start from."""
        path = self._store.path
        return str(path.parent if path is not None else Path.cwd())

    def _answered(self, number: int, keep: bool, report: p.Report) -> None:
        if number != self._request:
            return
        if isinstance(report, p.Progress):
            self.progressed.emit(report.text, report.done)
            return
        self._request = 0
        self.progressed.emit("", None)
        if isinstance(report, p.DataGuessed):
            self.guessed.emit(report.data, report.summary, keep)
        elif isinstance(report, p.Failed):
            self.failed.emit(report.problem)
        else:
            problem = Problem("worker.unexpected", f"The worker answered {type(report).__name__}.")
            self.failed.emit(problem)
