"""Large drawings are prepared in another thread, so that the window stays alive meanwhile."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from kerasstudio.graph.diff import Diff, diff
from kerasstudio.graph.project import Project
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.tasks import Tasks

AT_ONCE = 700
"""Up to this many cards are placed at once, in less than 30 ms."""


class SceneLoading(QObject):
    """Brings a scene model to the graph that is shown. `loading_changed(count)` tells how many
    cards are being placed, 0 when all are there; edits made meanwhile are followed then."""

    loading_changed = Signal(int)
    loaded = Signal()

    def __init__(
        self,
        model: SceneModel,
        store: DocumentStore,
        selection: Selection,
        feed: InspectionFeed,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._model, self._store = model, store
        self._selection, self._feed = selection, feed
        self._tasks = Tasks(self)
        self._turn = 0
        self._prepared: SceneModel | None = None
        self.count = 0

    def prepare(self, project: Project) -> None:
        """Place the cards of a project that is about to be opened; called in another thread."""
        if len(project.graph.nodes) > AT_ONCE:
            scene = SceneModel(self._model.catalogue)
            scene.load(project, project.root)
            self._prepared = scene

    def load(self) -> None:
        """Show the graph anew; `loaded` follows, at once or later."""
        self._turn += 1
        project, graph = self._store.project, self._selection.graph
        prepared, self._prepared = self._prepared, None
        if prepared is not None and prepared.project is project and prepared.graph_id == graph:
            self._model.adopt(prepared)
            self._show()
        elif len(project.graphs[graph].nodes) <= AT_ONCE:
            self._model.load(project, graph)
            self._show()
        else:
            self._begin(project, graph)

    def follow(self, change: Diff) -> bool:
        """Take over an edit; False when it is so large that `loaded` follows later."""
        if self.count:
            return False  # what is being prepared catches up
        graph = change.of_graph(self._selection.graph)
        here, moved = graph.nodes, graph.moved
        if len(here.added) + len(here.removed) + len(here.changed - moved) > AT_ONCE:
            self._turn += 1
            self._begin(self._store.project, self._selection.graph)
            return False
        self._model.apply(self._store.project, change)
        return True

    def close(self) -> None:
        """Wait for the thread."""
        self._turn += 1
        self._tasks.wait()

    def _begin(self, project: Project, graph: str) -> None:
        turn, catalogue = self._turn, self._model.catalogue
        known = self._feed.inspection
        self.count = len(project.graphs[graph].nodes)
        self.loading_changed.emit(self.count)

        def place() -> SceneModel:
            scene = SceneModel(catalogue)
            scene.inspection = known
            scene.load(project, graph)
            return scene

        def done(scene: SceneModel) -> None:
            if turn == self._turn:
                self._model.adopt(scene)
                change = diff(project, self._store.project)
                if change:
                    self._model.apply(self._store.project, change)
                self._show()

        self._tasks.run(place, done)

    def _show(self) -> None:
        feed = self._feed
        self._model.set_summary(feed.summary)
        self._model.set_problems(feed.problems)
        if self._model.inspection is not feed.inspection:
            self._model.set_inspection(feed.inspection, feed.inspection.nodes)
        if self.count:
            self.count = 0
            self.loading_changed.emit(0)
        self.loaded.emit()
