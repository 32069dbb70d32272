"""Operations on tensors as people write them: `x + y`, `x[:, 0]`, `keras.ops.mean(x, axis=1)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kerasstudio.graph.codegen.pieces import (
    Applied,
    Call,
    Index,
    Infix,
    Leaf,
    Piece,
    Prefix,
    Ref,
)
from kerasstudio.graph.codegen.source import class_path, keyword_name
from kerasstudio.graph.codegen.values import Values, index_key
from kerasstudio.graph.operations import OperationFunction, operation_key, operation_table
from kerasstudio.graph.problems import Place
from kerasstudio.graph.project import Layer

_COMPARING = {"<", "<=", ">", ">="}
_GET_ITEM = "keras.src.ops.numpy.GetItem"


def operation_piece(
    layer: Layer, positional: Sequence[Piece], keywords: Mapping[str, Piece], values: Values
) -> Piece:
    """The code of one operation. Raises `StudioError` for what is no operation of Keras."""
    key, table = operation_key(layer), operation_table()
    known = table.functions.get(key)
    given = dict(keywords)
    rest = list(positional)
    if known is not None and not any(each.starred for each in known.parameters):
        given = {**dict(zip(known.tensors, positional, strict=False)), **keywords}
        rest = list(positional[len(known.tensors) :])
    if key == _GET_ITEM and "x" in given and "key" in given:
        return Index(given["x"], index_key(given["key"]))
    alone = not rest and not any(value is not None for value in layer.arguments.values())
    tensors = list(given.values())
    if alone and key in table.unary and len(tensors) == 1 and _is_tensor(tensors[0]):
        return Prefix(table.unary[key], tensors[0])
    if alone and key in table.binary and len(tensors) == 2:
        made = _infix(table.binary[key], tensors[0], tensors[1])
        if made is not None:
            return made
    if known is None:
        path = class_path(layer.module, layer.class_name, Place(layer=layer.id))
        config = [
            (keyword_name(name), values.value(value, hint=name))
            for name, value in layer.arguments.items()
        ]
        named = tuple((keyword_name(name), piece) for name, piece in keywords.items())
        return Applied(Call(path, (), tuple(config)), tuple(positional), named)
    return _function(layer, known, rest, given, values)


def _infix(sign: str, left: Piece, right: Piece) -> Piece | None:
    """`left + right` where Python gives it to Keras as it is meant, else None."""
    if _is_tensor(left):
        return Infix(left, sign, right) if _is_tensor(right) or _is_plain(right) else None
    if sign in _COMPARING or not _is_tensor(right) or not _is_plain(left):
        return None  # Python would turn `3 < x` around
    if isinstance(left, Leaf) and isinstance(left.data, int | float) and left.data < 0:
        return None  # -2 ** x means -(2 ** x)
    return Infix(left, sign, right)


def _function(
    layer: Layer,
    known: OperationFunction,
    rest: list[Piece],
    given: dict[str, Piece],
    values: Values,
) -> Call:
    positional: list[Piece] = []
    keywords: list[tuple[str, Piece]] = []
    in_order = True
    for parameter in known.parameters:
        if parameter.starred:
            positional += rest
            continue
        piece: Piece | None = None
        if parameter.tensor is not None:
            piece = given.get(parameter.tensor)
        elif parameter.argument in layer.arguments:
            value = layer.arguments[parameter.argument]
            if parameter.required or value != parameter.default:
                piece = values.value(value, isinstance(value, list), parameter.name)
        if piece is None or (not parameter.required and piece == Leaf(parameter.default)):
            in_order = False
        elif in_order and (parameter.required or parameter.tensor is not None):
            positional.append(piece)
        else:
            keywords.append((keyword_name(parameter.name), piece))
    return Call(known.path, tuple(positional), tuple(keywords))


def _is_tensor(piece: Piece) -> bool:
    while isinstance(piece, Index):
        piece = piece.of
    return isinstance(piece, Ref)


def _is_plain(piece: Piece) -> bool:
    """A number: arrays have operators of their own."""
    return isinstance(piece, Leaf) and isinstance(piece.data, int | float)
