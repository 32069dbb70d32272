"""What the installed Keras takes: arguments of its classes, asked of the classes themselves."""

from __future__ import annotations

import inspect
from functools import cache

import keras

_EVERY_LAYER = frozenset({"name", "trainable", "dtype", "activity_regularizer"})


@cache
def layer_type(name: str) -> type | None:
    """The layer class of that public name, None where today's Keras has none."""
    found = getattr(keras.layers, name, None)
    return found if isinstance(found, type) and issubclass(found, keras.layers.Layer) else None


@cache
def object_type(family: str, name: str) -> type | None:
    """A class of `keras.FAMILY` ("initializers", "optimizers.schedules", ...) by its name."""
    module = keras
    for part in family.split("."):
        module = getattr(module, part)
    found = getattr(module, name, None)
    return found if isinstance(found, type) else None


@cache
def accepted_arguments(found: type) -> frozenset[str]:
    """Names that the constructor takes, those that it passes on to its bases included."""
    names: set[str] = set()
    for base in found.__mro__:
        if "__init__" not in base.__dict__:
            continue
        parameters = list(inspect.signature(base.__dict__["__init__"]).parameters.values())[1:]
        names.update(each.name for each in parameters if each.kind in _NAMED)
        if not any(each.kind is each.VAR_KEYWORD for each in parameters):
            return frozenset(names)
        if base is keras.layers.Layer:
            return frozenset(names | _EVERY_LAYER)
    return frozenset(names)


_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
