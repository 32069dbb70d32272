"""From files to arrays: split, encodings, windows, several Inputs and Outputs, other files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasstudio.graph.data_spec import Column, DataSpec, Source, Split, Window
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.sketch import Sketch, with_data
from kerasstudio.graph.templates import model_for_data, templates
from kerasstudio.runtime.fitted_data import load_fitted, save_fitted
from kerasstudio.runtime.worker.data import LoadedData, describe, guess_data, load, load_rows
from kerasstudio.runtime.worker.data.split import split_rows


def write(folder: Path, text: str, name: str = "data.csv") -> str:
    (folder / name).write_text(text)
    return name


def shop(rows: int = 60) -> str:
    """A small table with a number, a category and a class."""
    colors = ("red", "green", "blue")
    lines = [f"{n % 7 / 2},{colors[n % 3]},{'yes' if n % 4 else 'no'}" for n in range(rows)]
    return "size,color,sold\n" + "\n".join(lines) + "\n"


def made(folder: Path, name: str, target: str | None = None) -> tuple[Project, LoadedData]:
    data, summary = guess_data([name], folder, target)
    project = model_for_data(data, summary)
    return project, load(project, folder)


def column(project: Project, name: str, **changes: object) -> Project:
    columns = tuple(
        msgspec.structs.replace(each, **changes) if each.name == name else each
        for each in project.data.columns
    )
    return with_data(project, columns=columns)


def refused(call: Callable[[], object], code: str) -> StudioError:
    with pytest.raises(StudioError) as caught:
        call()
    assert caught.value.problem.code == code
    return caught.value


# ---------------------------------------------------------------- split


@given(
    count=st.integers(10, 400),
    validation=st.sampled_from([0.0, 0.1, 0.15, 0.3]),
    test=st.sampled_from([0.0, 0.1, 0.2, 0.4]),
    method=st.sampled_from(["stratified", "random", "ordered"]),
    seed=st.integers(0, 1000),
)
def test_every_sample_is_in_one_part(
    count: int, validation: float, test: float, method: str, seed: int
) -> None:
    split = Split(validation, test, seed, method)  # type: ignore[arg-type]
    codes = np.arange(count) % 3
    parts = split_rows(count, split, codes)
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(count))
    assert (len(parts["validation"]) > 0) == (validation > 0)
    assert (len(parts["test"]) > 0) == (test > 0)
    again = split_rows(count, split, codes)
    assert all(np.array_equal(parts[name], again[name]) for name in parts)


@given(sizes=st.lists(st.integers(4, 60), min_size=2, max_size=5), seed=st.integers(0, 99))
def test_stratified_keeps_proportions(sizes: list[int], seed: int) -> None:
    codes = np.repeat(np.arange(len(sizes)), sizes)
    if len(codes) < 10:
        return
    parts = split_rows(len(codes), Split(0.2, 0.2, seed, "stratified"), codes)
    for part in ("validation", "test"):
        for number, size in enumerate(sizes):
            taken = int((codes[parts[part]] == number).sum())
            assert abs(taken - 0.2 * size) <= 2


def test_ordered_keeps_the_last_rows_for_the_test() -> None:
    parts = split_rows(100, Split(0.1, 0.2, method="ordered"))
    assert parts["train"].tolist() == list(range(70))
    assert parts["test"].tolist() == list(range(80, 100))


def test_other_seed_other_split() -> None:
    first = split_rows(100, Split(seed=1))
    second = split_rows(100, Split(seed=2))
    assert not np.array_equal(first["test"], second["test"])


@pytest.mark.parametrize(
    ("count", "split", "code"),
    [
        (9, Split(), "data.too_few_rows"),
        (50, Split(0.6, 0.5), "data.split_fractions"),
        (50, Split(-0.1, 0.5), "data.split_fractions"),
        (10, Split(0.49, 0.49), "data.too_few_rows"),
    ],
)
def test_impossible_splits(count: int, split: Split, code: str) -> None:
    refused(lambda: split_rows(count, split), code)


# ---------------------------------------------------------------- samples and templates


@pytest.mark.parametrize("template", [each for each in templates() if each.id != "blank"])
def test_templates_get_their_data(template, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    project = template.make()
    data = load(project, tmp_path)
    assert set(data.inputs) == {layer.name for _, layer in project.inputs()}
    assert set(data.targets) == {layer.name for _, layer in project.outputs()}
    for _, layer in project.inputs():
        assert list(data.inputs[layer.name].shape[1:]) == layer.arguments["shape"]
        assert data.inputs[layer.name].dtype == np.float32
    assert sum(data.count(part) for part in data.indices) == data.summary.rows
    assert data.fitted.parts == data.summary.parts


def test_digits_rows_match_the_file(tmp_path: Path) -> None:
    from kerasstudio.graph.resources import resource

    data = load(templates()[0].make(), tmp_path)
    with np.load(resource("samples/digits.npz")) as file:
        images, labels = file["images"], file["labels"]
    at = data.indices["test"][7]
    row = data.rows["test"][7]
    assert np.array_equal(data.inputs["images"][at], images[row - 1])
    assert data.targets["labels"][at] == labels[row - 1]
    assert data.fitted.output("labels").classes == tuple("0123456789")


def test_row_numbers_are_those_of_a_spreadsheet(tmp_path: Path) -> None:
    write(tmp_path, shop())
    project, data = made(tmp_path, "data.csv")
    text = (tmp_path / "data.csv").read_text().splitlines()
    for position, row in zip(data.indices["test"], data.rows["test"], strict=True):
        size = float(text[row - 1].split(",")[0])
        assert data.inputs["features"][position][0] == np.float32(size)
    del project


# ---------------------------------------------------------------- encodings and missing values


def test_categories_become_one_hot_and_class_numbers(tmp_path: Path) -> None:
    write(tmp_path, shop())
    project, data = made(tmp_path, "data.csv")
    assert data.inputs["features"].shape == (60, 4)
    assert data.inputs["features"][0].tolist() == [0.0, 0.0, 0.0, 1.0]
    assert data.fitted.column("color").classes == ("blue", "green", "red")
    assert data.targets["sold"].tolist()[:5] == [0, 1, 1, 1, 0]
    project = column(project, "sold", encoding="one_hot")
    assert load(project, tmp_path).targets["sold"].shape == (60, 2)


def test_missing_cell_is_named_by_file_column_and_row(tmp_path: Path) -> None:
    lines = shop().splitlines()
    lines[17] = ",red,yes"
    write(tmp_path, "\n".join(lines))
    data, summary = guess_data(["data.csv"], tmp_path)
    project = column(model_for_data(data, summary), "size", missing="refuse")
    found = refused(lambda: load(project, tmp_path), "data.missing").problem
    assert (found.place.column, found.place.row) == ("size", 18)
    assert "data.csv" in (found.place.file or "")
    assert [fix.arguments["value"] for fix in found.fixes] == [
        "drop_row",
        "mean",
        "most_frequent",
        "ignore",
    ]


def test_missing_values_are_dropped_or_filled_from_the_training_part(tmp_path: Path) -> None:
    lines = shop().splitlines()
    lines[17] = ",red,yes"
    write(tmp_path, "\n".join(lines))
    data, summary = guess_data(["data.csv"], tmp_path)
    project = model_for_data(data, summary)
    dropped = load(column(project, "size", missing="drop_row"), tmp_path)
    assert dropped.summary.rows == 59
    assert 18 not in np.concatenate(list(dropped.rows.values()))
    filled = load(column(project, "size", missing="mean"), tmp_path)
    train = [n for n in filled.rows["train"] if n != 18]
    mean = np.mean([float(lines[row - 1].split(",")[0]) for row in train])
    at = [np.flatnonzero(filled.rows[part] == 18) for part in filled.rows]
    part, place = next((p, a[0]) for p, a in zip(filled.rows, at, strict=True) if len(a))
    value = filled.inputs["features"][filled.indices[part][place]][0]
    assert value == pytest.approx(mean)


def test_word_among_numbers_is_named(tmp_path: Path) -> None:
    lines = shop().splitlines()
    lines[30] = "tiny,red,yes"
    write(tmp_path, "\n".join(lines))
    data, summary = guess_data(["data.csv"], tmp_path)
    project = model_for_data(data, summary)
    found = refused(lambda: load(project, tmp_path), "data.not_a_number").problem
    assert (found.place.row, found.received) == (31, "tiny")
    assert load(column(project, "size", missing="drop_row"), tmp_path).summary.rows == 59


def test_column_that_is_gone(tmp_path: Path) -> None:
    write(tmp_path, shop())
    project, _ = made(tmp_path, "data.csv")
    write(tmp_path, shop().replace("color", "colour"))
    found = refused(lambda: load(project, tmp_path), "data.missing_column").problem
    assert found.place.column == "color"


def test_nan_in_an_array_is_found(tmp_path: Path) -> None:
    values = np.ones((50, 4, 4), dtype=np.float32)
    values[7, 1, 1] = np.nan
    np.savez(tmp_path / "d.npz", images=values, label=np.arange(50) % 2)
    data, summary = guess_data(["d.npz"], tmp_path)
    found = refused(lambda: load(model_for_data(data, summary), tmp_path), "data.missing").problem
    assert (found.place.column, found.place.row) == ("images", 8)


def test_too_few_rows(tmp_path: Path) -> None:
    write(tmp_path, shop(8))
    data, summary = guess_data(["data.csv"], tmp_path)
    project = model_for_data(data, summary)
    refused(lambda: load(project, tmp_path), "data.too_few_rows")


def test_files_of_different_length(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((20, 3)))
    np.save(tmp_path / "y.npy", np.zeros(19))
    refused(lambda: guess_data(["x.npy", "y.npy"], tmp_path), "data.lengths_differ")


def test_two_files_side_by_side(tmp_path: Path) -> None:
    np.save(tmp_path / "images.npy", np.random.default_rng(0).random((40, 8, 8)))
    write(tmp_path, "label\n" + "\n".join("ab"[n % 2] for n in range(40)) + "\n", "labels.csv")
    data, summary = guess_data(["images.npy", "labels.csv"], tmp_path)
    loaded = load(model_for_data(data, summary), tmp_path)
    assert loaded.inputs["images"].shape == (40, 8, 8, 1)
    assert loaded.targets["label"].tolist()[:3] == [0, 1, 0]


# ---------------------------------------------------------------- windows


def test_windows_hold_the_rows_before_the_target(tmp_path: Path) -> None:
    rows = "\n".join(f"{1900 + n},{n * 1.5}" for n in range(80))
    write(tmp_path, f"year,value\n{rows}\n")
    sketch = Sketch()
    node = sketch.input("past", [5, 1])
    node = sketch.layer("LSTM", node, units=2)
    sketch.output("value", sketch.layer("Dense", node, units=1))
    columns = (
        Column("year", "s1", "integer", "ignore"),
        Column("value", "s1", "number", "target"),
    )
    data = DataSpec(
        sources=(Source("s1", "data.csv", "csv"),),
        columns=columns,
        split=Split(0.1, 0.1, method="ordered"),
        window=Window(length=5, horizon=3),
    )
    loaded = load(sketch.project(data), tmp_path)
    assert loaded.inputs["past"].shape == (73, 5, 1)
    assert loaded.inputs["past"][2].ravel().tolist() == [3.0, 4.5, 6.0, 7.5, 9.0]
    assert loaded.targets["value"][2].tolist() == [9 * 1.5]
    assert loaded.rows["train"][2] == 9 + 2
    assert loaded.rows["test"][-1] == 81


# ---------------------------------------------------------------- other files


def test_rows_of_another_file_are_prepared_alike(tmp_path: Path) -> None:
    write(tmp_path, shop())
    project, data = made(tmp_path, "data.csv")
    write(tmp_path, "color,size,sold\nblue,1,no\nred,2,yes\n", "new.csv")
    x, y, rows = load_rows(project, data.fitted, tmp_path / "new.csv")
    assert x.tolist() == [[1.0, 1.0, 0.0, 0.0], [2.0, 0.0, 0.0, 1.0]]
    assert y.tolist() == [0, 1]
    assert rows.tolist() == [2, 3]
    write(tmp_path, "size,color\n1,blue\n", "bare.csv")
    x, y, rows = load_rows(project, data.fitted, tmp_path / "bare.csv")
    assert (len(x), y, rows.tolist()) == (1, None, [2])


def test_class_that_training_has_not_seen(tmp_path: Path) -> None:
    write(tmp_path, shop())
    project, data = made(tmp_path, "data.csv")
    path = tmp_path / write(tmp_path, "size,color\n1,blue\n2,pink\n", "new.csv")
    found = refused(lambda: load_rows(project, data.fitted, path), "data.unknown_class").problem
    assert (found.place.row, found.place.column, found.received) == (3, "color", "pink")


def test_other_file_without_a_feature(tmp_path: Path) -> None:
    write(tmp_path, shop())
    project, data = made(tmp_path, "data.csv")
    path = tmp_path / write(tmp_path, "size\n1\n", "new.csv")
    refused(lambda: load_rows(project, data.fitted, path), "data.missing_column")


def test_other_array_file_stands_for_the_only_feature(tmp_path: Path) -> None:
    project = templates()[0].make()
    data = load(project, tmp_path)
    np.save(tmp_path / "mine.npy", np.zeros((3, 8, 8), np.uint8))
    x, y, rows = load_rows(project, data.fitted, tmp_path / "mine.npy")
    assert x.shape == (3, 8, 8)
    assert x.dtype == np.float32
    assert (y, rows.tolist()) == (None, [1, 2, 3])
    np.save(tmp_path / "wrong.npy", np.zeros((3, 9, 8), np.uint8))
    refused(lambda: load_rows(project, data.fitted, tmp_path / "wrong.npy"), "data.shape_differs")


def test_the_row_after_a_series_can_be_predicted(tmp_path: Path) -> None:
    project = next(each for each in templates() if each.id == "lstm_sunspots").make()
    data = load(project, tmp_path)
    x, y, rows = load_rows(project, data.fitted, "sample:sunspots.csv")
    assert len(x) == len(y) == len(rows) == 285
    assert rows[-1] == 310


def test_fitted_data_survives_its_file(tmp_path: Path) -> None:
    write(tmp_path, shop())
    _, data = made(tmp_path, "data.csv")
    save_fitted(tmp_path, data.fitted)
    assert load_fitted(tmp_path) == data.fitted
    (tmp_path / "data.json").write_text("{")
    refused(lambda: load_fitted(tmp_path), "file.fitted_data")


# ---------------------------------------------------------------- description


def test_description_of_a_table(tmp_path: Path) -> None:
    write(tmp_path, shop())
    data, _ = guess_data(["data.csv"], tmp_path)
    reported: list[str] = []
    summary = describe(data, tmp_path, lambda text, done=None: reported.append(text))
    size, color = summary.column("size"), summary.column("color")
    assert size is not None
    assert color is not None
    assert (size.minimum, size.maximum, size.distinct) == (0.0, 3.0, 7)
    assert sum(size.histogram) == 60
    assert (color.classes, color.histogram) == (("blue", "green", "red"), (20, 20, 20))
    assert summary.preview[1] == ("0.5", "green", "yes")
    assert sum(summary.parts) == summary.rows == 60
    assert len(summary.fingerprint) == 64
    assert reported
    write(tmp_path, shop().replace("red", "rot"))
    assert describe(data, tmp_path).fingerprint != summary.fingerprint
