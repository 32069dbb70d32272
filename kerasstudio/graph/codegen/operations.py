"""Operations on tensors (nodes of `keras.ops`) as code."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

from kerasstudio.graph.codegen.source import Call, Piece, flat, keyword_name
from kerasstudio.graph.codegen.values import value_source
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Layer
from kerasstudio.graph.resources import resource

_OPERATORS = {
    "Add": "+",
    "Subtract": "-",
    "Multiply": "*",
    "TrueDivide": "/",
    "Divide": "/",
    "FloorDivide": "//",
    "Power": "**",
    "Matmul": "@",
}


class Operation(msgspec.Struct, frozen=True):
    """The public function of an Operation class: `arguments` maps constructor arguments to those
    of the function."""

    function: str
    arguments: dict[str, str]


def operation_source(
    layer: Layer, positional: tuple[Piece, ...], keywords: tuple[tuple[str, Piece], ...]
) -> Piece:
    """`keras.ops.relu(x)`, `a + b`, `x[:, 0]`. Raises `StudioError` for an operation without a
    public function."""
    if layer.class_name in _OPERATORS and len(positional) == 2 and not keywords:
        left, right = (flat(piece) for piece in positional)
        return f"{left} {_OPERATORS[layer.class_name]} {right}"
    if layer.class_name == "GetItem" and positional:
        key = positional[1] if len(positional) > 1 else dict(keywords).get("key", "...")
        return f"{flat(positional[0])}[{flat(key)}]"
    known = operations().get(f"{layer.module}.{layer.class_name}")
    if known is None:
        raise StudioError(
            Problem(
                code="export.operation",
                message=f'There is no code for the operation "{layer.class_name[:80]}".',
                expected="an operation of keras.ops",
                received=f"{layer.module[:80]}.{layer.class_name[:80]}",
                place=Place(layer=layer.id),
            )
        )
    given = dict(keywords)
    extra = [
        (keyword_name(known.arguments[name]), value_source(value, isinstance(value, list)))
        for name, value in layer.arguments.items()
        if name in known.arguments and known.arguments[name] not in given and value is not None
    ]
    return Call(f"keras.ops.{known.function}", positional, (*keywords, *extra))


@lru_cache(maxsize=1)
def operations() -> dict[str, Operation]:
    """Operation classes by module and name, as the pinned Keras has them."""
    data: Any = resource("catalogue/operations.json").read_bytes()
    return msgspec.json.decode(data, type=dict[str, Operation])
