"""Mends for windows that are larger than what comes in, and for sizes nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerasstudio.graph.axes import expected_axes
from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.problems import Fix
from kerasstudio.graph.project import Layer
from kerasstudio.runtime.worker.mends.around import (
    Around,
    CallSite,
    Source,
    insert,
    reset_argument,
    set_argument,
    times,
)
from kerasstudio.runtime.worker.mends.ranks import collapse

_WINDOWS = ("kernel_size", "pool_size")
_PLACES = "TDHW"
# Sizes to begin with where an Input leaves them open.
_OPEN = {"C": 3, "F": 16, "T": 32, "H": 64, "W": 64, "D": 16}


def shrink_window(call: CallSite, source: Source) -> Iterator[Fix]:
    """The window goes over the border."""
    layer, kind = call.layer, call.kind
    yield from pad(layer, kind)
    if layer.arguments.get("dilation_rate", 1) != 1:
        yield reset_argument(layer, "dilation_rate")
    places = place_sizes(call, source)
    name = next((each for each in _WINDOWS if kind and kind.argument(each)), None)
    if places and name is not None:
        window = spread(effective(layer, kind, name), len(places))
        if window is not None:
            yield from _smaller(call, name, window, places)
            yield from _padded(call, source, window, places)
    yield from _taken_out(call, source)
    if layer.arguments.get("cropping") is not None:
        yield set_argument(layer, "cropping", 1)


def pad(layer: Layer, kind: LayerType | None) -> Iterator[Fix]:
    """Padding keeps the size."""
    argument = kind.argument("padding") if kind else None
    if argument is None or "same" not in argument.choices:
        return
    if layer.arguments.get("padding", argument.default) != "same":
        yield set_argument(layer, "padding", "same", 'set padding to "same"')


def place_sizes(call: CallSite, source: Source) -> list[int]:
    """The sizes of the axes that a window moves over; empty where one is open."""
    wanted = expected_axes(call.layer, call.kind) or ""
    if len(wanted) != source.rank:
        return []
    sizes = [
        size
        for letter, size in zip(wanted, source.spec.shape, strict=True)
        if letter in _PLACES and not (letter == "T" and call.layer.class_name[:8] == "ConvLSTM")
    ]
    found = [size for size in sizes if size is not None]
    return found if len(found) == len(sizes) else []


def spread(value: Any, rank: int) -> list[int] | None:
    """One number stands for all axes."""
    if isinstance(value, int):
        return [value] * rank
    if isinstance(value, list) and len(value) == rank and all(isinstance(v, int) for v in value):
        return value
    return None


def effective(layer: Layer, kind: LayerType | None, name: str) -> Any:
    """An argument as Keras has it: set, or the default."""
    argument = kind.argument(name) if kind else None
    return layer.arguments.get(name, argument.default if argument else None)


def fix_open_axis(call: CallSite) -> Iterator[Fix]:
    """An axis that weights depend on has no fixed size."""
    around = call.around
    if around is None:
        return
    for source in call.sources.values():
        for wire in _wires_into(around, source):
            yield from collapse(call.graph, wire)
        yield from _given_sizes(around, source)


def _wires_into(around: Around, source: Source) -> Iterator[Source]:
    """This wire, and those before it on the way: a pooling may stand there instead of a Flatten."""
    yield source
    node = source.wire.source
    if around.layer(node).class_name != "Flatten":
        return
    for wire in around.incoming.get(node, ()):
        spec = around.spec(wire.source, wire.output)
        if spec is not None:
            yield Source(wire, around.layer(wire.source), spec)


def _given_sizes(around: Around, source: Source) -> Iterator[Fix]:
    """The Input behind it could say how large its samples are."""
    for node in (source.wire.source, *around.before(source.wire.source)):
        layer, spec = around.layer(node), around.spec(node)
        shape = layer.arguments.get("shape")
        if not layer.is_input or spec is None or not isinstance(shape, list) or None not in shape:
            continue
        full = [
            _OPEN.get(letter, 16) if size is None else size
            for letter, size in zip(spec.letters[1:], shape, strict=True)
        ]
        yield set_argument(layer, "shape", full, f'set shape of "{layer.name}" to {times(full)}')
        return


def _smaller(call: CallSite, name: str, window: list[int], places: list[int]) -> Iterator[Fix]:
    fitting = [min(one, size) for one, size in zip(window, places, strict=True)]
    if name == "kernel_size":
        # A kernel has a middle.
        fitting = [size - 1 if size > 1 and size % 2 == 0 else size for size in fitting]
    if fitting != window and min(fitting) > 0:
        yield set_argument(call.layer, name, fitting)


def _padded(call: CallSite, source: Source, window: list[int], places: list[int]) -> Iterator[Fix]:
    dimensions = len(places)
    around = call.around
    class_name = f"ZeroPadding{dimensions}D"
    if around is None or around.catalogue.named(class_name) is None:
        return
    missing = [max(0, one - size) for one, size in zip(window, places, strict=True)]
    if not any(missing):
        return
    sides = [[each // 2, each - each // 2] for each in missing]
    format_ = call.layer.arguments.get("data_format")
    extra = {"data_format": format_} if format_ and dimensions > 1 else {}
    padding: Any = sides[0] if dimensions == 1 else sides
    yield insert(call.graph, source.wire, class_name, padding=padding, **extra)


def _taken_out(call: CallSite, source: Source) -> Iterator[Fix]:
    """A pooling too many before it."""
    around = call.around
    if around is None:
        return
    for node in (source.wire.source, *around.before(source.wire.source)):
        layer = around.layer(node)
        if "Pooling" in layer.class_name and not layer.class_name.startswith("Global"):
            label = f'take out "{layer.name}" ({layer.class_name})'
            yield Fix(label, "take_out", {"node": node, "graph": call.graph})
            return
