"""Work with files in another thread of the window's process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThreadPool, Signal

from kerasstudio.graph.problems import Problem, StudioError


class _Signals(QObject):
    ended = Signal(object, object, object)


class _Job:
    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self.signals = _Signals()

    def run(self) -> None:
        try:
            result, problem = self._work(), None
        except StudioError as error:
            result, problem = None, error.problem
        except OSError as error:
            result, problem = None, os_problem(error)
        self.signals.ended.emit(self, result, problem)


class Tasks(QObject):
    """Runs work one after another and reports on the GUI thread.

    Expected failures (`StudioError`, `OSError`) arrive as a `Problem`; anything else is a bug of
    ours and is raised as one. Order is kept: a save never overtakes another."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._jobs: dict[_Job, tuple[Callable[[Any], None], Callable[[Problem], None]]] = {}

    def run(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None] = lambda _result: None,
        failed: Callable[[Problem], None] = lambda _problem: None,
    ) -> None:
        job = _Job(work)
        self._jobs[job] = (done, failed)
        # A method, not a function around the job, and no QRunnable of Python: either would keep
        # the job, and what it works on, for ever.
        job.signals.ended.connect(self._ended)
        self._pool.start(job.run)

    @property
    def busy(self) -> bool:
        return bool(self._jobs)

    def wait(self, milliseconds: int = 5000) -> bool:
        """Wait for the threads (at the end of the program)."""
        return self._pool.waitForDone(milliseconds)

    def _ended(self, job: _Job, result: Any, problem: Problem | None) -> None:
        done, failed = self._jobs.pop(job)
        if problem is not None:
            failed(problem)
        else:
            done(result)


def os_problem(error: OSError) -> Problem:
    """An `OSError` in words."""
    what = error.strerror or str(error)
    where = f"{error.filename}: " if error.filename else ""
    return Problem("file.system", f"{where}{what}.", detail=repr(error))
