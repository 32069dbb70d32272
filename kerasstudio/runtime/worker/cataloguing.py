"""Describe the installed Keras: `python -m kerasstudio.runtime.worker.cataloguing OUT.json`.

The result is shipped as resources/catalogue/keras-VERSION.json, so that the window knows every
layer without importing TensorFlow; a test holds both equal."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import msgspec

from kerasstudio.graph.catalogue import (
    OUTPUT_TYPE,
    Argument,
    Catalogue,
    LayerType,
    ObjectType,
    docs_path,
    generated_path,
    shipped,
)
from kerasstudio.graph.project import INPUT_CLASS
from kerasstudio.runtime.atomic import write_atomic
from kerasstudio.runtime.worker import catalogue_overrides as overrides
from kerasstudio.runtime.worker import catalogue_words
from kerasstudio.runtime.worker.argument_kinds import describe_argument
from kerasstudio.runtime.worker.docstrings import dedented, read_docs
from kerasstudio.runtime.worker.keras_objects import make_layer
from kerasstudio.runtime.worker.probing import accepted, call_ports

_FAMILIES: dict[str, ModuleType] = {
    "optimizers": keras.optimizers,
    "schedules": keras.optimizers.schedules,
    "losses": keras.losses,
    "metrics": keras.metrics,
    "callbacks": keras.callbacks,
    "initializers": keras.initializers,
    "regularizers": keras.regularizers,
    "constraints": keras.constraints,
}


def describe_keras(probe: bool = True) -> Catalogue:
    """The catalogue of the installed Keras. `probe` runs every layer on data (half a minute)."""
    layers = [OUTPUT_TYPE]
    for layer_class, names in public_classes(keras.layers).items():
        if layer_class.__name__ not in overrides.NOT_NODES:
            layers.append(_layer_type(layer_class, _public_name(layer_class, names), names, probe))
    layers.sort(key=_palette_order)
    objects = [
        _object_type(family, module, found, _public_name(found, names))
        for family, module in _FAMILIES.items()
        for found, names in public_classes(module).items()
        if found.__name__ not in overrides.OBJECTS_LEFT_OUT
    ]
    return Catalogue(keras.__version__, tuple(layers), (*objects, *_activations()))


def public_classes(module: ModuleType) -> dict[type, list[str]]:
    """Public classes of a module with all names they have there, sorted by class name."""
    found: dict[type, list[str]] = {}
    for name in dir(module):
        value = getattr(module, name)
        if isinstance(value, type) and not name.startswith("_"):
            found.setdefault(value, []).append(name)
    return dict(sorted(found.items(), key=lambda item: item[0].__name__))


def describe_docs() -> dict[str, str]:
    """The docstrings of everything in the catalogue by public name, without their indentation."""
    found: dict[str, str] = {}
    modules = {"keras.layers": keras.layers, **{_public(each): each for each in _FAMILIES.values()}}
    for public, module in modules.items():
        for each, names in public_classes(module).items():
            if each.__doc__:
                text = "\n".join(dedented(each.__doc__)).strip()
                found[f"{public}.{_public_name(each, names)}"] = text
    for kind in _activations():
        function = getattr(keras.activations, kind.class_name)
        if function.__doc__:
            text = "\n".join(dedented(function.__doc__)).strip()
            found[f"{kind.module}.{kind.class_name}"] = text
    return dict(sorted(found.items()))


def write_catalogue(path: Path) -> None:
    """Generate and write the JSON, and the docstrings beside it, both indented so that differences
    between versions can be read."""
    for where, value in ((path, describe_keras()), (docs_path(path), describe_docs())):
        write_atomic(where, msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")


def _public_name(found: type, names: list[str]) -> str:
    """The name to write in code and files; a few classes are published under another one."""
    return found.__name__ if found.__name__ in names else names[0]


def _layer_type(layer_class: type, name: str, names: list[str], probe: bool) -> LayerType:
    docs = read_docs(layer_class.__doc__)
    arguments = described_arguments(layer_class, docs.arguments)
    if name != INPUT_CLASS and not any(argument.name == "dtype" for argument in arguments):
        help_text = catalogue_words.ARGUMENT_HELP["dtype"]
        arguments.append(describe_argument(name, "dtype", None, False, help_text))
    example = _example(name, arguments)
    needs = overrides.NEEDS.get(name)
    ports = [] if name == INPUT_CLASS else call_ports(layer_class)
    hidden = name in overrides.HIDDEN
    if ports and probe and not hidden and needs is None:
        tried = {**example, **overrides.PROBE_ARGUMENTS.get(name, {})}
        ranks, dtypes = accepted(lambda: make_layer(layer_class, tried), ports)
        ranks = overrides.RANKS.get(name, ranks)
        if {name, _category(layer_class, name)} & overrides.BATCHED_ONLY:
            ranks = tuple(rank for rank in ranks if rank != 3)
        dtypes = overrides.DTYPES.get(name, dtypes)
        ports[0] = msgspec.structs.replace(ports[0], ranks=ranks, dtypes=dtypes)
    aliases = [*catalogue_words.ALIASES.get(name, ()), *(other for other in names if other != name)]
    return LayerType(
        class_name=name,
        module="keras.layers",
        category=_category(layer_class, name),
        summary=docs.summary or catalogue_words.SUMMARIES.get(name, ""),
        help=docs.text,
        arguments=tuple(arguments),
        ports=tuple(ports),
        outputs=overrides.OUTPUTS.get(name, ("output",)),
        aliases=tuple(aliases),
        hidden=hidden,
        needs=needs,
        example=example,
    )


def _object_type(family: str, module: ModuleType, found: type, name: str) -> ObjectType:
    docs = read_docs(found.__doc__)
    arguments = tuple(described_arguments(found, docs.arguments, drop=()))
    example = overrides.OBJECT_EXAMPLES.get(name)
    if example is None:
        example = _example(name, list(arguments))
    return ObjectType(name, _public(module), family, docs.summary, arguments, example)


def _public(module: ModuleType) -> str:
    """The name of a module as people write it."""
    return module.__name__.replace("keras._tf_keras.", "").replace("keras.api.", "keras.")


def _activations() -> list[ObjectType]:
    """Functions that can be named as an activation, by their public names."""
    found: list[ObjectType] = []
    for name in dir(keras.activations):
        function = getattr(keras.activations, name)
        if name.startswith("_") or not callable(function) or name in _NO_ACTIVATIONS:
            continue
        docs = read_docs(function.__doc__)
        arguments = tuple(described_arguments(function, docs.arguments, drop=("x",)))
        if not any(argument.required for argument in arguments):
            found.append(
                ObjectType(name, "keras.activations", "activations", docs.summary, arguments)
            )
    return found


_NO_ACTIVATIONS = {"get", "serialize", "deserialize"}


def described_arguments(
    owner: Callable[..., Any], helps: dict[str, str], drop: tuple[str, ...] | None = None
) -> list[Argument]:
    # Keras overrides `__new__`, so that the class itself has no telling signature.
    target: Any = owner.__init__ if isinstance(owner, type) else owner  # type: ignore[misc]
    left_out = overrides.DROPPED_ARGUMENTS if drop is None else set(drop)
    found: list[Argument] = []
    for name, parameter in inspect.signature(target).parameters.items():
        if name == "self" or name in left_out or parameter.kind in _VARIADIC:
            continue
        required = (
            parameter.default is inspect.Parameter.empty
            or (owner.__name__, name) in overrides.REQUIRED
        )
        default = None if required else parameter.default
        found.append(
            describe_argument(owner.__name__, name, default, required, helps.get(name, ""))
        )
    return found


_VARIADIC = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}


def _example(name: str, arguments: list[Argument]) -> dict[str, Any]:
    """Values for required arguments that make sense on their own."""
    if name in overrides.EXAMPLES_OF:
        return overrides.EXAMPLES_OF[name]
    return {
        argument.name: overrides.EXAMPLES[argument.name]
        for argument in arguments
        if argument.required and argument.name in overrides.EXAMPLES
    }


def _category(layer_class: type, name: str) -> str:
    if name in overrides.CATEGORY_OF:
        return overrides.CATEGORY_OF[name]
    folders = layer_class.__module__.split(".")[3:-1]
    return next(
        (
            overrides.CATEGORIES[folder]
            for folder in reversed(folders)
            if folder in overrides.CATEGORIES
        ),
        "Core",
    )


def _palette_order(layer_type: LayerType) -> tuple[int, str]:
    order = overrides.CATEGORY_ORDER
    return order.index(layer_type.category), layer_type.class_name.lower()


def write_missing() -> Path | None:
    """Where another Keras than the pinned one is installed and its catalogue was not written yet,
    write it; returns its path then. Raises `OSError`."""
    path = generated_path(keras.__version__)
    if shipped().keras_version == keras.__version__ or path.exists():
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    write_catalogue(path)
    return path


if __name__ == "__main__":
    write_catalogue(Path(sys.argv[1]))
