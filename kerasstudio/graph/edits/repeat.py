"""Repeating nodes in series: the same again N times, each with weights of its own."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kerasstudio.graph.cards import CARD_GAP, flow_axis
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.edits.group import bounds
from kerasstudio.graph.edits.grouping_limits import group_refusal
from kerasstudio.graph.edits.paste import duplicate
from kerasstudio.graph.edits.room import push
from kerasstudio.graph.edits.values import graph_of, refusal, replace, with_graph
from kerasstudio.graph.inspection import Inspection, TensorSpec, shape_text
from kerasstudio.graph.ports import input_ports
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import ROOT, Graph, Project, Wire

MOST_TIMES = 100
Tensor = tuple[str, int]


class Series(msgspec.Struct, frozen=True):
    """How repeated nodes follow each other: what one gives (`leaving`) goes into the ports that
    `entering` lists as (node, port) in the next."""

    leaving: Tensor
    entering: tuple[tuple[str, str], ...]


def repeat(
    project: Project,
    nodes: Iterable[str],
    times: int,
    catalogue: Catalogue,
    graph: str = ROOT,
    inspection: Inspection | None = None,
) -> tuple[Project, list[str]]:
    """Let nodes stand `times` times in series, themselves included; returns the nodes of the
    copies. What they give goes into the first one of the tensors they take that has its shape; the
    other tensors go into each copy. What they fed is fed by the last copy.

    Raises `StudioError` where they give several tensors or none, take none, or where what they
    give does not fit what they take."""
    drawing = graph_of(project, graph)
    chosen = [node for node in drawing.nodes if node in set(nodes)]
    if not 1 <= times <= MOST_TIMES:
        raise refusal(
            "edit.repeat_times",
            "Layers can be repeated 2 to 100 times.",
            Place(graph=graph),
            expected=f"2 to {MOST_TIMES}",
            received=str(times),
        )
    series = series_of(project, chosen, catalogue, graph, inspection)
    if isinstance(series, Problem):
        raise StudioError(series)
    if times == 1:
        return project, []
    x0, y0, x1, y1 = bounds(drawing.nodes[node] for node in chosen)
    axis = flow_axis(project.flow)
    step = ((x1 - x0), (y1 - y0))[axis] + CARD_GAP
    source, output = series.leaving
    behind = [
        wire
        for wire in drawing.wires.values()
        if (wire.source, wire.output) == series.leaving and wire.target not in chosen
    ]
    end = (x1, y1)[axis] + step * (times - 1)
    project = _make_room(project, sorted({wire.target for wire in behind}), end, graph)
    made: list[str] = []
    last = dict(zip(chosen, chosen, strict=True))
    for number in range(1, times):
        shift = (step * number, 0.0) if axis == 0 else (0.0, step * number)
        project, copies = duplicate(project, chosen, graph, *shift, keep_incoming=True)
        names = dict(zip(chosen, copies, strict=True))
        drawing = project.graphs[graph]
        chained = [Wire(last[source], names[node], port, output) for node, port in series.entering]
        wires = {**drawing.wires, **{wire.key: wire for wire in chained}}
        project = with_graph(project, replace(drawing, wires=wires))
        made += copies
        last = names
    drawing = project.graphs[graph]
    moved = {wire.key: replace(wire, source=last[source]) for wire in behind}
    return with_graph(project, replace(drawing, wires={**drawing.wires, **moved})), made


def series_of(
    project: Project,
    nodes: Iterable[str],
    catalogue: Catalogue,
    graph: str = ROOT,
    inspection: Inspection | None = None,
) -> Series | Problem:
    """How these nodes can follow themselves, or why they cannot."""
    drawing = graph_of(project, graph)
    chosen = {node for node in nodes if node in drawing.nodes}
    wrong = group_refusal(project, chosen, graph)
    if wrong is not None:
        message = wrong.message.removesuffix(" The block would feed itself.")
        return replace(wrong, message=message, fixes=())
    inspection = inspection or Inspection()
    leaving = _leaving(drawing, chosen)
    place = Place(graph=graph, node=next(node for node in drawing.nodes if node in chosen))
    if len(leaving) != 1:
        what = "nothing comes" if not leaving else f"{len(leaving)} tensors come"
        return Problem(
            "edit.repeat_outputs",
            f"These layers cannot be repeated in series: {what} out of them.",
            expected="one tensor out, which goes into the next",
            received=str(len(leaving)),
            place=place,
        )
    entering = _entering(project, drawing, chosen, catalogue)
    if not entering:
        return Problem(
            "edit.repeat_inputs",
            "These layers cannot be repeated in series: no tensor goes into them.",
            expected="a port for what the one before gives",
            place=place,
        )
    given = _spec(inspection, leaving[0])
    first: TensorSpec | None = None
    for tensor, ports in entering.items():
        taken = _spec(inspection, tensor) if tensor is not None else None
        if given is None or taken is None or _fits(project, drawing, given, taken, ports):
            return Series(leaving[0], tuple(ports))
        first = first or taken
    return Problem(
        "edit.repeat_shape",
        f"What comes out does not fit what goes in: it gives {shape_text(given)}"
        f" and takes {shape_text(first)}."
        if given is not None and first is not None
        else "What comes out does not fit what goes in.",
        expected=shape_text(first) if first is not None else "",
        received=shape_text(given) if given is not None else "",
        place=place,
    )


def _leaving(drawing: Graph, chosen: set[str]) -> list[Tensor]:
    """What goes outside; where nothing does, what ends inside."""
    wires = [wire for wire in drawing.wires.values() if wire.source in chosen]
    found = {(wire.source, wire.output) for wire in wires if wire.target not in chosen}
    if not found:
        found = {(node, 0) for node in chosen - {wire.source for wire in wires}}
    return sorted(found)


def _entering(
    project: Project, drawing: Graph, chosen: set[str], catalogue: Catalogue
) -> dict[Tensor | None, list[tuple[str, str]]]:
    """The ports that take each tensor from outside; last, under None, the first that still wants
    a wire."""
    found: dict[Tensor | None, list[tuple[str, str]]] = {}
    missing: list[tuple[str, str]] = []
    for node in (node for node in drawing.nodes if node in chosen):
        for slot in input_ports(project, node, catalogue, drawing.id):
            wire = drawing.wires.get(slot.wire or "")
            if wire is None:
                if slot.required and slot.role == "tensor":
                    missing.append((node, slot.name))
            elif wire.source not in chosen:
                found.setdefault((wire.source, wire.output), []).append((node, slot.name))
    return {**found, None: missing[:1]} if missing else found


def _fits(
    project: Project,
    drawing: Graph,
    given: TensorSpec,
    taken: TensorSpec,
    ports: list[tuple[str, str]],
) -> bool:
    """Whether a tensor can go where another goes now: a block takes the shape it was made for;
    other layers take any of as many axes, with weights of their own for it."""
    if len(given.shape) != len(taken.shape):
        return False
    blocks = any(project.layers[drawing.nodes[node].layer].graph for node, _port in ports)
    pairs = zip(given.shape[1:], taken.shape[1:], strict=True)
    return not blocks or all(one == other or None in (one, other) for one, other in pairs)


def _spec(inspection: Inspection, tensor: Tensor) -> TensorSpec | None:
    info = inspection.nodes.get(tensor[0])
    return info.outputs[tensor[1]] if info is not None and tensor[1] < len(info.outputs) else None


def _make_room(project: Project, ahead: list[str], end: float, graph: str) -> Project:
    """What is fed, and what follows it, goes on until it begins behind `end` along the flow."""
    axis = flow_axis(project.flow)
    for target in ahead:
        node = project.graphs[graph].nodes[target]
        project = push(project, target, end + CARD_GAP - (node.x, node.y)[axis], graph)
    return project
