"""Several pieces of one form as one piece with open places: what repeated code has in common.

`Conv2D(64, 3, name="a1")` and `Conv2D(128, 3, name="a2")` become `Conv2D(L, 3, name=L)` with a
`Leaf` at every place. Arguments that only some of them give get Keras's default in the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kerasstudio.graph.catalogue import Argument
from kerasstudio.graph.codegen.pieces import (
    Applied,
    Call,
    Index,
    Infix,
    Items,
    Leaf,
    Method,
    Pairs,
    Piece,
    Prefix,
    Ref,
    Slice,
)
from kerasstudio.graph.codegen.steps import Item, Loop, Step


class UnlikeError(Exception):
    """The pieces have not one form."""


Bind = Callable[[list[int]], Piece]
"""What stands for variables that differ, given the value at the same place of each piece. Raises
`UnlikeError` where nothing can."""

Stack = Callable[[list[Leaf]], Leaf]
"""Constants at the same place as one leaf."""


class Alike:
    """Makes one of several. Both functions say what variables and constants become."""

    def __init__(self, bind: Bind, stack: Stack) -> None:
        self._bind = bind
        self._stack = stack
        self._shapes: list[Leaf] = []

    def piece(self, pieces: Sequence[Piece]) -> Piece:
        """Raises `UnlikeError`."""
        first = pieces[0]
        if any(type(each) is not type(first) for each in pieces):
            return self._constants(pieces)
        same: Any = pieces
        match first:
            case str():
                _require(all(each == first for each in pieces))
                return first
            case Leaf():
                return self._constants(pieces)
            case Ref():
                return self._bind([each.value for each in same])
            case Call():
                return self._call(same)
            case Applied():
                return self._applied(same)
            case Items():
                return self._items(same)
            case Pairs():
                return self._pairs(same)
            case Infix():
                _require(all(each.sign == first.sign for each in same))
                left, right = self._each([[each.left, each.right] for each in same])
                return Infix(left, first.sign, right)
            case Prefix():
                _require(all(each.sign == first.sign for each in same))
                return Prefix(first.sign, self.piece([each.of for each in same]))
            case Index():
                of, key = self._each([[each.of, each.key] for each in same])
                return Index(of, key)
            case Method():
                _require(all(each.name == first.name for each in same))
                of, *given = self._each([[each.of, *each.positional] for each in same])
                return Method(of, first.name, tuple(given))
            case Slice():
                ends = [(each.start, each.stop, each.step) for each in same]
                return Slice(*(self._end(column) for column in zip(*ends, strict=True)))
        raise UnlikeError

    def item(self, items: Sequence[Item]) -> Item:
        """One step or loop of several; what comes behind a loop reads the values of its last
        pass. Raises `UnlikeError`."""
        loops = [each for each in items if isinstance(each, Loop)]
        steps = [each for each in items if isinstance(each, Step)]
        if loops:
            _require(not steps)
            return self._loop(loops)
        first = steps[0]
        _require(all(each.form == first.form for each in steps))
        _require(all(len(each.outputs) == len(first.outputs) for each in steps))
        self._shapes = [each.name for each in steps]
        return Step(
            first.form,
            self.piece([each.piece for each in steps]),
            steps[-1].outputs,
            tuple(mark for each in steps for mark in each.nodes),
            self._stack([each.name for each in steps]),
            first.parts,
        )

    # ------------------------------------------------------------------ inside

    def _loop(self, loops: Sequence[Loop]) -> Loop:
        last = loops[-1]
        _require(all(len(each.body) == len(last.body) for each in loops))
        _require(all(len(each.carried) == len(last.carried) for each in loops))
        _require(all(len(each.kept) == len(last.kept) for each in loops))
        body = tuple(
            self.item(column) for column in zip(*(each.body for each in loops), strict=True)
        )
        carried = []
        for column in zip(*(each.carried for each in loops), strict=True):
            first = self.piece([each.first for each in column])
            carried.append(type(column[-1])(column[-1].value, first, column[-1].next))
        count = self._stack([each.count for each in loops])
        return Loop(count, body, tuple(carried), last.kept)

    def _each(self, rows: list[list[Piece]]) -> list[Piece]:
        """Pieces column by column."""
        _require(len({len(row) for row in rows}) == 1)
        return [self.piece(column) for column in zip(*rows, strict=True)]

    def _pairs(self, pieces: Sequence[Pairs]) -> Pairs:
        keys = [key for key, _ in pieces[0].values]
        _require(all([key for key, _ in each.values] == keys for each in pieces))
        values = self._each([[value for _, value in each.values] for each in pieces])
        return Pairs(tuple(zip(keys, values, strict=True)))

    def _end(self, column: tuple[Piece | None, ...]) -> Piece | None:
        if all(each is None for each in column):
            return None
        given = [each for each in column if each is not None]
        _require(len(given) == len(column))
        return self.piece(given)

    def _call(self, calls: Sequence[Call]) -> Call:
        first = calls[0]
        _require(all(each.function == first.function for each in calls))
        positional = self._each([list(each.positional) for each in calls])
        names = _ordered_names(calls)
        given = [dict(each.keywords) for each in calls]
        keywords = []
        for name in names:
            known = first.kind.argument(name) if first.kind is not None else None
            column = [each.get(name) for each in given]
            keywords.append((name, self.piece(self._with_defaults(name, column, known))))
        return Call(first.function, tuple(positional), tuple(keywords), first.kind)

    def _with_defaults(
        self, name: str, column: list[Piece | None], known: Argument | None
    ) -> list[Piece]:
        """The pieces, with the argument's default where it is not given."""
        if None not in column:
            return [each for each in column if each is not None]
        if name == "trainable":
            default: Any = True
        elif known is not None and not known.required and not isinstance(known.default, dict):
            default = known.default
        else:
            raise UnlikeError
        value = tuple(default) if isinstance(default, list) else default
        if known is not None and known.kind == "int_or_tuple" and isinstance(value, tuple):
            value = value[0] if len(set(value)) == 1 else value
        return [
            Leaf(like(shape.data, shape.depth, value), shape.depth, name) if each is None else each
            for each, shape in zip(column, self._shapes, strict=True)
        ]

    def _applied(self, calls: Sequence[Applied]) -> Applied:
        names = [key for key, _ in calls[0].keywords]
        _require(all([key for key, _ in each.keywords] == names for each in calls))
        made = self.piece([each.made for each in calls])
        positional = self._each([list(each.positional) for each in calls])
        values = self._each([[value for _, value in each.keywords] for each in calls])
        return Applied(made, tuple(positional), tuple(zip(names, values, strict=True)))

    def _items(self, items: Sequence[Items]) -> Piece:
        same = len({(each.brackets, len(each.values)) for each in items}) == 1
        if not same or _differ_twice(items):
            return self._constants(items)
        return Items(tuple(self._each([list(each.values) for each in items])), items[0].brackets)

    def _constants(self, pieces: Sequence[Piece]) -> Leaf:
        """Constants of any form: numbers, and lists of different lengths."""
        return self._stack([as_leaf(each) for each in pieces])


def _differ_twice(items: Sequence[Items]) -> bool:
    """Whether constant lists differ in more than one element: as wholes they are easier to read."""
    try:
        rows = [[repr(as_leaf(value).data) for value in each.values] for each in items]
    except UnlikeError:
        return False
    return sum(len(set(column)) > 1 for column in zip(*rows, strict=True)) > 1


def as_leaf(piece: Piece) -> Leaf:
    """A constant, or a list of constants, as one leaf. Raises `UnlikeError` for other pieces."""
    if isinstance(piece, Leaf):
        return piece
    if not isinstance(piece, Items) or not piece.values:
        raise UnlikeError
    inside = [as_leaf(each) for each in piece.values]
    _require(len({each.depth for each in inside}) == 1)
    data = _zipped([each.data for each in inside], inside[0].depth, piece.brackets == "()")
    return Leaf(data, inside[0].depth, inside[0].hint)


def like(data: Any, depth: int, value: Any) -> Any:
    """`value` wherever `data` has a constant."""
    return value if depth == 0 else [like(each, depth - 1, value) for each in data]


def _zipped(data: list[Any], depth: int, as_tuple: bool) -> Any:
    if depth == 0:
        return tuple(data) if as_tuple else list(data)
    return [_zipped([each[at] for each in data], depth - 1, as_tuple) for at in range(len(data[0]))]


def _ordered_names(calls: Sequence[Call]) -> list[str]:
    """All keywords that any of the calls has, in Keras's order, "name" and what follows it last."""
    first = calls[0]
    names = dict.fromkeys(key for each in calls for key, _ in each.keywords)
    if all(len(each.keywords) == len(names) for each in calls):
        return list(names)
    _require(first.kind is not None)
    order = [each.name for each in first.kind.arguments] if first.kind is not None else []
    order += ["name", "trainable"]
    _require(all(name in order for name in names))
    return sorted(names, key=order.index)


def _require(condition: bool) -> None:
    if not condition:
        raise UnlikeError
