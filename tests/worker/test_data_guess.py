"""What is proposed for files a person chose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kerasstudio.graph.data_spec import Column, DataSpec
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.preflight_data import data_problems
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.templates import model_for_data
from kerasstudio.runtime.protocol import DataDescribed, DataGuessed, DescribeData, GuessData
from kerasstudio.runtime.worker.data import guess_data
from kerasstudio.runtime.worker.data.requests import answer


def guess_data_of(folder: Path, header: str, rows: list[str]) -> tuple[DataSpec, DataSummary]:
    (folder / "data.csv").write_text("\n".join([header, *rows]) + "\n")
    return guess_data(["data.csv"], folder)


def guessed(folder: Path, header: str, rows: list[str]) -> DataSpec:
    return guess_data_of(folder, header, rows)[0]


def roles(data: DataSpec) -> dict[str, str]:
    return {column.name: column.role for column in data.columns}


def column(data: DataSpec, name: str) -> Column:
    found = data.column(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("sample", "target", "encoding", "method", "window"),
    [
        ("iris.csv", "species", "index", "stratified", 0),
        ("wine.csv", "cultivar", "index", "stratified", 0),
        ("digits.npz", "labels", "index", "stratified", 0),
        ("sunspots.csv", "sunspots", "none", "ordered", 24),
        ("co2.csv", "co2_ppm", "none", "ordered", 24),
    ],
)
def test_samples(
    sample: str, target: str, encoding: str, method: str, window: int, tmp_path: Path
) -> None:
    data, summary = guess_data([f"sample:{sample}"], tmp_path)
    found = column(data, target)
    assert (found.role, found.encoding) == ("target", encoding)
    assert [each.name for each in data.columns if each.role == "target"] == [target]
    assert (data.split.method, data.window.length) == (method, window)
    assert data.sources[0].path == f"sample:{sample}"
    assert model_for_data(data, summary).graph.nodes


def test_digits_roles(tmp_path: Path) -> None:
    data, _ = guess_data(["sample:digits.npz"], tmp_path)
    assert column(data, "images").kind == "array"
    assert column(data, "images").role == "feature"


def test_ids_dates_texts_and_constants_are_left_out_with_a_reason(tmp_path: Path) -> None:
    rows = [
        f"{n},2024-01-{n % 28 + 1:02},note number {n * 7919 % 1000} {n},5,{n % 9}.5,{'ab'[n % 2]}"
        for n in range(200)
    ]
    (tmp_path / "data.csv").write_text("row_id,when,remark,unit,size,label\n" + "\n".join(rows))
    data, summary = guess_data(["data.csv"], tmp_path)
    assert roles(data) == {
        "row_id": "ignore",
        "when": "ignore",
        "remark": "ignore",
        "unit": "ignore",
        "size": "feature",
        "label": "target",
    }
    reasons = {
        problem.place.column: problem.message
        for problem in summary.problems
        if problem.code == "data.guess"
    }
    assert set(reasons) == {"row_id", "when", "remark", "unit"}
    assert "numbers the rows" in reasons["row_id"]
    assert "dates" in reasons["when"]


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("x,class,z", "class"),
        ("target,x,z", "target"),
        ("x,y,z", "y"),
        ("is_label,x,z", "is_label"),
        ("u,v,w", "w"),
    ],
)
def test_target_by_name_or_last(tmp_path: Path, header: str, target: str) -> None:
    rows = [f"{n * 37 % 11},{n * 17 % 7},{n % 3}" for n in range(60)]
    assert roles(guessed(tmp_path, header, rows))[target] == "target"


def test_whole_numbers_of_few_values_are_classes_only_as_target(tmp_path: Path) -> None:
    data = guessed(tmp_path, "rooms,quality", [f"{n % 5},{3 + n % 6}" for n in range(80)])
    assert column(data, "rooms").encoding == "none"
    assert column(data, "quality").encoding == "index"


def test_many_values_are_a_measurement(tmp_path: Path) -> None:
    data = guessed(tmp_path, "size,price", [f"{n % 50},{1000 + 37 * n}" for n in range(80)])
    assert column(data, "price").encoding == "none"
    assert data.split.method == "random"


def test_a_year_among_other_things_is_a_number(tmp_path: Path) -> None:
    """Cars have a year; they are no series."""
    rows = [f"{1990 + n * 7 % 30},{n % 13},{'ab'[n % 2]}" for n in range(80)]
    data = guessed(tmp_path, "year,power,type", rows)
    assert roles(data)["year"] == "feature"
    assert data.window.length == 0


def test_chosen_target_and_unknown_target(tmp_path: Path) -> None:
    data, _ = guess_data(["sample:wine.csv"], tmp_path, "alcohol")
    assert roles(data)["alcohol"] == "target"
    assert roles(data)["cultivar"] == "feature"
    assert column(data, "cultivar").encoding == "one_hot"
    with pytest.raises(StudioError, match="no column") as caught:
        guess_data(["sample:wine.csv"], tmp_path, "alcool")
    assert "alcohol" in caught.value.problem.expected


def test_paths_are_written_so_that_projects_can_move(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "elsewhere").mkdir()
    np.save(tmp_path / "data" / "x.npy", np.zeros((20, 3)))
    data, _ = guess_data([str(tmp_path / "data" / "x.npy")], tmp_path)
    assert data.sources[0].path == "data/x.npy"
    data, _ = guess_data([str(tmp_path / "data" / "x.npy")], tmp_path / "elsewhere")
    assert data.sources[0].path == str(tmp_path / "data" / "x.npy")


def test_empty_cells_get_a_rule_and_a_reason(tmp_path: Path) -> None:
    """What `new` proposes can be trained at once."""
    rows = [
        f"{'' if n % 9 == 4 else n % 7 * 1.5},{'' if n % 8 == 3 else 'uvw'[n % 3]},"
        f"{'NA' if n % 11 == 5 else 'ab'[n % 2]}"
        for n in range(80)
    ]
    (tmp_path / "data.csv").write_text("\n".join(["size,colour,label", *rows]) + "\n")
    data, summary = guess_data(["data.csv"], tmp_path)
    assert {each.name: each.missing for each in data.columns} == {
        "size": "mean",
        "colour": "most_frequent",
        "label": "drop_row",
    }
    told = {each.place.column: each.message for each in summary.problems}
    assert "9 rows; there it gets the mean" in told["size"]
    assert "7 rows; those rows are left out" in told["label"]
    assert summary.rows == 73
    assert data_problems(data, summary) == []


def test_a_series_with_gaps_leaves_those_rows_out(tmp_path: Path) -> None:
    data, summary = guess_data(["sample:co2.csv"], tmp_path)
    assert column(data, "co2_ppm").missing == "drop_row"
    assert data_problems(data, summary) == []


def test_a_word_among_numbers_stays_a_question(tmp_path: Path) -> None:
    rows = [f"{'4O' if n == 7 else n % 13},{n % 5},{'ab'[n % 2]}" for n in range(80)]
    (tmp_path / "data.csv").write_text("\n".join(["size,weight,label", *rows]) + "\n")
    data, summary = guess_data(["data.csv"], tmp_path)
    assert column(data, "size").missing == "refuse"
    assert [each.code for each in data_problems(data, summary)] == ["data.not_a_number"]


def test_numbers_too_large_for_a_layer_are_refused(tmp_path: Path) -> None:
    rows = [f"{n}e300,{n % 5},{'ab'[n % 2]}" for n in range(80)]
    (tmp_path / "data.csv").write_text("\n".join(["size,weight,label", *rows]) + "\n")
    data, summary = guess_data(["data.csv"], tmp_path)
    problems = data_problems(data, summary)
    assert [(each.code, each.place.column) for each in problems] == [
        ("data.too_large_number", "size")
    ]


def test_where_all_columns_went_is_said(tmp_path: Path) -> None:
    data, summary = guess_data_of(tmp_path, "id,unit,value", [f"{n},kg,{n % 7}" for n in range(80)])
    with pytest.raises(StudioError) as caught:
        model_for_data(data, summary)
    assert caught.value.problem.received == "target: value; left out: id, unit"


def test_features_alone_have_no_target(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((20, 8, 8)))
    data, summary = guess_data(["x.npy"], tmp_path)
    assert roles(data) == {"x": "feature"}
    assert any("choose what is to be predicted" in each.message for each in summary.problems)


def test_requests_are_answered(tmp_path: Path) -> None:
    found = answer(GuessData(3, ("sample:iris.csv",), str(tmp_path)))
    assert isinstance(found, DataGuessed)
    described = answer(DescribeData(4, found.data, str(tmp_path)))
    assert isinstance(described, DataDescribed)
    assert (found.id, described.id) == (3, 4)
    assert described.summary.rows == 150
