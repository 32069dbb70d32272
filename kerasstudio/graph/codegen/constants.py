"""Long constants (vocabularies, arrays): they get names and a place of their own in the script."""

from __future__ import annotations

from kerasstudio.graph.codegen.pieces import Items, Leaf, Piece
from kerasstudio.graph.codegen.rendering import INDENT, WIDTH, flat
from kerasstudio.graph.codegen.source import Names

LONG = 24
"""Constants of more elements than this are taken out of the line."""


class Constants:
    """Long constants by their names. A formatter leaves their lines alone: one element a line
    would bury the model."""

    def __init__(self, names: Names | None = None) -> None:
        self._names = names or Names()
        self._known: dict[str, tuple[Items, str]] = {}

    def short(self, piece: Items, hint: str) -> Piece:
        """The piece, or the name of a constant where it is long and nothing in it may vary."""
        count = _count(piece)
        if count is None or count <= LONG:
            return piece
        source = flat(piece)
        if source not in self._known:
            name = self._names.give(hint or "values", "values").upper()
            self._known[source] = (piece, name)
        return self._known[source][1]

    def lines(self) -> list[str]:
        """Assignments of all constants."""
        if not self._known:
            return []
        lines = ["# fmt: off"]
        for piece, name in self._known.values():
            lines += _filled(piece, f"{name} = ", "", "")
        return [*lines, "# fmt: on"]


def _filled(piece: Items, prefix: str, indent: str, suffix: str) -> list[str]:
    """As many elements a line as fit; rows that do not fit are broken themselves."""
    lines = [f"{indent}{prefix}{piece.brackets[0]}"]
    inner = indent + INDENT
    row = ""
    for value in piece.values:
        token = f"{flat(value)},"
        if isinstance(value, Items) and len(inner) + len(token) > WIDTH:
            lines += [f"{inner}{row}"] if row else []
            lines += _filled(value, "", inner, ",")
            row = ""
        elif row and len(inner) + len(row) + 1 + len(token) > WIDTH:
            lines.append(f"{inner}{row}")
            row = token
        else:
            row = f"{row} {token}".strip()
    lines += [f"{inner}{row}"] if row else []
    return [*lines, f"{indent}{piece.brackets[1]}{suffix}"]


def _count(piece: Piece) -> int | None:
    """How many constants a list holds at any depth; None when it holds anything else."""
    if isinstance(piece, Leaf):
        return 1
    if not isinstance(piece, Items):
        return None
    counts = [_count(value) for value in piece.values]
    return None if None in counts else sum(count for count in counts if count)
