"""What Keras says of a tensor in an upgraded model: the part before it is given to Keras."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
from keras.src import backend
from keras.src.backend.common import global_state
from keras.src.backend.common.stateless_scope import StatelessScope

from kerasstudio.runtime.worker.legacy.model_graph import (
    Call,
    Entry,
    ModelGraph,
    Tensor,
    map_leaves,
    tensors_of,
)
from kerasstudio.runtime.worker.legacy.writing import Spec, write_model


class Shapes:
    """Remembers what it has found. Only what `is_harmless` allows is given to Keras."""

    def __init__(self, is_harmless: Callable[[dict[str, Any]], bool]) -> None:
        self._is_harmless = is_harmless
        self._found: dict[tuple[Entry, int, int], Any] = {}

    def of(self, model: ModelGraph, tensor: Any) -> list[int | None] | None:
        """The shape with the batch axis, None where the layers before are not Keras's, or the
        model does not say the shape of its Input."""
        tensor = model.today(tensor)
        if not isinstance(tensor, Tensor):
            return None
        if tensor.entry.is_input:
            shape = tensor.entry.config.get("batch_shape")
            return list(shape) if shape is not None else None
        found = self.symbolic(model, tensor)
        return None if found is None else list(found.shape)

    def spec(self, model: ModelGraph, tensor: Tensor) -> Spec:
        """Shape and dtype; the shape is None where it is not known."""
        if tensor.entry.is_input:
            return self.of(model, tensor), str(tensor.entry.config.get("dtype") or "float32")
        found = self.symbolic(model, tensor)
        return (None, "float32") if found is None else (list(found.shape), str(found.dtype))

    def mask(self, model: ModelGraph, tensor: Any) -> Any:
        """The Keras tensor of the mask that the tensor carries, None where it has none."""
        tensor = model.today(tensor)
        if not isinstance(tensor, Tensor) or tensor.entry.is_input:
            return None
        found = self.symbolic(model, tensor)
        return None if found is None else backend.get_keras_mask(found)

    def symbolic(self, model: ModelGraph, tensor: Tensor) -> Any:
        """The tensor in Keras; None where Keras cannot build what is before it."""
        key = (tensor.entry, tensor.call, tensor.output)
        if key not in self._found:
            part = _part_before(model, tensor)
            config = None if part is None else write_model(part)
            allowed = config is not None and self._is_harmless(config)
            self._found[key] = _output(copy.deepcopy(config)) if allowed else None
        return self._found[key]


def _output(config: Any) -> Any:
    """The output of a model; its configuration is changed by Keras."""
    try:
        # Nothing is kept of these layers: their variables are never made.
        with StatelessScope(initialize_variables=False):
            made = keras.saving.deserialize_keras_object(config, safe_mode=True)
    except Exception:  # noqa: BLE001 - Keras raises anything; the caller says what it needed
        return None
    finally:
        global_state.set_global_attribute("uninitialized_variables", [])
    return made.output


def _part_before(model: ModelGraph, tensor: Tensor) -> ModelGraph | None:
    """A model that ends with the tensor; None where it needs what is not Keras's."""
    calls: dict[Entry, int] = {}
    waiting = [tensor]
    while waiting:
        found = waiting.pop()
        if found.entry.module is None and found.entry.part is None:
            return None
        before = calls.get(found.entry, -1)
        for number in range(before + 1, found.call + 1):
            if number >= len(found.entry.calls):
                break  # an Input
            for source in tensors_of(found.entry.calls[number]):
                today = model.today(source)
                if isinstance(today, Tensor):
                    waiting.append(today)
        calls[found.entry] = max(before, found.call)
    part = ModelGraph("part", "Functional")
    for entry in model.in_call_order():
        if entry in calls:
            part.entries.append(_first_calls(model, entry, calls[entry] + 1))
    by_name = {entry.name: entry for entry in part.entries}
    inputs = [Tensor(entry) for entry in part.entries if entry.is_input]
    if not inputs:
        return None
    part.inputs = inputs[0] if len(inputs) == 1 else inputs
    part.outputs = Tensor(by_name[tensor.entry.name], tensor.call, tensor.output)
    return part


def _first_calls(model: ModelGraph, entry: Entry, count: int) -> Entry:
    calls = [
        Call(map_leaves(model.today, call.args), map_leaves(model.today, call.kwargs))
        for call in entry.calls[:count]
    ]
    return replace(entry, calls=calls, stored=None)
