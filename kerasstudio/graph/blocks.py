"""Which graphs lie inside which cards: a block holds a graph, and blocks hold blocks."""

from __future__ import annotations

from collections.abc import Iterator

from kerasstudio.graph.project import Layer, Project
from kerasstudio.graph.references import referenced


def graphs_in(project: Project, layer: Layer) -> Iterator[str]:
    """The graphs inside a layer at any depth, the nearest first: of a block, or of a wrapper
    around one."""
    waiting, seen = [layer.id], set[str]()
    while waiting:
        found = project.layers.get(waiting.pop(0))
        if found is None or found.id in seen:
            continue
        seen.add(found.id)
        waiting += referenced(found)
        if found.graph is not None and found.graph in project.graphs:
            yield found.graph
            waiting += (node.layer for node in project.graphs[found.graph].nodes.values())


def holders(project: Project, graph: str) -> dict[str, list[str]]:
    """Which nodes of a graph hold other graphs: lists of nodes by the ids of the graphs inside."""
    found: dict[str, list[str]] = {}
    inside: dict[str, list[str]] = {}
    for node in project.graphs[graph].nodes.values():
        layer = project.layers[node.layer]
        if layer.graph is None and not any(referenced(layer)):
            continue
        if layer.id not in inside:
            inside[layer.id] = list(dict.fromkeys(graphs_in(project, layer)))
        for key in inside[layer.id]:
            found.setdefault(key, []).append(node.id)
    return found


def way_to(project: Project, graph: str) -> list[tuple[str, str]]:
    """The cards to open one after the other, from the main graph on, to come to a graph: pairs of
    the graph and the card in it; a shortest such way. Empty for the main graph, and for one that
    nothing leads to."""
    before: dict[str, tuple[str, str]] = {}
    waiting, seen = [project.root], {project.root}
    while waiting and graph not in seen:
        key = waiting.pop(0)
        for node in project.graphs[key].nodes.values():
            for inside in _direct(project, project.layers[node.layer]):
                if inside not in seen:
                    seen.add(inside)
                    before[inside] = (key, node.id)
                    waiting.append(inside)
    way: list[tuple[str, str]] = []
    while graph in before:
        way.append(before[graph])
        graph = before[graph][0]
    return way[::-1]


def opened_by(project: Project, layer: Layer) -> str | None:
    """The graph that opens with a card of this layer: that of the block, or of the block that a
    wrapper holds; None for any other layer."""
    return next(_direct(project, layer), None)


def layers_inside(project: Project, graph: str) -> int:
    """How many layers do the work in a graph, those in blocks inside counted in their place; its
    Inputs and Outputs are none."""
    count = 0
    for node in project.graphs[graph].nodes.values():
        layer = project.layers[node.layer]
        if layer.graph is not None and layer.graph in project.graphs:
            count += layers_inside(project, layer.graph)
        elif not (layer.is_input or layer.is_output):
            count += 1
    return count


def inner_first(project: Project) -> list[str]:
    """All graphs, each behind those inside it."""
    order: dict[str, None] = {}
    seen: set[str] = set()

    def visit(key: str) -> None:
        if key in seen:
            return
        seen.add(key)
        for node in project.graphs[key].nodes.values():
            for inside in _direct(project, project.layers[node.layer]):
                visit(inside)
        order[key] = None

    for key in project.graphs:
        visit(key)
    return list(order)


def _direct(project: Project, layer: Layer) -> Iterator[str]:
    """The graphs that a layer holds without another one around them."""
    if layer.graph is not None and layer.graph in project.graphs:
        yield layer.graph
    for held in referenced(layer):
        if held in project.layers:
            yield from _direct(project, project.layers[held])
