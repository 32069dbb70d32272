"""Items as lines of a function's body, each with the nodes that it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from kerasstudio.graph.codegen.pieces import (
    Call,
    Infix,
    Items,
    Leaf,
    Piece,
    Ref,
    mapped,
)
from kerasstudio.graph.codegen.rendering import INDENT, assigned, flat, render
from kerasstudio.graph.codegen.steps import Header, Item, Loop, Mark, Step, steps_of

STACK = "stack"


class Line(msgspec.Struct, frozen=True):
    """A line of code, and the nodes it stands for; `whole`: for all of them together, as the head
    of a loop does."""

    text: str = ""
    nodes: tuple[Mark, ...] = ()
    whole: bool = False


class Body:
    """Writes items. `named` are the variables of values."""

    def __init__(self, named: Mapping[int, str]) -> None:
        self._named = named
        self.lines: list[Line] = []

    def write(self, items: Sequence[Item], indent: str = INDENT) -> None:
        """The items in order."""
        elements: list[Step] = []
        for item in items:
            if isinstance(item, Step) and item.form == "element":
                elements.append(item)
                continue
            self._elements(elements, indent)
            elements = []
            if isinstance(item, Step):
                self._step(item, indent)
            else:
                self._loop(item, indent)
        self._elements(elements, indent)

    def sequential(self, items: Sequence[Item], result: Step) -> None:
        """A model that is a list of layers: at once, or piece by piece where loops add to it."""
        setup = [each for each in items if not _adds(each)]
        added = [each for each in items if _adds(each)]
        self.write(setup)
        call = result.piece
        if not isinstance(call, Call):
            raise TypeError(call)
        plain = [each for each in added if isinstance(each, Step)]
        if len(plain) == len(added):
            pieces = [(self._text(each.piece), each.nodes) for each in plain]
            self._list_call(call, pieces, result.nodes)
            return
        first = 0
        while first < len(added) and isinstance(added[first], Step):
            first += 1
        self._stack(f"{STACK} = [", [each for each in plain if each in added[:first]], INDENT)
        self.write(added[first:])
        made = Call(call.function, (STACK, *call.positional), call.keywords)
        self._put(render(self._text(made), "return ", INDENT), result.nodes)

    def flow(self, items: Sequence[Item], value: int) -> None:
        """Items of a function that returns one of their values."""
        *before, last = items
        if isinstance(last, Step) and last.form == "call" and last.outputs == (value,):
            self.write(before)
            self._put(render(self._text(last.piece), "return ", INDENT), last.nodes)
        else:
            self.write(items)
            self._put([f"{INDENT}return {self._named[value]}"], ())

    def result(self, result: Step) -> None:
        """`return keras.Model(...)`."""
        self._put(render(self._text(result.piece), "return ", INDENT), result.nodes)

    # ------------------------------------------------------------------ steps

    def _step(self, step: Step, indent: str) -> None:
        if step.form == "freeze":
            self._put([f"{indent}{flat(self._text(step.piece))}.trainable = False"], step.nodes)
            return
        target = ", ".join(self._named[value] for value in step.outputs)
        self._put(assigned(target, self._text(step.piece), indent), step.nodes)

    def _elements(self, elements: Sequence[Step], indent: str) -> None:
        """Layers added to the list of a Sequential."""
        if len(elements) == 1:
            piece = self._text(elements[0].piece)
            self._put(render(Call(f"{STACK}.append", (piece,)), "", indent), elements[0].nodes)
        elif elements:
            self._stack(f"{STACK} += [", elements, indent)

    def _stack(self, head: str, elements: Sequence[Step], indent: str) -> None:
        marks = tuple(mark for each in elements for mark in each.nodes)
        if len(elements) < 2:
            only = [self._text(each.piece) for each in elements]
            self._put(render(Items(tuple(only)), head[:-1], indent), marks)
            return
        self._put([f"{indent}{head}"], marks, whole=True)
        for each in elements:
            self._put(render(self._text(each.piece), "", indent + INDENT, ","), each.nodes)
        self._put([f"{indent}]"], marks, whole=True)

    def _list_call(
        self, call: Call, pieces: list[tuple[Piece, tuple[Mark, ...]]], marks: tuple[Mark, ...]
    ) -> None:
        """`return keras.Sequential([...], name=...)`, each layer on lines of its own."""
        self._put([f"{INDENT}return {call.function}("], marks)
        self._put([f"{INDENT * 2}["], marks)
        for piece, nodes in pieces:
            self._put(render(piece, "", INDENT * 3, ","), nodes)
        self._put([f"{INDENT * 2}],"], marks)
        for key, value in call.keywords:
            self._put(render(self._text(value), f"{key}=", INDENT * 2, ","), marks)
        self._put([f"{INDENT})"], marks)

    # ------------------------------------------------------------------ loops

    def _loop(self, loop: Loop, indent: str) -> None:
        marks = tuple(mark for step in steps_of([loop]) for mark in step.nodes)
        for values, _ in loop.kept:
            self._put([f"{indent}{self._named[values]} = []"], marks, whole=True)
        before = [(each.value, each.first) for each in loop.carried]
        self._copies(before, indent, marks)
        self._header(loop.header or Header(), indent, marks)
        self.write(loop.body, indent + INDENT)
        for values, value in loop.kept:
            line = f"{self._named[values]}.append({self._named[value]})"
            self._put([f"{indent}{INDENT}{line}"], marks, whole=True)
        after = [(each.value, Ref(each.next)) for each in loop.carried]
        self._copies(after, indent + INDENT, marks)

    def _copies(
        self, pairs: Iterable[tuple[int, Piece]], indent: str, marks: tuple[Mark, ...]
    ) -> None:
        """Variables that go around and could not stay the same."""
        names = [(self._named[one], flat(self._text(other))) for one, other in pairs]
        different = [(one, other) for one, other in names if one != other]
        if different:
            left, right = zip(*different, strict=True)
            line = f"{', '.join(left)} = {', '.join(right)}"
            self._put([f"{indent}{line}"], marks, whole=True)

    def _header(self, header: Header, indent: str, marks: tuple[Mark, ...]) -> None:
        columns = [(self._named[value], self._text(data)) for value, data in header.columns]
        names = [name for name, _ in columns]
        start, last = self._text(header.start), self._text(header.last)
        counting = _counting(start, last)
        if header.counter is not None:
            names.insert(0, self._named[header.counter])
        constant = all(isinstance(data, Leaf) for _, data in columns)
        over: Piece
        if not columns:
            over = counting
            names = names or ["_"]
        elif len(columns) == 1 and header.counter is None:
            over = _compact(columns[0][1])
        elif len(columns) == 1:
            first = () if _is_zero(start) else (("start", start),)
            over = Call("enumerate", (_compact(columns[0][1]),), first)
        elif constant and (header.counter is None or isinstance(start, Leaf)):
            rows = zip(*(data.data for _, data in columns if isinstance(data, Leaf)), strict=True)
            begin = start.data if isinstance(start, Leaf) else 0
            counted = header.counter is not None
            over = Items(
                tuple(
                    Leaf((begin + number, *row) if counted else row)
                    for number, row in enumerate(rows)
                ),
                "()",
            )
        else:
            pieces = [data for _, data in columns]
            over = Call("zip", tuple([counting, *pieces] if header.counter is not None else pieces))
        head = render(over, f"for {', '.join(names)} in ", indent, ":")
        self._put(head, marks, whole=True)

    # ------------------------------------------------------------------ text

    def _text(self, piece: Piece) -> Piece:
        """The piece with the names of its variables."""

        def name(leaf: Ref | Leaf) -> Piece:
            return self._named[leaf.value] if isinstance(leaf, Ref) else leaf

        return mapped(piece, name)

    def _put(self, lines: Sequence[str], marks: tuple[Mark, ...], whole: bool = False) -> None:
        self.lines += [Line(line, marks, whole) for line in lines]


def _adds(item: Item) -> bool:
    """Whether an item adds to the list of a Sequential."""
    return any(step.form == "element" for step in steps_of([item]))


def _counting(start: Piece, last: Piece) -> Piece:
    """`range(start, last + 1)`."""
    end: Piece
    if isinstance(last, Leaf):
        end = Leaf(last.data + 1)
    elif isinstance(last, Infix) and last.sign == "+" and isinstance(last.right, Leaf):
        number = last.right.data + 1
        end = Infix(last.left, "+", Leaf(number)) if number else last.left
    else:
        end = Infix(last, "+", Leaf(1))
    return Call("range", (end,) if _is_zero(start) else (start, end))


def _is_zero(piece: Piece) -> bool:
    return isinstance(piece, Leaf) and piece.data == 0


def _compact(data: Piece) -> Piece:
    """Single letters as one text."""
    if isinstance(data, Leaf) and isinstance(data.data, tuple):
        letters = all(isinstance(each, str) and len(each) == 1 for each in data.data)
        return Leaf("".join(data.data)) if letters and len(data.data) > 2 else data
    return data
