"""What Keras's refusals mean: one sentence, what was expected, what came, and what might mend it
(`fix_trials` finds out what really does)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from kerasstudio.graph.axes import expected_axes
from kerasstudio.graph.catalogue import Argument, Catalogue, LayerType
from kerasstudio.graph.placeholders import code_reasons
from kerasstudio.graph.problems import Fix, Problem
from kerasstudio.graph.project import Layer
from kerasstudio.runtime.worker import shape_messages as words
from kerasstudio.runtime.worker.mends import arguments as mends
from kerasstudio.runtime.worker.mends.around import CallSite, remove_wires, times

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_ARGUMENTS = re.compile(r"\n*Arguments received by .*", re.DOTALL)
_CALLING = re.compile(r"^Exception encountered when calling [^\n]*\n+")
_FULL_CONFIG = re.compile(r"\s*Full [\w ]*config:.*|\s*Full (object )?config.*", re.DOTALL)
_FUNCTION_NODE = re.compile(r"\{\{function_node [^}]*\}\}\s*|\s*\[Op:\w+\]\s*|\s+name:\s*$")
_NEGATIVE = re.compile(
    r"negative dimension|output size would be negative|would (have|result in) .*negative|"
    r"Computed output size would|dimension size .*(negative|zero)|non-?positive|"
    r"cropping. argument should be smaller",
    re.IGNORECASE,
)
_OPEN_AXIS = re.compile(
    r"should be defined|fully-defined|Found `None`|unsupported operand type.*NoneType|"
    r"must have a known shape|cannot be None"
)
_DIFFERENT = re.compile(r"incompatible shapes|matching shapes|same shape", re.IGNORECASE)
_TOTAL_SIZE = re.compile(r"total size of the tensor")
_UNEQUAL = re.compile(r"Dimensions must be equal|Dimension incompatibility|must match|not match")
_SHAPE = re.compile(r"\(None(?=[,)])")
_FOUND_RANK = re.compile(r"expected (min_|max_)?ndim=(\d+), found ndim=(\d+)")
_LEAST_RANK = re.compile(r"with at least (\d+) dimensions")
_NO_AXIS = re.compile(r"`?dim`? must be in the range|axis .*out of (bounds|range)|Invalid axis")
_UNKNOWN_ARGUMENT = re.compile(
    r"[Uu]nrecognized keyword arguments passed to \w+: \{'(\w+)'|"
    r"unexpected keyword argument '(\w+)'"
)
_MISSING_ARGUMENT = re.compile(r"missing \d+ required (?:positional|keyword-only) arguments?: (.*)")
_EXPECTED = re.compile(
    r"(?:[Ee]xpected(?: one of| to be| of one)?|should be|must be|Must be|has to be)\s*:?\s+"
    r"([^.\n]{3,140})"
)
_GOT = re.compile(r",? \b(?:but|however|got|received)\b.*", re.IGNORECASE)
_IN_GRAPH = re.compile(r" for '\{\{node .*", re.DOTALL)
_READS_ON = ("a ", "an ", "one of", "at least", "between")
_AXES = ("axis", "axes")


class Refusal(msgspec.Struct, frozen=True):
    """An exception of Keras: its class name and text. `called`: it came from calling the layer,
    else from making it."""

    kind: str
    text: str
    called: bool


def explain(refusal: Refusal, call: CallSite) -> Problem:
    """The problem behind a refusal, with the mends to try."""
    text = clean(refusal.text).replace("'layer'", f"'{call.layer.name}'") or refusal.kind
    if not refusal.called:
        return _bad_argument(text, call)
    sources = call.sources
    wanted = _wanted_ranks(text, call)
    if wanted is not None and sources:
        ranks, least = wanted
        source = next(
            (each for each in sources.values() if each.rank not in ranks),
            next(iter(sources.values())),
        )
        return words.wrong_rank(call, source, ranks, detail=text, least=least)
    if _NEGATIVE.search(text):
        return words.too_small(call, text)
    if _DIFFERENT.search(text) and len(sources) > 1:
        return words.mismatch(call, text)
    axis = next((name for name in _AXES if call.kind and call.kind.argument(name)), None)
    if axis and sources and (refusal.kind == "IndexError" or _NO_AXIS.search(text)):
        return words.no_such_axis(call, axis, text)
    if _OPEN_AXIS.search(text):
        return words.open_axis(call, text)
    if _TOTAL_SIZE.search(text) and call.layer.class_name == "Reshape" and call.first is not None:
        return words.other_count(call, call.first, text)
    states = [port for port in sources if port.startswith("initial_state")]
    if states and refusal.kind in {"IndexError", "ValueError"} and len(states) != _states(call):
        return words.wrong_states(call, len(states), _states(call), text)
    return _refused_call(text, call)


def _states(call: CallSite) -> int:
    """How many states a recurrent layer keeps between steps."""
    return 2 if "LSTM" in call.layer.class_name else 1


def clean(text: str) -> str:
    """Keras's text without colours, argument lists and repeated configurations."""
    text = _ARGUMENTS.sub("", _ANSI.sub("", text))
    text = _FULL_CONFIG.sub("", _CALLING.sub("", text))
    text = _IN_GRAPH.sub("", _FUNCTION_NODE.sub("", text))
    return _SHAPE.sub("(batch", text).strip()


def _wanted_ranks(text: str, call: CallSite) -> tuple[tuple[int, ...], bool] | None:
    """The numbers of axes that would be right, and whether more are, when the number is wrong."""
    found = _FOUND_RANK.search(text)
    if found is not None:
        count = int(found.group(2))
        axes = expected_axes(call.layer, call.kind)
        least = found.group(1) == "min_" and (axes is None or len(axes) != count)
        return (tuple(range(count, 7)) if least else (count,)), least
    least_rank = _LEAST_RANK.search(text)
    if least_rank is not None:
        return tuple(range(int(least_rank.group(1)), 7)), True
    axes = expected_axes(call.layer, call.kind)
    first = call.first
    if axes is not None and first is not None and first.rank != len(axes):
        return (len(axes),), False
    return None


def _refused_call(text: str, call: CallSite) -> Problem:
    """Whatever else Keras says of a call."""
    argument = _argument_in(text, call.kind)
    wires = [source.wire for source in call.sources.values()]
    sentence = _sentence(text)
    told = words.given(call.sources.values())
    return Problem(
        code="shape.refused",
        message=f"{call.what}: {sentence}" + (f" Here {told}." if told else ""),
        expected=_expected(text) or f"what {call.layer.class_name} takes (F1 shows its help)",
        received=told,
        place=words.place_of(call, argument),
        fixes=(*_call_mends(text, call, argument), *remove_wires(call.graph, wires)),
        detail=text,
    )


def _call_mends(text: str, call: CallSite, argument: str | None) -> Iterator[Fix]:
    yield from mends.fit(call)
    if _UNEQUAL.search(text) or _DIFFERENT.search(text):
        yield from mends.same_widths(call)
    for port, source in call.sources.items():
        if port.startswith("initial_state"):
            yield from mends.state_size(call, source)
    if argument in _AXES:
        yield from mends.no_axis(call.layer, call.kind, argument or "")
    catalogue = None if call.around is None else call.around.catalogue
    yield from mends.repair(call.layer, call.kind, argument, catalogue)


def _bad_argument(text: str, call: CallSite) -> Problem:
    """Keras does not even make the layer."""
    layer, kind = call.layer, call.kind
    unknown = _UNKNOWN_ARGUMENT.search(text)
    missing = _MISSING_ARGUMENT.search(text)
    if unknown:
        return _unknown_argument(unknown.group(1) or unknown.group(2), text, call)
    if missing:
        names = re.findall(r"'(\w+)'", missing.group(1))
        return Problem(
            code="shape.missing_argument",
            message=f"{call.what} needs a value for {_and(names)}.",
            expected=_and(names),
            received="nothing",
            place=words.place_of(call, names[0] if names else None),
            fixes=tuple(mends.example(layer, kind, names)),
            detail=text,
        )
    name = _argument_in(text, kind, layer)
    catalogue = None if call.around is None else call.around.catalogue
    argument = kind.argument(name) if kind and name else None
    expected = _legal(argument, catalogue) or _expected(text)
    value = layer.arguments.get(name) if name else None
    if name is not None and expected.startswith(_READS_ON) and name in layer.arguments:
        message = f"{call.what} has {name} = {_shown(value)}, but expects {expected}."
    else:
        message = f"{call.what}: {_sentence(text)}"
    return Problem(
        code="shape.argument",
        message=message,
        expected=expected or f"what {layer.class_name} takes (F1 shows its help)",
        received="" if name is None else f"{name} = {_shown(value)}",
        place=words.place_of(call, name),
        fixes=(*_pairs(text, layer), *mends.repair(layer, kind, name, catalogue)),
        detail=text,
    )


def misnamed(call: CallSite) -> Problem | None:
    """A layer that is somebody's code for nothing but a name that is close to one of Keras's: most
    likely it is misspelt. None for other code."""
    layer, kind = call.layer, call.kind
    catalogue = None if call.around is None else call.around.catalogue
    for name, value in layer.arguments.items():
        argument = kind.argument(name) if kind is not None else None
        if argument is None or not isinstance(value, str) or not argument.family:
            continue
        others = {key: each for key, each in layer.arguments.items() if key != name}
        fixes = tuple(mends.repair(layer, kind, name, catalogue))
        near = any(fix.kind == "set_argument" for fix in fixes)
        if near and not code_reasons(msgspec.structs.replace(layer, arguments=others)):
            return Problem(
                code="shape.argument",
                message=f'{call.what} has {name} = "{value}", which is none of Keras\'s '
                f"{argument.family}.",
                expected=_legal(argument, catalogue),
                received=f'{name} = "{value}"',
                place=words.place_of(call, name),
                fixes=fixes,
                advice="If it is a function of your own, put its code into the project.",
            )
    return None


def _pairs(text: str, layer: Layer) -> Iterator[Fix]:
    """Two arguments that exclude each other: either may go back to Keras's default."""
    if "in conjunction" in text or "divisible" in text:
        for name in ("strides", "dilation_rate", "groups"):
            if name in layer.arguments and name in text:
                yield Fix(f"reset {name}", "reset_argument", {"layer": layer.id, "name": name})


def _unknown_argument(name: str, text: str, call: CallSite) -> Problem:
    layer, kind = call.layer, call.kind
    outer = _outer_argument(layer, name)
    if outer is not None:
        inner = layer.arguments[outer]["class_name"]
        return Problem(
            code="shape.unknown_argument",
            message=f'{call.what}: {inner} in {outer} has no argument "{name}".',
            expected=f"arguments of {inner}",
            received=name,
            place=words.place_of(call, outer),
            fixes=tuple(mends.repair(layer, kind, outer, None)),
            detail=text,
        )
    return Problem(
        code="shape.unknown_argument",
        message=f'{call.what} has no argument "{name}".',
        expected=", ".join(each.name for each in kind.arguments) if kind else "",
        received=name,
        place=words.place_of(call, name),
        fixes=(Fix(f"remove {name}", "reset_argument", {"layer": layer.id, "name": name}),),
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


def _legal(argument: Argument | None, catalogue: Catalogue | None) -> str:
    """The legal values of an argument, where they can be listed."""
    if argument is None:
        return ""
    if argument.kind == "choice" and argument.choices:
        return "one of " + ", ".join(argument.choices)
    if argument.family is None or catalogue is None or argument.kind != "object":
        return ""
    names = [each.class_name for each in catalogue.family(argument.family)]
    return f"one of Keras's {argument.family}, such as {', '.join(names[:3])}" if names else ""


def _sentence(text: str, limit: int = 260) -> str:
    """The first telling sentences on one line."""
    line = re.sub(r"\s*\n\s*", " ", text)
    line = re.sub(r"`", "", line)
    if len(line) > limit:
        end = line.rfind(". ", 0, limit)
        line = line[: end + 1] if end > 40 else line[: limit - 1].rstrip() + "…"
    return line if line.endswith((".", "…", "!")) else f"{line}."


def _expected(text: str) -> str:
    """What Keras says it wants, where it says so."""
    found = _EXPECTED.search(text)
    if found is None:
        return ""
    return _GOT.sub("", found.group(1).replace("`", "")).strip(" ,")


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else times(value)


def _and(names: list[str]) -> str:
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1] if names else ""
