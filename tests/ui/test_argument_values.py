"""Text ↔ value of arguments: what is read, what is refused, and that writing reads back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasstudio.graph.catalogue import Argument, shipped
from kerasstudio.ui.inspector import objects, values
from kerasstudio.ui.inspector.values import BadValueError


def argument(kind: str, **fields: object) -> Argument:
    return Argument("a", kind, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", "2*32", 64),
        ("int", " 1e3 ", 1000),
        ("int", "-(3 + 4) // 2", -4),
        ("float", "1e-3/2", 0.0005),
        ("float", ".5", 0.5),
        ("float", "2^-3", 0.125),
        ("shape", "28, 28, 1", [28, 28, 1]),
        ("shape", "28 x 28 x 1", [28, 28, 1]),
        ("shape", "28x28X1", [28, 28, 1]),
        ("shape", "(None, 64)", [None, 64]),
        ("shape", "? × 3", [None, 3]),
        ("shape", "64", [64]),
        ("shape", "()", []),
        ("shape", "2*14, 28", [28, 28]),
        ("int_or_tuple", "3", 3),
        ("int_or_tuple", "3, 5", [3, 5]),
        ("int_or_tuple", "3 x 5", [3, 5]),
        ("int_or_tuple", "((1, 2), (3, 4))", [[1, 2], [3, 4]]),
        ("list", "1, 2.5, abc", [1, 2.5, "abc"]),
        ("list", "[1, [2, 3]]", [1, [2, 3]]),
        ("any", "(1, 2)", [1, 2]),
        ("any", "{'a': None}", {"a": None}),
        ("any", "float16", "float16"),
        ("any", "True", True),
        ("text", "  words ", "words"),
    ],
)
def test_text_is_read_generously(kind: str, text: str, value: object) -> None:
    read = values.parse(argument(kind, rank=2), text)
    assert read == value
    assert values.same(read, value)


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("int", "1.5", "whole number"),
        ("int", "0", "At least 1"),
        ("int", "", "A value is needed"),
        ("int", "eight", "not a number"),
        ("int", "__import__('os').getpid()", "not a number"),
        ("int", "9**9**9", "too large"),
        ("int", "1/0", "divides by zero"),
        ("float", "nan", "not a number"),
        ("float", "1e999", "finite"),
        ("shape", "28, 0", "at least 1"),
        ("shape", "3,,4", "nothing between"),
        ("int_or_tuple", "1, 2, 3", "One number or 2"),
        ("choice", "full", "same"),
        ("any", "two words", "no value"),
    ],
)
def test_what_cannot_be_read_says_why(kind: str, text: str, says: str) -> None:
    asked = argument(kind, rank=2, minimum=1, choices=("valid", "same"))
    with pytest.raises(BadValueError, match=says):
        values.parse(asked, text)


@pytest.mark.parametrize("kind", ["int", "float", "shape", "int_or_tuple", "list", "any", "text"])
def test_none_is_a_word_where_it_is_allowed(kind: str) -> None:
    assert values.parse(argument(kind, optional=True), "none") is None
    assert values.show(argument(kind, optional=True), None) == "none"


NUMBERS = st.integers(1, 10**6)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner,
                                                                max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(NUMBERS)
def test_whole_numbers_come_back(value: int) -> None:
    assert values.parse(argument("int"), values.show(argument("int"), value)) == value


@given(st.floats(1e-12, 1e12))
def test_numbers_come_back_to_eleven_digits(value: float) -> None:
    shown = values.show(argument("float"), value)
    assert values.parse(argument("float"), shown) == pytest.approx(value, rel=1e-11)


@given(st.lists(st.none() | NUMBERS, max_size=5))
def test_shapes_come_back(value: list[int | None]) -> None:
    assert values.parse(argument("shape"), values.show(argument("shape"), value)) == value


@given(NUMBERS | st.lists(NUMBERS, min_size=1, max_size=3))
def test_tuples_come_back(value: object) -> None:
    asked = argument("int_or_tuple")
    assert values.parse(asked, values.show(asked, value)) == value


@given(PLAIN)
def test_any_value_comes_back(value: object) -> None:
    asked = argument("any", optional=True)
    assert values.same(values.parse(asked, values.show(asked, value)), value)


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever is typed is read as a JSON value or refused in words."""
    for kind in ("int", "float", "shape", "int_or_tuple", "list", "any"):
        try:
            read = values.parse(argument(kind), text)
        except BadValueError:
            continue
        json.dumps(read, allow_nan=False)


def test_true_is_not_one() -> None:
    assert not values.same(True, 1)
    assert not values.is_default(argument("any", default=1), True)
    assert values.is_default(argument("float", default=1), 1.0)


def test_every_default_of_keras_is_read_back_as_written() -> None:
    """What a field shows for a default must mean that default when someone presses Enter."""
    catalogue = shipped()
    checked, wrong = 0, []
    for kind in (*catalogue.layers, *catalogue.objects):
        for asked in kind.arguments:
            if asked.required or asked.kind in ("object", "bool", "choice"):
                continue
            if asked.default is None and not asked.optional:
                continue
            if objects.class_name(asked.default) is not None and asked.family:
                continue
            checked += 1
            text = values.show(asked, asked.default)
            try:
                read = values.parse(asked, text) if text else ""
            except BadValueError as error:
                wrong.append(f"{kind.class_name}.{asked.name}: {text!r}: {error}")
                continue
            if not values.is_default(asked, read):
                wrong.append(f"{kind.class_name}.{asked.name}: {text!r} is read as {read!r}")
    assert checked > 300
    assert not wrong, "\n".join(wrong)
