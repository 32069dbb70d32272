"""LocallyConnected1D and 2D: a convolution whose kernel differs from place to place.

out[t, f] = bias[t, f] + sum over p of patch[t, p] · kernel[t, p, f]

Patches are cut out by an operation, an EinsumDense multiplies; weights go over unchanged where the
file keeps them by place (`implementation=1`), else they are picked out of its big matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any

import numpy as np

from kerasstudio.runtime.worker.legacy.malformed import not_upgraded
from kerasstudio.runtime.worker.legacy.model_graph import Entry
from kerasstudio.runtime.worker.legacy.steps import Steps
from kerasstudio.runtime.worker.legacy.stored_weights import Arrays, Layout

_PASSED_ON = (
    "activation",
    "kernel_initializer",
    "bias_initializer",
    "kernel_regularizer",
    "bias_regularizer",
    "activity_regularizer",
    "kernel_constraint",
    "bias_constraint",
    "dtype",
    "trainable",
)
_AXES = {1: "t", 2: "hw"}


def locally_connected(rank: int, steps: Steps) -> list[Entry]:
    """Patches, EinsumDense, and what padding and the order of axes need around them."""
    old = steps.old
    config = old.config
    size = _sides(config.get("kernel_size"), rank)
    strides = _sides(config.get("strides", 1), rank)
    filters = int(config["filters"])
    first = config.get("data_format") == "channels_first"
    shape = steps.shape(old.calls[0].args[0]) if old.calls else None
    if shape is None or len(shape) != rank + 2 or None in shape[1:]:
        why = "the shape of what it gets is not known"
        raise not_upgraded(old.name, old.class_name, why)
    known = [int(axis or 0) for axis in shape[1:]]
    channels, space = (known[0], known[1:]) if first else (known[-1], known[:-1])
    before, after, out = _padding(config.get("padding", "valid"), space, size, strides)
    entries: list[Entry] = []
    if first:
        entries.append(steps.layer("Permute", "channels_last", dims=[*range(2, rank + 2), 1]))
    if any(before) or any(after):
        pad = [list(each) for each in zip(before, after, strict=True)]
        entries.append(
            steps.layer(f"ZeroPadding{rank}D", "padding", padding=pad[0] if rank == 1 else pad)
        )
    axes = _AXES[rank]
    passed = {key: config[key] for key in _PASSED_ON if key in config}
    dense = steps.layer(
        "EinsumDense",
        "dense",
        equation=f"b{axes}p,{axes}pf->b{axes}f",
        output_shape=[*out, filters],
        bias_axes=f"{axes}f" if config.get("use_bias", True) else None,
        **passed,
    )
    back = steps.layer("Permute", "channels_first", dims=[rank + 1, *range(1, rank + 1)])
    results = []
    for call in old.calls:
        value = call.args[0]
        for entry in entries:
            value = steps.call(entry, value)
        value = steps.call(dense, _patches(steps, value, size, strides))
        results.append([steps.call(back, value) if first else value])
    steps.changes.add(
        "replaced",
        "",
        "Keras 3 has no locally connected layers; these compute the same with the same weights",
        old.class_name,
        "ExtractPatches, EinsumDense",
    )
    steps.finish(results)
    if old.stored is not None:
        sizes = _Sizes(
            size, strides, tuple(before), tuple(space), tuple(out), channels, filters, first
        )
        implementation = int(config.get("implementation") or 1)
        old.stored.layout = Layout(partial(_by_place, sizes, implementation))
    return [dense]


def _patches(steps: Steps, value: Any, size: tuple[int, ...], strides: tuple[int, ...]) -> Any:
    """(batch, ..., channels) to (batch, places, ..., size · channels)."""
    if len(size) == 2:
        return steps.operation(
            "image.ExtractPatches",
            value,
            size=list(size),
            strides=list(strides),
            padding="valid",
            data_format="channels_last",
        )
    image = steps.operation("numpy.ExpandDims", value, axis=2)
    patches = steps.operation(
        "image.ExtractPatches",
        image,
        size=[size[0], 1],
        strides=[strides[0], 1],
        padding="valid",
        data_format="channels_last",
    )
    return steps.operation("numpy.Squeeze", patches, axis=2)


def _padding(
    padding: str, space: list[int], size: tuple[int, ...], strides: tuple[int, ...]
) -> tuple[list[int], list[int], list[int]]:
    """(zeros before, zeros behind, places) by axis. With "same" a window begins half its size
    before its place."""
    if padding == "valid":
        places = [(n - k) // s + 1 for n, k, s in zip(space, size, strides, strict=True)]
        return [0] * len(space), [0] * len(space), places
    places = [-(-n // s) for n, s in zip(space, strides, strict=True)]
    before = [k // 2 for k in size]
    after = [
        max(0, (count - 1) * s + k - front - n)
        for n, k, s, front, count in zip(space, size, strides, before, places, strict=True)
    ]
    return before, after, places


@dataclass(frozen=True)
class _Sizes:
    """Sizes of one layer, axes of space in order; `first`: its tensors have the channels first."""

    size: tuple[int, ...]
    strides: tuple[int, ...]
    before: tuple[int, ...]
    space: tuple[int, ...]
    out: tuple[int, ...]
    channels: int
    filters: int
    first: bool


def _by_place(sizes: _Sizes, implementation: int, arrays: Arrays) -> list[Arrays]:
    """[kernel (places ..., size · channels, filters), bias (places ..., filters)]."""
    kernel, *bias = (np.asarray(array) for array in arrays)
    if implementation == 1:
        kernel = kernel.reshape(*sizes.out, -1, sizes.filters)
        if sizes.first:
            window = prod(sizes.size)
            apart = kernel.reshape(*sizes.out, sizes.channels, window, sizes.filters)
            kernel = apart.swapaxes(-3, -2).reshape(*sizes.out, -1, sizes.filters)
    else:
        kernel = _picked(sizes, implementation, kernel)
    if sizes.first:
        # Keras reads the numbers of the bias as (filters, places ...), whatever its shape says.
        turned = [each.reshape(sizes.filters, *sizes.out) for each in bias]
        return [[kernel, *(np.moveaxis(each, 0, -1) for each in turned)]]
    return [[kernel, *bias]]


def _picked(sizes: _Sizes, implementation: int, values: Any) -> Any:
    """The kernel by place from the matrix of all inputs and outputs (`implementation=2`), or from
    its connected entries sorted by output and input (3). Zeros where a window juts out."""
    rank = len(sizes.space)
    shape = (*sizes.out, *sizes.size, sizes.channels, sizes.filters)
    index = np.indices(shape, dtype=np.int64)
    places, offsets = index[:rank], index[rank : 2 * rank]
    points = [
        place * stride - before + offset
        for place, stride, before, offset in zip(
            places, sizes.strides, sizes.before, offsets, strict=True
        )
    ]
    inside = np.ones(shape, bool)
    for point, count in zip(points, sizes.space, strict=True):
        inside &= (point >= 0) & (point < count)
    source, target = (
        _flat([each[inside] for each in place], space, index[axis][inside], count, sizes.first)
        for place, space, axis, count in (
            (points, sizes.space, -2, sizes.channels),
            (places, sizes.out, -1, sizes.filters),
        )
    )
    kernel = np.zeros(shape, values.dtype)
    if implementation == 2:
        inputs = prod(sizes.space) * sizes.channels
        kernel[inside] = values.reshape(inputs, -1)[source, target]
    else:
        connected = np.empty(len(source), values.dtype)
        connected[np.lexsort((source, target))] = values
        kernel[inside] = connected
    return kernel.reshape(*sizes.out, -1, sizes.filters)


def _flat(
    point: list[Any], space: tuple[int, ...], channel: Any, channels: int, first: bool
) -> Any:
    """The number of an entry of a tensor, counted in the order of its axes."""
    place = point[0]
    for each, count in zip(point[1:], space[1:], strict=True):
        place = place * count + each
    return channel * prod(space) + place if first else place * channels + channel


def _sides(value: Any, rank: int) -> tuple[int, ...]:
    values = value if isinstance(value, list) else [value] * rank
    return tuple(int(each) for each in values)
