"""In which order the nodes of a graph are called, and which of them the model needs."""

from __future__ import annotations

import heapq
from itertools import pairwise

from kerasstudio.graph.problems import Place, Problem
from kerasstudio.graph.project import Graph, Layer, Project, Wire
from kerasstudio.runtime.worker.mends.around import remove_wires


def needed_nodes(project: Project, graph: Graph) -> set[str]:
    """Nodes that lead to an Output, and all Inputs."""
    before: dict[str, list[str]] = {}
    for wire in graph.wires.values():
        before.setdefault(wire.target, []).append(wire.source)
    layers = {key: project.layers[node.layer] for key, node in graph.nodes.items()}
    waiting = [key for key, layer in layers.items() if layer.is_output]
    needed = {key for key, layer in layers.items() if layer.is_input}
    while waiting:
        key = waiting.pop()
        if key not in needed or layers[key].is_output:
            needed.add(key)
            waiting += [other for other in before.get(key, ()) if other not in needed]
    return needed


def call_order(graph: Graph, nodes: set[str]) -> dict[str, int]:
    """Positions of the nodes in an order in which they can be called: sources first, else as
    drawn; the calls of a shared layer as drawn, where the wires allow that. Nodes on or behind a
    loop are left out."""
    following: dict[str, list[str]] = {}
    for wire in graph.wires.values():
        if wire.target in nodes and wire.source in nodes:
            following.setdefault(wire.source, []).append(wire.target)
    order = _sorted(graph, nodes, following)
    shared = _call_pairs(graph, nodes)
    if all(order[one] < order[other] for one, other in shared if other in order and one in order):
        return order
    for one, other in shared:
        following.setdefault(one, []).append(other)
    strict = _sorted(graph, nodes, following)
    return strict if len(strict) == len(order) else order


def _call_pairs(graph: Graph, nodes: set[str]) -> list[tuple[str, str]]:
    """Calls of one layer that follow each other."""
    calls: dict[str, list[str]] = {}
    for node in graph.nodes.values():
        if node.id in nodes:
            calls.setdefault(node.layer, []).append(node.id)
    return [pair for found in calls.values() for pair in pairwise(found)]


def _sorted(graph: Graph, nodes: set[str], following: dict[str, list[str]]) -> dict[str, int]:
    missing = {key: 0 for key in graph.nodes if key in nodes}
    for targets in following.values():
        for target in targets:
            missing[target] += 1
    rank = {key: number for number, key in enumerate(graph.nodes)}
    by_rank = list(graph.nodes)
    ready = [rank[key] for key, count in missing.items() if count == 0]
    heapq.heapify(ready)
    order: dict[str, int] = {}
    while ready:
        key = by_rank[heapq.heappop(ready)]
        order[key] = len(order)
        for other in following.get(key, ()):
            missing[other] -= 1
            if missing[other] == 0:
                heapq.heappush(ready, rank[other])
    return order


def missing_output(graph: Graph, wire: Wire, source: Layer, count: int) -> Problem:
    """A wire starts at an output that the layer does not have (any more)."""
    return Problem(
        code="shape.no_output",
        message=f'"{source.name}" has {count} output{"s" * (count != 1)}; '
        f"a wire starts at number {wire.output + 1}.",
        expected=f"an output from 1 to {count}",
        received=str(wire.output + 1),
        place=Place(graph=graph.id, node=wire.target, wire=wire.key, port=wire.port),
        fixes=remove_wires(graph.id, [wire]),
    )
