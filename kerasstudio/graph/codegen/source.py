"""Pieces of Python source that know how to break over lines."""

from __future__ import annotations

import keyword
import re
from typing import Any, TypeAlias

import msgspec

from kerasstudio.graph.problems import Problem, StudioError

WIDTH = 88
INDENT = "    "

_MODULE = re.compile(r"keras(\.[a-z_][a-z0-9_]*)*")


class Call(msgspec.Struct, frozen=True):
    """`function(positional, key=value)`."""

    function: str
    positional: tuple[Piece, ...] = ()
    keywords: tuple[tuple[str, Piece], ...] = ()


class Items(msgspec.Struct, frozen=True):
    """A list or a tuple."""

    values: tuple[Piece, ...]
    brackets: str = "[]"


class Pairs(msgspec.Struct, frozen=True):
    """A dictionary with text keys."""

    values: tuple[tuple[str, Piece], ...]


class Applied(msgspec.Struct, frozen=True):
    """`made(positional, key=value)` where `made` is itself a call: a layer called on tensors."""

    made: Piece
    positional: tuple[Piece, ...] = ()
    keywords: tuple[tuple[str, Piece], ...] = ()


class Method(msgspec.Struct, frozen=True):
    """`of.name(positional)`."""

    of: Piece
    name: str
    positional: tuple[Piece, ...] = ()


Piece: TypeAlias = str | Call | Items | Pairs | Applied | Method
"""Source text as it is, or a structure of such texts."""


def text(value: str) -> str:
    """A Python string literal in double quotes where that needs no escapes."""
    if '"' not in value and "\\" not in value and value.isprintable():
        return f'"{value}"'
    return repr(value)


def comment(value: str) -> str:
    """A person's text made safe for one comment line."""
    return " ".join(value.split())


def flat(piece: Piece) -> str:
    """The piece on one line."""
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Items):
        inner = ", ".join(flat(value) for value in piece.values)
        comma = "," if piece.brackets == "()" and len(piece.values) == 1 else ""
        return f"{piece.brackets[0]}{inner}{comma}{piece.brackets[1]}"
    if isinstance(piece, Pairs):
        return "{" + ", ".join(f"{text(key)}: {flat(value)}" for key, value in piece.values) + "}"
    if isinstance(piece, Method):
        return flat(piece.of) + _method(piece)
    head = piece.function if isinstance(piece, Call) else flat(piece.made)
    given = [flat(value) for value in piece.positional]
    given += [f"{key}={flat(value)}" for key, value in piece.keywords]
    return f"{head}({', '.join(given)})"


def render(piece: Piece, prefix: str = "", indent: str = "", suffix: str = "") -> list[str]:
    """Lines of `prefix + piece + suffix`, broken like a formatter would where too long."""
    line = f"{indent}{prefix}{flat(piece)}{suffix}"
    if len(line) <= WIDTH or isinstance(piece, str):
        return [line]
    if isinstance(piece, Method):
        return render(piece.of, prefix, indent, f"{_method(piece)}{suffix}")
    if isinstance(piece, Applied):
        return _render_applied(piece, prefix, indent, suffix)
    opening, closing, inner = _opened(piece)
    if not inner:
        return [line]
    lines = [f"{indent}{prefix}{opening}"]
    for inner_prefix, value in inner:
        lines += render(value, inner_prefix, indent + INDENT, ",")
    return [*lines, f"{indent}{closing}{suffix}"]


def _method(piece: Method) -> str:
    return f".{piece.name}({', '.join(flat(value) for value in piece.positional)})"


def _render_applied(piece: Applied, prefix: str, indent: str, suffix: str) -> list[str]:
    """Break inside the constructor's arguments; its last line gets the call's."""
    called = flat(Call("", piece.positional, piece.keywords))
    if len(indent) + 1 + len(called) + len(suffix) <= WIDTH:
        return render(piece.made, prefix, indent, f"{called}{suffix}")
    lines = render(piece.made, prefix, indent)
    last = lines.pop()
    outer = render(Call("", piece.positional, piece.keywords), last.strip(), indent, suffix)
    return [*lines, *outer]


def _opened(piece: Piece) -> tuple[str, str, list[tuple[str, Piece]]]:
    if isinstance(piece, Items):
        return piece.brackets[0], piece.brackets[1], [("", value) for value in piece.values]
    if isinstance(piece, Pairs):
        return "{", "}", [(f"{text(key)}: ", value) for key, value in piece.values]
    assert isinstance(piece, Call)  # noqa: S101 (a method and a call's call are handled before)
    inner: list[tuple[str, Piece]] = [("", value) for value in piece.positional]
    inner += [(f"{key}=", value) for key, value in piece.keywords]
    return f"{piece.function}(", ")", inner


class Names:
    """Python identifiers for people's names, each used once in its scope."""

    def __init__(self, taken: tuple[str, ...] = ()) -> None:
        self._taken = set(taken)

    def give(self, name: str, fallback: str = "value") -> str:
        """An identifier like `name` that nothing else has."""
        wanted = identifier(name, fallback)
        found, number = wanted, 2
        while found in self._taken:
            found = f"{wanted}_{number}"
            number += 1
        self._taken.add(found)
        return found


def identifier(name: str, fallback: str = "value") -> str:
    """A lower-case ASCII identifier that looks like `name` and is no keyword."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    if not plain:
        return fallback
    if plain[0].isdigit():
        plain = f"{fallback}_{plain}"
    return f"{plain}_" if keyword.iskeyword(plain) or keyword.issoftkeyword(plain) else plain


def class_path(module: str, class_name: str) -> str:
    """ "keras.layers", "Dense" → "layers.Dense"; what is not Keras's is refused, because a
    project file may come from anywhere. Raises `StudioError`."""
    known = _MODULE.fullmatch(module) is not None and _is_name(class_name)
    if not known:
        raise StudioError(
            Problem(
                code="export.class",
                message=f"There is no code for {class_name[:80]!r} of {module[:80]!r}.",
                expected="a class of Keras",
                received=f"{module[:80]}.{class_name[:80]}",
            )
        )
    return f"layers.{class_name}" if module == "keras.layers" else f"{module}.{class_name}"


def keyword_name(name: str) -> str:
    """`name` when it can be a keyword argument. Raises `StudioError`."""
    if not _is_name(name):
        raise StudioError(
            Problem(
                code="export.argument",
                message=f"{name[:80]!r} cannot be the name of an argument.",
                expected="a Python identifier",
                received=name[:80],
            )
        )
    return name


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)
