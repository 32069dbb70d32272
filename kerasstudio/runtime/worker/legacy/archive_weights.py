"""Weights in a `.keras` file of Keras 2 (2.12 to 2.15, and tf_keras), found by their place there.

A layer lies under the name of its class ("layers/dense_1"), counted in the order of the model; its
variables are numbered in `vars`, those of what it is made of lie under the attribute ("cell/vars").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kerasstudio.runtime.worker.legacy.stored_weights import Stored
from kerasstudio.runtime.worker.legacy.weight_groups import Saved
from kerasstudio.runtime.worker.legacy.weight_loading import assign, misfit, needs_weights
from kerasstudio.runtime.worker.legacy.weight_order import (
    Leaf,
    attribute_of,
    homes_of,
    own_variables,
)

_CONTAINERS = ("layers", "_layer_checkpoint_dependencies")


def load_archive_weights(model: Any, stored: Stored, file: Any) -> None:
    """Give every layer its arrays. Raises `StudioError` naming the layer where they do not fit."""
    _load_model(model, stored, _tree(file))


def _tree(file: Any) -> Any:
    """The groups of a file by the parts of their places. On Windows, Keras 2 wrote a place as one
    name with backslashes."""
    if not any("\\" in name for name in file):
        return file
    tree: dict[str, Any] = {}
    for name, group in file.items():
        at = tree
        for part in name.split("\\"):
            at = at.setdefault(part, {})
        at.update(group.items())
    return tree


def layer_places(stored: Stored) -> Iterator[tuple[Stored, str]]:
    """Layers of a model with the last words of their places: "dense_1"."""
    counts: dict[str, int] = {}
    for _, part in stored.parts:
        name = _snake(part.class_name)
        number = counts[name] = counts.get(name, -1) + 1
        yield part, f"{name}_{number}" if number else name


def _load_model(model: Any, stored: Stored, group: Any) -> None:
    inside = next((group[name] for name in _CONTAINERS if name in group), None)
    for part, place in layer_places(stored):
        targets = homes_of(part, model)
        held = inside[place] if inside is not None and place in inside else None
        _load(part, targets, held)


def _load(part: Stored, targets: list[Any], group: Any) -> None:
    if not targets or part.is_foreign:
        return
    if group is None:
        if any(needs_weights(target) for target in targets):
            raise misfit(part.name, "weights for it", "none")
        return
    if part.is_model:
        _load_model(targets[0], part, group)
        return
    for attribute, inner in part.parts:
        home = attribute_of(targets[0], attribute)
        # Where layers stand for an old one, what was in that one may have no home.
        _load(inner, [] if home is None else [home], _held(group, attribute, part))
    inside = {id(attribute_of(targets[0], name)) for name, _ in part.parts}
    arrays = _own_arrays(group, targets[0], inside)
    if arrays:
        assign(Leaf(part, targets, found=arrays))


def _held(group: Any, attribute: str, part: Stored) -> Any:
    """The group of what a layer holds; cells in a list are counted by class as layers are."""
    if attribute.startswith("cells."):
        places = [place for _, place in layer_places(part)]
        group, attribute = group.get("cells", {}), places[int(attribute.removeprefix("cells."))]
    return group.get(attribute)


def _own_arrays(group: Any, target: Any, without: set[int]) -> list[Saved]:
    """The arrays of a layer and what it is made of, in today's order."""
    held = {
        id(value): name
        for name, value in vars(target).items()
        if name in group and hasattr(value, "_trainable_variables") and id(value) not in without
    }
    if not held:
        return _numbered(group)
    found: dict[int, Saved] = {}
    for place in (target, *(vars(target)[name] for name in held.values())):
        at = group if place is target else group[held[id(place)]]
        own = [*place._trainable_variables, *place._non_trainable_variables]
        found.update(zip(map(id, own), _numbered(at), strict=False))
    order = [variable for variable, _ in own_variables(target, without)]
    if any(id(variable) not in found for variable in order):
        return list(found.values())
    return [found[id(variable)] for variable in order]


def _numbered(group: Any) -> list[Saved]:
    if "vars" not in group:
        return []
    inside = group["vars"]
    return [Saved(name, inside[name]) for name in sorted(inside, key=int)]


def _snake(name: str) -> str:
    """As Keras makes names of classes: Conv2D is conv2d, PReLU is p_re_lu."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
