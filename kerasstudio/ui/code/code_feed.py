"""The open project as Python code, written in another thread a moment after each edit."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.codegen import CancelledError, Script, write_script
from kerasstudio.graph.diff import Diff
from kerasstudio.graph.problems import Problem
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.tasks import Tasks

DELAY_MS = 120


class CodeFeed(QObject):
    """`script` is of the project as it was when it was last written without a problem; `problem`
    says why there is no newer one. Nothing is written while nobody wants to see it."""

    script_changed = Signal()
    problem_changed = Signal()

    def __init__(
        self,
        store: DocumentStore,
        feed: InspectionFeed,
        catalogue: Catalogue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._feed, self._catalogue = store, feed, catalogue
        self.script = Script("")
        self.problem: Problem | None = None
        self.training = True
        self._wanted = False
        self._stale = True
        self._tasks = Tasks(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self._write)
        store.project_changed.connect(self._project_changed)
        feed.summary_changed.connect(self._changed)

    @property
    def is_current(self) -> bool:
        """Whether the script is that of the present project."""
        return not self._stale and not self._tasks.busy and self.problem is None

    def set_wanted(self, wanted: bool) -> None:
        """Whether somebody looks at the code."""
        self._wanted = wanted
        if wanted and self._stale:
            self._write()

    def set_training(self, training: bool) -> None:
        """Whether data and training are part of the code."""
        if training != self.training:
            self.training = training
            self._stale = True
            if self._wanted:
                self._write()

    def close(self) -> None:
        """Wait for the thread."""
        self._wanted = False
        self._timer.stop()
        self._tasks.wait()

    def _project_changed(self, change: Diff) -> None:
        if not change.only_moved:
            self._changed()

    def _changed(self) -> None:
        self._stale = True
        if self._wanted:
            self._timer.start()

    def _write(self) -> None:
        if self._tasks.busy or not self._wanted:
            return  # `_ended` begins again
        self._stale = False
        self._timer.stop()
        project, catalogue, summary = self._store.project, self._catalogue, self._feed.summary
        training = self.training

        def work() -> Script | None:
            try:
                return write_script(
                    project, catalogue, summary, training=training, wanted=lambda: self._wanted
                )
            except CancelledError:
                return None

        self._tasks.run(work, self._written, self._failed)

    def _written(self, script: Script | None) -> None:
        if script is None:  # hidden while it was written
            self._stale = True
            self._again()
            return
        if script.text != self.script.text or script.spans != self.script.spans:
            self.script = script
            self.script_changed.emit()
        self._set_problem(None)
        self._again()

    def _failed(self, problem: Problem) -> None:
        self._set_problem(problem)
        self._again()

    def _set_problem(self, problem: Problem | None) -> None:
        if problem != self.problem:
            self.problem = problem
            self.problem_changed.emit()

    def _again(self) -> None:
        if self._stale and self._wanted:
            self._timer.start()
