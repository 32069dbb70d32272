"""A function's body before it is text: steps, and loops of steps.

Values are numbers: what a step makes has one, and so has a layer that is kept in a variable, a
list that a loop fills and a variable of a loop. Which variable holds which value is decided when
the body is complete (see `variables`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

import msgspec

from kerasstudio.graph.codegen.pieces import Items, Leaf, Piece, refs

Mark: TypeAlias = tuple[str, str]
"""What a line of code stands for: the ids of a graph and of a node in it."""

Form = Literal["input", "layer", "call", "flatten", "freeze", "element", "result"]
"""What a step is: an Input, a layer put into a variable, a call of one, its results laid flat, a
layer set untrainable, a layer of a Sequential, what the function returns."""


class Step(msgspec.Struct, frozen=True):
    """`outputs = piece`. `name` is what the layer is called: variables are named after it, and
    after `parts` where there are several outputs."""

    form: Form
    piece: Piece
    outputs: tuple[int, ...] = ()
    nodes: tuple[Mark, ...] = ()
    name: Leaf = Leaf("")
    parts: tuple[str, ...] = ()


class Carried(msgspec.Struct, frozen=True):
    """A variable that goes around in a loop: `first` (a variable, or an element of a list)
    before it, `next` after each pass. `value` stands for what a pass begins with."""

    value: int
    first: Piece
    next: int


class Column(msgspec.Struct, frozen=True):
    """A variable of a loop's header, and what it is in each pass (`Leaf` of tuples)."""

    value: int
    data: Leaf


class Header(msgspec.Struct, frozen=True):
    """What a loop runs over: a counter from `start` on, and columns. `last` is the counter's last
    value where that is how often the loop runs is told."""

    counter: int | None = None
    start: Piece = Leaf(0)
    last: Piece = Leaf(0)
    columns: tuple[tuple[int, Piece], ...] = ()
    together: bool = False


class Loop(msgspec.Struct, frozen=True):
    """The body is that of the last pass, so what follows may read its values. `count` says how
    often it runs; `kept` are lists (values) with the value that each pass adds; `plain` are the
    items that it stands for, as long as it is alone."""

    count: Leaf
    body: tuple[Item, ...]
    carried: tuple[Carried, ...] = ()
    kept: tuple[tuple[int, int], ...] = ()
    header: Header | None = None
    plain: tuple[Item, ...] = ()


Item: TypeAlias = Step | Loop


class CancelledError(Exception):
    """Nobody wants the code any more."""


def made_by(item: Item) -> Iterator[int]:
    """The values that an item makes, those inside loops too."""
    if isinstance(item, Step):
        yield from item.outputs
        return
    for inner in item.body:
        yield from made_by(inner)
    yield from (carried.value for carried in item.carried)
    yield from (kept for kept, _ in item.kept)


def read_by(item: Item) -> Iterator[int]:
    """The values that an item reads, those of its own included."""
    if isinstance(item, Step):
        yield from refs(item.piece)
        return
    for inner in item.body:
        yield from read_by(inner)
    for carried in item.carried:
        yield from refs(carried.first)


def steps_of(items: Iterable[Item]) -> Iterator[Step]:
    """All steps, those inside loops too."""
    for item in items:
        if isinstance(item, Step):
            yield item
        else:
            yield from steps_of(item.body)


def listed(piece: Piece) -> tuple[Piece, ...]:
    """The elements of a list, or the piece alone."""
    return piece.values if isinstance(piece, Items) else (piece,)
