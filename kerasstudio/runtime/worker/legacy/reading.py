"""An old model configuration taken apart into a `ModelGraph`; nothing is upgraded yet.

Keras 1 writes a call as `[[layer, call, output], ...]`, Keras 2 puts a dictionary of keyword
arguments behind the output; tf.keras nests that in lists and dictionaries, and has tensors
`[layer, call, output]` and constants among the keyword arguments. Sequential models are a list of
layers up to Keras 2.2.2.
"""

from __future__ import annotations

from typing import Any

from kerasstudio.runtime.worker.legacy.call_numbers import count_calls_from_zero
from kerasstudio.runtime.worker.legacy.constants import constant
from kerasstudio.runtime.worker.legacy.input_shapes import input_shape
from kerasstudio.runtime.worker.legacy.malformed import malformed
from kerasstudio.runtime.worker.legacy.model_graph import (
    LAYERS,
    Call,
    Entry,
    ModelGraph,
    Tensor,
    map_leaves,
)
from kerasstudio.runtime.worker.legacy.stored_weights import Stored

MODELS = {"Model", "Functional", "Sequential", "Container", "Network"}
OPERATION_LAYERS = {"TFOpLambda", "SlicingOpLambda", "ClassMethod", "InstanceMethod"}
"""Their first argument keeps its structure: a list of one tensor stays a list."""
CONSTANT = "_CONSTANT_VALUE"
MERGE = "Merge"


def is_model(value: Any) -> bool:
    """Whether a serialised layer is a model."""
    return isinstance(value, dict) and value.get("class_name") in MODELS


def read_model(value: dict[str, Any], name: str | None = None) -> ModelGraph:
    """The graph of `{"class_name", "config"}` of a model. Raises `StudioError` where it is none."""
    config = value.get("config")
    if isinstance(config, list):
        config = {"layers": config}
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        raise malformed("a model without a list of layers", value.get("class_name"))
    title = str(name or value.get("name") or config.get("name") or "model")
    if value.get("class_name") == "Sequential":
        return _sequential(config, title)
    return _functional(config, title)


# ---------------------------------------------------------------- one layer


def _entry(value: Any, name: str | None = None) -> Entry:
    if not isinstance(value, dict) or not isinstance(value.get("class_name"), str):
        raise malformed("a layer without a class", value)
    class_name, config = value["class_name"], value.get("config")
    if is_model(value):
        given = (
            name or value.get("name") or (config.get("name") if isinstance(config, dict) else "")
        )
        part = read_model(value, str(given or "model"))
        stored = Stored(part.name, class_name, part.trainable, is_model=True)
        return Entry(part.name, part.kind, {}, None, part=part, stored=stored)
    if not isinstance(config, dict):
        raise malformed("a layer without a configuration", value)
    title = str(name or config.get("name") or value.get("name") or class_name.lower())
    if class_name == "InputLayer":
        return Entry(title, class_name, {**config, "name": title})
    stored = Stored(title, class_name, config.get("trainable") is not False)
    said = (value.get("module"), value.get("registered_name"))
    return Entry(title, class_name, {**config, "name": title}, LAYERS, said, stored=stored)


# ---------------------------------------------------------------- Sequential


def _sequential(config: dict[str, Any], name: str) -> ModelGraph:
    values = config["layers"]
    model = ModelGraph(name, "Sequential", trainable=config.get("trainable") is not False)
    if values and isinstance(values[0], dict) and values[0].get("class_name") == MERGE:
        last = _branches(values[0], model)
        values = values[1:]
    else:
        last = None
    for value in values:
        entry = _entry(value)
        if any(entry.name == other.name for other in model.entries):
            entry.name = model.free_name(entry.name)
        if last is not None:
            entry.calls.append(Call([last]))
        elif not entry.is_input:
            last = _input_before(entry, config, model)
            entry.calls.append(Call([last] if last is not None else []))
        model.entries.append(entry)
        last = Tensor(entry)
    if model.inputs is None and model.entries and model.entries[0].is_input:
        model.inputs = Tensor(model.entries[0])
    if model.inputs is not None:
        model.outputs = last
    return model


def _input_before(entry: Entry, config: dict[str, Any], model: ModelGraph) -> Tensor | None:
    """An Input for a first layer that is none, None where the file does not tell the shape."""
    shape, dtype = input_shape(entry)
    if shape is None and isinstance(config.get("build_input_shape"), list):
        shape = config["build_input_shape"]
    if shape is None:
        return None
    name = model.free_name(f"{entry.name}_input")
    given = {"batch_shape": shape, "dtype": dtype, "name": name}
    added = Entry(name, "InputLayer", given)
    source = Tensor(added)
    model.entries.append(added)
    model.added_inputs.append(added)
    model.inputs = source
    return source


def _branches(merge: dict[str, Any], model: ModelGraph) -> Tensor:
    """Keras 1 let a Sequential model begin with a Merge of Sequential models: their layers are
    put into one Functional model."""
    config = merge.get("config")
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        raise malformed("a Merge without branches", merge.get("class_name"))
    model.kind = "Functional"
    ends: list[Any] = []
    inputs: list[Any] = []
    for value in config["layers"]:
        if is_model(value):
            branch = read_model(value)
            if branch.inputs is None:
                raise malformed("a branch of a Merge without an input shape", branch.name)
            model.entries += branch.entries
            model.added_inputs += branch.added_inputs
            inputs += branch.inputs if isinstance(branch.inputs, list) else [branch.inputs]
            ends.append(branch.outputs)
        else:
            entry = _entry(value)
            shape, dtype = input_shape(entry)
            name = model.free_name(f"{entry.name}_input")
            source = Entry(name, "InputLayer", {"batch_shape": shape, "dtype": dtype, "name": name})
            entry.calls.append(Call([Tensor(source)]))
            model.entries += [source, entry]
            model.added_inputs.append(source)
            inputs.append(Tensor(source))
            ends.append(Tensor(entry))
    entry = _entry({"class_name": MERGE, "config": {**config, "layers": []}})
    entry.calls.append(Call([ends]))
    model.entries.append(entry)
    model.inputs = inputs[0] if len(inputs) == 1 else inputs
    return Tensor(entry)


# ---------------------------------------------------------------- Functional


def _functional(config: dict[str, Any], name: str) -> ModelGraph:
    model = ModelGraph(name, "Functional", trainable=config.get("trainable") is not False)
    by_name: dict[str, Entry] = {}
    for value in config["layers"]:
        given = value.get("name") if isinstance(value, dict) else None
        entry = _entry(value, given)
        by_name[given or entry.name] = entry
        model.entries.append(entry)
    for value, entry in zip(config["layers"], model.entries, strict=True):
        calls = value.get("inbound_nodes") or []
        if not isinstance(calls, list):
            raise malformed("a layer whose calls are no list", entry.name)
        entry.calls = [_call(each, entry, by_name) for each in calls]
    model.inputs = _single(_tensors(config.get("input_layers"), by_name))
    model.outputs = _single(_tensors(config.get("output_layers"), by_name))
    count_calls_from_zero(model)
    return model


def _call(data: Any, entry: Entry, by_name: dict[str, Entry]) -> Call:
    kwargs: dict[str, Any] = {}

    def leaf(value: list[Any]) -> Any:
        if len(value) > 3 and isinstance(value[3], dict):
            kwargs.update(value[3])
        if value[0] == CONSTANT:
            return _constant(value[2])
        return _tensor(value, by_name)

    if _is_leaf(data, by_name):
        first = leaf(data)
    else:
        first = _structure(data, by_name, leaf)
        if entry.class_name not in OPERATION_LAYERS:
            first = _single(first)
    given = {
        key: _structure(value, by_name, lambda found: _tensor(found, by_name))
        for key, value in kwargs.items()
        if value is not None
    }
    return Call([first], given)


def _structure(value: Any, by_name: dict[str, Entry], leaf: Any) -> Any:
    if _is_leaf(value, by_name):
        return leaf(value)
    if isinstance(value, dict):
        return {key: _structure(each, by_name, leaf) for key, each in value.items()}
    if isinstance(value, list):
        return [_structure(each, by_name, leaf) for each in value]
    return value


def _is_leaf(value: Any, by_name: dict[str, Entry]) -> bool:
    """Whether it is `[layer, call, output]`, perhaps with keyword arguments behind it."""
    return (
        isinstance(value, list)
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and isinstance(value[1], int)
        and (value[0] == CONSTANT or (value[0] in by_name and isinstance(value[2], int)))
    )


def _tensor(value: list[Any], by_name: dict[str, Entry]) -> Tensor:
    return Tensor(by_name[value[0]], value[1], value[2])


def _tensors(value: Any, by_name: dict[str, Entry]) -> Any:
    if value is None:
        raise malformed("a model without inputs or outputs", None)

    def checked(leaf: Any) -> Any:
        if not isinstance(leaf, Tensor):
            raise malformed("an input or output that no layer makes", leaf)
        return leaf

    return map_leaves(checked, _structure(value, by_name, lambda v: _tensor(v, by_name)))


def _constant(value: Any) -> Any:
    return constant(value) if isinstance(value, list) else value


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value
