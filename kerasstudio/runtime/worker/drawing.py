"""Nodes, wires and layers of a model whose configuration was read."""

from __future__ import annotations

from typing import Any

import keras

from kerasstudio.graph.catalogue import Catalogue
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
from kerasstudio.graph.references import reference
from kerasstudio.runtime.worker.call_reading import FoundCall, read_block_call, read_call
from kerasstudio.runtime.worker.keras_objects import find_class, module_of
from kerasstudio.runtime.worker.layer_arguments import (
    input_arguments,
    layer_arguments,
    operation_arguments,
)
from kerasstudio.runtime.worker.model_config import (
    INPUT,
    Call,
    ConfigReader,
    Entry,
    ModelConfig,
    Tensor,
    tensors_in,
)

_CODE = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}
_MODELS = "keras.models"


class Parsed:
    """The models of one configuration, each read once: `models` by the identity of their entry."""

    def __init__(self, reader: ConfigReader) -> None:
        self._reader = reader
        self.models: dict[Any, ModelConfig] = {}

    def root(self, config: dict[str, Any]) -> Entry:
        """The outermost model. Raises `StudioError` for something else, or one written as code."""
        entry = self._reader.entry(config)
        if entry.is_model:
            self.model(entry)
            return entry
        raise StudioError(
            Problem(
                code="import.subclass",
                message=f'"{entry.name}" is written as code, so there is no graph to draw.',
                expected="a Functional or Sequential model",
                received=entry.class_name,
            )
        )

    def entry(self, config: dict[str, Any]) -> Entry:
        return self._reader.entry(config)

    def model(self, entry: Entry) -> ModelConfig:
        if entry.identity not in self.models:
            found = self.models[entry.identity] = self._reader.model(entry)
            for each in found.entries:
                if each.is_model:
                    self.model(each)
        return self.models[entry.identity]


class Drawing:
    """A project being drawn. `node_of` says which node a call became, by `id()` of the call."""

    def __init__(self, parsed: Parsed, catalogue: Catalogue) -> None:
        self.notes: list[str] = []
        self.places: dict[str, tuple[str, ...]] = {}
        self.node_of: dict[int, str] = {}
        self._parsed = parsed
        self._catalogue = catalogue
        self._layers: dict[str, Layer] = {}
        self._graphs: dict[str, Graph] = {}
        self._ids: dict[Any, str] = {}
        self._layer_of: dict[str, str] = {}
        self._serial = 0

    def project(self) -> Project:
        return Project(layers=self._layers, graphs=self._graphs, serial=self._serial + 1)

    def layer_of(self, node: str) -> str:
        """The layer that a node calls."""
        return self._layer_of[node]

    def draw(
        self, entry: Entry, graph_id: str, place: tuple[str, ...] = (), thawed: bool = False
    ) -> None:
        """A model: its Inputs first, layers in their order, Outputs last. `thawed`: the flags
        inside say no more than that a model around it is frozen."""
        model = self._parsed.model(entry)
        everything = graph_id == ROOT and entry.config.get("trainable") is False
        if everything:
            self.notes.append("the model was frozen as a whole: each of its layers is now")
        calls = _inputs_first(model)
        for call in calls:
            self.node_of[id(call)] = self._new("n")
        nodes: dict[str, Node] = {}
        wires: dict[str, Wire] = {}
        taken: set[str] = set()
        for call in calls:
            node = self.node_of[id(call)]
            layer = self._layer(call.entry, taken, place, thawed, everything)
            self._layer_of[node] = layer
            if call.entry.class_name == INPUT:
                nodes[node] = Node(node, layer)
                continue
            found = self._read(call)
            nodes[node] = Node(
                node,
                layer,
                literals=found.literals,
                call=found.template,
                positional=found.positional,
            )
            for port, tensor in found.ports.items():
                wire = Wire(self.node_of[id(tensor.call)], node, port, tensor.output)
                wires[wire.key] = wire
        outputs = self._outputs(model, nodes, wires)
        structure = self._structure(model, nodes, outputs)
        self._graphs[graph_id] = Graph(
            graph_id, model.name, nodes, wires, structure=structure or None, kind=model.kind
        )

    def _read(self, call: Call) -> FoundCall:
        if call.entry.is_model:
            model = self._parsed.model(call.entry)
            inner = self._graphs[self._layers[self._ids[call.entry.identity]].graph or ""]
            names = {
                each: self._layers[inner.nodes[self.node_of[id(each)]].layer].name
                for each in model.calls()
                if each.entry.class_name == INPUT
            }
            return read_block_call(call, model.inputs, names)
        found = _class_of(call.entry)
        kind = None if found is None else self._catalogue.named(found.__name__)
        return read_call(call, found, kind)

    # ------------------------------------------------------------------ outputs

    def _outputs(
        self, model: ModelConfig, nodes: dict[str, Node], wires: dict[str, Wire]
    ) -> dict[int, str]:
        """An Output for each tensor the model returns; their nodes by `id()` of the `Tensor`."""
        made: dict[int, str] = {}
        taken: set[str] = set()
        for name, tensor in _named(model.outputs, ""):
            node, layer = self._new("n"), self._new("l")
            unique = unique_name(name or tensor.call.entry.name.replace("/", "_"), taken)
            taken.add(unique)
            self._layers[layer] = Layer(layer, OUTPUT_CLASS, unique, module=STUDIO_MODULE)
            nodes[node] = Node(node, layer)
            wire = Wire(self.node_of[id(tensor.call)], node, "inputs", tensor.output)
            wires[wire.key] = wire
            made[id(tensor)] = node
        return made

    def _structure(
        self, model: ModelConfig, nodes: dict[str, Node], outputs: dict[int, str]
    ) -> dict[str, Any]:
        """Structures that are not the usual ones (see `graph.ends`)."""
        if model.kind == "sequential":
            return {}
        found = {}
        if not self._is_usual(model.inputs, lambda t: nodes[self.node_of[id(t.call)]]):
            found["inputs"] = _encoded(model.inputs, lambda t: self.node_of[id(t.call)])
        if not self._is_usual(model.outputs, lambda t: nodes[outputs[id(t)]]):
            found["outputs"] = _encoded(model.outputs, lambda t: outputs[id(t)])
        return found

    def _is_usual(self, structure: Any, node: Any) -> bool:
        """A single tensor, or a dictionary of several whose keys are the names."""
        if isinstance(structure, Tensor):
            return True
        return (
            isinstance(structure, dict)
            and len(structure) > 1
            and all(
                isinstance(each, Tensor) and self._layers[node(each).layer].name == key
                for key, each in structure.items()
            )
        )

    # ------------------------------------------------------------------ layers

    def _new(self, prefix: str) -> str:
        self._serial += 1
        return f"{prefix}{self._serial}"

    def _layer(
        self, entry: Entry, taken: set[str], place: tuple[str, ...], thawed: bool, frozen: bool
    ) -> str:
        """The id of the layer of an entry, made when it is met first."""
        known = self._ids.get(entry.identity)
        if known is not None:
            taken.add(self._layers[known].name)
            return known
        layer_id = self._ids[entry.identity] = self._new("l")
        name = unique_name(entry.name.replace("/", "_"), taken)
        taken.add(name)
        here = self.places[layer_id] = (*place, entry.name)
        trainable = (entry.config.get("trainable") is not False or thawed) and not frozen
        made = Layer(layer_id, entry.class_name, name, trainable=trainable)
        self._layers[layer_id] = made
        self._layers[layer_id] = self._filled(made, entry, here, thawed or frozen)
        return layer_id

    def _filled(self, made: Layer, entry: Entry, place: tuple[str, ...], thawed: bool) -> Layer:
        """The layer with its class and arguments."""

        def layer(trainable: bool = made.trainable, **fields: Any) -> Layer:
            return Layer(made.id, name=made.name, trainable=trainable, **fields)

        if entry.class_name == INPUT:
            return layer(
                trainable=True, class_name=INPUT_CLASS, arguments=input_arguments(entry.config)
            )
        if entry.is_model:
            inner = self._new("g")
            # A frozen model freezes what is inside; Keras then keeps the flag at every layer.
            whole = thawed or (not made.trainable and self._all_frozen(entry))
            self.draw(entry, inner, place, whole)
            kind = "Sequential" if entry.is_sequential else "Functional"
            flag = made.trainable or not whole
            if entry.class_name not in (kind, "Model"):
                self.notes.append(
                    f'"{entry.name}" is a model of the class {entry.class_name}: its graph is '
                    "drawn, what its class does besides is not known"
                )
            return layer(trainable=flag, class_name=kind, module=_MODELS, graph=inner)
        found = _class_of(entry)
        _refuse_code(entry, found)
        module = entry.module or (None if found is None else module_of(*_named_so(entry)))
        if entry.is_operation:
            return layer(
                trainable=True,
                class_name=entry.class_name,
                module=module or "",
                arguments=operation_arguments(entry.config),
            )
        registered = entry.registered_name
        own = registered in (None, entry.class_name) or str(module).startswith("keras.src")
        return layer(
            class_name=entry.class_name,
            module=module or "",
            registered_name=None if own else str(registered),
            arguments=layer_arguments(
                found, entry.config, self._catalogue, lambda data: self._held(data, place)
            ),
        )

    def _held(self, data: dict[str, Any], place: tuple[str, ...]) -> dict[str, str] | None:
        """A reference to a layer inside a layer, for models and for what is called elsewhere."""
        entry = self._parsed.entry(data)
        shared = isinstance(entry.identity, tuple) and entry.identity[0] == "shared"
        if not entry.is_model and not (shared and entry.identity in self._shared()):
            return None
        return reference(self._layer(entry, set(), place, thawed=False, frozen=False))

    def _shared(self) -> set[Any]:
        """Identities of the layers that are called somewhere."""
        return {each.identity for model in self._parsed.models.values() for each in model.entries}

    def _all_frozen(self, entry: Entry) -> bool:
        """Whether no layer inside a model is trained. Keras forgets the flag of a Sequential."""
        inside = [
            each
            for each in self._parsed.model(entry).entries
            if each.class_name != INPUT and not each.is_operation
        ]
        return all(
            self._all_frozen(each) if each.is_model else each.config.get("trainable") is False
            for each in inside
        )


def _inputs_first(model: ModelConfig) -> list[Call]:
    """Inputs in the model's order, then calls by layer, each layer's in their order."""
    inputs = list(dict.fromkeys(leaf.call for leaf in tensors_in(model.inputs)))
    rest = [call for call in model.calls() if call not in set(inputs)]
    alone = [call for call in rest if call.entry.class_name == INPUT]
    return [*inputs, *alone, *(call for call in rest if call.entry.class_name != INPUT)]


def _named(structure: Any, name: str) -> list[tuple[str, Tensor]]:
    """The tensors of a structure in Keras's order, with names made of the keys; "" for none."""
    if isinstance(structure, Tensor):
        return [(name, structure)]
    if isinstance(structure, dict):
        pairs = [(key, structure[key]) for key in sorted(structure)]
    else:
        pairs = [(str(i) if name else "", each) for i, each in enumerate(structure or ())]
    return [
        found
        for key, each in pairs
        for found in _named(each, f"{name}_{key}" if name and key else name or key)
    ]


def _encoded(structure: Any, node: Any) -> Any:
    if isinstance(structure, Tensor):
        return {"$node": node(structure)}
    if isinstance(structure, dict):
        return {"$dict": {key: _encoded(each, node) for key, each in structure.items()}}
    inside = [_encoded(each, node) for each in structure]
    return {"$tuple": inside} if isinstance(structure, tuple) else inside


def _named_so(entry: Entry) -> tuple[str, bool]:
    return entry.class_name, entry.is_operation


def _class_of(entry: Entry) -> type | None:
    """The class of an entry, among Keras's own and registered ones."""
    module = entry.module or module_of(*_named_so(entry))
    found = find_class(module or "", entry.class_name, entry.registered_name)
    is_layer = found is not None and issubclass(found, keras.Operation)
    return found if is_layer else None


def _refuse_code(entry: Entry, found: type | None) -> None:
    """Raises `StudioError` for what is no class of Keras, or would run code of the file."""
    if found is None or entry.class_name in _CODE or not found.__module__.startswith("keras."):
        raise StudioError(
            Problem(
                code="import.custom",
                message=f'The layer "{entry.name}" is code of its own: {entry.class_name}.',
                expected="Keras's own layers",
                received=f"{entry.module}.{entry.class_name}",
            )
        )
