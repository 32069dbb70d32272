"""An expression as operations of Keras: what `x / 255.0 - 0.5` is made of.

Only what is written here is understood: arithmetic, comparisons, slices, and functions of
`keras.ops` under their names there, in TensorFlow and in Keras 2's backend. Everything else is
refused, so that the drawing never does anything but compute."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kerasstudio.graph.lambda_code.reading import LambdaReading
from kerasstudio.graph.vetting.known_objects import OpFunction, known_objects


class NotConvertibleError(Exception):
    """Why an expression cannot be drawn as operations, as a sentence part."""


@dataclass(frozen=True)
class Given:
    """An input tensor of the Lambda layer: its number where it takes a list."""

    number: int | None = None


@dataclass(frozen=True)
class Step:
    """One operation. `call` is its template as in `Node.call`, in which `{"$port": name}` stands
    for `tensors[name]`, which is an input or an earlier step."""

    module: str
    class_name: str
    arguments: dict[str, Any]
    call: dict[str, Any]
    tensors: dict[str, Given | Step]

    def __hash__(self) -> int:
        return id(self)


_BINARY: dict[type[ast.AST], tuple[str, Callable[[Any, Any], Any] | None]] = {
    ast.Add: ("add", operator.add),
    ast.Sub: ("subtract", operator.sub),
    ast.Mult: ("multiply", operator.mul),
    ast.Div: ("true_divide", operator.truediv),
    ast.FloorDiv: ("floor_divide", operator.floordiv),
    ast.Mod: ("mod", operator.mod),
    ast.Pow: ("power", None),
    ast.MatMult: ("matmul", None),
    ast.Lt: ("less", None),
    ast.LtE: ("less_equal", None),
    ast.Gt: ("greater", None),
    ast.GtE: ("greater_equal", None),
    ast.Eq: ("equal", None),
    ast.NotEq: ("not_equal", None),
}
# Functions of TensorFlow and of Keras 2's backend under other names than in keras.ops; behind
# the name, what their own arguments are called there.
_RENAMED: dict[str, tuple[str, dict[str, str]]] = {
    "abs": ("absolute", {}),
    "reduce_mean": ("mean", {"input_tensor": "x", "keep_dims": "keepdims"}),
    "reduce_sum": ("sum", {"input_tensor": "x", "keep_dims": "keepdims"}),
    "reduce_max": ("max", {"input_tensor": "x", "keep_dims": "keepdims"}),
    "reduce_min": ("min", {"input_tensor": "x", "keep_dims": "keepdims"}),
    "reduce_prod": ("prod", {"input_tensor": "x", "keep_dims": "keepdims"}),
    "reduce_std": ("std", {"input_tensor": "x"}),
    "reduce_variance": ("var", {"input_tensor": "x"}),
    "reduce_logsumexp": ("logsumexp", {"input_tensor": "x"}),
    "pow": ("power", {"x": "x1", "y": "x2", "a": "x2"}),
    "divide": ("true_divide", {"x": "x1", "y": "x2"}),
    "div": ("true_divide", {"x": "x1", "y": "x2"}),
    "math_mod": ("mod", {}),
    "concat": ("concatenate", {"values": "xs"}),
    "concatenate": ("concatenate", {"tensors": "xs"}),
    "permute_dimensions": ("transpose", {"pattern": "axes"}),
    "transpose": ("transpose", {"a": "x", "perm": "axes"}),
    "batch_flatten": ("", {}),
    "swish": ("silu", {"features": "x"}),
    "tile": ("tile", {"input": "x", "multiples": "repeats", "n": "repeats"}),
    "expand_dims": ("expand_dims", {"input": "x"}),
    "squeeze": ("squeeze", {"input": "x"}),
    "reshape": ("reshape", {"tensor": "x", "shape": "newshape"}),
    "softmax": ("softmax", {"logits": "x"}),
    "relu": ("relu", {"features": "x"}),
    "clip_by_value": ("clip", {"t": "x", "clip_value_min": "x_min", "clip_value_max": "x_max"}),
    "clip": ("clip", {"min_value": "x_min", "max_value": "x_max"}),
    "reverse": ("flip", {"tensor": "x", "axes": "axis"}),
    "stack": ("stack", {"values": "x", "x": "x"}),
}
_LIBRARIES = {
    *("ops", "keras.ops", "tf", "tf.math", "tf.nn", "K", "backend", "keras.backend"),
    *("tf.keras.backend", "np", "numpy", "tensorflow", "tensorflow.math", "tensorflow.nn"),
    *("keras.activations", "activations", "tf.keras.activations"),
}
# Same name, other meaning or other defaults than in keras.ops.
_DIFFERENT = {
    "std", "var", "dot", "normalize", "one_hot", "gelu", "elu", "leaky_relu", "selu", "shape",
    "cast", "moments", "batch_normalization", "conv", "max_pool", "average_pool", "random",
    "batch_flatten", "l2_normalize", "argmax", "argmin", "norm", "cumsum", "cumprod", "repeat",
    "hard_sigmoid", "sqrt", "round", "flatten", "switch", "resize", "pad",
}  # fmt: skip
_FREE_FOR_ALL = {
    *("std", "var", "normalize", "gelu", "elu", "selu", "one_hot", "leaky_relu", "argmax"),
    *("argmin", "norm", "cumsum", "cumprod", "repeat", "hard_sigmoid", "sqrt", "round", "pad"),
}
"""Of those: as in keras.ops when they are called there."""
_MOST_STEPS = 40


def operations_of(reading: LambdaReading, inputs: int | None) -> Step:
    """The last step of what a Lambda layer computes. `inputs` is how many tensors it takes as a
    list, None for a single one. Raises `NotConvertibleError`."""
    if reading.expression is None:
        raise NotConvertibleError(reading.why)
    name = reading.arguments[0] if reading.arguments else ""
    made = _Converter(name, inputs)
    result = made.value(reading.expression)
    if not isinstance(result, Step):
        raise NotConvertibleError("it gives back its input, or a constant")
    return result


def steps_before(last: Step) -> list[Step]:
    """All steps up to the last, each after those that it needs."""
    order: dict[Step, None] = {}

    def visit(step: Step) -> None:
        for tensor in step.tensors.values():
            if isinstance(tensor, Step) and tensor not in order:
                visit(tensor)
        order[step] = None

    visit(last)
    return list(order)


class _Converter:
    def __init__(self, argument: str, inputs: int | None) -> None:
        self._argument, self._inputs = argument, inputs
        self._count = 0

    def value(self, node: ast.expr) -> Any:
        """A `Step`, a `Given`, or a plain value."""
        match node:
            case ast.Constant():
                return self._constant(node.value)
            case ast.Name(id=name) if name == self._argument:
                if self._inputs is not None:
                    raise NotConvertibleError("it takes its list of inputs as a whole")
                return Given()
            case ast.Subscript():
                return self._subscript(node)
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(type(op), self.value(left), self.value(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._binary(type(op), self.value(left), self.value(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self.value(operand)
                return self._step("negative", [value], {}) if _is_tensor(value) else -value
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.value(operand)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return [self.value(part) for part in parts]
            case ast.Call():
                return self._call(node)
        raise NotConvertibleError(f'"{_text(node)}" is not understood')

    def _constant(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float | str):
            return value
        raise NotConvertibleError(f"the constant {value!r} is not understood"[:120])

    def _binary(self, kind: type[ast.AST], left: Any, right: Any) -> Any:
        if kind not in _BINARY:
            raise NotConvertibleError("one of its operators is not understood")
        name, plain = _BINARY[kind]
        if _is_tensor(left) or _is_tensor(right):
            return self._step(name, [left, right], {})
        if plain is None or not all(isinstance(each, int | float) for each in (left, right)):
            raise NotConvertibleError("it computes with constants in a way that is not understood")
        try:
            return plain(left, right)
        except (ArithmeticError, ValueError) as error:
            raise NotConvertibleError(str(error)) from error

    def _subscript(self, node: ast.Subscript) -> Any:
        whole = isinstance(node.value, ast.Name) and node.value.id == self._argument
        if whole and self._inputs is not None:
            number = node.slice.value if isinstance(node.slice, ast.Constant) else None
            if not isinstance(number, int) or not -self._inputs <= number < self._inputs:
                raise NotConvertibleError("it takes an input that it does not have")
            return Given(number % self._inputs)
        value = self.value(node.value)
        if not _is_tensor(value):
            raise NotConvertibleError("it takes a part of a constant")
        self._counted()
        call = {"args": [{"$port": "x"}, self._key(node.slice)], "kwargs": {}}
        return Step("keras.src.ops.numpy", "GetItem", {}, call, {"x": value})

    def _key(self, node: ast.expr) -> Any:
        match node:
            case ast.Slice(lower=lower, upper=upper, step=step):
                ends = (lower, upper, step)
                return {"$slice": [None if end is None else self._whole(end) for end in ends]}
            case ast.Tuple(elts=parts):
                return {"$tuple": [self._key(part) for part in parts]}
            case ast.Constant(value=value) if value is ...:
                return {"$ellipsis": True}
            case ast.Constant(value=None):
                return None
        return self._whole(node)

    def _whole(self, node: ast.expr) -> int:
        value = self.value(node)
        if not isinstance(value, int) or isinstance(value, bool):
            raise NotConvertibleError("it slices by something that is no number")
        return value

    def _call(self, node: ast.Call) -> Step:
        if any(isinstance(each, ast.Starred) for each in node.args):
            raise NotConvertibleError("it spreads a list over arguments")
        name, library = self._function(node.func)
        renamed, names = _RENAMED.get(name, (name, {}))
        if name in _DIFFERENT and not ("ops" in library and name in _FREE_FOR_ALL):
            if name == "cast":
                return self._cast(node)
            if name == "l2_normalize":
                return self._l2_normalize(node)
            if name in ("sqrt", "round") and library.startswith("tf"):
                return self._step(name, [self.value(each) for each in node.args], {})
            if name == "sqrt" and not node.keywords:
                # Keras 2's backend takes negative numbers for 0.
                inside = self._step("maximum", [*map(self.value, node.args), 0.0], {})
                return self._step("sqrt", [inside], {})
            raise NotConvertibleError(f"{library}.{name} has no exact counterpart in keras.ops")
        keywords = {
            names.get(each.arg or "", each.arg or ""): self.value(each.value)
            for each in node.keywords
            if each.arg != "name"
        }
        return self._step(renamed, [self.value(each) for each in node.args], keywords)

    def _cast(self, node: ast.Call) -> Step:
        given = [self.value(each) for each in node.args[:1]]
        kinds = [*node.args[1:], *(each.value for each in node.keywords if each.arg == "dtype")]
        if len(given) != 1 or len(kinds) != 1:
            raise NotConvertibleError("it casts in a way that is not understood")
        kind = kinds[0]
        dtype = kind.value if isinstance(kind, ast.Constant) else _text(kind).rpartition(".")[2]
        tensor = given[0]
        if not _is_tensor(tensor):
            raise NotConvertibleError("it casts a constant")
        self._counted()
        call = {"args": [{"$port": "x"}], "kwargs": {}}
        return Step("keras.src.ops.core", "Cast", {"dtype": str(dtype)}, call, {"x": tensor})

    def _l2_normalize(self, node: ast.Call) -> Step:
        """x · rsqrt(max(Σ x², 1e-12)), as TensorFlow has it: keras.ops.normalize with 1e-6."""
        values = [self.value(each) for each in node.args]
        keywords = {each.arg: self.value(each.value) for each in node.keywords}
        axis = values[1] if len(values) > 1 else keywords.get("axis", keywords.get("dim"))
        epsilon = values[2] if len(values) > 2 else keywords.get("epsilon", 1e-12)
        if not isinstance(axis, int | list) or epsilon != 1e-12:
            raise NotConvertibleError("it normalises in a way that has no exact counterpart")
        return self._step("normalize", values[:1], {"axis": axis, "order": 2, "epsilon": 1e-6})

    def _function(self, node: ast.expr) -> tuple[str, str]:
        library, _, name = _text(node).rpartition(".")
        if library not in _LIBRARIES:
            raise NotConvertibleError(f'the function "{_text(node)}" is not understood')
        return name, library

    def _step(self, function: str, given: list[Any], keywords: dict[str, Any]) -> Step:
        known = known_objects().operations.get(function)
        if known is None or len(given) > len(known.parameters):
            raise NotConvertibleError(f'the function "{function}" is not understood')
        values = dict(zip(known.parameters, given, strict=False))
        for name, value in keywords.items():
            if name not in known.parameters or name in values:
                raise NotConvertibleError(f"{function} does not take {name}")
            values[name] = value
        self._counted()
        return _made(function, known, values)

    def _counted(self) -> None:
        self._count += 1
        if self._count > _MOST_STEPS:
            raise NotConvertibleError("it is too long")


def _made(function: str, known: OpFunction, values: dict[str, Any]) -> Step:
    tensors: dict[str, Given | Step] = {}
    args, arguments = [], {}
    for name in known.parameters:
        if name not in values:
            continue
        if name in known.call:
            args.append(_template(values[name], name, tensors))
        elif _holds_tensor(values[name]):
            raise NotConvertibleError(f"{function} takes no tensor for {name}")
        else:
            arguments[name] = values[name]
    taken = [name for name in known.call if name in values]
    if taken != list(known.call[: len(taken)]):
        raise NotConvertibleError(f"{function} is called in a way that is not understood")
    if not tensors:
        raise NotConvertibleError("it computes with constants alone")
    call = {"args": args, "kwargs": {}}
    return Step(known.module, known.class_name, arguments, call, tensors)


def _template(value: Any, name: str, tensors: dict[str, Given | Step]) -> Any:
    if isinstance(value, Given | Step):
        tensors[name] = value
        return {"$port": name}
    if isinstance(value, list):
        return [_template(each, f"{name}.{place}", tensors) for place, each in enumerate(value)]
    return value


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Given | Step)


def _holds_tensor(value: Any) -> bool:
    return _is_tensor(value) or (isinstance(value, list) and any(map(_holds_tensor, value)))


def _text(node: ast.expr) -> str:
    return ast.unparse(ast.fix_missing_locations(node))[:80]
