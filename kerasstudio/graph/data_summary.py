"""What reading the data found out: derived, never stored in the project."""

from __future__ import annotations

import msgspec

from kerasstudio.graph.data_spec import ColumnKind
from kerasstudio.graph.problems import Problem


class ColumnSummary(msgspec.Struct, frozen=True, omit_defaults=True):
    """One column as read from its file.

    `shape` is that of one sample before encoding (() for a CSV cell, (8, 8) for a small image),
    `dtype` NumPy's name. `classes` are the distinct values, as text and in sorted order, when
    there are at most 1,000 of them. `histogram` counts values in equal bins (numbers) or per
    class. `first_missing_row` counts from 1 as the person sees the file (the header is row 1).
    `train_mean` and `train_deviation` are over the training part alone, for a Normalization layer.
    `bad_text` is the first cell that is no number in a column of numbers, in row `bad_row`;
    there are `bad_count` of them, which count as missing too.
    """

    name: str
    source: str
    kind: ColumnKind
    shape: tuple[int, ...] = ()
    dtype: str = "float32"
    missing: int = 0
    first_missing_row: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    distinct: int | None = None
    classes: tuple[str, ...] | None = None
    histogram: tuple[int, ...] = ()
    train_mean: float | None = None
    train_deviation: float | None = None
    bad_count: int = 0
    bad_row: int | None = None
    bad_text: str = ""


class DataSummary(msgspec.Struct, frozen=True, omit_defaults=True):
    """All sources together. `rows` counts samples (after windows are cut, see `windows`).

    `preview` holds the first rows as text, one tuple a row in the order of `columns`; an array
    is shown as its shape and first values. `parts` are the sample counts (train, validation,
    test). `fingerprint` is a SHA-256 over the bytes of every source.
    """

    rows: int = 0
    columns: tuple[ColumnSummary, ...] = ()
    preview: tuple[tuple[str, ...], ...] = ()
    parts: tuple[int, int, int] = (0, 0, 0)
    fingerprint: str = ""
    problems: tuple[Problem, ...] = ()

    def column(self, name: str) -> ColumnSummary | None:
        return next((column for column in self.columns if column.name == name), None)
