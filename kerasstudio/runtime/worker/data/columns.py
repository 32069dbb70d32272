"""A column and a table as read from a file, before roles and encodings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kerasstudio.graph.data_spec import Source
from kerasstudio.graph.problems import Problem

Array = NDArray[Any]
Report = Callable[[str, float | None], None]
"""Progress: a sentence and the share done from 0 to 1, None where unknown."""

CHUNK_BYTES = 32 * 1024 * 1024
SMALL_RANGE = 1 << 16


def silent(text: str, done: float | None = None) -> None:
    """The `Report` of somebody who does not listen."""


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell of a number column that is no number: the first one, and how many there are."""

    index: int
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class RawColumn:
    """One column. `numbers` has the samples on axis 0, NaN where a cell is empty. `codes` index
    `texts` (distinct words in sorted order), -1 where empty. A column of numbers with a few words
    in it has both."""

    name: str
    source: str
    numbers: Array | None = None
    codes: Array | None = None
    texts: Sequence[str] = ()
    bad: BadCell | None = None

    @property
    def length(self) -> int:
        values = self.numbers if self.numbers is not None else self.codes
        return 0 if values is None else len(values)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one sample."""
        return () if self.numbers is None else tuple(self.numbers.shape[1:])

    @property
    def number_values(self) -> Array:
        """`numbers` of a column that has them. Raises `TypeError` for one of words."""
        if self.numbers is None:
            raise TypeError(f"column {self.name} holds words")
        return self.numbers

    @property
    def word_codes(self) -> Array:
        """`codes` of a column that has them. Raises `TypeError` for one of numbers."""
        if self.codes is None:
            raise TypeError(f"column {self.name} holds numbers")
        return self.codes

    @property
    def dtype(self) -> str:
        return "str" if self.numbers is None else self.numbers.dtype.name


@dataclass(frozen=True, slots=True)
class Table:
    """One source, read. `row_numbers` are the rows as a person counts them; None means
    `first_row`, `first_row` + 1, ... `notes` are things worth saying that stop nothing."""

    source: Source
    path: Path
    rows: int
    columns: Mapping[str, RawColumn]
    first_row: int = 1
    row_numbers: Array | None = None
    notes: tuple[Problem, ...] = ()
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was found out about columns, by name: the same file is described after every edit."""

    def row_number(self, index: int) -> int:
        """The row of sample `index` as a person counts it."""
        if self.row_numbers is None:
            return self.first_row + index
        return int(self.row_numbers[index])

    def numbered(self, indices: Array) -> Array:
        """The rows of samples as a person counts them (int64)."""
        if self.row_numbers is None:
            return np.asarray(indices, dtype=np.int64) + self.first_row
        return np.asarray(self.row_numbers, dtype=np.int64)[indices]


def number_text(value: float) -> str:
    """A number as a class name: 3.0 → "3", 0.5 → "0.5"."""
    number = float(value)
    return str(int(number)) if number.is_integer() else repr(number)


def as_classes(column: RawColumn) -> tuple[Array, Sequence[str]]:
    """The column as codes into distinct values in sorted order; -1 where a cell is empty.

    Only for columns of single values (shape ())."""
    if column.codes is not None:
        return column.codes, column.texts
    numbers = column.number_values
    if numbers.dtype.kind in "iub":
        if len(numbers) and int(numbers.max()) - int(numbers.min()) < SMALL_RANGE:
            return _small_range_classes(numbers)
        distinct, codes = np.unique(numbers, return_inverse=True)
        return codes.astype(np.int32), [number_text(value) for value in distinct]
    missing = ~np.isfinite(numbers)
    distinct, inverse = np.unique(numbers[~missing], return_inverse=True)
    codes = np.full(len(numbers), -1, dtype=np.int32)
    codes[~missing] = inverse
    return codes, [number_text(value) for value in distinct]


def _small_range_classes(numbers: Array) -> tuple[Array, Sequence[str]]:
    """Classes of whole numbers close together, by counting instead of sorting."""
    low = int(numbers.min())
    shifted = numbers.astype(np.int64) - low
    distinct = np.flatnonzero(np.bincount(shifted))
    table = np.zeros(int(distinct[-1]) + 1, dtype=np.int32)
    table[distinct] = np.arange(len(distinct), dtype=np.int32)
    return table[shifted], [str(int(value) + low) for value in distinct]


def missing_mask(column: RawColumn, as_words: bool = False) -> Array | None:
    """True where a sample has an empty cell or a value that is no finite number; None: nowhere.

    With `as_words` a word among numbers counts as a value.
    Big arrays are looked at in pieces, so that a memory-mapped file is not read at once."""
    numbers = column.numbers
    if numbers is None or (as_words and column.codes is not None):
        mask = column.word_codes < 0
        return mask if mask.any() else None
    if numbers.dtype.kind not in "fc":
        return None
    mask = np.zeros(len(numbers), dtype=bool)
    for piece in pieces(numbers):
        finite = np.isfinite(numbers[piece])
        mask[piece] = ~finite.all(axis=tuple(range(1, finite.ndim)))
    return mask if mask.any() else None


def pieces(values: Array) -> list[slice]:
    """Slices of axis 0 of at most `CHUNK_BYTES` each."""
    if len(values) == 0:
        return []
    step = max(1, CHUNK_BYTES // max(1, values.nbytes // len(values)))
    return [slice(start, start + step) for start in range(0, len(values), step)]
