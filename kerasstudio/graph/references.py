"""Layers that stand inside other layers' arguments by reference: `{"$layer": id}`.

A wrapper's inner layer usually is a plain serialised object in its arguments. It is a layer of the
project of its own where that would not do: a block (its graph can be opened and edited), and a
layer that is called elsewhere too (its weights are shared).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kerasstudio.graph.project import Layer, Project

REFERENCE = "$layer"


def reference(layer: str) -> dict[str, str]:
    """The argument value that stands for a layer of the project."""
    return {REFERENCE: layer}


def referenced(layer: Layer) -> Iterator[str]:
    """Ids of the layers that a layer's arguments refer to."""
    for value in layer.arguments.values():
        if isinstance(value, dict | list):
            yield from _inside(value)


def with_references(value: Any, ids: Mapping[str, str]) -> Any:
    """An argument value with references to `ids` in place of those it has; the same object when
    it has none of them."""
    if isinstance(value, list):
        made = [with_references(each, ids) for each in value]
        same = all(one is other for one, other in zip(made, value, strict=True))
        return value if same else made
    if not isinstance(value, dict):
        return value
    if set(value) == {REFERENCE}:
        wanted = ids.get(value[REFERENCE])
        return value if wanted in (None, value[REFERENCE]) else {REFERENCE: wanted}
    changed = {key: with_references(each, ids) for key, each in value.items()}
    return value if all(changed[key] is value[key] for key in value) else changed


def users(project: Project, layers: set[str]) -> set[str]:
    """The layers whose arguments refer to one of `layers`, also through others."""
    found: set[str] = set()
    front = set(layers)
    while front:
        front = {
            layer.id
            for layer in project.layers.values()
            if layer.id not in found and not front.isdisjoint(referenced(layer))
        }
        found |= front
    return found


def _inside(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _inside(each)
    elif isinstance(value, dict):
        if set(value) == {REFERENCE}:
            yield str(value[REFERENCE])
        else:
            for each in value.values():
                yield from _inside(each)
