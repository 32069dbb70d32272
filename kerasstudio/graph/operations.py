"""How operations on tensors are written: generated from the installed Keras, read here.

The JSON behind it is written by `runtime.worker.operation_catalogue`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import msgspec

from kerasstudio.graph.project import Layer
from kerasstudio.graph.resources import resource

MODULES = ("keras.src.ops", "keras.src.activations")


class FunctionParameter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A parameter of a function, in its order. Its value is the argument `argument` of the
    operation's configuration, or what the operation is called with as `tensor`; `starred` takes
    all that is called with. `default` is JSON, meaningless when `required`."""

    name: str
    required: bool = False
    default: Any = None
    argument: str | None = None
    tensor: str | None = None
    starred: bool = False


class OperationFunction(msgspec.Struct, frozen=True, omit_defaults=True):
    """The public function that makes an operation. `tensors` are the arguments of the operation's
    call, in its order; `gives` says whether it makes one tensor or a flat list of them; where that
    depends, "any"."""

    path: str
    parameters: tuple[FunctionParameter, ...] = ()
    tensors: tuple[str, ...] = ()
    gives: Literal["one", "list", "any"] = "one"


class OperationTable(msgspec.Struct, frozen=True):
    """By the operation's class, as "keras.src.ops.numpy.Add": its function, its operator."""

    keras_version: str
    functions: dict[str, OperationFunction]
    unary: dict[str, str]
    binary: dict[str, str]


@lru_cache(maxsize=1)
def operation_table() -> OperationTable:
    """The operations of the pinned Keras."""
    data = resource("catalogue/operations.json").read_bytes()
    return msgspec.json.decode(data, type=OperationTable)


def operation_key(layer: Layer) -> str:
    """What an operation is found by in the table."""
    return f"{layer.module}.{layer.class_name}"


def is_operation(layer: Layer) -> bool:
    """Whether a layer is an operation of `keras.ops`, which owns no weights."""
    return layer.module.startswith(MODULES)
