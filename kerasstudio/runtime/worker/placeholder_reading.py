"""What a file tells of a layer that is code: shapes of its calls, and its weights."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import msgspec

from kerasstudio.graph.project import Layer
from kerasstudio.runtime.worker.model_config import Call, Entry, ModelConfig, Tensor
from kerasstudio.runtime.worker.model_files import WEIGHTS, ModelKind
from kerasstudio.runtime.worker.placeholder_layer import stored_weights
from kerasstudio.runtime.worker.stored_member import open_member
from kerasstudio.runtime.worker.vetting.hdf5_files import name_attribute

Stored = Callable[[str, str], list[list[Any]]]
"""The weights of a layer in the file (name, shape, dtype), by its place there and its name."""


def foreign_layer(made: Layer, entry: Entry) -> Layer:
    """The layer with class and arguments as the file has them, to the letter."""
    class_name = entry.class_name.rpartition(">")[2]
    registered = entry.registered_name
    if class_name != entry.class_name:  # as .h5 files name registered classes
        registered = registered or entry.class_name
    arguments = {
        name: _kept(value)
        for name, value in entry.config.items()
        if name not in ("name", "trainable")
    }
    return msgspec.structs.replace(
        made,
        class_name=class_name,
        module=entry.module or "",
        registered_name=None if registered == class_name else registered,
        arguments=arguments,
    )


def _kept(value: Any) -> Any:
    """JSON has no infinity; projects write it as `{"$float": "inf"}`."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    if isinstance(value, list | tuple):
        return [_kept(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _kept(each) for key, each in value.items()}
    return value


def placeholder_build(
    entry: Entry, model: ModelConfig, place: str, stored: Stored | None
) -> dict[str, Any]:
    """`Layer.build` of a placeholder (see `graph.placeholders`)."""
    calls = [found for call in entry.calls if (found := _shapes(call, model)) is not None]
    weights = [] if stored is None else stored(place, entry.name)
    built: dict[str, Any] = {}
    if calls:
        built["calls"] = calls
    if weights:
        built["weights"] = weights
    if entry.build_config is not None:
        built["build_config"] = entry.build_config
    return built


def _shapes(call: Call, model: ModelConfig) -> dict[str, Any] | None:
    """What goes into a call and comes out of it; None where its inputs are not known."""
    inputs = [tensor.spec for tensor in call.tensors()]
    if not inputs or any(spec is None for spec in inputs):
        return None
    outputs: dict[int, Any] = {}
    for other in model.calls():
        for tensor in other.tensors():
            if tensor.call is call:
                outputs[tensor.output] = tensor.spec
    if any(spec is None for spec in outputs.values()):
        return None
    # What only the model's outputs use is not described in files: nothing depends on it.
    count = max((*outputs, *_returned(call, model), 0)) + 1
    return {
        "inputs": [spec[0] for spec in inputs if spec is not None],
        "outputs": [
            None if (spec := outputs.get(number)) is None else list(spec) for number in range(count)
        ],
    }


def _returned(call: Call, model: ModelConfig) -> Iterator[int]:
    waiting = [model.outputs]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Tensor):
            if value.call is call:
                yield value.output
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)


@contextmanager
def stored_in(path: Path, kind: ModelKind) -> Iterator[Stored | None]:
    """The weights in a vetted file; None for one without weights."""
    if kind == "json":
        yield None
    elif kind == "keras":
        with (
            zipfile.ZipFile(path) as archive,
            open_member(archive, WEIGHTS) as member,
            h5py.File(member, "r") as file,
        ):
            yield lambda place, _name: stored_weights(file[place]) if place in file else []
    else:
        with h5py.File(path, "r") as file:
            yield _by_name(file.get("model_weights", file))


def _by_name(weights: Any) -> Stored:
    def stored(_place: str, name: str) -> list[list[Any]]:
        if name not in weights:
            return []
        group = weights[name]
        names = [each for each in name_attribute(group, "weight_names") if each in group]
        return [[each, list(group[each].shape), str(group[each].dtype)] for each in names]

    return stored
