"""A script with what its lines stand for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import Literal

import msgspec

from kerasstudio.graph.codegen.body import Line
from kerasstudio.graph.codegen.steps import Mark

Part = Literal["imports", "data", "model", "training", "evaluation"]


class Section(msgspec.Struct, frozen=True):
    """Lines that belong together: functions and constants at the top level of a script, or
    statements of its `main`. `title` is what a notebook writes above them."""

    part: Part
    lines: tuple[Line, ...]
    title: str = ""


class Span(msgspec.Struct, frozen=True):
    """Lines from `first` to `last` (counted from 0, both included) that stand for `nodes`, or for
    the `whole` of them (the head of a loop)."""

    first: int
    last: int
    nodes: tuple[Mark, ...]
    whole: bool = False


class Script(msgspec.Struct, frozen=True, dict=True):
    """Python source. A line in a loop or a function stands for all nodes that it makes; a node
    has several spans where its layer, its call and a loop around are on different lines."""

    text: str
    spans: tuple[Span, ...] = ()

    def nodes_at(self, line: int) -> tuple[Mark, ...]:
        """The nodes that a line stands for; () for none."""
        place = bisect_right(self._starts, line) - 1
        if place < 0 or line > self.spans[place].last:
            return ()
        return self.spans[place].nodes

    def spans_of(self, nodes: Collection[str], graph: str) -> list[Span]:
        """The lines that make any of these nodes of a graph, in order; those for a whole only
        where all of it is among them."""
        chosen = {(graph, node) for node in nodes}
        found = {place for mark in chosen for place in self._places.get(mark, ())}
        spans = [self.spans[place] for place in sorted(found)]
        return [span for span in spans if not span.whole or chosen.issuperset(span.nodes)]

    @cached_property
    def _starts(self) -> list[int]:
        return [span.first for span in self.spans]

    @cached_property
    def _places(self) -> dict[Mark, list[int]]:
        found: dict[Mark, list[int]] = {}
        for place, span in enumerate(self.spans):
            for mark in span.nodes:
                found.setdefault(mark, []).append(place)
        return found


def script_of(lines: Iterable[Line]) -> Script:
    """Lines as text with spans: neighbours that stand for the same nodes are one."""
    texts: list[str] = []
    spans: list[Span] = []
    for number, line in enumerate(lines):
        texts.append(line.text)
        if not line.nodes:
            continue
        last = spans[-1] if spans else None
        same = last is not None and (last.nodes, last.whole) == (line.nodes, line.whole)
        if last is not None and same and last.last == number - 1:
            spans[-1] = Span(last.first, number, last.nodes, last.whole)
        else:
            spans.append(Span(number, number, line.nodes, line.whole))
    return Script("\n".join(texts) + "\n", tuple(spans))


def plain(lines: Iterable[str]) -> tuple[Line, ...]:
    """Lines that stand for no node."""
    return tuple(Line(line) for line in lines)


def joined(blocks: Sequence[Sequence[Line]], blank: int = 2) -> list[Line]:
    """Blocks of lines with empty ones between them."""
    found: list[Line] = []
    for block in blocks:
        if block:
            found += [*([Line()] * blank if found else []), *block]
    return found
