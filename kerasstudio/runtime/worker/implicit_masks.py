"""Masks that Keras adds by itself while a model is built: they become explicit when a model is
saved, and are left out of a drawing, because building it adds them again.

Which ones those are is found by building the model symbolically with all masks given: where a given
mask is computed exactly as the one that Keras would have taken, it is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras
from keras.src import backend

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.project import ROOT
from kerasstudio.runtime.worker.build import Builder
from kerasstudio.runtime.worker.call_template import call_names
from kerasstudio.runtime.worker.drawing import Drawing
from kerasstudio.runtime.worker.model_config import (
    INPUT,
    Call,
    ModelConfig,
    Tensor,
    tensors_in,
)
from kerasstudio.runtime.worker.parsed_models import Parsed
from kerasstudio.runtime.worker.stateless import symbolic


def has_masks(models: Iterable[ModelConfig]) -> bool:
    """Whether any call of the models is given a mask."""
    return any(_masks(call) for model in models for call in model.calls())


def implicit_masks(parsed: Parsed, drawing: Drawing) -> bool:
    """Take the implicit masks out of what was read, with the operations that only made those;
    returns whether there were any. Raises `StudioError` when the model cannot be built."""
    project = drawing.project()
    builder = Builder(project, shipped())
    with symbolic():
        builder.model(project.graphs[ROOT], "model")
    found = False
    for model in parsed.models.values():
        for call in model.calls():
            names = _masks(call)
            if names and _is_implicit(call, names, drawing, builder):
                found = True
                for name in names:
                    del call.kwargs[name]
        if found:
            _drop_unused(model)
    return found


def _masks(call: Call) -> list[str]:
    """Names of the arguments by which a call is given masks."""
    return [
        name
        for name, value in call.kwargs.items()
        if (name == "mask" or name.endswith("_mask")) and any(tensors_in(value))
    ]


def _is_implicit(call: Call, masks: list[str], drawing: Drawing, builder: Builder) -> bool:
    """Whether Keras would give the call just these masks if it were given none.

    It does that where the call has no other keywords: for one tensor argument by the name "mask",
    for several by the name of each."""
    others = {name for name, value in call.kwargs.items() if value is not None}
    if others - {"training", *masks} or not call.args:
        return False
    node = drawing.node_of[id(call)]
    if node not in builder.values:
        return False  # inside a Sequential, which gives none
    found: type = type(builder.layers[drawing.layer_of(node)])
    arguments = dict(zip(call_names(found), call.args, strict=False))
    given = {name: value for name, value in arguments.items() if any(tensors_in(value))}
    if len(given) == 1:
        expected = {"mask": next(iter(given.values()))}
    else:
        expected = {f"{name}_mask": value for name, value in given.items()}
    if not set(masks) <= expected.keys():
        return False

    def live(tensor: Tensor) -> Any:
        return builder.values[drawing.node_of[id(tensor.call)]][tensor.output]

    return all(_same_masks(call.kwargs[name], expected[name], live) for name in masks)


def _same_masks(mask: Any, source: Any, live: Any) -> bool:
    """Whether a given mask, or each of a list, is the one that its tensor carries."""
    if isinstance(source, Tensor):
        carried = backend.get_keras_mask(live(source))
        if mask is None or carried is None:
            return mask is None and carried is None
        return isinstance(mask, Tensor) and _same(live(mask), carried)
    return (
        isinstance(source, list)
        and isinstance(mask, list)
        and len(source) == len(mask)
        and all(_same_masks(one, other, live) for one, other in zip(mask, source, strict=True))
    )


def _same(one: Any, other: Any) -> bool:
    """Whether two values are computed by the same operations from the same tensors."""
    if one is other:
        return True
    if isinstance(one, keras.KerasTensor) and isinstance(other, keras.KerasTensor):
        first, second = one._keras_history, other._keras_history
        made, twin = first.operation, second.operation
        if type(made) is not type(twin) or isinstance(made, keras.Layer):
            return False
        if first.tensor_index != second.tensor_index or _config(made) != _config(twin):
            return False
        mine = made._inbound_nodes[first.node_index].arguments
        theirs = twin._inbound_nodes[second.node_index].arguments
        return _same(list(mine.args), list(theirs.args)) and _same(mine.kwargs, theirs.kwargs)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return type(one) is type(other) and bool(one == other)


def _config(operation: Any) -> dict[str, Any]:
    return {key: value for key, value in operation.get_config().items() if key != "name"}


def _drop_unused(model: ModelConfig) -> None:
    """Take out operations whose results nothing uses any more."""
    used = {leaf.call for leaf in tensors_in(model.outputs)}
    waiting = list(used)
    while waiting:
        for tensor in waiting.pop().tensors():
            if tensor.call not in used:
                used.add(tensor.call)
                waiting.append(tensor.call)
    for entry in model.entries:
        entry.calls = [call for call in entry.calls if call in used or entry.class_name == INPUT]
    model.entries = [entry for entry in model.entries if entry.calls]
