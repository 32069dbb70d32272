"""Nodes, wires and layers of a model whose configuration was read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import msgspec

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.names import clean_name, snake_case, unique_name
from kerasstudio.graph.placeholders import is_placeholder
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
from kerasstudio.runtime.worker.call_reading import (
    FoundCall,
    read_block_call,
    read_call,
    read_foreign_call,
)
from kerasstudio.runtime.worker.keras_objects import find_class
from kerasstudio.runtime.worker.layer_arguments import (
    input_arguments,
    layer_arguments,
    operation_arguments,
)
from kerasstudio.runtime.worker.learnt_words import Learnt
from kerasstudio.runtime.worker.model_config import INPUT, Call, Entry, ModelConfig, Tensor
from kerasstudio.runtime.worker.model_ends import (
    encoded_structure,
    inputs_first,
    is_usual,
    named_tensors,
)
from kerasstudio.runtime.worker.parsed_models import Parsed
from kerasstudio.runtime.worker.placeholder_reading import Stored, foreign_layer, placeholder_build
from kerasstudio.runtime.worker.training_reading import OutputName

_MODELS = "keras.models"


class Drawing:
    """A project being drawn. `places` are the layers' places in a `.keras` file, by layer id;
    `outputs` are those of the root graph, in Keras's order; `node_of` says which node a call
    became, by `id()` of the call. `learnt` are arguments that come from elsewhere than the
    configuration (vocabularies), by the layers' places; `stored` tells of weights in the file."""

    def __init__(
        self,
        parsed: Parsed,
        catalogue: Catalogue,
        learnt: Learnt | None = None,
        stored: Stored | None = None,
    ) -> None:
        self.notes: list[str] = []
        self.places: dict[str, str] = {}
        self.outputs: list[OutputName] = []
        self._learnt = learnt
        self._stored = stored
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

    def draw(self, entry: Entry, graph_id: str, thawed: bool = False) -> None:
        """A model: its Inputs first, layers in their order, Outputs last. `thawed`: the flags
        inside say no more than that a model around it is frozen."""
        model = self._parsed.model(entry)
        everything = graph_id == ROOT and entry.config.get("trainable") is False
        if everything:
            self.notes.append("the model was frozen as a whole: each of its layers is now")
        calls = inputs_first(model)
        for call in calls:
            self.node_of[id(call)] = self._new("n")
        nodes: dict[str, Node] = {}
        wires: dict[str, Wire] = {}
        taken: set[str] = set()
        for call in calls:
            node = self.node_of[id(call)]
            layer = self._layer(call.entry, taken, thawed, everything)
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
        if graph_id == ROOT:
            self.outputs = [
                OutputName(
                    nodes[outputs[id(tensor)]].layer,
                    outputs[id(tensor)],
                    tuple(dict.fromkeys(filter(None, (name, tensor.call.entry.name)))),
                )
                for name, tensor in named_tensors(model.outputs, "")
            ]
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
        if is_placeholder(self._layers[self._ids[call.entry.identity]]):
            return read_foreign_call(call)
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
        for name, tensor in named_tensors(model.outputs, ""):
            node, layer = self._new("n"), self._new("l")
            wanted = clean_name(name or tensor.call.entry.name, "output")
            unique = unique_name(wanted, taken)
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
        sides = {
            "inputs": (model.inputs, lambda tensor: self.node_of[id(tensor.call)]),
            "outputs": (model.outputs, lambda tensor: outputs[id(tensor)]),
        }
        for side, (structure, node) in sides.items():

            def name(tensor: Tensor, node: Callable[[Tensor], str] = node) -> str:
                return self._layers[nodes[node(tensor)].layer].name

            if not is_usual(structure, name):
                found[side] = encoded_structure(structure, node)
        return found

    # ------------------------------------------------------------------ layers

    def _new(self, prefix: str) -> str:
        self._serial += 1
        return f"{prefix}{self._serial}"

    def _layer(self, entry: Entry, taken: set[str], thawed: bool, frozen: bool) -> str:
        """The id of the layer of an entry, made when it is met first."""
        known = self._ids.get(entry.identity)
        if known is not None:
            taken.add(self._layers[known].name)
            return known
        layer_id = self._ids[entry.identity] = self._new("l")
        name = unique_name(clean_name(entry.name, snake_case(entry.class_name)), taken)
        taken.add(name)
        if name != entry.name:
            self.notes.append(f"the layer {entry.name[:60]!r} is called {name[:60]!r} here")
        self.places[layer_id] = self._parsed.path(entry)
        trainable = (entry.config.get("trainable") is not False or thawed) and not frozen
        made = Layer(layer_id, entry.class_name, name, trainable=trainable)
        self._layers[layer_id] = made
        self._layers[layer_id] = self._filled(made, entry, thawed or frozen)
        return layer_id

    def _filled(self, made: Layer, entry: Entry, thawed: bool) -> Layer:
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
            self.draw(entry, inner, whole)
            kind = "Sequential" if entry.is_sequential else "Functional"
            flag = made.trainable or not whole
            if entry.class_name not in (kind, "Model"):
                self.notes.append(
                    f'"{entry.name}" is a model of the class {entry.class_name}: its graph is '
                    "drawn, what its class does besides is not known"
                )
            return layer(trainable=flag, class_name=kind, module=_MODELS, graph=inner)
        module = entry.module or ""
        foreign = self._foreign(made, entry)
        if foreign is not None:
            return foreign
        found = _class_of(entry)
        if found is None:
            raise StudioError(_unknown(entry))
        if entry.is_operation:
            return layer(
                trainable=True,
                class_name=entry.class_name,
                module=module,
                arguments=operation_arguments(entry.config),
            )
        registered = entry.registered_name
        own = registered in (None, entry.class_name) or module.startswith("keras.src")
        path = self._parsed.path(entry)
        arguments = layer_arguments(
            found,
            entry.config,
            self._catalogue,
            lambda name, data: self._held(data, f"{path}/{name}"),
        )
        if self._learnt is not None:
            arguments |= self._learnt(path, entry.class_name, entry.config)
        if arguments.get("vocabulary") is not None:
            arguments.pop("vocabulary_size", None)  # Keras notes it where it has no words
        return layer(
            class_name=entry.class_name,
            module=module,
            registered_name=None if own else str(registered),
            arguments=arguments,
        )

    def _foreign(self, made: Layer, entry: Entry) -> Layer | None:
        """A placeholder for a layer that is code; None for one of Keras's own."""
        found = foreign_layer(made, entry)
        if not is_placeholder(found):
            return None
        model = next(each for each in self._parsed.models.values() if entry in each.entries)
        build = placeholder_build(entry, model, self._parsed.path(entry), self._stored)
        return msgspec.structs.replace(found, build=build or None)

    def _held(self, data: dict[str, Any], path: str) -> dict[str, str] | None:
        """A reference to a layer inside a layer, for models and for what is called elsewhere."""
        entry = self._parsed.held(data, path)
        shared = isinstance(entry.identity, tuple) and entry.identity[0] == "shared"
        if not entry.is_model and not (shared and entry.identity in self._shared()):
            return None
        return reference(self._layer(entry, set(), thawed=False, frozen=False))

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


def _class_of(entry: Entry) -> type | None:
    """The class of an entry, among Keras's own and registered ones."""
    found = find_class(entry.module or "", entry.class_name, entry.registered_name)
    is_layer = found is not None and issubclass(found, keras.Operation)
    return found if is_layer else None


def _unknown(entry: Entry) -> Problem:
    return Problem(
        code="import.custom",
        message=f'The layer "{entry.name}" is of a class that Keras does not have.',
        expected="Keras's own layers",
        received=f"{entry.module}.{entry.class_name}",
    )
