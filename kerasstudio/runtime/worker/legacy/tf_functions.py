"""Functions of TensorFlow that tf.keras puts into a model, as operations of Keras 3.

A row makes the same numbers from the same arguments; most are one operation. The names are those
that a TFOpLambda layer has in the file: "math.reduce_mean" is `tf.math.reduce_mean`, and a function
of TensorFlow 1 begins with "compat.v1.".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasstudio.runtime.worker.legacy import tf_arrays, tf_images
from kerasstudio.runtime.worker.legacy.given import (
    Given,
    NoEquivalentError,
    as_operand,
    numbers,
)
from kerasstudio.runtime.worker.legacy.model_graph import Tensor
from kerasstudio.runtime.worker.legacy.steps import Steps
from kerasstudio.runtime.worker.legacy.tf_names import BINARY, REDUCTIONS, UNARY

Function = Callable[[Steps, Given], Any]
"""Returns a tensor, or a list of them where the function has several outputs."""


def function_named(name: str) -> Function | None:
    """The row of a function, None where there is none."""
    return FUNCTIONS.get(name) or FUNCTIONS.get(name.removeprefix("compat.v1."))


def _unary(path: str) -> Function:
    def apply(steps: Steps, given: Given) -> Any:
        return steps.operation(path, as_operand(given.first))

    return apply


def _binary(path: str) -> Function:
    def apply(steps: Steps, given: Given) -> Any:
        second = given.operand("y", "x", "b")
        return steps.operation(path, as_operand(given.first), second)

    return apply


def _reduction(path: str) -> Function:
    def apply(steps: Steps, given: Given) -> Any:
        axis = given.any_of("axis", "reduction_indices")
        keep = bool(given.any_of("keepdims", "keep_dims", default=False))
        axis = None if axis is None else numbers(axis, "axis")
        return steps.operation(path, given.first, axis=axis, keepdims=keep)

    return apply


def _extreme_index(path: str) -> Function:
    def apply(steps: Steps, given: Given) -> Any:
        axis = numbers(given.any_of("axis", "dimension", default=0), "axis")
        given.take("output_type")
        return steps.operation(path, given.first, axis=axis)

    return apply


def _along_axis(path: str) -> Function:
    def apply(steps: Steps, given: Given) -> Any:
        axis = numbers(given.any_of("axis", "dim", default=-1), "axis")
        return steps.operation(path, given.first, axis=axis)

    return apply


def _squared_difference(steps: Steps, given: Given) -> Any:
    difference = steps.operation("numpy.Subtract", as_operand(given.first), given.operand("y"))
    return steps.operation("numpy.Square", difference)


def _add_n(steps: Steps, given: Given) -> Any:
    terms = given.first if isinstance(given.first, list) else [given.first]
    total = terms[0]
    for term in terms[1:]:
        total = steps.operation("numpy.Add", total, as_operand(term))
    return total if len(terms) > 1 else _identity(steps, Given(total, {}))


def _clip(steps: Steps, given: Given) -> Any:
    low, high = given.operand("clip_value_min"), given.operand("clip_value_max")
    if isinstance(low, int | float) and isinstance(high, int | float):
        return steps.operation("numpy.Clip", given.first, x_min=low, x_max=high)
    return steps.operation(
        "numpy.Maximum", steps.operation("numpy.Minimum", given.first, high), low
    )


def _leaky_relu(steps: Steps, given: Given) -> Any:
    slope = given.take("alpha", 0.2)
    given.take("features")
    return steps.operation("nn.LeakyRelu", given.first, negative_slope=slope)


def _gelu(steps: Steps, given: Given) -> Any:
    return steps.operation("nn.Gelu", given.first, approximate=bool(given.take("approximate")))


def _silu(steps: Steps, given: Given) -> Any:
    beta = given.take("beta", 1.0)
    if beta == 1.0:
        return steps.operation("nn.Silu", given.first)
    gate = steps.operation("nn.Sigmoid", steps.operation("numpy.Multiply", given.first, beta))
    return steps.operation("numpy.Multiply", given.first, gate)


def _l2_normalize(steps: Steps, given: Given) -> Any:
    """TensorFlow bounds the sum of squares from below, Keras its root."""
    axis = numbers(given.any_of("axis", "dim", default=-1), "axis")
    epsilon = float(given.take("epsilon", 1e-12))
    if isinstance(axis, list) and len(axis) == 1:
        (axis,) = axis
    return steps.operation("nn.Normalize", given.first, axis=axis, order=2, epsilon=epsilon**0.5)


def _norm(steps: Steps, given: Given) -> Any:
    order = given.take("ord", "euclidean")
    axis = given.take("axis")
    keep = bool(given.any_of("keepdims", "keep_dims", default=False))
    if order in ("euclidean", 2, 2.0):
        squares = steps.operation("numpy.Square", given.first)
        total = steps.operation("numpy.Sum", squares, axis=axis, keepdims=keep)
        return steps.operation("numpy.Sqrt", total)
    size = steps.operation("numpy.Absolute", given.first)
    if order in (1, 1.0):
        return steps.operation("numpy.Sum", size, axis=axis, keepdims=keep)
    raise NoEquivalentError(f"its argument ord={order!r}")


def _cumulated(path: str) -> Function:
    def apply(steps: Steps, given: Given) -> Any:
        axis = numbers(given.take("axis", 0), "axis")
        backwards = bool(given.take("reverse", False))
        value = given.first
        if backwards:
            value = steps.operation("numpy.Flip", value, axis=axis)
        value = steps.operation(path, value, axis=axis)
        if backwards:
            value = steps.operation("numpy.Flip", value, axis=axis)
        return value

    return apply


def _matmul(steps: Steps, given: Given) -> Any:
    first, second = as_operand(given.first), given.operand("b", "y")
    if given.any_of("transpose_a", "adjoint_a", "adj_x"):
        first = steps.operation("numpy.Swapaxes", first, axis1=-2, axis2=-1)
    if given.any_of("transpose_b", "adjoint_b", "adj_y"):
        second = steps.operation("numpy.Swapaxes", second, axis1=-2, axis2=-1)
    return steps.operation("numpy.Matmul", first, second)


def _matvec(steps: Steps, given: Given) -> Any:
    vector = steps.operation("numpy.ExpandDims", given.operand("b"), axis=-1)
    matrix = as_operand(given.first)
    if given.any_of("transpose_a", "adjoint_a"):
        matrix = steps.operation("numpy.Swapaxes", matrix, axis1=-2, axis2=-1)
    product = steps.operation("numpy.Matmul", matrix, vector)
    return steps.operation("numpy.Squeeze", product, axis=-1)


def _tensordot(steps: Steps, given: Given) -> Any:
    axes = numbers(given.take("axes", 2), "axes")
    return steps.operation(
        "numpy.Tensordot", as_operand(given.first), given.operand("b"), axes=axes
    )


def _top_k(steps: Steps, given: Given) -> Any:
    found = steps.operation("math.TopK", given.first, k=numbers(given.take("k", 1), "k"))
    return [found, Tensor(found.entry, found.call, 1)]


def _moments(steps: Steps, given: Given) -> Any:
    axes = numbers(given.take("axes"), "axes")
    keep = bool(given.any_of("keepdims", "keep_dims", default=False))
    found = steps.operation("nn.Moments", given.first, axes=axes, keepdims=keep)
    return [found, Tensor(found.entry, found.call, 1)]


def _identity(steps: Steps, given: Given) -> Any:
    return steps.call(steps.layer("Identity", "identity"), given.first)


def _scalar_mul(steps: Steps, given: Given) -> Any:
    return steps.operation("numpy.Multiply", as_operand(given.first), given.operand("x"))


def _select(steps: Steps, given: Given) -> Any:
    yes, no = given.operand("x"), given.operand("y")
    return steps.operation("numpy.Where", as_operand(given.first), yes, no)


_OTHERS: dict[str, Function] = {
    "math.squared_difference": _squared_difference,
    "math.add_n": _add_n,
    "math.scalar_mul": _scalar_mul,
    "math.argmax": _extreme_index("numpy.Argmax"),
    "math.argmin": _extreme_index("numpy.Argmin"),
    "argmax": _extreme_index("numpy.Argmax"),
    "argmin": _extreme_index("numpy.Argmin"),
    "math.cumsum": _cumulated("numpy.Cumsum"),
    "math.cumprod": _cumulated("numpy.Cumprod"),
    "math.l2_normalize": _l2_normalize,
    "math.top_k": _top_k,
    "nn.top_k": _top_k,
    "nn.moments": _moments,
    "nn.softmax": _along_axis("nn.Softmax"),
    "nn.log_softmax": _along_axis("nn.LogSoftmax"),
    "nn.leaky_relu": _leaky_relu,
    "nn.gelu": _gelu,
    "nn.silu": _silu,
    "nn.swish": _silu,
    "nn.bias_add": tf_images.bias_add,
    "clip_by_value": _clip,
    "norm": _norm,
    "linalg.norm": _norm,
    "linalg.matmul": _matmul,
    "linalg.matvec": _matvec,
    "math.reduce_euclidean_norm": _norm,
    "matmul": _matmul,
    "tensordot": _tensordot,
    "identity": _identity,
    "where": _select,
    "where_v2": _select,
}
FUNCTIONS: dict[str, Function] = {
    **{name: _unary(path) for name, path in UNARY.items()},
    **{name: _binary(path) for name, path in BINARY.items()},
    **{name: _reduction(path) for name, path in REDUCTIONS.items()},
    **_OTHERS,
    **tf_arrays.FUNCTIONS,
    **tf_images.FUNCTIONS,
}
