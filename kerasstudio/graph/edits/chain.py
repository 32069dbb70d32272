"""Edits of a chain: take a node out of its wires, move it along them."""

from __future__ import annotations

from collections.abc import Iterable

from kerasstudio.graph.edits.nodes import move_nodes
from kerasstudio.graph.edits.values import graph_of, node_of, refusal
from kerasstudio.graph.edits.wires import connect, disconnect
from kerasstudio.graph.problems import Place
from kerasstudio.graph.project import ROOT, Project, Wire


def take_out(project: Project, nodes: Iterable[str], graph: str = ROOT) -> Project:
    """Remove the wires of nodes; what fed a node with one input now feeds what it fed."""
    for node in nodes:
        node_of(project, node, graph)
        before, behind = _around(project, node, graph)
        if len(before) == 1:
            # In place: a list port would close the gap that a removed wire leaves.
            for wire in behind:
                points = (*before[0].points, *wire.points)
                start, output = before[0].source, before[0].output
                project = connect(
                    project, start, wire.target, wire.port, output, graph, points=points
                )
            behind = []
        project = disconnect(project, [wire.key for wire in (*before, *behind)], graph)
    return project


def move_along(project: Project, node: str, step: int, graph: str = ROOT) -> Project:
    """Let a node and its neighbour in a chain change places: the one it feeds (`step` 1) or the
    one that feeds it (-1), on the drawing, too. Raises `StudioError` where there is no such
    chain: both must have one wire in, and one wire between them."""
    drawing = graph_of(project, graph)
    node_of(project, node, graph)
    before, behind = _around(project, node, graph)
    wires = behind if step > 0 else before
    other = (wires[0].target if step > 0 else wires[0].source) if len(wires) == 1 else ""
    first, second = (node, other) if step > 0 else (other, node)
    if not other or any(len(_around(project, each, graph)[0]) != 1 for each in (first, second)):
        raise _no_chain(project, node, graph)
    entry, between = _around(project, first, graph)
    rest = _around(project, second, graph)[1]
    if len(between) != 1 or len({wire.output for wire in rest}) != 1:
        raise _no_chain(project, node, graph)
    start, middle, out = entry[0], between[0], rest[0].output
    project = connect(project, start.source, second, middle.port, start.output, graph)
    for wire in rest:
        project = connect(project, first, wire.target, wire.port, middle.output, graph)
    project = connect(project, second, first, start.port, out, graph)
    one, two = drawing.nodes[first], drawing.nodes[second]
    return move_nodes(project, {first: (two.x, two.y), second: (one.x, one.y)}, graph)


def _around(project: Project, node: str, graph: str) -> tuple[list[Wire], list[Wire]]:
    """The wires into a node and out of it."""
    wires = graph_of(project, graph).wires.values()
    return (
        [wire for wire in wires if wire.target == node],
        [wire for wire in wires if wire.source == node],
    )


def _no_chain(project: Project, node: str, graph: str) -> Exception:
    name = project.layers[graph_of(project, graph).nodes[node].layer].name
    return refusal(
        "edit.no_chain",
        f'"{name}" has no neighbour there to change places with.',
        Place(graph=graph, node=node),
        expected="two layers in a chain, one wire between them and one behind",
    )
