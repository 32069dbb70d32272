"""What training starts from, in the window: which layers keep their weights, and the choice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from kerasstudio.graph import edits
from kerasstudio.graph.diff import Diff
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.stored_weights import StoredWeights
from kerasstudio.graph.training_spec import Start
from kerasstudio.graph.warm_start import LayerStart, Memory, layer_starts, layers_inside, summary
from kerasstudio.runtime import protocol as p
from kerasstudio.runtime.run_weights import start_from_run
from kerasstudio.runtime.weight_store import WeightStore
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.tasks import Tasks

MOST_KNOWN = 8
LARGE = 1000


class WarmStart(QObject):
    """`starts` tells of each layer whether it keeps its weights; empty where training starts
    fresh. `starts_changed` carries the ids of layers of which something else is told now,
    `start_changed` says that training starts from something else.

    `weights` gives the store of the open project."""

    starts_changed = Signal(object)
    start_changed = Signal()
    progressed = Signal(str)
    failed = Signal(object)
    file_wanted = Signal(object)

    def __init__(
        self,
        store: DocumentStore,
        feed: InspectionFeed,
        weights: Callable[[], WeightStore],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._feed, self._weights = store, feed, weights
        self.starts: dict[str, LayerStart] = {}
        self.stored: StoredWeights | None = None
        self.problem: Problem | None = None
        # By name: undo shows at once what was kept.
        self._known: dict[str, StoredWeights] = {}
        self._memory: Memory = {}
        self._compared: tuple[Start, StoredWeights | None] | None = None
        self._shown: Start | None = None
        self._tasks = Tasks(self)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._compare)
        store.project_changed.connect(self._project_changed)
        store.document_replaced.connect(self._look_again)
        store.path_changed.connect(self._look_again)
        feed.inspection_changed.connect(lambda _nodes: self._later.start())
        self._look()

    @property
    def start(self) -> Start:
        """What the project says."""
        return self._store.project.training.start

    @property
    def summary(self) -> str:
        """How many layers keep their weights; what is wrong with the weights where they cannot
        be read."""
        if self.problem is not None:
            return self.problem.message
        return summary(self.starts, self._store.project)

    def earlier(self) -> list[Start]:
        """Other starts that undo or redo would bring back and that are no run's: imported files."""
        found: dict[str, Start] = {}
        for project in self._store.history().projects():
            start = project.training.start
            if not start.is_fresh and start.run is None and start.weights != self.start.weights:
                found.setdefault(start.weights, start)
        return list(found.values())

    def chosen_fresh(self, layers: Iterable[str]) -> bool:
        """Whether one of these layers (of a block: those inside) was set to start fresh."""
        project, anew = self._store.project, self.start.anew
        for key in layers:
            layer = project.layers.get(key)
            inside = () if layer is None or layer.graph is None else layers_inside(project, layer)
            if key in anew or any(each in anew for each in inside):
                return True
        return False

    def close(self) -> None:
        self._tasks.wait()

    # ------------------------------------------------------------------ choices

    def use_fresh(self) -> None:
        """Start every layer with new weights."""
        self.use(Start())

    def use(self, start: Start) -> None:
        """Start fresh, or from weights that the store has already."""
        project = edits.set_start(self._store.project, start)
        self._store.apply(project, f"Start from {start.words}")

    def use_run(self, folder: str, which: str = "best") -> None:
        """Start from the weights of a run of this project."""
        weights = self._weights()
        self._tasks.run(
            lambda: start_from_run(weights, Path(folder), which), self.use, self.failed.emit
        )

    def use_file(self, path: Path) -> None:
        """Start from the weights of a model file, matched by name: `file_wanted` has it read."""
        self.file_wanted.emit(path)

    def use_taken(self, report: p.WeightsTaken) -> None:
        """Start from what was found in a file."""
        self.use(report.start)
        self.progressed.emit(report.told)

    def start_fresh(self, layers: Iterable[str]) -> None:
        """Let these layers start new although their weights would fit."""
        project = edits.start_fresh(self._store.project, layers)
        self._store.apply(project, f"Start {self._names(layers)} fresh")

    def keep_weights(self, layers: Iterable[str]) -> None:
        project = edits.keep_weights(self._store.project, layers)
        self._store.apply(project, f"Keep the weights of {self._names(layers)}")

    # ------------------------------------------------------------------ following

    def _names(self, layers: Iterable[str]) -> str:
        names = [self._store.project.layers[key].name for key in layers]
        return names[0] if len(names) == 1 else f"{len(names)} layers"

    def _project_changed(self, change: Diff) -> None:
        if change.training:
            self._look()
        elif change.affects_model:
            self._later.start()

    def _look(self) -> None:
        """See what the weights are that the project starts from, in another thread when they are
        met first."""
        start = self.start
        if start == self._shown:
            return
        self._shown = start
        known = self._known.get(start.weights)
        if known is not None or start.is_fresh:
            self._show(known, None)
            return
        weights = self._weights()
        self._tasks.run(lambda: weights.look(start), lambda found: self._found(start, *found))

    def _look_again(self) -> None:
        """Other folders may hold what was missing."""
        self._shown = None
        self._look()

    def _found(self, start: Start, stored: StoredWeights | None, gone: Problem | None) -> None:
        if stored is not None:
            self._known[start.weights] = stored
            if len(self._known) > MOST_KNOWN:
                del self._known[next(iter(self._known))]
        if start.weights == self.start.weights:
            self._show(stored, gone)

    def _show(self, stored: StoredWeights | None, gone: Problem | None) -> None:
        self.stored, self.problem = stored, gone
        self._feed.set_other_problems(() if gone is None else (gone,))
        self._compare()
        self.start_changed.emit()

    def _compare(self) -> None:
        """What each layer starts with, as far as its weights are known."""
        before = self.starts
        start, project = self.start, self._store.project
        if self._compared != (start, self.stored):
            self._compared, self._memory = (start, self.stored), {}
        known = self.stored is not None and not start.is_fresh
        if known and not self._memory and len(self._feed.inspection.nodes) > LARGE:
            self._compare_apart()
            return
        self.starts = (
            layer_starts(project, self._feed.inspection, self.stored, self._memory) if known else {}
        )
        changed = {
            key
            for key in before.keys() | self.starts.keys()
            if (was := before.get(key)) is not (now := self.starts.get(key)) and was != now
        }
        if changed:
            self.starts_changed.emit(frozenset(changed))

    def _compare_apart(self) -> None:
        """Fill the memory in another thread: many layers take longer than a frame."""
        if self._tasks.busy:
            self._tasks.run(lambda: None, lambda _none: self._later.start())
            return
        project, inspection, stored = self._store.project, self._feed.inspection, self.stored
        memory: Memory = {}

        def compared(_starts: object) -> None:
            if stored is self.stored and project.training.start == self.start and memory:
                self._memory = memory
            self._later.start()

        self._tasks.run(lambda: layer_starts(project, inspection, stored, memory), compared)
