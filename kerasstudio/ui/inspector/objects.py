"""Nested Keras objects as argument values: read either legal form, write Keras's own.

A value is a plain name as Keras takes it ("he_normal", "relu") or the serialised dictionary
`{"module", "class_name", "config", "registered_name"}`.
"""

from __future__ import annotations

from typing import Any

from kerasstudio.graph.catalogue import Argument, Catalogue, LayerType, ObjectType

ObjectKind = ObjectType | LayerType

FUNCTION_FAMILIES = frozenset({"activations"})
"""Families of plain functions: Keras stores their name and nothing else."""


def kinds(catalogue: Catalogue, family: str) -> tuple[ObjectKind, ...]:
    """What a person can choose in `family`, by name; "layers" are those of the palette."""
    if family == "layers":
        offered: list[ObjectKind] = [
            kind for kind in catalogue.layers if not kind.hidden and kind.needs is None
        ]
    elif family == "cells":
        offered = [kind for kind in catalogue.layers if kind.class_name.endswith(("Cell", "Cells"))]
    else:
        offered = list(catalogue.family(family))
    return tuple(sorted(offered, key=lambda kind: kind.class_name.lower()))


def find_kind(catalogue: Catalogue, family: str, name: str) -> ObjectKind | None:
    """The type that Keras means by `name`: "HeNormal", "he_normal" and "henormal" are one."""
    wanted = _plain(name)
    offered: tuple[ObjectKind, ...] = (
        catalogue.layers if family in ("layers", "cells") else catalogue.family(family)
    )
    exact = next((kind for kind in offered if kind.class_name == name), None)
    return exact or next((kind for kind in offered if _plain(kind.class_name) == wanted), None)


def class_name(value: Any) -> str | None:
    """The class or function that `value` names; None when it is no object (None, a number)."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and "class_name" in value:
        config = value.get("config")
        if value["class_name"] == "function" and isinstance(config, str):
            return config
        return str(value["class_name"])
    return None


def config(value: Any) -> dict[str, Any]:
    """The changed arguments inside `value`."""
    inner = value.get("config") if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def build(kind: ObjectKind, arguments: dict[str, Any]) -> Any:
    """The JSON value of an object of `kind`."""
    if isinstance(kind, ObjectType) and kind.family in FUNCTION_FAMILIES:
        return kind.class_name
    return {
        "module": kind.module,
        "class_name": kind.class_name,
        "config": arguments,
        "registered_name": None,
    }


def arguments_of(kind: ObjectKind | None) -> tuple[Argument, ...]:
    """What can be set inside; functions are stored by name and take nothing."""
    if kind is None or (isinstance(kind, ObjectType) and kind.family in FUNCTION_FAMILIES):
        return ()
    return tuple(argument for argument in kind.arguments if argument.name != "name")


def is_default_object(catalogue: Catalogue, argument: Argument, value: Any) -> bool:
    """Whether `value` is the argument's default, in whichever of its forms."""
    if argument.required:
        return False
    name, default = class_name(value), class_name(argument.default)
    if name is None or default is None or argument.family is None:
        return name is default is None and bool(value == argument.default)
    if config(value) != config(argument.default):
        return False
    one = find_kind(catalogue, argument.family, name)
    return (one is not None and one is find_kind(catalogue, argument.family, default)) or (
        name == default
    )


def in_short(value: Any) -> str:
    """One line for people: "L2(l2=0.0001)", "relu", "none"."""
    name = class_name(value)
    if name is None:
        return "none" if value is None else str(value)
    inside = ", ".join(f"{key}={in_short(part)}" for key, part in config(value).items())
    return f"{name}({inside})" if inside else name


def _plain(name: str) -> str:
    return name.rpartition(">")[2].replace("_", "").lower()
