"""What is said of switched-off nodes: a hint for each, and an error when no Output is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kerasstudio.graph.loops import downstream
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.graph.project import Graph, Node, Project
from kerasstudio.graph.switches import Effect

_MOST_NAMES = 4
_MOST_FIXES = 3


def switch_problems(project: Project, known: Mapping[str, Effect]) -> Iterator[Problem]:
    """What the model is without; `known` is what is off, by graph."""
    for key, effect in known.items():
        graph = project.graphs[key]
        for node in graph.nodes.values():
            if node.mode == "muted":
                yield _muted(project, graph, node, effect)
            elif node.mode == "bypassed" and node.id in effect.passing:
                yield _bypassed(project, graph, node)
        outputs = [node.id for node in graph.nodes.values() if _is_output(project, node)]
        if outputs and effect.off.issuperset(outputs):
            yield _no_output_left(project, graph)


def _is_output(project: Project, node: Node) -> bool:
    return project.layers[node.layer].is_output


def _muted(project: Project, graph: Graph, node: Node, effect: Effect) -> Problem:
    layer = project.layers[node.layer]
    behind = downstream(graph, [node.id]) - {node.id}
    names = _names(project, graph, [key for key in graph.nodes if key in behind & effect.off])
    others = f", and without {names}, which {'need' if ',' in names else 'needs'} it"
    return Problem(
        code="structure.muted",
        message=f'"{layer.name}" is muted: the model is without it{others if names else ""}.',
        severity="hint",
        place=Place(graph=graph.id, node=node.id, layer=layer.id),
        fixes=(_back(graph, node, "switch it on"),),
    )


def _bypassed(project: Project, graph: Graph, node: Node) -> Problem:
    layer = project.layers[node.layer]
    return Problem(
        code="structure.bypassed",
        message=f'"{layer.name}" is bypassed: its first input goes on as it is.',
        severity="hint",
        place=Place(graph=graph.id, node=node.id, layer=layer.id),
        fixes=(_back(graph, node, "switch it on"),),
    )


def _no_output_left(project: Project, graph: Graph) -> Problem:
    muted = [node for node in graph.nodes.values() if node.mode == "muted"]
    return Problem(
        code="structure.all_off",
        message="No Output is left: every one is muted or needs something that is.",
        expected="at least one way from an Input to an Output without muted layers",
        place=Place(graph=graph.id, node=muted[0].id if muted else None),
        fixes=tuple(
            _back(graph, node, f'switch "{project.layers[node.layer].name}" on')
            for node in muted[:_MOST_FIXES]
        ),
    )


def _back(graph: Graph, node: Node, label: str) -> Fix:
    return Fix(label, "set_mode", {"node": node.id, "mode": "on", "graph": graph.id})


def _names(project: Project, graph: Graph, nodes: list[str]) -> str:
    names = [f'"{project.layers[graph.nodes[key].layer].name}"' for key in nodes[:_MOST_NAMES]]
    more = len(nodes) - len(names)
    return ", ".join((*names, *((f"{more} more",) if more else ())))
