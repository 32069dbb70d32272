"""One call of one layer without data: what comes out, how many weights, at what cost.

Keras itself answers, on symbolic tensors and without making variables; answers are kept by
everything they depend on, so that undoing an edit costs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import keras
import msgspec

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.inspection import TensorSpec, WeightSpec
from kerasstudio.graph.placeholders import code_reasons
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import Layer, Node, Project
from kerasstudio.graph.references import referenced
from kerasstudio.runtime.worker.build import Builder
from kerasstudio.runtime.worker.call_template import call_arguments
from kerasstudio.runtime.worker.cost import activation_bytes, dtype_bytes, multiply_adds
from kerasstudio.runtime.worker.foreign_layers import project_layer
from kerasstudio.runtime.worker.keras_errors import Refusal
from kerasstudio.runtime.worker.layer_weights import weight_specs
from kerasstudio.runtime.worker.learned import learns
from kerasstudio.runtime.worker.stateless import wants_variables, with_variables
from kerasstudio.runtime.worker.trusted_code import TRUSTED

Inputs = Mapping[str, TensorSpec]
_KEPT = 20_000
_encode = msgspec.json.Encoder(order="deterministic").encode


class Inferred(msgspec.Struct, frozen=True):
    """What Keras says of a call. `refusal` or `problem` when it does not accept it; `wanted` is
    then what an Input inside a block takes; `waits` when it cannot be asked because something
    inside a block is not known."""

    outputs: tuple[TensorSpec, ...] = ()
    parameters: int = 0
    trainable: int = 0
    multiply_adds: int | None = None
    activation_bytes: int | None = None
    weight_bytes: int = 0
    weights: tuple[WeightSpec, ...] = ()
    learns: bool = False
    refusal: Refusal | None = None
    problem: Problem | None = None
    wanted: TensorSpec | None = None
    waits: bool = False

    @property
    def accepted(self) -> bool:
        return self.refusal is None and self.problem is None and not self.waits


class LayerInference:
    """Answers for single calls, with a memory. Use inside `symbolic()`. Blocks are not asked here
    (see `block_inference`), except where they stand inside other layers."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[Any, Inferred] = {}
        self._keys: dict[int, tuple[Layer, Any]] = {}
        self.calls = 0
        """How often Keras was really asked."""

    def infer(
        self, project: Project, layer: Layer, node: Node, inputs: Inputs, first: Inputs | None
    ) -> Inferred:
        """`first` are the inputs of an earlier call of a shared layer, with which its weights
        are made; None when this is the first."""
        key = (
            self._layer_key(project, layer),
            _encode(node.literals) if node.literals else b"",
            None if node.call is None else _encode(node.call),
            node.positional,
            tuple(sorted(inputs.items())),
            None if first is None else tuple(sorted(first.items())),
        )
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self.calls += 1
            found = self._known[key] = self._ask(project, layer, node, inputs, first)
        return found

    def make(self, project: Project, layer: Layer) -> Any:
        """A new Keras layer; its name is always the same, since it does not matter here."""

        def held(key: str) -> Any:
            return Builder(project, self._catalogue).layer(project.layers[key])

        made = project_layer(layer, self._catalogue, "layer", held)
        if not layer.trainable:
            made.trainable = False
        return made

    def _layer_key(self, project: Project, layer: Layer) -> Any:
        """Everything that an answer depends on. Layers never change, so their keys are kept."""
        known = self._keys.get(id(layer))
        if known is not None and known[0] is layer:
            return known[1]
        key = (
            layer.module,
            layer.class_name,
            layer.registered_name,
            layer.trainable,
            _encode(layer.arguments),
        )
        if code_reasons(layer):
            return (*key, _encode(layer.build), TRUSTED.serial)
        held = [project.layers[each] for each in referenced(layer)]
        if held:
            # What is inside may change while the layer stays the same.
            return (*key, *(held_key(project, each) for each in held))
        if len(self._keys) >= _KEPT:
            self._keys.clear()
        self._keys[id(layer)] = (layer, key)
        return key

    def _ask(
        self, project: Project, layer: Layer, node: Node, inputs: Inputs, first: Inputs | None
    ) -> Inferred:
        try:
            return self._called(project, layer, node, inputs, first)
        except StudioError as error:
            return Inferred(problem=error.problem)
        except _NotAcceptedError as refused:
            if not wants_variables(refused.error):
                return Inferred(refusal=refused.refusal)
        try:
            with with_variables():
                return self._called(project, layer, node, inputs, first)
        except _NotAcceptedError as refused:
            return Inferred(refusal=refused.refusal)

    def _called(
        self, project: Project, layer: Layer, node: Node, inputs: Inputs, first: Inputs | None
    ) -> Inferred:
        called = False
        try:
            made = self.make(project, layer)
            if layer.is_input:
                outputs = _specs(made.output)
            else:
                called = True
                if first is not None:
                    _call(made, node, first)
                outputs = _specs(_call(made, node, inputs))
            return _measured(layer, made, tuple(inputs.values()), outputs)
        except StudioError:
            raise
        except Exception as error:  # Keras raises errors of every class
            raise _NotAcceptedError(error, called) from error


class _NotAcceptedError(Exception):
    def __init__(self, error: Exception, called: bool) -> None:
        super().__init__(str(error))
        self.error = error
        self.refusal = Refusal(type(error).__name__, str(error), called)


def held_key(project: Project, layer: Layer) -> Any:
    """Everything that a layer inside another one means; of a block without places on the canvas."""
    parts: list[Any] = [msgspec.structs.replace(layer, id="", name="")]
    parts += [held_key(project, project.layers[each]) for each in referenced(layer)]
    drawing = None if layer.graph is None else project.graphs[layer.graph]
    if drawing is not None:
        parts.append((drawing.kind, drawing.structure))
        for node in drawing.nodes.values():
            parts.append((node.id, node.literals, node.call, node.positional))
            parts.append(held_key(project, project.layers[node.layer]).decode())
        parts.append(
            sorted((wire.key, wire.source, wire.output) for wire in drawing.wires.values())
        )
    return _encode(parts)


def _call(made: Any, node: Node, inputs: Inputs) -> Any:
    tensors = {
        port: keras.KerasTensor(spec.shape, dtype=spec.dtype) for port, spec in inputs.items()
    }
    args, kwargs = call_arguments(node, type(made), tensors)
    return made(*args, **kwargs)


def _specs(outputs: Any) -> tuple[TensorSpec, ...]:
    return tuple(
        TensorSpec(tuple(tensor.shape), str(tensor.dtype)) for tensor in keras.tree.flatten(outputs)
    )


def _measured(
    layer: Layer, made: Any, inputs: tuple[TensorSpec, ...], outputs: tuple[TensorSpec, ...]
) -> Inferred:
    weights = trainable = size = 0
    if isinstance(made, keras.Layer):
        weights = sum(prod(weight.shape) for weight in made.weights)
        trainable = sum(prod(weight.shape) for weight in made.trainable_weights)
        size = sum(prod(weight.shape) * dtype_bytes(weight.dtype) for weight in made.weights)
    return Inferred(
        outputs=outputs,
        parameters=weights,
        trainable=trainable,
        multiply_adds=multiply_adds(made, inputs, outputs),
        activation_bytes=activation_bytes(outputs),
        weight_bytes=size,
        weights=weight_specs(layer, made),
        learns=learns(made),
    )
