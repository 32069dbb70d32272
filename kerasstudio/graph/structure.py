"""Whether the drawing is a model at all: checked at once, without Keras; loops by networkx.

All problems are returned, never only the first. One cause is told once: what lies behind an unfed
port is not reported too, and a node just dropped on the canvas gets one hint.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.loops import would_cycle
from kerasstudio.graph.ports import free_port
from kerasstudio.graph.problems import Fix, Place, Problem, Severity
from kerasstudio.graph.project import ROOT, Graph, Project
from kerasstudio.graph.structure_layers import layer_problems
from kerasstudio.graph.structure_ports import Wiring, port_problems, wire_problems
from kerasstudio.graph.structure_switches import switch_problems
from kerasstudio.graph.switches import switched

__all__ = ["structure_problems", "would_cycle"]

# A tangle has exponentially many loops; breaking these breaks it.
_MOST_LOOPS = 20
_MOST_FIXES = 4


def structure_problems(project: Project, catalogue: Catalogue) -> list[Problem]:
    """Everything wrong with the structure of all graphs, errors first; of what is switched off only
    that it is."""
    live, off = switched(project, catalogue)
    problems = list(switch_problems(project, off))
    told = {problem.place.graph for problem in problems if problem.code == "structure.all_off"}
    project = live
    problems += layer_problems(project, catalogue)
    for key, graph in project.graphs.items():
        if key not in told:
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
    wiring = Wiring(project, graph, catalogue, key)
    problems = [
        *wire_problems(wiring),
        *_cycles(wiring),
        *port_problems(wiring),
        *_alone(wiring),
        *_unreachable(wiring),
        *_dead_ends(wiring),
    ]
    if wiring.following and not wiring.inputs:
        problems.append(_no_input(wiring))
    if wiring.following and not wiring.outputs:
        problems.append(_no_output(wiring))
    return problems


def _cycles(wiring: Wiring) -> Iterator[Problem]:
    """Every loop, named, with the wires that would break it."""
    if not _has_cycle(wiring):
        return
    # Imported only where there is a loop: it takes 0.2 s, which the window must not wait for.
    import networkx as nx

    order = {node: number for number, node in enumerate(wiring.graph.nodes)}
    made = nx.DiGraph()
    made.add_nodes_from(order)
    made.add_edges_from(
        (source, target) for source, targets in wiring.following.items() for target in targets
    )
    for loop in islice(nx.simple_cycles(made), _MOST_LOOPS):
        first = min(range(len(loop)), key=lambda place: order[loop[place]])
        yield _cycle(wiring, loop[first:] + loop[:first])


def _cycle(wiring: Wiring, loop: list[str]) -> Problem:
    names = [wiring.layer(node).name for node in loop]
    steps = list(zip(loop, [*loop[1:], loop[0]], strict=True))
    # The wire back to the first node most likely is the mistaken one.
    closing = [
        (key, wire)
        for step in reversed(steps)
        for key, wire in wiring.graph.wires.items()
        if (wire.source, wire.target) == step
    ]
    fixes = [
        Fix(
            f"remove the wire {wiring.layer(wire.source).name} → {wiring.layer(wire.target).name}",
            "remove_wire",
            {"wire": key, "graph": wiring.key},
        )
        for key, wire in closing[:_MOST_FIXES]
    ]
    return Problem(
        code="structure.cycle",
        message=f"These layers feed each other in a loop: {' → '.join([*names, names[0]])}.",
        expected="wires that lead from Inputs to Outputs and never back",
        received=f"a loop of {len(loop)}",
        place=Place(graph=wiring.key, node=loop[0], wire=closing[0][0]),
        fixes=tuple(fixes),
    )


def _has_cycle(wiring: Wiring) -> bool:
    """Whether some nodes are left when those that nothing feeds are taken away again and again
    (Kahn 1962)."""
    waiting = {node: len(sources) for node, sources in wiring.before.items()}
    front = [node for node in wiring.following if node not in waiting]
    for node in front:
        for target in wiring.following.get(node, ()):
            waiting[target] -= 1
            if not waiting[target]:
                front.append(target)
    return any(waiting.values())


def _alone(wiring: Wiring) -> Iterator[Problem]:
    """One hint for a node without any wire."""
    for node in wiring.graph.nodes:
        if wiring.is_wired(node):
            continue
        layer = wiring.layer(node)
        if layer.is_input:
            expected = "a wire to a layer"
        elif layer.is_output:
            expected = "a wire from the model's last layer"
        else:
            expected = "a wire in and a wire out"
        yield Problem(
            code="structure.unconnected",
            message=f'"{layer.name}" is not connected yet.',
            severity="hint",
            expected=expected,
            place=Place(graph=wiring.key, node=node, layer=layer.id),
            fixes=(_removal(wiring, node),),
        )


def _unreachable(wiring: Wiring) -> Iterator[Problem]:
    """Nodes that start a way without being an Input; those behind them are not told again."""
    for node in wiring.following:
        layer = wiring.layer(node)
        if layer.is_input or node in wiring.before or node in wiring.unfed:
            continue
        yield Problem(
            code="structure.unreachable",
            message=f'No Input leads to "{layer.name}".',
            severity="error" if node in wiring.leading else "warning",
            expected="a way of wires that begins at an Input",
            received="no wire into it",
            place=Place(graph=wiring.key, node=node, layer=layer.id),
            fixes=(_removal(wiring, node),),
        )


def _dead_ends(wiring: Wiring) -> Iterator[Problem]:
    """Nodes where a way ends that is no Output. Without any Output that is one problem, not
    many: see `_no_output`."""
    if not wiring.outputs:
        return
    waiting = [node for node in wiring.outputs if not wiring.is_wired(node)]
    for node in _ends(wiring):
        layer = wiring.layer(node)
        fixes = [
            Fix(
                f'connect it to "{wiring.layer(output).name}"',
                "connect",
                {"source": node, "target": output, "port": "inputs", "graph": wiring.key},
            )
            for output in waiting[:2]
        ]
        fixes += [
            Fix("add an Output", "add_output", {"node": node, "graph": wiring.key}),
            _removal(wiring, node),
        ]
        yield Problem(
            code="structure.dead_end",
            message=f'"{layer.name}" leads to no Output, so it is no part of the model.',
            severity="warning",
            expected="a way of wires that ends at an Output",
            received="no wire out of it",
            place=Place(graph=wiring.key, node=node, layer=layer.id),
            fixes=tuple(fixes),
        )


def _ends(wiring: Wiring) -> list[str]:
    """Nodes that are fed and feed nothing, Outputs apart."""
    return [
        node
        for node in wiring.graph.nodes
        if node in wiring.before
        and node not in wiring.following
        and not wiring.layer(node).is_output
    ]


def _no_input(wiring: Wiring) -> Problem:
    first = next((node for node in wiring.following if node not in wiring.before), None)
    fixes: tuple[Fix, ...] = ()
    if first is not None:
        slot = free_port(wiring.project, first, wiring.catalogue, wiring.key)
        if slot is not None:
            arguments = {"node": first, "port": slot.name, "graph": wiring.key}
            label = f'add an Input before "{wiring.layer(first).name}"'
            fixes = (Fix(label, "add_input", arguments),)
    return Problem(
        code="structure.no_input",
        message="The model has no Input.",
        expected="at least one Input, where the data comes in",
        received="none",
        place=Place(graph=wiring.key, node=first),
        fixes=fixes,
    )


def _no_output(wiring: Wiring) -> Problem:
    ends = _ends(wiring)
    fixes = [
        Fix(
            f'add an Output behind "{wiring.layer(node).name}"',
            "add_output",
            {"node": node, "graph": wiring.key},
        )
        for node in ends[:_MOST_FIXES]
    ]
    return Problem(
        code="structure.no_output",
        message="The model has no Output.",
        expected="at least one Output, which says what the model returns",
        received="none",
        place=Place(graph=wiring.key, node=ends[0] if ends else None),
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


def _removal(wiring: Wiring, node: str) -> Fix:
    return Fix("remove it", "remove_node", {"node": node, "graph": wiring.key})
