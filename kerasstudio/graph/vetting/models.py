"""The configuration of a model: which of its objects may be made, and which layers are code.

Two things are told apart. What no model needs (paths, functions that read, write or download,
sizes that fill the memory) makes the whole file unsafe. What a person may have written and kept
(Lambda layers, custom classes, layers of another Keras) makes its layer a `ForeignLayer`: it is
never made, and stands in the drawing as a placeholder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kerasstudio.graph.vetting.known_objects import KnownObjects
from kerasstudio.graph.vetting.limits import DEEPEST, MOST_VALUES, UnsafeError
from kerasstudio.graph.vetting.objects import class_of, is_known, reasons_in
from kerasstudio.graph.vetting.values import vet_name

MODELS = {"Functional", "Sequential", "Model"}


@dataclass(frozen=True)
class ForeignLayer:
    """A layer that is not made. `path` leads to its entry from the top of the configuration;
    `reasons` are noun phrases ("stored Python code")."""

    path: tuple[str | int, ...]
    entry: dict[str, Any]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class VettedConfig:
    """`model` is the configuration without any compilation (`compiled` is that of the whole, if
    it may be made); `foreign` lists the layers in it that may not. `notes` are sentences about
    what was left out. `altered`: `model` is not what the file says, beside its compilation."""

    model: dict[str, Any]
    foreign: tuple[ForeignLayer, ...] = ()
    compiled: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    altered: bool = False


def vet_config(config: dict[str, Any], known: KnownObjects) -> VettedConfig:
    """Raises `UnsafeError`. `config` is not changed."""
    measure(config)
    notes: list[str] = []
    model = _without_compilation(config)
    altered = any(model[key] != config[key] for key in model)
    name = class_of(model)
    if name not in MODELS and _layers_of(model) is not None and _is_functional(model):
        # A model class of the person's own, made from Inputs and Outputs: its graph is all here.
        notes.append(f"{name} is a class of its own; what it does beside its graph is left out")
        model = {**model, "module": "keras", "class_name": "Functional", "registered_name": None}
        altered = True
    if class_of(model) not in MODELS or not is_known(model, known):
        return VettedConfig(model, notes=tuple(notes), altered=True)
    foreign = tuple(_foreign_layers(model, known))
    compiled = config.get("compile_config")
    if compiled is not None and not isinstance(compiled, dict):
        raise UnsafeError("a compilation that is none", "compile_config")
    if compiled:
        compiled, more = vet_compiled(compiled, known, "compile_config")
        notes += more
    return VettedConfig(model, foreign, compiled or None, tuple(notes), altered)


def vet_compiled(
    compiled: dict[str, Any], known: KnownObjects, where: str
) -> tuple[dict[str, Any] | None, list[str]]:
    """Optimizer, loss and metrics, or None and why they are left out. Raises `UnsafeError`."""
    measure(compiled)
    reasons = sorted(set(reasons_in(compiled, where, known)))
    if reasons:
        return None, [f"its compilation is left out: it holds {', '.join(reasons)}"]
    return compiled, []


def measure(value: Any) -> None:
    """Depth and number of values; without recursion: depth is something a file can lie about.
    Raises `UnsafeError`."""
    waiting: list[tuple[Any, int]] = [(value, 0)]
    seen = 0
    while waiting:
        current, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST or seen > MOST_VALUES:
            raise UnsafeError("a configuration that is nested too deeply or too long")
        if isinstance(current, dict):
            waiting.extend((each, depth + 1) for each in current.values())
        elif isinstance(current, list):
            waiting.extend((each, depth + 1) for each in current)


# ---------------------------------------------------------------- models and layers


def _foreign_layers(
    model: dict[str, Any], known: KnownObjects, path: tuple[str | int, ...] = ()
) -> Iterator[ForeignLayer]:
    """Layers that are code, in this model and in those inside. Raises `UnsafeError`."""
    where = ".".join(map(str, path))
    layers = _layers_of(model)
    if layers is None:
        raise UnsafeError("a model without a list of layers", where)
    inside = ("config",) if isinstance(model["config"], list) else ("config", "layers")
    for number, entry in enumerate(layers):
        here = (*path, *inside, number)
        place = ".".join(map(str, here))
        if not isinstance(entry, dict) or class_of(entry) is None:
            raise UnsafeError("a layer that is none", place)
        vet_name(entry.get("name"), place)
        if class_of(entry) in MODELS and is_known(entry, known):
            yield from _foreign_layers(entry, known, here)
            continue
        for _ in reasons_in(entry.get("inbound_nodes"), place, known):
            raise UnsafeError("code as an argument of a call", place)
        reasons = tuple(dict.fromkeys(reasons_in(entry, place, known)))
        if reasons:
            yield ForeignLayer(here, entry, reasons)
    config = model["config"]
    bare = {} if isinstance(config, list) else {**config, "layers": []}
    for reason in reasons_in({**model, "config": bare}, where, known):
        raise UnsafeError(reason, where)


def _layers_of(model: dict[str, Any]) -> list[Any] | None:
    config = model.get("config")
    if isinstance(config, list):
        return config  # Keras 1, and Sequential up to Keras 2.2
    layers = config.get("layers") if isinstance(config, dict) else None
    return layers if isinstance(layers, list) else None


def _without_compilation(model: dict[str, Any]) -> dict[str, Any]:
    """A copy in which no model, also none inside, says how it was compiled: Keras would make its
    optimizer and losses."""
    bare = {key: value for key, value in model.items() if key != "compile_config" or not value}
    layers = _layers_of(bare)
    if class_of(bare) not in MODELS and not layers:
        return bare
    inside = [
        _without_compilation(each) if isinstance(each, dict) and _layers_of(each) else each
        for each in layers or ()
    ]
    config = bare.get("config")
    if layers is not None:
        bare["config"] = inside if isinstance(config, list) else {**config, "layers": inside}  # type: ignore[dict-item]
    return bare


def _is_functional(model: dict[str, Any]) -> bool:
    config = model["config"]
    return isinstance(config, dict) and "input_layers" in config and "output_layers" in config
