"""What has changed since the model was last trained, kept up with every edit."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from kerasstudio.graph.diff import Diff
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.graph.since_training import SinceTraining, since_training
from kerasstudio.runtime import runs
from kerasstudio.ui.run_feed import RunFeed, RunView
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.tasks import Tasks

PAUSE_MS = 80


class TrainingChanges(QObject):
    """Compares the project with the snapshot that the last run has trained. `run` is its number,
    0 while nothing was trained; `since` holds the differences. `changed` after either is another.
    """

    changed = Signal()

    def __init__(
        self, store: DocumentStore, run_feed: RunFeed, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store, self._runs = store, run_feed
        self._tasks = Tasks(self)
        self._snapshots: dict[str, Project] = {}
        self._reading: str | None = None
        self.run = 0
        self.since = SinceTraining()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.refresh)
        store.project_changed.connect(self._project_changed)
        store.document_replaced.connect(self._timer.start)
        run_feed.runs_changed.connect(self._timer.start)
        run_feed.run_changed.connect(lambda _view: self._timer.start())

    def close(self) -> None:
        self._timer.stop()
        self._tasks.wait()

    def refresh(self) -> None:
        """Compare now; the snapshot of an earlier session is read in another thread first."""
        view = self._last()
        if view is None:
            self._show(0, SinceTraining())
            return
        trained = view.project or self._snapshots.get(view.key)
        if trained is not None:
            self._show(view.number, since_training(trained, self._store.project))
        elif self._reading != view.key:
            self._reading = key = view.key
            self._tasks.run(
                lambda: runs.read_project(Path(key)),
                lambda project: self._read(key, project),
                self._unreadable,
            )

    def _last(self) -> RunView | None:
        """The newest run that has trained anything."""
        trained = [
            view
            for view in self._runs.runs
            if view.epoch > 0 or view.step > 0 or view.record.epochs_done > 0
        ]
        return trained[-1] if trained else None

    def _read(self, key: str, project: Project) -> None:
        self._reading = None
        self._snapshots = {key: project}
        self.refresh()

    def _unreadable(self, _problem: Problem) -> None:
        """A run folder without its snapshot (somebody tidied up): nothing is known of it. It is
        not read again and again: `_reading` stays."""
        self._show(0, SinceTraining())

    def _project_changed(self, change: Diff) -> None:
        if not change.only_moved:
            self._timer.start()

    def _show(self, run: int, since: SinceTraining) -> None:
        if (run, since) != (self.run, self.since):
            self.run, self.since = run, since
            self.changed.emit()
