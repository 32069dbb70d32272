"""Structure checks of wires and ports: every wire ends somewhere, every required port is fed."""

from __future__ import annotations

from collections.abc import Iterator

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.loops import reach
from kerasstudio.graph.ports import (
    input_ports,
    layer_ports,
    output_count,
    split_port,
    template_ports,
)
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.graph.project import Graph, Node, Project, Wire

# Suggestions look at every node: enough for a person, bounded for a big broken graph.
_MOST_SUGGESTIONS = 20


class Fed:
    """What the port check needs to know of a graph. `leading` are the nodes that lead to an
    Output; `unfed` collects those with a required port that nothing feeds."""

    def __init__(
        self,
        project: Project,
        graph: Graph,
        catalogue: Catalogue,
        key: str,
        wired: set[str],
        leading: set[str],
        following: dict[str, list[str]],
    ) -> None:
        self.project, self.graph, self.catalogue, self.key = project, graph, catalogue, key
        self.wired, self.leading, self.following = wired, leading, following
        self.unfed: set[str] = set()
        self.suggestions = 0


def wire_problems(
    project: Project, graph: Graph, catalogue: Catalogue, key: str
) -> Iterator[Problem]:
    """Wires that begin or end at nothing."""
    known: dict[str, tuple[set[str], set[str]] | None] = {}
    counts: dict[str, int] = {}
    indices: dict[tuple[str, str], list[int]] = {}
    for wire_key, wire in graph.wires.items():
        missing = [node for node in (wire.source, wire.target) if node not in graph.nodes]
        if missing:
            yield _broken(
                key,
                wire_key,
                wire,
                "structure.wire_node",
                f'A wire is tied to the node "{missing[0]}", which is not there.',
                "a wire between two nodes of the drawing",
                missing[0],
            )
            continue
        name = project.layers[graph.nodes[wire.target].layer].name
        if wire.target not in known:
            known[wire.target] = _port_names(project, graph.nodes[wire.target], catalogue)
        names = known[wire.target]
        base, index = split_port(wire.port)
        if names is not None:
            single, many = names
            if wire.port not in single and (index is None or base not in many):
                yield _broken(
                    key,
                    wire_key,
                    wire,
                    "structure.wire_port",
                    f'"{name}" has no port "{wire.port}".',
                    f"one of: {', '.join(sorted(single | many))}"
                    if single or many
                    else "no wire into it",
                    wire.port,
                )
            elif index is not None and base in many:
                indices.setdefault((wire.target, base), []).append(index)
        if wire.output:
            if wire.source not in counts:
                counts[wire.source] = _outputs(project, graph, wire.source, catalogue, key)
            if wire.output >= counts[wire.source]:
                source = project.layers[graph.nodes[wire.source].layer].name
                yield _broken(
                    key,
                    wire_key,
                    wire,
                    "structure.wire_output",
                    f'"{source}" has no output number {wire.output + 1}.',
                    f"an output from 1 to {counts[wire.source]}",
                    str(wire.output + 1),
                    at=wire.source,
                )
        elif project.layers[graph.nodes[wire.source].layer].is_output:
            yield _broken(
                key,
                wire_key,
                wire,
                "structure.wire_output",
                f'A wire starts at the Output "{_layer_name(project, graph, wire.source)}".',
                "a wire that starts at an Input or a layer",
                "an Output, which gives nothing",
                at=wire.source,
            )
    for (node, base), found in indices.items():
        if sorted(found) != list(range(len(found))):
            name = _layer_name(project, graph, node)
            last = f"{node}:{base}.{max(found)}"
            yield Problem(
                code="structure.wire_port",
                message=f'The wires into "{name}" are not numbered in one row.',
                expected=", ".join(f"{base}.{index}" for index in range(len(found))),
                received=", ".join(f"{base}.{index}" for index in sorted(found)),
                place=Place(graph=key, node=node, port=base, wire=last),
                fixes=(Fix("remove the last", "remove_wire", {"wire": last, "graph": key}),),
            )


def port_problems(fed: Fed) -> Iterator[Problem]:
    """Required ports that nothing feeds, of nodes that have a wire at all. It is an error where
    the node leads to an Output; elsewhere the model works without it."""
    for node in fed.graph.nodes.values():
        if node.id not in fed.wired:
            continue
        layer = fed.project.layers[node.layer]
        slots = input_ports(fed.project, node.id, fed.catalogue, fed.key)
        empty = [slot for slot in slots if slot.required and slot.is_free]
        if not empty:
            continue
        fed.unfed.add(node.id)
        first = empty[0]
        if first.many:
            count = sum(slot.base == first.base and not slot.is_free for slot in slots)
            least = count + sum(slot.base == first.base for slot in empty)
            message = f'"{layer.name}" needs at least {least} wires and has {count}.'
            expected, received = f"{least} wires into {first.base}", str(count)
        elif len(empty) == 1 and len([slot for slot in slots if slot.required]) == 1:
            message = f'"{layer.name}" has no input.'
            expected, received = f'a wire into "{first.name}"', "none"
        else:
            names = ", ".join(f'"{slot.name}"' for slot in empty)
            message = f'"{layer.name}" has no wire into {names}.'
            expected, received = f"a wire into each of {names}", "none"
        yield Problem(
            code="structure.port_unfed",
            message=message,
            severity="error" if node.id in fed.leading else "warning",
            expected=expected,
            received=received,
            place=Place(graph=fed.key, node=node.id, layer=layer.id, port=first.name),
            fixes=tuple(_feeding(fed, node, first.name)),
        )


def _feeding(fed: Fed, node: Node, port: str) -> Iterator[Fix]:
    """Wires that would feed a port: from the nearest nodes that feed nothing yet."""
    if fed.suggestions < _MOST_SUGGESTIONS:
        fed.suggestions += 1
        behind = reach(fed.following, [node.id])
        near = sorted(
            (
                (_distance(other, node), other.id)
                for other in fed.graph.nodes.values()
                if other.id not in behind
                and not fed.following.get(other.id)
                and not fed.project.layers[other.layer].is_output
            ),
        )
        for _, other_id in near[:2]:
            yield Fix(
                f'connect "{_layer_name(fed.project, fed.graph, other_id)}"',
                "connect",
                {"source": other_id, "target": node.id, "port": port, "graph": fed.key},
            )
    yield Fix("add an Input", "add_input", {"node": node.id, "port": port, "graph": fed.key})
    yield Fix("remove it", "remove_node", {"node": node.id, "graph": fed.key})


def _distance(one: Node, other: Node) -> float:
    return (one.x - other.x) ** 2 + (one.y - other.y) ** 2


def _port_names(
    project: Project, node: Node, catalogue: Catalogue
) -> tuple[set[str], set[str]] | None:
    """Names of single ports and of list ports; None where any port may be right."""
    if node.call is not None:
        return set(template_ports(node.call)), set()
    ports = layer_ports(project, project.layers[node.layer], catalogue)
    if ports is None:
        return None
    return (
        {port.name for port in ports if not port.many},
        {port.name for port in ports if port.many},
    )


def _outputs(project: Project, graph: Graph, node: str, catalogue: Catalogue, key: str) -> int:
    """The most outputs a node may have, as far as the catalogue knows."""
    layer = project.layers[graph.nodes[node].layer]
    kind = catalogue.layer_type(layer)
    if layer.graph is None and (kind is None or graph.nodes[node].call is not None):
        return 1_000
    # A wrapper returns what its inner layer returns, which only Keras can tell.
    if {"layer", "cell", "cells"} & layer.arguments.keys():
        return 1_000
    return output_count(project, node, catalogue, key)


def _layer_name(project: Project, graph: Graph, node: str) -> str:
    return project.layers[graph.nodes[node].layer].name


def _broken(
    key: str,
    wire_key: str,
    wire: Wire,
    code: str,
    message: str,
    expected: str,
    received: str,
    at: str | None = None,
) -> Problem:
    return Problem(
        code=code,
        message=message,
        expected=expected,
        received=received,
        place=Place(graph=key, node=at or wire.target, port=wire.port, wire=wire_key),
        fixes=(Fix("remove the wire", "remove_wire", {"wire": wire_key, "graph": key}),),
    )
