"""Shapes in words."""

from __future__ import annotations

import pytest

from kerasstudio.graph.inspection import TensorSpec, axis_names, lettered, shape_text


@pytest.mark.parametrize(
    ("shape", "names", "text"),
    [
        ((None,), ("batch",), "scalar"),
        ((None, 10), ("batch", "features"), "10 F"),
        ((None, 7, 3), ("batch", "steps", "features"), "7 S × 3 F"),
        ((None, 28, None, 1), ("batch", "height", "width", "channels"), "28 H × ? W × 1 C"),
        (
            (2, 4, 5, 6, 1),
            ("batch", "depth", "height", "width", "channels"),
            "4 D × 5 H × 6 W × 1 C",
        ),
        ((), (), "scalar"),
    ],
)
def test_axes_have_letters(
    shape: tuple[int | None, ...], names: tuple[str, ...], text: str
) -> None:
    spec = TensorSpec(shape)
    assert axis_names(spec) == names
    assert lettered(spec) == text
    if len(shape) > 1:
        assert lettered(spec, batch=True).endswith(f" B × {text}")


def test_many_axes_are_numbers() -> None:
    spec = TensorSpec((None, 1, 2, 3, 4, 5))
    assert axis_names(spec)[-1] == "axis 5"
    assert lettered(spec) == shape_text(spec)
