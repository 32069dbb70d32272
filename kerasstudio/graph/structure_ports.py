"""Structure checks of wires and ports: every wire ends somewhere, every required port is wiring."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kerasstudio.graph.catalogue import Catalogue, Port
from kerasstudio.graph.loops import reach
from kerasstudio.graph.ports import (
    input_ports,
    layer_ports,
    output_count,
    split_port,
    taken_slots,
    template_ports,
)
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire

# Suggestions look at every node: enough for a person, bounded for a big broken graph.
_MOST_SUGGESTIONS = 20
_ANY_NUMBER = 1_000_000


class PortRules(NamedTuple):
    """What a node's wires must keep to: names of single ports and of list ports, and the names
    that must be wiring."""

    single: frozenset[str]
    many: frozenset[str]
    needed: tuple[str, ...]


class Wiring:
    """One graph with what its checks share: who feeds whom, and the rules of each class.

    `leading` are the nodes that lead to an Output; `unfed` collects those with a required port
    that nothing feeds."""

    def __init__(self, project: Project, graph: Graph, catalogue: Catalogue, key: str) -> None:
        self.project, self.graph, self.catalogue, self.key = project, graph, catalogue, key
        self.following: dict[str, list[str]] = {}
        self.before: dict[str, list[str]] = {}
        for wire in graph.wires.values():
            if wire.source in graph.nodes and wire.target in graph.nodes:
                self.following.setdefault(wire.source, []).append(wire.target)
                self.before.setdefault(wire.target, []).append(wire.source)
        layers = project.layers
        self.inputs = [node.id for node in graph.nodes.values() if layers[node.layer].is_input]
        self.outputs = [node.id for node in graph.nodes.values() if layers[node.layer].is_output]
        self.leading = reach(self.before, self.outputs)
        self.unfed: set[str] = set()
        self.suggestions = 0
        self._rules: dict[tuple[str, str], PortRules | None] = {}

    def is_wired(self, node: str) -> bool:
        return node in self.following or node in self.before

    def layer(self, node: str) -> Layer:
        return self.project.layers[self.graph.nodes[node].layer]

    def rules(self, node: Node) -> PortRules | None:
        """None where any port may be right: the class is unknown here."""
        if node.call is not None:
            names = tuple(template_ports(node.call))
            return PortRules(frozenset(names), frozenset(), names)
        layer = self.project.layers[node.layer]
        if layer.graph is not None:
            return _rules(layer_ports(self.project, layer, self.catalogue))
        kind = (layer.module, layer.class_name)
        if kind not in self._rules:
            self._rules[kind] = _rules(layer_ports(self.project, layer, self.catalogue))
        return self._rules[kind]


def _rules(ports: tuple[Port, ...] | None) -> PortRules | None:
    if ports is None:
        return None
    needed: list[str] = []
    for port in ports:
        if port.required and port.many:
            needed += [f"{port.name}.{index}" for index in range(port.minimum)]
        elif port.required:
            needed.append(port.name)
    return PortRules(
        frozenset(port.name for port in ports if not port.many),
        frozenset(port.name for port in ports if port.many),
        tuple(needed),
    )


def wire_problems(wiring: Wiring) -> Iterator[Problem]:
    """Wires that begin or end at nothing."""
    graph = wiring.graph
    lists: dict[tuple[str, str], int] = {}
    for wire_key, wire in graph.wires.items():
        source, target = graph.nodes.get(wire.source), graph.nodes.get(wire.target)
        if source is None or target is None:
            missing = wire.source if source is None else wire.target
            message = f'A wire is tied to the node "{missing}", which is not there.'
            expected = "a wire between two nodes of the drawing"
            yield _broken(wiring, wire_key, "structure.wire_node", message, expected, missing)
            continue
        rules = wiring.rules(target)
        if rules is not None and wire.port not in rules.single:
            base, index = split_port(wire.port)
            if index is not None and base in rules.many:
                lists[wire.target, base] = lists.get((wire.target, base), 0) + 1
            else:
                names = ", ".join(sorted(rules.single | rules.many))
                message = f'"{wiring.layer(wire.target).name}" has no port "{wire.port}".'
                expected = f"one of: {names}" if names else "no wire into it"
                yield _broken(wiring, wire_key, "structure.wire_port", message, expected, wire.port)
        if wire.output or wire.source in wiring.outputs:
            yield from _wrong_output(wiring, wire_key, wire)
    for (node, base), count in lists.items():
        if taken_slots(graph, node, base) != count:
            yield _gap(wiring, node, base)


def _wrong_output(wiring: Wiring, wire_key: str, wire: Wire) -> Iterator[Problem]:
    layer = wiring.layer(wire.source)
    if layer.is_output:
        message = f'A wire starts at the Output "{layer.name}".'
        expected, received = "a wire that starts at an Input or a layer", "an Output"
    else:
        count = _outputs(wiring, wire.source)
        if wire.output < count:
            return
        message = f'"{layer.name}" has no output number {wire.output + 1}.'
        expected = f"an output from 1 to {count}" if count > 1 else "its only output"
        received = str(wire.output + 1)
    code = "structure.wire_output"
    yield _broken(wiring, wire_key, code, message, expected, received, at=wire.source)


def _gap(wiring: Wiring, node: str, base: str) -> Problem:
    """A list port whose wires are not numbered 0, 1, 2 ..."""
    keys = [
        key
        for key, wire in wiring.graph.wires.items()
        if wire.target == node and split_port(wire.port)[0] == base
    ]
    indices = sorted(split_port(wiring.graph.wires[key].port)[1] or 0 for key in keys)
    last = f"{node}:{base}.{indices[-1]}"
    return Problem(
        code="structure.wire_port",
        message=f'The wires into "{wiring.layer(node).name}" are not numbered in one row.',
        expected=", ".join(f"{base}.{index}" for index in range(len(indices))),
        received=", ".join(f"{base}.{index}" for index in indices),
        place=Place(graph=wiring.key, node=node, port=base, wire=last),
        fixes=(Fix("remove the last", "remove_wire", {"wire": last, "graph": wiring.key}),),
    )


def port_problems(wiring: Wiring) -> Iterator[Problem]:
    """Required ports that nothing feeds, of nodes that have a wire at all. It is an error where
    the node leads to an Output; elsewhere the model works without it."""
    wires = wiring.graph.wires
    for node in wiring.graph.nodes.values():
        rules = wiring.rules(node)
        if rules is None or not wiring.is_wired(node.id):
            continue
        for name in rules.needed:
            if f"{node.id}:{name}" not in wires:
                wiring.unfed.add(node.id)
                yield _unfed(wiring, node)
                break


def _unfed(wiring: Wiring, node: Node) -> Problem:
    layer = wiring.project.layers[node.layer]
    slots = input_ports(wiring.project, node.id, wiring.catalogue, wiring.key)
    required = [slot for slot in slots if slot.required]
    empty = [slot for slot in required if slot.is_free]
    first = empty[0]
    if first.many:
        count = sum(slot.base == first.base and not slot.is_free for slot in slots)
        least = sum(slot.base == first.base for slot in required)
        message = f'"{layer.name}" needs at least {least} wires and has {count}.'
        expected, received = f"{least} wires into {first.base}", str(count)
    elif len(required) == 1:
        message = f'"{layer.name}" has no input.'
        expected, received = f'a wire into "{first.name}"', "none"
    else:
        names = ", ".join(f'"{slot.name}"' for slot in empty)
        message = f'"{layer.name}" has no wire into {names}.'
        expected, received = f"a wire into each of {names}", "none"
    return Problem(
        code="structure.port_unfed",
        message=message,
        severity="error" if node.id in wiring.leading else "warning",
        expected=expected,
        received=received,
        place=Place(graph=wiring.key, node=node.id, layer=layer.id, port=first.name),
        fixes=tuple(_feeding(wiring, node, first.name)),
    )


def _feeding(wiring: Wiring, node: Node, port: str) -> Iterator[Fix]:
    """Wires that would feed a port: from the nearest nodes that feed nothing yet."""
    if wiring.suggestions < _MOST_SUGGESTIONS:
        wiring.suggestions += 1
        behind = reach(wiring.following, [node.id])
        near = sorted(
            (
                (_distance(other, node), other.id)
                for other in wiring.graph.nodes.values()
                if other.id not in behind
                and not wiring.following.get(other.id)
                and not wiring.project.layers[other.layer].is_output
            ),
        )
        for _, other_id in near[:2]:
            yield Fix(
                f'connect "{wiring.layer(other_id).name}"',
                "connect",
                {"source": other_id, "target": node.id, "port": port, "graph": wiring.key},
            )
    yield Fix("add an Input", "add_input", {"node": node.id, "port": port, "graph": wiring.key})
    yield Fix("remove it", "remove_node", {"node": node.id, "graph": wiring.key})


def _distance(one: Node, other: Node) -> float:
    return (one.x - other.x) ** 2 + (one.y - other.y) ** 2


def _outputs(wiring: Wiring, node: str) -> int:
    """The most outputs a node may have, as far as the catalogue knows."""
    layer = wiring.layer(node)
    foreign = wiring.catalogue.layer_type(layer) is None and layer.graph is None
    # A wrapper returns what its inner layer returns, which only Keras can tell.
    wraps = not {"layer", "cell", "cells"}.isdisjoint(layer.arguments)
    if foreign or wraps or wiring.graph.nodes[node].call is not None:
        return _ANY_NUMBER
    return output_count(wiring.project, node, wiring.catalogue, wiring.key)


def _broken(
    wiring: Wiring,
    wire_key: str,
    code: str,
    message: str,
    expected: str,
    received: str,
    at: str | None = None,
) -> Problem:
    wire = wiring.graph.wires[wire_key]
    place = Place(graph=wiring.key, node=at or wire.target, port=wire.port, wire=wire_key)
    fix = Fix("remove the wire", "remove_wire", {"wire": wire_key, "graph": wiring.key})
    return Problem(
        code=code,
        message=message,
        expected=expected,
        received=received,
        place=place,
        fixes=(fix,),
    )
