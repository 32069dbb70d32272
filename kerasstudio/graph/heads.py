"""What ends in an Output: the layer that produces its values, and the activation on them."""

from __future__ import annotations

from typing import Any

import msgspec

from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.project import Graph, Layer, Node, Project, wire_key

# Layers that pass values on without mixing them.
_PASSING = {
    "Dropout",
    "Flatten",
    "Reshape",
    "Identity",
    "SpatialDropout1D",
    "GaussianDropout",
    "Rescaling",
}
# Activation layers, and the activation they stand for.
_ACTIVATION_LAYERS = {
    "Softmax": "softmax",
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
}
_UNITS = {"units", "filters"}
_WRAPPERS = {"TimeDistributed", "SpectralNormalization"}
_DEEPEST = 50
"""Blocks inside blocks; a file may hold a block that contains itself."""
_RECURRENT = {"LSTM": "tanh", "GRU": "tanh", "SimpleRNN": "tanh"}


class Head(msgspec.Struct, frozen=True):
    """The end of the model at one Output. `units` is the length of the last axis, None where not
    known. `activation` is "linear" where there is none, None where it cannot be told. `node` and
    `layer` produce the values; `activation_node` is where the activation stands (the same one, or
    an Activation layer behind it)."""

    node: Node | None = None
    layer: Layer | None = None
    units: int | None = None
    activation: str | None = None
    activation_layer: Layer | None = None
    shape: tuple[int | None, ...] | None = None


def head_of(project: Project, output_node: str, inspection: Inspection | None = None) -> Head:
    """Walk back from an Output node of the root graph to the layer that produces its values,
    into blocks too."""
    graph = project.graph
    graph, node = _source(project, graph, output_node)
    shape = _shape(graph, output_node, inspection)
    activation: str | None = None
    activation_layer: Layer | None = None
    seen: set[str] = set()
    scaled = False
    while node is not None and node.id not in seen:
        seen.add(node.id)
        layer = project.layers[node.layer]
        own = _activation(layer)
        if activation is None and own not in (None, "linear"):
            activation, activation_layer = own, layer
        if not _passes(layer):
            units = _units(layer)
            if units is None and shape is not None and len(shape) > 1:
                units = shape[-1]
            if activation is None:
                activation, activation_layer = own, layer if own is not None else None
            if scaled and activation != "linear":
                # Behind a scaling, the activation no longer tells the range of the values.
                activation, activation_layer = None, None
            return Head(node, layer, units, activation, activation_layer, shape)
        scaled = scaled or layer.class_name == "Rescaling"
        graph, node = _source(project, graph, node.id)
    units = shape[-1] if shape is not None and len(shape) > 1 else None
    return Head(units=units, activation=activation, activation_layer=activation_layer, shape=shape)


def activation_name(value: Any) -> str | None:
    """The name of an activation argument: None → "linear", "relu", a serialised object's class."""
    if value is None:
        return "linear"
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        name = value.get("config")
        if not isinstance(name, str):
            name = str(value.get("class_name", ""))
        return name.lower() or None
    return None


def _source(project: Project, graph: Graph, node: str, depth: int = 0) -> tuple[Graph, Node | None]:
    """The node wired into the first tensor port of `node`, with its graph. A block stands for
    what is wired into its own Output."""
    wire = graph.wires.get(wire_key(node, "inputs"))
    if wire is None:
        wire = next((wire for wire in graph.wires.values() if wire.target == node), None)
    source = None if wire is None else graph.nodes.get(wire.source)
    if wire is None or source is None:
        return graph, None
    inside = project.graphs.get(project.layers[source.layer].graph or "")
    if inside is None or depth >= _DEEPEST:
        return graph, source
    ends = [each.id for each in inside.nodes.values() if project.layers[each.layer].is_output]
    if wire.output >= len(ends):
        return graph, None
    return _source(project, inside, ends[wire.output], depth + 1)


def _shape(
    graph: Graph, output_node: str, inspection: Inspection | None
) -> tuple[int | None, ...] | None:
    """The shape (batch axis first) that arrives at the Output."""
    wire = graph.wires.get(wire_key(output_node, "inputs"))
    if inspection is None or wire is None:
        return None
    info = inspection.nodes.get(wire.source)
    if info is None or info.status != "ok" or wire.output >= len(info.outputs):
        return None
    return info.outputs[wire.output].shape


def _passes(layer: Layer) -> bool:
    return (
        layer.class_name in _PASSING
        or layer.class_name in _ACTIVATION_LAYERS
        or layer.class_name == "Activation"
    )


def _arguments(layer: Layer) -> dict[str, Any]:
    """The layer's arguments; of a wrapper around each step, those of the layer inside."""
    inner = layer.arguments.get("layer") if layer.class_name in _WRAPPERS else None
    if isinstance(inner, dict) and isinstance(inner.get("config"), dict):
        return dict(inner["config"])
    return layer.arguments


def _activation(layer: Layer) -> str | None:
    """The layer's own activation; None where its class does not tell."""
    arguments = _arguments(layer)
    if layer.class_name in _ACTIVATION_LAYERS:
        return _ACTIVATION_LAYERS[layer.class_name]
    if "activation" in arguments:
        return activation_name(arguments["activation"])
    if layer.class_name in _RECURRENT:
        return _RECURRENT[layer.class_name]
    return "linear" if _units(layer) is not None else None


def _units(layer: Layer) -> int | None:
    for name in _UNITS:
        value = _arguments(layer).get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None
