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

_QUOTE, _NEWLINE = ord('"'), ord("\n")


def check_rows(path: Path, data: bytes | None, dialect: Dialect, report: Report) -> None:
    """Raise `StudioError` for the first row that has not as many cells as the header.

    `data` is the file's content in UTF-8 where it was decoded already, None to read the file. A
    vectorised count answers for nearly every file; only where it finds something odd does
    Python's exact reader go over the rows and judge."""
    if _looks_even(path, data, dialect, report):
        return
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
        except csv.Error as error:
            raise fault(
                "data.open_quote",
                f"{path.name}: the table cannot be read after row {row_number}. Most likely a "
                "quotation mark is opened and never closed.",
                path,
                row=row_number + 1,
                detail=str(error),
            ) from error


def _ragged(path: Path, number: int, row: list[str], width: int, has_header: bool) -> Exception:
    like = "the header has" if has_header else "the first row has"
    return fault(
        "data.ragged_row",
        f"Row {number} of {path.name} has {len(row)} cells; {like} {width}.",
        path,
        expected=f"{width} cells in every row",
        received=f"{len(row)} cells: {' | '.join(row)[:120]}",
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
        # A line of one byte may be the "\r" of a blank line.
        if ((cells != wanted) & ~((cells == 0) & (lengths <= 1))).any():
            return False
        carry_cells = len(places) - int(before[-1])
        carry_length = len(block) - int(ends[-1]) - 1
    return not quoted and (carry_length <= 1 or carry_cells == wanted)


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
