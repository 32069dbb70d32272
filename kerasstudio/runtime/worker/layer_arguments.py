"""Constructor arguments of a layer as a project keeps them: JSON, only what differs.

What is left out, and comes back when the layer is built, is written down in docs/FILE_FORMAT.md.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import keras
import numpy as np

from kerasstudio.graph.catalogue import Argument, Catalogue, shipped
from kerasstudio.graph.names import snake_case
from kerasstudio.runtime.worker.keras_objects import make_layer
from kerasstudio.runtime.worker.stateless import symbolic

_NOT_ARGUMENTS = {"name", "trainable", "build_config"}
_OF_EVERY_LAYER = {"name", "trainable", "dtype", "autocast", "activity_regularizer"}
_DIRECTIONS = ("forward_", "backward_")

Inner = Callable[[str, dict[str, Any]], Any | None]
"""What stands for a layer inside a layer, given the name of the argument: a reference, or None to
keep it where it is."""


def layer_arguments(
    found: type | None, config: Mapping[str, Any], catalogue: Catalogue, inner: Inner
) -> dict[str, Any]:
    """The arguments in a layer's configuration; `found` is its class, None where unknown."""
    if found is None:
        return {
            name: _clean(name, value, catalogue, inner)
            for name, value in config.items()
            if name not in _NOT_ARGUMENTS and value is not None
        }
    return _changed(_current(found, config), found, catalogue, inner)


def operation_arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of an operation, as they are."""
    return {name: _plain(value) for name, value in config.items() if name != "name"}


def input_arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    """`shape`, `dtype` and what else an Input was given."""
    batch, *shape = config.get("batch_shape") or (None, *(config.get("shape") or ()))
    arguments: dict[str, Any] = {"shape": [None if axis is None else int(axis) for axis in shape]}
    if (dtype := _policy(config.get("dtype"))) != "float32":
        arguments["dtype"] = dtype
    if batch is not None:
        arguments["batch_size"] = int(batch)
    return arguments | {name: True for name in ("sparse", "ragged", "optional") if config.get(name)}


def object_arguments(value: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """The changed arguments of a serialised optimizer, loss, metric ..."""
    return _inside(dict(value), dict(value["config"]), catalogue, lambda _name, _value: None)


def _changed(
    config: Mapping[str, Any], found: type, catalogue: Catalogue, inner: Inner
) -> dict[str, Any]:
    """A configuration without what is Keras's default anyway."""
    kind = catalogue.named(found.__name__)
    known = {argument.name: argument for argument in kind.arguments} if kind else {}
    usual = _usual_config(found)
    config = _one_direction(config) if found is keras.layers.Bidirectional else config
    changed: dict[str, Any] = {}
    for name, value in config.items():
        if name in _NOT_ARGUMENTS:
            continue
        if name == "dtype":
            policy = _policy(value)
            if policy != _policy(usual.get("dtype")):
                changed[name] = policy
            continue
        if name == "data_format" and value == keras.config.image_data_format():
            continue  # None, the default, means what is configured
        argument = known.get(name)
        if argument is None and name in usual and usual[name] == value:
            continue
        value = _clean(name, value, catalogue, inner)
        if argument is not None and not argument.required and _is_default(value, argument):
            continue
        if argument is None and value is None:
            continue
        changed[name] = value
    return changed


def _current(found: type, config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The configuration as this Keras writes it, where it has arguments the class does not know:
    files of an earlier Keras 3 are mended by the class itself."""
    if not config.keys() - _accepted(found):
        return config
    try:
        with symbolic():
            made = found.from_config(dict(config))  # type: ignore[attr-defined]
            current: dict[str, Any] = keras.saving.serialize_keras_object(made)["config"]
    except Exception:  # noqa: BLE001 (told at the node, when it is built)
        return config
    return current


@lru_cache(maxsize=512)
def _accepted(found: type) -> frozenset[str]:
    names = {
        name
        for kind in found.__mro__
        if "__init__" in vars(kind)
        for name in inspect.signature(kind.__init__).parameters  # type: ignore[misc]
    }
    return frozenset(names | _OF_EVERY_LAYER)


@lru_cache(maxsize=512)
def _usual_config(found: type) -> dict[str, Any]:
    """The configuration of a layer with no more than its required arguments; {} where that is
    not to be had."""
    kind = shipped().named(found.__name__)
    if kind is None:
        return {}
    required = {argument.name for argument in kind.arguments if argument.required}
    try:
        with symbolic():
            arguments = {name: kind.example[name] for name in required}
            made = make_layer(found, arguments, "usual")
            config: dict[str, Any] = keras.saving.serialize_keras_object(made)["config"]
    except Exception:  # noqa: BLE001 (layers that need another package; nothing is left out then)
        return {}
    return config


def _one_direction(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """A Bidirectional without the parts that Keras makes of its forward layer."""
    forward, backward = config.get("layer"), config.get("backward_layer")
    if not (isinstance(forward, dict) and isinstance(forward.get("config"), dict)):
        return config
    inside = dict(forward["config"])
    if inside.get("zero_output_for_mask") == inside.get("return_sequences"):
        inside.pop("zero_output_for_mask", None)
    bare = str(inside.get("name", "")).removeprefix(_DIRECTIONS[0])
    plain = {**config, "layer": {**forward, "config": {**inside, "name": bare}}}
    if not (isinstance(backward, dict) and backward.get("class_name") == forward["class_name"]):
        return plain
    expected = {
        **forward["config"],
        "name": f"{_DIRECTIONS[1]}{bare}",
        "go_backwards": not inside.get("go_backwards"),
    }
    if inside.get("go_backwards") or backward.get("config") != expected:
        return config
    plain.pop("backward_layer")
    return plain


def _clean(argument: str, value: Any, catalogue: Catalogue, inner: Inner) -> Any:
    """A nested value as JSON; Keras objects with changed arguments only."""
    if isinstance(value, list | tuple):
        return [_clean(argument, each, catalogue, inner) for each in value]
    if not isinstance(value, dict):
        return _plain(value)
    if "class_name" not in value or "config" not in value:
        return {key: _clean(argument, each, catalogue, inner) for key, each in value.items()}
    class_name, config = value["class_name"], value["config"]
    if class_name == "function" and isinstance(config, str):
        return config
    if class_name in ("DTypePolicy", "QuantizedDTypePolicy", "QuantizedFloat8DTypePolicy"):
        return _policy(value)
    if class_name in ("__numpy__", "__tensor__") and isinstance(config, dict):
        return _plain(config.get("value"))
    if isinstance(config, dict):
        held = inner(argument, value)
        if held is not None:
            return held
        config = _inside(value, config, catalogue, inner)
    return {
        "module": value.get("module"),
        "class_name": class_name,
        "config": config,
        "registered_name": value.get("registered_name"),
    }


def _inside(
    value: dict[str, Any], config: dict[str, Any], catalogue: Catalogue, inner: Inner
) -> dict[str, Any]:
    """The changed arguments of an object in an argument. Layers keep their names and flags."""
    found = getattr(keras.layers, str(value["class_name"]), None)
    of_layers = value.get("module") in ("keras.layers", None)
    if of_layers and isinstance(found, type) and issubclass(found, keras.layers.Layer):
        changed = _changed(_current(found, config), found, catalogue, inner)
        if config.get("name"):
            changed["name"] = config["name"]
        if config.get("trainable") is False:
            changed["trainable"] = False
        return changed
    family = str(value.get("module") or "").rsplit(".", 1)[-1]
    kind = catalogue.object_type(family, value["class_name"])
    known = {argument.name: argument for argument in kind.arguments} if kind else {}
    changed = {}
    for name, each in config.items():
        each = _clean(name, each, catalogue, inner)
        argument = known.get(name)
        if argument is not None and not argument.required and _is_default(each, argument):
            continue
        if each is not None or (argument is not None and argument.default is not None):
            changed[name] = each
    return changed


def _plain(value: Any) -> Any:
    """A number, a text or a nested list of those, as JSON has them."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value


def _is_default(value: Any, argument: Argument) -> bool:
    """Whether two spellings mean the same: "glorot_uniform" and a GlorotUniform without
    arguments, 1 and [1, 1], "linear" and None."""
    default = argument.default
    if value == default and isinstance(value, bool) == isinstance(default, bool):
        return True
    if isinstance(value, dict) and isinstance(default, str):
        return (
            "class_name" in value
            and not value.get("config")
            and snake_case(str(value["class_name"])) == default
        )
    if isinstance(value, dict) and isinstance(default, dict):
        same = value.get("class_name") == default.get("class_name")
        return same and (value.get("config") or {}) == (default.get("config") or {})
    if isinstance(value, list) and isinstance(default, int | float):
        return bool(value) and all(each == default for each in value)
    return bool(value == "linear" and default is None and argument.family == "activations")


def _policy(value: Any) -> str:
    """The name of a dtype policy, however it is written."""
    if not isinstance(value, dict):
        return "float32" if value is None else str(value)
    config = value.get("config") or {}
    if "source_name" in config and config.get("mode"):
        return f"{config['mode']}_from_{config['source_name']}"
    return str(config.get("name", "float32"))
