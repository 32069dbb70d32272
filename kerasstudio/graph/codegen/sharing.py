"""Which layers are called in several graphs, and so are made in one place and handed on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kerasstudio.graph.project import Graph, Layer, Project
from kerasstudio.graph.references import referenced


def owners_of(project: Project) -> dict[str, list[Layer]]:
    """The blocks that hold each graph."""
    found: dict[str, list[Layer]] = {key: [] for key in project.graphs}
    for layer in project.layers.values():
        if layer.graph is not None and layer.graph in found:
            found[layer.graph].append(layer)
    return found


def shared_layers(project: Project, owners: dict[str, list[Layer]]) -> set[str]:
    """Layers that are called in several graphs, or in one that several blocks hold."""
    places: dict[str, set[str]] = defaultdict(set)
    for graph in project.graphs.values():
        for layer in layers_in(project, graph):
            if not layer.is_input and not layer.is_output:
                places[layer.id].add(graph.id)
    several = {graph for graph, blocks in owners.items() if len(blocks) > 1}
    return {
        layer
        for layer, graphs in places.items()
        if len(graphs) > 1 or not several.isdisjoint(graphs)
    }


def layers_in(project: Project, graph: Graph) -> Iterator[Layer]:
    """The layers that a graph calls, and those in their arguments."""
    waiting = list(dict.fromkeys(node.layer for node in graph.nodes.values()))
    seen: set[str] = set()
    while waiting:
        key = waiting.pop(0)
        layer = project.layers.get(key)
        if layer is None or key in seen:
            continue
        seen.add(key)
        yield layer
        waiting += referenced(layer)
