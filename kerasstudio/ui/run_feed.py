"""Runs: the one that is going on, and the earlier ones read from their folders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.runtime import protocol as p
from kerasstudio.runtime import runs
from kerasstudio.runtime.runs import RunRecord
from kerasstudio.runtime.states import RUN_ENDED, RunStatus
from kerasstudio.runtime.weight_store import WeightStore
from kerasstudio.ui.tasks import Tasks
from kerasstudio.ui.workers import WorkerClient, WorkerPool

KILLED_REASON = "{death} The curves up to there are kept."


@dataclass
class RunView:
    """A run as the window shows it. `key` is its folder, the same in all signals and panels.

    `epoch` and `step` count what is done (`step` within the epoch); `record` is what the folder
    held when it was last read. `problems` say why the run was refused or failed."""

    key: str
    number: int = 0
    status: RunStatus = "preparing"
    reason: str = ""
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps: int = 0
    batches: int = 0
    steps_per_second: float = 0.0
    seconds_left: float | None = None
    problems: tuple[Problem, ...] = ()
    record: RunRecord = field(default_factory=RunRecord)
    project: Project | None = None

    @property
    def folder(self) -> Path:
        return Path(self.key)

    @property
    def ended(self) -> bool:
        return self.status in RUN_ENDED

    @property
    def can_continue(self) -> bool:
        """Whether it stopped early with a checkpoint to go on from."""
        return self.status in {"stopped", "failed", "killed"} and self.record.epochs_done > 0

    @property
    def fraction(self) -> float:
        """How much of the run is done, from 0 to 1."""
        total = self.epochs * self.steps
        done = self.epoch * self.steps + self.step
        return min(1.0, done / total) if total else 0.0


class RunFeed(QObject):
    """Starts and steers the current run, and knows the runs of the open project.

    `studio` says where the project's runs lie (the folder beside its file), `base` where relative
    data paths start. `runs` are in order of their numbers, the current one included.
    """

    run_changed = Signal(object)
    points_received = Signal(object, object)
    epoch_ended = Signal(object, object)
    runs_changed = Signal()
    start_failed = Signal(object)
    current_changed = Signal(object)

    def __init__(
        self,
        pool: WorkerPool,
        studio: Callable[[], Path],
        base: Callable[[], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pool, self._studio, self._base = pool, studio, base
        self._tasks = Tasks(self)
        self._worker: WorkerClient | None = None
        self._request = 0
        self._starting = False
        self._list_turn = 0
        self.current: RunView | None = None
        self.runs: tuple[RunView, ...] = ()

    @property
    def is_running(self) -> bool:
        """Whether a run is going on or about to."""
        return self._starting or (self.current is not None and not self.current.ended)

    def view(self, key: str) -> RunView | None:
        return next((view for view in self.runs if view.key == key), None)

    # ------------------------------------------------------------------ commands

    def start(self, project: Project, resume_from: str | None = None) -> bool:
        """Make a run folder and train `project` in a worker of its own; False while a run goes
        on. Failures come by `start_failed(Problem)`."""
        if self.is_running:
            return False
        self._starting = True
        studio, base = self._studio(), self._base()
        self._tasks.run(
            lambda: (
                runs.create_run(studio, project, base, resume_from or ""),
                WeightStore(studio).find(project.training.start.weights),
            ),
            lambda made: self._begin(made, project, base, resume_from),
            self._not_started,
        )
        return True

    def resume_run(self, key: str) -> bool:
        """Continue an earlier run from its last checkpoint, as a new run."""
        if self.is_running:
            return False
        self._tasks.run(
            lambda: runs.read_project(Path(key)),
            lambda project: self._resume(project, key),
            self._not_started,
        )
        return True

    def _resume(self, project: Project, key: str) -> None:
        self.start(project, key)

    def pause(self) -> None:
        self._control("pause")

    def resume(self) -> None:
        self._control("resume")

    def stop(self, after: str = "batch") -> None:
        """Stop after this "batch" or after this "epoch"; the run keeps its results. Called again
        while it is stopping, the process is ended: asked, terminated, killed, each for 3 s."""
        if self.current is not None and self.current.status == "stopping" and self._worker:
            self._worker.stop()
            return
        if self._control("stop_epoch" if after == "epoch" else "stop_batch") and self.current:
            self.current.status = "stopping"
            self.run_changed.emit(self.current)

    def kill(self) -> None:
        """End the process of the run at once (it does not answer)."""
        if self._worker is not None:
            self._worker.kill()

    def read_runs(self) -> None:
        """Read the list of runs from the folders again."""
        self._list_turn += 1
        turn, studio = self._list_turn, self._studio()
        self._tasks.run(lambda: runs.list_runs(studio), lambda found: self._listed(turn, found))

    def forget_current(self) -> None:
        """Another document was opened; a run that goes on is let finish in its folder."""
        if self.current is not None and self.current.ended:
            self.current = None
            self.current_changed.emit(None)

    def close(self) -> None:
        self._tasks.wait()

    # ------------------------------------------------------------------ a run

    def _begin(
        self, made: tuple[Path, Path | None], project: Project, base: str, resume_from: str | None
    ) -> None:
        folder, weights = made
        self._starting = False
        view = RunView(str(folder), int(folder.name), project=project)
        view.epochs = project.training.epochs
        view.record = RunRecord(number=view.number, folder=view.key, epochs=view.epochs)
        self.current = view
        self.runs = (*self.runs, view)
        worker = self._pool.take_spare()
        self._worker = worker
        worker.report_received.connect(self._report_received)
        self._request = worker.next_id()
        self.current_changed.emit(view)
        self.runs_changed.emit()
        self.run_changed.emit(view)
        start = None if weights is None else str(weights)
        worker.send(p.Train(self._request, project, view.key, base, resume_from, start))

    def _not_started(self, problem: Problem) -> None:
        self._starting = False
        self.start_failed.emit(problem)

    def _control(self, action: str) -> bool:
        if self._worker is None or self.current is None or self.current.ended:
            return False
        self._worker.send(p.Control(self._request, action))  # type: ignore[arg-type]
        return True

    def _report_received(self, report: p.Report) -> None:
        view = self.current
        if view is None or getattr(report, "id", None) != self._request:
            return
        match report:
            case p.Points():
                view.epoch, view.step = report.epoch, report.step
                view.batches = report.first + max(
                    (len(values) for values in report.values.values()), default=0
                )
                view.steps_per_second = report.steps_per_second
                view.seconds_left = report.seconds_left
                self.points_received.emit(view, report)
            case p.EpochEnded():
                view.epoch, view.step = report.epoch + 1, 0
                view.batches = report.batches
                self.epoch_ended.emit(view, report)
                self._add_history(view, report)
            case p.RunChanged():
                self._run_changed(view, report)
            case p.Failed():
                died = report.problem.code == "worker.died"
                reason = report.problem.message
                view.problems = (report.problem,)
                if died:
                    self._ended(view, "killed", KILLED_REASON.format(death=reason))
                else:
                    self._ended(view, "failed", reason)

    def _run_changed(self, view: RunView, report: p.RunChanged) -> None:
        view.steps = report.steps if report.steps is not None else view.steps
        view.epochs = report.epochs if report.epochs is not None else view.epochs
        view.problems = report.problems or view.problems
        if report.status in RUN_ENDED:
            self._ended(view, report.status, report.reason)
            return
        if view.status != "stopping" or report.status == "stopping":
            view.status = report.status
        view.reason = report.reason
        self.run_changed.emit(view)

    def _ended(self, view: RunView, status: RunStatus, reason: str) -> None:
        if view.ended:
            return
        view.status, view.reason, view.seconds_left = status, reason, None
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.report_received.disconnect(self._report_received)
            self._pool.give_back(worker)
        folder = view.folder
        if status == "killed":
            self._tasks.run(lambda: _mark_killed(folder, reason), self._marked, self._not_started)
        self.run_changed.emit(view)
        self.read_runs()

    def _marked(self, _record: object) -> None:
        self.read_runs()

    @staticmethod
    def _add_history(view: RunView, report: p.EpochEnded) -> None:
        """What the folder will say, without reading it after every epoch."""
        history = {name: list(values) for name, values in view.record.history.items()}
        for name, value in report.values.items():
            history.setdefault(name, []).append(value)
        view.record = msgspec.structs.replace(
            view.record, history=history, epochs_done=report.epoch + 1
        )

    # ------------------------------------------------------------------ the list

    def _listed(self, turn: int, found: list[RunRecord]) -> None:
        if turn != self._list_turn:
            return
        views = []
        current = self.current
        for record in found:
            if current is not None and record.folder == current.key:
                if current.ended or record.epochs_done >= current.record.epochs_done:
                    current.record = record
                views.append(current)
            else:
                views.append(_view(record))
        self.runs = tuple(views)
        self.runs_changed.emit()


def _view(record: RunRecord) -> RunView:
    return RunView(
        record.folder,
        record.number,
        record.status,
        record.reason,
        epoch=record.epochs_done,
        epochs=record.epochs,
        steps=record.steps,
        batches=record.batches_done,
        steps_per_second=record.steps_per_second,
        problems=record.problems,
        record=record,
    )


def _mark_killed(folder: Path, reason: str) -> RunRecord:
    return runs.update_run(folder, status="killed", reason=reason, ended=runs.now())
