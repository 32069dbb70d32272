"""How a text table is written: encoding, delimiter, decimal sign, header."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from kerasstudio.runtime.worker.data.faults import fault

MOST_NOTES = 8
SAMPLE_BYTES = 256 * 1024
DELIMITERS = ",;\t|"
_NUMBER = re.compile(r"^[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?$")
_DECIMAL_COMMA = re.compile(r"^[+-]?\d*,\d+$")
_DECIMAL_POINT = re.compile(r"^[+-]?\d*\.\d+$")
EMPTY_CELLS = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "?")
"""Cells that mean "nothing here"."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one file is written. `header` holds the column names; `has_header` says whether they
    stand in the file. `marker` is the length of a byte order mark."""

    encoding: str
    delimiter: str
    decimal_comma: bool
    header: tuple[str, ...]
    has_header: bool
    marker: int = 0


def sniff(path: Path, options: dict[str, str]) -> Dialect:
    """Find out how `path` is written; `options` ("delimiter", "encoding", "decimal", "header")
    overrule it. Raises `StudioError` when the file is no text."""
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    encoding, marker = _encoding(head, path)
    encoding = options.get("encoding", encoding)
    text = head[marker:].decode(encoding, errors="replace")
    if len(head) == SAMPLE_BYTES:
        text = text[: text.rfind("\n") + 1] or text
    if not text.strip():
        raise fault("data.empty_file", f"{path.name} holds only blank lines.", path)
    delimiter = options.get("delimiter") or _delimiter(text, path)
    rows = [row for row in _first_rows(text, delimiter) if row]
    first, rest = rows[0], rows[1:]
    has_header = options["header"] == "yes" if "header" in options else _is_header(first, rest)
    cells = [cell.strip() for row in rest for cell in row]
    comma = options["decimal"] == "comma" if "decimal" in options else _comma(cells, delimiter)
    names = first if has_header else [""] * max(len(row) for row in rows)
    return Dialect(encoding, delimiter, comma, tuple(names), has_header, marker)


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) >= 200:
                break
    except csv.Error:
        # A cell of more than 128 KiB: a quote that is never closed. `check_shape` names its row.
        if not rows:
            rows.append(text.split("\n", 1)[0].split(delimiter))
    return rows


def _encoding(head: bytes, path: Path) -> tuple[str, int]:
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ):
        if head.startswith(mark):
            return name, len(mark)
    if b"\x00" in head:
        raise fault(
            "data.wrong_content",
            f"{path.name} is not text: it holds zero bytes.",
            path,
            expected="a table as text (CSV)",
        )
    try:
        # The last character may be cut in two by the end of the piece.
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return "cp1252", 0
    return "utf-8", 0


def _delimiter(text: str, path: Path) -> str:
    """The delimiter that cuts the most lines into the same number (above 1) of cells."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        counts = Counter(len(row) for row in _first_rows(text, delimiter) if row)
        cells, lines = max(counts.items(), key=lambda item: (item[1], item[0]))
        if cells < 2:
            continue
        score = (lines / sum(counts.values()), cells)
        if score > best_score:
            best, best_score = delimiter, score
    if best_score == (0.0, 0) and path.suffix.lower() in {".tsv", ".tab"}:
        return "\t"
    return best


def _is_header(first: list[str], rest: list[list[str]]) -> bool:
    """A first row with a number in it is data, unless the rows below hold words there."""
    if not rest:
        return True
    numbers = [bool(_NUMBER.match(cell.strip())) for cell in first]
    if not any(numbers):
        return True
    if all(numbers):
        return False
    # Some numbers, some words: data when the same cells are numbers and words further down.
    below = rest[0]
    return len(below) != len(first) or any(
        bool(_NUMBER.match(cell.strip())) != number
        for cell, number in zip(below, numbers, strict=True)
    )


def _comma(cells: list[str], delimiter: str) -> bool:
    """Whether decimals are written 1,5: many such cells and none like 1.5."""
    if delimiter == ",":
        return False
    return any(_DECIMAL_COMMA.match(cell) for cell in cells) and not any(
        _DECIMAL_POINT.match(cell) for cell in cells
    )


def _from_to(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def column_names(header: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Usable names for the header's cells, and what had to be changed, in words.

    Empty ones become "column_3", repeated ones "name_2"."""
    names: list[str] = []
    notes: list[str] = []
    if not any(header):
        names = [f"column_{number}" for number in range(1, len(header) + 1)]
        return names, [f"it has no header; its columns are called {_from_to(names)}"]
    wanted = [cell.strip().strip("\ufeff") for cell in header]
    for number, cell in enumerate(wanted, start=1):
        name = cell or f"column_{number}"
        if name in names:
            count = 2
            while f"{name}_{count}" in names or f"{name}_{count}" in wanted:
                count += 1
            notes.append(
                f'column {number} repeats the name "{name}" and is called "{name}_{count}"'
            )
            name = f"{name}_{count}"
        elif not cell:
            notes.append(f'column {number} has no name and is called "{name}"')
        names.append(name)
    if len(notes) > MOST_NOTES:
        more = len(notes) - MOST_NOTES
        notes = [*notes[:MOST_NOTES], f"{more} more columns were given names in the same way"]
    return names, notes
