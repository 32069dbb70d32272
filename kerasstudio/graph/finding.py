"""Finding nodes by what a person types: names, types, argument values, shapes.

All words must hold. "conv relu" are words of the name, the type or the values; "units=64",
"rate>0.3", "padding!=same" ask for an argument; "28, 28, *" or "28x28x*" for an output of this
shape, with or without its batch axis, "*" being any size. Frames and notes are found by words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from kerasstudio.graph.cards import argument_text, card_lines, card_title
from kerasstudio.graph.catalogue import Catalogue, LayerType
from kerasstudio.graph.inspection import Inspection, NodeInfo
from kerasstudio.graph.project import Graph, Layer, Project

ANY = "*"
_SIZE = r"(?:\d+|\*|\?|none)"
_SHAPE = re.compile(rf"[(\[]?\s*{_SIZE}(?:\s*[,x×]\s*{_SIZE})+\s*,?\s*[)\]]?(?!\w)", re.IGNORECASE)
_VALUE = r"[(\[][^)\]]*[)\]]|\"[^\"]*\"|[^\s]+"
_TEST = re.compile(rf"([a-z_]\w*)\s*(!=|<=|>=|=|<|>|:)\s*({_VALUE})", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)


class Test(msgspec.Struct, frozen=True):
    """An argument must compare with a value; `value` is text as typed."""

    name: str
    sign: str
    value: str


class Query(msgspec.Struct, frozen=True):
    """`shapes` are lists of sizes as text, "*" any."""

    words: tuple[str, ...] = ()
    tests: tuple[Test, ...] = ()
    shapes: tuple[tuple[str, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.tests or self.shapes)


class Found(msgspec.Struct, frozen=True):
    """A node, frame or note, and the graph it is in."""

    graph: str
    key: str


def read_query(text: str) -> Query:
    """What a text asks for; an empty (falsy) query for an empty one."""
    tests: list[Test] = []
    shapes: list[tuple[str, ...]] = []

    def take_test(match: re.Match[str]) -> str:
        name, sign, value = match.groups()
        sign = "=" if sign == ":" else sign
        tests.append(Test(name.casefold(), sign, value.strip('"').casefold()))
        return " "

    def take_shape(match: re.Match[str]) -> str:
        sizes = re.findall(_SIZE, match.group(), re.IGNORECASE)
        shapes.append(tuple(ANY if not size.isdecimal() else size for size in sizes))
        return " "

    rest = _TEST.sub(take_test, text)
    rest = _SHAPE.sub(take_shape, rest)
    words = tuple(word.casefold() for word in rest.replace(",", " ").split())
    return Query(words, tuple(tests), tuple(shapes))


class Finder:
    """Keeps the words of layers, which are dear to collect, from one search to the next."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._texts: dict[str, tuple[Layer, str]] = {}
        self._defaults: dict[tuple[str, str], dict[str, Any]] = {}

    def find(
        self, project: Project, text: str, inspection: Inspection, graph: str | None = None
    ) -> list[Found]:
        """All that a text asks for: in `graph` first, then in the other graphs, each in its
        order."""
        query = read_query(text)
        if not query:
            return []
        self._texts = {key: kept for key, kept in self._texts.items() if key in project.layers}
        fitting = {layer.id for layer in project.layers.values() if self._fits(layer, query)}
        keys = sorted(project.graphs, key=lambda key: key != graph)
        return [
            Found(key, each)
            for key in keys
            for each in _in_graph(project, project.graphs[key], query, inspection, fitting)
        ]

    def collected(self, project: Project) -> dict[str, tuple[Layer, str]]:
        """The words of all layers, for `keep`: may be done in another thread."""
        kept = dict(self._texts)
        found = {}
        for key, layer in project.layers.items():
            known = kept.get(key)
            text = known[1] if known is not None and known[0] is layer else self._words(layer)
            found[key] = layer, text
        return found

    def keep(self, texts: dict[str, tuple[Layer, str]]) -> None:
        """Take over what was `collected`; what is old of it is found out later."""
        self._texts = texts

    def _words(self, layer: Layer) -> str:
        return _text(layer, self._catalogue.layer_type(layer))

    def _fits(self, layer: Layer, query: Query) -> bool:
        """Whether words and tests hold for a layer."""
        if query.words and not _has(self._text(layer), query.words):
            return False
        if not query.tests:
            return True
        defaults = self._defaults_of(layer)
        return all(_passes(layer, defaults, test) for test in query.tests)

    def _defaults_of(self, layer: Layer) -> dict[str, Any]:
        key = (layer.module, layer.class_name)
        known = self._defaults.get(key)
        if known is None:
            kind = self._catalogue.layer_type(layer)
            known = self._defaults[key] = {
                each.name: each.default
                for each in (() if kind is None else kind.arguments)
                if not each.required
            }
        return known

    def _text(self, layer: Layer) -> str:
        known = self._texts.get(layer.id)
        if known is not None and known[0] is layer:
            return known[1]
        text = self._words(layer)
        self._texts[layer.id] = layer, text
        return text


def _in_graph(
    project: Project,
    drawing: Graph,
    query: Query,
    inspection: Inspection,
    fitting: Collection[str],
) -> Iterator[str]:
    for key, node in drawing.nodes.items():
        if node.layer in fitting and (
            not query.shapes
            or _has_shapes(inspection.nodes.get(key), project.layers[node.layer], query.shapes)
        ):
            yield key
    if query.tests or query.shapes:
        return
    for key, frame in drawing.frames.items():
        if _has(f"frame {frame.title}".casefold(), query.words):
            yield key
    for key, note in drawing.notes.items():
        if _has(f"note {note.text}".casefold(), query.words):
            yield key


def _text(layer: Layer, kind: LayerType | None) -> str:
    values = [argument_text(value) for value in layer.arguments.values()]
    category = kind.category if kind is not None else ""
    parts = [card_title(layer), layer.name, category, *card_lines(layer, kind), *values]
    return " ".join(parts).casefold()


def _has(text: str, words: Sequence[str]) -> bool:
    return all(word in text for word in words)


# ---------------------------------------------------------------------- shapes


def _has_shapes(info: NodeInfo | None, layer: Layer, shapes: Sequence[Sequence[str]]) -> bool:
    """Whether an output, or else an argument ("3 x 3"), has each of these shapes."""
    outputs = info.outputs if info is not None else ()
    return all(
        any(_is_shape(spec.shape, wanted) for spec in outputs)
        or any(
            isinstance(value, list) and _is_shape(value, wanted)
            for value in layer.arguments.values()
        )
        for wanted in shapes
    )


def _is_shape(shape: Sequence[Any], wanted: Sequence[str]) -> bool:
    """With the first axis, or without it."""
    skipped = len(shape) - len(wanted)
    return skipped in (0, 1) and all(
        want == ANY or want == str(size) for want, size in zip(wanted, shape[skipped:], strict=True)
    )


# ---------------------------------------------------------------------- arguments


_MISSING = object()


def _passes(layer: Layer, defaults: Mapping[str, Any], test: Test) -> bool:
    value = _value(layer, defaults, test.name)
    return value is not _MISSING and _SIGNS[test.sign](value, test.value)


def _value(layer: Layer, defaults: Mapping[str, Any], name: str) -> Any:
    """The argument of that name, or else the first one whose name begins so ("kernel_s")."""
    if name == "name":
        return layer.name
    if name == "trainable":
        return layer.trainable
    set_here = layer.arguments
    if name in set_here:
        return set_here[name]
    if name in defaults:
        return defaults[name]
    begun = (each for table in (defaults, set_here) for each in table if each.startswith(name))
    found = next(begun, None)
    return _MISSING if found is None else set_here.get(found, defaults.get(found))


def _equal(value: Any, text: str) -> bool:
    if text == ANY:
        return value is not None
    if isinstance(value, bool) or value is None:
        words = {True: ("true", "yes", "on", "1"), False: ("false", "no", "off", "0")}
        return text in (("none", "null") if value is None else words[value])
    if isinstance(value, int | float):
        return _number(text) == float(value)
    if isinstance(value, list):
        sizes = [part for part in re.split(r"[\s,x×()\[\]]+", text) if part]
        if len(sizes) == 1:
            sizes *= len(value)  # "kernel_size=3" is 3 × 3 as well
        return len(sizes) == len(value) and all(map(_equal, value, sizes))
    if isinstance(value, dict):
        name = str(value.get("class_name", "")).casefold()
        return text == name or text == argument_text(value).casefold()
    return text == str(value).casefold()


def _less(value: Any, text: str) -> bool:
    return _compared(value, text, lambda one, other: one < other)


def _more(value: Any, text: str) -> bool:
    return _compared(value, text, lambda one, other: one > other)


def _compared(value: Any, text: str, compare: Callable[[float, float], bool]) -> bool:
    limit = _number(text)
    items = value if isinstance(value, list) else [value]
    numbers = [each for each in items if isinstance(each, int | float) and each is not True]
    if limit is None or not numbers or len(numbers) < len(items):
        return False
    return all(compare(float(each), limit) for each in numbers)


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


_SIGNS: dict[str, Callable[[Any, str], bool]] = {
    "=": _equal,
    "!=": lambda value, text: not _equal(value, text),
    "<": _less,
    ">": _more,
    "<=": lambda value, text: _less(value, text) or _equal(value, text),
    ">=": lambda value, text: _more(value, text) or _equal(value, text),
}
