"""The difference between two values of the document as plain JSON data, and its application.

A patch mirrors the shape of the value: a struct is patched field by field, a dictionary key by
key, and everything else is replaced. What is the same object in both values is not looked at, so
making one costs what was edited, not what the document holds:

    ["=", value]                     another value
    ["s", {field: patch}]            fields of a struct
    ["d", {key: patch}, gone, order] entries of a dictionary; keys that have gone; the order of
                                     all keys, null where new keys stand last
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec

Patch = list[Any] | None
"""None: nothing to do."""

T = TypeVar("T")


def patch(old: Any, new: Any) -> Patch:
    """What makes `new` of `old`."""
    if old is new:
        return None
    if isinstance(new, msgspec.Struct) and type(old) is type(new):
        fields = {
            name: found
            for name in new.__struct_fields__
            if (found := patch(getattr(old, name), getattr(new, name))) is not None
        }
        return ["s", fields] if fields else None
    if isinstance(new, dict) and isinstance(old, dict):
        return _dict_patch(old, new)
    if _same(old, new):
        return None
    return ["=", msgspec.to_builtins(new)]


def patched(old: T, change: Patch) -> T:
    """`old` with a patch applied; parts that it does not touch are the same objects.

    Raises `ValueError` when the patch was made for something else, or is damaged."""
    try:
        result: T = _apply(old, change, type(old))
    except (KeyError, IndexError, TypeError, AttributeError, msgspec.ValidationError) as error:
        raise ValueError(f"the patch does not fit: {error!r}") from error
    return result


def _dict_patch(old: dict[str, Any], new: dict[str, Any]) -> Patch:
    entries: dict[str, Patch] = {}
    for key, value in new.items():
        if key not in old:
            entries[key] = ["=", msgspec.to_builtins(value)]
        elif (found := patch(old[key], value)) is not None:
            entries[key] = found
    gone = [key for key in old if key not in new]
    order = list(new)
    derived = [key for key in old if key in new] + [key for key in new if key not in old]
    if order == derived:
        if not entries and not gone:
            return None
        return ["d", entries, gone, None]
    return ["d", entries, gone, order]


def _same(old: Any, new: Any) -> bool:
    """Equal, and of one kind: 1, 1.0 and true are different arguments."""
    if type(old) is not type(new) or old != new:
        return False
    if isinstance(new, str | bytes | int | float | bool | None):
        return True
    return msgspec.json.encode(old) == msgspec.json.encode(new)


def _apply(old: Any, change: Patch, declared: Any) -> Any:
    if change is None:
        return old
    kind = change[0]
    if kind == "=":
        return msgspec.convert(change[1], declared)
    if kind == "s":
        struct: Any = type(old)
        types = _field_types(struct)
        return msgspec.structs.replace(
            old,
            **{
                name: _apply(getattr(old, name), inner, types[name])
                for name, inner in change[1].items()
            },
        )
    if kind != "d" or not isinstance(old, dict):
        raise TypeError(f"{kind!r} for {type(old).__name__}")
    _kind, entries, gone, order = change
    inner_type = _value_type(declared)
    result = {key: value for key, value in old.items() if key not in set(gone)}
    for key, inner in entries.items():
        result[key] = _apply(old.get(key), inner, inner_type)
    return result if order is None else {key: result[key] for key in order}


@lru_cache(maxsize=64)
def _field_types(struct: Any) -> Mapping[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(struct)}


@lru_cache(maxsize=256)
def _value_type(declared: Any) -> Any:
    """The declared type of a dictionary's values."""
    if get_origin(declared) in (Union, UnionType):
        for option in get_args(declared):
            if get_origin(option) is dict:
                return _value_type(option)
        return Any
    arguments = get_args(declared)
    return arguments[1] if get_origin(declared) is dict and len(arguments) == 2 else Any
