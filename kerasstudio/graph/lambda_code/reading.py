"""A Lambda layer in words: its source where it can be read, else what its code names."""

from __future__ import annotations

import ast
import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kerasstudio.graph.lambda_code.decompiler import (
    NotReadableError,
    expression_of,
    instruction_names,
)
from kerasstudio.graph.lambda_code.marshal_reader import MarshalError, StoredCode, read_code
from kerasstudio.graph.project import Layer

_MOST_CODE = 1 << 20
_MOST_TEXT = 20_000
_DEEPEST = 80


@dataclass(frozen=True)
class LambdaReading:
    """`expression` is what the layer computes from `arguments`, the first of which is its input;
    None, with `why` in words, where that cannot be told. `compiled`: it was read from compiled
    code. `function` is the name of a function that lies elsewhere. `names` and `constants` are
    those in compiled code; `instructions` its instructions by name."""

    arguments: tuple[str, ...] = ()
    expression: ast.expr | None = None
    why: str = ""
    compiled: bool = False
    function: str = ""
    names: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    instructions: tuple[str, ...] = ()

    @property
    def source(self) -> str | None:
        """The layer as Python writes it: "lambda x: x / 255"."""
        if self.expression is None:
            return None
        taken = ", ".join(self.arguments[:1] or ("x",))
        return f"lambda {taken}: {ast.unparse(ast.fix_missing_locations(self.expression))}"


def read_lambda(layer: Layer) -> LambdaReading:
    """What a Lambda layer computes, as far as can be told without running it."""
    function = layer.arguments.get("function")
    given = layer.arguments.get("arguments")
    given = given if isinstance(given, dict) else {}
    if isinstance(function, str):
        if layer.arguments.get("function_type") == "function":
            return _named(function, layer.arguments.get("module"))
        return _from_text(function, given)
    if isinstance(function, list) and len(function) == 3:
        return _from_code(function[0], function[1], function[2], given)
    if isinstance(function, dict):
        config = function.get("config")
        if function.get("class_name") == "function":
            return _named(config, function.get("module"))
        if function.get("class_name") == "__lambda__" and isinstance(config, dict):
            return _from_code(
                config.get("code"), config.get("defaults"), config.get("closure"), given
            )
    return LambdaReading(why="its function is stored in a way that is not known")


def _shallow(reading: LambdaReading) -> LambdaReading:
    """An expression nested so deeply that nobody would read it is not shown."""
    waiting: list[tuple[ast.AST, int]] = [(reading.expression, 0)] if reading.expression else []
    while waiting:
        node, depth = waiting.pop()
        if depth > _DEEPEST:
            return _with(reading, expression=None, why="it is nested too deeply")
        waiting.extend((each, depth + 1) for each in ast.iter_child_nodes(node))
    return reading


def _named(name: Any, module: Any) -> LambdaReading:
    place = f"{module}." if isinstance(module, str) and module not in ("builtins", "") else ""
    return LambdaReading(
        function=f"{place}{name}"[:200],
        why="its function lies in another file, of which only the name is known",
    )


def _from_text(text: str, given: Mapping[str, Any]) -> LambdaReading:
    """A source text, as a person types it."""
    try:
        made = ast.parse(text[:_MOST_TEXT].strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return LambdaReading(why=f"it is no Python expression: {error}")
    if not isinstance(made, ast.Lambda):
        return LambdaReading(why="it is no lambda")
    taken = made.args
    if taken.vararg or taken.kwarg or not taken.args:
        return LambdaReading(why="it takes its arguments in a way that cannot be told")
    names = tuple(each.arg for each in (*taken.args, *taken.kwonlyargs))
    values: dict[str, Any] = {}
    for name, value in zip(reversed(taken.args), reversed(taken.defaults), strict=False):
        values[name.arg] = value
    return _shallow(LambdaReading(names, _filled(made.body, values, given)))


def _from_code(code: Any, defaults: Any, closure: Any, given: Mapping[str, Any]) -> LambdaReading:
    try:
        if not isinstance(code, str) or len(code) > _MOST_CODE:
            raise MarshalError("it is no text")
        stored = read_code(base64.b64decode(code.encode("ascii", "replace")))
    except (MarshalError, binascii.Error, RecursionError) as error:
        return LambdaReading(why=f"its compiled code cannot be read: {error}", compiled=True)
    known = LambdaReading(
        arguments=stored.arguments,
        compiled=True,
        names=stored.names,
        constants=_constants(stored),
        instructions=tuple(instruction_names(stored)),
    )
    try:
        expression = expression_of(stored)
    except (NotReadableError, RecursionError) as error:
        return _with(known, why=f"it is more than one expression: {error}")
    values: dict[str, Any] = {}
    if isinstance(defaults, list):
        values.update(zip(reversed(stored.arguments), reversed(defaults), strict=False))
    if isinstance(closure, list):
        values.update(zip(stored.free, closure, strict=False))
    return _shallow(_with(known, expression=_filled(expression, values, given)))


def _constants(code: StoredCode) -> tuple[str, ...]:
    """Constants as text, those of functions inside too."""
    found = []
    for value in code.constants:
        if isinstance(value, StoredCode):
            found += [f"function {value.name}", *value.names, *_constants(value)]
        elif value is not None:
            found.append(repr(value)[:200])
    return tuple(dict.fromkeys(found))[:200]


def _filled(expression: ast.expr, values: Mapping[str, Any], given: Mapping[str, Any]) -> ast.expr:
    """The expression with what is known of its names: defaults, variables around it, and the
    layer's own `arguments`."""
    known = {**values, **given}
    if not known:
        return expression

    class Fill(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            if node.id not in known:
                return node
            value = known[node.id]
            if isinstance(value, ast.expr):
                return value
            return _literal(value) or node

    filled: ast.expr = Fill().visit(expression)
    return filled


def _literal(value: Any) -> ast.expr | None:
    if value is None or isinstance(value, bool | int | float | str):
        return ast.Constant(value)
    if isinstance(value, list):
        parts = [_literal(each) for each in value]
        if all(part is not None for part in parts):
            return ast.List([part for part in parts if part is not None], ast.Load())
    return None


def _with(reading: LambdaReading, **changes: Any) -> LambdaReading:
    return LambdaReading(**{**vars(reading), **changes})
