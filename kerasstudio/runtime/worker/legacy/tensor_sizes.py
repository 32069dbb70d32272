"""Arithmetic on the shape of a tensor inside a model, done while upgrading.

`tf.reshape(x, [tf.shape(x)[0], 24])` is a graph of its own in the file: a shape, a slice of it, a
list. Keras 3 has no such tensors; sizes are numbers there, and the one that is not known is -1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

from kerasstudio.runtime.worker.legacy.given import Given, NoEquivalentError
from kerasstudio.runtime.worker.legacy.model_graph import leaves, map_leaves
from kerasstudio.runtime.worker.legacy.steps import Steps
from kerasstudio.runtime.worker.legacy.tf_arrays import slice_key, strided_key


@dataclass(frozen=True)
class Size:
    """The length of one axis, None where only the data tells."""

    value: int | None


@dataclass(frozen=True)
class Sizes:
    """A shape, or a part of one."""

    values: tuple[int | None, ...]


def shape_sizes(steps: Steps, given: Given) -> Any:
    """`tf.shape(x)`."""
    given.take("out_type")
    shape = steps.shape(given.first)
    if shape is None:
        raise NoEquivalentError("the shape of what it gets is not known")
    return Sizes(tuple(shape))


def has_sizes(value: Any) -> bool:
    return any(isinstance(leaf, Size | Sizes) for leaf in leaves(value))


def plain_sizes(leaf: Any) -> Any:
    """Sizes that nothing could use as plain numbers, None for what is not known."""
    if isinstance(leaf, Sizes):
        return list(leaf.values)
    return leaf.value if isinstance(leaf, Size) else leaf


def computed(name: str, given: Given) -> Any:
    """What a function makes of sizes. Raises `NoEquivalentError` where that is not known."""
    function = _FUNCTIONS.get(name.removeprefix("compat.v1."))
    if function is None:
        raise NoEquivalentError("it is computed from the shape of the data")
    return function(given)


def as_shape(value: Any) -> Any:
    """Sizes in a shape argument as numbers, the unknown one as -1."""
    if isinstance(value, Sizes):
        value = [Size(each) for each in value.values]
    shape = map_leaves(
        lambda leaf: _number(leaf) if isinstance(leaf, Size | Sizes) else leaf, value
    )
    if isinstance(shape, list) and shape.count(-1) > 1:
        raise NoEquivalentError("two of its sizes are only known with the data")
    return shape


def _number(leaf: Any) -> int:
    if isinstance(leaf, Sizes):
        raise NoEquivalentError("a shape within a shape")
    return -1 if leaf.value is None else leaf.value


def _getitem(given: Given) -> Any:
    return _picked(given.first, slice_key(given))


def _strided_slice(given: Given) -> Any:
    return _picked(given.first, strided_key(given))


def _picked(sizes: Any, key: list[Any]) -> Any:
    if not isinstance(sizes, Sizes) or len(key) != 1 or not isinstance(key[0], int | slice):
        raise NoEquivalentError("it takes an unusual part of a shape")
    found = sizes.values[key[0]]
    return Sizes(found) if isinstance(found, tuple) else Size(found)


def _unstack(given: Given) -> Any:
    given.take("num")
    if not isinstance(given.first, Sizes):
        raise NoEquivalentError("it takes an unusual part of a shape")
    return [Size(value) for value in given.first.values]


def _joined(given: Given) -> Any:
    """`stack` of sizes and `concat` of shapes."""
    given.take("axis")
    values: list[int | None] = []
    for each in given.first if isinstance(given.first, list) else [given.first]:
        if isinstance(each, Sizes):
            values += each.values
        elif isinstance(each, Size):
            values.append(each.value)
        else:
            values += each if isinstance(each, list) else [each]
    return Sizes(tuple(values))


def _same(given: Given) -> Any:
    given.take("dtype")
    return given.first


def _product(given: Given) -> Any:
    if not isinstance(given.first, Sizes) or given.take("axis") not in (None, 0, [0]):
        raise NoEquivalentError("it takes an unusual product of sizes")
    values = given.first.values
    return Size(None if None in values else prod(each for each in values if each is not None))


def _arithmetic(operate: Callable[[int, int], int]) -> Callable[[Given], Any]:
    def apply(given: Given) -> Any:
        first, second = given.first, given.take("y")
        one, other = (each.value if isinstance(each, Size) else each for each in (first, second))
        if one is None or other is None:
            return Size(None)
        if not isinstance(one, int) or not isinstance(other, int):
            raise NoEquivalentError("it computes with the shape of the data")
        return Size(operate(one, other))

    return apply


_FUNCTIONS: dict[str, Callable[[Given], Any]] = {
    "__operators__.getitem": _getitem,
    "strided_slice": _strided_slice,
    "unstack": _unstack,
    "stack": _joined,
    "concat": _joined,
    "cast": _same,
    "identity": _same,
    "math.reduce_prod": _product,
    "math.multiply": _arithmetic(lambda a, b: a * b),
    "math.add": _arithmetic(lambda a, b: a + b),
    "__operators__.add": _arithmetic(lambda a, b: a + b),
    "math.subtract": _arithmetic(lambda a, b: a - b),
    "math.floordiv": _arithmetic(lambda a, b: a // b),
    "floor_div": _arithmetic(lambda a, b: a // b),
}
