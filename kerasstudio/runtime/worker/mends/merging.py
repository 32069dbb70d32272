"""Mends for tensors that shall be put together and differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kerasstudio.graph.problems import Fix
from kerasstudio.runtime.worker.mends.around import (
    Around,
    CallSite,
    Source,
    insert,
    replace_layer,
    reset_argument,
    set_argument,
    times,
)
from kerasstudio.runtime.worker.mends.ranks import collapse
from kerasstudio.runtime.worker.mends.reconnecting import reconnected

_SIZES = ("units", "filters", "output_dim")


def make_equal(call: CallSite) -> Iterator[Fix]:
    """The candidates for a layer that adds, multiplies, compares or joins its inputs."""
    around, sources = call.around, list(call.sources.values())
    if around is None or len(sources) < 2:
        return
    joins = call.layer.class_name == "Concatenate"
    shapes = [source.spec.shape for source in sources]
    if joins and "axis" in call.layer.arguments:
        yield reset_argument(call.layer, "axis")
    if joins and _stretch(shapes):
        yield replace_layer(call.layer, "Multiply", "replace by Multiply")
        yield replace_layer(call.layer, "Add", "replace by Add")
    if len({len(shape) for shape in shapes}) > 1:
        yield from _same_rank(call, sources)
    else:
        axis = only_different(shapes)
        if joins and axis is not None:
            yield set_argument(call.layer, "axis", axis, f"join along axis {axis}")
        if not joins and axis == len(shapes[0]) - 1:
            yield from _same_width(around, sources)
        if len(shapes[0]) > 2:
            yield from _same_places(call, sources)
        if not joins:
            yield from _projected(call, sources)
    if not joins:
        yield replace_layer(call.layer, "Concatenate", "replace by Concatenate")
    for source in reversed(sources[1:]):
        wanted = sources[0].spec
        yield from reconnected(call, source, lambda spec: spec.shape == wanted.shape)  # noqa: B023 (used at once)


def only_different(shapes: Sequence[tuple[int | None, ...]]) -> int | None:
    """The one axis in which shapes of equal rank differ; None when they differ in more."""
    axes = [axis for axis in range(1, len(shapes[0])) if len({shape[axis] for shape in shapes}) > 1]
    return axes[0] if len(axes) == 1 else None


def _stretch(shapes: Sequence[tuple[int | None, ...]]) -> bool:
    """Whether tensors differ only where one has size 1: weights for each channel, say."""
    return len({len(shape) for shape in shapes}) == 1 and all(
        len({size for size in sizes if size != 1}) < 2 for sizes in zip(*shapes, strict=True)
    )


def _same_rank(call: CallSite, sources: Sequence[Source]) -> Iterator[Fix]:
    ranks = [source.rank for source in sources]
    lowest, highest = min(ranks), max(ranks)
    if lowest == 2:
        for source in sources:
            if source.rank > 2:
                yield from collapse(call.graph, source)
    long = next(source for source in sources if source.rank == highest)
    if (lowest, highest) == (2, 3) and long.spec.shape[1] is not None:
        steps = long.spec.shape[1]
        for source in sources:
            if source.rank == 2:
                label = f"insert RepeatVector, {steps} times"
                yield insert(call.graph, source.wire, "RepeatVector", label, n=steps)


def _same_width(around: Around, sources: Sequence[Source]) -> Iterator[Fix]:
    """Give one layer as many units or filters as the first has."""
    for reference in (sources[0], sources[-1]):
        wanted = reference.spec.shape[-1]
        if wanted is None:
            continue
        for source in reversed(sources):
            if source is reference or source.spec.shape[-1] == wanted:
                continue
            *_, last = around.back(source.wire.source)
            layer = around.layer(last)
            for name in _SIZES:
                if name in layer.arguments:
                    label = f'set {name} of "{layer.name}" to {wanted}'
                    yield set_argument(layer, name, wanted, label)
                    break


def _same_places(call: CallSite, sources: Sequence[Source]) -> Iterator[Fix]:
    """Feature maps or sequences of different size: padding, pooling, enlarging, cropping."""
    around = call.around
    reference = sources[0]
    for source in sources[1:]:
        one, other = _places(reference), _places(source)
        if around is None or not one or not other or one == other or len(one) != len(other):
            continue
        small, large = (source, reference) if sum(other) < sum(one) else (reference, source)
        yield from _padding_same(around, small)
        less, more = _places(small), _places(large)
        dimensions = len(less)
        ratio = [b // a for a, b in zip(less, more, strict=True)]
        if all(a * r == b for a, b, r in zip(less, more, ratio, strict=True)):
            size: Any = ratio[0] if dimensions == 1 else ratio
            name = f"MaxPooling{dimensions}D"
            label = f"insert {name} {times(ratio)}"
            yield insert(call.graph, large.wire, name, label, pool_size=size)
            name = f"UpSampling{dimensions}D"
            label = f"insert {name} {times(ratio)}"
            yield insert(call.graph, small.wire, name, label, size=size)
        gaps = [b - a for a, b in zip(less, more, strict=True)]
        if all(gap >= 0 for gap in gaps):
            sides: Any = [[gap // 2, gap - gap // 2] for gap in gaps]
            sides = sides[0] if dimensions == 1 else sides
            label = f'crop "{large.layer.name}" to {times(less)}'
            yield insert(call.graph, large.wire, f"Cropping{dimensions}D", label, cropping=sides)
            label = f'pad "{small.layer.name}" with zeros to {times(more)}'
            yield insert(call.graph, small.wire, f"ZeroPadding{dimensions}D", label, padding=sides)


def _projected(call: CallSite, sources: Sequence[Source]) -> Iterator[Fix]:
    """A layer with weights that brings one tensor to the other's shape (the shortcut of a
    residual network: He, Zhang, Ren, Sun, Deep Residual Learning, CVPR 2016)."""
    for reference, source in ((sources[0], sources[-1]), (sources[-1], sources[0])):
        width = reference.spec.shape[-1]
        if width is None or source.spec.shape == reference.spec.shape:
            continue
        one, other = _places(reference), _places(source)
        if one == other and source.rank <= 3:
            label = f'insert Dense {width} behind "{source.layer.name}"'
            yield insert(call.graph, source.wire, "Dense", label, units=width)
            continue
        if len(one) not in (1, 2, 3) or not all(one):
            continue
        strides = [b // a for a, b in zip(one, other, strict=True)]
        if all(-(-b // s) == a for a, b, s in zip(one, other, strides, strict=True) if s):
            same = all(step == 1 for step in strides)
            name = f"Conv{len(one)}D"
            steps = "" if same else f", step {times(strides)}"
            label = f'insert {name} 1 × 1, {width} filters{steps} behind "{source.layer.name}"'
            arguments: dict[str, Any] = {"filters": width, "kernel_size": 1}
            if not same:
                arguments["strides"] = strides if len(strides) > 1 else strides[0]
            yield insert(call.graph, source.wire, name, label, **arguments)


def _padding_same(around: Around, source: Source) -> Iterator[Fix]:
    """The smaller one lost its border in a layer that could keep it."""
    for node in (source.wire.source, *around.before(source.wire.source)):
        layer = around.layer(node)
        kind = around.kind(layer)
        argument = kind.argument("padding") if kind else None
        if (
            argument is None
            or "same" not in argument.choices
            or "kernel_size" not in (layer.arguments)
        ):
            continue
        if layer.arguments.get("padding", argument.default) != "same":
            label = f'set padding of "{layer.name}" to "same"'
            yield set_argument(layer, "padding", "same", label)
        return


def _places(source: Source) -> list[int]:
    """Sizes between batch and the last axis; empty where one is open."""
    sizes = source.spec.shape[1:-1]
    found = [size for size in sizes if size is not None]
    return found if len(found) == len(sizes) else []
