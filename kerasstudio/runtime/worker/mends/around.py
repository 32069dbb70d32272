"""What a mend may look at: the drawing around the call call, and what Keras said of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from kerasstudio.graph.axes import passes_axes
from kerasstudio.graph.catalogue import Catalogue, LayerType
from kerasstudio.graph.inspection import NodeInfo, TensorSpec
from kerasstudio.graph.problems import Fix
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire

_FURTHEST = 12
RECURRENT = {"LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"}


class Source(msgspec.Struct, frozen=True):
    """What comes in at one port: the wire, the layer it starts at, what that gives."""

    wire: Wire
    layer: Layer
    spec: TensorSpec

    @property
    def rank(self) -> int:
        return len(self.spec.shape)


class Around(msgspec.Struct, frozen=True):
    """One graph of the project, its tensors, and its wires by their ends."""

    project: Project
    graph: Graph
    catalogue: Catalogue
    infos: Mapping[str, NodeInfo]
    incoming: Mapping[str, Sequence[Wire]]
    outgoing: Mapping[str, Sequence[str]]

    def layer(self, node: str) -> Layer:
        return self.project.layers[self.graph.nodes[node].layer]

    def kind(self, layer: Layer) -> LayerType | None:
        return self.catalogue.layer_type(layer)

    def spec(self, node: str, output: int = 0) -> TensorSpec | None:
        """One output of a node; None where Keras has not told it."""
        info = self.infos.get(node)
        if info is None or info.status != "ok" or output >= len(info.outputs):
            return None
        return info.outputs[output]

    def back(self, node: str) -> Iterator[str]:
        """The node and those before it, as long as each only passes on what it gets from the one
        before (an activation, a dropout): what decides the shape is at the end."""
        for _ in range(_FURTHEST):
            yield node
            wires = self.incoming.get(node, ())
            layer = self.layer(node)
            if len(wires) != 1 or not passes_axes(layer, self.kind(layer)):
                return
            node = wires[0].source

    def behind(self, node: str) -> set[str]:
        """The node and everything that depends on it."""
        found, waiting = {node}, [node]
        while waiting:
            for other in self.outgoing.get(waiting.pop(), ()):
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return found

    def before(self, node: str) -> list[str]:
        """Everything that the node depends on, the nearest first."""
        found: dict[str, None] = {}
        waiting = [node]
        for key in waiting:
            for wire in self.incoming.get(key, ()):
                if wire.source not in found:
                    found[wire.source] = None
                    waiting.append(wire.source)
        return list(found)


class CallSite(msgspec.Struct, frozen=True):
    """The call that Keras refuses. `around` is None where only the call itself is known (a model
    that is being built): then nothing can be mended."""

    graph: str
    node: Node
    layer: Layer
    kind: LayerType | None
    sources: Mapping[str, Source]
    around: Around | None = None

    @property
    def what(self) -> str:
        """The layer for people: '"conv_a" (Conv2D)'."""
        return titled(self.layer)

    @property
    def first(self) -> Source | None:
        return next(iter(self.sources.values()), None)


def titled(layer: Layer) -> str:
    """'"conv_a" (Conv2D)'."""
    return f'"{layer.name}" ({"Input" if layer.is_input else layer.class_name})'


def insert(
    graph: str, wire: Wire, class_name: str, label: str | None = None, **arguments: Any
) -> Fix:
    """A new layer in the middle of a wire."""
    return Fix(
        label or f"insert {class_name}",
        "insert_layer",
        {"wire": wire.key, "class_name": class_name, "arguments": arguments, "graph": graph},
    )


def set_argument(layer: Layer, name: str, value: Any, label: str | None = None) -> Fix:
    return Fix(
        label or f"set {name} to {times(value)}",
        "set_argument",
        {"layer": layer.id, "name": name, "value": value},
    )


def reset_argument(layer: Layer, name: str) -> Fix:
    return Fix(f"reset {name}", "reset_argument", {"layer": layer.id, "name": name})


def replace_layer(layer: Layer, class_name: str, label: str) -> Fix:
    return Fix(label, "replace_layer", {"layer": layer.id, "class_name": class_name})


def together(label: str, *fixes: Fix) -> Fix:
    """Several mends as one."""
    steps = [{"label": fix.label, "kind": fix.kind, "arguments": fix.arguments} for fix in fixes]
    return Fix(label, "several", {"fixes": steps})


def remove_wires(graph: str, wires: Sequence[Wire]) -> tuple[Fix, ...]:
    """The last way out: one fix for a single wire, of several the last."""
    if not wires:
        return ()
    wire = wires[-1]
    label = "remove the wire" if len(wires) == 1 else "remove the last wire"
    return (Fix(label, "remove_wire", {"wire": wire.key, "graph": graph}),)


def times(value: Any) -> str:
    """ "28 × 28 × 1" for a list of sizes."""
    if isinstance(value, list) and value and all(isinstance(each, int) for each in value):
        return " × ".join(map(str, value))
    return str(value)


def known(sizes: Sequence[int | None]) -> list[int] | None:
    """The sizes, None when one is open or there are none."""
    found = [size for size in sizes if size is not None]
    return found if found and len(found) == len(sizes) else None
