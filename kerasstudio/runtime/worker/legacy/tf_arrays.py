"""Functions of TensorFlow that rearrange tensors, as operations of Keras 3; see `tf_functions`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from math import prod
from typing import Any

from kerasstudio.runtime.worker.legacy.given import Given, NoEquivalentError, as_operand, numbers
from kerasstudio.runtime.worker.legacy.model_graph import Constant, Tensor
from kerasstudio.runtime.worker.legacy.steps import Steps

_MOST_ZEROS = 1 << 16


def _reshape(steps: Steps, given: Given) -> Any:
    shape = numbers(given.take("shape"), "shape")
    return steps.operation("numpy.Reshape", given.first, newshape=shape)


def _transpose(steps: Steps, given: Given) -> Any:
    axes = given.take("perm")
    axes = None if axes is None else numbers(axes, "order of axes")
    return steps.operation("numpy.Transpose", given.first, axes=axes)


def _concat(steps: Steps, given: Given) -> Any:
    axis = numbers(given.take("axis"), "axis")
    return steps.operation("numpy.Concatenate", _several(given.first), axis=axis)


def _stack(steps: Steps, given: Given) -> Any:
    axis = numbers(given.take("axis", 0), "axis")
    return steps.operation("numpy.Stack", _several(given.first), axis=axis)


def _several(value: Any) -> list[Any]:
    values = value if isinstance(value, list) else [value]
    return [as_operand(each) for each in values]


def _unstack(steps: Steps, given: Given) -> Any:
    axis = numbers(given.take("axis", 0), "axis")
    count = given.take("num") or _length(steps, given.first, axis)
    found = steps.operation("core.Unstack", given.first, num=count, axis=axis)
    return _outputs(found, count)


def _split(steps: Steps, given: Given) -> Any:
    parts = numbers(given.take("num_or_size_splits"), "sizes")
    axis = numbers(given.take("axis", 0), "axis")
    given.take("num")
    if isinstance(parts, list):
        if -1 in parts:
            total = _length(steps, given.first, axis)
            rest = total - sum(each for each in parts if each != -1)
            parts = [rest if each == -1 else each for each in parts]
        count, cuts = len(parts), list(accumulate(parts))[:-1]
    else:
        count, cuts = parts, parts
    found = steps.operation("numpy.Split", given.first, indices_or_sections=cuts, axis=axis)
    return _outputs(found, count)


def _outputs(found: Any, count: int) -> list[Any]:
    return [Tensor(found.entry, found.call, number) for number in range(count)]


def _length(steps: Steps, tensor: Any, axis: int) -> int:
    shape = steps.shape(tensor)
    length = shape[axis] if shape is not None and -len(shape) <= axis < len(shape) else None
    if length is None:
        raise NoEquivalentError("the length of the axis that it goes along is not known")
    return length


def _expand_dims(steps: Steps, given: Given) -> Any:
    axis = numbers(given.any_of("axis", "dim"), "axis")
    return steps.operation("numpy.ExpandDims", given.first, axis=axis)


def _squeeze(steps: Steps, given: Given) -> Any:
    axis = given.any_of("axis", "squeeze_dims")
    if axis is None or axis == []:
        return steps.operation("numpy.Squeeze", given.first, axis=None)
    return _by_axis(steps, "numpy.Squeeze", given.first, axis)


def _reverse(steps: Steps, given: Given) -> Any:
    return _by_axis(steps, "numpy.Flip", given.first, given.take("axis"))


def _by_axis(steps: Steps, path: str, value: Any, axis: Any) -> Any:
    """One axis after the other, the last ones first, so that the others keep their numbers."""
    axes = numbers(axis, "axis")
    for each in sorted(axes, reverse=True) if isinstance(axes, list) else [axes]:
        value = steps.operation(path, value, axis=each)
    return value


def _tile(steps: Steps, given: Given) -> Any:
    times = numbers(given.take("multiples"), "multiples")
    if any(each < 0 for each in times):
        raise NoEquivalentError("it repeats as often as there are samples")
    return steps.operation("numpy.Tile", given.first, repeats=times)


def _repeat(steps: Steps, given: Given) -> Any:
    times = numbers(given.take("repeats"), "repeats")
    axis = given.take("axis")
    return steps.operation("numpy.Repeat", given.first, repeats=times, axis=axis)


def _roll(steps: Steps, given: Given) -> Any:
    shift, axis = numbers(given.take("shift"), "shift"), numbers(given.take("axis"), "axis")
    return steps.operation("numpy.Roll", given.first, shift=shift, axis=axis)


def _gather(steps: Steps, given: Given) -> Any:
    batch = given.take("batch_dims", 0)
    axis = numbers(given.take("axis", batch), "axis")
    if batch:
        raise NoEquivalentError(f"its argument batch_dims={batch!r}")
    indices = given.operand("indices")
    return steps.operation("numpy.Take", as_operand(given.first), indices, axis=axis)


def _cast(steps: Steps, given: Given) -> Any:
    return steps.operation("core.Cast", given.first, dtype=str(given.take("dtype")))


def _like(path: str) -> Callable[[Steps, Given], Any]:
    def apply(steps: Steps, given: Given) -> Any:
        given.take("optimize")
        return steps.operation(path, given.first, dtype=given.take("dtype"))

    return apply


def _pad(steps: Steps, given: Given) -> Any:
    width = numbers(given.take("paddings"), "paddings")
    mode = str(given.take("mode", "CONSTANT")).lower()
    value = given.take("constant_values", 0)
    extra = [value] if mode == "constant" and value else []
    return steps.operation("numpy.Pad", given.first, *extra, pad_width=width, mode=mode)


def _one_hot(steps: Steps, given: Given) -> Any:
    if given.take("on_value", 1) != 1 or given.take("off_value", 0) != 0:
        raise NoEquivalentError("its arguments on_value and off_value")
    return steps.operation(
        "nn.OneHot",
        given.first,
        num_classes=numbers(given.take("depth"), "depth"),
        axis=numbers(given.take("axis", -1), "axis"),
        dtype=given.take("dtype", "float32"),
    )


def _broadcast_to(steps: Steps, given: Given) -> Any:
    """Where the length of an axis is only known with the data, zeros are added instead."""
    shape = numbers(given.take("shape"), "shape")
    if -1 not in shape:
        return steps.operation("numpy.BroadcastTo", given.first, shape=shape)
    known = [1 if each == -1 else each for each in shape]
    if prod(known) > _MOST_ZEROS:
        raise NoEquivalentError("what it makes is too big")
    zeros: Any = 0.0
    for length in reversed(known):
        zeros = [zeros] * length
    return steps.operation("numpy.Add", given.first, Constant(zeros, "float32"))


def _sequence_mask(steps: Steps, given: Given) -> Any:
    length = given.take("maxlen")
    if not isinstance(length, int):
        raise NoEquivalentError("how long its masks are is only known with the data")
    places = Constant(list(range(length)), "int32")
    lengths = steps.operation("numpy.ExpandDims", given.first, axis=-1)
    mask = steps.operation("numpy.Less", places, lengths)
    dtype = str(given.take("dtype", "bool"))
    return mask if dtype == "bool" else steps.operation("core.Cast", mask, dtype=dtype)


def _diagonal(steps: Steps, given: Given) -> Any:
    return steps.operation("numpy.Diagonal", given.first, offset=0, axis1=-2, axis2=-1)


def _trace(steps: Steps, given: Given) -> Any:
    return steps.operation("numpy.Trace", given.first, offset=0, axis1=-2, axis2=-1)


def _sort(steps: Steps, given: Given) -> Any:
    axis = numbers(given.take("axis", -1), "axis")
    falling = given.take("direction", "ASCENDING") == "DESCENDING"
    found = steps.operation("numpy.Sort", given.first, axis=axis)
    return steps.operation("numpy.Flip", found, axis=axis) if falling else found


def _argsort(steps: Steps, given: Given) -> Any:
    axis = numbers(given.take("axis", -1), "axis")
    given.take("stable")
    value = given.first
    if given.take("direction", "ASCENDING") == "DESCENDING":
        value = steps.operation("numpy.Negative", value)
    return steps.operation("numpy.Argsort", value, axis=axis)


def _slice(steps: Steps, given: Given) -> Any:
    begin = numbers(given.take("begin"), "begin")
    size = numbers(given.take("size"), "size")
    key = [
        slice(start, None if count == -1 else start + count, None)
        for start, count in zip(begin, size, strict=True)
    ]
    return steps.operation("numpy.GetItem", given.first, key)


def _getitem(steps: Steps, given: Given) -> Any:
    return steps.operation("numpy.GetItem", as_operand(given.first), slice_key(given))


def slice_key(given: Given) -> list[Any]:
    """`slice_spec` as Python writes it: `x[:, -1]` has [{"start": null, ...}, -1] in the file."""
    spec = given.take("slice_spec", 0)
    return [_slice_part(each) for each in (spec if isinstance(spec, list) else [spec])]


def _slice_part(part: Any) -> Any:
    if isinstance(part, dict) and "start" in part:
        bounds = [part.get(key) for key in ("start", "stop", "step")]
        numbers([each for each in bounds if each is not None], "slice")
        return slice(*bounds)
    if part == "..." or (isinstance(part, dict) and part.get("class_name") == "__ellipsis__"):
        return Ellipsis
    return None if part is None else numbers(part, "slice")


def _strided_slice(steps: Steps, given: Given) -> Any:
    return steps.operation("numpy.GetItem", given.first, strided_key(given))


def strided_key(given: Given) -> list[Any]:
    """begin, end and strides with their bit masks as Python's slices."""
    begin, end = numbers(given.take("begin"), "begin"), numbers(given.take("end"), "end")
    strides = numbers(given.take("strides", [1] * len(begin)), "strides")
    masks = {
        name: int(given.take(f"{name}_mask", 0))
        for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }
    key: list[Any] = []
    for number, (start, stop, step) in enumerate(zip(begin, end, strides, strict=True)):
        bit = 1 << number
        if masks["ellipsis"] & bit:
            key.append(Ellipsis)
        elif masks["new_axis"] & bit:
            key.append(None)
        elif masks["shrink_axis"] & bit:
            key.append(start)
        else:
            key.append(
                slice(
                    None if masks["begin"] & bit else start,
                    None if masks["end"] & bit else stop,
                    None if step == 1 else step,
                )
            )
    return key


FUNCTIONS: dict[str, Callable[[Steps, Given], Any]] = {
    "reshape": _reshape,
    "transpose": _transpose,
    "concat": _concat,
    "stack": _stack,
    "unstack": _unstack,
    "split": _split,
    "expand_dims": _expand_dims,
    "squeeze": _squeeze,
    "reverse": _reverse,
    "tile": _tile,
    "repeat": _repeat,
    "roll": _roll,
    "gather": _gather,
    "cast": _cast,
    "zeros_like": _like("numpy.ZerosLike"),
    "ones_like": _like("numpy.OnesLike"),
    "pad": _pad,
    "one_hot": _one_hot,
    "broadcast_to": _broadcast_to,
    "sequence_mask": _sequence_mask,
    "linalg.diag_part": _diagonal,
    "linalg.trace": _trace,
    "sort": _sort,
    "argsort": _argsort,
    "slice": _slice,
    "strided_slice": _strided_slice,
    "__operators__.getitem": _getitem,
}
