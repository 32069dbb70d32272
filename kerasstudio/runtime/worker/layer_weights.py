"""Weights by layer: what a model has of each layer of its project, and back into another model.

The rule of what fits is `graph.warm_start`; here it is acted on.

The optimizer's state is kept whole or not at all, since its moments are corrected by one count of
steps for all weights (Adam's bias correction, Kingma and Ba 2015): only where every weight that
is trained is kept, in the same order, and the optimizer is of the same class. Its learning rate
is the project's, unless nothing of the optimizer was changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np

from kerasstudio.graph.inspection import WeightSpec
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Layer, Project
from kerasstudio.graph.stored_weights import (
    StoredLayer,
    StoredOptimizer,
    StoredWeight,
    StoredWeights,
)
from kerasstudio.graph.training_spec import KerasObject
from kerasstudio.graph.warm_start import LayerStart, layer_start
from kerasstudio.runtime.worker.code_weights import file_names
from kerasstudio.runtime.worker.learned import (
    Learned,
    finalize,
    has_learned,
    learned_in,
    learners,
    teach,
)
from kerasstudio.runtime.worker.saving import slots_of
from kerasstudio.runtime.worker.weight_files import OPTIMIZER, WEIGHT, ArrayFile, write_arrays


class WeightState(StoredWeights, frozen=True, omit_defaults=True):
    """The state of a file of weights: with `learned` by the number of the layer in the model."""

    learned: dict[str, Learned] = {}


class Given(msgspec.Struct):
    """What a model got. `same`: it is the model that the weights are of, random states
    included. `learned` are the ids of layers that need not learn from data any more."""

    starts: dict[str, LayerStart]
    same: bool
    learned: frozenset[str] = frozenset()


def weight_specs(layer: Layer, made: Any) -> tuple[WeightSpec, ...]:
    """The weights of a Keras layer in its order; none for what has none (operations). Those of
    code are named as files name them."""
    if not isinstance(made, keras.layers.Layer):
        return ()
    names = file_names(layer, made) or [_name(weight, made) for weight in made.weights]
    return tuple(
        WeightSpec(name, tuple(weight.shape), str(weight.dtype))
        for name, weight in zip(names, made.weights, strict=True)
    )


def describe(project: Project, layers: Mapping[str, Any], model: keras.Model) -> WeightState:
    """What `model` holds, by the layer ids of its project. `layers` are its Keras layers by
    those ids (`BuiltModel.layers`); blocks among them are left to the layers inside."""
    entries = {id(variable): number for number, variable in enumerate(model.variables)}
    known = learned_in(model)
    numbers = {id(layer): str(number) for number, layer in learners(model)}
    found: dict[str, StoredLayer] = {}
    for key, layer, made in _own(project, layers):
        weights = tuple(
            StoredWeight(spec.name, spec.shape, spec.dtype, entries[id(weight)])
            for spec, weight in zip(weight_specs(layer, made), made.weights, strict=True)
            if id(weight) in entries
        )
        number = numbers.get(id(made), "")
        learned = known.get(number)
        if weights or learned is not None:
            found[key] = StoredLayer(
                layer.class_name,
                layer.module,
                layer.name,
                weights,
                *((learned.said, number, layer.arguments) if learned is not None else ()),
            )
    return WeightState(
        layers=found,
        variables=len(entries),
        optimizer=_describe_optimizer(project, model, entries),
        learned=known,
    )


def write_weights(
    path: Path,
    model: keras.Model,
    state: WeightState,
    optimizer: Mapping[str, np.ndarray] | None = None,
    durable: bool = True,
) -> None:
    """Write the weights of a model, and its optimizer where it is described (its arrays are
    `optimizer`, where they come from elsewhere), as a file of the weight store. Raises
    `OSError`."""
    arrays = {
        f"{WEIGHT}.{number}": array_of(variable) for number, variable in enumerate(model.variables)
    }
    if state.optimizer is not None and not optimizer:
        for number, variable in enumerate(model.optimizer.variables):
            arrays[f"{OPTIMIZER}.{number}"] = array_of(variable)
    write_arrays(path, {**arrays, **(optimizer or {})}, state, durable)


def array_of(variable: Any) -> np.ndarray:
    """A copy of a variable's value."""
    return np.array(variable.value.numpy())


def give_weights(
    project: Project, layers: Mapping[str, Any], model: keras.Model, path: Path
) -> Given:
    """Put stored weights into the layers they fit, as `project.training.start` says; the rest
    stays as it is. Raises `StudioError` when the file cannot be read."""
    with ArrayFile(path, _gone(path)) as file:
        state = file.state(WeightState)
        numbers = {id(layer): str(number) for number, layer in learners(model)}
        starts: dict[str, LayerStart] = {}
        learned: set[str] = set()
        for key, layer, made in _own(project, layers):
            specs = weight_specs(layer, made)
            if not specs and id(made) not in numbers:
                continue
            stored = state.layers.get(key)
            told = starts[key] = layer_start(layer, specs, stored, project.training.start)
            if stored is None:
                continue
            for weight, place in zip(made.weights, told.weights, strict=True):
                if place is not None:
                    weight.assign(file.array(f"{WEIGHT}.{stored.weights[place].entry}"))
            if told.learned and stored.learned_at in state.learned:
                teach(made, state.learned[stored.learned_at])
                learned.add(key)
            elif isinstance(made, keras.layers.Normalization) and told.state == "kept":
                learned |= {key} if has_learned(made) else set()
        same = _is_same(model, state, starts)
        if same:
            _assign_random_states(model, file)
    finalize(model)
    return Given(starts, same, frozenset(learned))


def give_optimizer(
    project: Project,
    layers: Mapping[str, Any],
    model: keras.Model,
    path: Path,
    given: Given,
) -> bool:
    """Put the stored state into the optimizer of a compiled model where it is valid (see the
    module). Returns whether it was."""
    with ArrayFile(path, _gone(path)) as file:
        state = file.state(WeightState)
        kept = state.optimizer
        order = None if kept is None else _order(kept, project, layers, model, state, given)
        if kept is None or order is None:
            return False
        optimizer = model.optimizer
        optimizer.build(model.trainable_variables)
        variables = optimizer.variables
        places = _places(optimizer, order)
        shapes = [tuple(variable.shape) for variable in variables]
        if len(shapes) != len(kept.shapes) or shapes != [kept.shapes[each] for each in places]:
            return False
        unchanged = kept.spec == project.training.optimizer
        for variable, place in zip(variables, places, strict=True):
            if unchanged or place != kept.rate:
                variable.assign(file.array(f"{OPTIMIZER}.{place}"))
    return True


def _own(
    project: Project, layers: Mapping[str, Any]
) -> Iterator[tuple[str, Layer, keras.layers.Layer]]:
    """Layers that own weights themselves."""
    for key, made in layers.items():
        layer = project.layers.get(key)
        if layer is not None and layer.graph is None and isinstance(made, keras.layers.Layer):
            yield key, layer, made


def _name(weight: Any, layer: keras.layers.Layer) -> str:
    """The name within the layer: its path without that of the layer where it begins with it."""
    inside = str(weight.path).removeprefix(f"{layer.path}/")
    return inside if inside != weight.path else str(weight.name)


def _describe_optimizer(
    project: Project, model: keras.Model, entries: Mapping[int, int]
) -> StoredOptimizer | None:
    optimizer = getattr(model, "optimizer", None) if model.compiled else None
    if optimizer is None or not optimizer.built:
        return None
    variables = optimizer.variables
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    rate = getattr(inner, "_learning_rate", None)
    return StoredOptimizer(
        spec=project.training.optimizer,
        shapes=tuple(tuple(variable.shape) for variable in variables),
        trained=tuple(entries[id(variable)] for variable in model.trainable_variables),
        rate=next((n for n, variable in enumerate(variables) if variable is rate), None),
    )


def _is_same(model: keras.Model, state: WeightState, starts: Mapping[str, LayerStart]) -> bool:
    """Whether the model is the one the weights are of: all kept, and as many variables."""
    return (
        len(model.variables) == state.variables
        and starts.keys() == state.layers.keys()
        and all(told.state == "kept" for told in starts.values())
    )


def _assign_random_states(model: keras.Model, file: ArrayFile) -> None:
    weights = {id(weight) for weight in model.weights}
    for number, variable in enumerate(model.variables):
        if id(variable) in weights:
            continue
        value = file.array(f"{WEIGHT}.{number}")
        if value.shape == tuple(variable.shape):
            variable.assign(value)


def _order(
    kept: StoredOptimizer,
    project: Project,
    layers: Mapping[str, Any],
    model: keras.Model,
    state: WeightState,
    given: Given,
) -> list[int] | None:
    """For each weight that is trained its place among those that were; None unless every one of
    both is a kept one."""
    if _class_of(kept.spec) != _class_of(project.training.optimizer):
        return None
    entries: dict[int, int] = {}
    for key, _layer, made in _own(project, layers):
        told, stored = given.starts.get(key), state.layers.get(key)
        if told is None or stored is None:
            continue
        for weight, place in zip(made.weights, told.weights, strict=True):
            if place is not None:
                entries[id(weight)] = stored.weights[place].entry
    trained = [entries.get(id(variable), -1) for variable in model.trainable_variables]
    if sorted(trained) != sorted(kept.trained):
        return None
    places = {entry: place for place, entry in enumerate(kept.trained)}
    return [places[entry] for entry in trained]


def _places(optimizer: Any, order: Sequence[int]) -> list[int]:
    """For each variable of a built optimizer the number it had in another one whose weights stood
    in another order: its lists have something for each of them."""
    numbers = {id(variable): number for number, variable in enumerate(optimizer.variables)}
    places = list(range(len(numbers)))
    for slots in slots_of(optimizer, len(order)).values():
        for slot, place in zip(slots, order, strict=True):
            if id(slot) in numbers:
                places[numbers[id(slot)]] = numbers[id(slots[place])]
    return places


def _class_of(spec: KerasObject) -> tuple[str, str]:
    return spec.class_name, spec.module


def _gone(path: Path) -> Problem:
    return Problem(
        code="weights.missing",
        message=f"There is no file {path.name} with the stored weights.",
        expected="the folder beside the project file, moved together with it",
    )
