"""In which order code calls the layers: branch by branch, as a person would write it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.ports import layer_ports, split_port, template_ports
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Graph, Node, Project, Wire

WiresByNode = Mapping[str, list[Wire]]


def wires_by_target(project: Project, graph: Graph, catalogue: Catalogue) -> WiresByNode:
    """The wires into each node, in the order of its call's arguments."""
    found: dict[str, list[Wire]] = {}
    for wire in graph.wires.values():
        if wire.source in graph.nodes and wire.target in graph.nodes:
            found.setdefault(wire.target, []).append(wire)
    for target, wires in found.items():
        if len(wires) > 1:
            order = _port_order(project, graph.nodes[target], catalogue)
            wires.sort(key=lambda wire, order=order: _port_key(wire.port, order))  # type: ignore[misc]
    return found


def reading_order(project: Project, graph: Graph, wires: WiresByNode) -> list[Node]:
    """The nodes that an Output needs, without Inputs and Outputs: each behind what feeds it, and
    the calls of one layer as drawn, where the wires allow that. Raises `StudioError` for a loop."""
    sources = {target: [wire.source for wire in into] for target, into in wires.items()}
    layers = {key: project.layers[node.layer] for key, node in graph.nodes.items()}
    ends = [key for key, layer in layers.items() if layer.is_output]
    order = _walked(sources, ends)
    if order is None:
        raise StudioError(
            Problem(
                code="export.loop",
                message="The wires form a loop, which no code can follow.",
                place=Place(graph=graph.id, node=next(iter(graph.nodes), None)),
            )
        )
    place = {key: number for number, key in enumerate(order)}
    calls: dict[str, list[str]] = {}
    for node in graph.nodes.values():
        if node.id in place:
            calls.setdefault(node.layer, []).append(node.id)
    pairs = [pair for found in calls.values() for pair in pairwise(found)]
    if any(place[one] > place[other] for one, other in pairs):
        before = {key: list(found) for key, found in sources.items()}
        for one, other in pairs:
            before.setdefault(other, []).append(one)
        order = _walked(before, ends) or order
    return [
        graph.nodes[key] for key in order if not layers[key].is_input and not layers[key].is_output
    ]


def _walked(sources: Mapping[str, list[str]], ends: list[str]) -> list[str] | None:
    """Depth first from the ends, sources before what they feed; None where there is a loop."""
    order: list[str] = []
    done: set[str] = set()
    open_nodes: set[str] = set()
    for end in ends:
        stack = [(end, iter(sources.get(end, ())))]
        if end in done:
            continue
        open_nodes.add(end)
        while stack:
            key, rest = stack[-1]
            following = next((each for each in rest if each not in done), None)
            if following is None:
                stack.pop()
                open_nodes.discard(key)
                done.add(key)
                order.append(key)
            elif following in open_nodes:
                return None
            else:
                open_nodes.add(following)
                stack.append((following, iter(sources.get(following, ()))))
    return order


def _port_order(project: Project, node: Node, catalogue: Catalogue) -> dict[str, int]:
    if node.call is not None:
        names = list(dict.fromkeys(template_ports(node.call)))
    else:
        ports = layer_ports(project, project.layers[node.layer], catalogue) or ()
        names = [port.name for port in ports]
    return {name: number for number, name in enumerate(names)}


def _port_key(port: str, order: Mapping[str, int]) -> tuple[int, int]:
    if port in order:
        return order[port], 0
    base, index = split_port(port)
    return order.get(base, len(order)), index or 0
