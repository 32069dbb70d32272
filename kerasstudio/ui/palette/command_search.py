"""What the command palette offers, and the search over it: by words, other words, letters left
out, and typing errors. No Qt here."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, islice
from typing import Literal

import msgspec

from kerasstudio.graph.layer_search import distance

EntryKind = Literal["action", "layer", "setting", "file", "problem", "node"]
KINDS: tuple[EntryKind, ...] = ("action", "layer", "setting", "file", "problem", "node")
PREFIXES: dict[str, EntryKind] = {">": "action", "+": "layer", "@": "node", "!": "problem"}
"""Typed first, only this kind is searched."""
_ORDER = {kind: place for place, kind in enumerate(KINDS)}
_ENOUGH = 12
_NO = 99
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


def node_entry(key: str, name: str, class_name: str, run: Callable[[], object]) -> Entry:
    """An entry for a node: there are thousands, so their names are not taken apart."""
    lower = name.casefold()
    # The bar ends the name, so that a whole name can be told from the beginning of another.
    plain = f" {lower.replace('_', ' ')}| {lower}"
    words = f"{plain} {class_name.casefold()}"
    return Entry("node", key, name, run, hint=class_name, name=plain, words=words)


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


class Haystack:
    """Entries to be searched. Nodes are thousands: their words are one long text, a line each, in
    which Python looks for letters many times faster than in thousands of texts."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.few = [each for each in entries if each.kind != "node"]
        self.nodes = [each for each in entries if each.kind == "node"]
        self._lines = "".join(f"\n{each.words}" for each in self.nodes) + "\n"
        self._starts = [0, *accumulate(len(each.words) + 1 for each in self.nodes)]

    def find(self, text: str, limit: int = 100) -> list[Entry]:
        """The entries that `text` may mean, the best first. Nothing typed: all but nodes."""
        kind = PREFIXES.get(text.strip()[:1])
        if kind is not None:
            text = text.strip()[1:]
        few = self.few if kind is None else [each for each in self.few if each.kind == kind]
        wants_nodes = kind in (None, "node")
        typed = " ".join(_SIGNS.sub(" ", text.replace("_", " ")).casefold().split())
        tokens = typed.split()
        if not tokens:
            return self.nodes[:limit] if kind == "node" else few[:limit]
        found = [(rank, each) for each in few if (rank := _rank(each, typed, tokens)) < _NO]
        if wants_nodes:
            found += [
                (_rank(each, typed, tokens), each) for each in self._nodes(typed, tokens, limit)
            ]
        if len(found) < _ENOUGH:
            found += self._loosely(few, wants_nodes, typed, tokens, found, limit)
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

    def _nodes(self, typed: str, tokens: Sequence[str], limit: int) -> list[Entry]:
        """Nodes that hold every token, those first whose name is or begins with what was typed;
        not many more than `limit`."""
        lines, seen = self._lines, dict[int, None]()
        rest = tokens[1:]
        for needle in (f"\n {typed}|", f"\n {typed}", f" {tokens[0]}", tokens[0]):
            place = lines.find(needle)
            while place >= 0 and len(seen) < limit:
                number = bisect_right(self._starts, place) - 1
                end = self._starts[number + 1]
                if all(lines.find(token, self._starts[number], end) >= 0 for token in rest):
                    seen[number] = None
                place = lines.find(needle, end)
        return [self.nodes[number] for number in seen]

    def _loosely(
        self,
        few: Iterable[Entry],
        wants_nodes: bool,
        typed: str,
        tokens: Sequence[str],
        found: Sequence[tuple[int, Entry]],
        limit: int,
    ) -> list[tuple[int, Entry]]:
        """Entries whose names have the letters in their order, or nearly the typed words."""
        known = {id(each) for _rank, each in found}
        rest = [each for each in few if id(each) not in known]
        first, *others = list(typed.replace(" ", ""))
        # Up to the next letter, in the line: never back, so that it costs one look at each letter.
        ways = (rf"[^{re.escape(each)}\n]*{re.escape(each)}" for each in others)
        letters = re.compile(re.escape(first) + "".join(ways))
        more = [(60, each) for each in rest if letters.search(each.text.casefold())]
        if wants_nodes and all(rank > 20 for rank, _each in found):
            for match in islice(letters.finditer(self._lines), limit):
                node = self.nodes[bisect_right(self._starts, match.start()) - 1]
                if id(node) not in known:
                    known.add(id(node))
                    more.append((60, node))
        if len(found) + len(more) < 3:
            more += _by_likeness(rest, tokens)
        return more


def _rank(entry: Entry, typed: str, tokens: Sequence[str]) -> int:
    """Where the words stand in an entry: the smaller the better, `_NO` for nowhere."""
    words = entry.words
    if not all(token in words for token in tokens):
        return _NO
    name = entry.name
    if name.startswith(f" {typed}"):
        return 0 if entry.text.replace("_", " ").casefold() == typed else 10
    starts = [f" {token}" for token in tokens]
    if all(token in name for token in starts):
        return 20
    if all(token in words for token in starts):
        return 30
    return 40 if all(token in name for token in tokens) else 50


def _by_likeness(entries: Iterable[Entry], tokens: Sequence[str]) -> list[tuple[int, Entry]]:
    """Entries whose words are nearly the typed ones."""
    found = []
    for each in entries:
        words = each.words.split()
        wrong = [_errors(token, words) for token in tokens]
        if None not in wrong:
            # What the name begins with counts more than what is inside of it.
            inside = _errors(tokens[0], words[:1]) is None
            found.append((70 + 2 * sum(filter(None, wrong)) + inside, each))
    return found


def _errors(token: str, words: Sequence[str]) -> int | None:
    """Letters by which a typed word differs from the beginning of the likeliest; None where no
    word is like it."""
    allowed = 0 if len(token) < 4 else 1 if len(token) < 7 else 2
    if not allowed:
        return 0 if any(word.startswith(token) for word in words) else None
    least = min((distance(token, word[: len(token)], allowed) for word in words), default=99)
    return least if least <= allowed else None
