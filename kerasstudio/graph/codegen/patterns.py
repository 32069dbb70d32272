"""Runs of layers that come again and again, not only one after another, as functions.

"Convolution, normalisation, activation" forty times is one function of three lines and forty
calls. Runs of the same layers with the same wiring inside, one tensor out and at most two in, are
found by their form and taken where they save most; the calls may then be part of longer runs, and
of loops.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

import msgspec

from kerasstudio.graph.codegen.alike import Alike, UnlikeError
from kerasstudio.graph.codegen.columns import LoopColumns, Variable
from kerasstudio.graph.codegen.effort import effort
from kerasstudio.graph.codegen.features import features_of
from kerasstudio.graph.codegen.pieces import Applied, Call, Leaf, Piece, Ref, refs
from kerasstudio.graph.codegen.run_names import own_name, without
from kerasstudio.graph.codegen.source import Names
from kerasstudio.graph.codegen.steps import Item, Step, made_by
from kerasstudio.graph.names import snake_case

SHORTEST, LONGEST, FEWEST = 3, 48, 3
_MOST_TENSORS, _MOST_PARAMETERS = 2, 6
_MOST_FUNCTIONS, _FEW_FUNCTIONS, _MANY = 12, 4, 1200
_TRIES = 40
_NUMBER = re.compile(r"[0-9]+")
_CALL, _FUNCTION, _LEAST = 34, 70, 150


class Pattern(msgspec.Struct):
    """A function for a run: `tensors` and `parameters` go in, `output` comes out. `names` are
    hints for the variables of its parameters, `about` is what it does, in words."""

    name: str
    tensors: tuple[int, ...]
    parameters: list[Variable]
    body: list[Item]
    output: int
    names: dict[int, str]
    about: str


class _Place(msgspec.Struct, frozen=True):
    """Where a run is: its first item, the tensors that go in, the value that comes out."""

    start: int
    tensors: tuple[int, ...]
    output: int


class _Look(msgspec.Struct, frozen=True):
    """What there is to know of one item: its form, what it costs, whether it may be part of a
    run, the values it reads and makes, the names of its layers."""

    item: Item
    form: int
    cost: int
    fits: bool
    reads: tuple[int, ...]
    makes: tuple[int, ...]
    names: tuple[str, ...]


class _Choice(msgspec.Struct, frozen=True):
    """A function that could be made, and what it saves."""

    rank: tuple[int, ...]
    pattern: Pattern
    places: list[_Place]
    length: int


class Patterns:
    """Replaces runs by calls. `found` are the functions, those that others call first. `often`:
    the most frequent runs first, of which longer ones are made then; else those that save most."""

    def __init__(self, names: Names, new_value: Callable[[], int], often: bool) -> None:
        self._names = names
        self._new_value = new_value
        self._often = often
        self._known: dict[int, _Look] = {}
        self.found: list[Pattern] = []

    def replaced(self, items: Sequence[Item]) -> list[Item]:
        """The items with calls in place of runs."""
        found = list(items)
        most = _MOST_FUNCTIONS if len(items) <= _MANY else _FEW_FUNCTIONS
        while len(self.found) < most:
            made = self._best(found)
            if made is None:
                break
            found = made
        return found

    def _best(self, items: list[Item]) -> list[Item] | None:
        looks = [self._look_at(item) for item in items]
        candidates: list[tuple[tuple[int, ...], int, list[_Place]]] = []
        for length, places in self._runs(items, looks):
            apart = _apart(places, length) if len(places) >= FEWEST else places
            if len(apart) < FEWEST:
                continue
            if _repeats(looks, apart[0].start, length):
                continue
            if self._saved(looks, apart, length) <= _LEAST:
                continue
            candidates.append((self._rank(looks, apart, length), length, apart))
        candidates.sort(key=lambda each: (each[0], each[2][0].start))
        best: _Choice | None = None
        tries = 0
        for rank, length, places in candidates:
            if tries >= _TRIES or (best is not None and rank >= best.rank):
                break
            for alike in _named_alike(looks, places, length):
                if len(alike) < FEWEST or (
                    best is not None and self._rank(looks, alike, length) >= best.rank
                ):
                    continue
                tries += 1
                choice = self._choice(items, looks, alike, length)
                if choice is not None and (best is None or choice.rank < best.rank):
                    best = choice
        if best is None:
            return None
        run = items[best.places[0].start :][: best.length]
        best.pattern.name = self._names.give(_name_of(run), "block")
        self.found.append(best.pattern)
        return self._with_calls(items, best)

    def _rank(self, looks: list[_Look], places: list[_Place], length: int) -> tuple[int, ...]:
        """What is taken first: the smallest."""
        if self._often:
            return (-len(places), -length)
        return (-self._saved(looks, places, length),)

    def _saved(self, looks: list[_Look], places: list[_Place], length: int) -> int:
        """What a function saves, before the arguments of its calls are counted."""
        first = places[0].start
        cost = sum(looks[place].cost for place in range(first, first + length))
        return (len(places) - 1) * cost - len(places) * _CALL - _FUNCTION

    def _choice(
        self, items: list[Item], looks: list[_Look], places: list[_Place], length: int
    ) -> _Choice | None:
        try:
            pattern = self._pattern(items, places, length)
        except UnlikeError:
            return None
        saved = self._saved(looks, places, length) - self._price(pattern, places)
        if saved <= _LEAST:
            return None
        rank = (-len(places), -length) if self._often else (-saved,)
        return _Choice(rank, pattern, places, length)

    # ------------------------------------------------------------------ looking

    def _look_at(self, item: Item) -> _Look:
        """Items are looked at once, although they are in many rounds."""
        known = self._known.get(id(item))
        if known is None:
            features = features_of(item)
            fits = isinstance(item, Step) and item.form in ("call", "flatten")
            reads = tuple(refs(item.piece)) if isinstance(item, Step) else ()
            makes = item.outputs if isinstance(item, Step) else ()
            known = _Look(item, features.form, effort(item), fits, reads, makes, features.names)
            self._known[id(item)] = known
        return known

    def _runs(self, items: list[Item], looks: list[_Look]) -> list[tuple[int, list[_Place]]]:
        """All runs that could be a function: their length, and where those of one form and
        wiring are."""
        last_read: dict[int, int] = {}
        for place, look in enumerate(looks):
            for value in look.reads:
                last_read[value] = max(last_read.get(value, 0), place)
        common = Counter(look.form for look in looks)
        numbers: dict[tuple[int, int, tuple[int, ...]], int] = {}
        lengths: dict[int, int] = {}
        found: dict[tuple[int, int], list[_Place]] = defaultdict(list)
        for start in range(len(items)):
            inner: dict[int, int] = {}
            outer: dict[int, int] = {}
            out: list[int] = []
            key = 0
            for end, look in enumerate(looks[start : start + LONGEST], start + 1):
                if not look.fits or common[look.form] < FEWEST:
                    break
                row = []
                for value in look.reads:
                    if value not in inner:
                        outer.setdefault(value, len(outer))
                    row.append(inner[value] if value in inner else -1 - outer[value])
                if len(outer) > _MOST_TENSORS:
                    break
                for value in look.makes:
                    inner[value] = len(inner)
                    out.append(value)
                out = [value for value in out if last_read.get(value, -1) >= end]
                key = numbers.setdefault((key, look.form, tuple(row)), len(numbers) + 1)
                lengths[key] = end - start
                if end - start < SHORTEST:
                    continue
                if len(out) == 1 and outer:
                    run = _Place(start, tuple(outer), out[0])
                    found[key, inner[out[0]]].append(run)
        return [(lengths[key], places) for (key, _), places in found.items()]

    # ------------------------------------------------------------------ making

    def _pattern(self, items: list[Item], places: list[_Place], length: int) -> Pattern:
        rows = [items[place.start : place.start + length] for place in places]
        tensors = tuple(self._new_value() for _ in places[0].tensors)
        maps: list[dict[int, int]] = []
        last = [value for item in rows[-1] for value in made_by(item)]
        for row, place in zip(rows, places, strict=True):
            own = [value for item in row for value in made_by(item)]
            maps.append(
                dict(zip(own, last, strict=True)) | dict(zip(place.tensors, tensors, strict=True))
            )

        def bind(values: list[int]) -> Piece:
            found = {of.get(value) for of, value in zip(maps, values, strict=True)}
            if len(found) != 1 or None in found:
                raise UnlikeError
            return Ref(maps[0][values[0]])

        def stack(leaves: list[Leaf]) -> Leaf:
            return Leaf([leaf.data[0] for leaf in leaves], 1, leaves[0].hint, leaves[0].counted)

        alike = Alike(bind, stack)
        body = [alike.item(column) for column in zip(*rows, strict=True)]
        columns = LoopColumns(self._new_value)
        owners = [own_name([n for item in row for n in features_of(item).names]) for row in rows]
        made, parameters = columns.parameters(body, owners)
        if len(parameters) > _MOST_PARAMETERS:
            raise UnlikeError
        output = maps[-1][places[-1].output]
        return Pattern("", tensors, parameters, made, output, columns.names, _about(rows[0]))

    def _price(self, pattern: Pattern, places: list[_Place]) -> int:
        """What the arguments of all calls cost."""
        return sum(
            len(name) + 3 + len(repr(value))
            for each in pattern.parameters
            for name in [each.leaf.hint]
            for value in each.leaf.data
        ) + 2 * len(places)

    def _with_calls(self, items: list[Item], choice: _Choice) -> list[Item]:
        pattern, length = choice.pattern, choice.length
        made: list[Item] = []
        at = 0
        names = parameter_names(pattern)
        for number, place in enumerate(choice.places):
            run = items[place.start : place.start + length]
            keywords = tuple(
                (name, Leaf([each.leaf.data[number]], 1, each.leaf.hint, each.leaf.counted))
                for name, each in zip(names, pattern.parameters, strict=True)
            )
            call = Call(pattern.name, tuple(map(Ref, place.tensors)), keywords)
            marks = tuple(mark for item in run if isinstance(item, Step) for mark in item.nodes)
            maker = next(
                item for item in run if isinstance(item, Step) and place.output in item.outputs
            )
            made += [
                *items[at : place.start],
                Step("call", call, (place.output,), marks, maker.name),
            ]
            at = place.start + length
        return [*made, *items[at:]]


def parameter_names(pattern: Pattern) -> list[str]:
    """Names for the parameters that are constants; tensors are called x and y."""
    names = Names(("x", "y"))
    return [names.give(pattern.names[each.value], "value") for each in pattern.parameters]


def _apart(places: list[_Place], length: int) -> list[_Place]:
    """Places that do not overlap."""
    found: list[_Place] = []
    for place in places:
        if not found or place.start >= found[-1].start + length:
            found.append(place)
    return found


def _repeats(looks: list[_Look], start: int, length: int) -> bool:
    """Whether a run is a shorter one several times: that is for a loop to say."""
    forms = [look.form for look in looks[start : start + length]]
    return any(
        length % part == 0 and forms[part:] == forms[:-part] for part in range(1, length // 2 + 1)
    )


def _named_alike(looks: list[_Look], places: list[_Place], length: int) -> Iterator[list[_Place]]:
    """Places whose names differ in the same way: by one word that all of a place have, and by
    numbers."""
    groups: dict[tuple[str, ...], list[_Place]] = defaultdict(list)
    for place in places:
        names = [name for look in looks[place.start :][:length] for name in look.names]
        own = own_name(names)
        rest = tuple(_NUMBER.sub("#", without(name, own)) for name in names)
        groups[rest].append(place)
    yield from groups.values()


def _about(run: list[Item]) -> str:
    """Which layers a run has."""
    names = []
    for item in run:
        piece = item.piece if isinstance(item, Step) else ""
        made = piece.made if isinstance(piece, Applied) else piece
        if isinstance(made, Call):
            names.append(made.function.rsplit(".", 1)[-1])
    if len(names) <= 5:
        return f"{', '.join(names)}."
    return f"{', '.join(names[:4])} ... ({len(names)} layers)."


def _name_of(run: list[Item]) -> str:
    """A name after the layer with the most settings."""
    best, size = "layers", -1
    for item in run:
        piece = item.piece if isinstance(item, Step) else ""
        made = piece.made if isinstance(piece, Applied) else piece
        if isinstance(made, Call):
            settings = len(made.positional) * 2 + len(made.keywords)
            if settings > size:
                best, size = made.function.rsplit(".", 1)[-1], settings
    word = snake_case(best).removesuffix("_block")
    return f"{word}_block"
