"""Files that hold weights without their layers, for the model of a project.

`.weights.h5` of Keras 3 has a group for each layer, named by class and number ("layers/dense_1"),
with the layer's own name beside its weights; `save_weights` of Keras 2 has a group for each layer,
of its name. Layers are matched by name. Where names fit nowhere, or to fewer layers, they are
matched in order, if then every one of them fits. Weights of a layer are taken whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import h5py
import keras
import numpy as np
from keras.src.legacy.saving import legacy_h5_format

from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.runtime.worker.code_weights import places_in
from kerasstudio.runtime.worker.vetting.contents import explained
from kerasstudio.runtime.worker.vetting.hdf5_files import name_attribute

LISTS = ("layers", "_layer_checkpoint_dependencies")
"""Where Keras 3, and late Keras 2, have the layers of a model."""

Matching = Literal["name", "order"]


@dataclass(frozen=True)
class _Layer:
    """A layer at the top of a model or of a file, with what it has: variables of the model, data
    sets of the file, by the same keys."""

    name: str
    place: str
    weights: Mapping[str, Any]

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {key: tuple(each.shape) for key, each in self.weights.items()}


@dataclass(frozen=True)
class Taken:
    """`variables` are the ids of those that got a value; `matched` of the `layers` in the file
    gave theirs to one of the model, found `by` name or order."""

    variables: frozenset[int]
    matched: int
    layers: int
    by: Matching


def take_weights_alone(model: keras.Model, path: Path) -> Taken:
    """Put the weights of a vetted file into the layers they fit. Raises `StudioError` where there
    is none, and for a file that is damaged."""
    try:
        return _taken(model, path)
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise explained(path, error) from error


def _taken(model: keras.Model, path: Path) -> Taken:
    with h5py.File(path, "r") as file:
        old = not any(name in file for name in LISTS)
        theirs = list(_of_old_file(file) if old else _of_file(file))
        ours = list(_of_old_model(model) if old else _of_model(model))
        pairs = _pairs(theirs, ours)
        by_name = [(one, other) for one, other in pairs if other.shapes == one.shapes]
        in_order = list(zip(theirs, ours, strict=False))
        fits = len(theirs) == len(ours) and all(a.shapes == b.shapes for a, b in in_order)
        by: Matching = "order" if fits and len(by_name) < len(theirs) else "name"
        chosen = in_order if by == "order" else by_name
        if not chosen:
            raise _nothing_fits(path, theirs, ours)
        given: set[int] = set()
        for source, target in chosen:
            for key, variable in target.weights.items():
                variable.assign(_array(source.weights[key]))
                given.add(id(variable))
    return Taken(frozenset(given), len(chosen), len(theirs), by)


def _pairs(theirs: list[_Layer], ours: list[_Layer]) -> list[tuple[_Layer, _Layer]]:
    """Layers of the same name; where a file gives none, those at the same place."""
    if any(layer.name for layer in theirs):
        known = {layer.name: layer for layer in ours}
        return [(layer, known[layer.name]) for layer in theirs if layer.name in known]
    known = {layer.place: layer for layer in ours}
    return [(layer, known[layer.place]) for layer in theirs if layer.place in known]


def _of_file(file: h5py.File) -> Iterator[_Layer]:
    """Layers of Keras 3, with weights, in the order of their numbers."""
    layers = next(file[name] for name in LISTS if name in file)
    for place in sorted(layers, key=_number):
        weights: dict[str, Any] = {}
        _collect(layers[place], "", weights)
        if weights:
            inside = layers[place].get("vars")
            name = "" if inside is None else str(inside.attrs.get("name", ""))
            yield _Layer(name, place, weights)


def _collect(group: h5py.Group, place: str, found: dict[str, Any]) -> None:
    for name, item in group.items():
        if isinstance(item, h5py.Group):
            _collect(item, f"{place}{name}/", found)
        else:
            found[f"{place}{name}"] = item


def _number(place: str) -> tuple[str, int]:
    """ "dense_10" behind "dense_9"."""
    stem, _, number = place.rpartition("_")
    return (stem, int(number)) if stem and number.isdecimal() else (place, 0)


def _of_model(model: keras.Model) -> Iterator[_Layer]:
    """The same of a model: where `.weights.h5` has each variable."""
    variables = {id(each): each for each in model.variables}
    names = {id(each): layer.name for layer in model.layers for each in layer.variables}
    found: dict[str, dict[str, Any]] = {}
    owners: dict[str, str] = {}
    for key, path in places_in(model):
        if key not in variables or path.count("/") < 2:
            continue
        _, place, inside = path.split("/", 2)
        found.setdefault(place, {})[inside] = variables[key]
        owners.setdefault(place, names.get(key, ""))
    for place in sorted(found, key=_number):
        yield _Layer(owners[place], place, found[place])


def _of_old_file(file: h5py.File) -> Iterator[_Layer]:
    """Layers of Keras 2, with weights, as the file orders them."""
    group = file.get("model_weights", file)
    for name in name_attribute(group, "layer_names"):
        names = name_attribute(group[name], "weight_names")
        if names:
            weights = {str(number): group[name][each] for number, each in enumerate(names)}
            yield _Layer(name, name, weights)


def _of_old_model(model: keras.Model) -> Iterator[_Layer]:
    for layer in model.layers:
        weights = legacy_h5_format._legacy_weights(layer)
        if weights:
            named = {str(number): each for number, each in enumerate(weights)}
            yield _Layer(layer.name, layer.name, named)


def _array(item: Any) -> np.ndarray:
    if str(item.attrs.get("dtype", "")) == "bfloat16":
        return np.array(item, dtype=np.dtype("bfloat16"))
    return np.array(item)


def _nothing_fits(path: Path, theirs: list[_Layer], ours: list[_Layer]) -> StudioError:
    return StudioError(
        Problem(
            code="weights.no_match",
            message=f"The weights of {path.name} are not of this model: no layer has the name and "
            "the shapes of one here, and in order they do not fit either.",
            expected=_listed(ours) or "a model with weights",
            received=_listed(theirs) or "no layers with weights",
            place=Place(file=str(path)),
            advice="Open or draw the model that the weights are of, with the same layers.",
        )
    )


def _listed(layers: list[_Layer]) -> str:
    """ "dense 4 × 3 and 3; out 3 × 2 and 2; and 5 more layers"."""
    told = [
        f"{layer.name or layer.place} "
        + " and ".join(" × ".join(map(str, shape)) or "1" for shape in layer.shapes.values())
        for layer in layers[:4]
    ]
    more = len(layers) - 4
    return "; ".join([*told, *([f"and {more} more layers"] if more > 0 else [])])
