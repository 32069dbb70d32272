"""The passes of a loop as one body: which variables stay, go around, or come from lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kerasstudio.graph.codegen.alike import Alike, UnlikeError
from kerasstudio.graph.codegen.pieces import Index, Leaf, Piece, Ref
from kerasstudio.graph.codegen.steps import Carried, Item, Loop, made_by

Elements = dict[int, tuple[int, int]]
"""Values that are elements of lists: the list and the number."""


class Passes:
    """Merges passes: equal runs of items. Template values are those of the last pass."""

    def __init__(
        self,
        passes: Sequence[Sequence[Item]],
        elements: Elements,
        new_value: Callable[[], int],
    ) -> None:
        self._passes = passes
        self._elements = elements
        self._new_value = new_value
        self._last = [value for item in passes[-1] for value in made_by(item)]
        self._maps: list[dict[int, int]] = []
        for each in passes:
            made = [value for item in each for value in made_by(item)]
            if len(made) != len(self._last):
                raise UnlikeError
            self._maps.append(dict(zip(made, self._last, strict=True)))
        self._carried: dict[tuple[int, int], Carried] = {}

    def loop(self, kept: dict[int, int]) -> Loop:
        """Raises `UnlikeError`. `kept` are lists by the values that each pass adds to them."""
        alike = Alike(self._bind, stacked)
        body = tuple(alike.item(column) for column in zip(*self._passes, strict=True))
        count = like_count(body, len(self._passes))
        return Loop(
            count,
            body,
            tuple(self._carried.values()),
            tuple((values, value) for value, values in kept.items()),
        )

    def values_of(self, number: int) -> dict[int, int]:
        """The values that a pass makes, with those of the last pass in their places."""
        return self._maps[number]

    # ------------------------------------------------------------------ variables

    def _bind(self, values: list[int]) -> Piece:
        own = [of.get(value) for of, value in zip(self._maps, values, strict=True)]
        if own[0] is not None and all(each == own[0] for each in own):
            return Ref(own[0])
        if any(each is not None for each in own):
            raise UnlikeError
        if all(each == values[0] for each in values) and not self._is_made(values[0]):
            return Ref(values[0])
        value = self._goes_around(values, 1)
        if value is None:
            value = self._goes_around_twice(values)
        if value is not None:
            return Ref(value)
        return self._element(values)

    def _is_made(self, value: int) -> bool:
        return any(value in of for of in self._maps)

    def _goes_around(self, values: list[int], back: int) -> int | None:
        """A value of the pass before; the first pass reads one from outside."""
        if self._is_made(values[0]):
            return None
        before = [of.get(v) for of, v in zip(self._maps, values[1:], strict=False)]
        if before[0] is None or any(each != before[0] for each in before):
            return None
        return self._carry(values[0], before[0])

    def _goes_around_twice(self, values: list[int]) -> int | None:
        """A value of the pass before the last: it goes around in a second variable."""
        if len(values) < 3 or self._is_made(values[0]) or self._is_made(values[1]):
            return None
        before = [of.get(v) for of, v in zip(self._maps, values[2:], strict=False)]
        if before[0] is None or any(each != before[0] for each in before):
            return None
        return self._carry(values[0], self._carry(values[1], before[0]))

    def _carry(self, first: int, following: int) -> int:
        key = (first, following)
        if key not in self._carried:
            if any(each.next == following for each in self._carried.values()):
                raise UnlikeError  # it would need two variables for one value
            self._carried[key] = Carried(self._new_value(), Ref(first), following)
        return self._carried[key].value

    def _element(self, values: list[int]) -> Piece:
        found = [self._elements.get(value) for value in values]
        if any(each is None for each in found):
            raise UnlikeError
        lists = [each[0] for each in found if each is not None]
        numbers = [each[1] for each in found if each is not None]
        if any(each != lists[0] for each in lists) or self._is_made(lists[0]):
            raise UnlikeError
        copies = _copies(self._passes[0][0])
        return Index(Ref(lists[0]), Leaf([numbers] * copies, 2, "number", counted=True))


def stacked(leaves: list[Leaf]) -> Leaf:
    """Constants of the passes of a loop, below what is outermost: the copies of the function."""
    first = leaves[0]
    data = [[leaf.data[copy] for leaf in leaves] for copy in range(len(first.data))]
    return Leaf(data, first.depth + 1, first.hint, first.counted)


def like_count(body: tuple[Item, ...], count: int) -> Leaf:
    """How often a loop runs, for each copy of the function."""
    copies: Any = _copies(body[0])
    return Leaf([count] * copies, 1, "count", counted=True)


def _copies(item: Item) -> int:
    if isinstance(item, Loop):
        return len(item.count.data)
    return len(item.name.data)
