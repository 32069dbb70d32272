"""What is known about the open project: shapes, problems, the summary of its data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.diff import Diff
from kerasstudio.graph.inspection import Inspection, NodeInfo
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.runtime import protocol as p
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.tasks import Tasks
from kerasstudio.ui.workers import WorkerClient

DEBOUNCE_MS = 60
# A number that is dragged changes without a pause: its shapes are asked for all the same.
PATIENCE_MS = 150
# Drawings with more nodes are checked in another thread: it takes longer than a frame.
LARGE = 1500
SEVERITIES = ("error", "warning", "hint")


class InspectionFeed(QObject):
    """Structure and training settings are checked at once, Keras is asked after a
    short pause. Answers to older revisions are not shown.

    `inspection_changed` carries the ids of the nodes whose information is another one.
    `data_busy` says that the data is being read.
    """

    inspection_changed = Signal(object)
    problems_changed = Signal()
    summary_changed = Signal()
    data_busy_changed = Signal(bool)

    def __init__(
        self,
        store: DocumentStore,
        worker: WorkerClient,
        catalogue: Catalogue,
        parent: QObject | None = None,
        debounce_ms: int = DEBOUNCE_MS,
    ) -> None:
        super().__init__(parent)
        self._store, self._worker, self._catalogue = store, worker, catalogue
        self.inspection = Inspection()
        self.summary: DataSummary | None = None
        self.problems: tuple[Problem, ...] = ()
        self.data_busy = False
        self.data_problem: Problem | None = None
        self._others: tuple[Problem, ...] = ()
        # What the worker has reported so far: its reports only name what changed.
        self._reported: dict[str, NodeInfo] = {}
        self._unshown: set[str] = set()
        self._structure: tuple[Problem, ...] = ()
        self._structure_revision = -1
        self._tasks = Tasks(self)
        # Answers to this revision or a later one are about the model as it is now.
        self._model_revision = store.revision
        self._data_request = 0
        self._described: object = None
        self._inspect_timer = QTimer(self)
        self._inspect_timer.setSingleShot(True)
        self._inspect_timer.setInterval(debounce_ms)
        self._inspect_timer.timeout.connect(self._ask_shapes)
        self._asked_since = QElapsedTimer()
        self._check_timer = QTimer(self)
        self._check_timer.setSingleShot(True)
        self._check_timer.setInterval(0)
        self._check_timer.timeout.connect(self.check)
        store.project_changed.connect(self._project_changed)
        store.document_replaced.connect(self._document_replaced)
        store.path_changed.connect(self._describe_if_needed)
        worker.report_received.connect(self._report_received)
        worker.became_ready.connect(self._worker_ready)
        worker.died.connect(self._worker_died)

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)

    def close(self) -> None:
        self._tasks.wait()

    def refresh(self) -> None:
        """Check and ask for everything again."""
        self._structure_revision = -1
        self._check_timer.start()
        self._inspect_timer.start()
        self._describe_if_needed()

    # ------------------------------------------------------------------ edits

    def _project_changed(self, change: Diff) -> None:
        if change.only_moved:
            return
        self._check_timer.start()
        if change.affects_model:
            self._model_revision = self._store.revision
            if not self._inspect_timer.isActive():
                self._asked_since.start()
            if self._asked_since.elapsed() < PATIENCE_MS or not self._inspect_timer.isActive():
                self._inspect_timer.start()
        self._describe_if_needed()

    def _document_replaced(self) -> None:
        self._model_revision = self._store.revision
        self.inspection = Inspection(revision=self._store.revision)
        self.summary = None
        self.data_problem = None
        self._described = None
        self.inspection_changed.emit(frozenset(self._reported))
        self.summary_changed.emit()
        self.refresh()

    def set_other_problems(self, problems: tuple[Problem, ...]) -> None:
        """What was found elsewhere (the weights that training starts from)."""
        if problems != self._others:
            self._others = problems
            self._check_timer.start()

    def check(self) -> None:
        """Structure and training settings against what is known, now. Structure is looked at
        again only after an edit that may have changed it."""
        from kerasstudio.graph.preflight import preflight_problems
        from kerasstudio.graph.structure import structure_problems

        project = self._store.project
        revision = self._model_revision
        if self._structure_revision != revision:
            if len(project.graph.nodes) > LARGE:
                self._check_apart(project, revision)
            else:
                self._structure = tuple(structure_problems(project, self._catalogue))
                self._structure_revision = revision
        preflight = tuple(
            preflight_problems(project, self.inspection, self.summary, self._catalogue)
        )
        data = self.summary.problems if self.summary is not None else ()
        failed = (self.data_problem,) if self.data_problem is not None else ()
        merged = _merged(
            self._others, self._structure, self.inspection.problems, failed, data, preflight
        )
        if merged != self.problems:
            self.problems = merged
            self.problems_changed.emit()

    def _check_apart(self, project: Project, revision: int) -> None:
        """The same in another thread, one at a time; until then the last result is shown."""
        from kerasstudio.graph.structure import structure_problems

        if self._tasks.busy:
            return

        def checked(problems: list[Problem]) -> None:
            self._structure = tuple(problems)
            self._structure_revision = revision
            self.check()

        self._tasks.run(lambda: structure_problems(project, self._catalogue), checked)

    def suppose(
        self, project: Project, nodes: tuple[str, ...], answered: Callable[[p.Supposed], None]
    ) -> None:
        """Ask Keras about a variant of the project; `answered` is called when it has answered,
        never when it cannot be asked now."""
        if self._worker.state not in ("ready", "busy"):
            return

        def received(report: p.Report) -> None:
            if isinstance(report, p.Supposed):
                answered(report)

        self._worker.ask(p.Suppose(self._worker.next_id(), project, nodes), received)

    # ------------------------------------------------------------------ shapes

    def _ask_shapes(self) -> None:
        if not self._worker.is_alive:
            return
        self._worker.send(
            p.Inspect(self._worker.next_id(), self._store.revision, self._store.project)
        )

    def _report_received(self, report: p.Report) -> None:
        if isinstance(report, p.Inspected):
            self._take_shapes(report)
        elif isinstance(report, p.DataDescribed) and report.id == self._data_request:
            self._take_summary(report.summary, None)
        elif isinstance(report, p.Failed) and report.id == self._data_request:
            if report.problem.code == "worker.died":
                self._described = None
            self._take_summary(None, report.problem)

    def _take_shapes(self, report: p.Inspected) -> None:
        for node in report.removed:
            self._reported.pop(node, None)
        self._reported.update(report.nodes)
        self._unshown.update(report.nodes, report.removed)
        if report.revision < self._model_revision:
            return  # a newer answer is on its way
        changed = frozenset(self._unshown)
        self._unshown = set()
        self.inspection = Inspection(
            report.revision,
            dict(self._reported),
            report.problems,
            report.total,
            report.total_trainable,
            report.memory,
        )
        self.inspection_changed.emit(changed)
        self.check()

    def _worker_ready(self, _ready: object) -> None:
        if self._reported:
            # A new process knows nothing of what the old one has said.
            self._unshown |= set(self._reported)
            self._reported = {}
            self._inspect_timer.start()
        self._describe_if_needed()

    def _worker_died(self, _reason: str) -> None:
        self._described = None
        self._set_busy(False)
        if self._worker.restarts:
            # Sent into the pipe of the next process as soon as there is one.
            self._inspect_timer.start()

    # ------------------------------------------------------------------ data

    def _describe_if_needed(self) -> None:
        data = self._store.project.data
        wanted = (data, self._base())
        if wanted == self._described or not self._worker.is_alive:
            return
        self._described = wanted
        if not data.sources:
            self._data_request = 0
            self._take_summary(None, None)
            return
        self._data_request = self._worker.next_id()
        self._set_busy(True)
        self._worker.send(p.DescribeData(self._data_request, data, self._base()))

    def _take_summary(self, summary: DataSummary | None, problem: Problem | None) -> None:
        self._set_busy(False)
        if summary == self.summary and problem == self.data_problem:
            return
        self.summary, self.data_problem = summary, problem
        self.summary_changed.emit()
        self.check()

    def _base(self) -> str:
        """The folder that relative paths of sources start from."""
        path = self._store.path
        return str(path.parent if path is not None else Path.cwd())

    def _set_busy(self, busy: bool) -> None:
        if busy != self.data_busy:
            self.data_busy = busy
            self.data_busy_changed.emit(busy)


def _merged(*groups: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """All of them without repeats, the worst first, otherwise in the order they came."""
    seen: set[bytes] = set()
    found: list[Problem] = []
    for group in groups:
        for problem in group:
            key = msgspec.json.encode((problem.code, problem.message, problem.place))
            if key not in seen:
                seen.add(key)
                found.append(problem)
    return tuple(sorted(found, key=lambda problem: SEVERITIES.index(problem.severity)))
