"""What several names have in common: "block2_conv" and "block3_conv" are "block{n}_conv"."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Any

from kerasstudio.graph.codegen.leaves import refilled, values_of
from kerasstudio.graph.codegen.pieces import Joined, Leaf, Piece

_PARTS = re.compile(r"[0-9]+|[^\W\d_]+|[\W_]+|.")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
_BEFORE_WORD = re.compile(r"^(_*[a-z0-9]_+)+")
_WORD = re.compile(r"([a-z]{3,}|[a-z]+_[a-z_]*[a-z])_*$")


def name_parts(name: str) -> list[str]:
    """ "block2b_conv" → "block", "2", "b", "_", "conv"."""
    return _PARTS.findall(name)


def split_names(leaf: Leaf) -> Piece:
    """A leaf of texts as an f-string with leaves for the parts in which they differ."""
    texts = list(values_of(leaf.data, leaf.depth))
    rows = [name_parts(each) for each in texts]
    if len({len(row) for row in rows}) != 1:
        return _by_ends(leaf, texts)
    parts: list[Piece] = []
    before = ""
    for at in range(len(rows[0])):
        column = [row[at] for row in rows]
        if len(set(column)) == 1:
            before += column[0]
            continue
        start = common_start(column)
        if len(start) > 1 and _are_letters([each[len(start) :] for each in column]):
            before, column = before + start, [each[len(start) :] for each in column]
        if before:
            parts.append(Leaf(before))
        numbers = all(_NUMBER.fullmatch(each) for each in column)
        values: list[Any] = [int(each) for each in column] if numbers else list(column)
        alone = at == len(rows[0]) - 1 and before.endswith("_")
        hint = ("number" if numbers and alone else _word(before)) or (
            leaf.hint if len(rows[0]) == 1 else ""
        )
        hint = hint or ("number" if numbers else "letter" if _are_letters(column) else "part")
        data = refilled(leaf.data, leaf.depth, values)
        parts.append(Leaf(data, leaf.depth, hint, counted=True))
        before = ""
    if before:
        parts.append(Leaf(before))
    return parts[0] if len(parts) == 1 and not _is_number(parts[0]) else Joined(tuple(parts))


def common_word(name: Leaf) -> str:
    """What the names that one line gives have in common: "block{n}a_out" is "out"."""
    texts = [str(each) for each in values_of(name.data, name.depth)]
    if len(set(texts)) <= 1:
        return texts[0] if texts else ""
    rows = [name_parts(each) for each in texts]
    if len({len(row) for row in rows}) != 1:
        return ""
    runs = [""]
    for parts in zip(*rows, strict=True):
        if len(set(parts)) == 1:
            runs[-1] += parts[0]
        elif runs[-1]:
            runs.append("")
    words = [_BEFORE_WORD.sub("", run).strip("_") for run in runs]
    good = [word for word in words if len(word) > 2]
    return good[-1] if good else ""


def plural(word: str) -> str:
    """ "block" → "blocks"; what ends in s already stays."""
    return word if word.endswith("s") else f"{word}s"


def _by_ends(leaf: Leaf, texts: list[str]) -> Piece:
    """The common beginning and end, and what is between."""
    start = common_start(texts)
    rest = [each[len(start) :] for each in texts]
    end = common_start([each[::-1] for each in rest])[::-1]
    middle = [each[: len(each) - len(end)] for each in rest]
    inner = Leaf(refilled(leaf.data, leaf.depth, middle), leaf.depth, leaf.hint or "name", True)
    if not start and not end:
        return inner
    return Joined(tuple(part for part in (Leaf(start), inner, Leaf(end)) if part.data != ""))


def common_start(texts: list[str]) -> str:
    first, last = min(texts), max(texts)
    pairs = zip(first, last, strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _word(before: str) -> str:
    match = _WORD.search(before.lower())
    return match[1].strip("_") if match else ""


def _are_letters(column: list[str]) -> bool:
    return all(len(each) == 1 for each in column)


def _is_number(piece: Piece) -> bool:
    return isinstance(piece, Leaf) and isinstance(values_of(piece.data, piece.depth)[0], int)
