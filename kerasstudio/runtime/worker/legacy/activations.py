"""Activations: names that changed, and hard_sigmoid, whose name stayed while its meaning changed.

Keras 1 and 2 compute hard_sigmoid(x) = clip(0.2 x + 0.5, 0, 1), Keras 3 clip(x / 6 + 0.5, 0, 1).
So the old one is the new one of 1.2 x, and where x = inputs · weights + bias, weights and bias
times 1.2 give the same numbers with layers of Keras alone.
"""

from __future__ import annotations

from typing import Any

import keras

from kerasstudio.runtime.worker.legacy.changes import Changes

HARD_SIGMOID = "hard_sigmoid"
SLOPE = 1.2
"""Slope of the old hard_sigmoid by that of the new one."""

_RENAMED = {"softmax_v2": "softmax", "leaky_relu_v2": "leaky_relu"}
_FUNCTION_MODULES = ("builtins", "keras.activations", "tensorflow", None)


def activation_name(value: Any) -> str | None:
    """The name of an activation, however the file has it; None for objects and foreign ones."""
    if isinstance(value, dict) and isinstance(value.get("config"), str):
        # {"class_name": "function", "config": "relu", ...}, of the .keras files of Keras 2
        value = value["config"] if value.get("module") in _FUNCTION_MODULES else None
    return value if isinstance(value, str) else None


def upgrade_activation(argument: str, value: Any, changes: Changes) -> Any:
    """The activation in the spelling of Keras 3; hard_sigmoid keeps its name here."""
    name = activation_name(value)
    if name is None:
        return value
    new = _RENAMED.get(name, name)
    if not hasattr(keras.activations, new):
        return value
    if new != name:
        changes.add("renamed", argument, "the name in Keras 3", name, new)
    return new
