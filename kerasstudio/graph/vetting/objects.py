"""Objects in a configuration: which may be made, which are code, which no model needs."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from typing import Any

from kerasstudio.graph.vetting.known_objects import KnownObjects
from kerasstudio.graph.vetting.limits import UnsafeError
from kerasstudio.graph.vetting.values import vet_marker, vet_name, vet_sizes, vet_tensor

OWN = "kerasstudio>"
"""The package of layers that come with this program."""

_MARKERS = {"__tensor__", "__numpy__", "__slice__", "__ellipsis__", "__bytes__", "__tuple__"}
TENSOR = "__keras_tensor__"
_CODE_MARKERS = {"__lambda__", "__typespec__", "TypeSpec", "CompositeTensor"}
_NEVER_OURS = {"keras", "kerasstudio", *sys.stdlib_module_names} - {"__main__", "builtins"}
"""Packages in which no person's own layer lies: who names their functions wants to call them."""


def class_of(value: dict[str, Any]) -> str | None:
    name = value.get("class_name")
    return name if isinstance(name, str) else None


def is_known(value: dict[str, Any], known: KnownObjects) -> bool:
    module, name = value.get("module"), str(value.get("class_name"))
    own_name = value.get("registered_name") in (None, name)
    return own_name and (module is None or isinstance(module, str)) and known.is_class(module, name)


def reasons_in(value: Any, where: str, known: KnownObjects, sizes: bool = True) -> Iterator[str]:
    """Why a layer (or what else `value` is) must not be made; `sizes` are looked at too. Raises
    `UnsafeError`."""
    waiting: list[tuple[Any, str]] = [(value, where)]
    while waiting:
        current, place = waiting.pop()
        if isinstance(current, dict):
            yield from _object_reasons(current, place, known, sizes)
            if class_of(current) not in (TENSOR, "__tensor__", "__numpy__"):
                waiting.extend((each, f"{place}.{key}") for key, each in current.items())
        elif isinstance(current, list):
            waiting.extend((each, f"{place}.{number}") for number, each in enumerate(current))


def _object_reasons(
    value: dict[str, Any], where: str, known: KnownObjects, sizes: bool
) -> Iterator[str]:
    name = value.get("class_name")
    if not isinstance(name, str):
        if "class_name" in value and "config" in value:
            raise UnsafeError("a class name that is no text", where)
        if sizes:
            vet_sizes(value, where)
        return
    if name == TENSOR:
        vet_tensor(value, where)
    elif name in _MARKERS:
        vet_marker(value, where)
    elif name in _CODE_MARKERS:
        yield "stored Python code" if name == "__lambda__" else f"an object of TensorFlow ({name})"
    elif name == "function":
        yield from _function_reasons(value, where, known)
    elif "config" in value:
        yield from _class_reasons(name, value, where, known)
    config = value.get("config")
    if isinstance(config, dict):
        if sizes:
            vet_sizes(config, where)
        vet_name(config.get("name"), where)
        if isinstance(config.get("vocabulary"), str):
            yield "a vocabulary that is read from a path"
        for key in ("activation", "recurrent_activation"):
            named = config.get(key)
            if isinstance(named, str) and not known.is_activation(named):
                yield f"the activation {named[:60]}, which Keras does not have"


def _function_reasons(value: dict[str, Any], where: str, known: KnownObjects) -> Iterator[str]:
    module, name = value.get("module"), value.get("config")
    if not isinstance(name, str) or not name.replace(">", "_").isidentifier():
        raise UnsafeError("a function whose name is none", where)
    if not isinstance(module, str | None):
        raise UnsafeError("a module whose name is none", where)
    if known.is_function(module, name):
        return
    if module == "builtins" and hasattr(builtins, name):
        raise UnsafeError(f"a call of Python's function {name}", where)
    yield f"the function {name[:60]}{_whose(module, name, where)}"


def _class_reasons(
    name: str, value: dict[str, Any], where: str, known: KnownObjects
) -> Iterator[str]:
    module, registered = value.get("module"), value.get("registered_name")
    if not isinstance(module, str | None) or not isinstance(registered, str | None):
        raise UnsafeError("a module whose name is none", where)
    if not name.replace(">", "_").isidentifier():
        raise UnsafeError("a class whose name is none", where)
    if known.is_registered(registered or name):
        return
    if known.is_code_layer(name):
        yield "a Python function" if name == "Lambda" else f"{name}, which runs code from elsewhere"
    elif is_known(value, known) or _is_ours(value):
        return
    elif known.is_class(module, name) and module is not None:
        raise UnsafeError(f"the name {registered[:60]} for a class of Keras", where)  # type: ignore[index]
    elif (module or "").startswith(("keras.layers", "keras.src.layers")) and not registered:
        yield f"the layer {name[:60]}, which Keras {known.keras_version} does not have"
    else:
        yield f"the class {name[:60]}{_whose(module, name, where)}"


def _is_ours(value: dict[str, Any]) -> bool:
    """Whether it is a layer that comes with this program. Keras finds it by its registered name
    only, and nothing else under that."""
    registered, module = value.get("registered_name"), value.get("module")
    named = isinstance(registered, str) and registered.startswith(OWN)
    return named and isinstance(module, str) and module.startswith("kerasstudio.")


def _whose(module: str | None, name: str, where: str) -> str:
    """Whose an unknown object is. A person's own module, or a package they had, may be named,
    since nothing of it is run. Raises `UnsafeError` for what is nobody's layer."""
    package = (module or "__main__").partition(".")[0]
    if package in _NEVER_OURS:
        raise UnsafeError(f"a call of {module}.{name}"[:120], where)
    return " of its own" if package in ("__main__", "builtins") else f" of {package[:40]}"
