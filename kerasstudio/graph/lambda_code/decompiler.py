"""Stored code of one expression as Python source: `lambda x: x / 255` from its instructions.

The instructions are walked once, with expressions on the stack instead of values; jumps, loops and
assignments are not understood, and whatever is not understood is refused. The numbers of the
instructions are those of CPython 3.6 to 3.13 (Lib/opcode.py, Lib/_opcode_metadata.py)."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from kerasstudio.graph.lambda_code.marshal_reader import StoredCode


class NotReadableError(Exception):
    """The code is more than one expression, or of a Python that is not known here."""


_OLD = {
    "POP_TOP": 1, "NOP": 9, "UNARY_POSITIVE": 10, "UNARY_NEGATIVE": 11, "UNARY_NOT": 12,
    "UNARY_INVERT": 15, "RETURN_VALUE": 83, "LOAD_CONST": 100, "BUILD_TUPLE": 102,
    "BUILD_LIST": 103, "LOAD_ATTR": 106, "COMPARE_OP": 107, "LOAD_GLOBAL": 116, "LOAD_FAST": 124,
    "BUILD_SLICE": 133, "EXTENDED_ARG": 144,
}  # fmt: skip
_OLD_OPERATORS = {16: "@", 19: "**", 20: "*", 22: "%", 23: "+", 24: "-", 26: "//", 27: "/"}
_NUMBERS: dict[str, dict[str, int]] = {
    "3.6": {
        **_OLD, "BINARY_SUBSCR": 25, "CALL_FUNCTION": 131, "LOAD_DEREF": 136,
        "CALL_FUNCTION_KW": 141, "LOAD_METHOD": 160, "CALL_METHOD": 161, "LIST_EXTEND": 162,
    },
    "3.11": {
        **_OLD, "CACHE": 0, "PUSH_NULL": 2, "BINARY_SUBSCR": 25, "BINARY_OP": 122,
        "LOAD_DEREF": 137, "COPY_FREE_VARS": 149, "RESUME": 151, "LOAD_METHOD": 160,
        "LIST_EXTEND": 162, "PRECALL": 166, "CALL": 171, "KW_NAMES": 172,
    },
    "3.12": {
        **_OLD, "CACHE": 0, "PUSH_NULL": 2, "BINARY_SUBSCR": 25, "BINARY_SLICE": 26,
        "RETURN_CONST": 121, "BINARY_OP": 122, "LOAD_FAST_CHECK": 127, "LOAD_DEREF": 137,
        "COPY_FREE_VARS": 149, "RESUME": 151, "LIST_EXTEND": 162, "CALL": 171, "KW_NAMES": 172,
    },
    "3.13": {
        "CACHE": 0, "BINARY_SLICE": 4, "BINARY_SUBSCR": 5, "NOP": 30, "POP_TOP": 32,
        "PUSH_NULL": 34, "RETURN_VALUE": 36, "UNARY_INVERT": 41, "UNARY_NEGATIVE": 42,
        "UNARY_NOT": 43, "BINARY_OP": 45, "BUILD_LIST": 47, "BUILD_SLICE": 50, "BUILD_TUPLE": 52,
        "CALL": 53, "CALL_KW": 57, "COMPARE_OP": 58, "COPY_FREE_VARS": 62, "EXTENDED_ARG": 71,
        "LIST_EXTEND": 81, "LOAD_ATTR": 82, "LOAD_CONST": 83, "LOAD_DEREF": 84, "LOAD_FAST": 85,
        "LOAD_FAST_CHECK": 87, "LOAD_FAST_LOAD_FAST": 88, "LOAD_GLOBAL": 91,
        "RETURN_CONST": 103, "RESUME": 149,
    },
}  # fmt: skip
_NAMES = {
    version: {number: name for name, number in numbers.items()}
    for version, numbers in _NUMBERS.items()
}
_OPERATORS = ("+", "&", "//", "<<", "@", "*", "%", "|", "**", ">>", "-", "/", "^")
_COMPARISONS = ("<", "<=", "==", "!=", ">", ">=")
_SYNTAX: dict[str, type[ast.operator]] = {
    "+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div, "//": ast.FloorDiv, "%": ast.Mod,
    "**": ast.Pow, "@": ast.MatMult, "&": ast.BitAnd, "|": ast.BitOr, "^": ast.BitXor,
    "<<": ast.LShift, ">>": ast.RShift,
}  # fmt: skip
_COMPARES: dict[str, type[ast.cmpop]] = {
    "<": ast.Lt, "<=": ast.LtE, "==": ast.Eq, "!=": ast.NotEq, ">": ast.Gt, ">=": ast.GtE,
}  # fmt: skip
_UNARY: dict[str, type[ast.unaryop]] = {
    "UNARY_NEGATIVE": ast.USub, "UNARY_POSITIVE": ast.UAdd, "UNARY_NOT": ast.Not,
    "UNARY_INVERT": ast.Invert,
}  # fmt: skip
# Words behind an instruction that hold nothing when stored: they tell 3.11 from 3.12.
_CACHES = {
    ("LOAD_ATTR", 4): "3.11", ("LOAD_ATTR", 9): "3.12", ("LOAD_GLOBAL", 5): "3.11",
    ("LOAD_GLOBAL", 4): "3.12", ("BINARY_SUBSCR", 4): "3.11", ("BINARY_SUBSCR", 1): "3.12",
    ("COMPARE_OP", 2): "3.11", ("COMPARE_OP", 1): "3.12", ("CALL", 4): "3.11", ("CALL", 3): "3.12",
}  # fmt: skip
_MOST = 2000
_NULL = ast.Name("", ast.Load())


def expression_of(code: StoredCode) -> ast.expr:
    """What the code returns, as an expression of its arguments. Raises `NotReadableError`."""
    version = version_of(code)
    walk = _Walk(code, version)
    steps = _steps(code, version)
    for number, (name, argument) in enumerate(steps):
        result = walk.step(name, argument)
        if result is not None:
            if number != len(steps) - 1:
                raise NotReadableError("there is more than one way through it")
            return result
    raise NotReadableError("it returns nothing")


def version_of(code: StoredCode) -> str:
    """The Python whose instructions these are: a key of the table above."""
    return max(_possible(code), key=lambda version: int(version.partition(".")[2]))


def versions_of(code: StoredCode) -> frozenset[str]:
    """The Pythons that could run this code; none for Pythons before 3.11, which are not told
    apart (no Python that runs this program could)."""
    return _possible(code) - {"3.6"}


def _possible(code: StoredCode) -> frozenset[str]:
    if code.layout != "3.11":
        return frozenset({"3.6"})
    pairs = _pairs(code.instructions)
    # Code begins with RESUME, after what a closure needs.
    begins = [number for number, _ in pairs[:2] if number in (149, 151)]
    if begins == [149]:
        return frozenset({"3.13"})
    for place, (number, _) in enumerate(pairs):
        name = _NAMES["3.11"].get(number, "")
        if name == "PRECALL":
            return frozenset({"3.11"})
        if number in (121, 26):
            return frozenset({"3.12"})
        empty = 0
        while place + 1 + empty < len(pairs) and pairs[place + 1 + empty] == (0, 0):
            empty += 1
        if (name, empty) in _CACHES:
            return frozenset({_CACHES[name, empty]})
    return frozenset({"3.11", "3.12"})


def instruction_names(code: StoredCode) -> list[str]:
    """Names of the instructions, with "?" and the number for those that are not known here."""
    names = _NAMES[version_of(code)]
    return [
        names.get(number, f"?{number}")
        for number, argument in _pairs(code.instructions)
        if (number, argument) != (0, 0)
    ]


def _pairs(instructions: bytes) -> list[tuple[int, int]]:
    return list(zip(instructions[::2], instructions[1::2], strict=False))


def _steps(code: StoredCode, version: str) -> list[tuple[str, int]]:
    names, operators = _NAMES[version], _OLD_OPERATORS if version == "3.6" else {}
    steps: list[tuple[str, int]] = []
    high = 0
    for number, argument in _pairs(code.instructions)[:_MOST]:
        name = f"operator {operators[number]}" if number in operators else names.get(number)
        if name is None:
            raise NotReadableError(f"it does more than compute (instruction {number})")
        if name == "EXTENDED_ARG":
            high = high << 8 | argument
            continue
        if name not in ("CACHE", "NOP", "RESUME", "PRECALL", "COPY_FREE_VARS"):
            steps.append((name, high << 8 | argument))
        high = 0
    return steps


class _Walk:
    """The stack of expressions."""

    def __init__(self, code: StoredCode, version: str) -> None:
        self._code, self._version = code, version
        self._stack: list[ast.expr] = []
        self._keywords: tuple[str, ...] = ()

    def step(self, name: str, argument: int) -> ast.expr | None:
        """One instruction; the expression that is returned, if it returns."""
        if name == "RETURN_VALUE":
            return self._pop()
        if name == "RETURN_CONST":
            return self._constant(argument)
        if name.startswith("operator "):
            self._operate(name.removeprefix("operator "))
        elif name in _UNARY:
            self._stack.append(ast.UnaryOp(_UNARY[name](), self._pop()))
        else:
            handle: Callable[[int], None] | None = getattr(self, f"_{name.lower()}", None)
            if handle is None:
                raise NotReadableError(f"it does more than compute ({name})")
            handle(argument)
        return None

    def _pop(self) -> ast.expr:
        if not self._stack:
            raise NotReadableError("its instructions do not fit together")
        return self._stack.pop()

    def _pop_many(self, count: int) -> list[ast.expr]:
        if count > len(self._stack):
            raise NotReadableError("its instructions do not fit together")
        found = self._stack[len(self._stack) - count :]
        del self._stack[len(self._stack) - count :]
        return found

    def _name(self, names: tuple[str, ...], place: int) -> str:
        if not place < len(names):
            raise NotReadableError("it names what is not there")
        return names[place]

    def _constant(self, place: int) -> ast.expr:
        if not place < len(self._code.constants):
            raise NotReadableError("it names what is not there")
        return _literal(self._code.constants[place])

    # ------------------------------------------------------------------ instructions

    def _load_const(self, place: int) -> None:
        self._stack.append(self._constant(place))

    def _load_fast(self, place: int) -> None:
        self._stack.append(ast.Name(self._name(self._code.locals, place), ast.Load()))

    _load_fast_check = _load_fast

    def _load_fast_load_fast(self, places: int) -> None:
        self._load_fast(places >> 4)
        self._load_fast(places & 15)

    def _load_deref(self, place: int) -> None:
        names = self._code.locals if self._code.layout == "3.11" else self._code.free
        self._stack.append(ast.Name(self._name(names, place), ast.Load()))

    def _load_global(self, place: int) -> None:
        if self._version != "3.6":
            if place & 1:
                self._stack.append(_NULL)
            place >>= 1
        self._stack.append(ast.Name(self._name(self._code.names, place), ast.Load()))

    def _load_attr(self, place: int) -> None:
        if self._version in ("3.12", "3.13"):
            if place & 1:
                self._load_method(place >> 1)
                return
            place >>= 1
        name = self._name(self._code.names, place)
        self._stack.append(ast.Attribute(self._pop(), name, ast.Load()))

    def _load_method(self, place: int) -> None:
        method = ast.Attribute(self._pop(), self._name(self._code.names, place), ast.Load())
        self._stack += [_NULL, method]

    def _push_null(self, _: int) -> None:
        self._stack.append(_NULL)

    def _kw_names(self, place: int) -> None:
        self._keywords = _names_of(self._constant(place))

    def _call(self, count: int) -> None:
        self._make_call(count, self._keywords, 2)
        self._keywords = ()

    def _call_kw(self, count: int) -> None:
        self._make_call(count, _names_of(self._pop()), 2)

    def _call_function(self, count: int) -> None:
        self._make_call(count, (), 1)

    def _call_function_kw(self, count: int) -> None:
        self._make_call(count, _names_of(self._pop()), 1)

    def _call_method(self, count: int) -> None:
        self._make_call(count, (), 2)

    def _make_call(self, count: int, keywords: tuple[str, ...], below: int) -> None:
        given = self._pop_many(count)
        called = [each for each in self._pop_many(below) if each is not _NULL]
        if len(called) != 1 or len(keywords) > count:
            raise NotReadableError("it calls what cannot be told")
        split = count - len(keywords)
        named = [
            ast.keyword(name, value) for name, value in zip(keywords, given[split:], strict=True)
        ]
        self._stack.append(ast.Call(called[0], given[:split], named))

    def _binary_op(self, which: int) -> None:
        if not which < len(_OPERATORS):
            raise NotReadableError("it changes a value in place")
        self._operate(_OPERATORS[which])

    def _operate(self, operator: str) -> None:
        left, right = self._pop_many(2)
        self._stack.append(ast.BinOp(left, _SYNTAX[operator](), right))

    def _compare_op(self, which: int) -> None:
        shift = {"3.12": 4, "3.13": 5}.get(self._version, 0)
        which >>= shift
        if not which < len(_COMPARISONS):
            raise NotReadableError("it compares in a way that cannot be told")
        left, right = self._pop_many(2)
        self._stack.append(ast.Compare(left, [_COMPARES[_COMPARISONS[which]]()], [right]))

    def _binary_subscr(self, _: int) -> None:
        value, key = self._pop_many(2)
        self._stack.append(ast.Subscript(value, key, ast.Load()))

    def _binary_slice(self, _: int) -> None:
        value, start, stop = self._pop_many(3)
        self._stack.append(ast.Subscript(value, _slice(start, stop), ast.Load()))

    def _build_slice(self, count: int) -> None:
        self._stack.append(_slice(*self._pop_many(count)))

    def _build_tuple(self, count: int) -> None:
        self._stack.append(ast.Tuple(self._pop_many(count), ast.Load()))

    def _build_list(self, count: int) -> None:
        self._stack.append(ast.List(self._pop_many(count), ast.Load()))

    def _list_extend(self, _: int) -> None:
        """A list of constants: an empty one, and a tuple."""
        made, more = self._pop_many(2)
        if not isinstance(made, ast.List) or not isinstance(more, ast.Tuple):
            raise NotReadableError("it makes a list in a way that cannot be told")
        self._stack.append(ast.List([*made.elts, *more.elts], ast.Load()))


def _literal(value: Any) -> ast.expr:
    """A constant as source. Raises `NotReadableError` for code inside code."""
    if isinstance(value, StoredCode):
        raise NotReadableError("it holds another function")
    if isinstance(value, tuple):
        return ast.Tuple([_literal(each) for each in value], ast.Load())
    return ast.Constant(value)


def _names_of(value: ast.expr) -> tuple[str, ...]:
    if isinstance(value, ast.Tuple):
        names = [each.value for each in value.elts if isinstance(each, ast.Constant)]
        if len(names) == len(value.elts) and all(isinstance(each, str) for each in names):
            return tuple(str(each) for each in names)
    raise NotReadableError("its keywords are none")


def _slice(start: ast.expr, stop: ast.expr, step: ast.expr | None = None) -> ast.Slice:
    def given(value: ast.expr | None) -> ast.expr | None:
        none = isinstance(value, ast.Constant) and value.value is None
        return None if none else value

    return ast.Slice(given(start), given(stop), given(step))
