"""The class and the arguments of one layer in the spelling of Keras 3, by the tables."""

from __future__ import annotations

import re
from typing import Any

from kerasstudio.runtime.worker.legacy import keras1_table, layer_table
from kerasstudio.runtime.worker.legacy.accepted import accepted_arguments, layer_type
from kerasstudio.runtime.worker.legacy.activations import upgrade_activation
from kerasstudio.runtime.worker.legacy.changes import Changes
from kerasstudio.runtime.worker.legacy.objects import FAMILIES, upgrade_dtype, upgrade_object

TODAY = "the name in Keras 3"
_VERSION = re.compile(r"V[12]$")
_ACTIVATIONS = {"activation", "recurrent_activation"}
_HELD_LAYERS = {"layer", "backward_layer", "forward_layer", "cell", "cells"}
_NEVER_TOLD = {"batch_input_shape", "name"}


def class_of_today(class_name: str) -> str | None:
    """The class of Keras 3 that a class of Keras 1 or 2 is called today; the name itself for
    layers that are replaced; None for one that is not Keras's."""
    renamed = layer_table.RENAMED_CLASSES.get(class_name)
    renamed = renamed or keras1_table.RENAMED_CLASSES.get(class_name, class_name)
    for name in (renamed, _VERSION.sub("", renamed)):
        found = layer_type(name)
        if found is not None:
            return found.__name__
    return None


def upgrade_arguments(
    class_name: str, today: str, config: dict[str, Any], changes: Changes
) -> dict[str, Any]:
    """Constructor arguments for the class `today` (see `class_of_today`, or one that will be
    replaced). Layers held by the layer and its name stay as they are."""
    config = _from_keras1(class_name, today, config, changes)
    config = _renamed(layer_table.RENAMED_ARGUMENTS.get(class_name, {}), config, changes)
    found = layer_type(today)
    allowed = accepted_arguments(found) if found is not None else None
    result: dict[str, Any] = {}
    for key, value in config.items():
        if allowed is not None and key not in allowed and key not in _HELD_LAYERS:
            _left_out(class_name, key, value, changes)
        elif key == "dtype":
            dtype = upgrade_dtype(value)
            if dtype is not None:
                result[key] = dtype
        elif key in _ACTIVATIONS:
            result[key] = upgrade_activation(key, value, changes)
        elif key.rsplit("_", 1)[-1] in FAMILIES:
            result[key] = upgrade_object(key, value, changes)
        else:
            result[key] = _converted(today, key, value, changes)
    _add_missing(class_name, result, changes)
    return result


def _from_keras1(
    class_name: str, today: str, config: dict[str, Any], changes: Changes
) -> dict[str, Any]:
    names = keras1_table.RENAMED_ARGUMENTS.get(today, {})
    result: dict[str, Any] = {}
    for sides in keras1_table.KERNEL_SIDES:
        if all(side in config for side in sides):
            result["kernel_size"] = [config[side] for side in sides]
            changes.add("renamed", ", ".join(sides), TODAY, after="kernel_size")
            config = {key: value for key, value in config.items() if key not in sides}
    for key, value in config.items():
        if key == keras1_table.FORGET_BIAS:
            result["unit_forget_bias"] = keras1_table.VALUES[key].get(value, True)
            changes.add("renamed", key, TODAY, after="unit_forget_bias")
        elif key in names and names[key] not in config:
            new = names[key]
            told = keras1_table.VALUES.get(key, {})
            result[new] = told.get(value, value) if isinstance(value, str) else value
            changes.add("renamed", key, TODAY, after=new)
            if result[new] is None and key in keras1_table.VALUES:
                del result[new]
        elif key == "padding" and isinstance(value, dict):
            top, bottom, left, right = (
                int(value.get(side, 0)) for side in keras1_table.PADDING_SIDES
            )
            result[key] = [[top, bottom], [left, right]]
            changes.add("converted", key, "sides are lists in Keras 3", value, result[key])
        elif key in _KERAS1_REMOVED.get(today, ()):
            changes.add("removed", key, keras1_table.REMOVED[key], value)
        else:
            result[key] = value
    return result


_KERAS1_REMOVED = {"Conv2DTranspose": ("output_shape",), "Embedding": ("dropout", "weights")}


def _renamed(names: dict[str, str], config: dict[str, Any], changes: Changes) -> dict[str, Any]:
    result = {}
    for key, value in config.items():
        new = names.get(key, key)
        if new != key and new not in config:
            result[new] = value
            changes.add("renamed", key, TODAY, after=new)
        else:
            result[key] = value
    return result


def _converted(today: str, key: str, value: Any, changes: Changes) -> Any:
    row = layer_table.CONVERTED.get((today, key))
    if row is None:
        return value
    convert, why = row
    new = convert(value)
    if new != value:
        changes.add("converted", key, why, value, new)
    return new


def _left_out(class_name: str, key: str, value: Any, changes: Changes) -> None:
    """Say of an argument that Keras 3 does not take whether it mattered."""
    if key in _NEVER_TOLD and class_name != "InputLayer":
        return  # said once, where the Input is added
    if key in layer_table.ONLY_VALUE:
        if value in (None, layer_table.ONLY_VALUE[key]):
            changes.add("removed", key, layer_table.DOES_THAT_ANYWAY, value)
        else:
            changes.add("lost", key, layer_table.NO_ARGUMENT, value)
    elif key in layer_table.REMOVED:
        changes.add("removed", key, layer_table.REMOVED[key], value)
    else:
        changes.add("lost", key, layer_table.NO_ARGUMENT, value)


def _add_missing(class_name: str, config: dict[str, Any], changes: Changes) -> None:
    for key, (value, why) in layer_table.ADDED_ARGUMENTS.get(class_name, {}).items():
        if key not in config:
            config[key] = value
            changes.add("added", key, why, after=f"{key}={value}")
