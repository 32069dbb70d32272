"""Plain values in a configuration: names that are paths, kinds and sizes that fill the memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerasstudio.graph.vetting.limits import (
    MOST_AXIS,
    MOST_ELEMENTS,
    MOST_RANK,
    MOST_SIZE,
    MOST_UNITS,
    UnsafeError,
)

_DTYPES = {
    *("bool", "string", "str", "object", "float16", "float32", "float64", "bfloat16"),
    *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
    *("int", "float", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2"),
}
_LIMITS = {
    **dict.fromkeys(("units", "filters", "n", "height", "width", "depth_multiplier"), MOST_UNITS),
    **dict.fromkeys(("num_heads", "key_dim", "value_dim", "head_dim", "groups"), MOST_UNITS),
    **dict.fromkeys(("kernel_size", "pool_size", "strides", "dilation_rate"), MOST_UNITS),
    **dict.fromkeys(("size", "padding", "cropping", "output_size", "fft_length"), MOST_UNITS),
    **dict.fromkeys(("frame_length", "num_mel_bins", "sequence_length"), MOST_UNITS),
    **dict.fromkeys(("input_dim", "output_dim", "num_tokens", "num_bins"), MOST_SIZE),
    **dict.fromkeys(("max_tokens", "output_sequence_length", "input_length"), MOST_SIZE),
}
"""Sizes that decide about memory, by the names of arguments."""
_SHAPES = {"batch_shape", "batch_input_shape", "target_shape", "input_shape", "output_shape",
           "shape", "build_input_shape", "shapes_dict"}  # fmt: skip


def vet_tensor(value: dict[str, Any], where: str) -> None:
    config = value.get("config")
    if not isinstance(config, dict):
        raise UnsafeError("a tensor that is none", where)
    vet_shape(config.get("shape"), where)
    vet_dtype(config.get("dtype"), where)


def vet_marker(value: dict[str, Any], where: str) -> None:
    config = value.get("config")
    if isinstance(config, dict) and "dtype" in config:
        vet_dtype(config["dtype"], where)


def vet_dtype(dtype: Any, where: str) -> None:
    if dtype is not None and dtype not in _DTYPES:
        raise UnsafeError(f"values of the kind {str(dtype)[:40]}", where)


def vet_name(name: Any, where: str) -> None:
    path = isinstance(name, str) and (".." in name or "\\" in name or name.startswith("/"))
    if path:
        raise UnsafeError(f"the name {name[:60]!r}, which is a path", where)


def vet_sizes(config: dict[str, Any], where: str) -> None:
    """Sizes that fill the memory before anybody has seen a shape."""
    for key, value in config.items():
        if key in _LIMITS:
            for size in _numbers(value):
                if not -1 <= size <= _LIMITS[key]:
                    raise UnsafeError(f"{key} of {size:g}", where)
        elif key in _SHAPES:
            vet_shape(value, where)


def vet_shape(shape: Any, where: str) -> None:
    """One shape, or a structure of shapes."""
    if isinstance(shape, dict):
        for each in shape.values():
            vet_shape(each, where)
        return
    if not isinstance(shape, list):
        return
    if any(isinstance(each, list | dict) for each in shape):
        for each in shape:
            vet_shape(each, where)
        return
    elements = 1
    for axis in _numbers(shape):
        elements *= max(int(axis), 1) if axis <= MOST_AXIS else MOST_ELEMENTS + 1
        if elements > MOST_ELEMENTS:
            raise UnsafeError(f"a tensor of the shape {str(shape)[:60]}", where)
    if len(shape) > MOST_RANK:
        raise UnsafeError(f"a tensor of {len(shape):,} axes", where)


def _numbers(value: Any) -> Iterator[float]:
    """Numbers in a value, or in lists of them."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield value
    elif isinstance(value, list):
        for each in value[: MOST_RANK * 2]:
            yield from _numbers(each)
