"""Keras objects from the project's JSON values.

Classes are looked up among Keras's own and registered ones only: a project file may come from
anyone, and must not be able to name other code."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any

import keras
from keras.src.ops.operation import Operation

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.names import snake_case
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Layer
from kerasstudio.graph.references import REFERENCE
from kerasstudio.graph.vetting.known_objects import known_objects
from kerasstudio.graph.vetting.limits import UnsafeError
from kerasstudio.graph.vetting.objects import reasons_in
from kerasstudio.runtime.worker.trusted_code import TRUSTED

_PUBLIC: dict[str, ModuleType] = {
    "keras": keras,
    "keras.layers": keras.layers,
    "keras.initializers": keras.initializers,
    "keras.regularizers": keras.regularizers,
    "keras.constraints": keras.constraints,
    "keras.activations": keras.activations,
    "keras.optimizers": keras.optimizers,
    "keras.optimizers.schedules": keras.optimizers.schedules,
    "keras.losses": keras.losses,
    "keras.metrics": keras.metrics,
    "keras.callbacks": keras.callbacks,
    "keras.dtype_policies": keras.dtype_policies,
    "keras.random": keras.random,
    "keras.quantizers": keras.quantizers,
}
_BASES = (
    Operation,
    keras.initializers.Initializer,
    keras.regularizers.Regularizer,
    keras.constraints.Constraint,
    keras.dtype_policies.DTypePolicy,
    keras.optimizers.Optimizer,
    keras.optimizers.schedules.LearningRateSchedule,
    keras.losses.Loss,
    keras.metrics.Metric,
    keras.callbacks.Callback,
    keras.random.SeedGenerator,
    keras.quantizers.Quantizer,
    keras.quantizers.QuantizationConfig,
)
"""What a class named in a file may be; anything else (functions, readers) is refused."""
_TUPLE_KINDS = {"shape", "int_or_tuple", "any"}


def layer_class(layer: Layer) -> type[Operation]:
    """The class of a project's layer. Raises `StudioError` when this Keras does not have it."""
    found = find_class(layer.module, layer.class_name, layer.registered_name)
    if found is not None and issubclass(found, Operation):
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


def find_class(module: str, class_name: str, registered_name: str | None = None) -> type | None:
    """A class of Keras or a registered one; None when there is none of that name."""
    found: Any = None
    if known_objects().is_code_layer(class_name):
        return None  # made in `trusted_code` alone
    if registered_name:
        found = keras.saving.get_registered_object(registered_name)
    if found is None and module in _PUBLIC:
        found = getattr(_PUBLIC[module], class_name, None)
    if found is None and module.startswith("keras.src."):
        try:
            found = getattr(importlib.import_module(module), class_name, None)
        except ModuleNotFoundError:
            return None
    return found if isinstance(found, type) and issubclass(found, _BASES) else None


@lru_cache(maxsize=256)
def module_of(class_name: str, operation: bool) -> str | None:
    """The module of a class of Keras that a file names without one; None when there is none."""
    if not operation and isinstance(getattr(keras.layers, class_name, None), type):
        return "keras.layers"
    importlib.import_module("keras.src.applications.convnext")
    waiting, found = [Operation], []
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__name__ == class_name and kind.__module__.startswith("keras.src."):
            found.append(kind)
    layers = [kind for kind in found if issubclass(kind, keras.layers.Layer)]
    chosen = [kind for kind in found if kind not in layers] if operation else layers
    return min((kind.__module__ for kind in chosen), default=None)


Held = Callable[[str], Any]
"""Gives the Keras layer of a project's layer, for arguments that refer to one."""


def make_layer(
    found: type, arguments: dict[str, Any], name: str | None = None, held: Held | None = None
) -> Any:
    """A new layer (or operation) of a class from JSON arguments. Raises what Keras raises."""
    config = {key: _value(value, name is not None, held) for key, value in arguments.items()}
    if name is not None:
        config["name"] = name
    if found is keras.layers.Discretization:
        return found.from_config(config)  # alone takes the number of bins beside their bounds
    return found(**config)


def make_object(value: Any) -> Any:
    """An optimizer, loss, initializer ... from its serialised form with changed arguments only.
    Names ("adam") and plain values stay as they are; Keras takes them. Raises `ValueError` for
    what is code that nobody trusts."""
    _refuse_code(value)
    return _value(value, named=False)


def _refuse_code(value: Any) -> None:
    try:
        for reason in reasons_in(value, "", TRUSTED.known, sizes=False):
            raise ValueError(f"it holds {reason}, and was not run")
    except UnsafeError as error:
        raise ValueError(f"it holds {error.what}, and was not run") from error


def _value(value: Any, named: bool, held: Held | None = None) -> Any:
    """`named`: layers inside layers get names, since automatic ones count up with every edit."""
    if isinstance(value, list):
        return [_value(item, named, held) for item in value]
    if isinstance(value, tuple):
        return tuple(_value(item, named, held) for item in value)
    if not isinstance(value, dict):
        return value
    if set(value) == {"$float"}:
        return float(value["$float"])
    if set(value) == {REFERENCE} and held is not None:
        return held(str(value[REFERENCE]))
    if "class_name" not in value:
        return {key: _value(item, named, held) for key, item in value.items()}
    class_name, module = str(value["class_name"]), str(value.get("module") or "")
    config = value.get("config")
    if class_name == "function" and isinstance(config, str):
        return config
    found = find_class(module, class_name, value.get("registered_name"))
    if found is None:
        raise ValueError(f"Keras {keras.__version__} has no {class_name} in {module or 'Keras'}")
    inside = {key: _value(item, named, held) for key, item in (config or {}).items()}
    if named and issubclass(found, keras.layers.Layer):
        inside.setdefault("name", snake_case(class_name))
    return found(**inside)


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
