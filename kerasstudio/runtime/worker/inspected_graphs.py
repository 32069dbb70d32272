"""All graphs of a project as Keras sees them; only what an edit changes is inferred anew."""

from __future__ import annotations

from collections.abc import Iterator

from kerasstudio.graph.blocks import inner_first
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.diff import diff
from kerasstudio.graph.project import Project
from kerasstudio.graph.references import users
from kerasstudio.runtime.worker.block_inference import BlockInference
from kerasstudio.runtime.worker.graph_inspector import GraphInspector
from kerasstudio.runtime.worker.layer_inference import LayerInference
from kerasstudio.runtime.worker.stateless import symbolic


class InspectedGraphs:
    """Inspectors by graph, of `project`. A fork starts as the original is, and leaves it alone:
    something can be tried on it."""

    def __init__(self, catalogue: Catalogue, inference: LayerInference) -> None:
        self.project = Project(graphs={})
        self._catalogue = catalogue
        self._inference = inference
        self._graphs: dict[str, GraphInspector] = {}
        self._lent: set[str] = set()
        """Graphs of which the original has the inspector, too."""
        self.blocks = BlockInference(self._graphs, inference)

    def fork(self) -> InspectedGraphs:
        other = InspectedGraphs(self._catalogue, self._inference)
        other.project = self.project
        other._graphs.update(self._graphs)
        other._lent = set(self._graphs)
        return other

    def __contains__(self, graph: str) -> bool:
        return graph in self._graphs

    def __getitem__(self, graph: str) -> GraphInspector:
        return self._graphs[graph]

    def __iter__(self) -> Iterator[GraphInspector]:
        return iter(self._graphs.values())

    def update(self, project: Project, most: int | None = None) -> list[tuple[str, str]]:
        """Infer anew what `project` changes, `most` calls a graph at most. Returns graph and node
        of what was inferred."""
        changes = diff(self.project, project)
        for key in changes.graph_keys.removed:
            del self._graphs[key]
        # A block changes when anything inside it does: inner graphs are done first.
        touched = set(changes.layers.all)
        touched |= users(project, touched & project.layers.keys())
        inferred: list[tuple[str, str]] = []
        with symbolic():
            for key in inner_first(project):
                different = changes.of_graph(key)
                nodes = set(different.nodes.changed - different.moved) | different.nodes.added
                if different.affects_model or touched:
                    wires = different.wires.all
                    seen = self.own(key).update(project, touched, nodes, wires, most)
                    inferred += [(key, node) for node in seen]
                if different.affects_model or _uses(project, key, touched):
                    around = {layer.id for layer in project.layers.values() if layer.graph == key}
                    touched |= around | users(project, around)
        self.project = project
        return inferred

    def own(self, key: str) -> GraphInspector:
        """The inspector of a graph, to look further with it: that of the original is left alone."""
        found = self._graphs.get(key)
        if found is None:
            found = GraphInspector(key, self._catalogue, self._inference, self.blocks)
        elif key in self._lent:
            found = found.fork(self.blocks)
        self._lent.discard(key)
        self._graphs[key] = found
        return found


def _uses(project: Project, graph: str, layers: set[str]) -> bool:
    return bool(layers) and any(
        node.layer in layers for node in project.graphs[graph].nodes.values()
    )
