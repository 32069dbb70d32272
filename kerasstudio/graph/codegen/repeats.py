"""Repeated runs of steps as loops, loops of loops too.

A run of items that comes several times one after another is folded into one, first where only
counting names differ (the blocks of a stage), then where other arguments differ too (the stages).
This is the greedy grammar compression of Larsson and Moffat ("Off-line dictionary-based
compression", 1999), restricted to neighbouring repeats, which are what a `for` can say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import msgspec

from kerasstudio.graph.codegen.alike import UnlikeError
from kerasstudio.graph.codegen.columns import LoopColumns, with_columns
from kerasstudio.graph.codegen.effort import effort, worthwhile
from kerasstudio.graph.codegen.features import Features, features_of, related
from kerasstudio.graph.codegen.passes import Elements, Passes
from kerasstudio.graph.codegen.pieces import Index, Leaf, Ref, mapped
from kerasstudio.graph.codegen.steps import Item, Loop, Step, made_by, read_by

LONGEST = 400
"""Steps in the body of a loop; longer repeats are left as they are."""
_LISTS = 2
"""Values of earlier passes that a loop may keep in lists."""
_TRIES = 4
_ROUND, _ROUNDS, _FEW_ROUNDS = 48, 12, 4
_MANY, _MANY_MORE = 160, 1200
_MOST_DIFFERENCES = 8


class _Run(msgspec.Struct, frozen=True):
    """`count` passes of `period` items from `start` on; `split` says how many different numbers
    the names in one pass have. `region` is equal for the tries to fold one stretch: how much the
    best of them saves, and where it is."""

    start: int
    period: int
    count: int
    split: int
    region: tuple[int, int, int] = (0, 0, 0)

    @property
    def end(self) -> int:
        return self.start + self.period * self.count

    @property
    def saved(self) -> int:
        return self.period * (self.count - 1)


def folded(items: Sequence[Item], new_value: Callable[[], int]) -> list[Item]:
    """The items with loops: the shortest of what several ways of folding give."""
    found = []
    ways = ((False, False), (True, False), (True, True))
    for short, rough in ways if len(items) <= _MANY else ways[:1]:
        made = Repeats(new_value, short, rough).folded(items)
        whole = with_columns(made, LoopColumns(new_value))
        found.append((sum(effort(item) for item in whole), made))
    return min(found, key=lambda each: each[0])[1]


class Repeats:
    """Folds the items of one body. `short` says whether short repeats are folded before long
    ones, `rough` whether those that differ in more than counting are, once the first loops are
    there."""

    def __init__(self, new_value: Callable[[], int], short: bool, rough: bool) -> None:
        self._short = short
        self._rough = rough
        self._new_value = new_value
        self.elements: Elements = {}
        self._trial = LoopColumns(new_value)
        self._known: dict[int, tuple[Item, Features]] = {}
        self._reads: dict[int, tuple[Item, frozenset[int]]] = {}

    def folded(self, items: Sequence[Item]) -> list[Item]:
        """The items with loops; values of earlier passes are read from lists."""
        found = self._round(list(items), smooth=True) or list(items)
        ways = (False, True) if self._rough else (True, False)
        for _ in range(_ROUNDS if len(items) <= _MANY_MORE else _FEW_ROUNDS):
            made = self._round(found, smooth=ways[0]) or self._round(found, smooth=ways[1])
            if made is None:
                break
            found = made
        return self._with_elements(self._unrolled(found))

    def _unrolled(self, items: list[Item]) -> list[Item]:
        """Without loops that save next to nothing: they were worth it for a loop around only."""
        made: list[Item] = []
        for item in items:
            small = isinstance(item, Loop) and len(item.plain) == 2 and not item.kept
            made += item.plain if isinstance(item, Loop) and small else [item]
        return made

    # ------------------------------------------------------------------ one round

    def _round(self, items: list[Item], smooth: bool) -> list[Item] | None:
        """The items with the best repeats of this round folded; None when there are none."""
        features = [self._features_of(item) for item in items]
        last_read = self._last_read(items)
        runs = _runs(features, smooth)
        if self._short and smooth:
            runs.sort(key=lambda run: (run.period, run.region, run.split, -run.count))
        else:
            runs.sort(key=lambda run: (run.region, run.split, -run.count))
        taken = [False] * len(items)
        loops: list[tuple[_Run, Loop]] = []
        tries = 0
        for run in runs:
            if any(taken[run.start : run.end]):
                continue
            if not smooth and _differences(features, run) > _MOST_DIFFERENCES:
                continue
            tries += 1
            if tries > _ROUND:
                break
            loop = self._loop(items, run, smooth, last_read)
            if loop is not None:
                loops.append((run, loop))
                taken[run.start : run.end] = [True] * (run.end - run.start)
        if not loops:
            return None
        made, at = list[Item](), 0
        for run, loop in sorted(loops, key=lambda pair: pair[0].start):
            made += [*items[at : run.start], loop]
            at = run.end
        return [*made, *items[at:]]

    def _features_of(self, item: Item) -> Features:
        """Items are looked at once, although they are in many rounds."""
        known = self._known.get(id(item))
        if known is None:
            known = self._known[id(item)] = (item, features_of(item))
        return known[1]

    def _last_read(self, items: list[Item]) -> dict[int, int]:
        """Where each value is read last."""
        last: dict[int, int] = {}
        for place, item in enumerate(items):
            known = self._reads.get(id(item))
            if known is None:
                known = self._reads[id(item)] = (item, frozenset(read_by(item)))
            last.update(dict.fromkeys(known[1], place))
        return last

    def _loop(
        self, items: list[Item], run: _Run, smooth: bool, last_read: dict[int, int]
    ) -> Loop | None:
        passes = [
            items[run.start + number * run.period :][: run.period] for number in range(run.count)
        ]
        try:
            merged = Passes(passes, self.elements, self._new_value)
            kept = self._kept(run, merged, last_read)
            loop = merged.loop(kept)
        except UnlikeError:
            return None
        plain = with_columns([item for each in passes for item in each], self._trial)
        if not worthwhile(self._trial.loop(loop), plain, smooth, run.count):
            return None
        for value, values in kept.items():
            for number in range(run.count):
                of = merged.values_of(number)
                made = next(own for own, template in of.items() if template == value)
                self.elements[made] = (values, number)
        return msgspec.structs.replace(loop, plain=tuple(item for each in passes for item in each))

    def _kept(self, run: _Run, merged: Passes, last_read: dict[int, int]) -> dict[int, int]:
        """Lists for the values of all passes but the last that are read behind the loop."""
        found: dict[int, int] = {}
        for number in range(run.count - 1):
            for own, template in merged.values_of(number).items():
                if last_read.get(own, -1) >= run.end and template not in found:
                    found[template] = self._new_value()
                    if len(found) > _LISTS:
                        raise UnlikeError
        return found

    def _with_elements(self, items: list[Item]) -> list[Item]:
        """Values that only lists hold any more are read from there."""
        alive = {value for item in items for value in made_by(item)}

        def change(leaf: Ref | Leaf) -> Ref | Leaf | Index:
            if isinstance(leaf, Leaf) or leaf.value in alive or leaf.value not in self.elements:
                return leaf
            values, number = self.elements[leaf.value]
            return Index(Ref(values), Leaf(number))

        def inside(item: Item) -> Item:
            if isinstance(item, Step):
                return msgspec.structs.replace(item, piece=mapped(item.piece, change))
            carried = tuple(
                msgspec.structs.replace(each, first=mapped(each.first, change))
                for each in item.carried
            )
            return msgspec.structs.replace(
                item, body=tuple(map(inside, item.body)), carried=carried
            )

        return [inside(item) for item in items]


def _runs(features: list[Features], smooth: bool) -> list[_Run]:
    """All repeats with the places where they best begin."""
    runs: list[_Run] = []
    covered: dict[int, list[tuple[int, int]]] = {}
    kinds = [(each.form, each.constants) if smooth else each.form for each in features]
    numbers: dict[object, int] = {}
    forms = [numbers.setdefault(kind, len(numbers)) for kind in kinds]
    for period in _periods(features):
        equal = [one == other for one, other in zip(forms, forms[period:], strict=False)]
        at = 0
        while at < len(equal):
            try:
                at = equal.index(True, at)
            except ValueError:
                break
            length = 0
            while at + length < len(equal) and equal[at + length]:
                one, other = features[at + length], features[at + length + period]
                if smooth and not related(one, other):
                    break
                length += 1
            stretch = at, at + length + period
            if length >= period and not _is_covered(stretch, period, covered):
                covered.setdefault(period, []).append(stretch)
                runs += _placed(features, at, length, period)
            at += max(length, 1)
    return runs


def _differences(features: list[Features], run: _Run) -> int:
    """In how many different ways the passes of a run differ, names aside."""
    columns: set[tuple[str, ...]] = set()
    for place in range(run.start, run.start + run.period):
        rows = [features[place + number * run.period].constants for number in range(run.count)]
        columns |= {column for column in zip(*rows, strict=False) if len(set(column)) > 1}
    return len(columns)


def _is_covered(
    stretch: tuple[int, int], period: int, covered: dict[int, list[tuple[int, int]]]
) -> bool:
    """Whether a repeat is one of a shorter period, taken several at a time."""
    return any(
        start <= stretch[0] and stretch[1] <= end
        for known, stretches in covered.items()
        if period % known == 0
        for start, end in stretches
    )


def _periods(features: list[Features]) -> list[int]:
    """Distances at which the same form comes again, the shortest first."""
    seen: dict[int, list[int]] = defaultdict(list)
    distances: Counter[int] = Counter()
    for at, found in enumerate(features):
        for before in seen[found.form][-8:]:
            distances[at - before] += 1
        seen[found.form].append(at)
    common = [distance for distance, _ in distances.most_common(64) if distance <= LONGEST]
    return sorted(common)


def _placed(features: list[Features], start: int, length: int, period: int) -> list[_Run]:
    """The few best beginnings of a repeat: where the names of a pass have the same number."""
    found = []
    for first in range(start, start + min(2 * period, length - period + 1)):
        count = (length - (first - start)) // period + 1
        numbers = {
            features[at].numbers_beside(features[at + period])
            for at in range(first, first + period)
        }
        found.append(_Run(first, period, count, len(numbers)))
    found.sort(key=lambda run: (run.split, -run.count, run.start))
    region = (-max(run.saved for run in found), period, start)
    return [msgspec.structs.replace(run, region=region) for run in found[:_TRIES]]
