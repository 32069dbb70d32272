"""A foreign file, read by a process of its own that can do nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from kerasstudio.graph.problems import Problem
from kerasstudio.runtime import protocol as p
from kerasstudio.runtime.confined import Confined, lost_reader
from kerasstudio.ui.workers import WorkerPool

MakeRequest = Callable[[int, Confined], p.Request]


class ModelReading(QObject):
    """Starts the process, asks it once, and ends it. `answered` comes with the answer (what the
    process wrote lies in the cell's `out` until the slot returns), or `failed`; nothing comes
    after `cancel`. Deletes itself when the process is gone."""

    progressed = Signal(str)
    answered = Signal(object, object)
    failed = Signal(object)

    def __init__(
        self,
        pool: WorkerPool,
        path: Path,
        make: MakeRequest,
        base: Path,
        parent: QObject | None = None,
    ) -> None:
        """The cell is a folder in `base`, so that big results need only be moved from there."""
        super().__init__(parent)
        self.path = path
        self._confined = Confined(path, base=base)
        self._client = pool.confined_client(self._confined)
        self._done = False
        self._client.state_changed.connect(self._state_changed)
        self._client.start()
        self._client.ask(make(self._client.next_id(), self._confined), self._reported)

    @property
    def is_waiting(self) -> bool:
        """Whether the process is still getting ready."""
        return self._client.ready is None

    def cancel(self) -> None:
        """End the process at once; the file is left alone and nothing is reported."""
        self._done = True
        self._client.kill()

    def _reported(self, report: p.Report) -> None:
        if self._done:
            return
        if isinstance(report, p.Progress):
            self.progressed.emit(report.text)
            return
        self._done = True
        if isinstance(report, p.Failed):
            self.failed.emit(self._problem(report.problem))
        else:
            self.answered.emit(report, self._confined)
        self._client.stop(1000)

    def _problem(self, problem: Problem) -> Problem:
        if problem.code != "worker.died":
            return problem
        return lost_reader(self.path, self._confined.cell, problem)

    def _state_changed(self, state: str) -> None:
        if state == "dead":
            self._confined.close()
            self.deleteLater()
