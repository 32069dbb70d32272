"""What the command palette offers, and the search over it: by words, other words, letters left
out, and typing errors. No Qt here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

from kerasstudio.graph.layer_search import distance

EntryKind = Literal["action", "layer", "setting", "file", "problem", "node"]
KINDS: tuple[EntryKind, ...] = ("action", "layer", "setting", "file", "problem", "node")
PREFIXES: dict[str, EntryKind] = {">": "action", "+": "layer", "@": "node", "!": "problem"}
"""Typed first, only this kind is searched."""
_ORDER = {kind: place for place, kind in enumerate(KINDS)}
_ENOUGH = 12
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SIGNS = re.compile(r"[^\w]+")


class Entry(msgspec.Struct):
    """One line. `hint` is grey beside it, `keys` on the right; with a `hindrance` it cannot be
    chosen now. Among equals a small `weight` comes first. `name` and `words` are what is searched
    (made by `entry`)."""

    kind: EntryKind
    key: str
    text: str
    run: Callable[[], object]
    hint: str = ""
    keys: tuple[str, ...] = ()
    hindrance: str = ""
    weight: int = 0
    name: str = ""
    words: str = ""


def entry(
    kind: EntryKind, key: str, text: str, run: Callable[[], object], also: str = "", **more: object
) -> Entry:
    """An entry ready to be searched; `also` are other words that find it."""
    name = plain_words(text)
    words = f"{name} {also.casefold()}" if also else name
    return Entry(kind, key, text, run, name=name, words=words, **more)  # type: ignore[arg-type]


def plain_words(text: str) -> str:
    """ "MaxPooling2D" → " maxpooling2d max pooling2d mp": words in small letters, each after a
    blank, initials last."""
    parts = _SIGNS.sub(" ", text.replace("_", " ")).split()
    split = [piece for part in parts for piece in _CAMEL.split(part)]
    words = [part.casefold() for part in parts]
    if len(split) > len(parts):
        words += [piece.casefold() for piece in split]
        words.append("".join(piece[0] for piece in split).casefold())
    return " " + " ".join(words)


def find(entries: Sequence[Entry], text: str, limit: int = 100) -> list[Entry]:
    """The entries that `text` may mean, the best first. Nothing typed: all but nodes."""
    kind = PREFIXES.get(text.strip()[:1])
    if kind is not None:
        text = text.strip()[1:]
        entries = [each for each in entries if each.kind == kind]
    typed = " ".join(_SIGNS.sub(" ", text.replace("_", " ")).casefold().split())
    tokens = typed.split()
    if not tokens:
        shown = entries if kind is not None else [each for each in entries if each.kind != "node"]
        return list(shown[:limit])
    found = _by_words(entries, typed, tokens)
    if len(found) < _ENOUGH:
        known = {id(each) for _rank, each in found}
        rest = [each for each in entries if id(each) not in known]
        letters = re.compile(".*?".join(map(re.escape, typed.replace(" ", ""))))
        loose = [(60, each) for each in rest if letters.search(each.name)]
        found += loose
        if len(found) < 3:
            found += _by_likeness(rest, tokens)
    found.sort(
        key=lambda pair: (
            pair[0],
            bool(pair[1].hindrance),
            _ORDER[pair[1].kind],
            pair[1].weight,
            len(pair[1].text),
        )
    )
    return [each for _rank, each in found[:limit]]


def _by_words(
    entries: Iterable[Entry], typed: str, tokens: Sequence[str]
) -> list[tuple[int, Entry]]:
    """Entries that hold every token; the rank says where."""
    start, first = f" {typed}", tokens[0]
    starts = [f" {token}" for token in tokens]
    found = []
    for each in entries:
        words = each.words
        if first not in words or not all(token in words for token in tokens):
            continue
        name = each.name
        if name == start or name.startswith(start + " "):
            rank = 0
        elif name.startswith(start):
            rank = 10
        elif all(token in name for token in starts):
            rank = 20
        elif all(token in words for token in starts):
            rank = 30
        elif all(token in name for token in tokens):
            rank = 40
        else:
            rank = 50
        found.append((rank, each))
    return found


def _by_likeness(entries: Iterable[Entry], tokens: Sequence[str]) -> list[tuple[int, Entry]]:
    """Entries whose words are nearly the typed ones; nodes are too many for that."""
    found = []
    for each in entries:
        if each.kind == "node":
            continue
        words = each.words.split()
        errors = 0
        for token in tokens:
            allowed = 0 if len(token) < 4 else 1 if len(token) < 7 else 2
            errors += (
                min(
                    (distance(token, word[: len(token) + 1], allowed) for word in words),
                    default=allowed + 1,
                )
                if allowed
                else (0 if any(word.startswith(token) for word in words) else 99)
            )
            if errors > 2:
                break
        if errors <= 2:
            found.append((70 + errors, each))
    return found
