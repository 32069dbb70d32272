"""Constructor arguments of a Keras layer as a project keeps them: JSON, only what differs."""

from __future__ import annotations

import copy
from typing import Any

import keras
import numpy as np

from kerasstudio.graph.catalogue import Argument, Catalogue
from kerasstudio.graph.names import snake_case

_NOT_ARGUMENTS = {"name", "trainable", "build_config"}


def layer_arguments(
    layer: keras.layers.Layer, catalogue: Catalogue
) -> tuple[dict[str, Any], list[str]]:
    """(arguments, notes on what could not be kept)."""
    config = keras.saving.serialize_keras_object(layer)["config"]
    known = catalogue.named(type(layer).__name__)
    arguments = known.arguments if known is not None else ()
    return _changed(copy.deepcopy(config), arguments, catalogue), []


def input_arguments(layer: Any) -> dict[str, Any]:
    """`shape`, `dtype` and what else an Input was given."""
    batch, *shape = layer.batch_shape
    arguments: dict[str, Any] = {"shape": [None if axis is None else int(axis) for axis in shape]}
    if str(layer.dtype) != "float32":
        arguments["dtype"] = str(layer.dtype)
    if batch is not None:
        arguments["batch_size"] = int(batch)
    if getattr(layer, "sparse", False):
        arguments["sparse"] = True
    if getattr(layer, "optional", False):
        arguments["optional"] = True
    return arguments


def _changed(
    config: dict[str, Any], arguments: tuple[Argument, ...], catalogue: Catalogue
) -> dict[str, Any]:
    """A configuration without what is Keras's default anyway."""
    known = {argument.name: argument for argument in arguments}
    found: dict[str, Any] = {}
    for name, value in config.items():
        if name in _NOT_ARGUMENTS:
            continue
        if name == "dtype":
            policy = _policy(value)
            if policy != "float32":
                found[name] = policy
            continue
        if name == "data_format" and value == keras.config.image_data_format():
            continue  # None, the default, means what is configured
        value = _clean(value, catalogue)
        argument = known.get(name)
        if argument is not None and not argument.required and _is_default(value, argument.default):
            continue
        if argument is None and value is None:
            continue
        found[name] = value
    return found


def _clean(value: Any, catalogue: Catalogue) -> Any:
    """A nested value as JSON; Keras objects with changed arguments only."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list | tuple):
        return [_clean(each, catalogue) for each in value]
    if not isinstance(value, dict):
        return value
    if "class_name" not in value or "config" not in value:
        return {key: _clean(each, catalogue) for key, each in value.items()}
    class_name, config = value["class_name"], value["config"]
    if class_name == "function" and isinstance(config, str):
        return config
    if class_name == "DTypePolicy":
        return _policy(value)
    if isinstance(config, dict):
        inner = catalogue.named(class_name)
        arguments = inner.arguments if inner is not None else _object_arguments(value, catalogue)
        name = config.get("name")
        config = _changed(config, arguments, catalogue)
        if inner is not None and name:
            config["name"] = name
    return {
        "module": value.get("module"),
        "class_name": class_name,
        "config": config,
        "registered_name": value.get("registered_name"),
    }


def _object_arguments(value: dict[str, Any], catalogue: Catalogue) -> tuple[Argument, ...]:
    family = str(value.get("module") or "").rsplit(".", 1)[-1]
    found = catalogue.object_type(family, value["class_name"])
    return found.arguments if found is not None else ()


def _is_default(value: Any, default: Any) -> bool:
    """Whether two spellings mean the same: "glorot_uniform" and a GlorotUniform without
    arguments, 1 and [1, 1], "linear" and None."""
    if value == default and isinstance(value, bool) == isinstance(default, bool):
        return True
    if isinstance(value, dict) and isinstance(default, str):
        return not value.get("config") and snake_case(str(value["class_name"])) == default
    if isinstance(value, dict) and isinstance(default, dict):
        same = value.get("class_name") == default.get("class_name")
        return same and (value.get("config") or {}) == (default.get("config") or {})
    if isinstance(value, list) and isinstance(default, int | float):
        return bool(value) and all(each == default for each in value)
    return value == "linear" and default is None


def _policy(value: Any) -> str:
    """The name of a dtype policy, however it is written."""
    if isinstance(value, dict):
        return str(value.get("config", {}).get("name", "float32"))
    return "float32" if value is None else str(value)
