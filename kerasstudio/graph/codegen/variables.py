"""Which variable holds which value: names as a person would give them.

What flows from layer to layer stays in `x`; a tensor that is needed again later is named after
its layer; parallel branches are `x`, `y`, `z`. Values may share a variable when the first is not
read any more once the second is there (linear scan over live intervals, Poletto and Sarkar 1999).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

import msgspec

from kerasstudio.graph.codegen.pieces import Ref, refs
from kerasstudio.graph.codegen.source import Names, identifier
from kerasstudio.graph.codegen.steps import Item, Loop, Step
from kerasstudio.graph.codegen.wording import common_word

_FLOW = ("x", "y", "z", "u", "v", "w")


class Life(msgspec.Struct):
    """From where (exclusive) to where a value is needed, on the line of the body's places."""

    value: int
    begin: float
    end: float
    uses: int = 0


class Variables:
    """Names for the values of one body. `known` are values that have a name already (parameters);
    `hints` are names for variables of loops; `ends` names of what the function returns; `flows`
    are parameters whose variable may go on with other values."""

    def __init__(
        self,
        items: Sequence[Item],
        names: Names,
        known: Mapping[int, str],
        hints: Mapping[int, str],
        ends: Mapping[int, str],
        flows: Mapping[int, str] | None = None,
    ) -> None:
        self._names = names
        self._hints = hints
        self._ends = dict(ends)
        self._depth = 0
        self._lives: dict[int, Life] = {}
        self._class: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        self._words: dict[int, str] = {}
        self._own: set[int] = set()
        self._spare: set[int] = set()
        self._fixed: dict[int, str] = {}
        self._until: dict[str, float] = {}
        self._span: dict[int, tuple[float, float]] = {}
        self._with_name: set[int] = set()
        self._steps: list[tuple[float, Step]] = []
        self._loops: list[tuple[float, float, Loop]] = []
        self.named: dict[int, str] = dict(known)
        self._place = 0.0
        for value, name in (flows or {}).items():
            self._born(value, 0.0, "flow")
            self._fixed[value] = name
        self._walk(items)
        for key, members in self._members.items():
            self._span[key] = (self._lives[members[0]].begin, self._lives[members[0]].end)
            if key in self._fixed:
                self._with_name.add(key)
        self._share_in_loops()
        self._share_along_flows()
        self._name_all()

    # ------------------------------------------------------------------ lives

    def _walk(self, items: Sequence[Item]) -> None:
        for item in items:
            self._place += 1
            if isinstance(item, Step):
                self._note_step(item, self._place)
                continue
            begin = self._place
            for carried in item.carried:
                self._use_all(refs(carried.first), begin)
            for value, _ in item.kept:
                self._born(value, begin - 0.75, "list")
                self._words[value] = "outputs"
            if item.header is not None:
                for piece in (item.header.start, item.header.last):
                    self._use_all(refs(piece), begin)
                for value, data in item.header.columns:
                    self._use_all(refs(data), begin)
                    self._born(value, begin, "loop")
                if item.header.counter is not None:
                    self._born(item.header.counter, begin, "loop")
            for carried in item.carried:
                self._born(carried.value, begin, "flow")
            self._depth += 1
            self._walk(item.body)
            self._depth -= 1
            self._place += 1
            end = self._place
            for carried in item.carried:
                self._use(carried.next, end)
            for values, value in item.kept:
                self._use(values, end)
                self._use(value, end)
            self._loops.append((begin, end, item))
            self._keep_alive(begin, end)

    def _note_step(self, step: Step, place: float) -> None:
        self._use_all(refs(step.piece), place)
        word = common_word(step.name)
        for number, value in enumerate(step.outputs):
            flows = step.form in ("call", "flatten") and number == 0
            self._born(value, place, "flow" if flows else "own")
            if self._depth:
                self._ends.pop(value, None)  # what flows through a loop has one name
            part = step.parts[number] if number < len(step.parts) else str(number)
            whole = f"{word}_{part}" if number else word
            self._words[value] = identifier(whole, "layer") if whole else ""
            if len(step.outputs) > 1:
                self._spare.add(value)
        self._steps.append((place, step))

    def _born(self, value: int, place: float, kind: str) -> None:
        self._lives[value] = Life(value, place, place + 0.25)
        self._class[value] = value
        self._members[value] = [value]
        if kind != "flow":
            self._own.add(value)

    def _use(self, value: int, place: float) -> None:
        life = self._lives.get(value)
        self._spare.discard(value)
        if life is not None:
            life.end = max(life.end, place)
            life.uses += 1

    def _use_all(self, values: list[int], place: float) -> None:
        for value in dict.fromkeys(values):
            self._use(value, place)

    def _keep_alive(self, begin: float, end: float) -> None:
        """What a loop reads from outside is needed until its last pass is over; its variables
        and lists live as long as it runs."""
        for life in self._lives.values():
            if life.begin <= begin < life.end < end and not self._is_carried(life.value, begin):
                life.end = end

    def _is_carried(self, value: int, begin: float) -> bool:
        """Whether a value was born with the loop that begins here, to be replaced in each pass,
        or only given to it."""
        life = self._lives[value]
        if life.begin == begin and value not in self._own:
            return True
        return life.end == begin

    # ------------------------------------------------------------------ sharing

    def _share_in_loops(self) -> None:
        for _, _, loop in sorted(self._loops, key=lambda each: each[0]):
            for carried in loop.carried:
                self._join(carried.value, carried.next)
                first = carried.first.value if isinstance(carried.first, Ref) else None
                if first is not None and first not in self._own and first in self._lives:
                    self._join(carried.value, first)
        for _, end, loop in self._loops:
            for carried in loop.carried:
                if self._class[carried.value] != self._class.get(carried.next):
                    # It is written at the end of each pass: nobody else may be there then.
                    life = self._lives[carried.value]
                    life.end = max(life.end, end + 0.25)
                    key = self._class[carried.value]
                    self._span[key] = (self._span[key][0], max(self._span[key][1], life.end))

    def _share_along_flows(self) -> None:
        for place, step in self._steps:
            if step.form != "call" or not step.outputs:
                continue
            value = step.outputs[0]
            if self._is_named(value):
                continue
            dying = [
                each
                for each in refs(step.piece)
                if each in self._lives
                and self._lives[each].end == place
                and not self._is_named(each)
                and each not in self._own
            ]
            for each in sorted(dict.fromkeys(dying), key=self._age):
                if self._join(each, value):
                    break

    def _age(self, value: int) -> float:
        return self._span[self._class[value]][0]

    def _is_named(self, value: int) -> bool:
        """Whether a value gets a name of its own: an end of the model, or one that several lines
        read and that no loop hands on."""
        if value in self._ends:
            return True
        if len(self._members[self._class[value]]) > 1:
            return False
        return self._lives[value].uses > 1

    def _join(self, one: int, other: int) -> bool:
        """Let two values share a variable, where they are never needed at the same time."""
        first, second = self._class[one], self._class[other]
        if first == second:
            return True
        if one in self._ends or other in self._ends or {first, second} <= self._with_name:
            return False
        mine, theirs = self._members[first], self._members[second]
        if self._meet(first, second) and any(self._overlap(a, b) for a in mine for b in theirs):
            return False
        if len(mine) < len(theirs):
            first, second, mine, theirs = second, first, theirs, mine
        mine += theirs
        for value in theirs:
            self._class[value] = first
        del self._members[second]
        if second in self._with_name:
            self._with_name.add(first)
        begins, ends = zip(self._span[first], self._span[second], strict=True)
        self._span[first] = (min(begins), max(ends))
        return True

    def _meet(self, first: int, second: int) -> bool:
        """Whether two classes may overlap at all."""
        one, other = self._span[first], self._span[second]
        return one[0] < other[1] and other[0] < one[1]

    def _overlap(self, one: int, other: int) -> bool:
        a, b = self._lives[one], self._lives[other]
        return a.begin < b.end and b.begin < a.end

    # ------------------------------------------------------------------ names

    def _name_all(self) -> None:
        """Values with names of their own first: what flows takes what is left."""
        later: list[list[int]] = []
        taken: dict[str, list[int]] = {}
        for first in sorted(self._members, key=lambda key: (self._age(key), key)):
            members = self._members[first]
            name = self._own_name(members, taken)
            if name is None:
                later.append(members)
            for value in members:
                self.named[value] = name or ""
        for members in later:
            name = self._free(members, _flow_names(), taken)
            for value in members:
                self.named[value] = name

    def _own_name(self, members: list[int], taken: dict[str, list[int]]) -> str | None:
        """A name for a value that shares its variable with none; None where it flows."""
        only = members[0]
        for value in members:
            if value in self._fixed:
                taken[self._fixed[value]] = list(members)
                self._until[self._fixed[value]] = float("inf")
                return self._fixed[value]
        if len(members) > 1:
            return None
        if only in self._ends:
            return self._names.give(self._ends[only], "output")
        if only in self._hints:
            return self._free(members, _numbered(identifier(self._hints[only])), taken)
        if only in self._spare:
            return "_"
        word = self._words.get(only, "")
        if only in self._own or (word and self._lives[only].uses > 1):
            return self._names.give(word, "layer")
        return None

    def _free(self, members: list[int], wanted: Iterator[str], taken: dict[str, list[int]]) -> str:
        """The first name that nothing else has as long as the values are needed."""
        for name in wanted:
            if name not in taken:
                if not self._names.reserve(name):
                    continue
                taken[name] = []
            begin, end = self._span[self._class[members[0]]]
            free = begin >= self._until.get(name, 0.0)
            if free or not any(self._overlap(a, b) for a in taken[name] for b in members):
                taken[name].extend(members)
                self._until[name] = max(end, self._until.get(name, 0.0))
                return name
        raise AssertionError(members)


def _flow_names() -> Iterator[str]:
    yield from _FLOW
    yield from (f"x_{number}" for number in count(len(_FLOW)))


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}_{number}" for number in count(2))
