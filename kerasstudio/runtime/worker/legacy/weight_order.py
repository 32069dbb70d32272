"""The order in which Keras 1 and 2 wrote the weights of a layer and of a model inside.

First all that training changes, layer by layer, then the rest. A frozen layer has everything in the
rest. So a model inside with BatchNormalization has its statistics at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kerasstudio.runtime.worker.legacy.stored_weights import Stored


@dataclass(eq=False)
class Leaf:
    """One layer of the file that owns weights, with the layers of today that take them.

    `counts` are (trainable, fixed) in the file; of a foreign class they are not known, and no
    weights are counted."""

    stored: Stored
    targets: list[Any]
    counts: tuple[int, int] = (0, 0)
    found: list[Any] = field(default_factory=list)


@dataclass
class Order:
    """Leaves once for each of their weights."""

    trainable: list[Leaf] = field(default_factory=list)
    fixed: list[Leaf] = field(default_factory=list)


def leaves_of(stored: Stored, targets: list[Any]) -> tuple[Order, list[Leaf]]:
    """The order of all weights below, and every leaf once. `targets` are today's layers."""
    if stored.is_model:
        return _model(stored, targets[0])
    order, leaves = Order(), []
    own = Leaf(stored, targets, (0, 0) if stored.is_foreign else _counts(stored, targets))
    leaves.append(own)
    trainable, fixed = own.counts
    order.trainable += [own] * trainable
    order.fixed += [own] * fixed
    for attribute, part in stored.parts:
        inside = attribute_of(targets[0], attribute)
        inner, more = leaves_of(part, [inside] if inside is not None else [])
        leaves += more
        if stored.trainable:
            order.trainable += inner.trainable
            order.fixed += inner.fixed
        else:
            order.fixed += inner.trainable + inner.fixed
    return _frozen(stored, order), leaves


def _model(stored: Stored, target: Any) -> tuple[Order, list[Leaf]]:
    order, leaves = Order(), []
    for _, part in stored.parts:
        targets = homes_of(part, target)
        inner, more = leaves_of(part, targets)
        order.trainable += inner.trainable
        order.fixed += inner.fixed
        leaves += more
    return _frozen(stored, order), leaves


def homes_of(part: Stored, model: Any) -> list[Any]:
    """The layers of a model that take the weights of a part; none of a foreign layer that the
    model does without."""
    made = {layer.name: layer for layer in model.layers}
    return [made[name] for name in part.homes if name in made or not part.is_foreign]


def _frozen(stored: Stored, order: Order) -> Order:
    return order if stored.trainable else Order([], order.trainable + order.fixed)


def _counts(stored: Stored, targets: list[Any]) -> tuple[int, int]:
    if not targets:
        return 0, 0
    trainable = fixed = 0
    inside = {id(layer) for layer in _held(stored, targets)}
    for target in targets:
        for variable, is_trainable in own_variables(target, inside):
            trainable += is_trainable
            fixed += not is_trainable
            del variable
    layout = stored.layout
    if layout is not None:
        trainable = trainable if layout.trainable is None else layout.trainable
        fixed = fixed if layout.fixed is None else layout.fixed
    return trainable, fixed


def _held(stored: Stored, targets: list[Any]) -> Iterator[Any]:
    for attribute, _ in stored.parts:
        yield attribute_of(targets[0], attribute)


def attribute_of(layer: Any, path: str) -> Any:
    """`layer.forward_layer`, or one of a list: "cells.0"."""
    for name in path.split("."):
        layer = layer[int(name)] if name.isdigit() else getattr(layer, name, None)
    return layer


def own_variables(layer: Any, without: set[int]) -> Iterator[tuple[Any, bool]]:
    """(variable, whether training would change it if nothing were frozen) of a layer and the
    layers in it, but for those in `without`: all trainable ones first."""
    layers = list(_flattened(layer, without))
    for each in layers:
        for variable in each._trainable_variables:
            yield variable, True
    for each in layers:
        for variable in each._non_trainable_variables:
            yield variable, False


def _flattened(layer: Any, without: set[int]) -> Iterator[Any]:
    if id(layer) in without:
        return
    yield layer
    for inner in layer._layers:
        yield from _flattened(inner, without)
