"""The model as formats for inference need it, with the very weights of the subject.

TensorFlow refuses some layer names when it makes a graph, TensorFlow Lite knows no half-precision
arithmetic, and its recurrent layers must be unrolled: none of that changes what is predicted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import keras
import msgspec

from kerasstudio.graph.names import unique_name
from kerasstudio.graph.project import Layer, Project
from kerasstudio.runtime.worker.build import BuiltModel, build_model
from kerasstudio.runtime.worker.exporters.exporter import Subject
from kerasstudio.runtime.worker.learned import finalize, learned_by, learns, teach

RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN")
_SCOPE = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.>-]*")
_STRANGE = re.compile(r"[^A-Za-z0-9_.>-]")
_HALF = re.compile(r"(mixed_)?b?float(16|8.*)")


def inference_model(subject: Subject, float32: bool = False, unroll: bool = False) -> keras.Model:
    """The subject's model, made anew only where something of it has to be another way."""
    project = with_scope_names(subject.project)
    if float32:
        project = _note_dtypes(subject, project, _changed(project, _in_float32))
    if unroll:
        project = _changed(project, _unrolled)
    if project is subject.project:
        return subject.model
    built = build_model(project)
    copy_weights(subject.built, built)
    return built.model


def copy_weights(source: BuiltModel, target: BuiltModel) -> None:
    """The same weights and what layers learned, layer by layer, into a model of the same layers."""
    for key, made in target.layers.items():
        given = source.layers[key]
        if isinstance(made, keras.Model) or not isinstance(made, keras.layers.Layer):
            continue
        for mine, theirs in zip(made.weights, given.weights, strict=True):
            mine.assign(keras.ops.cast(theirs, mine.dtype))
        if learns(made) and (known := learned_by(given)) is not None:
            teach(made, known)
    finalize(target.model)


def with_scope_names(project: Project) -> Project:
    """The project with names that TensorFlow takes for the scopes of a graph; those of Inputs and
    Outputs are none."""
    taken = {layer.name for layer in project.layers.values()}
    renamed: dict[str, Layer] = {}
    for key, layer in project.layers.items():
        if layer.is_input or layer.is_output or _SCOPE.fullmatch(layer.name):
            continue
        name = unique_name(f"x{_STRANGE.sub('_', layer.name)}", taken)
        taken.add(name)
        renamed[key] = msgspec.structs.replace(layer, name=name)
    if not renamed:
        return project
    return msgspec.structs.replace(project, layers={**project.layers, **renamed})


def is_recurrent(layer: Layer) -> bool:
    """Whether a recurrent layer that can be unrolled is this one or inside it."""
    return layer.class_name in RECURRENT or any(
        isinstance(value, dict) and value.get("class_name") in RECURRENT
        for value in layer.arguments.values()
    )


def _changed(project: Project, change: Callable[[str, dict[str, Any]], dict[str, Any]]) -> Project:
    """The project with the arguments of its layers changed, of those inside layers too."""
    layers = {
        key: layer
        if (arguments := _inside(layer.class_name, layer.arguments, change)) == layer.arguments
        else msgspec.structs.replace(layer, arguments=arguments)
        for key, layer in project.layers.items()
    }
    if all(layers[key] is layer for key, layer in project.layers.items()):
        return project
    return msgspec.structs.replace(project, layers=layers)


def _inside(
    class_name: str,
    arguments: dict[str, Any],
    change: Callable[[str, dict[str, Any]], dict[str, Any]],
) -> dict[str, Any]:
    changed = {}
    for name, value in change(class_name, arguments).items():
        config = value.get("config") if isinstance(value, dict) else None
        if isinstance(value, dict) and isinstance(config, dict) and "class_name" in value:
            value = {**value, "config": _inside(str(value["class_name"]), config, change)}
        changed[name] = value
    return changed


def _note_dtypes(subject: Subject, before: Project, after: Project) -> Project:
    if after is not before:
        dtypes = {
            _dtype_name(layer.arguments) or "half precision"
            for key, layer in before.layers.items()
            if after.layers[key] is not layer
        }
        note = f"computed in 32-bit floats: layers had {', '.join(sorted(dtypes))}"
        if note not in subject.notes:
            subject.notes.append(note)
    return after


def _dtype_name(arguments: dict[str, Any]) -> str:
    """The name of a dtype policy, however it is written."""
    dtype = arguments.get("dtype")
    if isinstance(dtype, dict):
        dtype = dtype.get("config", {}).get("name")
    return dtype if isinstance(dtype, str) else ""


def _in_float32(class_name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    if not _HALF.fullmatch(_dtype_name(arguments)):
        return arguments
    return {name: value for name, value in arguments.items() if name != "dtype"}


def _unrolled(class_name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {**arguments, "unroll": True} if class_name in RECURRENT else arguments
