"""One call of one layer without data: what comes out, how many weights, at what cost.

Keras itself answers, on symbolic tensors and without making variables; answers are kept by
everything they depend on, so that undoing an edit costs nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from typing import Any

import keras
import msgspec
from keras.src.backend.common import global_state

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import Layer, Node, Project
from kerasstudio.runtime.worker.build import Builder
from kerasstudio.runtime.worker.call_template import call_arguments
from kerasstudio.runtime.worker.cost import activation_bytes, dtype_bytes, multiply_adds
from kerasstudio.runtime.worker.keras_errors import Refusal
from kerasstudio.runtime.worker.keras_objects import layer_class, make_layer, with_tuples

Inputs = Mapping[str, TensorSpec]
_KEPT = 20_000
_encode = msgspec.json.Encoder(order="deterministic").encode


class Inferred(msgspec.Struct, frozen=True):
    """What Keras says of a call. `refusal` or `problem` when it does not accept it."""

    outputs: tuple[TensorSpec, ...] = ()
    parameters: int = 0
    trainable: int = 0
    multiply_adds: int | None = None
    activation_bytes: int | None = None
    weight_bytes: int = 0
    refusal: Refusal | None = None
    problem: Problem | None = None

    @property
    def accepted(self) -> bool:
        return self.refusal is None and self.problem is None


class LayerInference:
    """Answers for single calls, with a memory. Use inside `symbolic()`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[Any, Inferred] = {}
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
        if layer.graph is not None:
            return Builder(project, self._catalogue).layer(layer)
        arguments = with_tuples(layer.arguments, self._catalogue, layer)
        made = make_layer(layer_class(layer), arguments, "layer")
        if not layer.trainable:
            made.trainable = False
        return made

    def _layer_key(self, project: Project, layer: Layer) -> Any:
        key = (
            layer.module,
            layer.class_name,
            layer.registered_name,
            layer.trainable,
            _encode(layer.arguments),
        )
        if layer.graph is None:
            return key
        return (*key, block_key(project, layer.graph))

    def _ask(
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
                    _call(made, layer, node, first)
                outputs = _specs(_call(made, layer, node, inputs))
            return _measured(made, tuple(inputs.values()), outputs)
        except StudioError as error:
            return Inferred(problem=error.problem)
        except Exception as error:  # noqa: BLE001 (Keras raises errors of every class)
            return Inferred(refusal=Refusal(type(error).__name__, str(error), called))


def block_key(project: Project, graph: str) -> bytes:
    """Everything a block's inside means, without places on the canvas."""
    drawing = project.graphs[graph]
    parts: list[Any] = [sorted(wire.key for wire in drawing.wires.values())]
    for node in drawing.nodes.values():
        inner = project.layers[node.layer]
        parts.append((inner, node.id, node.literals, node.call))
        if inner.graph is not None:
            parts.append(block_key(project, inner.graph).hex())
    parts.append([(wire.source, wire.output) for _, wire in sorted(drawing.wires.items())])
    return _encode(parts)


@contextmanager
def symbolic() -> Iterator[None]:
    """Layers called inside make no variables. Keras keeps a list of those it owes; it is emptied
    afterwards, or it would grow with every edit."""
    owed = global_state.get_global_attribute("uninitialized_variables", [], set_to_default=True)
    kept = list(owed)
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute("uninitialized_variables", kept)


def _call(made: Any, layer: Layer, node: Node, inputs: Inputs) -> Any:
    tensors = {
        port: keras.KerasTensor(spec.shape, dtype=spec.dtype) for port, spec in inputs.items()
    }
    found = None if layer.graph is not None else type(made)
    args, kwargs = call_arguments(node, found, tensors)
    return made(*args, **kwargs)


def _specs(outputs: Any) -> tuple[TensorSpec, ...]:
    return tuple(
        TensorSpec(tuple(tensor.shape), str(tensor.dtype)) for tensor in keras.tree.flatten(outputs)
    )


def _measured(
    made: Any, inputs: tuple[TensorSpec, ...], outputs: tuple[TensorSpec, ...]
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
    )
