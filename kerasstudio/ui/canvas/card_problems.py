"""Which cards of a drawing show which problems."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from kerasstudio.graph.blocks import holders
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project

replace = msgspec.structs.replace


def card_problems(
    project: Project,
    graph: str,
    problems: Iterable[Problem],
    calls: Mapping[str, Collection[str]],
) -> tuple[dict[str, tuple[Problem, ...]], frozenset[str]]:
    """Problems by the node of `graph` that shows them, those inside its blocks at the blocks, and
    the keys of wires with an error. `calls` are the nodes of each layer."""
    by_node: dict[str, list[Problem]] = {}
    bad: set[str] = set()
    around: dict[str, list[str]] | None = None
    for problem in problems:
        place = problem.place
        if place.graph not in (None, graph):
            if around is None:
                around = holders(project, graph)
            for card in around.get(place.graph or "", ()):
                name = project.layers[project.graphs[graph].nodes[card].layer].name
                shown = replace(problem, message=f'Inside "{name}": {problem.message}')
                by_node.setdefault(card, []).append(shown)
            continue
        if place.node is not None:
            by_node.setdefault(place.node, []).append(problem)
        else:
            layer = place.layer or place.output
            for call in calls.get(layer, ()) if layer else ():
                by_node.setdefault(call, []).append(problem)
        if problem.severity == "error":
            if place.wire is not None:
                bad.add(place.wire)
            elif place.node is not None and place.port is not None:
                bad.add(f"{place.node}:{place.port}")
    return {node: tuple(found) for node, found in by_node.items()}, frozenset(bad)
