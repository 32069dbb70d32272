"""Pieces as lines of text, broken over lines as a formatter would (Black's style, 88 columns)."""

from __future__ import annotations

from typing import Any

from kerasstudio.graph.codegen.pieces import (
    Applied,
    Call,
    Index,
    Infix,
    Items,
    Joined,
    Leaf,
    Method,
    Pairs,
    Piece,
    Prefix,
    Slice,
)
from kerasstudio.graph.codegen.source import constant, text

WIDTH = 88
INDENT = "    "
_SHORT = 20


def flat(piece: Piece) -> str:
    """The piece on one line."""
    match piece:
        case str():
            return piece
        case Leaf():
            return constant(piece.data)
        case Joined():
            return _joined(piece)
        case Call():
            return f"{piece.function}({', '.join(_arguments(piece))})"
        case Applied():
            return f"{flat(piece.made)}({', '.join(_arguments(piece))})"
        case Method():
            return flat(piece.of) + _method(piece)
        case Items():
            inner = ", ".join(flat(value) for value in piece.values)
            comma = "," if piece.brackets == "()" and len(piece.values) == 1 else ""
            return f"{piece.brackets[0]}{inner}{comma}{piece.brackets[1]}"
        case Pairs():
            inner = ", ".join(f"{text(key)}: {flat(value)}" for key, value in piece.values)
            return f"{{{inner}}}"
        case Infix(sign="+", right=Leaf(data=int(number))) if number < 0:
            return f"{flat(piece.left)} - {-number}"
        case Infix(sign="**") if _is_simple(piece.left) and _is_simple(piece.right):
            return f"{flat(piece.left)}**{flat(piece.right)}"
        case Infix():
            return f"{flat(piece.left)} {piece.sign} {flat(piece.right)}"
        case Prefix():
            return f"{piece.sign}{flat(piece.of)}"
        case Index():
            return f"{flat(piece.of)}[{_key(piece.key)}]"
        case Slice():
            return _slice(piece)
    raise TypeError(f"{piece!r} has no name yet")


def render(piece: Piece, prefix: str = "", indent: str = "", suffix: str = "") -> list[str]:
    """Lines of `prefix + piece + suffix`."""
    line = f"{indent}{prefix}{flat(piece)}{suffix}"
    if len(line) <= WIDTH:
        return [line]
    match piece:
        case Call() if piece.positional or piece.keywords:
            return _broken(f"{prefix}{piece.function}(", piece, indent, suffix)
        case Applied():
            return _broken_applied(piece, prefix, indent, suffix)
        case Method():
            return render(piece.of, prefix, indent, f"{_method(piece)}{suffix}")
        case Items() if piece.values:
            lines = [f"{indent}{prefix}{piece.brackets[0]}"]
            for value in piece.values:
                lines += render(value, "", indent + INDENT, ",")
            return [*lines, f"{indent}{piece.brackets[1]}{suffix}"]
        case Pairs() if piece.values:
            lines = [f"{indent}{prefix}{{"]
            for key, value in piece.values:
                lines += render(value, f"{text(key)}: ", indent + INDENT, ",")
            return [*lines, f"{indent}}}{suffix}"]
        case Leaf() if isinstance(piece.data, tuple | list) and piece.data:
            brackets = "()" if isinstance(piece.data, tuple) else "[]"
            return render(Items(tuple(map(_leaf, piece.data)), brackets), prefix, indent, suffix)
    return [line]


def assigned(target: str, piece: Piece, indent: str) -> list[str]:
    """`target = piece`; a long target has the piece in brackets of its own."""
    lines = render(piece, f"{target} = ", indent)
    if len(lines[0]) <= WIDTH or len(lines) == 1:
        return lines
    return [f"{indent}{target} = (", *render(piece, "", indent + INDENT), f"{indent})"]


def body_lines(piece: Piece, prefix: str = "", suffix: str = "") -> list[str]:
    """Lines for the body of a function, not yet indented but broken as if they were."""
    return [line.removeprefix(INDENT) for line in render(piece, prefix, INDENT, suffix)]


def _broken(head: str, call: Call | Applied, indent: str, suffix: str) -> list[str]:
    """A call's arguments on one line of their own, or each on one."""
    inside = f"{indent}{INDENT}{', '.join(_arguments(call))}"
    if len(inside) <= WIDTH:
        return [f"{indent}{head}", inside, f"{indent}){suffix}"]
    return _exploded(head, call, indent, suffix)


def _exploded(head: str, call: Call | Applied, indent: str, suffix: str) -> list[str]:
    """Each argument on a line of its own."""
    lines = [f"{indent}{head}"]
    for value in call.positional:
        lines += render(value, "", indent + INDENT, ",")
    for key, value in call.keywords:
        lines += render(value, f"{key}=", indent + INDENT, ",")
    return [*lines, f"{indent}){suffix}"]


def _broken_applied(piece: Applied, prefix: str, indent: str, suffix: str) -> list[str]:
    """The first of both argument lists that does not fit is broken. A single variable is not:
    each argument of the layer gets a line instead, which formatters leave so."""
    head = f"{prefix}{flat(piece.made)}("
    called = f"{', '.join(_arguments(piece))}){suffix}"
    short = len(called) <= _SHORT and isinstance(piece.made, Call) and piece.made.keywords
    fits = len(indent) + len(head) <= WIDTH
    if not isinstance(piece.made, Call | Applied) or (fits and not short):
        return _broken(head, piece, indent, suffix)
    if isinstance(piece.made, Call):
        opening = f"{prefix}{piece.made.function}("
        lines = (_exploded if fits else _broken)(opening, piece.made, indent, "")
    else:
        lines = _broken_applied(piece.made, prefix, indent, "")
    last = f"{lines.pop().removeprefix(indent)}("
    whole = f"{indent}{last}{called}"
    return [*lines, *([whole] if len(whole) <= WIDTH else _broken(last, piece, indent, suffix))]


def _leaf(value: Any) -> Piece:
    return Leaf(value)


def _arguments(call: Call | Applied) -> list[str]:
    given = [flat(value) for value in call.positional]
    return given + [f"{key}={flat(value)}" for key, value in call.keywords]


def _is_simple(piece: Piece) -> bool:
    """A name or a number: formatters write powers of those without spaces."""
    return isinstance(piece, str) or (isinstance(piece, Leaf) and not isinstance(piece.data, str))


def _method(piece: Method) -> str:
    return f".{piece.name}({', '.join(flat(value) for value in piece.positional)})"


def _key(key: Piece) -> str:
    """Several keys of an index need no brackets around them."""
    if isinstance(key, Items) and key.brackets == "()" and len(key.values) > 1:
        return ", ".join(flat(value) for value in key.values)
    return flat(key)


def _slice(piece: Slice) -> str:
    start, stop, step = (
        "" if end is None else flat(end) for end in (piece.start, piece.stop, piece.step)
    )
    return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"


def _joined(piece: Joined) -> str:
    """Text parts are escaped as in a literal, and their braces doubled."""
    parts = []
    for part in piece.parts:
        if isinstance(part, Leaf) and isinstance(part.data, str):
            parts.append(_escaped(part.data).replace("{", "{{").replace("}", "}}"))
        else:
            parts.append(f"{{{flat(part)}}}")
    return f'f"{"".join(parts)}"'


def _escaped(value: str) -> str:
    """A text as it stands between double quotes."""
    written = repr(f"'{value}")  # with a single quote at its beginning, repr wants double ones
    if written[0] == '"':
        return written[2:-1]
    return written[3:-1].replace("\\'", "'").replace('"', '\\"')
