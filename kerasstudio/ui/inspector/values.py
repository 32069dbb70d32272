"""Text in an argument's field ↔ the JSON value in the project.

`parse` is generous in what it takes (expressions, "28 x 28 x 1", brackets or none) and says in
words why it refuses; `show` writes what `parse` reads back as the same value.
"""

from __future__ import annotations

import ast
import json
import math
import re
from typing import Any

from kerasstudio.graph.catalogue import Argument

NONE = "none"
UNKNOWN_AXIS = "?"

_TIMES = re.compile(r"(?<=[\d\s)?])\s*[x×]\s*(?=[\d\s(?])|\s+[x×]\s+", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z_][\w.\-]*")
_LARGEST = 10**15
_JSON_WORDS = {"null": None, "true": True, "false": False, "none": None}


class BadValueError(ValueError):
    """The text is no legal value; the message says what was expected, for the line below."""


def parse(argument: Argument, text: str) -> Any:
    """The JSON value that `text` means for `argument`. Raises `BadValueError`."""
    text = text.strip()
    if argument.optional and text.lower() in (NONE, "null"):
        return None
    if not text and argument.kind != "text":
        raise BadValueError("A value is needed here.")
    match argument.kind:
        case "int":
            return _bounded(argument, whole(number(text)))
        case "float":
            return _bounded(argument, float(number(text)))
        case "bool":
            return _boolean(text)
        case "choice":
            return _choice(argument, text)
        case "shape":
            return shape(text)
        case "int_or_tuple":
            return _int_or_tuple(argument, text)
        case "list":
            return _list(text)
        case "text":
            return text
    return literal(text)


def show(argument: Argument, value: Any) -> str:
    """`value` as the field shows it."""
    if value is None:
        return NONE
    if argument.kind in ("shape", "int_or_tuple") and isinstance(value, list):
        if not value:
            return "()"
        if all(axis is None or isinstance(axis, int) for axis in value):
            parts = [UNKNOWN_AXIS if axis is None else str(axis) for axis in value]
            lone = len(parts) == 1 and argument.kind == "int_or_tuple"
            return f"{parts[0]}," if lone else " × ".join(parts)
        return _literal_text(value)
    if argument.kind == "list" and isinstance(value, list) and value and not _nested(value):
        return ", ".join(_literal_text(item) for item in value)
    if argument.kind in ("text", "choice") and isinstance(value, str):
        return value
    if argument.kind == "any" and isinstance(value, str) and _is_bare(value):
        return value
    if argument.kind == "int" and isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _literal_text(value)


def number(text: str) -> int | float:
    """A number, or the result of an expression such as "2 * 32" or "1e-3 / 2"."""
    source = text.strip().replace("×", "*").replace("−", "-").replace("_", "").replace("^", "**")
    try:
        tree = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise BadValueError(f"“{text}” is not a number.") from None
    try:
        result = _evaluate(tree.body, text)
    except ZeroDivisionError:
        raise BadValueError(f"“{text}” divides by zero.") from None
    except OverflowError:
        raise BadValueError(f"“{text}” is too large.") from None
    if isinstance(result, float) and not math.isfinite(result):
        raise BadValueError(f"“{text}” is not a finite number.")
    return result


def whole(value: int | float) -> int:
    """`value` as an int. Raises `BadValueError` when it has a fraction."""
    if isinstance(value, float) and not value.is_integer():
        raise BadValueError(f"A whole number is needed; this is {value:g}.")
    return int(value)


def shape(text: str) -> list[int | None]:
    """A shape without the batch axis: "28, 28, 1", "28 x 28 x 1", "(28,)", "?" for unknown."""
    inner = text.strip()
    if inner.lower() in ("()", "[]", "scalar"):
        return []
    if inner[:1] in "([" and inner[-1:] in ")]":
        inner = inner[1:-1]
    axes: list[int | None] = []
    for part in _parts(inner):
        if part.lower() in (UNKNOWN_AXIS, NONE, "null", "*"):
            axes.append(None)
            continue
        size = whole(number(part))
        if size < 1:
            raise BadValueError(f"An axis has at least 1 entry; this has {size}. Unknown: ?")
        axes.append(size)
    return axes


def literal(text: str) -> Any:
    """A JSON or Python literal; tuples become lists, and a bare word is text."""
    if text.lower() in _JSON_WORDS:
        return _JSON_WORDS[text.lower()]
    for read in (json.loads, ast.literal_eval):
        try:
            return _plain(read(text))
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
    if _WORD.fullmatch(text):
        return text
    try:
        return number(text)
    except BadValueError:
        raise BadValueError(
            "This is no value. Write a number, true or false, a “text”, or a list: [1, 2]."
        ) from None


def same(one: Any, two: Any) -> bool:
    """Equal as JSON: 1 and true differ, and so do 1 and "1"."""
    if one is two:
        return True
    if type(one) is not type(two):
        return False
    if isinstance(one, str | int | float):
        return bool(one == two)
    return json.dumps(one, sort_keys=True, default=str) == json.dumps(
        two, sort_keys=True, default=str
    )


def is_default(argument: Argument, value: Any) -> bool:
    """Whether `value` is what Keras takes anyway; 3 and 3.0 are the same number to it."""
    if argument.required:
        return False
    default = argument.default
    if _is_number(value) and _is_number(default):
        return bool(value == default)
    return same(value, default)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _bounded(argument: Argument, value: Any) -> Any:
    if argument.minimum is not None and value < argument.minimum:
        raise BadValueError(f"At least {argument.minimum:g} is needed; this is {value:g}.")
    if argument.maximum is not None and value > argument.maximum:
        raise BadValueError(f"At most {argument.maximum:g} is possible; this is {value:g}.")
    return value


def _boolean(text: str) -> bool:
    if text.lower() in ("true", "yes", "on", "1"):
        return True
    if text.lower() in ("false", "no", "off", "0"):
        return False
    raise BadValueError(f"“{text}” is neither true nor false.")


def _choice(argument: Argument, text: str) -> str:
    if argument.choices and text not in argument.choices:
        raise BadValueError(f"One of {', '.join(argument.choices)} is needed; this is “{text}”.")
    return text


def _int_or_tuple(argument: Argument, text: str) -> Any:
    if text.count("(") + text.count("[") > 1:
        nested = literal(text)
        if not isinstance(nested, list):
            raise BadValueError("A whole number or a list of them is needed.")
        return nested
    bracketed = text[:1] in "([" and text[-1:] in ")]"
    parts = _parts(text[1:-1] if bracketed else text)
    numbers = [_bounded(argument, whole(number(part))) for part in parts]
    if len(numbers) == 1 and not bracketed and not text.rstrip().endswith(","):
        return numbers[0]
    if argument.rank is not None and len(numbers) != argument.rank:
        raise BadValueError(f"One number or {argument.rank} are needed; these are {len(numbers)}.")
    return numbers


def _list(text: str) -> list[Any]:
    if text.startswith(("[", "(")):
        value = literal(text)
        if not isinstance(value, list):
            raise BadValueError("A list is needed: values with commas between them.")
        return value
    return [literal(part) for part in _parts(text, times=False)]


def _parts(text: str, times: bool = True) -> list[str]:
    """The items between commas or, as people write shapes, between "x"."""
    separated = _TIMES.sub(",", text) if times else text
    parts = [part.strip() for part in separated.split(",")]
    if len(parts) > 1 and not parts[-1]:
        parts.pop()
    if times and len(parts) == 1 and re.fullmatch(r"[\d?]+(\s+[\d?]+)+", parts[0]):
        parts = parts[0].split()
    if any(not part for part in parts):
        raise BadValueError("There is nothing between two commas.")
    return parts


def _plain(value: Any) -> Any:
    """`value` as JSON holds it. Raises `ValueError` for what JSON cannot hold."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise ValueError(f"{value!r} cannot be stored")


def _evaluate(node: ast.expr, text: str) -> int | float:
    match node:
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluate(operand, text)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _evaluate(operand, text)
        case ast.BinOp(left=left, op=op, right=right):
            return _combine(op, _evaluate(left, text), _evaluate(right, text), text)
    raise BadValueError(f"“{text}” is not a number.")


def _combine(op: ast.operator, one: int | float, two: int | float, text: str) -> int | float:
    result: int | float
    match op:
        case ast.Add():
            result = one + two
        case ast.Sub():
            result = one - two
        case ast.Mult():
            result = one * two
        case ast.Div():
            result = one / two
        case ast.FloorDiv():
            result = one // two
        case ast.Mod():
            result = one % two
        case ast.Pow():
            if abs(two) > 64 or abs(one) > _LARGEST:
                raise BadValueError(f"“{text}” is too large.")
            result = one**two
        case _:
            raise BadValueError(f"“{text}” is not a number.")
    if isinstance(result, complex):
        raise BadValueError(f"“{text}” is not a real number.")
    if abs(result) > _LARGEST and isinstance(result, int):
        raise BadValueError(f"“{text}” is too large.")
    return result


def _literal_text(value: Any) -> str:
    """JSON, with numbers as people write them (0.0001, 1e-07)."""
    if isinstance(value, float):
        return f"{value:.12g}"
    return json.dumps(value, ensure_ascii=False)


def _nested(value: list[Any]) -> bool:
    """Whether writing the items with commas only would not read back as the same list."""
    return any(isinstance(item, list | dict) or (isinstance(item, str) and "," in item)
               for item in value)  # fmt: skip


def _is_bare(text: str) -> bool:
    return bool(_WORD.fullmatch(text)) and text.lower() not in _JSON_WORDS
