"""Mends for constructor arguments that Keras refuses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from math import gcd, prod
from typing import Any

from kerasstudio.graph.catalogue import Argument, Catalogue, LayerType
from kerasstudio.graph.names import snake_case
from kerasstudio.graph.problems import Fix
from kerasstudio.graph.project import Layer
from kerasstudio.runtime.worker.mends.around import (
    CallSite,
    Source,
    insert,
    known,
    reset_argument,
    set_argument,
    times,
    together,
)


def repair(
    layer: Layer, kind: LayerType | None, name: str | None, catalogue: Catalogue | None
) -> Iterator[Fix]:
    """A legal value for an argument that has an illegal one: what was probably meant, a value
    that makes sense, Keras's default."""
    argument = kind.argument(name) if kind and name else None
    if name is None or argument is None:
        if name is not None and name in layer.arguments:
            yield reset_argument(layer, name)
        return
    yield from _meant(layer, argument, catalogue)
    if argument.required:
        yield from example(layer, kind, [name])
    elif name in layer.arguments:
        yield reset_argument(layer, name)


def example(layer: Layer, kind: LayerType | None, names: Sequence[str]) -> Iterator[Fix]:
    """Values that make sense for missing arguments."""
    values = {} if kind is None else kind.example
    for name in names:
        if isinstance(values.get(name), int | float | str | list):
            yield set_argument(layer, name, values[name])


def not_zero(layer: Layer, kind: LayerType | None, names: Sequence[str]) -> Iterator[Fix]:
    """Sizes that were set to nothing, all at once."""
    values = {} if kind is None else kind.example
    fixes = [set_argument(layer, name, values.get(name, 1)) for name in names]
    if len(fixes) == 1:
        yield fixes[0]
    elif fixes:
        yield together(" and ".join(fix.label for fix in fixes), *fixes)


def fit(call: CallSite) -> Iterator[Fix]:
    """Values that fit what comes in, where they can be computed."""
    source = call.first
    sizes = None if source is None else known(source.spec.shape[1:])
    if source is None or sizes is None:
        return
    layer = call.layer
    match layer.class_name:
        case "Reshape":
            yield from _same_count(layer, sizes)
        case "GroupNormalization":
            most = min(layer.arguments.get("groups", 32), sizes[-1])
            yield set_argument(layer, "groups", _largest_divisor(sizes[-1], most))
        case "Permute":
            dims = [*range(1, len(sizes) + 1)]
            if layer.arguments.get("dims") != dims:
                yield set_argument(layer, "dims", [*reversed(dims)])
        case "Dot":
            yield from _dot_axes(call)
        case "EinsumDense":
            yield from _einsum(layer, sizes)
        case name if "Cropping" in name:
            yield set_argument(layer, "cropping", 1)
        case _ if "groups" in layer.arguments:
            filters = layer.arguments.get("filters", 1)
            groups = gcd(sizes[-1], filters if isinstance(filters, int) else 1)
            wanted = layer.arguments["groups"]
            if isinstance(wanted, int):
                yield set_argument(layer, "groups", _largest_divisor(groups, max(1, wanted)))


def no_axis(layer: Layer, kind: LayerType | None, name: str = "axis") -> Iterator[Fix]:
    """An axis that the input does not have."""
    argument = kind.argument(name) if kind else None
    if argument is not None and not argument.required:
        yield reset_argument(layer, name)
    yield set_argument(layer, name, -1)


def same_widths(call: CallSite) -> Iterator[Fix]:
    """Queries and keys that cannot be compared: bring one to the other's width."""
    sources = list(call.sources.values())
    if len(sources) < 2:
        return
    for reference, source in ((sources[0], sources[1]), (sources[1], sources[0])):
        width = reference.spec.shape[-1]
        if width is not None and source.spec.shape[-1] != width:
            label = f'insert Dense {width} behind "{source.layer.name}"'
            yield insert(call.graph, source.wire, "Dense", label, units=width)


def more_states(call: CallSite, count: int) -> Iterator[Fix]:
    """Feed the state that is there into those that are missing, too."""
    states = [each for port, each in call.sources.items() if port.startswith("initial_state")]
    if states and len(states) < count:
        yield together(
            f'feed "{states[-1].layer.name}" into all {count} states',
            *(
                Fix(
                    "",
                    "connect",
                    {
                        "source": states[-1].wire.source,
                        "output": states[-1].wire.output,
                        "target": call.node.id,
                        "port": f"initial_state.{number}",
                        "graph": call.graph,
                    },
                )
                for number in range(len(states), count)
            ),
        )


def state_size(call: CallSite, state: Source) -> Iterator[Fix]:
    """An initial state of another width than the layer's."""
    units = call.layer.arguments.get("units")
    if not isinstance(units, int):
        return
    label = f'insert Dense {units} behind "{state.layer.name}"'
    yield insert(call.graph, state.wire, "Dense", label, units=units)
    width = state.spec.shape[-1]
    if width is not None:
        yield set_argument(call.layer, "units", width)


def _meant(layer: Layer, argument: Argument, catalogue: Catalogue | None) -> Iterator[Fix]:
    """The legal word nearest to a misspelt one."""
    value = layer.arguments.get(argument.name)
    if not isinstance(value, str):
        return
    words = list(argument.choices)
    if argument.family is not None and catalogue is not None:
        words = [snake_case(each.class_name) for each in catalogue.family(argument.family)]
    for word in get_close_matches(value.lower(), words, n=2, cutoff=0.6):
        yield set_argument(layer, argument.name, word)


def _same_count(layer: Layer, sizes: list[int]) -> Iterator[Fix]:
    """A Reshape to as many values as there are."""
    wanted = layer.arguments.get("target_shape") or []
    fixed = [axis for axis in wanted if isinstance(axis, int) and axis > 0]
    for number in range(len(fixed)):
        rest = fixed[:number] + fixed[number + 1 :]
        if len(fixed) == len(wanted) and rest and prod(sizes) % prod(rest) == 0:
            value = [*fixed[:number], -1, *fixed[number + 1 :]]
            yield set_argument(layer, "target_shape", value, f"set target_shape to {value}")
    yield set_argument(layer, "target_shape", [-1], "set target_shape to [-1]")


def _dot_axes(call: CallSite) -> Iterator[Fix]:
    """Axes of equal size in both inputs, from the last."""
    sources = list(call.sources.values())[:2]
    if len(sources) < 2:
        return
    one, two = (source.spec.shape for source in sources)
    for first in range(len(one) - 1, 0, -1):
        for second in range(len(two) - 1, 0, -1):
            if one[first] is not None and one[first] == two[second]:
                value: Any = first if first == second else [first, second]
                yield set_argument(call.layer, "axes", value)
                return
    yield from same_widths(call)


def _einsum(layer: Layer, sizes: list[int]) -> Iterator[Fix]:
    """The equation of a Dense layer on inputs of this rank."""
    width = layer.arguments.get("output_shape")
    last = width[-1] if isinstance(width, list) and width else width
    if not isinstance(last, int):
        return
    value = [*sizes[:-1], last]
    equation = "...x,xy->...y"
    yield together(
        f'set equation to "{equation}", output_shape to {times(value)}',
        set_argument(layer, "equation", equation),
        set_argument(layer, "output_shape", value),
    )


def _largest_divisor(number: int, most: int) -> int:
    return next(count for count in range(min(number, most), 0, -1) if number % count == 0)
