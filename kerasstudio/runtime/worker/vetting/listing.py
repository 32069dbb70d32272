"""List what the installed Keras may be asked for by a file that nobody has vouched for:
`python -m kerasstudio.runtime.worker.vetting.listing OUT.json`.

The result is shipped as resources/catalogue/known-VERSION.json, so that files are vetted without
importing Keras; a test holds both equal."""

from __future__ import annotations

import inspect
import pkgutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import keras
import msgspec
from keras.src import api_export
from keras.src.activations import ALL_OBJECTS_DICT
from keras.src.ops.operation import Operation

from kerasstudio.graph.operations import operation_table
from kerasstudio.graph.vetting.known_objects import KnownObjects, OpFunction
from kerasstudio.runtime.atomic import write_atomic

_FAMILIES = (
    Operation,
    keras.initializers.Initializer,
    keras.regularizers.Regularizer,
    keras.constraints.Constraint,
    keras.quantizers.Quantizer,
    keras.quantizers.QuantizationConfig,
    keras.dtype_policies.DTypePolicy,
    keras.dtype_policies.DTypePolicyMap,
    keras.optimizers.Optimizer,
    keras.optimizers.schedules.LearningRateSchedule,
    keras.losses.Loss,
    keras.metrics.Metric,
    keras.random.SeedGenerator,
    keras.InputSpec,
)
"""What a class in a model's configuration may be."""
_PACKAGES = (
    "activations",
    "applications",
    "constraints",
    "dtype_policies",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "ops",
    "optimizers",
    "quantizers",
    "random",
    "regularizers",
)
"""Packages below `keras` and `keras.src` that hold them, and nothing that reads, writes or calls
what a file names beside the table below."""
_OLD = "keras._legacy.layers"
_RUN_CODE = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}
"""Layers of Keras that run code of the file, or load it from a path in the file."""
_NO_LAYERS = {"FeatureSpace"}
"""Never part of a graph."""
_FUNCTIONS = ("activations", "losses", "metrics", "ops")
"""Packages whose functions compute with tensors and do nothing else."""
_NOT_FUNCTIONS = {"get", "serialize", "deserialize"}
_NAMED = (
    "layers",
    "initializers",
    "regularizers",
    "constraints",
    "optimizers",
    "losses",
    "metrics",
)
"""Packages whose classes old files name without a module."""


def list_known() -> KnownObjects:
    """Everything of the installed Keras that passes."""
    classes: dict[str, set[str]] = {}
    functions: dict[str, set[str]] = {}
    for module, name, value in _symbols():
        if isinstance(value, type):
            if issubclass(value, _FAMILIES) and value.__name__ not in _RUN_CODE | _NO_LAYERS:
                classes.setdefault(module, set()).add(name)
        elif inspect.isfunction(value) and name not in _NOT_FUNCTIONS:
            package = module.removeprefix("keras.").partition(".")[0]
            if package in _FUNCTIONS:
                functions.setdefault(module, set()).add(name)
    old_names = {name for package in _NAMED for name in classes[f"keras.{package}"]} | {
        "Sequential",
        "Model",
        "Functional",
    }
    return KnownObjects(
        keras_version=keras.__version__,
        classes=_sorted(classes),
        functions=_sorted(functions),
        unnamed=tuple(sorted(old_names)),
        code_layers=tuple(sorted(_RUN_CODE)),
        activations=tuple(sorted(ALL_OBJECTS_DICT)),
        operations=_operations(),
    )


def write_known(path: Path) -> None:
    """Generate and write the JSON, one name a line so that versions can be compared."""
    data = msgspec.json.format(msgspec.json.encode(list_known()), indent=1)
    write_atomic(path, data + b"\n")


def _operations() -> dict[str, OpFunction]:
    """Functions of `keras.ops` whose arguments are those of their operation, by the same names."""
    found: dict[str, OpFunction] = {}
    for key, known in sorted(operation_table().functions.items()):
        package, _, name = known.path.rpartition(".")
        if package != "keras.ops":
            continue
        module, _, class_name = key.rpartition(".")
        operation = getattr(import_module(module), class_name)
        function = getattr(keras.ops, name)
        parameters = tuple(inspect.signature(function).parameters)
        if any(each.endswith(("_fn", "function")) for each in parameters):
            continue  # it calls what it is given
        call = tuple(inspect.signature(operation.call).parameters)[1:]
        made = inspect.signature(operation.__init__).parameters
        if all(name in call or name in made for name in parameters):
            found[name] = OpFunction(module, class_name, parameters, call)
    return found


def _symbols() -> Iterator[tuple[str, str, Any]]:
    """(module, name, value) by every name under which Keras finds its own when it reads a file:
    its registered names, and attributes of its packages and modules."""
    wanted = ("keras", _OLD, *(f"keras.{package}" for package in _PACKAGES))
    for full, value in api_export.REGISTERED_NAMES_TO_OBJS.items():
        module, _, name = full.rpartition(".")
        if module == "keras" or module in wanted or module.startswith(wanted[1:]):
            yield module, name, value
    for package in _PACKAGES:
        for module in (f"keras.{package}", *_modules(f"keras.src.{package}")):
            for name, value in vars(import_module(module)).items():
                if isinstance(value, type) and (
                    value.__module__ == module or not module.startswith("keras.src.")
                ):
                    yield module, name, value


def _modules(name: str) -> Iterator[str]:
    yield name
    path = getattr(import_module(name), "__path__", None)
    for found in pkgutil.walk_packages(path, f"{name}.") if path else ():
        if not found.name.endswith("_test"):
            yield found.name


def _sorted(found: dict[str, set[str]]) -> dict[str, tuple[str, ...]]:
    return {module: tuple(sorted(found[module])) for module in sorted(found)}


if __name__ == "__main__":
    write_known(Path(sys.argv[1]))
