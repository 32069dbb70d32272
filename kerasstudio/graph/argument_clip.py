"""Arguments of a layer on the clipboard: JSON text, taken by layers of the same class or others."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import Argument, Catalogue, LayerType
from kerasstudio.graph.clipboard import MAX_CHARACTERS, read_clip
from kerasstudio.graph.project import Layer, Project

FORMAT = "kerasstudio-arguments"
_NOT_TAKEN = ("name", "trainable")


class ArgumentClip(msgspec.Struct, frozen=True):
    """`class_name` and `module` are those of the layer the arguments come from; None for a JSON
    object that somebody wrote."""

    arguments: dict[str, Any]
    class_name: str | None = None
    module: str | None = None


class Pasted(msgspec.Struct, frozen=True):
    """`taken` are names that some layer has taken, `left` those that none could, with why."""

    taken: tuple[str, ...] = ()
    left: dict[str, str] = {}


def copy_arguments(layer: Layer) -> str:
    """What is set in a layer, as text for the clipboard."""
    return json.dumps(
        {
            "format": FORMAT,
            "class_name": layer.class_name,
            "module": layer.module,
            "arguments": layer.arguments,
        },
        indent=1,
        ensure_ascii=False,
    )


def read_arguments(text: str) -> ArgumentClip | None:
    """Arguments from clipboard text: copied ones, those of copied nodes (the first one's), a layer
    as Keras writes it, or any JSON object such as {"filters": 64}. None where the text is none of
    these."""
    if len(text) > MAX_CHARACTERS:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    if found.get("format") == FORMAT:
        return _clip(found.get("arguments"), found)
    if isinstance(found.get("class_name"), str) and "config" in found:
        return _clip(found["config"], {})
    nodes = read_clip(text)
    if nodes is not None:
        for layer in nodes.layers.values():
            return ArgumentClip(layer.arguments, layer.class_name, layer.module)
        return None
    if "format" in found or not all(key.isidentifier() for key in found):
        return None
    return ArgumentClip(found)


def _clip(arguments: Any, of: dict[str, Any]) -> ArgumentClip | None:
    if not isinstance(arguments, dict):
        return None
    arguments = {name: value for name, value in arguments.items() if name not in _NOT_TAKEN}
    name, module = of.get("class_name"), of.get("module")
    if isinstance(name, str) and isinstance(module, str):
        return ArgumentClip(arguments, name, module)
    return ArgumentClip(arguments)


def paste_arguments(
    project: Project, layers: Iterable[str], clip: ArgumentClip, catalogue: Catalogue
) -> tuple[Project, Pasted]:
    """Give arguments to layers. A layer of the clip's own class becomes equal to it; others take
    what has the same name and kind. Layers that are not there are passed over."""
    taken: dict[str, None] = {}
    left: dict[str, str] = {}
    for layer_id in layers:
        layer = project.layers.get(layer_id)
        if layer is None:
            continue
        kind = catalogue.layer_type(layer)
        alike = (layer.class_name, layer.module) == (clip.class_name, clip.module)
        for name, value in clip.arguments.items():
            argument = None if kind is None else kind.argument(name)
            why = "" if alike else _hindrance(layer, kind, argument, name, value)
            if why:
                left[name] = why
                continue
            project = edits.set_argument(project, layer_id, name, value, argument)
            taken[name] = None
        if alike:
            for name in layer.arguments:
                if name not in clip.arguments and not _is_required(kind, name):
                    project = edits.reset_argument(project, layer_id, name)
                    taken[name] = None
    kept = {name: why for name, why in left.items() if name not in taken}
    return project, Pasted(tuple(taken), kept)


def misfit(argument: Argument, value: Any) -> str:
    """Why `value` cannot be one of this argument's, in words; "" when it can."""
    if value is None:
        return "" if argument.optional else "none is not possible"
    wanted = _KINDS.get(argument.kind)
    if wanted is not None and not wanted(argument, value):
        return f"{_short(value)} is no {_WORDS[argument.kind]}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = argument.minimum, argument.maximum
        if low is not None and value < low:
            return f"at least {low:g} is needed"
        if high is not None and value > high:
            return f"at most {high:g} is possible"
    if argument.kind == "choice" and argument.choices and value not in argument.choices:
        return f"{_short(value)} is none of {', '.join(argument.choices)}"
    return ""


def _hindrance(
    layer: Layer, kind: LayerType | None, argument: Argument | None, name: str, value: Any
) -> str:
    if name in _NOT_TAKEN:
        return "is not copied"
    if kind is None or argument is None:
        return f"{layer.class_name} has no such argument"
    return misfit(argument, value)


def _is_required(kind: LayerType | None, name: str) -> bool:
    argument = None if kind is None else kind.argument(name)
    return argument is not None and argument.required


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _axes(value: Any) -> bool:
    return isinstance(value, list) and all(axis is None or _whole(axis) for axis in value)


def _spread(argument: Argument, value: Any) -> bool:
    if _whole(value):
        return True
    fits = argument.rank is None or (isinstance(value, list) and len(value) == argument.rank)
    return fits and isinstance(value, list)


_KINDS: dict[str, Any] = {
    "int": lambda _argument, value: _whole(value),
    "float": lambda argument, value: (
        (isinstance(value, int | float) and not isinstance(value, bool))
        or (argument.family is not None and isinstance(value, dict))
    ),
    "bool": lambda _argument, value: isinstance(value, bool),
    "text": lambda _argument, value: isinstance(value, str),
    "choice": lambda _argument, value: isinstance(value, str | bool),
    "shape": lambda _argument, value: _axes(value),
    "int_or_tuple": _spread,
    "object": lambda _argument, value: isinstance(value, str | dict),
    "list": lambda _argument, value: isinstance(value, list),
}
_WORDS = {
    "int": "whole number",
    "float": "number",
    "bool": "yes or no",
    "text": "text",
    "choice": "choice",
    "shape": "shape",
    "int_or_tuple": "whole number, or one for each axis",
    "object": "Keras object",
    "list": "list",
}


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 24 else f"{text[:23]}…"
