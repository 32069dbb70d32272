"""What an item of a function's body looks like, for finding repeats quickly."""

from __future__ import annotations

from functools import cached_property

import msgspec

from kerasstudio.graph.codegen.leaves import values_of
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
    mapped,
)
from kerasstudio.graph.codegen.steps import Item, Loop
from kerasstudio.graph.codegen.wording import name_parts


class Features(msgspec.Struct, frozen=True, dict=True):
    """`form` is equal for items that could be passes of one loop, `constants` for those that
    differ in names only. `names` are all names, in order."""

    form: int
    constants: tuple[str, ...]
    names: tuple[str, ...]

    @cached_property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(name_parts(name)) for name in self.names)

    def numbers_beside(self, other: Features) -> tuple[str, ...]:
        """The parts of the first name that differ from those of another item."""
        if not self.parts or not other.parts or len(self.parts[0]) != len(other.parts[0]):
            return ()
        pairs = zip(self.parts[0], other.parts[0], strict=True)
        return tuple(one for one, two in pairs if one != two)


def features_of(item: Item) -> Features:
    """The features of one item."""
    constants: list[str] = []
    names: list[str] = []

    def collect(each: Item) -> None:
        if isinstance(each, Loop):
            constants.append(repr(each.count.data))
            for inner in each.body:
                collect(inner)
            return

        def note(leaf: Ref | Leaf) -> Piece:
            if isinstance(leaf, Leaf):
                if leaf.hint == "name":
                    names.extend(str(value) for value in values_of(leaf.data, leaf.depth))
                else:
                    # However often a loop runs, one value stays one.
                    values = dict.fromkeys(map(repr, values_of(leaf.data, leaf.depth)))
                    constants.append(",".join(values))
            return leaf

        mapped(each.piece, note)

    collect(item)
    return Features(hash(_form(item)), tuple(constants), tuple(names))


def related(one: Features, other: Features) -> bool:
    """Whether two items of one form and the same constants have names that differ in counting
    only."""
    if len(one.names) != len(other.names):
        return False
    return all(map(_counted, one.parts, other.parts))


def _counted(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two names differ in numbers or single letters only."""
    if len(one) != len(other):
        return False
    return all(
        a == b or (a.isdecimal() and b.isdecimal()) or (len(a) == len(b) == 1)
        for a, b in zip(one, other, strict=True)
    )


def _form(item: Item) -> object:
    if isinstance(item, Loop):
        return ("loop", len(item.carried), len(item.kept), tuple(map(_form, item.body)))
    return (item.form, len(item.outputs), _shape(item.piece))


def _shape(piece: Piece) -> object:
    """The form of a piece: arguments that have defaults, and constants, do not count."""
    match piece:
        case str():
            return piece
        case Leaf():
            return 0
        case Ref():
            return 1
        case Call():
            keywords = () if piece.kind is not None else tuple(key for key, _ in piece.keywords)
            return ("call", piece.function, len(piece.positional), keywords)
        case Applied():
            return (
                "applied",
                _shape(piece.made),
                tuple(map(_shape, piece.positional)),
                tuple((key, _shape(value)) for key, value in piece.keywords),
            )
        case Items():
            inside = tuple(map(_shape, piece.values))
            return 0 if all(each == 0 for each in inside) else (piece.brackets, inside)
        case Pairs():
            return tuple((key, _shape(value)) for key, value in piece.values)
        case Infix():
            return (_shape(piece.left), piece.sign, _shape(piece.right))
        case Prefix():
            return (piece.sign, _shape(piece.of))
        case Index():
            return ("index", _shape(piece.of), _shape(piece.key))
        case Method():
            return (piece.name, _shape(piece.of), tuple(map(_shape, piece.positional)))
        case Slice():
            ends = (piece.start, piece.stop, piece.step)
            return ("slice", tuple(None if end is None else _shape(end) for end in ends))
    return ()
