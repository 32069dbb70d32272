"""Data files as people have them: good, odd and broken ones."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kerasstudio.graph.data_spec import Source
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.resources import resource
from kerasstudio.runtime.worker.data.columns import Table
from kerasstudio.runtime.worker.data.sources import kind_of, open_source


def read(path: Path, **options: str) -> Table:
    kind = kind_of(path)
    return open_source(Source("s1", str(path), kind.id, options), path.parent)


def problem(path: Path) -> Problem:
    with pytest.raises(StudioError) as caught:
        read(path)
    assert caught.value.problem.place.file == str(path)
    return caught.value.problem


def outcome(path: Path) -> str | int:
    """The number of rows, or what the problem says. Any other error goes through."""
    try:
        return read(path).rows
    except StudioError as error:
        return error.problem.message


def table(folder: Path, text: str | bytes, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def numbers(read_table: Table, name: str) -> list[float]:
    values = read_table.columns[name].numbers
    assert values is not None
    return [float(value) for value in values]


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("iris.csv", 150, 5),
        ("wine.csv", 178, 14),
        ("sunspots.csv", 309, 2),
        ("co2.csv", 2284, 2),
        ("digits.npz", 1797, 2),
    ],
)
def test_every_sample_is_read(name: str, rows: int, columns: int, tmp_path: Path) -> None:
    found = open_source(Source("s1", f"sample:{name}", name[-3:]), tmp_path)
    assert (found.rows, len(found.columns)) == (rows, columns)


def test_relative_paths_start_at_the_project(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    table(tmp_path / "data", "a,b\n1,2\n3,4\n")
    found = open_source(Source("s1", "data/data.csv", "csv"), tmp_path)
    assert found.rows == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    found = read(table(tmp_path, f"a{delimiter}b\n1.5{delimiter}x\n2{delimiter}y\n"))
    assert numbers(found, "a") == [1.5, 2.0]
    assert list(found.columns["b"].texts) == ["x", "y"]


def test_decimal_comma_with_semicolon(tmp_path: Path) -> None:
    found = read(table(tmp_path, "weight;size\n1,5;10\n2,25;20\n-0,5;30\n"))
    assert numbers(found, "weight") == [1.5, 2.25, -0.5]
    assert numbers(found, "size") == [10, 20, 30]


def test_decimal_comma_in_a_column_with_a_mistake(tmp_path: Path) -> None:
    rows = "".join(f"{number},5;{number}\n" for number in range(30))
    found = read(table(tmp_path, f"a;b\n{rows}oops;7\n"))
    assert numbers(found, "a")[:3] == [0.5, 1.5, 2.5]
    bad = found.columns["a"].bad
    assert bad is not None
    assert (bad.text, found.row_number(bad.index)) == ("oops", 32)


@pytest.mark.parametrize(
    "data",
    [
        "größe,farbe\n1,grün\n2,blau\n".encode("utf-8-sig"),
        "größe,farbe\n1,grün\n2,blau\n".encode("utf-16"),
        "größe,farbe\n1,grün\n2,blau\n".encode("cp1252"),
        "größe,farbe\r\n1,grün\r\n2,blau\r\n".encode(),
    ],
    ids=["utf-8 with mark", "utf-16", "windows", "utf-8 with crlf"],
)
def test_encodings(tmp_path: Path, data: bytes) -> None:
    found = read(table(tmp_path, data))
    assert list(found.columns) == ["größe", "farbe"]
    assert list(found.columns["farbe"].texts) == ["blau", "grün"]


def test_quoted_cells(tmp_path: Path) -> None:
    found = read(table(tmp_path, 'a,b\n"1","x, y"\n"2","say ""hi"""\n3,"two\nlines"\n'))
    assert numbers(found, "a") == [1, 2, 3]
    assert set(found.columns["b"].texts) == {"x, y", 'say "hi"', "two\nlines"}


def test_no_header(tmp_path: Path) -> None:
    found = read(table(tmp_path, "5.1,3.5,setosa\n4.9,3.0,setosa\n6,2,virginica\n"))
    assert list(found.columns) == ["column_1", "column_2", "column_3"]
    assert (found.rows, found.row_number(0)) == (3, 1)
    assert [note.message for note in found.notes] == [
        "data.csv: it has no header; its columns are called column_1 to column_3."
    ]


def test_many_repeated_names_are_told_in_few_notes(tmp_path: Path) -> None:
    found = read(table(tmp_path, ",".join("a" * 60) + "\n" + ",".join("1" * 60) + "\n"))
    assert len(found.columns) == 60
    assert len(found.notes) < 12
    assert "51 more" in found.notes[-1].message


def test_arrays_without_samples_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "none.npz", x=np.zeros((0, 8)), y=np.zeros(0))
    with pytest.raises(StudioError, match="no samples"):
        read(tmp_path / "none.npz")


def test_repeated_and_empty_column_names(tmp_path: Path) -> None:
    found = read(table(tmp_path, "a,,a\n1,2,3\n4,5,6\n"))
    assert list(found.columns) == ["a", "column_2", "a_2"]
    assert len(found.notes) == 2


def test_blank_lines_count_as_rows_for_people_only(tmp_path: Path) -> None:
    found = read(table(tmp_path, "a,b\n1,2\n\n3,4\n,\n5,6\n\n"))
    assert numbers(found, "a") == [1, 3, 5]
    assert [found.row_number(index) for index in range(3)] == [2, 4, 6]


def test_empty_cells_are_not_a_number(tmp_path: Path) -> None:
    found = read(table(tmp_path, "a,b\n1,x\n,y\nNA,x\n4,?\n5,\n"))
    assert np.isnan(numbers(found, "a")).tolist() == [False, True, True, False, False]
    codes = found.columns["b"].codes
    assert codes is not None
    assert codes.tolist() == [0, 1, 0, -1, -1]


def test_late_contradiction_is_found(tmp_path: Path) -> None:
    """A word far behind the rows that types are guessed from."""
    rows = "".join(f"{number},1\n" for number in range(12_000))
    found = read(table(tmp_path, f"a,b\n{rows}n/k,2\n"))
    bad = found.columns["a"].bad
    assert bad is not None
    assert (found.row_number(bad.index), bad.text, bad.count) == (12_002, "n/k", 1)
    assert found.columns["b"].numbers is not None


@pytest.mark.parametrize(
    ("text", "row", "cells"),
    [
        ("a,b\n1,2\n3,4,5\n6,7\n", 3, 3),
        ("a,b\n1,2\n3\n", 3, 1),
        ('a,b\n"1,1",2\n"x\ny",2\n3,4,5\n', 4, 3),
        ("a,b\n1,2\n\n3,4\n5", 5, 1),
    ],
)
def test_ragged_row_is_named(tmp_path: Path, text: str, row: int, cells: int) -> None:
    found = problem(table(tmp_path, text))
    assert (found.code, found.place.row) == ("data.ragged_row", row)
    assert str(cells) in found.received


def test_quote_that_is_never_closed(tmp_path: Path) -> None:
    found = problem(table(tmp_path, 'a,b\n1,2\n"3,4\n5,6\n'))
    assert (found.code, found.place.row) == ("data.open_quote", 3)


def test_quotes_inside_cells_are_no_fault(tmp_path: Path) -> None:
    """Inches are written with a quotation mark; the exact reader decides."""
    found = read(table(tmp_path, 'size,n\n5",1\n7",2\n6",3\n'))
    assert found.rows == 3
    assert numbers(found, "n") == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("data.csv", b"", "data.empty_file"),
        ("data.csv", b"  \n\n", "data.empty_file"),
        ("data.csv", b"a,b\n", "data.too_few_rows"),
        ("data.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "data.wrong_content"),
        ("data.csv", b"a,b\n1,\x00\x01\x02\n", "data.wrong_content"),
        ("data.csv", b"version https://git-lfs.github.com/spec/v1\noid", "data.wrong_content"),
        ("data.npz", b"version https://git-lfs.github.com/spec/v1\noid", "data.wrong_content"),
        ("data.csv", b"PK\x03\x04rest of a workbook", "data.wrong_content"),
        ("data.npz", b"PK\x03\x04cut short", "data.broken_file"),
        ("data.npy", b"\x93NUMPY\x01\x00", "data.broken_file"),
        ("data.npy", b"no array at all", "data.broken_file"),
    ],
)
def test_wrong_content(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    assert problem(table(tmp_path, content, name)).code == code


def test_missing_file_folder_and_unknown_suffix(tmp_path: Path) -> None:
    assert problem(tmp_path / "no.csv").code == "data.missing_file"
    (tmp_path / "folder.csv").mkdir()
    assert problem(tmp_path / "folder.csv").code == "data.is_folder"
    assert problem(table(tmp_path, "x", "data.docx")).code == "data.unknown_kind"
    with pytest.raises(StudioError, match="no sample"):
        open_source(Source("s1", "sample:no.csv", "csv"), tmp_path)


def test_truncated_npz(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez_compressed(path, x=np.random.default_rng(0).random((100, 20)))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert problem(path).code == "data.broken_file"


def test_damaged_npz(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez_compressed(path, x=np.random.default_rng(0).random((100, 20)))
    whole = bytearray(path.read_bytes())
    whole[400:440] = bytes(40)
    path.write_bytes(bytes(whole))
    assert problem(path).code == "data.broken_file"


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "x.npz", x=np.array([{"a": 1}, None], dtype=object))
    assert problem(tmp_path / "x.npy").code == "data.objects"
    assert problem(tmp_path / "x.npz").code == "data.objects"


@pytest.mark.parametrize(
    ("arrays", "code"),
    [
        ({"x": np.zeros((10, 2)), "y": np.zeros(9)}, "data.lengths_differ"),
        ({"x": np.float64(3.0)}, "data.no_samples"),
        ({"x": np.zeros((4, 2), dtype=complex)}, "data.array_type"),
        ({}, "data.empty_file"),
        ({"x": np.zeros((10, 0, 3))}, "data.empty_array"),
    ],
)
def test_unusable_arrays(tmp_path: Path, arrays: dict[str, np.ndarray], code: str) -> None:
    path = tmp_path / "data.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    assert problem(path).code == code


def test_big_members_are_mapped_not_read(tmp_path: Path) -> None:
    values = np.arange(2_000_000, dtype=np.float32).reshape(1000, 2000)
    np.savez(tmp_path / "big.npz", x=values, y=np.asfortranarray(values))
    found = read(tmp_path / "big.npz").columns
    for name in ("x", "y"):
        held = found[name].numbers
        assert isinstance(held, np.memmap)
        assert np.array_equal(held, values)
    np.save(tmp_path / "big.npy", values)
    assert isinstance(read(tmp_path / "big.npy").columns["big"].numbers, np.memmap)


def test_words_in_arrays_become_classes(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=np.zeros((4, 2)), y=np.array(["b", "a", "", "b"]))
    column = read(tmp_path / "d.npz").columns["y"]
    assert list(column.texts) == ["a", "b"]
    assert column.word_codes.tolist() == [1, 0, -1, 1]


def test_training_and_test_arrays_are_put_together(tmp_path: Path) -> None:
    """The common x_train, y_train, x_test, y_test file."""
    np.savez(
        tmp_path / "m.npz",
        x_train=np.zeros((8, 3)),
        y_train=np.zeros(8, int),
        x_test=np.ones((4, 3)),
        y_test=np.ones(4, int),
    )
    found = read(tmp_path / "m.npz")
    assert found.rows == 12
    assert sorted(found.columns) == ["x", "y"]
    assert numbers(found, "y") == [0] * 8 + [1] * 4
    assert found.notes[0].severity == "hint"


def test_changed_file_is_read_again(tmp_path: Path) -> None:
    path = table(tmp_path, "a,b\n1,2\n3,4\n")
    assert read(path).rows == 2
    table(tmp_path, "a,b\n1,2\n3,4\n5,6\n")
    assert read(path).rows == 3


@settings(deadline=None, max_examples=150)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(-1000, 1000),
            st.text("abc ,;\"'\n|é.", min_size=1, max_size=8),
            st.floats(-1e6, 1e6, width=32),
        ),
        min_size=2,
        max_size=30,
    ),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_what_the_csv_module_writes_is_read(
    rows: list[tuple[int, str, float]], ending: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("tables") / "data.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator=ending)
        writer.writerow(["count", "words", "weight"])
        writer.writerows(rows)
    found = open_source(Source("s1", str(path), "csv", {"delimiter": ","}), path.parent)
    assert found.rows == len(rows)
    assert numbers(found, "count") == [row[0] for row in rows]
    assert numbers(found, "weight") == pytest.approx([row[2] for row in rows])
    words = found.columns["words"]
    if words.codes is not None:
        read_words = [words.texts[int(code)] if code >= 0 else "" for code in words.codes]
        assert read_words == [row[1].strip() for row in rows]


@settings(deadline=None, max_examples=200)
@given(
    data=st.binary(min_size=1, max_size=300)
    | st.text('ab1,;"\n\r\t.é', min_size=1, max_size=120).map(str.encode),
    suffix=st.sampled_from([".csv", ".npy", ".npz"]),
)
@example(data=b";\n\n", suffix=".csv")
def test_nothing_but_words_comes_of_broken_files(
    data: bytes, suffix: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any bytes give a table or a problem, never another error."""
    path = tmp_path_factory.mktemp("broken") / f"data{suffix}"
    path.write_bytes(data)
    assert outcome(path)


@settings(deadline=None, max_examples=100)
@given(
    place=st.integers(0, 45_000),
    change=st.binary(min_size=1, max_size=40),
    name=st.sampled_from(["digits.npz", "iris.csv", "co2.csv"]),
)
def test_damaged_samples_give_words(
    place: int, change: bytes, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = bytearray(resource(f"samples/{name}").read_bytes())
    place %= len(whole)
    whole[place : place + len(change)] = change
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_bytes(bytes(whole))
    assert outcome(path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "data.csv")
    with pytest.raises(StudioError, match="pipe"):
        read(tmp_path / "data.csv")
