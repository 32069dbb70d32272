"""Whether the drawing is a model at all: checked by networkx, at once, without Keras.

All problems are returned, never only the first. One cause is told once: what lies behind an unfed
port is not reported too, and a node just dropped on the canvas gets one hint.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.loops import predecessors, reach, successors, would_cycle
from kerasstudio.graph.ports import free_port
from kerasstudio.graph.problems import Fix, Place, Problem, Severity
from kerasstudio.graph.project import ROOT, Graph, Node, Project, Wire
from kerasstudio.graph.structure_layers import layer_problems
from kerasstudio.graph.structure_ports import Fed, port_problems, wire_problems

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["structure_problems", "would_cycle"]

# A tangle has exponentially many loops; breaking these breaks it.
_MOST_LOOPS = 20
_MOST_FIXES = 4


def structure_problems(project: Project, catalogue: Catalogue) -> list[Problem]:
    """Everything wrong with the structure of all graphs, errors first."""
    problems = list(layer_problems(project, catalogue))
    for key, graph in project.graphs.items():
        problems += graph_problems(project, graph, catalogue, key)
    order: dict[Severity, int] = {"error": 0, "warning": 1, "hint": 2}
    problems.sort(key=lambda problem: order[problem.severity])
    return problems


def graph_problems(
    project: Project, graph: Graph, catalogue: Catalogue, key: str = ROOT
) -> list[Problem]:
    """What is wrong with one graph: wires, loops, ports, ways from Inputs to Outputs."""
    if not graph.nodes:
        return [_empty(key)]
    problems = list(wire_problems(project, graph, catalogue, key))
    wires = [
        wire
        for wire in graph.wires.values()
        if wire.source in graph.nodes and wire.target in graph.nodes
    ]
    wired = {wire.source for wire in wires} | {wire.target for wire in wires}
    problems += _cycles(project, graph, wires, key)
    following, before = successors(graph), predecessors(graph)
    inputs = [node for node in graph.nodes if project.layers[graph.nodes[node].layer].is_input]
    outputs = [node for node in graph.nodes if project.layers[graph.nodes[node].layer].is_output]
    leading = reach(before, outputs)
    fed = Fed(project, graph, catalogue, key, wired, leading, following)
    problems += port_problems(fed)
    problems += _alone(project, graph, key, wired)
    problems += _unreachable(project, graph, key, wired, before, fed)
    problems += _dead_ends(project, graph, key, wired, following, outputs)
    if wired and not inputs:
        problems.append(_no_input(project, graph, catalogue, key))
    if wired and not outputs:
        problems.append(_no_output(project, graph, following, key))
    return problems


def digraph(graph: Graph) -> nx.MultiDiGraph:
    """A graph's nodes and wires for networkx; each edge holds its wire's key."""
    import networkx as nx  # 0.1 s and more: the window must not wait for it

    made = nx.MultiDiGraph()
    made.add_nodes_from(graph.nodes)
    made.add_edges_from(
        (wire.source, wire.target, key)
        for key, wire in graph.wires.items()
        if wire.source in graph.nodes and wire.target in graph.nodes
    )
    return made


def _cycles(project: Project, graph: Graph, wires: list[Wire], key: str) -> Iterator[Problem]:
    import networkx as nx

    made = nx.DiGraph()
    made.add_edges_from((wire.source, wire.target) for wire in wires)
    if nx.is_directed_acyclic_graph(made):
        return
    order = {node: number for number, node in enumerate(graph.nodes)}
    for loop in islice(nx.simple_cycles(made), _MOST_LOOPS):
        first = min(range(len(loop)), key=lambda place: order[loop[place]])
        loop = loop[first:] + loop[:first]
        names = [_name(project, graph, node) for node in loop]
        steps = list(zip(loop, [*loop[1:], loop[0]], strict=True))
        # The wire back to the first node most likely is the mistaken one.
        closing = [
            wire
            for start, end in reversed(steps)
            for wire in wires
            if wire.source == start and wire.target == end
        ]
        fixes = [
            Fix(
                f"remove the wire {_name(project, graph, wire.source)} → "
                f"{_name(project, graph, wire.target)}",
                "remove_wire",
                {"wire": wire.key, "graph": key},
            )
            for wire in closing[:_MOST_FIXES]
        ]
        yield Problem(
            code="structure.cycle",
            message=f"These layers feed each other in a loop: {' → '.join([*names, names[0]])}.",
            expected="wires that lead from Inputs to Outputs and never back",
            received=f"a loop of {len(loop)}",
            place=Place(graph=key, node=loop[0], wire=closing[0].key),
            fixes=tuple(fixes),
        )


def _alone(project: Project, graph: Graph, key: str, wired: set[str]) -> Iterator[Problem]:
    """One hint for a node without any wire."""
    for node in graph.nodes.values():
        if node.id in wired:
            continue
        layer = project.layers[node.layer]
        if layer.is_input:
            expected = "a wire from its right side to a layer"
        elif layer.is_output:
            expected = "a wire from the model's last layer"
        else:
            expected = "a wire in and a wire out"
        yield Problem(
            code="structure.unconnected",
            message=f'"{layer.name}" is not connected yet.',
            severity="hint",
            expected=expected,
            place=Place(graph=key, node=node.id, layer=layer.id),
            fixes=(Fix("remove it", "remove_node", {"node": node.id, "graph": key}),),
        )


def _unreachable(
    project: Project,
    graph: Graph,
    key: str,
    wired: set[str],
    before: dict[str, list[str]],
    fed: Fed,
) -> Iterator[Problem]:
    """Nodes that start a way without being an Input; those behind them are not told again."""
    for node in graph.nodes.values():
        layer = project.layers[node.layer]
        if layer.is_input or node.id not in wired or before.get(node.id) or node.id in fed.unfed:
            continue
        yield Problem(
            code="structure.unreachable",
            message=f'No Input leads to "{layer.name}".',
            expected="a way of wires that begins at an Input",
            received="no wire into it",
            place=Place(graph=key, node=node.id, layer=layer.id),
            fixes=(Fix("remove it", "remove_node", {"node": node.id, "graph": key}),),
        )


def _dead_ends(
    project: Project,
    graph: Graph,
    key: str,
    wired: set[str],
    following: dict[str, list[str]],
    outputs: list[str],
) -> Iterator[Problem]:
    """Nodes where a way ends that is no Output. Without any Output that is one problem, not
    many: see `_no_output`."""
    if not outputs:
        return
    waiting = [node for node in outputs if node not in wired]
    for node in _sinks(project, graph, following):
        if node.id not in wired:
            continue
        layer = project.layers[node.layer]
        fixes = [
            Fix(
                f'connect it to "{_name(project, graph, output)}"',
                "connect",
                {"source": node.id, "target": output, "port": "inputs", "graph": key},
            )
            for output in waiting[:2]
        ]
        fixes += [
            Fix("add an Output", "add_output", {"node": node.id, "graph": key}),
            Fix("remove it", "remove_node", {"node": node.id, "graph": key}),
        ]
        yield Problem(
            code="structure.dead_end",
            message=f'"{layer.name}" leads to no Output, so it is no part of the model.',
            severity="warning",
            expected="a way of wires that ends at an Output",
            received="no wire out of it",
            place=Place(graph=key, node=node.id, layer=layer.id),
            fixes=tuple(fixes),
        )


def _sinks(project: Project, graph: Graph, following: dict[str, list[str]]) -> list[Node]:
    return [
        node
        for node in graph.nodes.values()
        if not following.get(node.id) and not project.layers[node.layer].is_output
    ]


def _no_input(project: Project, graph: Graph, catalogue: Catalogue, key: str) -> Problem:
    fed = {wire.target for wire in graph.wires.values()}
    first = next(
        (wire.source for wire in graph.wires.values() if wire.source not in fed),
        next(iter(graph.nodes)),
    )
    slot = free_port(project, first, catalogue, key) if first in graph.nodes else None
    fixes: tuple[Fix, ...] = ()
    if slot is not None:
        arguments = {"node": first, "port": slot.name, "graph": key}
        name = _name(project, graph, first)
        fixes = (Fix(f'add an Input before "{name}"', "add_input", arguments),)
    return Problem(
        code="structure.no_input",
        message="The model has no Input.",
        expected="at least one Input, where the data comes in",
        received="none",
        place=Place(graph=key, node=first),
        fixes=fixes,
    )


def _no_output(
    project: Project, graph: Graph, following: dict[str, list[str]], key: str
) -> Problem:
    wired = {wire.target for wire in graph.wires.values()}
    ends = [node for node in _sinks(project, graph, following) if node.id in wired]
    fixes = [
        Fix(
            f'add an Output behind "{_name(project, graph, node.id)}"',
            "add_output",
            {"node": node.id, "graph": key},
        )
        for node in ends[:_MOST_FIXES]
    ]
    return Problem(
        code="structure.no_output",
        message="The model has no Output.",
        expected="at least one Output, which says what the model returns",
        received="none",
        place=Place(graph=key, node=ends[0].id if ends else None),
        fixes=tuple(fixes),
    )


def _empty(key: str) -> Problem:
    return Problem(
        code="structure.empty",
        message="The model is empty: drag an Input and layers onto the canvas.",
        severity="hint",
        expected="an Input, layers and an Output",
        place=Place(graph=key),
    )


def _name(project: Project, graph: Graph, node: str) -> str:
    found = graph.nodes.get(node)
    return node if found is None else project.layers[found.layer].name
