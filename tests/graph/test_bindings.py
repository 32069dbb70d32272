"""Which columns feed which Input and Output."""

from __future__ import annotations

import pytest

from kerasstudio.graph.bindings import fits, input_shape_from_data, join, reshaped, resolve
from kerasstudio.graph.data_spec import Column, DataSpec, Window
from kerasstudio.graph.data_summary import ColumnSummary, DataSummary
from kerasstudio.graph.project import Project
from kerasstudio.graph.sketch import Sketch


def drawn(
    inputs: dict[str, list[int]], outputs: list[str], data: DataSpec
) -> tuple[Project, dict[str, str]]:
    """A model of Inputs and Outputs around one Dense layer; layer ids by name."""
    sketch = Sketch()
    starts = {name: sketch.input(name, shape) for name, shape in inputs.items()}
    middle = sketch.layer("Dense", *starts.values(), units=3)
    ends = {name: sketch.output(name, middle) for name in outputs}
    ids = {name: sketch.layer_id(node) for name, node in {**starts, **ends}.items()}
    return sketch.project(data), ids


def data_of(*columns: Column, **changes: object) -> DataSpec:
    return DataSpec(columns=columns, **changes)  # type: ignore[arg-type]


def seen(*columns: ColumnSummary) -> DataSummary:
    return DataSummary(rows=100, columns=columns, parts=(70, 15, 15))


NUMBERS = (Column("a", "s", "number"), Column("b", "s", "number"))
TARGET = Column("kind", "s", "category", "target", "index")
FOUND = seen(
    ColumnSummary("a", "s", "number"),
    ColumnSummary("b", "s", "number"),
    ColumnSummary("kind", "s", "category", classes=("x", "y", "z")),
)


def test_a_table_goes_to_the_only_input() -> None:
    project, ids = drawn({"inputs": [2]}, ["out"], data_of(*NUMBERS, TARGET))
    found = resolve(project, FOUND)
    assert found.problems == ()
    entry = found.inputs[ids["inputs"]]
    assert (entry.columns, entry.shape, entry.dtype) == (("a", "b"), (2,), "float32")
    target = found.outputs[ids["out"]]
    assert (target.columns, target.shape, target.classes, target.kind) == (
        ("kind",),
        (),
        3,
        "index",
    )


def test_names_come_before_order() -> None:
    project, ids = drawn({"b": [1], "rest": [1]}, ["kind"], data_of(*NUMBERS, TARGET))
    found = resolve(project, FOUND)
    assert found.inputs[ids["b"]].columns == ("b",)
    assert found.inputs[ids["rest"]].columns == ("a",)


def test_explicit_comes_before_names() -> None:
    project, ids = drawn({"a": [1], "b": [1]}, ["kind"], DataSpec())
    data = data_of(*NUMBERS, TARGET, bindings={ids["a"]: ("b",), ids["b"]: ("a",)})
    project, _ = drawn({"a": [1], "b": [1]}, ["kind"], data)
    found = resolve(project, FOUND)
    assert found.inputs[ids["a"]].columns == ("b",)
    assert found.inputs[ids["a"]].explicit
    assert found.problems == ()


def test_arrays_and_numbers_go_where_they_fit() -> None:
    columns = (Column("image", "s", "array"), *NUMBERS, TARGET)
    summary = seen(*FOUND.columns, ColumnSummary("image", "s", "array", shape=(8, 8)))
    project, ids = drawn({"first": [2], "second": [8, 8, 1]}, ["out"], data_of(*columns))
    found = resolve(project, summary)
    assert found.inputs[ids["first"]].columns == ("a", "b")
    assert found.inputs[ids["second"]].columns == ("image",)


def test_one_hot_widens_the_table() -> None:
    color = Column("color", "s", "category", encoding="one_hot")
    summary = seen(*FOUND.columns, ColumnSummary("color", "s", "category", classes=("r", "g")))
    project, ids = drawn({"inputs": [4]}, ["out"], data_of(*NUMBERS, color, TARGET))
    assert resolve(project, summary).inputs[ids["inputs"]].shape == (4,)


def test_windows_give_steps_and_the_past_of_the_target() -> None:
    value = Column("value", "s", "number", "target")
    data = data_of(NUMBERS[0], value, window=Window(12, 1))
    project, ids = drawn({"inputs": [12, 2]}, ["out"], data)
    summary = seen(ColumnSummary("a", "s", "number"), ColumnSummary("value", "s", "number"))
    found = resolve(project, summary)
    assert found.inputs[ids["inputs"]].columns == ("a", "value")
    assert found.inputs[ids["inputs"]].shape == (12, 2)
    assert found.outputs[ids["out"]].shape == (1,)


def test_what_gets_nothing_is_told_with_a_fix() -> None:
    project, ids = drawn(
        {"inputs": [2], "more": [2]}, ["out", "more_out"], data_of(*NUMBERS, TARGET)
    )
    problems = {problem.code: problem for problem in resolve(project, FOUND).problems}
    assert set(problems) == {"data.input_unbound", "data.output_unbound"}
    assert problems["data.input_unbound"].place.layer == ids["more"]
    fix = problems["data.output_unbound"].fixes[0]
    assert (fix.kind, fix.arguments) == (
        "set_binding",
        {"layer": ids["more_out"], "columns": ["kind"]},
    )


def test_unknown_bound_column_is_told() -> None:
    project, ids = drawn({"inputs": [2]}, ["out"], DataSpec())
    data = data_of(*NUMBERS, TARGET, bindings={ids["inputs"]: ("gone",)})
    project, _ = drawn({"inputs": [2]}, ["out"], data)
    assert [problem.code for problem in resolve(project, FOUND).problems] == ["data.binding_column"]


def test_unused_columns_are_listed() -> None:
    two = (Column("image", "s", "array"), Column("depth", "s", "array"), TARGET)
    project, _ = drawn({"inputs": [8, 8]}, ["out"], data_of(*two))
    assert resolve(project, None).unused == ("depth",)


def test_without_a_summary_shapes_are_unknown_not_wrong() -> None:
    project, ids = drawn({"x": [8, 8]}, ["out"], data_of(Column("x", "s", "array"), TARGET))
    found = resolve(project, None)
    assert found.inputs[ids["x"]].shape is None
    assert found.problems == ()


def test_autoencoder_by_explicit_binding() -> None:
    project, ids = drawn({"x": [8, 8]}, ["again"], DataSpec())
    data = data_of(Column("x", "s", "array"), bindings={ids["again"]: ("x",)})
    project, _ = drawn({"x": [8, 8]}, ["again"], data)
    found = resolve(project, seen(ColumnSummary("x", "s", "array", shape=(8, 8))))
    assert found.outputs[ids["again"]].shape == (8, 8)
    assert found.problems == ()


@pytest.mark.parametrize(
    ("wanted", "offered"),
    [
        ([8, 8, 1], [8, 8, 1]),
        ([28, 28, 1], [8, 8, 1]),
        ([None, None], [None, None]),
        ([64], [8, 8]),
    ],
)
def test_shape_from_data(wanted: list[int | None], offered: list[int | None]) -> None:
    data = data_of(Column("x", "s", "array"), TARGET)
    project, ids = drawn({"x": wanted}, ["out"], data)  # type: ignore[dict-item]
    summary = seen(ColumnSummary("x", "s", "array", shape=(8, 8)), *FOUND.columns)
    assert input_shape_from_data(project, summary, ids["x"]) == (offered, "float32")


@pytest.mark.parametrize(
    ("shape", "wanted", "result"),
    [
        ((8, 8), (8, 8, 1), (8, 8, 1)),
        ((8, 8, 1), (8, 8), (8, 8)),
        ((1, 8, 8), (8, 8, 1), None),
        ((8, 8), (64,), None),
        ((8, 8), (None, None, 1), (8, 8, 1)),
        ((3,), (3, 1), (3, 1)),
        ((3,), (4,), None),
    ],
)
def test_only_axes_of_length_one_are_added_or_removed(
    shape: tuple[int, ...], wanted: tuple[int | None, ...], result: tuple[int, ...] | None
) -> None:
    assert fits(shape, wanted) == (result is not None)
    assert reshaped(shape, wanted) == (result or shape)


@pytest.mark.parametrize(
    ("shapes", "joined"),
    [
        ([(), (), (3,)], (5,)),
        ([(4, 2), (4, 3)], (4, 5)),
        ([(4, 2), (5, 3)], None),
        ([(4, 2), ()], None),
        ([(4, 2)], (4, 2)),
    ],
)
def test_join(shapes: list[tuple[int, ...]], joined: tuple[int, ...] | None) -> None:
    assert join(shapes) == joined
