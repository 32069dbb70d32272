"""What a loop runs over: a counter and columns of values from the places where passes differ.

The innermost level of every leaf in a body is replaced by an expression of the loop's variables;
what still differs between passes of the loops around is left to those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from kerasstudio.graph.codegen.leaves import (
    each_as,
    ends_of,
    first_of,
    folded_data,
    is_same,
    offsets_of,
    size_of,
    slope_of,
    starts_of,
    times,
    tuples_of,
    values_of,
)
from kerasstudio.graph.codegen.pieces import Infix, Joined, Leaf, Piece, Ref, mapped
from kerasstudio.graph.codegen.steps import Header, Item, Loop, Step
from kerasstudio.graph.codegen.wording import plural, split_names

Named = tuple[int, str]


class Variable(msgspec.Struct):
    """A column while it is found: `values` are what it is in each pass."""

    value: int
    leaf: Leaf


class LoopColumns:
    """Headers for a loop and those inside it. `names` are the variables with their hints."""

    def __init__(self, new_value: Callable[[], int]) -> None:
        self._new_value = new_value
        self.names: dict[int, str] = {}

    def loop(self, loop: Loop, depth: int = 2) -> Loop:
        """The loop with its header; the leaves that are left in it have less than `depth`
        levels."""
        body = tuple(
            self.loop(item, depth + 1) if isinstance(item, Loop) else item for item in loop.body
        )
        split = tuple(_changed(item, lambda leaf: _split(leaf, depth)) for item in body)
        found = [leaf for item in split for leaf in _leaves(item, depth)]
        counter, start, hint = self._counter(found)
        columns = self._columns([leaf for leaf in found if _place(leaf, counter) == "column"])
        made = tuple(
            _changed(item, lambda leaf: self._written(leaf, depth, counter, start, columns))
            for item in split
        )
        return msgspec.structs.replace(
            loop, body=made, header=self._header(loop, depth, counter, start, hint, columns)
        )

    def parameters(
        self, items: list[Item], own_names: list[str]
    ) -> tuple[list[Item], list[Variable]]:
        """A body without leaves that differ between copies of the function, and its parameters
        with their values for each copy. `own_names` are the names of the copies."""
        own: int | None = None
        if len(set(own_names)) > 1:
            own = self._new("name")
        split = [_changed(item, lambda leaf: _split_own(leaf, own, own_names)) for item in items]
        found = [leaf for item in split for leaf in _leaves(item, 1)]
        columns = self._columns([leaf for leaf in found if not is_same(leaf)])
        made = [
            _changed(item, lambda leaf: self._written(leaf, 1, None, None, columns))
            for item in split
        ]
        if own is not None:
            columns.append(Variable(own, Leaf(own_names, 1, "name")))
        return made, columns

    # ------------------------------------------------------------------ inside

    def _counter(self, found: list[Leaf]) -> tuple[int | None, Any, str]:
        """The counter's value, where it starts in each pass of the loops around, and its name."""
        straight = [leaf for leaf in found if slope_of(leaf) is not None and leaf.counted]
        if not straight:
            return None, None, ""
        ones = [leaf for leaf in straight if slope_of(leaf) == 1]
        if not ones:
            zeros = folded_data(straight[0].data, straight[0].depth, lambda _values: 0)
            return self._new("number"), zeros, "number"
        common = Counter(repr(starts_of(leaf)) for leaf in ones).most_common(1)[0][0]
        chosen = [leaf for leaf in ones if repr(starts_of(leaf)) == common]
        hint = Counter(leaf.hint for leaf in chosen).most_common(1)[0][0]
        return self._new(hint), starts_of(chosen[0]), hint

    def _columns(self, leaves: list[Leaf]) -> list[Variable]:
        found: dict[str, Leaf] = {}
        for leaf in leaves:
            found.setdefault(repr(leaf.data), leaf)
        columns: list[Variable] = []
        for leaf in sorted(found.values(), key=size_of):
            if not any(_from(leaf, known) is not None for known in columns):
                columns.append(Variable(self._new(leaf.hint or "value"), leaf))
        order = list(found.values())
        return sorted(columns, key=lambda known: order.index(known.leaf))

    def _new(self, hint: str) -> int:
        value = self._new_value()
        self.names[value] = hint
        return value

    def _written(
        self,
        leaf: Leaf,
        depth: int,
        counter: int | None,
        start: Any,
        columns: list[Variable],
    ) -> Piece:
        if leaf.depth != depth:
            return leaf
        place = _place(leaf, counter)
        if place == "same":
            data = folded_data(leaf.data, depth, lambda values: values[0])
            return Leaf(data, depth - 1, leaf.hint, leaf.counted)
        if place == "counter" and counter is not None:
            slope = slope_of(leaf) or 1
            offsets = offsets_of(starts_of(leaf), start, depth - 1, slope)
            times: Piece = Ref(counter)
            if slope != 1:
                times = Infix(Leaf(slope), "*", times)
            if not any(values_of(offsets, depth - 1)):
                return times
            return Infix(times, "+", Leaf(offsets, depth - 1, "first", counted=True))
        return next(made for known in columns if (made := _from(leaf, known)) is not None)

    def _header(
        self,
        loop: Loop,
        depth: int,
        counter: int | None,
        start: Any,
        hint: str,
        columns: list[Variable],
    ) -> Header:
        counts = loop.count
        if start is None:
            start = each_as(counts, lambda _count: 0)
        ends = ends_of(start, counts.data, depth - 1)
        return Header(
            counter,
            Leaf(start, depth - 1, "first", counted=True),
            Leaf(ends, depth - 1, plural(hint or "time"), counted=True),
            tuple(
                (
                    each.value,
                    Leaf(
                        tuples_of(each.leaf), depth - 1, plural(each.leaf.hint), each.leaf.counted
                    ),
                )
                for each in columns
            ),
        )


def _table(leaf: Leaf) -> Leaf:
    """What a column is in all passes."""
    return Leaf(tuples_of(leaf), leaf.depth - 1, plural(leaf.hint), leaf.counted)


def with_columns(items: list[Item], columns: LoopColumns) -> list[Item]:
    """A body whose loops have headers."""
    return [columns.loop(item) if isinstance(item, Loop) else item for item in items]


def changed_item(item: Item, change: Callable[[Leaf], Piece]) -> Item:
    """An item with `change` applied to the leaves of its pieces, of its loops' headers too."""
    return _changed(item, change)


def _changed(item: Item, change: Callable[[Leaf], Piece]) -> Item:
    def leaf(piece: Ref | Leaf) -> Piece:
        return change(piece) if isinstance(piece, Leaf) else piece

    if isinstance(item, Step):
        return msgspec.structs.replace(item, piece=mapped(item.piece, leaf))
    header = item.header
    if header is not None:
        header = msgspec.structs.replace(
            header,
            start=mapped(header.start, leaf),
            last=mapped(header.last, leaf),
            columns=tuple((value, mapped(data, leaf)) for value, data in header.columns),
        )
    body = tuple(_changed(inner, change) for inner in item.body)
    return msgspec.structs.replace(item, body=body, header=header)


def _leaves(item: Item, depth: int) -> Iterator[Leaf]:
    found: list[Leaf] = []

    def note(leaf: Leaf) -> Piece:
        if leaf.depth == depth:
            found.append(leaf)
        return leaf

    _changed(item, note)
    yield from found


def _split(leaf: Leaf, depth: int) -> Piece:
    """Texts that differ between passes are split into their parts."""
    if leaf.depth != depth or not isinstance(first_of(leaf.data, depth), str) or is_same(leaf):
        return leaf
    if not all(isinstance(value, str) for value in values_of(leaf.data, depth)):
        return leaf
    return split_names(leaf)


def _split_own(leaf: Leaf, own: int | None, own_names: list[str]) -> Piece:
    """Names that begin or end with that of the block they are in."""
    if leaf.depth != 1 or is_same(leaf):
        return leaf
    texts = [value for value in leaf.data if isinstance(value, str)]
    if len(texts) != len(leaf.data):
        return leaf
    if own is None or not all(own_names):
        return split_names(leaf)
    pairs = list(zip(texts, own_names, strict=True))
    if all(text == name for text, name in pairs):
        return Ref(own)
    if all(text.startswith(name) for text, name in pairs):
        rest = Leaf([text.removeprefix(name) for text, name in pairs], 1, leaf.hint)
        return Joined((Ref(own), rest if is_same(rest) else split_names(rest)))
    if all(text.endswith(name) for text, name in pairs):
        rest = Leaf([text.removesuffix(name) for text, name in pairs], 1, leaf.hint)
        return Joined((rest if is_same(rest) else split_names(rest), Ref(own)))
    return split_names(leaf)


def _place(leaf: Leaf, counter: int | None) -> str:
    if is_same(leaf):
        return "same"
    if counter is not None and leaf.counted and slope_of(leaf) is not None:
        return "counter"
    return "column"


def _from(leaf: Leaf, known: Variable) -> Piece | None:
    """A leaf as an expression of a column: itself, some times it, a number of a name further."""
    factor = times(leaf, known.leaf)
    if factor:
        reading = Ref(known.value)
        return reading if factor == 1 else Infix(Leaf(factor), "*", reading)
    if leaf.counted and known.leaf.counted:
        ours, theirs = values_of(leaf.data, leaf.depth), values_of(known.leaf.data, leaf.depth)
        if len(ours) == len(theirs) and all(type(each) is int for each in (*ours, *theirs)):
            further = ours[0] - theirs[0]
            if all(one - other == further for one, other in zip(ours, theirs, strict=True)):
                return Infix(Ref(known.value), "+", Leaf(further))
    return None
