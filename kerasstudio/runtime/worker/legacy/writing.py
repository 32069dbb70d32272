"""A `ModelGraph` as the configuration that Keras 3 itself would write."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from kerasstudio.runtime.worker.legacy.model_graph import (
    Call,
    Constant,
    Entry,
    ModelGraph,
    Tensor,
    leaves,
    map_leaves,
)

_FUNCTIONAL = "keras.src.models.functional"
_SEQUENTIAL = "keras"


Spec = tuple[list[int | None] | None, str]
"""Shape and dtype of a tensor; the shape is None where it is not told."""
SpecOf = Callable[[Tensor], Spec]


def no_shape(tensor: Tensor) -> Spec:
    """For a model that Keras makes: it finds the shapes itself."""
    return [], "float32"


def write_model(model: ModelGraph, spec: SpecOf = no_shape) -> dict[str, Any]:
    """The serialised model; `spec` says what is told of its tensors."""
    if is_chain(model):
        layers = [_layer(entry, spec) for entry in model.entries]
        return _object(_SEQUENTIAL, "Sequential", {"name": model.name, "layers": layers})
    layers = []
    for entry in model.entries:
        layer = _layer(entry, spec)
        layer["name"] = entry.name
        layer["inbound_nodes"] = [_call(call, spec) for call in entry.calls]
        layers.append(layer)
    config = {
        "name": model.name,
        "trainable": model.trainable,
        "layers": layers,
        "input_layers": _coordinates(model.inputs),
        "output_layers": _coordinates(model.outputs),
    }
    return _object(_FUNCTIONAL, "Functional", config)


def is_chain(model: ModelGraph) -> bool:
    """Whether a Sequential model still is a chain of layers, each called once on the one before."""
    if model.kind != "Sequential":
        return False
    before: Entry | None = None
    for entry in model.entries:
        if not entry.is_layer or len(entry.calls) > 1:
            return False
        tensors = [leaf for call in entry.calls for leaf in leaves([call.args, call.kwargs])]
        if before is not None and entry.calls:
            if len(tensors) != 1 or not isinstance(tensors[0], Tensor):
                return False
            if tensors[0].entry is not before or tensors[0].output:
                return False
        elif before is not None and not entry.calls:
            return False
        before = entry
    last = model.outputs
    return last is None or (isinstance(last, Tensor) and last.entry is before and not last.output)


def _layer(entry: Entry, spec: SpecOf) -> dict[str, Any]:
    if entry.part is not None:
        return write_model(entry.part, spec)
    if entry.module is None:
        module, registered = entry.said
        return _object(module, entry.class_name, entry.config, registered or entry.class_name)
    registered = entry.class_name if not entry.is_layer else None
    return _object(entry.module, entry.class_name, entry.config, registered)


def _object(
    module: str | None, class_name: str, config: dict[str, Any], registered: str | None = None
) -> dict[str, Any]:
    if module == _FUNCTIONAL:
        registered = class_name
    return {
        "module": module,
        "class_name": class_name,
        "config": config,
        "registered_name": registered,
    }


def _call(call: Call, spec: SpecOf) -> dict[str, Any]:
    leaf = partial(_leaf, spec)
    return {"args": map_leaves(leaf, call.args), "kwargs": map_leaves(leaf, call.kwargs)}


def _leaf(spec: SpecOf, value: Any) -> Any:
    if isinstance(value, Tensor):
        history = [value.entry.name, value.call, value.output]
        shape, dtype = spec(value)
        config = {"shape": shape, "dtype": dtype, "keras_history": history}
        return {"class_name": "__keras_tensor__", "config": config}
    if isinstance(value, Constant):
        config = {"value": value.value, "dtype": value.dtype}
        return {"class_name": "__numpy__", "config": config}
    if isinstance(value, slice):
        parts = {"start": value.start, "stop": value.stop, "step": value.step}
        return {"class_name": "__slice__", "config": parts}
    if value is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    return value


def _coordinates(structure: Any) -> Any:
    """Inputs or outputs of a model: there Keras 3 counts calls of a Functional model from 1."""

    def place(leaf: Any) -> Any:
        part = leaf.entry.part
        functional = part is not None and not is_chain(part)
        return [leaf.entry.name, leaf.call + functional, leaf.output]

    return map_leaves(place, structure)
