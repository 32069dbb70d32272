"""Steps of numbers: powers of two, fixed amounts, 1-2-5 ladders."""

from __future__ import annotations

from typing import Any

import pytest

from kerasstudio.graph.catalogue import Argument, shipped
from kerasstudio.graph.stepping import DOUBLE, LADDER, Grain, can_step, step, stepping


def argument(name: str, kind: str = "int", **limits: Any) -> Argument:
    return Argument(name, kind, **limits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "kind", "value", "steps", "expected"),
    [
        ("units", "int", 32, 1, 64),
        ("units", "int", 32, -1, 16),
        ("units", "int", 48, 1, 64),
        ("units", "int", 48, -1, 32),
        ("units", "int", 1, -1, 1),
        ("filters", "int", 3, 2, 8),
        ("batch_size", "int", 100, 1, 128),
        ("kernel_size", "int_or_tuple", 3, 1, 5),
        ("kernel_size", "int_or_tuple", [3, 5], 1, [5, 7]),
        ("strides", "int_or_tuple", 1, 1, 2),
        ("epochs", "int", 20, 1, 25),
        ("seed", "int", 7, 1, 8),
        ("axis", "int", -1, -1, -2),
        ("rate", "float", 0.3, 1, 0.35),
        ("rate", "float", 0.3, -2, 0.2),
        ("learning_rate", "float", 0.001, 1, 0.002),
        ("learning_rate", "float", 0.001, -1, 0.0005),
        ("learning_rate", "float", 0.003, 1, 0.005),
        ("learning_rate", "float", 0.003, -1, 0.002),
        ("learning_rate", "float", 0.5, 1, 1.0),
        ("l2", "float", 0.0, 1, 0.0001),
        ("l2", "float", 0.0, -1, 0.0),
        ("input_dim", "int", 1000, 1, 2000),
        ("input_dim", "int", 1, -1, 1),
        ("momentum", "float", 0.99, -1, 0.98),
        ("beta_2", "float", 0.999, -1, 0.998),
        ("unheard_of", "float", 0.25, 1, 0.26),
        ("unheard_of", "float", 400.0, 1, 410.0),
    ],
)
def test_one_step(name: str, kind: str, value: Any, steps: int, expected: Any) -> None:
    moved = step(argument(name, kind), value, steps)
    assert moved == (pytest.approx(expected) if isinstance(expected, float) else expected)
    assert type(moved) is type(expected)


@pytest.mark.parametrize(
    ("name", "kind", "value", "grain", "expected"),
    [
        ("units", "int", 64, "fine", 65),
        ("units", "int", 64, "coarse", 512),
        ("rate", "float", 0.3, "fine", 0.305),
        ("rate", "float", 0.3, "coarse", 0.5),
        ("learning_rate", "float", 0.001, "fine", 0.0011),
        ("learning_rate", "float", 0.001, "coarse", 0.01),
        ("seed", "int", 5, "coarse", 15),
        ("kernel_size", "int_or_tuple", 3, "fine", 4),
        ("input_dim", "int", 1000, "fine", 1100),
    ],
)
def test_grain(name: str, kind: str, value: Any, grain: Grain, expected: Any) -> None:
    assert step(argument(name, kind), value, 1, grain) == pytest.approx(expected)


def test_limits_hold() -> None:
    rate = argument("rate", "float", minimum=0, maximum=1)
    assert step(rate, 0.9, 10) == 1.0
    assert step(rate, 0.1, -10) == 0.0
    units = argument("units", minimum=1)
    assert step(units, 4, -20) == 1
    assert step(argument("units"), 2**40, 40) == 2**48


@pytest.mark.parametrize("value", [None, True, "relu", [], [1.5], [True], {"a": 1}])
def test_what_is_no_number_stays(value: Any) -> None:
    assert step(argument("units"), value, 1) == value
    assert not can_step(value)


def test_up_and_down_meet_again() -> None:
    """From a rung, as many steps down as up lead back."""
    for name in ("units", "learning_rate", "rate", "epochs", "strides"):
        kind = "float" if name in ("learning_rate", "rate") else "int"
        start: Any = {"units": 32, "learning_rate": 0.01, "rate": 0.5}.get(name, 4)
        for count in range(1, 5):
            there = step(argument(name, kind), start, count)
            assert step(argument(name, kind), there, -count) == pytest.approx(start)


def test_keras_arguments_step_as_people_expect() -> None:
    """The table names arguments that Keras really has."""
    names = {
        each.name: each
        for kind in (*shipped().layers, *shipped().objects)
        for each in kind.arguments
    }
    for name in ("units", "filters", "output_dim", "key_dim", "num_heads"):
        assert stepping(names[name]) == DOUBLE
    for name in ("learning_rate", "l2", "epsilon", "input_dim", "weight_decay"):
        assert stepping(names[name]) == LADDER
