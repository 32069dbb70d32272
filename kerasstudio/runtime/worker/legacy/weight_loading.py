"""The weights of an old file into the upgraded model, each array where it belongs."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.runtime.worker.legacy.stored_weights import Stored
from kerasstudio.runtime.worker.legacy.weight_groups import Saved
from kerasstudio.runtime.worker.legacy.weight_order import (
    Leaf,
    attribute_of,
    homes_of,
    leaves_of,
    own_variables,
)


def load_weights(model: Any, stored: Stored, groups: dict[str, list[Saved]]) -> None:
    """Give every layer of `model` the arrays that the file has for it; see `weight_groups`.

    Raises `StudioError` naming the layer where number or shape do not fit."""
    left = {name: list(arrays) for name, arrays in groups.items() if arrays}
    if not left.keys() & _names(stored):
        left = _by_order(model, stored, left)
    _load_model(model, stored, left)
    if left:
        raise misfit(
            ", ".join(left), "layers of the model for all weights", "weights of layers it has not"
        )


def _names(stored: Stored) -> set[str]:
    """The names of the layers, and of those in models inside."""
    inner = [_names(part) for _, part in stored.parts if part.is_model]
    return {part.name for _, part in stored.parts}.union(*inner)


def _by_order(model: Any, stored: Stored, groups: dict[str, list[Saved]]) -> dict[str, list[Saved]]:
    """Keras 2 paid no heed to names: the first group is for the first layer with weights."""
    parts = [
        part
        for _, part in stored.parts
        if any(needs_weights(target) for target in homes_of(part, model))
    ]
    if len(parts) != len(groups):
        return groups
    return {part.name: arrays for part, arrays in zip(parts, groups.values(), strict=True)}


def _load_model(model: Any, stored: Stored, left: dict[str, list[Saved]]) -> None:
    """Layers of a model whose groups are in `left`; what was used goes from there."""
    for _, part in stored.parts:
        targets = homes_of(part, model)
        arrays = left.pop(part.name, None)
        if not targets:
            continue
        if arrays is not None:
            _load_layer(part, targets, arrays)
        elif part.is_model:
            # Keras 1 kept the layers of merged branches beside the others.
            _load_model(targets[0], part, left)
        elif any(needs_weights(target) for target in targets):
            raise misfit(part.name, "weights for it", "none")


def needs_weights(target: Any) -> bool:
    """Whether a layer has any weight."""
    return next(own_variables(target, set()), None) is not None


def _load_layer(part: Stored, targets: list[Any], arrays: list[Saved]) -> None:
    order, leaves = leaves_of(part, targets)
    if part.is_foreign:
        leaves[0].found, arrays = arrays, []
    for leaf in leaves:
        if leaf.stored.is_foreign and leaf.stored is not part:
            leaf.found = [each for each in arrays if _is_of(each, leaf.stored)]
            arrays = [each for each in arrays if each not in leaf.found]
    expected = [*order.trainable, *order.fixed]
    if len(expected) != len(arrays):
        raise misfit(part.name, f"{len(expected)} weights", f"{len(arrays)}: {_listed(arrays)}")
    for leaf, saved in zip(expected, arrays, strict=True):
        leaf.found.append(saved)
    for leaf in leaves:
        if leaf.found and (not leaf.stored.is_foreign or _fits(leaf)):
            assign(leaf)


def _is_of(saved: Saved, stored: Stored) -> bool:
    return saved.name.startswith(f"{stored.name}/") or f"/{stored.name}/" in saved.name


def _fits(leaf: Leaf) -> bool:
    """Whether the stand-in of a foreign layer has room for what the file keeps for it."""
    if not leaf.targets:
        return False
    shapes = [tuple(variable.shape) for variable, _ in own_variables(leaf.targets[0], set())]
    return shapes == [tuple(saved.data.shape) for saved in leaf.found]


def assign(leaf: Leaf) -> None:
    """Give the layers of a leaf the arrays that were found for it, as they are laid out today."""
    stored = leaf.stored
    if stored.layout is None and len(leaf.targets) == 1:
        leaf.found = _as_named(leaf)
    arrays = [np.asarray(saved.data) for saved in leaf.found]
    try:
        homes = stored.layout.convert(arrays) if stored.layout is not None else [arrays]
    except (ValueError, IndexError) as error:
        received = _listed(leaf.found)
        raise misfit(stored.name, f"weights of a {stored.class_name}", received) from error
    inside = {id(each) for each in _parts(leaf)}
    for target, values in zip(leaf.targets, homes, strict=True):
        variables = [variable for variable, _ in own_variables(target, inside)]
        shapes = [tuple(variable.shape) for variable in variables]
        if shapes != [value.shape for value in values]:
            raise misfit(stored.name, f"weights of the shapes {shapes}", _listed(leaf.found))
        for variable, value in zip(variables, values, strict=True):
            variable.assign(_scaled(stored, variable.name, value))
        if isinstance(target, keras.layers.Normalization):
            target.finalize_state()


def _as_named(leaf: Leaf) -> list[Saved]:
    """What was found in the order of today's weights, where the names are the same."""
    inside = {id(each) for each in _parts(leaf)}
    names = [variable.name for variable, _ in own_variables(leaf.targets[0], inside)]
    by_name = {saved.last: saved for saved in leaf.found}
    if len(by_name) != len(names) or by_name.keys() != set(names):
        return leaf.found
    return [by_name[name] for name in names]


def _parts(leaf: Leaf) -> list[Any]:
    return [attribute_of(leaf.targets[0], name) for name, _ in leaf.stored.parts]


def _scaled(stored: Stored, name: str, value: Any) -> Any:
    """The array with the blocks along its last axis multiplied, one factor a block."""
    if not stored.factors or name in stored.unscaled:
        return value
    blocks = np.split(value, len(stored.factors), axis=-1)
    scaled = [block * factor for block, factor in zip(blocks, stored.factors, strict=True)]
    return np.concatenate(scaled, axis=-1).astype(value.dtype)


def _listed(arrays: list[Saved]) -> str:
    shown = ", ".join(f"{each.last} {tuple(each.data.shape)}" for each in arrays[:6])
    return shown + ", ..." * (len(arrays) > 6)


def misfit(name: str, expected: str, received: str) -> StudioError:
    """The arrays of a layer of the file are not the ones its layer of today takes."""
    return StudioError(
        Problem(
            code="import.weights",
            message=f'The weights of "{name}" in the file do not fit the layer.',
            expected=expected,
            received=received,
        )
    )
