"""Columns to numbers: learned once (`fit_column`), applied to any rows (`encode_column`)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kerasstudio.graph.data_spec import Column
from kerasstudio.graph.preflight_data import LARGEST
from kerasstudio.runtime.fitted_data import FittedColumn
from kerasstudio.runtime.worker.data.columns import (
    Array,
    RawColumn,
    Table,
    as_classes,
    number_text,
)
from kerasstudio.runtime.worker.data.faults import fault, listed

MOST_CLASSES = 1000


def fit_column(column: Column, raw: RawColumn, train: Array, path: Path) -> FittedColumn:
    """Learn what encoding needs. Classes come from every row, fill values from the rows `train`.

    Raises `StudioError` when the column cannot be encoded as asked."""
    classes: tuple[str, ...] = ()
    if column.encoding != "none":
        if raw.shape:
            classes = _array_classes(raw, path)
        else:
            codes, texts = as_classes(raw)
            del codes
            _check_class_count(column.name, len(texts), path)
            classes = tuple(texts)
    elif raw.numbers is None and column.kind != "text":
        raise fault(
            "data.words",
            f'The column "{column.name}" of {path.name} holds words, and its encoding is none.',
            path,
            expected="numbers, or the encoding one-hot or index",
            received=listed(raw.texts, 4),
            column=column.name,
        )
    fill = None
    if column.missing in {"mean", "most_frequent"} and not raw.shape:
        fill = _fill(column, raw, train)
    return FittedColumn(
        name=column.name,
        kind=column.kind,
        encoding=column.encoding,
        missing=column.missing,
        shape=raw.shape,
        classes=classes,
        fill=fill,
    )


def encode_column(fitted: FittedColumn, raw: RawColumn, table: Table, rows: Array | None) -> Array:
    """The column's samples (those of `rows`, None: all) as float32, class numbers as int32, words
    as objects; an array as it is in the file.

    Raises `StudioError` naming the row for a class that training has not seen and for an empty
    cell that nothing fills."""
    _check_shape(fitted, raw, table)
    if raw.shape:
        values = raw.number_values
        if fitted.encoding != "none":
            return _encoded_array(fitted, values if rows is None else values[rows])
        return values if rows is None else values[rows]
    if fitted.kind == "text" and fitted.encoding == "none":
        codes, texts = as_classes(raw)
        codes = codes if rows is None else codes[rows]
        words = np.array([*texts, ""], dtype=object)
        return words[codes]
    if fitted.encoding == "none":
        return _numbers(fitted, raw, table, rows)
    codes = _class_numbers(fitted, raw, table, rows)
    if fitted.encoding == "index":
        return codes
    hot = np.zeros((len(codes), len(fitted.classes)), dtype=np.float32)
    hot[np.arange(len(codes)), codes] = 1.0
    return hot


def _numbers(fitted: FittedColumn, raw: RawColumn, table: Table, rows: Array | None) -> Array:
    if raw.numbers is None:
        raise fault(
            "data.words",
            f'The column "{raw.name}" of {table.path.name} holds words, not numbers.',
            table.path,
            expected="numbers, as in the data of the training",
            received=listed(raw.texts, 4),
            column=raw.name,
            row=table.row_number(0),
        )
    values = raw.numbers if rows is None else raw.numbers[rows]
    with np.errstate(over="ignore"):  # a number too large for a layer is told below
        values = values.astype(np.float32)
    empty = ~np.isfinite(values)
    if empty.any():
        if fitted.fill is None:
            first = int(np.flatnonzero(empty)[0])
            raise _empty_cell(fitted, raw, table, first if rows is None else int(rows[first]))
        values[empty] = float(fitted.fill)
    return values


def _class_numbers(fitted: FittedColumn, raw: RawColumn, table: Table, rows: Array | None) -> Array:
    codes, texts = as_classes(raw)
    known = {text: number for number, text in enumerate(fitted.classes)}
    numbers = np.array([known.get(text, -2) for text in texts] + [-1], dtype=np.int32)
    found: Array = numbers[codes]
    if rows is not None:
        found, codes = found[rows], codes[rows]
    if (found == -1).any():
        if fitted.fill is not None:
            found = np.where(found == -1, known.get(fitted.fill, 0), found).astype(np.int32)
        else:
            first = int(np.flatnonzero(found == -1)[0])
            raise _empty_cell(fitted, raw, table, first if rows is None else int(rows[first]))
    if (found == -2).any():
        first = int(np.flatnonzero(found == -2)[0])
        text = texts[int(codes[first])]
        row = table.row_number(first if rows is None else int(rows[first]))
        raise fault(
            "data.unknown_class",
            f'Row {row} of {table.path.name}: "{text}" in the column "{raw.name}" is a value that '
            "training has not seen.",
            table.path,
            expected=f"one of: {listed(fitted.classes)}",
            received=str(text),
            column=raw.name,
            row=row,
        )
    return found


def _empty_cell(fitted: FittedColumn, raw: RawColumn, table: Table, index: int) -> Exception:
    row = table.row_number(index)
    what = "is empty or no finite number"
    expected = "a number" if not fitted.classes else f"one of: {listed(fitted.classes)}"
    if raw.numbers is not None and np.isfinite(raw.numbers[index]):
        what = f"holds {float(raw.numbers[index]):g}, which is too large for a layer"
        expected = f"numbers up to {LARGEST:.2g}"
    elif raw.bad is not None and raw.bad.index == index:
        what = f'holds "{raw.bad.text}", which is no number'
    return fault(
        "data.missing",
        f'Row {row} of {table.path.name}: the cell in the column "{raw.name}" {what}.',
        table.path,
        expected=expected,
        column=raw.name,
        row=row,
    )


def _check_shape(fitted: FittedColumn, raw: RawColumn, table: Table) -> None:
    if raw.shape != fitted.shape:
        raise fault(
            "data.shape_differs",
            f'A sample of "{raw.name}" in {table.path.name} has another shape than in training.',
            table.path,
            expected=" × ".join(map(str, fitted.shape)) or "single values",
            received=" × ".join(map(str, raw.shape)) or "single values",
            column=raw.name,
        )


def _fill(column: Column, raw: RawColumn, train: Array) -> str | None:
    """What fills empty cells, from the training rows."""
    if column.missing == "mean" and raw.numbers is not None and column.encoding == "none":
        values = raw.numbers[train].astype(np.float64)
        values = values[np.isfinite(values)]
        return repr(float(values.mean())) if len(values) else None
    codes, texts = as_classes(raw)
    codes = codes[train]
    codes = codes[codes >= 0]
    return str(texts[int(np.bincount(codes).argmax())]) if len(codes) else None


def _array_classes(raw: RawColumn, path: Path) -> tuple[str, ...]:
    """Class numbers in an array (a mask of an image): 0 to the largest value."""
    values = raw.number_values
    if values.dtype.kind not in "iub" or (values.size and int(values.min()) < 0):
        raise fault(
            "data.array_classes",
            f'The array "{raw.name}" of {path.name} is to be encoded as classes but does not hold '
            "whole numbers from 0.",
            path,
            expected="integers from 0",
            received=f"dtype {values.dtype}",
            column=raw.name,
        )
    most = int(values.max()) + 1 if values.size else 0
    _check_class_count(raw.name, most, path)
    return tuple(number_text(value) for value in range(most))


def _encoded_array(fitted: FittedColumn, values: Array) -> Array:
    codes = values.astype(np.int32)
    if fitted.encoding == "index":
        return codes
    return np.eye(len(fitted.classes), dtype=np.float32)[codes]


def _check_class_count(name: str, count: int, path: Path) -> None:
    if count > MOST_CLASSES:
        raise fault(
            "data.too_many_classes",
            f'The column "{name}" of {path.name} has {count:,} different values.',
            path,
            expected=f"at most {MOST_CLASSES:,} classes",
            received=f"{count:,}",
            column=name,
        )
