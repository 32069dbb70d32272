"""What is in the data: a summary of every column of every source."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import numpy as np

from kerasstudio.graph.data_spec import Column, ColumnKind, DataSpec
from kerasstudio.graph.data_summary import ColumnSummary, DataSummary
from kerasstudio.graph.problems import StudioError
from kerasstudio.runtime.worker.data.columns import (
    Array,
    RawColumn,
    Report,
    Table,
    as_classes,
    missing_mask,
    number_text,
    pieces,
    silent,
)
from kerasstudio.runtime.worker.data.encode import MOST_CLASSES
from kerasstudio.runtime.worker.data.faults import fault, listed
from kerasstudio.runtime.worker.data.sources import fingerprint, open_source
from kerasstudio.runtime.worker.data.split import PARTS, split_rows
from kerasstudio.runtime.worker.data.windows import sample_count, target_rows

BINS = 20
MOST_BARS = 100
"""Whole numbers of at most so many values are counted one by one."""
PREVIEW_ROWS = 50
LOOK_FIRST = 5000


def describe(data: DataSpec, base: Path | str, progress: Report | None = None) -> DataSummary:
    """Read the sources of `data` and summarise them; `base` is where relative paths start.

    Raises `StudioError` for a file that cannot be read. What reading finds out but a changed role
    or rule can mend is a problem of `preflight_data.data_problems`."""
    report = progress or silent
    tables = open_tables(data, Path(base), report)
    return summarise(data, tables, Path(base), report)


def open_tables(data: DataSpec, base: Path, report: Report = silent) -> list[Table]:
    """Read all sources. Raises `StudioError`, also when their numbers of rows differ."""
    tables = [open_source(source, base, report) for source in data.sources]
    if len({table.rows for table in tables}) > 1:
        counts = listed(f"{table.path.name}: {table.rows}" for table in tables)
        raise fault(
            "data.lengths_differ",
            "The files do not have the same number of rows, so they cannot be put side by side.",
            tables[-1].path,
            expected="files with one row (or sample) for each of the same samples",
            received=counts,
        )
    return tables


def summarise(
    data: DataSpec, tables: list[Table], base: Path, report: Report = silent
) -> DataSummary:
    """The summary of tables already read."""
    rows = tables[0].rows if tables else 0
    known = {(column.source, column.name): column for column in data.columns}
    raws = [(table, raw) for table in tables for raw in table.columns.values()]
    problems = [note for table in tables for note in table.notes]
    kept = kept_rows(data, tables)
    samples = sample_count(rows if kept is None else len(kept), data.window)
    parts: dict[str, Array] = {part: np.zeros(0, dtype=np.int64) for part in PARTS}
    if samples:
        try:
            parts = split_rows(samples, data.split, stratify_codes(data, tables, kept))
        except StudioError as error:
            problems.append(error.problem)
    train = train_rows(data, rows, kept, parts["train"])
    columns = []
    for done, (table, raw) in enumerate(raws):
        report(f"Looking at {raw.name}", done / len(raws))
        columns.append(_column(raw, table, known.get((raw.source, raw.name)), train))
    report("Computing the fingerprint", None)
    return DataSummary(
        rows=samples,
        columns=tuple(columns),
        preview=_preview([raw for _, raw in raws], min(rows, _preview_rows(len(raws)))),
        parts=(len(parts["train"]), len(parts["validation"]), len(parts["test"])),
        fingerprint=fingerprint(data.sources, base),
        problems=tuple(problems),
    )


def find_column(column: Column, tables: Iterable[Table]) -> tuple[Table, RawColumn] | None:
    """The table and the raw column that a column of the project means."""
    for table in tables:
        if table.source.id == column.source and column.name in table.columns:
            return table, table.columns[column.name]
    return None


def kept_rows(data: DataSpec, tables: list[Table]) -> Array | None:
    """The rows that are left when those with empty cells are dropped; None when all are."""
    dropped: Array | None = None
    for column in data.columns:
        if column.role == "ignore" or column.missing != "drop_row":
            continue
        found = find_column(column, tables)
        mask = missing_mask(found[1], column.encoding != "none") if found else None
        if mask is not None:
            dropped = mask if dropped is None else dropped | mask
    return None if dropped is None else np.flatnonzero(~dropped)


def stratify_codes(data: DataSpec, tables: list[Table], kept: Array | None) -> Array | None:
    """Class numbers per sample of the first target with classes; None where there is none."""
    for column in data.columns:
        if column.role != "target" or column.encoding == "none" or column.kind == "array":
            continue
        found = find_column(column, tables)
        if found is None or found[1].shape:
            continue
        codes = as_classes(found[1])[0]
        codes = codes if kept is None else codes[kept]
        return codes[target_rows(len(codes), data.window)]
    return None


def train_rows(data: DataSpec, rows: int, kept: Array | None, samples: Array) -> Array:
    """The rows of the file that the training samples use."""
    if data.window.length and len(samples):
        # Windows overlap: every row from the first window's begin to the last target.
        last = int(samples[-1]) + data.window.length + data.window.horizon - 1
        used = np.arange(int(samples[0]), min(last + 1, rows))
    else:
        used = samples
    return used if kept is None else kept[used[used < len(kept)]]


def kind_of_raw(raw: RawColumn, distinct: int | None) -> ColumnKind:
    """The kind a column seems to have."""
    if raw.shape:
        return "array"
    if raw.numbers is not None:
        return "integer" if _is_whole(raw.numbers) else "number"
    few = distinct is not None and distinct <= MOST_CLASSES
    return "category" if few and (distinct or 0) <= max(20, raw.length // 2) else "text"


def _is_whole(values: Array) -> bool:
    if values.dtype.kind in "iub":
        return True
    finite = values[np.isfinite(values)]
    return bool(len(finite)) and bool((finite == np.floor(finite)).all())


def _column(raw: RawColumn, table: Table, column: Column | None, train: Array) -> ColumnSummary:
    summary: ColumnSummary | None = table.memo.get(raw.name)
    if summary is None:
        summary = table.memo[raw.name] = _facts(raw, table)
    if column is not None and column.kind != summary.kind:
        summary = msgspec.structs.replace(summary, kind=column.kind)
    if raw.numbers is None or not len(train) or summary.minimum is None:
        return summary
    with np.errstate(over="ignore", invalid="ignore"):  # told as `data.too_large_number`
        mean, deviation = _moments(raw.numbers, train)
    return msgspec.structs.replace(summary, train_mean=mean, train_deviation=deviation)


def _facts(raw: RawColumn, table: Table) -> ColumnSummary:
    """What does not depend on the project."""
    mask = missing_mask(raw)
    distinct, classes, counts = _classes(raw)
    summary = ColumnSummary(
        name=raw.name,
        source=raw.source,
        kind=kind_of_raw(raw, distinct),
        shape=raw.shape,
        dtype=raw.dtype,
        missing=0 if mask is None else int(mask.sum()),
        first_missing_row=None if mask is None else table.row_number(int(mask.argmax())),
        distinct=distinct,
        classes=classes,
        histogram=counts,
        bad_count=raw.bad.count if raw.bad else 0,
        bad_row=table.row_number(raw.bad.index) if raw.bad else None,
        bad_text=raw.bad.text[:80] if raw.bad else "",
    )
    values = raw.numbers
    if values is None or values.size == 0:
        return summary
    low, high, total, count = np.inf, -np.inf, 0.0, 0
    for piece in pieces(values):
        finite = _finite(values[piece])
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
            total += float(finite.sum(dtype=np.float64))
            count += finite.size
    if not count:
        return summary
    if not counts or len(counts) > (MOST_BARS if values.dtype.kind in "iub" else BINS):
        counts = _histogram(values, low, high)
    return msgspec.structs.replace(
        summary, minimum=low, maximum=high, mean=total / count, histogram=counts
    )


def _finite(values: Array) -> Array:
    if values.dtype.kind != "f":
        return values
    finite = np.isfinite(values)
    return values if finite.all() else values[finite]


def _histogram(values: Array, low: float, high: float) -> tuple[int, ...]:
    """Counts in `BINS` equal bins between the smallest and the largest value."""
    if high <= low:
        return (int(values.size),)
    total = np.zeros(BINS, dtype=np.int64)
    for piece in pieces(values):
        total += np.histogram(_finite(values[piece]), bins=BINS, range=(low, high))[0]
    return tuple(int(number) for number in total)


def _moments(values: Array, rows: Array) -> tuple[float | None, float | None]:
    """Mean and standard deviation over all values of some rows, read in pieces."""
    total = squares = 0.0
    count = 0
    step = max(1, len(pieces(values)))
    for part in np.array_split(rows, step):
        finite = _finite(values[part]).astype(np.float64)
        total += float(finite.sum())
        squares += float(np.square(finite).sum())
        count += finite.size
    if not count:
        return None, None
    mean = total / count
    deviation = float(np.sqrt(max(0.0, squares / count - mean * mean)))
    return (mean, deviation) if np.isfinite(deviation) else (None, None)


def _classes(raw: RawColumn) -> tuple[int | None, tuple[str, ...] | None, tuple[int, ...]]:
    """(number of distinct values, their texts, how often each) - None where there are many."""
    if raw.shape:
        return None, None, ()
    numbers = raw.numbers
    if numbers is not None and len(np.unique(numbers[:LOOK_FIRST])) > MOST_CLASSES:
        return None, None, ()
    codes, texts = as_classes(raw)
    if len(texts) > MOST_CLASSES:
        return len(texts), None, ()
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    return len(texts), tuple(texts), tuple(int(count) for count in counts)


def _preview_rows(columns: int) -> int:
    """Fewer rows of very wide tables: nobody looks at 40,000 cells."""
    return max(10, min(PREVIEW_ROWS, 5000 // max(1, columns)))


def _preview(raws: list[RawColumn], rows: int) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(_cell(raw, row) for raw in raws) for row in range(rows))


def _cell(raw: RawColumn, row: int) -> str:
    if raw.bad is not None or raw.numbers is None:
        code = int(raw.word_codes[row])
        return str(raw.texts[code]) if code >= 0 else ""
    value = raw.numbers[row]
    if raw.shape:
        shape = " × ".join(map(str, raw.shape))
        first = ", ".join(f"{float(number):g}" for number in value.reshape(-1)[:4])
        return f"{shape}: {first}, …"
    return number_text(value) if np.isfinite(value) else ""
