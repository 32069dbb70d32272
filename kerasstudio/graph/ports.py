"""The ports of a node as drawn: list ports are spread into taken slots and one free slot."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Literal

import msgspec

from kerasstudio.graph.catalogue import Catalogue, Port
from kerasstudio.graph.project import ROOT, Graph, Layer, Node, Project, Wire, wire_key

# Arguments (of the constructor or of the call) that make a layer return more than one tensor.
_RETURN_MORE = ("return_state", "return_attention_scores")


class PortSlot(msgspec.Struct, frozen=True, omit_defaults=True):
    """One place where a wire can end. `name` is what `Wire.port` holds ("inputs.1"), `base` the
    call argument ("inputs"); `wire` is the key of the wire in it, None while free. `required`
    slots must be fed before the model can be built; the free slot of a list port is not."""

    name: str
    base: str
    role: Literal["tensor", "mask", "state"] = "tensor"
    required: bool = True
    many: bool = False
    wire: str | None = None
    ranks: tuple[int, ...] = ()
    dtypes: tuple[str, ...] = ()

    @property
    def is_free(self) -> bool:
        return self.wire is None


def split_port(port: str) -> tuple[str, int | None]:
    """ "inputs.2" → ("inputs", 2); "query" → ("query", None)."""
    base, dot, index = port.rpartition(".")
    if dot and index.isdecimal():
        return base, int(index)
    return port, None


def layer_ports(project: Project, layer: Layer, catalogue: Catalogue) -> tuple[Port, ...] | None:
    """The ports of a layer's calls; None when its class is unknown here.

    A block has one port per Input inside: "inputs" for a single one, else the Inputs' names."""
    if layer.is_input:
        return ()
    if layer.graph is not None and layer.graph in project.graphs:
        inputs = [inner for inner in _inside(project, layer.graph) if inner.is_input]
        if len(inputs) == 1:
            return (Port("inputs"),)
        return tuple(
            Port(inner.name, required=not inner.arguments.get("optional")) for inner in inputs
        )
    kind = catalogue.layer_type(layer)
    return None if kind is None else kind.ports


def input_ports(
    project: Project, node: str, catalogue: Catalogue, graph: str = ROOT
) -> list[PortSlot]:
    """All slots of a node, in call order.

    A list port gives its taken slots, then free ones up to its minimum, at least one. An imported
    call has exactly the ports of its template; an unknown class those its wires name."""
    drawing = project.graphs[graph]
    found = drawing.nodes[node]
    wires = drawing.wires
    if found.call is not None:
        names = list(dict.fromkeys(template_ports(found.call)))
        return [_slot(Port(name), name, node, wires) for name in names]
    ports = layer_ports(project, project.layers[found.layer], catalogue)
    if ports is None:
        keys = [wire for wire in wires.values() if wire.target == node]
        return [_slot(Port(wire.port), wire.port, node, wires) for wire in keys]
    slots: list[PortSlot] = []
    for port in ports:
        if not port.many:
            slots.append(_slot(port, port.name, node, wires))
            continue
        taken = taken_slots(drawing, node, port.name)
        for index in range(max(taken + 1, port.minimum)):
            slot = _slot(port, f"{port.name}.{index}", node, wires)
            if index >= port.minimum:
                slot = msgspec.structs.replace(slot, required=False)
            slots.append(slot)
    return slots


def visible_ports(
    project: Project, node: str, catalogue: Catalogue, graph: str = ROOT
) -> list[PortSlot]:
    """The slots that are drawn: masks and states only once they are wired, and of a node that
    hides its unused ports only those that are wired or must be."""
    hides = project.graphs[graph].nodes[node].hides_ports
    return [
        slot
        for slot in usual_ports(project, node, catalogue, graph)
        if not hides or slot.required or slot.wire is not None
    ]


def usual_ports(
    project: Project, node: str, catalogue: Catalogue, graph: str = ROOT
) -> list[PortSlot]:
    """The slots worth drawing, also those that a node hides."""
    return [
        slot
        for slot in input_ports(project, node, catalogue, graph)
        if slot.required or slot.wire is not None or slot.role == "tensor"
    ]


def hidden_outputs(node: Node, count: int, used: Collection[int]) -> frozenset[int]:
    """The outputs out of `count` that are not drawn: where the node hides its unused ports those
    without a wire (`used` have one), but for the first where none has one."""
    return frozenset(range(count)).difference(used or (0,)) if node.hides_ports else frozenset()


def used_outputs(graph: Graph) -> dict[str, set[int]]:
    """Node → numbers of its outputs that have wires; nodes without any are left out."""
    found: dict[str, set[int]] = {}
    for wire in graph.wires.values():
        found.setdefault(wire.source, set()).add(wire.output)
    return found


def free_port(
    project: Project, node: str, catalogue: Catalogue, graph: str = ROOT
) -> PortSlot | None:
    """Where a wire dropped on the card goes: the first free required slot, else the first free
    tensor slot, else the first slot (replacing its wire); None when the node has no ports."""
    slots = usual_ports(project, node, catalogue, graph)
    for slot in slots:
        if slot.required and slot.is_free:
            return slot
    return next((slot for slot in slots if slot.is_free), slots[0] if slots else None)


def taken_slots(graph: Graph, node: str, base: str) -> int:
    """How many wires a list port holds, counting from index 0 without gaps."""
    count = 0
    while wire_key(node, f"{base}.{count}") in graph.wires:
        count += 1
    return count


def output_names(
    project: Project, node: str, catalogue: Catalogue, graph: str = ROOT
) -> tuple[str, ...]:
    """Names of the output tensors, as far as they can be told without running Keras."""
    found = project.graphs[graph].nodes[node]
    layer = project.layers[found.layer]
    if layer.is_output:
        return ()
    if layer.graph is not None and layer.graph in project.graphs:
        inside = tuple(inner.name for inner in _inside(project, layer.graph) if inner.is_output)
        return inside or ("output",)
    kind = catalogue.layer_type(layer)
    if kind is None or not kind.outputs:
        return ("output",)
    if len(kind.outputs) == 1 or layer.class_name.endswith("Cell"):
        return kind.outputs
    if not _returns_more(layer, found):
        return kind.outputs[:1]
    inner = layer.arguments.get("layer")
    if isinstance(inner, dict) and "LSTM" not in str(inner.get("class_name")):
        # A wrapper's names are those around an LSTM; only that has a cell state.
        return tuple(name for name in kind.outputs if not name.endswith(" c"))
    return kind.outputs


def output_count(project: Project, node: str, catalogue: Catalogue, graph: str = ROOT) -> int:
    """How many tensors a node gives; an `Inspection` knows better where there is one."""
    return len(output_names(project, node, catalogue, graph))


def _returns_more(layer: Layer, node: Node) -> bool:
    wrapped = layer.arguments.get("layer")
    inner = (wrapped.get("config") or {}) if isinstance(wrapped, dict) else {}
    return any(
        values.get(name) is True
        for values in (layer.arguments, node.literals, inner)
        for name in _RETURN_MORE
    )


def _inside(project: Project, graph: str) -> Iterator[Layer]:
    for node in project.graphs[graph].nodes.values():
        yield project.layers[node.layer]


def _slot(port: Port, name: str, node: str, wires: dict[str, Wire]) -> PortSlot:
    key = wire_key(node, name)
    return PortSlot(
        name=name,
        base=port.name,
        role=port.role,
        required=port.required,
        many=port.many,
        wire=key if key in wires else None,
        ranks=port.ranks,
        dtypes=port.dtypes,
    )


def template_ports(template: Any) -> Iterator[str]:
    if isinstance(template, dict):
        if set(template) == {"$port"}:
            yield template["$port"]
            return
        for value in template.values():
            yield from template_ports(value)
    elif isinstance(template, list):
        for value in template:
            yield from template_ports(value)
