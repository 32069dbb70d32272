"""Problems of shapes in words: which layers, both shapes axis by axis, and the cause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import Any

import msgspec

from kerasstudio.graph.axes import axes_in_words, axis_word, expected_axes, usual_axes
from kerasstudio.graph.inspection import TensorSpec, shape_words
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.runtime.worker.mends import arguments, dtypes, merging, ranks, sizes
from kerasstudio.runtime.worker.mends.around import RECURRENT, CallSite, Source, remove_wires, times

_VALUES = {"float32": "decimal numbers", "int32": "whole numbers", "string": "texts"}
_MOST_TOLD = 4


def wrong_rank(
    call: CallSite, source: Source, wanted: Sequence[int], detail: str = "", least: bool = False
) -> Problem:
    """A tensor with a number of axes that the layer does not take. `least`: more are fine."""
    axes = expected_axes(call.layer, call.kind)
    if axes is None or len(axes) not in wanted:
        axes = usual_axes(wanted[0]) if len(wanted) == 1 or least else None
    have = source.rank
    if axes is None:
        listed = ", ".join(str(rank) for rank in wanted[:-1])
        expected = f"{listed} or {wanted[-1]} axes"
        need = ""
    else:
        expected = axes_in_words(axes)
        if least:
            expected += " or more axes"
        need = f", not {len(axes)}"
    count = f"{have} {'axis' if have == 1 else 'axes'}{need}"
    return Problem(
        code="shape.rank",
        message=f'{call.what} expects {expected}, but "{source.layer.name}" gives '
        f"{shape_words(source.spec)}: {_lost_time(call, source, wanted) or count}.",
        expected=expected,
        received=f'{shape_words(source.spec)} from "{source.layer.name}"',
        place=at_wire(call, source),
        fixes=(
            *ranks.change_rank(call, source, wanted),
            *remove_wires(call.graph, [source.wire]),
        ),
        detail=detail,
    )


def wrong_dtype(
    call: CallSite, source: Source, wanted: Sequence[str], only_warning: bool
) -> Problem:
    """Values of a type that the layer does not take."""
    words = " or ".join(_VALUES[dtype] for dtype in wanted if dtype in _VALUES)
    return Problem(
        code="shape.dtype",
        message=f'{call.what} expects {words}, but "{source.layer.name}" gives '
        f"{_dtype_words(source.spec.dtype)}: {shape_words(source.spec)}."
        + (" Decimals would be cut off." if only_warning else ""),
        severity="warning" if only_warning else "error",
        expected=", ".join(wanted),
        received=f'{source.spec.dtype} from "{source.layer.name}"',
        place=at_wire(call, source),
        fixes=(
            *dtypes.change_dtype(call, source, wanted),
            *remove_wires(call.graph, [source.wire]),
        ),
    )


def mismatch(call: CallSite, detail: str) -> Problem:
    """Tensors that shall be put together and differ."""
    joins = call.layer.class_name == "Concatenate"
    sources = list(call.sources.values())
    expected = "inputs of equal shape"
    if joins:
        expected = f"inputs that are equal in all axes except {_joined_axis(call)}"
    return Problem(
        code="shape.mismatch",
        message=f"{call.what} expects {expected}, but {_difference(call, sources)}: "
        f"{given(sources)}.",
        expected=expected,
        received=given(sources),
        place=place_of(call),
        fixes=(*merging.make_equal(call), *_without(call)),
        detail=detail,
    )


def too_small(call: CallSite, detail: str) -> Problem:
    """A window or a cropping larger than what comes in."""
    source = call.first
    window = next(
        (
            found
            for name in ("kernel_size", "pool_size")
            if (found := sizes.effective(call.layer, call.kind, name)) is not None
        ),
        None,
    )
    places = [] if source is None else sizes.place_sizes(call, source)
    spread = sizes.spread(window, len(places)) if places else None
    dilation = call.layer.arguments.get("dilation_rate", 1)
    shown = f"a window of {times(spread or window)}" if window is not None else "a window"
    if dilation not in (1, [1] * len(places)):
        shown += f" with gaps of {times(dilation)}"
    does = f"looks through {shown}, which is larger than what comes in"
    expected = f"at least {times(spread)} places, or padding" if spread else "a smaller window"
    cropping = call.layer.arguments.get("cropping")
    if cropping is not None:
        does, expected = "crops away more than comes in", "a smaller cropping"
    return Problem(
        code="shape.too_small",
        message=f"{call.what} {does}: {given(call.sources.values())}.",
        expected=expected,
        received=given(call.sources.values()),
        place=place_of(call),
        fixes=(
            *(sizes.shrink_window(call, source) if source is not None else ()),
            *_without(call),
        ),
        detail=detail,
    )


def open_axis(call: CallSite, detail: str) -> Problem:
    """Weights depend on an axis whose size nobody knows."""
    source = next(
        (each for each in call.sources.values() if None in each.spec.shape[1:]), call.first
    )
    word, name = "last", "what comes in"
    if source is not None:
        name = f'"{source.layer.name}"'
        word = axis_word(source.spec.letters[-1:])
    return Problem(
        code="shape.unknown_size",
        message=f"{call.what} needs a fixed size of the {word} axis for its weights, but {name} "
        f"leaves it open: {given(call.sources.values())}.",
        expected="a fixed size in every axis that weights depend on",
        received=given(call.sources.values()),
        place=place_of(call),
        fixes=(*sizes.fix_open_axis(call), *_without(call)),
        detail=detail,
    )


def no_such_axis(call: CallSite, name: str, detail: str) -> Problem:
    """An axis that what comes in does not have."""
    axis = sizes.effective(call.layer, call.kind, name)
    count = max(source.rank for source in call.sources.values())
    last = f"an axis from 1 to {count - 1}, or -1 for the last" if count > 1 else "an axis"
    return Problem(
        code="shape.axis",
        message=f"{call.what} works along axis {times(axis)}, but "
        f"{given(call.sources.values())}: there is no such axis.",
        expected=last,
        received=f"axis {times(axis)}",
        place=place_of(call, name),
        fixes=(*arguments.no_axis(call.layer, call.kind, name), *_without(call)),
        detail=detail,
    )


def other_count(call: CallSite, source: Source, detail: str) -> Problem:
    """A Reshape to another number of values than there are."""
    have = prod(size or 0 for size in source.spec.shape[1:])
    wanted = call.layer.arguments.get("target_shape")
    shape = [axis for axis in wanted if isinstance(axis, int)] if isinstance(wanted, list) else []
    count = prod(axis for axis in shape if axis > 0)
    shown = " × ".join("?" if axis < 0 else str(axis) for axis in shape)
    makes = f"multiples of {count}" if -1 in shape else str(count)
    return Problem(
        code="shape.refused",
        message=f"{call.what} makes {shown} of each sample, {makes} values, but "
        f"{given([source])}: {have} values.",
        expected=f"a target_shape of {have} values",
        received=f"{shown}",
        place=place_of(call, "target_shape"),
        fixes=(*arguments.fit(call), *remove_wires(call.graph, [source.wire])),
        detail=detail,
    )


def wrong_states(call: CallSite, have: int, want: int, detail: str) -> Problem:
    """Another number of initial states than the layer keeps."""
    names = "states h and c" if want == 2 else "state"
    wires = [s.wire for port, s in call.sources.items() if port.startswith("initial_state")]
    return Problem(
        code="shape.states",
        message=f"{call.what} begins with its {names}, {want} in number, but {have} "
        f"{'comes' if have == 1 else 'come'} in: {given(call.sources.values())}.",
        expected=f"{want} initial {'state' if want == 1 else 'states'}",
        received=str(have),
        place=place_of(call),
        fixes=(*arguments.more_states(call, want), *remove_wires(call.graph, wires)),
        detail=detail,
    )


def nothing_left(call: CallSite, outputs: Sequence[TensorSpec]) -> Problem:
    """What comes out has an axis of size 0: no value at all."""
    shape = next(spec for spec in outputs if 0 in spec.shape[1:])
    zero = [name for name, value in call.layer.arguments.items() if value == 0]
    return Problem(
        code="shape.empty",
        message=f"{call.what} gives {shape_words(shape)}: nothing is left of what comes in.",
        expected="at least 1 in each axis",
        received=shape_words(shape),
        place=place_of(call, zero[0] if zero else None),
        fixes=(
            *arguments.not_zero(call.layer, call.kind, zero),
            *(sizes.shrink_window(call, call.first) if call.first is not None else ()),
            *_without(call),
        ),
    )


def given(sources: Iterable[Source]) -> str:
    """What comes in: '"a" gives (batch, 4) and "b" gives (batch, 5)'."""
    told = [f'"{source.layer.name}" gives {shape_words(source.spec)}' for source in sources]
    more = len(told) - _MOST_TOLD
    if more > 0:
        told = [*told[:_MOST_TOLD], f"{more} more"]
    return (
        told[0]
        if len(told) == 1
        else ", ".join(told[:-1]) + (" and " if told else "") + "".join(told[-1:])
    )


def place_of(call: CallSite, argument: str | None = None) -> Place:
    return Place(graph=call.graph, node=call.node.id, layer=call.layer.id, argument=argument)


def at_wire(call: CallSite, source: Source) -> Place:
    return msgspec.structs.replace(place_of(call), port=source.wire.port, wire=source.wire.key)


def _without(call: CallSite) -> tuple[Fix, ...]:
    return remove_wires(call.graph, [source.wire for source in call.sources.values()])


def _dtype_words(dtype: str) -> str:
    if dtype == "string":
        return "texts"
    kind = "decimal numbers" if "float" in dtype else "whole numbers"
    return "yes or no (bool)" if dtype == "bool" else f"{kind} ({dtype})"


def _lost_time(call: CallSite, source: Source, wanted: Sequence[int]) -> str:
    """Why there is no time axis: the layer before gives its last step only."""
    around = call.around
    if around is None or source.rank + 1 not in wanted:
        return ""
    *_, last = around.back(source.wire.source)
    layer = around.layer(last)
    flags: dict[str, Any] = layer.arguments
    if layer.class_name == "Bidirectional":
        held = layer.arguments.get("layer")
        flags = held.get("config") or {} if isinstance(held, dict) else {}
    elif layer.class_name not in RECURRENT:
        return ""
    if flags.get("return_sequences"):
        return ""
    return f'"{layer.name}" returns its last step only, so there is no time axis'


def _joined_axis(call: CallSite) -> str:
    axis = call.layer.arguments.get("axis", -1)
    source = call.first
    if source is None or not isinstance(axis, int) or not -source.rank <= axis < source.rank:
        return f"axis {axis}"
    return axis_word(source.spec.letters[axis])


def _difference(call: CallSite, sources: Sequence[Source]) -> str:
    """ "the channels differ", "they have different numbers of axes"."""
    if len({source.rank for source in sources}) > 1:
        return "they have different numbers of axes"
    letters = sources[0].spec.letters
    joined = call.layer.arguments.get("axis", -1)
    skip = -1
    if call.layer.class_name == "Concatenate" and isinstance(joined, int):
        skip = joined % len(letters) if -len(letters) <= joined < len(letters) else -1
    words = [
        axis_word(letter)
        for number, letter in enumerate(letters)
        if number and number != skip
        if len({source.spec.shape[number] for source in sources}) > 1
    ]
    if not words:
        return "they do not fit"
    listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    plural = len(words) > 1 or words[0].endswith("s")
    return f"{listed} {'differ' if plural else 'differs'}"
