"""What code costs its reader, in characters: whether a loop is shorter than what it stands for."""

from __future__ import annotations

from collections.abc import Sequence

from kerasstudio.graph.codegen.leaves import values_of
from kerasstudio.graph.codegen.pieces import (
    Applied,
    Call,
    Index,
    Infix,
    Items,
    Joined,
    Leaf,
    Method,
    Pairs,
    Piece,
    Prefix,
    Ref,
)
from kerasstudio.graph.codegen.steps import Item, Loop, Step

_LINE = 12
_LOOP = 30
_MOST_COLUMNS = 6


def effort(item: Item) -> int:
    """The characters of an item, and something for each line."""
    if isinstance(item, Step):
        return _LINE + _size(item.piece)
    inside = sum(effort(inner) for inner in item.body)
    aliases = _LINE * (len(item.kept) + max(0, len(item.carried) - 1))
    return _LOOP + inside + aliases + header_effort(item)


def header_effort(loop: Loop) -> int:
    """The cells of a loop's table."""
    if loop.header is None:
        return 0
    cells = sum(_size(data) for _, data in loop.header.columns)
    return cells + 8 * len(loop.header.columns)


def worthwhile(loop: Loop, plain: Sequence[Item], smooth: bool, passes: int) -> bool:
    """Whether a loop (with its header) is easier to read than its passes written out; one whose
    passes differ in more than counting has to save more."""
    columns = loop.header.columns if loop.header is not None else ()
    of_names = [data for _, data in columns if isinstance(data, Leaf) and data.counted]
    if len(columns) > _MOST_COLUMNS or len(of_names) > 1 or _tables_in_tables(loop):
        return False
    before = sum(effort(item) for item in plain)
    share = 1.0 if smooth else 0.65 if passes == 2 else 0.8
    return effort(loop) < share * before


def _tables_in_tables(loop: Loop) -> bool:
    """Whether a loop inside runs over tables that this one hands to it: nobody reads those.
    A text of single letters is no table."""
    given = dict(loop.header.columns) if loop.header is not None else {}
    for item in loop.body:
        if isinstance(item, Step) or item.header is None:
            continue
        for _, data in item.header.columns:
            table = given.get(data.value) if isinstance(data, Ref) else None
            if isinstance(table, Leaf):
                cells = values_of(table.data, table.depth)
                if not all(_are_letters(cell) for row in cells for cell in row):
                    return True
    return False


def _are_letters(cells: object) -> bool:
    return isinstance(cells, tuple) and all(
        isinstance(each, str) and len(each) == 1 for each in cells
    )


def _size(piece: Piece | None) -> int:
    match piece:
        case None:
            return 0
        case str():
            return len(piece)
        case Leaf():
            return sum(len(repr(value)) + 2 for value in values_of(piece.data, piece.depth)[:200])
        case Ref():
            return 3
        case Joined():
            return sum(_size(part) for part in piece.parts) + 6
        case Call() | Applied():
            head = len(piece.function) if isinstance(piece, Call) else _size(piece.made)
            inside = sum(map(_size, piece.positional))
            return head + 2 + inside + sum(len(key) + 1 + _size(v) for key, v in piece.keywords)
        case Items():
            return 2 + sum(_size(value) + 2 for value in piece.values)
        case Pairs():
            return 2 + sum(len(key) + 4 + _size(value) for key, value in piece.values)
        case Infix():
            return _size(piece.left) + 3 + _size(piece.right)
        case Prefix():
            return 1 + _size(piece.of)
        case Index():
            return _size(piece.of) + 2 + _size(piece.key)
        case Method():
            return _size(piece.of) + len(piece.name) + sum(map(_size, piece.positional))
    return 8
