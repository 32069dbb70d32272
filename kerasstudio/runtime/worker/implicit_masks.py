"""Masks that Keras adds by itself while a model is built: they become explicit when a model is
saved, and are left out of a drawing, because building it adds them again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import keras


@dataclass
class Implicit:
    """Ids of mask tensors, and of the Keras nodes that only make such masks."""

    tensors: set[int] = field(default_factory=set)
    nodes: set[int] = field(default_factory=set)


def implicit_masks(calls: list[Any]) -> Implicit:
    """Find what `Embedding(mask_zero=True)` and `Masking` in these calls imply."""
    found = Implicit()
    masked = {
        id(argument)
        for call in calls
        if _masks(call.operation)
        for argument in call.arguments.keras_tensors
    }
    used: dict[int, set[int]] = {}
    for call in calls:
        for tensor in call.arguments.keras_tensors:
            used.setdefault(id(tensor), set()).add(id(call))
    candidates = [call for call in calls if _makes_mask(call, masked)]
    chosen = {id(tensor) for call in candidates for tensor in call.outputs}
    for call in calls:
        mask = call.arguments.kwargs.get("mask")
        if mask is not None and (id(mask) in chosen or _is_own_mask(call, mask)):
            found.tensors.add(id(mask))
    hidden_uses = {
        id(call): {
            id(tensor)
            for tensor in call.arguments.keras_tensors
            if id(tensor) in found.tensors and call.arguments.kwargs.get("mask") is tensor
        }
        for call in calls
    }
    # From the end: a node is hidden when everything that uses it is hidden or takes it as a mask.
    for call in reversed(calls):
        if isinstance(call.operation, keras.layers.Layer):
            continue
        outputs = [id(tensor) for tensor in call.outputs]
        users = {user for output in outputs for user in used.get(output, set())}
        if users and all(
            user in found.nodes or any(output in hidden_uses[user] for output in outputs)
            for user in users
        ):
            found.nodes.add(id(call))
    return found


def _masks(operation: Any) -> bool:
    return isinstance(operation, keras.layers.Masking) or bool(
        isinstance(operation, keras.layers.Embedding) and operation.mask_zero
    )


def _makes_mask(call: Any, masked: set[int]) -> bool:
    """NotEqual on what a masking layer gets, or Any over such a NotEqual."""
    kind = type(call.operation).__name__
    tensors = call.arguments.keras_tensors
    if kind == "NotEqual":
        return any(id(tensor) in masked for tensor in tensors)
    if kind == "Any" and tensors:
        history = tensors[0]._keras_history
        before = history.operation._inbound_nodes[history.node_index]
        return type(before.operation).__name__ == "NotEqual" and _makes_mask(before, masked)
    return False


def _is_own_mask(call: Any, mask: Any) -> bool:
    """Whether it is the very mask that the layer's input carries."""
    tensors = [t for t in call.arguments.keras_tensors if t is not mask]
    return any(getattr(tensor, "_keras_mask", None) is mask for tensor in tensors)
