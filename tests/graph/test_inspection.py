"""Shapes in words."""

from __future__ import annotations

import pytest

from kerasstudio.graph.inspection import TensorSpec, lettered


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((None,), "scalar"),
        ((None, 10), "F10"),
        ((None, 7, 3), "T7 F3"),
        ((None, 28, None, 1), "H28 W? C1"),
        ((2, 4, 5, 6, 1), "D4 H5 W6 C1"),
        ((), "scalar"),
    ],
)
def test_axes_have_letters(shape: tuple[int | None, ...], text: str) -> None:
    assert lettered(TensorSpec(shape)) == text


def test_what_axes_mean_is_left_out_for_keras() -> None:
    assert TensorSpec((None, 3), "int32", "BC").bare == TensorSpec((None, 3), "int32")
