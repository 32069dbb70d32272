"""Calls of recurrent layers: Keras 1 and 2 give the first states as further inputs.

`layer([x, h, c])` is `layer(x, initial_state=[h, c])` today. With states given, Keras 3 forgets the
mask that comes with x, so it is given too.
"""

from __future__ import annotations

from typing import Any

from kerasstudio.runtime.worker.legacy.changes import Changes
from kerasstudio.runtime.worker.legacy.model_graph import Call, Entry, ModelGraph, Tensor
from kerasstudio.runtime.worker.legacy.shapes import Shapes

RECURRENT = {
    "RNN",
    "SimpleRNN",
    "LSTM",
    "GRU",
    "Bidirectional",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
}
_APART = "Keras 3 takes the first states apart from the sequence"
_MASK = "Keras 3 forgets the mask of a sequence where first states are given"


def separate_states(model: ModelGraph, entry: Entry, shapes: Shapes, changes: Changes) -> None:
    """Put states and mask where Keras 3 takes them."""
    if entry.class_name not in RECURRENT:
        return
    for call in entry.calls:
        first = call.args[0] if call.args else None
        if isinstance(first, list) and len(first) > 1:
            call.args[0], *states = first
            call.kwargs.setdefault("initial_state", states)
            changes.of(entry.name, entry.class_name)
            changes.add("converted", "inputs", _APART, "further inputs", "initial_state")
        if "initial_state" in call.kwargs and "mask" not in call.kwargs:
            mask = shapes.mask(model, call.args[0])
            if mask is not None:
                call.kwargs["mask"] = _in_graph(model, entry, mask)
                changes.of(entry.name, entry.class_name)
                changes.add("added", "mask", _MASK, after="mask")


def _in_graph(model: ModelGraph, entry: Entry, tensor: Any) -> Any:
    """The tensor of a mask: of a layer that is there, or of operations that are added."""
    operation, call, output = tensor._keras_history
    known = next((each for each in model.entries if each.name == operation.name), None)
    if known is not None:
        return Tensor(known, call, output)
    arguments = operation._inbound_nodes[call].arguments
    args = [
        _in_graph(model, entry, each) if hasattr(each, "_keras_history") else each
        for each in arguments.args
    ]
    name = model.free_name(f"{entry.name}_{operation.name.rsplit('/', 1)[-1]}")
    config = {**operation.get_config(), "name": name}
    module = type(operation).__module__
    added = Entry(name, type(operation).__name__, config, module, calls=[Call(args)])
    model.entries.insert(model.entries.index(entry), added)
    return Tensor(added, 0, output)
