"""How the operations of `keras.ops` are written in Python, read from the source of the installed
Keras: `python -m kerasstudio.runtime.worker.operation_catalogue OUT.json`.

A drawing knows an operation by its class (`keras.src.ops.numpy.Mean`) with a configuration and the
arguments of its call; people write `keras.ops.mean(x, axis=1)`. Every public function holds the
line that makes its operation, `Mean(axis=axis).symbolic_call(x)`, which says what goes where; the
operators (`+`, `>`) are methods of `KerasTensor`. The result is shipped as
resources/catalogue/operations.json; a test holds both equal.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import keras
import msgspec
from keras.src.ops.operation import Operation

from kerasstudio.graph.operations import FunctionParameter, OperationFunction, OperationTable
from kerasstudio.runtime.atomic import write_atomic

_MODULES: dict[str, ModuleType] = {
    "keras.ops": keras.ops,
    "keras.ops.image": keras.ops.image,
    "keras.ops.linalg": keras.ops.linalg,
    "keras.ops.nn": keras.ops.nn,
    "keras.activations": keras.activations,
}
_UNARY = {"__neg__": "-", "__invert__": "~"}
_BINARY = {
    "__add__": "+", "__sub__": "-", "__mul__": "*", "__matmul__": "@", "__truediv__": "/",
    "__pow__": "**", "__floordiv__": "//", "__mod__": "%", "__lt__": "<", "__le__": "<=",
    "__gt__": ">", "__ge__": ">=", "__and__": "&", "__or__": "|", "__xor__": "^",
}  # fmt: skip


def describe_operations() -> OperationTable:
    """Functions and operators by the classes that they make."""
    functions: dict[str, OperationFunction] = {}
    for path, function in _functions():
        for found, made, call in _makings(function):
            described = _described(path, function, found, made, call)
            functions.setdefault(_key(found), described)
    return OperationTable(
        keras_version=keras.__version__,
        functions=dict(sorted(functions.items())),
        unary=_operators(_UNARY),
        binary=_operators(_BINARY),
    )


def write_operations(path: Path) -> None:
    """Generate and write the JSON."""
    data = msgspec.json.format(msgspec.json.encode(describe_operations()), indent=1)
    write_atomic(path, data + b"\n")


def _functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Public functions with the path they are written by, the shortest first."""
    for module_path, module in _MODULES.items():
        for name in dir(module):
            function = getattr(module, name)
            if inspect.isfunction(function) and not name.startswith("_"):
                yield f"{module_path}.{name}", function


def _makings(
    function: Callable[..., Any],
) -> Iterator[tuple[type[Operation], ast.Call, ast.Call]]:
    """The operations that a function makes: class, its construction, and the call of it."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        callee = node.func
        if isinstance(callee, ast.Attribute) and callee.attr == "symbolic_call":
            callee = callee.value
        if isinstance(callee, ast.Call) and isinstance(callee.func, ast.Name):
            found = function.__globals__.get(callee.func.id)
            if isinstance(found, type) and issubclass(found, Operation):
                yield found, callee, node


def _described(
    path: str,
    function: Callable[..., Any],
    found: type[Operation],
    made: ast.Call,
    call: ast.Call,
) -> OperationFunction:
    config = _given(made, _names(found.__init__))
    tensors = _given(call, _names(found.call))
    parameters = []
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in config and name not in tensors:
            continue
        required = parameter.default is inspect.Parameter.empty
        parameters.append(
            FunctionParameter(
                name=name,
                required=required,
                default=None if required else _plain(parameter.default),
                argument=config.get(name),
                tensor=tensors.get(name),
                starred=parameter.kind is inspect.Parameter.VAR_POSITIONAL,
            )
        )
    return OperationFunction(path, tuple(parameters), tuple(_names(found.call)), _gives(found))


def _gives(found: type[Operation]) -> Literal["one", "list", "any"]:
    """What an operation says in its source that it makes."""
    kinds = _returned(found.compute_output_spec)
    if kinds == {"one"} or ("list" not in kinds and _gives_one(found)):
        return "one"
    return "list" if kinds == {"list"} else "any"


def _gives_one(found: type[Operation]) -> bool:
    """Whether an operation without settings makes one tensor of small matrices."""
    if len(_names(found.__init__)) > 1:
        return False  # what it gives may depend on them
    tensors = [keras.KerasTensor((3, 3)) for _ in _names(found.call)]
    try:
        return isinstance(found()(*tensors), keras.KerasTensor)
    except (TypeError, ValueError, AttributeError):
        return False


def _returned(function: Callable[..., Any]) -> set[str]:
    """What a function gives on its various ways: "one", "list", "any" where that is not clear."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    made: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    made.setdefault(target.id, []).append(node.value)

    def kinds(value: ast.expr | None) -> set[str]:
        if isinstance(value, ast.Name):
            return {kind for each in made.get(value.id, ()) for kind in kinds(each)} or {"any"}
        if isinstance(value, ast.IfExp):
            return kinds(value.body) | kinds(value.orelse)
        if isinstance(value, ast.Tuple | ast.List | ast.ListComp):
            return {"list"}
        name = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
        if name.endswith("KerasTensor"):
            return {"one"}
        if name in ("tuple", "list") or name.endswith("Result"):
            return {"list"}
        helper = getattr(function, "__globals__", {}).get(name)
        return _returned(helper) if inspect.isfunction(helper) else {"any"}

    returned = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    return {kind for value in returned for kind in kinds(value)}


def _given(call: ast.Call, names: list[str]) -> dict[str, str]:
    """Which parameter of the function (key) goes into which argument (value) of a call."""
    found: dict[str, str] = {}
    for place, value in enumerate(call.args):
        inner = value.value if isinstance(value, ast.Starred) else value
        if isinstance(inner, ast.Name) and place < len(names):
            found[inner.id] = names[place]
    for keyword in call.keywords:
        if keyword.arg is not None and isinstance(keyword.value, ast.Name):
            found[keyword.value.id] = keyword.arg
    return found


def _names(method: Callable[..., Any]) -> list[str]:
    return [name for name in inspect.signature(method).parameters if name != "self"]


def _plain(default: Any) -> Any:
    return list(default) if isinstance(default, tuple) else default


def _operators(signs: dict[str, str]) -> dict[str, str]:
    """Operators by the classes that they make of symbolic tensors."""
    found: dict[str, str] = {}
    for method, sign in signs.items():
        tree = ast.parse(textwrap.dedent(inspect.getsource(getattr(keras.KerasTensor, method))))
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                made = getattr(keras.src.ops, node.attr, None)
                if node.value.id == "ops" and isinstance(made, type):
                    found[_key(made)] = sign
    return found


def _key(found: type) -> str:
    return f"{found.__module__}.{found.__name__}"


if __name__ == "__main__":
    write_operations(Path(sys.argv[1]))
