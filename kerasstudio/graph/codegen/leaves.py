"""Reckoning with leaves: what differs between passes of a loop, and how.

A leaf of depth d holds its constants in nested lists, the passes of the innermost loop at the
innermost level."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from kerasstudio.graph.codegen.pieces import Leaf


def values_of(data: Any, depth: int) -> list[Any]:
    """All constants of a leaf's data, in order."""
    if depth == 0:
        return [data]
    return [value for each in data for value in values_of(each, depth - 1)]


def refilled(data: Any, depth: int, values: list[Any]) -> Any:
    """Data of the same form with other constants."""
    rest = iter(values)

    def inside(each: Any, level: int) -> Any:
        return next(rest) if level == 0 else [inside(one, level - 1) for one in each]

    return inside(data, depth)


def first_of(data: Any, depth: int) -> Any:
    while depth:
        data, depth = data[0], depth - 1
    return data


def _lists(leaf: Leaf) -> list[list[Any]]:
    """The values of the innermost level, pass by pass of the loops around."""
    return values_of(leaf.data, leaf.depth - 1)


def is_same(leaf: Leaf) -> bool:
    return all(
        type(each) is type(values[0]) and each == values[0]
        for values in _lists(leaf)
        for each in values
    )


def slope_of(leaf: Leaf) -> int | None:
    """By how much a number grows with every pass; None when it does not grow evenly."""
    found: int | None = None
    for values in _lists(leaf):
        if not all(type(value) is int for value in values):
            return None
        for one, other in pairwise(values):
            if found is None:
                found = other - one
            if other - one != found:
                return None
    short = all(len(values) < 3 for values in _lists(leaf))
    return None if not found or (short and abs(found) != 1) else found


def starts_of(leaf: Leaf) -> Any:
    return folded_data(leaf.data, leaf.depth, lambda values: values[0])


def folded_data(data: Any, depth: int, change: Callable[[list[Any]], Any]) -> Any:
    """Data with one level less."""
    return change(data) if depth == 1 else [folded_data(each, depth - 1, change) for each in data]


def each_as(leaf: Leaf, change: Callable[[Any], Any]) -> Any:
    def inside(data: Any, depth: int) -> Any:
        return change(data) if depth == 0 else [inside(each, depth - 1) for each in data]

    return inside(leaf.data, leaf.depth)


def offsets_of(starts: Any, counter: Any, depth: int, slope: int) -> Any:
    if depth == 0:
        return starts - slope * counter
    pairs = zip(starts, counter, strict=True)
    return [offsets_of(one, other, depth - 1, slope) for one, other in pairs]


def ends_of(starts: Any, counts: Any, depth: int) -> Any:
    """The last value of a counter."""
    if depth == 0:
        return starts + counts - 1
    return [ends_of(one, other, depth - 1) for one, other in zip(starts, counts, strict=True)]


def tuples_of(leaf: Leaf) -> Any:
    return folded_data(leaf.data, leaf.depth, tuple)


def times(leaf: Leaf, known: Leaf) -> int | None:
    """How many times `known` a leaf is, where that is a whole number and always the same."""
    ours, theirs = values_of(leaf.data, leaf.depth), values_of(known.data, known.depth)
    if repr(leaf.data) == repr(known.data):
        return 1
    numbers = [*ours, *theirs]
    if len(ours) != len(theirs) or not all(type(each) is int and each > 0 for each in numbers):
        return None
    factor = ours[0] // theirs[0]
    fits = factor > 1 and all(
        one == factor * other for one, other in zip(ours, theirs, strict=True)
    )
    return factor if fits else None


def size_of(leaf: Leaf) -> tuple[int, int]:
    """Small numbers first, so that others can be multiples of them."""
    values = values_of(leaf.data, leaf.depth)
    numbers = [each for each in values if type(each) is int]
    return (0, sum(numbers)) if len(numbers) == len(values) else (1, 0)
