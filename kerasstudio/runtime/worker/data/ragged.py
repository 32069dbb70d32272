"""Rows with too many or too few cells: found fast, then named exactly."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kerasstudio.runtime.worker.data.columns import CHUNK_BYTES, Report
from kerasstudio.runtime.worker.data.dialects import Dialect
from kerasstudio.runtime.worker.data.faults import fault

_QUOTE, _NEWLINE, _RETURN = ord('"'), ord("\n"), ord("\r")


def check_rows(
    path: Path, data: bytes | None, dialect: Dialect, report: Report
) -> list[list[str]] | None:
    """Raise `StudioError` for the first row that has not as many cells as the header.

    `data` is the file's content in UTF-8 where it was decoded already, None to read the file. A
    vectorised count answers for nearly every file. Where it finds something odd, Python's exact
    reader goes over the rows and judges; if all is well then (a quotation mark inside a cell),
    its rows are returned, because a fast reader would stumble over the same place."""
    if _looks_even(path, data, dialect, report):
        return None
    rows: list[list[str]] = []
    width = len(dialect.header)
    text = io.TextIOWrapper(
        path.open("rb") if data is None else io.BytesIO(data), "utf-8", newline="", errors="replace"
    )
    with text:
        if data is None:
            text.buffer.seek(dialect.marker)
        row_number = 0
        reader = csv.reader(text, delimiter=dialect.delimiter)
        try:
            for row_number, row in enumerate(reader, start=1):
                if len(row) != width and any(cell.strip() for cell in row):
                    raise _ragged(path, row_number, row, width, dialect.has_header)
                rows.append(row if len(row) == width else [""] * width)
        except csv.Error as error:
            raise fault(
                "data.open_quote",
                f"{path.name}: the table cannot be read after row {row_number}. Most likely a "
                "quotation mark is opened and never closed.",
                path,
                row=row_number + 1,
                detail=str(error),
            ) from error
    _check_last_cell(path, rows)
    return rows


def _check_last_cell(path: Path, rows: list[list[str]]) -> None:
    """A quote that is never closed swallows the rest of the file into one cell."""
    if rows and rows[-1] and rows[-1][-1].count("\n") > 1:
        raise _open_quote(path, len(rows))


def _open_quote(path: Path, row: int) -> Exception:
    return fault(
        "data.open_quote",
        f"Row {row} of {path.name}: a quotation mark is opened and not closed in its cell.",
        path,
        expected='quotation marks in pairs; one inside a cell is written twice ("")',
        row=row,
    )


def _ragged(path: Path, number: int, row: list[str], width: int, has_header: bool) -> Exception:
    if any("\n" in cell for cell in row):
        return _open_quote(path, number)
    like = "the header has" if has_header else "the first row has"
    return fault(
        "data.ragged_row",
        f"Row {number} of {path.name} has {_cells(len(row))}; {like} {width}.",
        path,
        expected=f"{_cells(width)} in every row",
        received=f"{_cells(len(row))}: {' | '.join(row)[:120]!r}",
        row=number,
    )


def _looks_even(path: Path, data: bytes | None, dialect: Dialect, report: Report) -> bool:
    """Whether every line outside quotes has the same number of delimiters, or is blank."""
    wanted = len(dialect.header) - 1
    delimiter = ord(dialect.delimiter)
    quoted = 0
    carry_cells = carry_length = 0
    for piece, share in _chunks(path, data, dialect):
        report(f"Checking rows of {path.name}", share)
        block = np.frombuffer(piece, dtype=np.uint8)
        quotes = block == _QUOTE
        is_delimiter, is_newline = block == delimiter, block == _NEWLINE
        if quoted or quotes.any():
            inside = (np.cumsum(quotes) + quoted) & 1
            quoted = int(inside[-1])
            outside = inside == 0
            is_delimiter &= outside
            is_newline &= outside
        ends = np.flatnonzero(is_newline)
        places = np.flatnonzero(is_delimiter)
        if len(ends) == 0:
            carry_cells += len(places)
            carry_length += len(block)
            continue
        before = np.searchsorted(places, ends)
        cells = np.diff(before, prepend=0)
        lengths = np.diff(ends, prepend=-1) - 1
        cells[0] += carry_cells
        lengths[0] += carry_length
        odd = ends[(cells != wanted) & (lengths > 0)]
        # The one byte of an odd line may be the "\r" of a blank one.
        if len(odd) and ((lengths[cells != wanted].max() > 1) or (block[odd - 1] != _RETURN).any()):
            return False
        carry_cells = len(places) - int(before[-1])
        carry_length = len(block) - int(ends[-1]) - 1
    return not quoted and (carry_length == 0 or carry_cells == wanted)


def _chunks(path: Path, data: bytes | None, dialect: Dialect) -> Iterator[tuple[bytes, float]]:
    if data is not None:
        for start in range(0, len(data), CHUNK_BYTES):
            yield data[start : start + CHUNK_BYTES], start / len(data)
        return
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(dialect.marker)
        while piece := file.read(CHUNK_BYTES):
            yield piece, file.tell() / size


def _cells(count: int) -> str:
    return f"{count} cell{'' if count == 1 else 's'}"
