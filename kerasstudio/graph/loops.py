"""Which nodes lie on which way: loops, what is upstream, what is downstream. No networkx here,
so that wiring costs microseconds and the window starts without importing it."""

from __future__ import annotations

from collections.abc import Iterable

from kerasstudio.graph.project import ROOT, Graph, Project


def would_cycle(project: Project, source: str, target: str, graph: str = ROOT) -> list[str]:
    """The loop that a wire from `source` to `target` would close, as node ids beginning with
    `source`; empty when there is none."""
    if source == target:
        return [source]
    way = path(project.graphs[graph], target, source)
    return [source, *way[:-1]] if way else []


def path(graph: Graph, start: str, end: str) -> list[str]:
    """Node ids of a shortest way along the wires from `start` to `end`, both included; empty when
    there is none."""
    following = successors(graph)
    before: dict[str, str | None] = {start: None}
    front = [start]
    while front and end not in before:
        front_next: list[str] = []
        for node in front:
            for other in following.get(node, ()):
                if other not in before:
                    before[other] = node
                    front_next.append(other)
        front = front_next
    if end not in before:
        return []
    way: list[str] = []
    step: str | None = end
    while step is not None:
        way.append(step)
        step = before[step]
    return way[::-1]


def successors(graph: Graph) -> dict[str, list[str]]:
    """Node id → targets of its wires (a target twice when two wires go there)."""
    following: dict[str, list[str]] = {}
    for wire in graph.wires.values():
        following.setdefault(wire.source, []).append(wire.target)
    return following


def predecessors(graph: Graph) -> dict[str, list[str]]:
    """Node id → sources of its wires."""
    before: dict[str, list[str]] = {}
    for wire in graph.wires.values():
        before.setdefault(wire.target, []).append(wire.source)
    return before


def reach(neighbours: dict[str, list[str]], starts: Iterable[str]) -> set[str]:
    """Everything that can be reached from `starts`, the starts included."""
    seen = set(starts)
    front = list(seen)
    while front:
        for other in neighbours.get(front.pop(), ()):
            if other not in seen:
                seen.add(other)
                front.append(other)
    return seen


def downstream(graph: Graph, nodes: Iterable[str]) -> set[str]:
    """The nodes fed by `nodes`, themselves included."""
    return reach(successors(graph), nodes)


def upstream(graph: Graph, nodes: Iterable[str]) -> set[str]:
    """The nodes that feed `nodes`, themselves included."""
    return reach(predecessors(graph), nodes)


def connected(graph: Graph, nodes: Iterable[str]) -> set[str]:
    """All nodes that hang together with `nodes` by wires, whatever their direction."""
    both = successors(graph)
    for target, sources in predecessors(graph).items():
        both.setdefault(target, []).extend(sources)
    return reach(both, nodes)
