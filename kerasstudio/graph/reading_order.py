"""The order in which a person reads a drawing: every node after those that feed it."""

from __future__ import annotations

from kerasstudio.graph.loops import successors
from kerasstudio.graph.project import Graph, Project


def reading_order(project: Project, graph: Graph) -> list[str]:
    """Node ids: Inputs first, then each node as soon as all that feeds it was named, a branch to
    its end before the next one (topological sorting, Kahn 1962, with a stack for the ready
    ones). What stands in a loop comes last, in the order of the graph."""
    following = successors(graph)
    waits = dict.fromkeys(graph.nodes, 0)
    for wire in graph.wires.values():
        if wire.target in waits and wire.source in waits:
            waits[wire.target] += 1
    layers = project.layers
    inputs = [key for key, node in graph.nodes.items() if layers[node.layer].is_input]
    free = [
        key for key in graph.nodes if not waits[key] and not layers[graph.nodes[key].layer].is_input
    ]
    order: list[str] = []
    named: set[str] = set()

    def name(node: str, ready: list[str]) -> None:
        order.append(node)
        named.add(node)
        for other in following.get(node, ()):
            if other in waits:
                waits[other] -= 1
                if waits[other] == 0:
                    ready.append(other)

    ready: list[str] = []
    for node in inputs:
        name(node, ready)
    # The first input's branch comes first: it must lie on top of the stack. Loose nodes last.
    ready = [*reversed(free), *reversed(ready)]
    while ready:
        node = ready.pop()
        if node not in named:
            freed: list[str] = []
            name(node, freed)
            ready += reversed(freed)
    return order + [node for node in graph.nodes if node not in named]
