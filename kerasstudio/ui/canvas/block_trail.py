"""Where in the nested blocks the canvas is: the way there, going in and out, and what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QPointF, QRectF, Signal

from kerasstudio.graph.blocks import opened_by, way_to
from kerasstudio.graph.diff import Diff
from kerasstudio.graph.project import Project
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView


class Step(NamedTuple):
    """A card that was opened, and the graph that it stands in."""

    graph: str
    node: str


class BlockTrail(QObject):
    """`steps` leads from the main graph to the one that is shown. Whoever shows a graph does so
    by `Selection.show_graph`; where the way there is not known the shortest one is taken."""

    trail_changed = Signal()

    def __init__(
        self, store: DocumentStore, selection: Selection, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store, self._selection = store, selection
        self.steps: tuple[Step, ...] = ()
        self._opened = ""
        """The card whose graph is about to be shown."""
        selection.graph_changed.connect(self._graph_changed)

    @property
    def names(self) -> list[str]:
        """The blocks on the way, the last one being shown."""
        project = self._store.project
        return [project.layers[self._layer(project, step)].name for step in self.steps]

    def graph_of(self, number: int) -> str:
        """The graph that the first `number` steps lead to."""
        return self._store.project.root if not number else self._inside(number)

    def layer_shown(self) -> str | None:
        """The block whose inside is shown."""
        if not self.steps:
            return None
        return self._layer(self._store.project, self.steps[-1])

    def enter(self, node: str) -> bool:
        """Show what is inside a card; False for one that holds nothing."""
        project, shown = self._store.project, self._selection.graph
        found = project.graphs[shown].nodes.get(node)
        inside = None if found is None else opened_by(project, project.layers[found.layer])
        if inside is None:
            return False
        self._opened = node
        self._selection.show_graph(inside)
        self._opened = ""
        return True

    def leave(self) -> bool:
        """Show what is around the block, whose card is selected then; False in the main graph."""
        return self.go_to(len(self.steps) - 1) if self.steps else False

    def go_to(self, number: int) -> bool:
        """Go back to where the first `number` steps lead."""
        if not 0 <= number < len(self.steps):
            return False
        step = self.steps[number]
        self._selection.show_graph(step.graph)
        self._selection.reveal(step.node)
        return True

    def settle(self) -> None:
        """After an edit: where a card on the way is gone, the nearest graph that is left is
        shown."""
        project = self._store.project
        if self._selection.graph in project.graphs and self._holds(project):
            self.trail_changed.emit()
            return
        if self._selection.graph in project.graphs and (
            way := way_to(project, self._selection.graph)
        ):
            self._set(tuple(Step(*step) for step in way))
            return
        for step in reversed(self.steps):
            known = step.graph in project.graphs
            if known and (step.graph == project.root or way_to(project, step.graph)):
                self._selection.show_graph(step.graph)
                return
        self._selection.show_graph(project.root)

    def follow(self, change: Diff) -> None:
        """Show where something was undone or done again, unless it is seen already."""
        project = self._store.project
        touched = {key for key, graph in change.graphs.items() if graph and key in project.graphs}
        for key, graph in project.graphs.items():
            if change.layers and any(
                node.layer in change.layers.changed for node in graph.nodes.values()
            ):
                touched.add(key)
        if not touched or self._selection.graph in touched:
            return
        ways = {key: way_to(project, key) for key in touched}
        nearest = min(ways, key=lambda key: len(ways[key]))
        self._selection.show_graph(nearest)

    # ------------------------------------------------------------------ inside

    def _graph_changed(self) -> None:
        project, shown = self._store.project, self._selection.graph
        graphs = [step.graph for step in self.steps]
        if self._opened:
            before = self._before_opening(project)
            self._set((*before, Step(before_graph(before, project), self._opened)))
        elif shown in graphs:
            self._set(self.steps[: graphs.index(shown)])
        else:
            self._set(tuple(Step(*step) for step in way_to(project, shown)))

    def _before_opening(self, project: Project) -> tuple[Step, ...]:
        """The way to the graph that the opened card stands in."""
        for number in range(len(self.steps), -1, -1):
            graph = self.graph_of(number)
            if graph in project.graphs and self._opened in project.graphs[graph].nodes:
                return self.steps[:number]
        return ()

    def _set(self, steps: tuple[Step, ...]) -> None:
        self.steps = steps
        self.trail_changed.emit()

    def _inside(self, number: int) -> str:
        project = self._store.project
        if number < len(self.steps):
            return self.steps[number].graph
        layer = project.layers[self._layer(project, self.steps[number - 1])]
        return opened_by(project, layer) or project.root

    def _holds(self, project: Project) -> bool:
        """Whether each card on the way still holds what comes next."""
        graph = project.root
        for step in self.steps:
            if step.graph != graph or step.node not in project.graphs[graph].nodes:
                return False
            inside = opened_by(project, project.layers[self._layer(project, step)])
            if inside is None:
                return False
            graph = inside
        return graph == self._selection.graph

    @staticmethod
    def _layer(project: Project, step: Step) -> str:
        return project.graphs[step.graph].nodes[step.node].layer


def before_graph(steps: tuple[Step, ...], project: Project) -> str:
    """The graph that these steps lead to."""
    if not steps:
        return project.root
    last = steps[-1]
    layer = project.layers[project.graphs[last.graph].nodes[last.node].layer]
    return opened_by(project, layer) or project.root


class ViewMemory:
    """Zoom and place by graph, so that going in and out of blocks shows what was seen before."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, QPointF]] = {}

    def clear(self) -> None:
        self._seen.clear()

    def remember(self, view: CanvasView, graph: str) -> None:
        middle = QRectF(view.viewport().rect()).center()
        self._seen[graph] = view.zoom, view.to_scene(middle)

    def restore(self, view: CanvasView, graph: str) -> bool:
        """Look at a graph as before; False when it was not seen yet."""
        found = self._seen.get(graph)
        if found is None:
            return False
        view.look(found[0], found[1], QRectF(view.viewport().rect()).center())
        return True
