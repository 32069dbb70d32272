"""Edits that work on a wire: put a node into it, make room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kerasstudio.graph.cards import CARD_GAP, card_size, flow_axis
from kerasstudio.graph.catalogue import Catalogue, LayerType
from kerasstudio.graph.edits.dots import piece_at
from kerasstudio.graph.edits.nodes import add_layer, move_nodes
from kerasstudio.graph.edits.room import push
from kerasstudio.graph.edits.values import graph_of, layer_of, node_of, refusal, replace, with_graph
from kerasstudio.graph.edits.wires import connect
from kerasstudio.graph.names import new_id
from kerasstudio.graph.ports import free_port, output_count, usual_ports
from kerasstudio.graph.problems import Place
from kerasstudio.graph.project import ROOT, Node, Point, Project, Wire

_NEAR = 60.0
"""Scene pixels across the flow from which a card comes into line with its neighbours."""


def insert_between(
    project: Project,
    wire: str,
    node: str,
    catalogue: Catalogue,
    graph: str = ROOT,
    port: str | None = None,
) -> Project:
    """Splice an existing node into a wire: the wire's source feeds the node's first free port (or
    `port`), the node's first output takes the wire's place. Its other wires stay. Raises
    `StudioError` for a node without ports or outputs, and where that would close a loop."""
    old = _wire_of(project, wire, graph)
    found = node_of(project, node, graph)
    layer = project.layers[found.layer]
    if port is None:
        slot = free_port(project, node, catalogue, graph)
        port = None if slot is None else slot.name
    if port is None or output_count(project, node, catalogue, graph) == 0:
        raise refusal(
            "structure.splice",
            f'"{layer.name}" cannot stand in a wire: it needs a port and an output.',
            Place(graph=graph, node=node, wire=wire),
        )
    if node in (old.source, old.target):
        return project
    number = _dots_before(project, old, found, graph)
    before, behind = old.points[:number], old.points[number:]
    project = connect(project, old.source, node, port, old.output, graph, catalogue, before)
    return connect(project, node, old.target, old.port, 0, graph, points=behind)


def insert_layer(
    project: Project,
    wire: str,
    layer_type: LayerType,
    catalogue: Catalogue,
    arguments: Mapping[str, Any] | None = None,
    graph: str = ROOT,
    at: tuple[float, float] | None = None,
) -> tuple[Project, str]:
    """A new layer in a wire; returns its node. Its corner is at `at`, or in the middle between the
    ends. Where there is too little room, what lies behind moves aside."""
    old = _wire_of(project, wire, graph)
    drawing = graph_of(project, graph)
    source, target = drawing.nodes[old.source], drawing.nodes[old.target]
    axis = flow_axis(project.flow)
    length = card_size(1, 1, project.flow)[axis]
    if at is not None:
        project, node = add_layer(project, layer_type, *at, graph, arguments=arguments)
        return splice_in(project, wire, node, catalogue, graph), node
    start = _along(source, axis) + length
    room = _along(target, axis) - start
    # Kept small: neighbours should move only as far as they must.
    missing = length + CARD_GAP - room
    if missing > 0:
        project = make_room(project, old.source, old.target, missing, graph)
        room += missing
    along = start + (room - length) / 2
    across = (_across(source, axis) + _across(target, axis)) / 2
    x, y = (along, across) if axis == 0 else (across, along)
    # A wire that skips layers passes over their cards.
    x, y = free_place(project, x, y, graph)
    project, node = add_layer(project, layer_type, x, y, graph, arguments=arguments)
    return insert_between(project, wire, node, catalogue, graph), node


def splice_in(
    project: Project, wire: str, node: str, catalogue: Catalogue, graph: str = ROOT
) -> Project:
    """`insert_between` for a card that was dropped on the wire: it comes into line with the ends
    where these are in line, moves on to keep `CARD_GAP` behind the wire's source, and what lies
    behind it moves aside."""
    old = _wire_of(project, wire, graph)
    project = insert_between(project, wire, node, catalogue, graph)
    drawing = graph_of(project, graph)
    if node in (old.source, old.target):
        return project
    source, target, here = (drawing.nodes[key] for key in (old.source, old.target, node))
    axis = flow_axis(project.flow)
    length = card_size(1, 1, project.flow)[axis]
    if _along(target, axis) < _along(source, axis) + length:
        return project  # the wire goes back: no side is ahead
    start = max(_along(here, axis), _along(source, axis) + length + CARD_GAP)
    across = _across(here, axis)
    if (
        _across(source, axis) == _across(target, axis)
        and abs(across - _across(source, axis)) < _NEAR
    ):
        across = _across(source, axis)
    place = (start, across) if axis == 0 else (across, start)
    project = move_nodes(project, {node: place}, graph)
    missing = start + length + CARD_GAP - _along(target, axis)
    return make_room(project, node, old.target, missing, graph)


def make_room(
    project: Project, source: str, target: str, distance: float, graph: str = ROOT
) -> Project:
    """Move `target` along the flow by `distance`, and what it would run into; never `source`."""
    kept = node_of(project, source, graph)
    project = push(project, target, distance, graph)
    return move_nodes(project, {source: (kept.x, kept.y)}, graph)


def join_in_wire(
    project: Project,
    wire: str,
    source: str,
    layer_type: LayerType,
    catalogue: Catalogue,
    output: int = 0,
    graph: str = ROOT,
) -> tuple[Project, str]:
    """A new layer that joins what a wire carries with output number `output` of `source`, put
    into that wire; returns its node. Raises `StudioError` for a layer with less than two inputs,
    and where that would close a loop."""
    old = _wire_of(project, wire, graph)
    project, node = insert_layer(project, wire, layer_type, catalogue, graph=graph)
    slots = usual_ports(project, node, catalogue, graph)
    slot = next((slot for slot in slots if slot.is_free), None)
    if slot is None:
        raise refusal(
            "structure.join",
            f"{layer_type.class_name} takes one tensor: it cannot join two.",
            Place(graph=graph, node=old.target, wire=wire),
            expected="a layer with several inputs, such as Add",
        )
    return connect(project, source, node, slot.name, output, graph, catalogue), node


def call_in_wire(
    project: Project, wire: str, layer: str, catalogue: Catalogue, graph: str = ROOT
) -> tuple[Project, str]:
    """A further call of an existing layer, put into a wire."""
    layer_of(project, layer)
    old = _wire_of(project, wire, graph)
    drawing = graph_of(project, graph)
    source, target = drawing.nodes[old.source], drawing.nodes[old.target]
    project, node_id = new_id(project, "n")
    node = Node(node_id, layer, (source.x + target.x) / 2, (source.y + target.y) / 2)
    project = with_graph(project, replace(drawing, nodes={**drawing.nodes, node_id: node}))
    return insert_between(project, wire, node_id, catalogue, graph), node_id


def free_place(
    project: Project, x: float, y: float, graph: str = ROOT, ignore: Iterable[str] = ()
) -> tuple[float, float]:
    """The first spot at or below (x, y), or right of it when the flow is down, where a card
    covers no other card."""
    drawing = graph_of(project, graph)
    width, height = card_size(1, 1, project.flow)
    skip = set(ignore)
    others = [(node.x, node.y) for key, node in drawing.nodes.items() if key not in skip]
    while True:
        hit = [
            (ox, oy)
            for ox, oy in others
            if x < ox + width + 8 and ox < x + width + 8 and y < oy + height + 8
            and oy < y + height + 8
        ]  # fmt: skip
        if not hit:
            return x, y
        if project.flow == "down":
            x = max(ox for ox, _ in hit) + width + CARD_GAP / 2
        else:
            y = max(oy for _, oy in hit) + height + CARD_GAP / 2


def _dots_before(project: Project, wire: Wire, node: Node, graph: str) -> int:
    """How many of a wire's reroute dots come before a node that is put into it."""
    nodes = graph_of(project, graph).nodes
    middles = [_middle(project, each) for each in (nodes[wire.source], nodes[wire.target], node)]
    return piece_at([middles[0], *wire.points, middles[1]], middles[2])


def _middle(project: Project, node: Node) -> Point:
    width, height = card_size(1, 1, project.flow)
    return node.x + width / 2, node.y + height / 2


def _along(node: Node, axis: int) -> float:
    return node.x if axis == 0 else node.y


def _across(node: Node, axis: int) -> float:
    return node.y if axis == 0 else node.x


def _wire_of(project: Project, wire: str, graph: str) -> Wire:
    found = graph_of(project, graph).wires.get(wire)
    if found is None:
        raise refusal(
            "edit.no_wire", f'There is no wire "{wire}" any more.', Place(graph=graph, wire=wire)
        )
    return found
