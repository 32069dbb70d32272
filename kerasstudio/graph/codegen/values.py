"""Argument values, and the objects that are made with them, as Python source."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping
from typing import Any

from kerasstudio.graph.catalogue import Argument, Catalogue, LayerType
from kerasstudio.graph.codegen.constants import Constants
from kerasstudio.graph.codegen.pieces import Call, Items, Leaf, Pairs, Piece, Slice
from kerasstudio.graph.codegen.source import class_path, is_name, keyword_name
from kerasstudio.graph.placeholders import LAMBDA
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Layer
from kerasstudio.graph.references import REFERENCE

# Arguments that Keras keeps but does not take beside another one.
_INSTEAD = {"Discretization": {"num_bins": "bin_boundaries"}}

Tensor = Callable[[str], Piece]
Held = Callable[[str], Piece]

# Narrow float formats, as `struct` calls them.
_SINGLE = {"float32": "f", "float16": "e"}
_TUPLES = {"shape", "int_or_tuple", "any"}
_FUNCTION_MODULES = {"builtins", "keras.activations", "keras.losses", "keras.metrics", "keras.ops"}
# What everybody writes without the argument's name: Dense(64), Conv2D(32, 3).
_OBVIOUS = {
    "units", "filters", "kernel_size", "rate", "input_dim", "output_dim", "target_shape", "layer",
    "cell", "dims", "n", "activation", "height", "width", "scale", "num_bins",
}  # fmt: skip


class Values:
    """Writes values. `custom` are the classes and functions that the project's own code defines;
    `held` gives the variable of a layer that stands in another one's arguments."""

    def __init__(
        self,
        catalogue: Catalogue,
        constants: Constants | None = None,
        custom: frozenset[str] = frozenset(),
        held: Held | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._constants = constants or Constants()
        self._custom = custom
        self._held = held

    def value(self, value: Any, as_tuple: bool = False, hint: str = "") -> Piece:
        """A JSON value, or a nested Keras object. Raises `StudioError` for what is none."""
        if isinstance(value, str):
            return Leaf(value, hint=hint)
        if value is None or isinstance(value, bool | int | float):
            return Leaf(value, hint=hint)
        if isinstance(value, list | tuple):
            items = tuple(self.value(each, as_tuple, hint) for each in value)
            return self._constants.short(Items(items, "()" if as_tuple else "[]"), hint)
        if isinstance(value, dict):
            if "class_name" in value and "config" in value:
                return self.object(value)
            special = self._special(value, hint)
            if special is not None:
                return special
            return Pairs(tuple((str(key), self.value(each)) for key, each in value.items()))
        raise StudioError(
            Problem(code="export.value", message=f"There is no code for a {type(value).__name__}.")
        )

    def template(self, value: Any, tensor: Tensor) -> Piece:
        """A call argument, with tensors where it has ports (see `Node.call`)."""
        if isinstance(value, list):
            return Items(tuple(self.template(each, tensor) for each in value))
        if not isinstance(value, dict):
            return self.value(value)
        if set(value) == {"$port"}:
            return tensor(str(value["$port"]))
        if "$tuple" in value:
            return Items(tuple(self.template(each, tensor) for each in value["$tuple"]), "()")
        if "$slice" in value:
            ends = (self.template(each, tensor) for each in value["$slice"])
            return Call("slice", tuple(ends))
        if "$dict" in value:
            inside = value["$dict"].items()
            return Pairs(tuple((str(key), self.template(each, tensor)) for key, each in inside))
        return self.value(value)

    def object(self, value: Mapping[str, Any]) -> Piece:
        """A serialised Keras object: an initializer, a metric, an inner layer, a function."""
        class_name, config = value["class_name"], value["config"]
        module = value.get("module") or "keras"
        if class_name == "function" and isinstance(config, str):
            return self._function(config, str(module))
        if class_name in ("__numpy__", "__tensor__"):
            return self.value((config or {}).get("value"))
        if not isinstance(config, dict):
            raise StudioError(
                Problem(
                    code="export.value",
                    message=f'There is no code for the object "{str(class_name)[:80]}".',
                    expected="arguments by name",
                    received=str(config)[:80],
                )
            )
        if class_name == "DTypePolicy":
            return Leaf(str(config.get("name", "float32")))
        kind = self._catalogue.named(class_name) if module == "keras.layers" else None
        known = kind.arguments if kind is not None else self._object_arguments(module, class_name)
        path = self._class(module, class_name, value.get("registered_name"), Place())
        return self._call(path, config, {each.name: each for each in known}, kind)

    def layer(self, layer: Layer) -> Call:
        """The constructor of a layer: obvious arguments first, only what differs from Keras."""
        kind = self._catalogue.layer_type(layer)
        place = Place(layer=layer.id)
        if layer.class_name == LAMBDA and not self._has_function(layer.arguments.get("function")):
            raise StudioError(_no_function(layer))
        path = self._class(layer.module, layer.class_name, layer.registered_name, place)
        arguments = kind.arguments if kind is not None else ()
        known = {each.name: each for each in arguments}
        instead = _INSTEAD.get(layer.class_name, {})
        given = {
            name: value
            for name, value in layer.arguments.items()
            if name not in instead or layer.arguments.get(instead[name]) is None
        }
        call = self._call(path, given, known, kind)
        keywords = [*call.keywords, ("name", Leaf(layer.name, hint="name"))]
        if not layer.trainable:
            keywords.append(("trainable", Leaf(False, hint="trainable")))
        return Call(path, call.positional, tuple(keywords), kind)

    def input(self, layer: Layer) -> Call:
        """`keras.Input(...)`."""
        keywords: list[tuple[str, Piece]] = []
        for name, value in layer.arguments.items():
            if value is None or value is False or (name == "dtype" and value == "float32"):
                continue
            piece = self.value(value, name in ("shape", "batch_shape"), name)
            keywords.append((keyword_name(name), piece))
        keywords.append(("name", Leaf(layer.name, hint="name")))
        return Call("keras.Input", (), tuple(keywords))

    # ------------------------------------------------------------------ inside

    def _call(
        self,
        path: str,
        config: Mapping[str, Any],
        known: Mapping[str, Argument],
        kind: LayerType | None,
    ) -> Call:
        """Arguments stand in Keras's order, however the person or a file ordered them."""
        order = {name: index for index, name in enumerate(known)}
        given = dict(sorted(config.items(), key=lambda item: order.get(item[0], len(order))))
        positional: list[Piece] = []
        for argument in known.values():
            obvious = argument.required and argument.name in _OBVIOUS and len(positional) < 2
            if not obvious or argument.name not in given or kind is None:
                break
            positional.append(self._argument(argument, given.pop(argument.name)))
        keywords: list[tuple[str, Piece]] = []
        for name, value in given.items():
            found = known.get(name)
            if found is not None and not found.required and _same(found, value):
                continue
            piece = self.value(value, hint=name) if found is None else self._argument(found, value)
            keywords.append((keyword_name(name), piece))
        return Call(path, tuple(positional), tuple(keywords), kind)

    def _argument(self, argument: Argument, value: Any) -> Piece:
        if argument.kind == "int_or_tuple" and isinstance(value, list):
            alike = argument.rank == len(value) and len(set(map(repr, value))) == 1
            if alike and isinstance(value[0], int):
                return Leaf(value[0], hint=argument.name)  # 3 is (3, 3)
        return self.value(value, argument.kind in _TUPLES, argument.name)

    def _class(self, module: Any, class_name: Any, registered: Any, place: Place) -> str:
        """A class of Keras by its path, one of the project's own code by its name."""
        if class_name in self._custom and not str(module or "").startswith("keras."):
            return str(class_name)
        if registered in (None, "", class_name) or str(module or "").startswith("keras."):
            return class_path(module, class_name, place)
        raise StudioError(
            Problem(
                code="export.class",
                message=f'The code of the class "{str(class_name)[:80]}" is not part of the '
                "project, so no script can contain it.",
                expected="its class in the project's custom code, or a layer of Keras in its place",
                received=str(registered)[:80],
                place=place,
            )
        )

    def _function(self, name: str, module: str) -> Piece:
        if name in self._custom and is_name(name):
            return name
        if module in _FUNCTION_MODULES and is_name(name):
            return f"keras.ops.{name}" if module == "keras.ops" else Leaf(name)
        raise StudioError(
            Problem(
                code="export.function",
                message=f"There is no code for the function {name[:80]!r}.",
                expected="a function of Keras, or one in the project's custom code",
                received=f"{module[:80]}.{name[:80]}",
            )
        )

    def _has_function(self, value: Any) -> bool:
        """Whether the function of a Lambda layer is one that a script can name."""
        if not isinstance(value, dict) or value.get("class_name") != "function":
            return False
        name = str(value.get("config"))
        return is_name(name) and (name in self._custom or value.get("module") == "keras.ops")

    def _object_arguments(self, module: str, class_name: str) -> tuple[Argument, ...]:
        found = self._catalogue.object_type(str(module).rsplit(".", 1)[-1], class_name)
        return found.arguments if found is not None else ()

    def _special(self, value: Mapping[str, Any], hint: str) -> Piece | None:
        """The marks for what JSON has no form for."""
        if set(value) == {REFERENCE} and self._held is not None:
            return self._held(str(value[REFERENCE]))
        if "$float" in value:
            return Leaf(float(value["$float"]), hint=hint)
        if "$tuple" in value:
            return Items(tuple(self.value(each, hint=hint) for each in value["$tuple"]), "()")
        if "$slice" in value:
            return Call("slice", tuple(self.value(each) for each in value["$slice"]))
        if "$ellipsis" in value:
            return "..."
        if "$dict" in value:
            inside = value["$dict"].items()
            return Pairs(tuple((str(key), self.value(each)) for key, each in inside))
        if "$keras" in value:
            return self.value(value["$keras"], hint=hint)
        if "$ndarray" in value:
            return self._array(value["$ndarray"], hint)
        return None

    def _array(self, array: Mapping[str, Any], hint: str) -> Piece:
        dtype, shape = str(array["dtype"]), [int(axis) for axis in array["shape"]]
        data = array["data"]
        if dtype != "string":
            data = [float(each) if isinstance(each, str) else each for each in data]
        if dtype in _SINGLE:
            data = [_shortest(each, _SINGLE[dtype]) for each in data]
        kind = ("dtype", "object" if dtype == "string" else Leaf(dtype))
        if 0 in shape:
            made = Call("np.zeros", (Leaf(tuple(shape)),), (kind,))
        else:
            rows = _nested(data, shape)
            if isinstance(rows, Items):
                rows = self._constants.short(rows, hint or "array")
            if dtype == "bfloat16":
                return Call("keras.ops.convert_to_tensor", (rows,), (kind,))
            made = Call("np.array", (rows,), (kind,))
        return Call("keras.ops.convert_to_tensor", (made,)) if array.get("eager") else made


def index_key(piece: Piece) -> Piece:
    """What stands in square brackets: `slice(1, None, None)` is written `1:`."""
    if isinstance(piece, Call) and piece.function == "slice":
        none = Leaf(None)
        return Slice(*(None if end == none else end for end in piece.positional))
    if isinstance(piece, Items) and piece.brackets == "()":
        return Items(tuple(index_key(each) for each in piece.values), "()")
    return piece


def _shortest(value: Any, code: str) -> Any:
    """The shortest decimal number that is the same in a narrow float format: 0.1, which as a
    float32 is 0.10000000149011612."""
    if not isinstance(value, float) or not math.isfinite(value):
        return value
    for digits in range(1, 10):
        short = float(f"{value:.{digits}g}")
        try:
            if struct.unpack(code, struct.pack(code, short))[0] == value:
                return short
        except OverflowError:
            continue
    return value


def _nested(data: list[Any], shape: list[int]) -> Piece:
    """Flat values as nested lists of a shape."""
    if not shape:
        return Leaf(data[0])
    step = len(data) // shape[0]
    rows = (data[at * step : (at + 1) * step] for at in range(shape[0]))
    return Items(tuple(_nested(row, shape[1:]) for row in rows))


def _no_function(layer: Layer) -> Problem:
    return Problem(
        code="export.lambda",
        message=f'"{layer.name[:80]}" is a Lambda layer whose function is not in the code of the '
        "project, so no script can contain it.",
        expected="operations or layers of Keras, or a class in the project's own code",
        received="compiled code, or the name of a function that is elsewhere",
        place=Place(layer=layer.id),
        advice="Select the layer and draw it as operations, or make it a class of the project.",
    )


def _same(argument: Argument, value: Any) -> bool:
    """Whether the value is Keras's own default; True and 1 are different things."""
    return bool(type(value) is type(argument.default) and value == argument.default)
