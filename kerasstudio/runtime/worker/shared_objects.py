"""Which objects of a configuration are one and the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

OWN_MARK = "kerasstudio_object"
"""Marks each object of a model in memory with a number of its own."""


def identities(root: dict[str, Any]) -> dict[int, Any]:
    """Which objects of a configuration are one: by `id()` of their dictionaries.

    Keras marks an object that it wrote before with a "shared_object_id", but the mark that belongs
    to the first place is lost in a copy: it is the first unmarked object that is equal. Of a model
    in memory we know better (see `model_in_memory`)."""
    objects = list(_objects(root))
    found = {
        id(each): ("shared", each.get(OWN_MARK) or each["shared_object_id"])
        for each in objects
        if each.get(OWN_MARK) is not None or each.get("shared_object_id") is not None
    }
    if OWN_MARK in root:
        return found
    seen: set[Any] = set()
    for place, each in enumerate(objects):
        mark = found.get(id(each))
        if mark is None or mark in seen:
            continue
        seen.add(mark)
        for other in objects[:place]:
            if id(other) not in found and _equal(other, each):
                found[id(other)] = mark
                break
    return found


def _equal(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if one["class_name"] != other["class_name"] or one["config"]["name"] != other["config"]["name"]:
        return False
    return bool(_unmarked(one["config"]) == _unmarked(other["config"]))


def _unmarked(value: Any) -> Any:
    """A configuration without marks: what is inside a shared object is written twice as well."""
    if isinstance(value, list):
        return [_unmarked(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: _unmarked(each) for key, each in value.items() if key != "shared_object_id"}


def _objects(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Layers and models in the order in which Keras writes them: what is inside comes first."""
    config = value.get("config")
    if not isinstance(config, dict) or "class_name" not in value or "name" not in config:
        return
    for each in config.values():
        for inside in each if isinstance(each, list) else (each,):
            if isinstance(inside, dict):
                yield from _objects(inside)
    yield value
