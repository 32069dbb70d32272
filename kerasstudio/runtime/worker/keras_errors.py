"""What Keras's refusals mean: one sentence, what was expected, what came, and fixes."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.graph.project import Layer, Node, Wire
from kerasstudio.runtime.worker import shape_fixes

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_ARGUMENTS = re.compile(r"\n*Arguments received by .*", re.DOTALL)
_CALLING = re.compile(r"^Exception encountered when calling [^\n]*\n+")
_FULL_CONFIG = re.compile(r"\s*Full [\w ]*config:.*|\s*Full (object )?config.*", re.DOTALL)
_NEGATIVE = re.compile(
    r"negative dimension|output size would be negative|would (have|result in) .*negative|"
    r"Computed output size would|dimension size .*(negative|zero)|non-?positive",
    re.IGNORECASE,
)
_OPEN_AXIS = re.compile(
    r"should be defined|fully-defined|Found `None`|unsupported operand type.*NoneType|"
    r"must have a known shape|cannot be None"
)
_SHAPE = re.compile(r"\(None(?=[,)])")
_FOUND_RANK = re.compile(r"expected (min_|max_)?ndim=(\d+), found ndim=(\d+)")
_UNKNOWN_ARGUMENT = re.compile(
    r"[Uu]nrecognized keyword arguments passed to \w+: \{'(\w+)'|"
    r"unexpected keyword argument '(\w+)'"
)
_MISSING_ARGUMENT = re.compile(r"missing \d+ required (?:positional|keyword-only) arguments?: (.*)")

AXES = {
    1: "(batch)",
    2: "(batch, features)",
    3: "(batch, steps, features)",
    4: "(batch, height, width, channels)",
    5: "(batch, depth, height, width, channels)",
    6: "(batch, steps, depth, height, width, channels)",
}


class Refusal(msgspec.Struct, frozen=True):
    """An exception of Keras: its class name and text. `called`: it came from calling the layer,
    else from making it."""

    kind: str
    text: str
    called: bool


class Source(msgspec.Struct, frozen=True):
    """What comes in at one port: the wire, the layer it starts at, what that gives."""

    wire: Wire
    layer: Layer
    spec: TensorSpec


def explain(
    refusal: Refusal,
    graph: str,
    node: Node,
    layer: Layer,
    kind: LayerType | None,
    sources: Mapping[str, Source],
) -> Problem:
    """The problem behind a refusal, with the fixes that fit it."""
    text = clean(refusal.text).replace("'layer'", f"'{layer.name}'") or refusal.kind
    place = Place(graph=graph, node=node.id, layer=layer.id)
    what = f'"{layer.name}" ({layer.class_name})'
    received = received_text(sources)
    if not refusal.called:
        return _bad_argument(text, refusal, place, layer, kind)
    wire_fixes = shape_fixes.remove_wires(graph, [source.wire for source in sources.values()])
    rank = _FOUND_RANK.search(text)
    if rank and sources:
        source = next(iter(sources.values()))
        wanted = int(rank.group(2))
        limit = {"min_": "at least ", "max_": "at most "}.get(rank.group(1) or "", "")
        ranks = tuple(range(wanted, 7)) if limit == "at least " else (wanted,)
        return wrong_rank(graph, node, layer, source, ranks, detail=text, limit=limit)
    if _NEGATIVE.search(text):
        return Problem(
            code="shape.too_small",
            message=f"{what} has nothing left to work on: its window is larger than what comes in.",
            expected="an input at least as large as the window, or padding",
            received=received,
            place=place,
            fixes=(*shape_fixes.pad(layer, kind), *wire_fixes),
            detail=text,
        )
    if "incompatible shapes" in text or "matching shapes" in text or "same shape" in text:
        fixes = shape_fixes.mismatch(graph, layer, [*sources.values()])
        return Problem(
            code="shape.mismatch",
            message=f"{what} cannot put together what comes in: the shapes do not fit.",
            expected="equal sizes in all axes but the joined one"
            if layer.class_name == "Concatenate"
            else "inputs of equal shape",
            received=received,
            place=place,
            fixes=(*fixes, *wire_fixes),
            detail=text,
        )
    if refusal.kind == "IndexError" and "axis" in layer.arguments and sources:
        return _no_such_axis(layer, what, place, sources, wire_fixes, text)
    if _OPEN_AXIS.search(text):
        fixes = tuple(
            fix for source in sources.values() for fix in shape_fixes.collapse(graph, source)
        )
        return Problem(
            code="shape.unknown_size",
            message=f"{what} must know the size of the last axis before it can make its weights.",
            expected="a fixed size in every axis that weights depend on",
            received=received,
            place=place,
            fixes=(*fixes, *wire_fixes),
            detail=text,
        )
    argument = _argument_in(text, kind)
    if sources:
        source = next(iter(sources.values()))
        mends = shape_fixes.fitting_value(layer, source)
    else:
        mends = ()
    return Problem(
        code="shape.refused",
        message=f"{what}: {_sentence(text)}",
        expected=_expected(text, kind),
        received=received,
        place=msgspec.structs.replace(place, argument=argument),
        fixes=(*(mends or shape_fixes.reset(layer, kind, argument)), *wire_fixes),
        detail=text,
    )


def wrong_rank(
    graph: str,
    node: Node,
    layer: Layer,
    source: Source,
    ranks: tuple[int, ...],
    detail: str = "",
    limit: str = "",
) -> Problem:
    """A tensor with a number of axes that the layer does not take."""
    wanted = ", ".join(str(rank) for rank in ranks if rank < 6) or str(ranks[0])
    shape = shape_words(source.spec)
    count = f"{limit}{ranks[0]}" if limit else _or(wanted)
    axes = "axis" if count == "1" else "axes"
    example = AXES.get(ranks[0], "")
    return Problem(
        code="shape.rank",
        message=f'"{layer.name}" ({layer.class_name}) takes {count} {axes}, '
        f'but "{source.layer.name}" gives {len(source.spec.shape)}.',
        expected=f"{count} {axes}, such as {example}" if example else f"{count} {axes}",
        received=shape,
        place=Place(
            graph=graph,
            node=node.id,
            layer=layer.id,
            port=source.wire.port,
            wire=source.wire.key,
        ),
        fixes=(
            *shape_fixes.change_rank(graph, source, ranks),
            *shape_fixes.remove_wires(graph, [source.wire]),
        ),
        detail=detail,
    )


def wrong_dtype(
    graph: str,
    node: Node,
    layer: Layer,
    source: Source,
    dtypes: tuple[str, ...],
    only_warning: bool,
) -> Problem:
    """Values of a type that the layer does not take."""
    words = {"float32": "decimal numbers", "int32": "whole numbers", "string": "texts"}
    wanted = " or ".join(words[dtype] for dtype in dtypes if dtype in words)
    return Problem(
        code="shape.dtype",
        message=f'"{layer.name}" ({layer.class_name}) takes {wanted}, '
        f'but "{source.layer.name}" gives {source.spec.dtype}.'
        + (" Decimals would be cut off." if only_warning else ""),
        severity="warning" if only_warning else "error",
        expected=", ".join(dtypes),
        received=source.spec.dtype,
        place=Place(
            graph=graph,
            node=node.id,
            layer=layer.id,
            port=source.wire.port,
            wire=source.wire.key,
        ),
        fixes=(
            *shape_fixes.change_dtype(graph, source, dtypes),
            *shape_fixes.remove_wires(graph, [source.wire]),
        ),
    )


def clean(text: str) -> str:
    """Keras's text without colours, argument lists and repeated configurations."""
    text = _ARGUMENTS.sub("", _ANSI.sub("", text))
    text = _FULL_CONFIG.sub("", _CALLING.sub("", text))
    return _SHAPE.sub("(batch", text).strip()


def shape_words(spec: TensorSpec) -> str:
    """ "(batch, 28, 28, 1)"; "?" for an axis whose size is not known."""
    first, *rest = [*spec.shape] or [None]
    batch = "batch" if first is None else str(first)
    axes = [batch, *("?" if axis is None else str(axis) for axis in rest)]
    return f"({', '.join(axes)})"


def received_text(sources: Mapping[str, Source]) -> str:
    """All inputs in words: one shape, or names with shapes."""
    if len(sources) == 1:
        return shape_words(next(iter(sources.values())).spec)
    return " and ".join(
        f'{shape_words(source.spec)} from "{source.layer.name}"' for source in sources.values()
    )


def _no_such_axis(
    layer: Layer,
    what: str,
    place: Place,
    sources: Mapping[str, Source],
    wire_fixes: tuple[Fix, ...],
    text: str,
) -> Problem:
    axis = layer.arguments["axis"]
    count = max(len(source.spec.shape) for source in sources.values())
    return Problem(
        code="shape.axis",
        message=f"{what} works along axis {axis}, which its input does not have.",
        expected=f"an axis from 1 to {count - 1}, or -1 for the last",
        received=f"axis = {axis} for {received_text(sources)}",
        place=msgspec.structs.replace(place, argument="axis"),
        fixes=(
            Fix("reset axis", "reset_argument", {"layer": layer.id, "name": "axis"}),
            *wire_fixes,
        ),
        detail=text,
    )


def _bad_argument(
    text: str, refusal: Refusal, place: Place, layer: Layer, kind: LayerType | None
) -> Problem:
    what = f'"{layer.name}" ({layer.class_name})'
    unknown = _UNKNOWN_ARGUMENT.search(text)
    missing = _MISSING_ARGUMENT.search(text)
    if unknown:
        argument = unknown.group(1) or unknown.group(2)
        outer = _outer_argument(layer, argument)
        if outer is not None:
            inner = layer.arguments[outer]["class_name"]
            return Problem(
                code="shape.unknown_argument",
                message=f'{what}: {inner} in {outer} has no argument "{argument}".',
                expected=f"arguments of {inner}",
                received=argument,
                place=msgspec.structs.replace(place, argument=outer),
                fixes=shape_fixes.reset(layer, kind, outer),
                detail=text,
            )
        return Problem(
            code="shape.unknown_argument",
            message=f'{what} has no argument "{argument}".',
            expected=", ".join(each.name for each in kind.arguments) if kind else "",
            received=argument,
            place=msgspec.structs.replace(place, argument=argument),
            fixes=(
                Fix(f"remove {argument}", "reset_argument", {"layer": layer.id, "name": argument}),
            ),
            detail=text,
        )
    if missing:
        names = re.findall(r"'(\w+)'", missing.group(1))
        argument = names[0] if names else None
        return Problem(
            code="shape.missing_argument",
            message=f"{what} needs a value for {_and(names)}.",
            expected=_and(names),
            received="nothing",
            place=msgspec.structs.replace(place, argument=argument),
            fixes=shape_fixes.example(layer, kind, names),
            detail=text,
        )
    argument = _argument_in(text, kind, layer)
    value = layer.arguments.get(argument) if argument else None
    return Problem(
        code="shape.argument",
        message=f"{what}: {_sentence(text)}",
        expected=_expected(text, kind),
        received="" if argument is None else f"{argument} = {value!r}",
        place=msgspec.structs.replace(place, argument=argument),
        fixes=shape_fixes.reset(layer, kind, argument),
        detail=text,
    )


def _outer_argument(layer: Layer, name: str) -> str | None:
    """The argument whose object has a setting `name`, when the layer itself has none."""
    if name in layer.arguments:
        return None
    for outer, value in layer.arguments.items():
        if isinstance(value, dict) and name in (value.get("config") or {}):
            return outer
    return None


def _argument_in(text: str, kind: LayerType | None, layer: Layer | None = None) -> str | None:
    """The argument that a text speaks of: set ones first, then those in quotation marks."""
    if kind is None:
        return None
    named = [each.name for each in kind.arguments if re.search(rf"\b{each.name}\b", text)]
    if layer is not None:
        given = [name for name in named if name in layer.arguments]
        given.sort(key=lambda name: _is_required(kind, name))
        if given:
            return given[0]
        values = [
            name
            for name, value in layer.arguments.items()
            if isinstance(value, str) and value and value in text
        ]
        if values:
            return values[0]
    quoted = [name for name in named if re.search(rf"[`'\"]{name}\b", text)]
    found = quoted if layer is None else quoted or named
    return found[0] if found else None


def _is_required(kind: LayerType, name: str) -> bool:
    argument = kind.argument(name)
    return argument is not None and argument.required


def _sentence(text: str, limit: int = 260) -> str:
    """The first telling sentences on one line."""
    line = re.sub(r"\s*\n\s*", " ", text)
    line = re.sub(r"`", "", line)
    if len(line) <= limit:
        return line
    end = line.rfind(". ", 0, limit)
    return line[: end + 1] if end > 40 else line[: limit - 1].rstrip() + "…"


def _expected(text: str, kind: LayerType | None) -> str:
    """What Keras says it wants, where it says so."""
    found = re.search(
        r"(?:[Ee]xpected(?: one of| to be)?|should be|must be|Must be|has to be)\s*:?\s+"
        r"([^.\n]{3,120})",
        text,
    )
    if found:
        return found.group(1).replace("`", "").strip(" ,")
    return "" if kind is None else f"what {kind.class_name} takes: see the help of its arguments"


def _or(listed: str) -> str:
    parts = listed.split(", ")
    return listed if len(parts) < 2 else f"{', '.join(parts[:-1])} or {parts[-1]}"


def _and(names: list[str]) -> str:
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1] if names else ""
