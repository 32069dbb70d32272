"""What Python expressions are made of before they are text.

A piece is source text as it is, or a structure of pieces. Two leaves stand for what is not text
yet: `Ref`, a variable that gets its name when the whole function is known, and `Leaf`, a value
that differs between the places which one line of code stands for (see `alike`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from kerasstudio.graph.catalogue import LayerType


class Ref(msgspec.Struct, frozen=True):
    """A variable, by the number of the value that it holds."""

    value: int


class Leaf(msgspec.Struct, frozen=True):
    """A constant. `depth` 0: `data` is the constant. Else `data` holds one entry for each pass of
    the outermost loop around the line, and so on inwards; constants after `depth` levels.

    `hint` is what the constant is called (an argument's name), `counted` says that it is a
    number in a name, which may be computed ("block_3" is the third)."""

    data: Any
    depth: int = 0
    hint: str = ""
    counted: bool = False


class Joined(msgspec.Struct, frozen=True):
    """An f-string: text, and what stands in braces."""

    parts: tuple[Piece, ...]


class Call(msgspec.Struct, frozen=True):
    """`function(positional, key=value)`. `kind` is the layer type that is constructed: it tells
    the defaults of arguments that are not given."""

    function: str
    positional: tuple[Piece, ...] = ()
    keywords: tuple[tuple[str, Piece], ...] = ()
    kind: LayerType | None = None


class Applied(msgspec.Struct, frozen=True):
    """`made(positional, key=value)`, where `made` is a variable or itself a call: a layer called
    on tensors."""

    made: Piece
    positional: tuple[Piece, ...] = ()
    keywords: tuple[tuple[str, Piece], ...] = ()


class Method(msgspec.Struct, frozen=True):
    """`of.name(positional)`."""

    of: Piece
    name: str
    positional: tuple[Piece, ...] = ()


class Items(msgspec.Struct, frozen=True):
    """A list or a tuple."""

    values: tuple[Piece, ...]
    brackets: str = "[]"


class Pairs(msgspec.Struct, frozen=True):
    """A dictionary with text keys."""

    values: tuple[tuple[str, Piece], ...]


class Infix(msgspec.Struct, frozen=True):
    """`left + right`."""

    left: Piece
    sign: str
    right: Piece


class Prefix(msgspec.Struct, frozen=True):
    """`-of`, `*of`."""

    sign: str
    of: Piece


class Index(msgspec.Struct, frozen=True):
    """`of[key]`; several keys are `Items`, written without brackets."""

    of: Piece
    key: Piece


class Slice(msgspec.Struct, frozen=True):
    """`start:stop:step` inside an `Index`; None for what is left out."""

    start: Piece | None = None
    stop: Piece | None = None
    step: Piece | None = None


Piece: TypeAlias = (
    str
    | Ref
    | Leaf
    | Joined
    | Call
    | Applied
    | Method
    | Items
    | Pairs
    | Infix
    | Prefix
    | Index
    | Slice
)
"""Source text as it is, or a structure of such texts."""


def mapped(piece: Piece, change: Callable[[Ref | Leaf], Piece]) -> Piece:
    """The piece with what `change` gives in place of every variable and constant."""
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Ref | Leaf):
        return change(piece)

    def each(values: tuple[Piece, ...]) -> tuple[Piece, ...]:
        return tuple(mapped(value, change) for value in values)

    def named(values: tuple[tuple[str, Piece], ...]) -> tuple[tuple[str, Piece], ...]:
        return tuple((key, mapped(value, change)) for key, value in values)

    match piece:
        case Call():
            return Call(piece.function, each(piece.positional), named(piece.keywords), piece.kind)
        case Applied():
            made = mapped(piece.made, change)
            return Applied(made, each(piece.positional), named(piece.keywords))
        case Items():
            return Items(each(piece.values), piece.brackets)
        case Joined():
            return joined(each(piece.parts))
        case Infix():
            return Infix(mapped(piece.left, change), piece.sign, mapped(piece.right, change))
        case Prefix():
            return Prefix(piece.sign, mapped(piece.of, change))
        case Index():
            return Index(mapped(piece.of, change), mapped(piece.key, change))
        case Method():
            return Method(mapped(piece.of, change), piece.name, each(piece.positional))
        case Pairs():
            return Pairs(named(piece.values))
        case Slice():
            ends = (piece.start, piece.stop, piece.step)
            return Slice(*(None if end is None else mapped(end, change) for end in ends))


def joined(parts: tuple[Piece, ...]) -> Piece:
    """An f-string of parts, or the text itself where all of them are constant."""
    made: list[Piece] = []
    for part in parts:
        inside = part.parts if isinstance(part, Joined) else (part,)
        for each in inside:
            constant = isinstance(each, Leaf) and each.depth == 0
            if constant and made and isinstance(made[-1], Leaf) and made[-1].depth == 0:
                made[-1] = Leaf(f"{made[-1].data}{each.data}")  # type: ignore[union-attr]
            else:
                made.append(Leaf(str(each.data)) if constant else each)  # type: ignore[union-attr]
    only = made[0] if len(made) == 1 else None
    return only if isinstance(only, Leaf) and only.depth == 0 else Joined(tuple(made))


def refs(piece: Piece) -> list[int]:
    """The values that a piece reads, in the order in which it names them."""
    found: list[int] = []

    def note(leaf: Ref | Leaf) -> Piece:
        if isinstance(leaf, Ref):
            found.append(leaf.value)
        return leaf

    mapped(piece, note)
    return found
