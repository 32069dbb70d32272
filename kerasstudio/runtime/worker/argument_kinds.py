"""What editor a constructor argument needs, told from its name, its default and its help.

Keras has no type hints on constructors, so this reads what a person would read."""

from __future__ import annotations

import re
from typing import Any

from kerasstudio.graph.catalogue import Argument
from kerasstudio.runtime.worker import catalogue_overrides as overrides
from kerasstudio.runtime.worker import catalogue_words

_QUOTED = re.compile(r"[\"'`]{1,2}([a-z][a-z0-9_]*)[\"']")
_LISTED = re.compile(
    r"(one of|either|can be|supported values|supported|accepted values|options|must be|`?\"[a-z])",
    re.IGNORECASE,
)
_CHOOSES = re.compile(
    r"^\W*(optional\W*)?(string|str|one of|specif|mode|values? can)", re.IGNORECASE
)
_FIRST = re.compile(
    r"^(?:an?|the|optional|positive|non-?negative|python|single|number|either|if|desired|must be|"
    r"or|should be|default|[ .,(`]|_)*(\w+)",
    re.IGNORECASE,
)
_TYPES = {
    "int": "int",
    "ints": "int",
    "integer": "int",
    "float": "float",
    "floating": "float",
    "scalar": "float",
    "number": "float",
    "bool": "bool",
    "boolean": "bool",
    "whether": "bool",
    "string": "text",
    "str": "text",
    "list": "list",
    "tuple": "list",
    "size": "int",
}


def describe_argument(owner: str, name: str, default: Any, required: bool, text: str) -> Argument:
    """`default` as Keras's signature has it; `text` is the docstring's help."""
    value = None if required else plain(default)
    family = _family(name)
    choices = _choices(owner, name, value, text)
    kind = _kind(owner, name, value, text, choices, family)
    return Argument(
        name=name,
        kind=kind,  # type: ignore[arg-type]  # a Literal, checked when the JSON is read
        required=required,
        default=value,
        optional=not required and (value is None or family == "activations"),
        choices=choices if kind == "choice" else (),
        rank=_rank(owner, kind, name),
        family=family,
        help=text or catalogue_words.ARGUMENT_HELP.get(name, ""),
        advanced=not required and _is_advanced(name),
        minimum=overrides.MINIMUM.get(name) if kind in {"int", "float", "int_or_tuple"} else None,
        maximum=overrides.MAXIMUM.get(name) if kind in {"int", "float"} else None,
    )


def plain(value: Any) -> Any:
    """A default as JSON. Raises `TypeError` for what cannot be written so."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    raise TypeError(f"{value!r} is no JSON value")


def _family(name: str) -> str | None:
    if name in overrides.FAMILY_OF:
        return overrides.FAMILY_OF[name]
    for family in ("initializers", "regularizers", "constraints"):
        if name.endswith("_" + family[:-1]):
            return family
    return None


def _kind(
    owner: str, name: str, default: Any, text: str, choices: tuple[str, ...], family: str | None
) -> str:
    known = overrides.KINDS_OF.get((owner, name)) or overrides.KINDS.get(name)
    if known:
        return known
    if family is not None:
        return "float" if family == "schedules" else "object"
    if choices:
        return "choice"
    if isinstance(default, bool):
        return "bool"
    if isinstance(default, list):
        return "int_or_tuple" if _whole(default) else "list"
    if re.match(r"^(an? )?(int|integer)s?\b.{0,14}\b(tuple|list)", text, re.IGNORECASE):
        return "int_or_tuple"
    if re.match(r"^(an? )?float.{0,40}\b(tuple|list)", text, re.IGNORECASE | re.DOTALL):
        return "any"
    if isinstance(default, int):
        return "float" if re.match(r"^(an? )?(float|number)", text, re.IGNORECASE) else "int"
    if isinstance(default, float):
        return "float"
    first = _FIRST.match(text)
    word = first.group(1).lower() if first else ""
    if isinstance(default, str):
        return "text"
    return _TYPES.get(word, "any")


def _whole(values: list[Any]) -> bool:
    return all(isinstance(value, int) and not isinstance(value, bool) for value in values)


def _choices(owner: str, name: str, default: Any, text: str) -> tuple[str, ...]:
    """Quoted words that the help offers, the default first known among them."""
    if (owner, name) in overrides.CHOICES_OF:
        return overrides.CHOICES_OF[owner, name]
    if name in overrides.CHOICES:
        return overrides.CHOICES[name]
    if _family(name) is not None or isinstance(default, bool | int | float | list):
        return ()
    if name in {"oov_token", "mask_token", "encoding", "name", "equation", "monitor", "salt"}:
        return ()
    if default is None and not _CHOOSES.match(text):
        return ()
    found = list(dict.fromkeys(_QUOTED.findall(text)))
    if not _LISTED.search(text) or len(found) < 2:
        return ()
    if isinstance(default, str) and default not in found:
        found.insert(0, default)
    return tuple(found)


def _rank(owner: str, kind: str, name: str) -> int | None:
    if kind != "int_or_tuple" or name not in {
        "kernel_size",
        "strides",
        "pool_size",
        "dilation_rate",
        "size",
        "output_padding",
        "output_size",
    }:
        return 2 if name in {"padding", "cropping"} and kind == "int_or_tuple" else None
    digit = re.search(r"([123])D", owner)
    return int(digit.group(1)) if digit else None


def _is_advanced(name: str) -> bool:
    if name in overrides.PLAIN_INITIALIZERS | overrides.PLAIN_REGULARIZERS:
        return False
    return name in overrides.ADVANCED or name.endswith(
        ("_initializer", "_regularizer", "_constraint")
    )
