"""Tables as text: CSV, TSV and their relatives, read by polars.

Types are taken from the first rows. Where a later cell contradicts them, everything is read as
words and each column is judged by itself, so that the one cell that is no number can be named.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from kerasstudio.graph.data_spec import Source
from kerasstudio.graph.problems import Place, Problem
from kerasstudio.runtime.worker.data.columns import BadCell, RawColumn, Report, Table
from kerasstudio.runtime.worker.data.dialects import EMPTY_CELLS, Dialect, column_names, sniff
from kerasstudio.runtime.worker.data.faults import fault
from kerasstudio.runtime.worker.data.ragged import check_rows

NUMBERS_SHARE = 0.9
"""A column with at least this share of numbers is one of numbers with mistakes in it."""


def read(source: Source, path: Path, report: Report) -> Table:
    """Read a text table. Raises `StudioError` naming file, column and row."""
    report(f"Reading {path.name}", None)
    dialect = sniff(path, source.options)
    data = _decoded(path, dialect)
    names, changes = column_names(dialect.header)
    rows = check_rows(path, data, dialect, report)
    report(f"Reading {path.name}", 0.5)
    if rows is None:
        frame = _frame(path, data, dialect, names)
    else:
        frame = _as_words(rows[1:] if dialect.has_header else rows, names)
    kept = _filled_rows(frame)
    first_row = 2 if dialect.has_header else 1
    numbers = None
    if kept is not None:
        frame = frame.filter(pl.Series(kept))
        numbers = np.flatnonzero(kept).astype(np.int64) + first_row
    if frame.height == 0:
        raise fault(
            "data.too_few_rows",
            f"{path.name} has a header and no rows.",
            path,
            expected="at least 10 rows",
            received="0 rows",
        )
    columns = {}
    for done, name in enumerate(names):
        report(f"Reading {path.name}", 0.6 + 0.4 * done / len(names))
        columns[name] = _column(name, frame[name], source, dialect)
    return Table(
        source=source,
        path=path,
        rows=frame.height,
        columns=columns,
        first_row=first_row,
        row_numbers=numbers,
        notes=tuple(
            Problem(
                code="data.column_name",
                message=f"{path.name}: {change}.",
                severity="hint",
                place=Place(file=str(path)),
            )
            for change in changes
        ),
    )


def _decoded(path: Path, dialect: Dialect) -> bytes | None:
    """The content in UTF-8 where polars cannot read the file itself; None where it can."""
    if dialect.encoding.lower() in {"utf-8", "utf8"}:
        return None
    try:
        return path.read_bytes()[dialect.marker :].decode(dialect.encoding).encode()
    except (UnicodeDecodeError, LookupError) as error:
        raise fault(
            "data.encoding",
            f"{path.name} is not written in {dialect.encoding}.",
            path,
            expected="a table in UTF-8, UTF-16 or Windows-1252",
            detail=str(error),
        ) from error


def _frame(path: Path, data: bytes | None, dialect: Dialect, names: list[str]) -> pl.DataFrame:
    arguments: dict[str, Any] = {
        "has_header": False,
        "skip_rows": 1 if dialect.has_header else 0,
        "new_columns": names,
        "separator": dialect.delimiter,
        "decimal_comma": dialect.decimal_comma,
        "null_values": list(EMPTY_CELLS),
        "infer_schema_length": 10_000,
        "truncate_ragged_lines": True,
    }
    try:
        return pl.read_csv(path if data is None else io.BytesIO(data), **arguments)
    except pl.exceptions.NoDataError:
        return pl.DataFrame({name: pl.Series(name, [], dtype=pl.String) for name in names})
    except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
        # A cell contradicts the types guessed from the first rows, bytes are no UTF-8, or below
        # the header are nothing but blank lines.
        arguments |= {"infer_schema": False, "encoding": "utf8-lossy"}
    try:
        return pl.read_csv(path if data is None else io.BytesIO(data), **arguments)
    except pl.exceptions.PolarsError as error:
        raise fault(
            "data.broken_file",
            f"{path.name} cannot be read as a table.",
            path,
            expected="rows of cells separated by one sign",
            detail=str(error),
        ) from error


def _as_words(rows: list[list[str]], names: list[str]) -> pl.DataFrame:
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    frame = pl.DataFrame(
        {
            name: pl.Series(name, cells, pl.String)
            for name, cells in zip(names, columns, strict=True)
        }
    )
    empty = list(EMPTY_CELLS)
    return frame.with_columns(pl.when(~pl.all().is_in(empty)).then(pl.all()))


def _filled_rows(frame: pl.DataFrame) -> Any:
    """True for rows with at least one cell filled; None when all are. In a table of one column
    only the blank lines at the end are no rows: one in between is an empty cell."""
    empty = frame.select(pl.all_horizontal(pl.all().is_null())).to_series().to_numpy()
    if not empty.any():
        return None
    if frame.width > 1:
        return ~empty
    filled = np.flatnonzero(~empty)
    kept = np.zeros(len(empty), dtype=bool)
    kept[: filled[-1] + 1 if len(filled) else 0] = True
    return kept


def _column(name: str, series: pl.Series, source: Source, dialect: Dialect) -> RawColumn:
    if series.dtype.is_numeric():
        return RawColumn(name, source.id, numbers=_numbers(series))
    if series.dtype == pl.Boolean:
        series = series.cast(pl.String)
    words = series.cast(pl.String).str.strip_chars()
    words = words.set(words.is_in(list(EMPTY_CELLS)), None)
    filled = len(words) - words.null_count()
    text = words.str.replace(",", ".", literal=True) if dialect.decimal_comma else words
    numbers = text.cast(pl.Float64, strict=False)
    good = len(numbers) - numbers.null_count()
    if filled == 0:
        return RawColumn(name, source.id, numbers=np.full(len(words), np.nan))
    bad = None
    if good < filled:
        if good < NUMBERS_SHARE * filled:
            return RawColumn(name, source.id, *_codes(words))
        wrong = words.is_not_null() & numbers.is_null()
        first = int(wrong.arg_true()[0])
        bad = BadCell(index=first, text=str(words[first]), count=filled - good)
        codes, texts = _codes(words)[1:]
        return RawColumn(name, source.id, _numbers(numbers), codes, texts, bad)
    as_integers = text.cast(pl.Int64, strict=False)
    whole = as_integers.null_count() == numbers.null_count()
    return RawColumn(name, source.id, numbers=_numbers(as_integers if whole else numbers))


def _numbers(series: pl.Series) -> Any:
    """As NumPy; NaN where empty, so integers with empty cells become float64, as do those of
    more than 64 bits."""
    if series.null_count() or series.dtype == pl.Int128:
        series = series.cast(pl.Float64).fill_null(float("nan"))
    return series.to_numpy()


def _codes(words: pl.Series) -> tuple[None, Any, Any]:
    """(no numbers, codes into the sorted distinct words, those words)."""
    texts = words.drop_nulls().unique().sort()
    codes = words.cast(pl.Enum(texts)).to_physical().cast(pl.Int32).fill_null(-1)
    return None, codes.to_numpy(), texts
