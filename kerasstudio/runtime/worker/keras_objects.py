"""Keras objects from the project's JSON values.

Classes are looked up among Keras's own and registered ones only: a project file may come from
anyone, and must not be able to name other code."""

from __future__ import annotations

import copy
import importlib
from typing import Any

import keras
from keras.src.ops.operation import Operation

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.names import snake_case
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Layer

_PUBLIC = {
    "keras.layers": keras.layers,
    "keras": keras,
}
_TUPLE_KINDS = {"shape", "int_or_tuple", "any"}


def layer_class(layer: Layer) -> type:
    """The class of a project's layer. Raises `StudioError` when this Keras does not have it."""
    if layer.registered_name:
        registered = keras.saving.get_registered_object(layer.registered_name)
        if isinstance(registered, type):
            return registered
    public = _PUBLIC.get(layer.module)
    found = getattr(public, layer.class_name, None) if public is not None else None
    if found is None and layer.module.startswith("keras.src."):
        found = _internal(layer.module, layer.class_name)
    if isinstance(found, type) and issubclass(found, Operation):
        return found
    raise StudioError(
        Problem(
            code="shape.unknown_class",
            message=f'Keras {keras.__version__} has no layer "{layer.class_name}" '
            f"in {layer.module}.",
            expected="a layer of the installed Keras, or one whose code is part of the project",
            received=f"{layer.module}.{layer.class_name}",
            place=Place(layer=layer.id),
        )
    )


def _internal(module: str, class_name: str) -> Any:
    """A class of Keras's own modules, such as an operation of `keras.src.ops.numpy`."""
    try:
        return getattr(importlib.import_module(module), class_name, None)
    except ModuleNotFoundError:
        return None


def make_layer(found: type, arguments: dict[str, Any], name: str | None = None) -> Any:
    """A new layer (or operation) of a class from JSON arguments. Raises what Keras raises."""
    config = copy.deepcopy(arguments)
    for key, value in config.items():
        config[key] = _named_inside(value, name)
    if name is not None:
        config["name"] = name
    if _plain_config(found):
        return found(**config)
    return found.from_config(config)  # type: ignore[attr-defined]


def with_tuples(arguments: dict[str, Any], catalogue: Catalogue, layer: Layer) -> dict[str, Any]:
    """Arguments with tuples where Keras's own defaults and checks want them."""
    kind = catalogue.layer_type(layer)
    if kind is None:
        return arguments
    result = dict(arguments)
    for name, value in arguments.items():
        argument = kind.argument(name)
        if isinstance(value, list) and argument is not None and argument.kind in _TUPLE_KINDS:
            result[name] = _tuples(value)
    return result


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def _plain_config(found: type) -> bool:
    """Whether `from_config` only calls the constructor; then errors of the latter are clearer."""
    own = getattr(found, "from_config", None)
    return own is not None and own.__func__ in _PLAIN


_PLAIN = {Operation.from_config.__func__, keras.layers.Layer.from_config.__func__}


def _named_inside(value: Any, outer: str | None) -> Any:
    """Layers inside layers get names too: automatic ones would count up with every edit."""
    if isinstance(value, list):
        return [_named_inside(item, outer) for item in value]
    if not (isinstance(value, dict) and isinstance(value.get("config"), dict)):
        return value
    config = {key: _named_inside(item, outer) for key, item in value["config"].items()}
    if value.get("module") == "keras.layers" and outer is not None:
        config.setdefault("name", snake_case(str(value.get("class_name"))))
    return {**value, "config": config, "registered_name": value.get("registered_name")}
