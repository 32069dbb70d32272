"""What an edit inside a block does to the wires outside: its Inputs are the block's ports, known by
their names, and its Outputs are the block's outputs, known by their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerasstudio.graph.edits.values import replace, with_graph
from kerasstudio.graph.edits.wires import renumbered
from kerasstudio.graph.ends import end_nodes
from kerasstudio.graph.ports import split_port, template_ports
from kerasstudio.graph.project import Graph, Node, Project, Wire

SINGLE_PORT = "inputs"
"""The port of a block with one Input, whatever that is called."""


def block_port_names(project: Project, graph: Graph) -> dict[str, str]:
    """The ports of a block with this graph inside, by the Inputs' nodes, in order."""
    inputs = end_nodes(project, graph, "inputs")
    if len(inputs) == 1:
        return {inputs[0]: SINGLE_PORT}
    return {key: project.layers[graph.nodes[key].layer].name for key in inputs}


def follow_ends(before: Project, after: Project, graph: str) -> Project:
    """`after` with the wires at the cards of a block led to where its Inputs and Outputs are now.
    Wires to ends that are gone go, too. `graph` is the inside that was edited; of the main graph,
    and where its ends are as they were, `after` itself."""
    old, new = before.graphs.get(graph), after.graphs.get(graph)
    if old is None or new is None or graph == after.root:
        return after
    ports_before, ports = block_port_names(before, old), block_port_names(after, new)
    outs_before, outs = end_nodes(before, old, "outputs"), end_nodes(after, new, "outputs")
    places = {key: number for number, key in enumerate(outs)}
    moved_ports = {name: ports.get(key) for key, name in ports_before.items()}
    moved_outputs = {number: places.get(key) for number, key in enumerate(outs_before)}
    if all(name == now for name, now in moved_ports.items()) and all(
        number == now for number, now in moved_outputs.items()
    ):
        return after
    blocks = {layer.id for layer in after.layers.values() if layer.graph == graph}
    for drawing in after.graphs.values():
        cards = {node.id for node in drawing.nodes.values() if node.layer in blocks}
        if cards:
            after = with_graph(after, _rewired(drawing, cards, moved_ports, moved_outputs))
    return after


def _rewired(
    drawing: Graph,
    cards: set[str],
    ports: Mapping[str, str | None],
    outputs: Mapping[int, int | None],
) -> Graph:
    wires: dict[str, Wire] = {}
    lists: set[tuple[str, str]] = set()
    for key, wire in drawing.wires.items():
        port = ports.get(wire.port, wire.port) if wire.target in cards else wire.port
        output = outputs.get(wire.output, wire.output) if wire.source in cards else wire.output
        if port is None or output is None:
            base, index = split_port(wire.port)
            if index is not None and drawing.nodes[wire.target].call is None:
                lists.add((wire.target, base))
            continue
        if (port, output) != (wire.port, wire.output):
            wire = replace(wire, port=port, output=output)
            key = wire.key
        wires[key] = wire
    nodes = {
        card: _with_ports(drawing.nodes[card], ports)
        for card in cards
        if drawing.nodes[card].call is not None
    }
    return replace(
        drawing,
        nodes={**drawing.nodes, **nodes} if nodes else drawing.nodes,
        wires=renumbered(wires, lists) if lists else wires,
    )


def _with_ports(node: Node, ports: Mapping[str, str | None]) -> Node:
    """The node with its imported call by the new names; where a port of it is gone, the usual call
    takes its place."""
    if any(ports.get(name, name) is None for name in template_ports(node.call)):
        return replace(node, call=None)
    return replace(node, call=_renamed(node.call, ports))


def _renamed(template: Any, ports: Mapping[str, str | None]) -> Any:
    if isinstance(template, list):
        return [_renamed(each, ports) for each in template]
    if not isinstance(template, dict):
        return template
    if set(template) == {"$port"}:
        name = template["$port"]
        return {"$port": ports.get(name, name)}
    return {key: _renamed(each, ports) for key, each in template.items()}
