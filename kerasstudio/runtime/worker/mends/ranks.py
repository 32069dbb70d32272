"""Mends for a tensor with another number of axes than the layer takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import isqrt, prod
from typing import Any

from kerasstudio.graph.problems import Fix
from kerasstudio.graph.project import Layer
from kerasstudio.runtime.worker.mends.around import (
    RECURRENT,
    Around,
    CallSite,
    Source,
    insert,
    known,
    replace_layer,
    set_argument,
    times,
    together,
)
from kerasstudio.runtime.worker.mends.dtypes import numbers_of_words
from kerasstudio.runtime.worker.mends.reconnecting import reconnected

_POOL = {3: "GlobalAveragePooling1D", 4: "GlobalAveragePooling2D", 5: "GlobalAveragePooling3D"}
_DIMENSIONS = re.compile(r"([123])D")
_WORDS_AT_LEAST = 1000
_LEAST_SIDE = 8


def change_rank(call: CallSite, source: Source, ranks: Sequence[int]) -> Iterator[Fix]:
    """`ranks` are the numbers of axes (batch included) that the layer takes."""
    around = call.around
    if around is None:
        return
    have, graph = source.rank, call.graph
    if source.spec.dtype == "string":
        yield from numbers_of_words(call, source)
    if have + 1 in ranks:
        yield from sequences(around, source)
        yield from _embedded(around, call, source)
    if have - 1 in ranks:
        yield from last_step(around, source)
    if have > 2 and 2 in ranks:
        yield from collapse(graph, source)
    if have > min(ranks):
        yield from _sibling(around, call, source)
    if have - 1 in ranks and have > 3:
        yield from _each_step(call)
    for target in reshapes(source.spec.shape[1:], ranks):
        if len(target) > 1 or have < 3:  # else it is a Flatten
            label = f"insert Reshape to {times(target)}"
            yield insert(graph, source.wire, "Reshape", label, target_shape=target)
    if have < min(ranks):
        yield from _sibling(around, call, source)
    if have == 2 and 4 in ranks:
        yield from _picture_of_units(around, call, source)
    if have == 2 and 3 in ranks:
        yield from _repeated(around, call, source)
    yield from reconnected(call, source, lambda spec: len(spec.shape) in ranks)


def sequences(around: Around, source: Source) -> Iterator[Fix]:
    """A recurrent layer that gives its last step only could give all."""
    layer = _recurrent(around, source)
    if layer is not None and not _returns_sequences(layer):
        yield _return_sequences(layer, True, f'let "{layer.name}" return sequences')


def last_step(around: Around, source: Source) -> Iterator[Fix]:
    """A recurrent layer that gives all steps could give the last one."""
    layer = _recurrent(around, source)
    if layer is not None and _returns_sequences(layer):
        yield _return_sequences(layer, False, f'let "{layer.name}" give its last step only')


def collapse(graph: str, source: Source) -> Iterator[Fix]:
    """One vector a sample: all values in a row, or the mean over places."""
    if source.rank > 2 and None not in source.spec.shape[1:]:
        yield insert(graph, source.wire, "Flatten")
    if source.rank in _POOL and source.spec.shape[-1] is not None:
        yield insert(graph, source.wire, _POOL[source.rank])


def reshapes(shape: Sequence[int | None], ranks: Sequence[int]) -> Iterator[list[int]]:
    """Shapes (without batch) of the same number of values and one of `ranks` (with batch), the
    most natural first."""
    axes = known(shape) if shape else [1]
    if axes is None:
        return
    if not shape:
        yield [1] * max(1, min(ranks) - 1)
        return
    for rank in sorted(ranks, key=lambda rank: abs(rank - 1 - len(axes))):
        wanted = rank - 1
        if wanted < 1 or wanted == len(axes) or abs(wanted - len(axes)) > 3:
            continue
        if wanted < len(axes):
            yield [prod(axes[: len(axes) - wanted + 1]), *axes[len(axes) - wanted + 1 :]]
            continue
        if len(axes) == 1 and wanted == 3:
            yield from _images(axes[0])
        if wanted == len(axes) + 1:
            yield [*axes, 1]
            yield [1, *axes]
        else:
            yield [*axes, *([1] * (wanted - len(axes)))]
            yield [*([1] * (wanted - len(axes) - 1)), *axes, 1]


def _images(count: int) -> Iterator[list[int]]:
    """Height, width, channels of pictures with `count` values: square ones, then the squarest."""
    for channels in (1, 3, 4):
        side = isqrt(count // channels)
        if count % channels == 0 and side * side * channels == count and side > 1:
            yield [side, side, channels]
    for width in range(isqrt(count), 1, -1):
        if count % width == 0:
            yield [count // width, width, 1]
            return


def _recurrent(around: Around, source: Source) -> Layer | None:
    """The recurrent layer that decides how many axes come in."""
    *_, last = around.back(source.wire.source)
    layer = around.layer(last)
    return layer if layer.class_name in RECURRENT or _held(layer) else None


def _held(layer: Layer) -> dict[str, Any] | None:
    """The recurrent layer inside a Bidirectional, whose flags count."""
    held = layer.arguments.get("layer") if layer.class_name == "Bidirectional" else None
    return held if isinstance(held, dict) and isinstance(held.get("config"), dict) else None


def _returns_sequences(layer: Layer) -> bool:
    held = _held(layer)
    arguments = layer.arguments if held is None else held["config"]
    return bool(arguments.get("return_sequences"))


def _return_sequences(layer: Layer, on: bool, label: str) -> Fix:
    held = _held(layer)
    if held is None:
        return set_argument(layer, "return_sequences", on, label)
    value = {**held, "config": {**held["config"], "return_sequences": on}}
    return set_argument(layer, "layer", value, label)


def _embedded(around: Around, call: CallSite, source: Source) -> Iterator[Fix]:
    """Numbers of words become vectors."""
    if not source.spec.dtype.startswith(("int", "uint")):
        return
    words = _WORDS_AT_LEAST
    for node in (source.wire.source, *around.before(source.wire.source)):
        most = around.layer(node).arguments.get("max_tokens")
        if isinstance(most, int) and most > 0:
            words = most
            break
    yield insert(call.graph, source.wire, "Embedding", input_dim=words, output_dim=64)


def _sibling(around: Around, call: CallSite, source: Source) -> Iterator[Fix]:
    """Conv2D on a sequence: Conv1D is meant."""
    name = call.layer.class_name
    found = _DIMENSIONS.search(name)
    if found is None:
        return
    steps = 1 if name.startswith("ConvLSTM") else 0
    places = source.rank - 2 - steps
    other = _DIMENSIONS.sub(f"{places}D", name)
    if places in (1, 2, 3) and around.catalogue.named(other) is not None and other != name:
        yield replace_layer(call.layer, other, f"make it {other}")


def _each_step(call: CallSite) -> Iterator[Fix]:
    """A layer for pictures on a film: once for each picture."""
    kind = call.kind
    if kind is None or kind.category not in {"Convolution", "Pooling", "Reshaping", "Core"}:
        return
    yield Fix("apply it to each time step", "wrap_layer", {"layer": call.layer.id})


def _picture_of_units(around: Around, call: CallSite, source: Source) -> Iterator[Fix]:
    """So many units that they make a square picture (the first layer of a decoder)."""
    *_, last = around.back(source.wire.source)
    layer = around.layer(last)
    count = source.spec.shape[-1]
    if count is None or "units" not in layer.arguments:
        return
    picture = next(_images(count), [0, 1])
    if picture[0] == picture[1]:
        return  # they do already
    side = max(_LEAST_SIDE, isqrt(count - 1) + 1)
    shape = [side, side, 1]
    yield together(
        f'give "{layer.name}" {side * side} units and insert Reshape to {times(shape)}',
        set_argument(layer, "units", side * side),
        insert(call.graph, source.wire, "Reshape", target_shape=shape),
    )


def _repeated(around: Around, call: CallSite, source: Source) -> Iterator[Fix]:
    """A sequence of the same vector, as long as the one it was made of (a decoder)."""
    layer = _recurrent(around, source)
    if layer is None:
        return
    *_, last = around.back(source.wire.source)
    wires = around.incoming.get(last, ())
    spec = around.spec(wires[0].source, wires[0].output) if wires else None
    steps = spec.shape[1] if spec is not None and len(spec.shape) > 2 else None
    count = steps or 10
    yield insert(
        call.graph, source.wire, "RepeatVector", f"insert RepeatVector, {count} times", n=count
    )
