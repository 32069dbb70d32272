"""Argument values as Python source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerasstudio.graph.catalogue import Argument, Catalogue, LayerType
from kerasstudio.graph.codegen.source import (
    Call,
    Items,
    Pairs,
    Piece,
    class_path,
    keyword_name,
    text,
)
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import Layer

_TUPLES = {"shape", "int_or_tuple"}
_FUNCTION_MODULES = {"keras.activations", "keras.ops", "keras.losses", "keras.metrics"}


def value_source(value: Any, as_tuple: bool = False) -> Piece:
    """A JSON value, or a nested Keras object, as source. Raises `StudioError` for what is none."""
    if isinstance(value, str):
        return text(value)
    if value is None or isinstance(value, bool | int | float):
        return _number(value)
    if isinstance(value, list | tuple):
        items = tuple(value_source(each, as_tuple) for each in value)
        return Items(items, "()" if as_tuple else "[]")
    if isinstance(value, dict):
        if "class_name" in value and "config" in value:
            return object_source(value)
        special = _special(value)
        if special is not None:
            return special
        return Pairs(tuple((str(key), value_source(each)) for key, each in value.items()))
    raise StudioError(
        Problem(code="export.value", message=f"There is no code for a {type(value).__name__}.")
    )


def object_source(value: Mapping[str, Any]) -> Piece:
    """A serialised Keras object: an initializer, a metric, an inner layer, a function."""
    class_name, config = value["class_name"], value["config"]
    module = value.get("module") or "keras"
    if class_name == "function" and isinstance(config, str):
        if module in ("builtins", *_FUNCTION_MODULES) and config.isidentifier():
            return text(config) if module != "keras.ops" else f"keras.ops.{config}"
        raise StudioError(
            Problem(
                code="export.function",
                message=f"There is no code for the function {config[:80]!r}.",
                expected="a function of Keras",
                received=f"{str(module)[:80]}.{config[:80]}",
            )
        )
    if class_name == "DTypePolicy":
        return text(str(config.get("name", "float32")))
    return Call(
        class_path(module, class_name),
        (),
        tuple((keyword_name(key), value_source(each)) for key, each in config.items()),
    )


def layer_source(
    layer: Layer, kind: LayerType | None, catalogue: Catalogue, named: bool = True
) -> Call:
    """The constructor call of a layer: required arguments first, only what differs from Keras.

    Arguments stand in Keras's order, however the person or a file ordered them."""
    order = {argument.name: index for index, argument in enumerate(kind.arguments if kind else ())}
    arguments = dict(sorted(layer.arguments.items(), key=lambda item: order.get(item[0], 999)))
    positional: list[Piece] = []
    for argument in kind.arguments if kind is not None else ():
        # Dense(64), Conv2D(32, 3): what everybody writes without names.
        if not argument.required or argument.name not in arguments or len(positional) == 2:
            break
        positional.append(_argument(argument, arguments.pop(argument.name)))
    keywords: list[tuple[str, Piece]] = []
    for name, value in arguments.items():
        known = kind.argument(name) if kind is not None else None
        if known is not None and not known.required and _same(known, value):
            continue
        keywords.append((keyword_name(name), _argument(known, value)))
    if named:
        keywords.append(("name", text(layer.name)))
    if not layer.trainable:
        keywords.append(("trainable", "False"))
    return Call(class_path(layer.module, layer.class_name), tuple(positional), tuple(keywords))


def input_source(layer: Layer) -> Call:
    """`keras.Input(...)`."""
    arguments = dict(layer.arguments)
    keywords: list[tuple[str, Piece]] = []
    if "shape" in arguments:
        shape = arguments.pop("shape")
        keywords.append(("shape", value_source(shape, as_tuple=True)))
    for name, value in arguments.items():
        if value is None or (name == "dtype" and value == "float32"):
            continue
        keywords.append((keyword_name(name), value_source(value, name == "batch_shape")))
    keywords.append(("name", text(layer.name)))
    return Call("keras.Input", (), tuple(keywords))


def _argument(argument: Argument | None, value: Any) -> Piece:
    return value_source(value, as_tuple=argument is not None and argument.kind in _TUPLES)


def _same(argument: Argument, value: Any) -> bool:
    """Whether the value is Keras's own default; True and 1 are different things."""
    return bool(type(value) is type(argument.default) and value == argument.default)


def _number(value: float | bool | None) -> str:
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return f'float("{value}")'
    return repr(value)


def _special(value: Mapping[str, Any]) -> Piece | None:
    """The marks that imported call templates use for what JSON has no form for."""
    if "$tuple" in value:
        return Items(tuple(value_source(each) for each in value["$tuple"]), "()")
    if "$slice" in value:
        return Call("slice", tuple(value_source(each) for each in value["$slice"]))
    if "$ellipsis" in value:
        return "..."
    if "$dict" in value:
        return Pairs(tuple((str(k), value_source(v)) for k, v in value["$dict"].items()))
    if "$keras" in value:
        return value_source(value["$keras"])
    if "$ndarray" in value:
        array = value["$ndarray"]
        made = Call(
            "np.array",
            (value_source(array["data"]),),
            (("dtype", text(str(array["dtype"]))),),
        )
        shape = value_source(array["shape"], as_tuple=True)
        return Call("np.reshape", (made, shape))
    return None
