"""Ids and names: ids are ours and never change, names are Keras layer names people edit."""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec

from kerasstudio.graph.project import INPUT_CLASS, Layer, Project

_CAPITAL = re.compile(r"(.)([A-Z][a-z0-9]+)")
_LOWER_CAPITAL = re.compile(r"([a-z])([A-Z])")
# Most names, told at once; the others are looked at closely.
_PLAIN = re.compile(r"\w(?:[\w .-]{0,248}\w)?")
LONGEST = 250
_TRAILING_NUMBER = re.compile(r"^(.*?)_?(\d+)$")


def new_id(project: Project, prefix: str) -> tuple[Project, str]:
    """A fresh id ("n12") and the project that has counted it."""
    serial = free_serial(project, prefix, project.serial)
    return msgspec.structs.replace(project, serial=serial + 1), f"{prefix}{serial}"


def free_serial(project: Project, prefix: str, serial: int) -> int:
    """The first number from `serial` on that makes an unused id. Two branches merged by Git may
    both have counted the same numbers, so the count alone is not to be trusted."""
    while _is_used(project, f"{prefix}{serial}"):
        serial += 1
    return serial


def _is_used(project: Project, wanted: str) -> bool:
    return (
        wanted in project.layers
        or wanted in project.graphs
        or any(
            wanted in table
            for graph in project.graphs.values()
            for table in (graph.nodes, graph.frames, graph.notes)
        )
    )


def snake_case(class_name: str) -> str:
    """Keras's automatic layer name: "Conv2D" → "conv2d", "MaxPooling2D" → "max_pooling2d"."""
    name = _CAPITAL.sub(r"\1_\2", class_name.replace("-", "_"))
    return _LOWER_CAPITAL.sub(r"\1_\2", name).lower()


def automatic_name(class_name: str) -> str:
    """The name a new layer starts from: "input", "output", else Keras's own."""
    return "input" if class_name == INPUT_CLASS else snake_case(class_name)


def has_automatic_name(layer: Layer) -> bool:
    """Whether nobody has named the layer: its name is its class's, perhaps with a number."""
    stem = automatic_name(layer.class_name)
    number = layer.name.removeprefix(f"{stem}_")
    return layer.name == stem or (number != layer.name and number.isdecimal())


def unique_name(wanted: str, taken: Collection[str], first: int = 1) -> str:
    """`wanted`, or with the next free number from `first` on: "dense" → "dense_1"."""
    if wanted not in taken:
        return wanted
    stem = name_stem(wanted)
    number = first
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def name_stem(name: str) -> str:
    """A name without the number at its end: "dense_12" → "dense"."""
    match = _TRAILING_NUMBER.match(name)
    return match.group(1) if match and match.group(1) else name


def name_error(name: str) -> str | None:
    """Why Keras or a file would refuse this layer name, in words; None when it is fine."""
    if _PLAIN.fullmatch(name):
        return None
    if not name.strip():
        return "A name needs at least one character."
    if "/" in name or "\\" in name:
        return "A layer name must not contain / or \\: Keras uses them for paths of weights."
    if name != name.strip() or any(ord(char) < 32 or 0xD800 <= ord(char) < 0xE000 for char in name):
        return "A name must not begin or end with a space or hold control characters."
    if len(name) > LONGEST:
        return f"A name may have at most {LONGEST} characters; this has {len(name)}."
    return None


def clean_name(name: str, otherwise: str) -> str:
    """The nearest name that `name_error` has nothing against; `otherwise` where nothing is left."""
    kept = "".join(
        "_" if char in "/\\" or ord(char) < 32 or 0xD800 <= ord(char) < 0xE000 else char
        for char in name
    )
    return kept.strip()[:LONGEST].strip() or otherwise
