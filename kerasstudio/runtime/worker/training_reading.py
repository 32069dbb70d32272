"""How a model file says it was compiled, as the training settings of a project.

Names that Keras takes as well ("mse", a function's name) become the classes they stand for, since
only those can be shown with their arguments, and saved to `.h5`. What Keras settles when it sees
data ("accuracy") is settled by the loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import keras
import msgspec
import numpy as np

from kerasstudio.graph.catalogue import Catalogue, shipped
from kerasstudio.graph.heads import head_of
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import KerasObject, OutputTraining, TrainingSpec
from kerasstudio.runtime.worker.keras_aliases import classes_by_name
from kerasstudio.runtime.worker.layer_arguments import object_arguments

_ACCURACY = {"accuracy", "acc"}
_CROSSENTROPY = {"crossentropy", "ce"}
_USUAL: dict[str, tuple[Any, ...]] = {
    "weighted_metrics": (None, []),
    "run_eagerly": (None, False),
    "steps_per_execution": (None, 1),
    "jit_compile": (None, "auto", False),
    "auto_scale_loss": (None, True),
}
_WORDS = {
    "weighted_metrics": "weighted metrics",
    "run_eagerly": "eager running",
    "steps_per_execution": "steps per execution",
    "jit_compile": "XLA compilation",
    "auto_scale_loss": "loss scaling",
}


@dataclass(frozen=True)
class OutputName:
    """An Output of the root graph: its layer id and node id, and the names by which Keras may call
    it: its key, and the layer that makes it."""

    layer: str
    node: str
    names: tuple[str, ...]


@dataclass
class _Reader:
    project: Project
    outputs: list[OutputName]
    catalogue: Catalogue
    has_loss: bool
    notes: list[str] = field(default_factory=list)


def read_training(
    compiled: dict[str, Any], project: Project, outputs: list[OutputName]
) -> tuple[TrainingSpec, tuple[str, ...]]:
    """The project's training with what `compiled` says, a `compile_config` of Keras or the
    `training_config` of an `.h5` file; and notes on what is not taken over."""
    reader = _Reader(project, outputs, shipped(), compiled.get("loss") is not None)
    spec = project.training
    optimizer = _optimizer(compiled.get("optimizer", compiled.get("optimizer_config")), reader)
    chosen: dict[str, OutputTraining] = {}
    for place, output in enumerate(outputs):
        loss = _of_output(compiled.get("loss"), place, output, reader, _is_object)
        metrics = _of_output(compiled.get("metrics"), place, output, reader, _is_metrics)
        weight = _of_output(compiled.get("loss_weights"), place, output, reader, _is_number)
        made = _loss(loss, output, reader)
        chosen[output.layer] = OutputTraining(
            loss=made,
            loss_weight=1.0 if weight is None else float(weight),
            metrics=tuple(_metrics(metrics, made, output, reader)),
        )
    for name, usual in _USUAL.items():
        value = compiled.get(name)
        if not any(value is each or value == each for each in usual):
            reader.notes.append(f"{_WORDS[name]} ({value}): not taken over")
    spec = msgspec.structs.replace(spec, optimizer=optimizer or spec.optimizer, outputs=chosen)
    return spec, tuple(dict.fromkeys(reader.notes))


def _of_output(
    value: Any,
    place: int,
    output: OutputName,
    reader: _Reader,
    is_one: Callable[[Any], bool],
) -> Any:
    """What is meant for one Output: a value may be for all of them, in a list or in a dictionary,
    which can be nested as the outputs are."""
    count = len(reader.outputs)
    if value is None or (is_one(value) and (count == 1 or not isinstance(value, list))):
        return value
    if isinstance(value, dict):
        for name in output.names:
            if name in value:
                return value[name]
        flat = [value[key] for key in sorted(value)]
        nested = any(isinstance(each, list | dict) and not _is_object(each) for each in flat)
        if nested:
            return _of_output(_flat(value, is_one), place, output, reader, is_one)
        return None
    if isinstance(value, list):
        if count == 1 and len(value) == 1:
            return value[0]
        if len(value) == count:
            return value[place]
        spread = _flat(value, is_one)
        if len(spread) == count:
            return spread[place]
    reader.notes.append(f"settings that do not fit the outputs: {str(value)[:80]}")
    return None


def _flat(value: Any, is_one: Callable[[Any], bool]) -> list[Any]:
    if is_one(value) or not isinstance(value, list | dict):
        return [value]
    if isinstance(value, dict):
        return [each for key in sorted(value) for each in _flat(value[key], is_one)]
    return [each for inner in value for each in _flat(inner, is_one)]


def _is_object(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, dict) and "class_name" in value)


def _is_metrics(value: Any) -> bool:
    """A metric, or a list of them."""
    return _is_object(value) or (isinstance(value, list) and all(map(_is_object, value)))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


# ---------------------------------------------------------------- objects


def _optimizer(value: Any, reader: _Reader) -> KerasObject | None:
    if value is None:
        return None
    if isinstance(value, str):
        value = keras.saving.serialize_keras_object(keras.optimizers.get(value))
    if isinstance(value, dict) and value.get("class_name") == "LossScaleOptimizer":
        # Keras puts it around the optimizer by itself where a dtype policy asks for it.
        value = (value.get("config") or {}).get("inner_optimizer")
    found = _known(value, "optimizers", reader)
    if found is None:
        reader.notes.append(f"the optimizer {_called(value)}: not one of Keras's own")
        return None
    config = {name: _rounded(each) for name, each in found.config.items()}
    defaults = _defaults(found, reader)
    config = {
        name: each
        for name, each in config.items()
        if name != "name" and not (name in defaults and defaults[name] == each)
    }
    return msgspec.structs.replace(found, config=config)


def _loss(value: Any, output: OutputName, reader: _Reader) -> KerasObject | None:
    if value is None:
        if reader.has_loss:
            reader.notes.append(
                f'the output "{output.names[0]}" had no loss: one is chosen when it is trained'
            )
        return None
    name = _function_name(value)
    if name in _CROSSENTROPY:
        return _crossentropy(output, reader)
    if name is not None:
        kind = classes_by_name("losses").get(name)
        value = {"class_name": kind, "module": "keras.losses", "config": {}} if kind else value
    found = _known(value, "losses", reader)
    if found is None:
        reader.notes.append(f"the loss {_called(value)}: not one of Keras's own")
    return found


def _metrics(
    value: Any, loss: KerasObject | None, output: OutputName, reader: _Reader
) -> Iterator[KerasObject]:
    for each in value if isinstance(value, list) else [value]:
        if each is None:
            continue
        name = _function_name(each)
        if name in _ACCURACY:
            yield KerasObject(_accuracy(loss, output, reader), "keras.metrics", {"name": name})
            continue
        config: dict[str, Any] = {}
        if name is not None and (kind := classes_by_name("metrics").get(name)):
            # Keras reports it under the name it was given by.
            config = {"name": name}
            each = {"class_name": kind, "module": "keras.metrics", "config": {}}
        found = _known(each, "metrics", reader)
        if found is None:
            reader.notes.append(f"the metric {_called(each)}: not one of Keras's own")
        else:
            usual = _defaults(found, reader).get("name") == config.get("name")
            config = {} if usual else config
            yield msgspec.structs.replace(found, config={**found.config, **config})


def _crossentropy(output: OutputName, reader: _Reader) -> KerasObject:
    """What Keras chooses by the data, told from the output."""
    head = head_of(reader.project, output.node)
    binary = head.units == 1 or head.activation == "sigmoid"
    kind = "BinaryCrossentropy" if binary else "SparseCategoricalCrossentropy"
    return KerasObject(kind, "keras.losses")


def _accuracy(loss: KerasObject | None, output: OutputName, reader: _Reader) -> str:
    """The accuracy that Keras would choose for the labels this loss takes."""
    name = loss.class_name if loss is not None else ""
    if name.startswith("Sparse"):
        return "SparseCategoricalAccuracy"
    if head_of(reader.project, output.node).units == 1:
        return "BinaryAccuracy"
    return "CategoricalAccuracy"


def _known(value: Any, family: str, reader: _Reader) -> KerasObject | None:
    """An object of Keras's own from its serialised form, with changed arguments only."""
    if not isinstance(value, dict) or not isinstance(value.get("class_name"), str):
        return None
    kind = reader.catalogue.object_type(family, value["class_name"])
    module = value.get("module")
    foreign = module is not None and not str(module).startswith("keras")
    config = value.get("config")
    if kind is None or foreign or not isinstance(config, dict):
        return None
    changed = object_arguments({**value, "module": kind.module}, reader.catalogue)
    return KerasObject(kind.class_name, kind.module, changed)


def _defaults(found: KerasObject, reader: _Reader) -> dict[str, Any]:
    family = found.module.rsplit(".", 1)[-1]
    kind = reader.catalogue.object_type(family, found.class_name)
    return {each.name: each.default for each in kind.arguments} if kind is not None else {}


def _function_name(value: Any) -> str | None:
    """The name of a function or an alias; None for an object of a class."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and value.get("class_name") == "function":
        return str(value.get("config"))
    return None


def _called(value: Any) -> str:
    name = _function_name(value)
    if name is not None:
        return f'"{name[:60]}"'
    return str(value.get("class_name"))[:60] if isinstance(value, dict) else str(value)[:60]


def _rounded(value: Any) -> Any:
    """Numbers that went through float32 as they were meant: 0.001, not 0.0010000000474974513."""
    if not isinstance(value, float) or value == 0 or float(np.float32(value)) != value:
        return value
    return float(np.format_float_scientific(np.float32(value), unique=True))
