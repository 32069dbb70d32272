"""A Keras model as a project: calls become nodes, layers are kept apart from them.

Works on a model in memory (Functional or Sequential, with models inside). What Keras adds by
itself when the model is built again (implicit masks) is left out of the drawing.
"""

from __future__ import annotations

from typing import Any

import keras
import msgspec
from keras.src.models.functional import Functional
from keras.src.ops.operation import Operation

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.layout import layout
from kerasstudio.graph.names import unique_name
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import (
    INPUT_CLASS,
    OUTPUT_CLASS,
    ROOT,
    STUDIO_MODULE,
    Graph,
    Layer,
    Node,
    Project,
    Wire,
)
from kerasstudio.runtime.worker.implicit_masks import implicit_masks
from kerasstudio.runtime.worker.layer_arguments import input_arguments, layer_arguments
from kerasstudio.runtime.worker.layer_calls import read_call

WRAP = 4000.0
"""Long models are laid out in columns of about this many pixels."""

_CODE = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}


def import_keras(model: keras.Model) -> tuple[Project, tuple[str, ...]]:
    """(project, notes on what was left out). Raises `StudioError` for what cannot be drawn."""
    importer = _Importer()
    importer.draw(functional_of(model), ROOT)
    project = importer.project()
    placed = {key: _placed(project, graph) for key, graph in project.graphs.items() if graph.nodes}
    project = msgspec.structs.replace(project, graphs={**project.graphs, **placed})
    return project, tuple(dict.fromkeys(importer.notes))


def functional_of(model: keras.Model) -> Functional:
    """The Functional behind a model. Raises `StudioError` for one that is written as code."""
    if isinstance(model, keras.Sequential):
        if model._functional is None:
            raise StudioError(
                Problem(
                    code="import.unbuilt",
                    message=f'The Sequential model "{model.name}" does not say its input shape.',
                    expected="a model that was built: its first layer an Input, or saved after use",
                )
            )
        model = model._functional
    if not isinstance(model, Functional):
        raise StudioError(
            Problem(
                code="import.subclass",
                message=f'"{model.name}" is written as code, so there is no graph to draw.',
                expected="a Functional or Sequential model",
                received=type(model).__name__,
            )
        )
    return model


class _Importer:
    """One import. `_ids` maps objects of Keras to layer ids, so that sharing is kept."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self._layers: dict[str, Layer] = {}
        self._graphs: dict[str, Graph] = {}
        self._ids: dict[int, str] = {}
        self._kept: list[Any] = []  # so that no id() is used twice
        self._serial = 0
        self._catalogue = shipped()
        self._inputs: list[Any] = []

    def project(self) -> Project:
        return Project(layers=self._layers, graphs=self._graphs, serial=self._serial + 1)

    def draw(self, model: Functional, graph_id: str) -> None:
        """Nodes and wires of one model, with its Inputs first and Outputs last."""
        nodes: dict[str, Node] = {}
        wires: dict[str, Wire] = {}
        taken: set[str] = set()
        calls = _calls(model)
        hidden = implicit_masks(calls)
        made: dict[int, str] = {}
        ordered = [call for call in _in_layer_order(model, calls) if id(call) not in hidden.nodes]
        for call in ordered:
            made[id(call)] = self._new("n")
        for call in ordered:
            operation, node_id = call.operation, made[id(call)]
            if isinstance(operation, keras.layers.InputLayer):
                layer_id = self._input(operation, taken)
                nodes[node_id] = Node(node_id, layer_id)
                continue
            layer_id = self._layer(operation, taken)
            found = read_call(call, hidden.tensors, self._block_inputs(operation))
            self.notes += found.notes
            nodes[node_id] = Node(node_id, layer_id, literals=found.literals, call=found.template)
            for port, tensor in found.ports.items():
                source, output = _origin(tensor)
                wire = Wire(made[id(source)], node_id, port, output)
                wires[wire.key] = wire
        for name, tensor in _named_outputs(model):
            source, output = _origin(tensor)
            node_id = self._new("n")
            layer_id = self._new("l")
            unique = unique_name(name, taken)
            taken.add(unique)
            self._layers[layer_id] = Layer(layer_id, OUTPUT_CLASS, unique, module=STUDIO_MODULE)
            nodes[node_id] = Node(node_id, layer_id)
            wire = Wire(made[id(source)], node_id, "inputs", output)
            wires[wire.key] = wire
        self._graphs[graph_id] = Graph(graph_id, model.name, nodes, wires)

    # ------------------------------------------------------------------ layers

    def _new(self, prefix: str) -> str:
        self._serial += 1
        return f"{prefix}{self._serial}"

    def _input(self, layer: Any, taken: set[str]) -> str:
        layer_id = self._new("l")
        name = unique_name(layer.name, taken)
        taken.add(name)
        self._layers[layer_id] = Layer(
            layer_id, INPUT_CLASS, name, arguments=input_arguments(layer)
        )
        return layer_id

    def _layer(self, operation: Operation, taken: set[str]) -> str:
        """The id of the layer of an operation, made when it is met first."""
        known = self._ids.get(id(operation))
        if known is not None:
            return known
        layer_id = self._new("l")
        self._ids[id(operation)] = layer_id
        self._kept.append(operation)
        name = unique_name(operation.name.replace("/", "_"), taken)
        taken.add(name)
        if isinstance(operation, keras.Model):
            inner = self._new("g")
            self.draw(functional_of(operation), inner)
            self._layers[layer_id] = Layer(
                layer_id,
                "Functional",
                name,
                module="keras.models",
                trainable=bool(operation.trainable),
                graph=inner,
            )
            return layer_id
        module, registered = _origin_of_class(operation)
        if isinstance(operation, keras.layers.Layer):
            arguments, lost = layer_arguments(operation, self._catalogue)
            trainable = bool(operation._trainable)
            self.notes += lost
        else:
            arguments, trainable = dict(operation.get_config()), True
            arguments.pop("name", None)
            arguments = msgspec.to_builtins(arguments)
        self._layers[layer_id] = Layer(
            layer_id,
            type(operation).__name__,
            name,
            module=module,
            registered_name=registered,
            arguments=arguments,
            trainable=trainable,
        )
        return layer_id

    def _block_inputs(self, operation: Operation) -> tuple[str, ...] | None:
        """Names of the Inputs of a model inside, None for a layer."""
        if not isinstance(operation, keras.Model):
            return None
        inner = self._graphs[self._layers[self._ids[id(operation)]].graph or ""]
        return tuple(
            self._layers[node.layer].name
            for node in inner.nodes.values()
            if self._layers[node.layer].is_input
        )


def _calls(model: Functional) -> list[Any]:
    """Keras's nodes of this model, inputs first."""
    depths = sorted(model._nodes_by_depth, reverse=True)
    return [node for depth in depths for node in model._nodes_by_depth[depth]]


def _in_layer_order(model: Functional, calls: list[Any]) -> list[Any]:
    """Inputs in the model's order, then calls by layer, each layer's calls in their order:
    the order of layers is the order of weights."""
    inputs = {id(_origin(tensor)[0]): index for index, tensor in enumerate(model.inputs)}
    order = {id(operation): index for index, operation in enumerate(model.operations)}

    def key(call: Any) -> tuple[int, int, int]:
        if id(call) in inputs:
            return 0, inputs[id(call)], 0
        return 1, order[id(call.operation)], call.operation._inbound_nodes.index(call)

    return sorted(calls, key=key)


def _origin(tensor: Any) -> tuple[Any, int]:
    """The call that made a tensor, and which of its outputs it is."""
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index], history.tensor_index


def _named_outputs(model: Functional) -> list[tuple[str, Any]]:
    """Output tensors with names: keys of a dictionary, else the names of their layers."""
    struct = model._outputs_struct
    if isinstance(struct, dict) and all(not isinstance(v, dict | list) for v in struct.values()):
        return [(str(name), tensor) for name, tensor in struct.items()]
    tensors = keras.tree.flatten(struct)
    return [(_origin(tensor)[0].operation.name, tensor) for tensor in tensors]


def _origin_of_class(operation: Operation) -> tuple[str, str | None]:
    """Module and registered name as Keras writes them. Raises `StudioError` for foreign code."""
    found = keras.saving.serialize_keras_object(operation)
    module, name = str(found["module"]), found.get("registered_name")
    class_name = type(operation).__name__
    if class_name in _CODE or not module.startswith("keras"):
        raise StudioError(
            Problem(
                code="import.custom",
                message=f'The layer "{operation.name}" is code of its own: {class_name}.',
                expected="Keras's own layers",
                received=f"{module}.{class_name}",
            )
        )
    own = name in (None, class_name) or module.startswith("keras.src")
    return module, None if own else str(name)


def _placed(project: Project, graph: Graph) -> Graph:
    places = layout(project, graph.id, wrap=WRAP)
    nodes = {
        key: msgspec.structs.replace(node, x=float(places[key][0]), y=float(places[key][1]))
        for key, node in graph.nodes.items()
    }
    return msgspec.structs.replace(graph, nodes=nodes)
