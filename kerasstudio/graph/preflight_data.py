"""Checks of the data alone: columns, roles and encodings against what reading found."""

from __future__ import annotations

from collections.abc import Iterator

from kerasstudio.graph.data_spec import Column, DataSpec
from kerasstudio.graph.data_summary import ColumnSummary, DataSummary
from kerasstudio.graph.problems import Fix, Place, Problem

MOST_CLASSES = 1000
FEWEST_ROWS = 10
LARGEST = 3.4028234e38
"""The largest number of 32-bit floating point, which layers compute with."""


def data_problems(data: DataSpec, summary: DataSummary | None) -> list[Problem]:
    """What is wrong with the data, whatever the model. Empty while nothing was read."""
    if summary is None or not summary.columns:
        return []
    files = {source.id: source.path for source in data.sources}
    problems = list(_size_problems(data, summary))
    by_source = {(found.source, found.name): found for found in summary.columns}
    names: set[str] = set()
    for column in data.columns:
        if column.role == "ignore":
            continue
        if column.name in names:
            problems.append(_repeated(column))
            continue
        names.add(column.name)
        found = by_source.get((column.source, column.name))
        if found is None:
            problems.append(_absent(column, summary, files.get(column.source)))
        else:
            problems += _column_problems(column, found, files.get(column.source))
    if not any(column.role == "feature" for column in data.columns) and not data.window.length:
        problems.append(
            Problem(
                code="data.no_feature",
                message="No column is a feature, so the model has nothing to learn from.",
                expected="at least one column with the role feature",
                fixes=tuple(
                    set_column(f'make "{column.name}" a feature', column.name, "role", "feature")
                    for column in data.columns[:3]
                ),
            )
        )
    return problems


def set_column(label: str, name: str, field: str, value: object) -> Fix:
    """A fix that changes one field of a column."""
    return Fix(label, "set_column", {"name": name, "field": field, "value": value})


def _size_problems(data: DataSpec, summary: DataSummary) -> Iterator[Problem]:
    window = data.window
    if window.length and summary.rows < FEWEST_ROWS:
        yield Problem(
            code="data.window_too_long",
            message=(
                f"Windows of {window.length} rows with a horizon of {window.horizon} leave "
                f"{summary.rows} samples."
            ),
            expected=f"at least {FEWEST_ROWS} samples: a shorter window, or more rows",
            received=f"{summary.rows}",
            fixes=(Fix("no windows", "set_data", {"field": "window", "value": {"length": 0}}),),
        )
    elif summary.rows < FEWEST_ROWS:
        yield Problem(
            code="data.too_few_rows",
            message=(
                f"The data has only {summary.rows} sample{'' if summary.rows == 1 else 's'}."
                if summary.rows
                else "The data has no samples."
            ),
            expected=f"at least {FEWEST_ROWS}",
            received=str(summary.rows),
        )


def _column_problems(column: Column, found: ColumnSummary, file: str | None) -> Iterator[Problem]:
    if _is_harmless(column, found):
        return
    place = Place(file=file, column=column.name)
    ignore = set_column(f'ignore "{column.name}"', column.name, "role", "ignore")
    single = column.kind != "array"
    numeric = single and column.encoding == "none" and column.kind in {"number", "integer"}
    # A word among numbers is a class like any other where classes are wanted.
    missing = found.missing - (0 if numeric else found.bad_count)
    if numeric and found.bad_count and column.missing == "refuse":
        yield _not_a_number(column, found, file, ignore)
    elif missing and column.missing == "refuse":
        yield _missing(column, found, missing, file, ignore)
    elif missing and column.missing == "mean" and not numeric:
        yield Problem(
            code="data.mean_of_classes",
            message=f'Empty cells of "{column.name}" cannot be filled with a mean of classes.',
            expected="the most frequent class, or rows dropped",
            received="mean",
            place=place,
            fixes=(
                set_column("use the most frequent", column.name, "missing", "most_frequent"),
                set_column("drop these rows", column.name, "missing", "drop_row"),
            ),
        )
    if column.kind == "text" and column.role == "target" and column.encoding == "none":
        yield Problem(
            code="data.text_target",
            message=f'The target "{column.name}" is free text, which nothing can be trained on.',
            expected="numbers or classes",
            place=place,
            fixes=(
                set_column(f'take "{column.name}" as classes', column.name, "encoding", "index"),
                ignore,
            ),
        )
    elif column.encoding == "none" and (
        column.kind == "category" or (numeric and found.dtype == "str")
    ):
        yield _words(column, found, place, ignore)
    if column.encoding != "none" and single and found.classes is None:
        many = f"{found.distinct:,}" if found.distinct else f"more than {MOST_CLASSES:,}"
        yield Problem(
            code="data.too_many_classes",
            message=f'"{column.name}" has {many} different values, too many for classes.',
            expected=f"at most {MOST_CLASSES:,} classes",
            received=many,
            place=place,
            fixes=(
                *(
                    [set_column("take it as a number", column.name, "encoding", "none")]
                    if found.dtype != "str"
                    else []
                ),
                ignore,
            ),
        )
    if _is_constant(found) and single:
        yield _constant(column, found, place, ignore)
    if column.encoding == "none" and _largest(found) > LARGEST:
        yield Problem(
            code="data.too_large_number",
            message=f'"{column.name}" holds {_largest(found):g}, too large for a layer.',
            expected=f"numbers up to {LARGEST:.2g} (32-bit floating point)",
            received=f"{_largest(found):g}",
            place=place,
            fixes=(ignore,),
        )


def _largest(found: ColumnSummary) -> float:
    return max(abs(found.minimum or 0.0), abs(found.maximum or 0.0))


def _is_harmless(column: Column, found: ColumnSummary) -> bool:
    """Nothing below can apply. Wide tables have hundreds of such columns, checked at every edit."""
    return (
        not found.missing
        and not found.bad_count
        and column.encoding == "none"
        and column.kind in {"number", "integer", "array"}
        and found.dtype != "str"
        and not _is_constant(found)
        and _largest(found) <= LARGEST
    )


def _is_constant(found: ColumnSummary) -> bool:
    return found.distinct is not None and found.distinct <= 1


def _constant(column: Column, found: ColumnSummary, place: Place, ignore: Fix) -> Problem:
    value = found.classes[0] if found.classes else "nothing"
    if column.role == "target":
        return Problem(
            code="data.constant_target",
            message=f'The target "{column.name}" is {value} in every row: nothing can be learned.',
            expected="a target with different values",
            received=value,
            place=place,
            fixes=(ignore,),
        )
    return Problem(
        code="data.constant_feature",
        message=f'"{column.name}" is {value} in every row and tells the model nothing.',
        severity="hint",
        place=place,
        fixes=(ignore,),
    )


def _missing(
    column: Column, found: ColumnSummary, count: int, file: str | None, ignore: Fix
) -> Problem:
    row = found.first_missing_row
    what = "samples" if column.kind == "array" else "cells"
    fixes = [set_column("drop these rows", column.name, "missing", "drop_row")]
    if column.kind != "array" and column.role == "feature":
        if column.encoding == "none" and column.kind in {"number", "integer"}:
            fixes.append(set_column("fill with the mean", column.name, "missing", "mean"))
        fixes.append(
            set_column("fill with the most frequent", column.name, "missing", "most_frequent")
        )
    return Problem(
        code="data.missing",
        message=(
            f'"{column.name}" has {count:,} empty {what if count > 1 else what[:-1]} '
            f"(or not finite), the first in row {row}{_of(file)}."
        ),
        expected="a value in every row, or a rule for empty cells",
        received=f"{count:,} empty",
        place=Place(file=file, column=column.name, row=row),
        fixes=(*fixes, ignore) if column.role == "feature" else tuple(fixes),
    )


def _not_a_number(column: Column, found: ColumnSummary, file: str | None, ignore: Fix) -> Problem:
    classes = "index" if column.role == "target" else "one_hot"
    more = f" ({found.bad_count:,} such cells)" if found.bad_count > 1 else ""
    return Problem(
        code="data.not_a_number",
        message=(
            f'Row {found.bad_row}{_of(file)}: "{found.bad_text}" in the column "{column.name}" '
            f"is no number{more}."
        ),
        expected="a number, as in the other rows",
        received=found.bad_text,
        place=Place(file=file, column=column.name, row=found.bad_row),
        fixes=(
            set_column("drop these rows", column.name, "missing", "drop_row"),
            set_column("take it as classes", column.name, "encoding", classes),
            ignore,
        ),
    )


def _of(file: str | None) -> str:
    """ " of wine.csv" """
    return f" of {file.removeprefix('sample:').rsplit('/', 1)[-1]}" if file else ""


def _words(column: Column, found: ColumnSummary, place: Place, ignore: Fix) -> Problem:
    first = "index" if column.role == "target" else "one_hot"
    fixes = [set_column(f"encode as {first.replace('_', '-')}", column.name, "encoding", first)]
    if column.role == "feature":
        fixes.append(set_column("encode as index", column.name, "encoding", "index"))
    return Problem(
        code="data.words",
        message=f'"{column.name}" holds classes, not numbers, and has no encoding.',
        expected="the encoding one-hot or index",
        received=", ".join((found.classes or ())[:4]) or found.dtype,
        place=place,
        fixes=(*fixes, ignore),
    )


def _absent(column: Column, summary: DataSummary, file: str | None) -> Problem:
    have = [found.name for found in summary.columns if found.source == column.source]
    return Problem(
        code="data.missing_column",
        message=f'The data has no column "{column.name}" any more.',
        expected=f"one of: {', '.join(have[:8])}",
        received=column.name,
        place=Place(file=file, column=column.name),
        fixes=(set_column(f'ignore "{column.name}"', column.name, "role", "ignore"),),
    )


def _repeated(column: Column) -> Problem:
    return Problem(
        code="data.repeated_column",
        message=f'Two columns in use are called "{column.name}".',
        expected="a different name for each column in use",
        place=Place(column=column.name),
        fixes=(set_column(f'ignore "{column.name}"', column.name, "role", "ignore"),),
    )
