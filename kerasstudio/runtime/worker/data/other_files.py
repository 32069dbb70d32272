"""Rows of another file, prepared as those of the training were: for evaluate and predict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from kerasstudio.graph.data_spec import Column, DataSpec, Source
from kerasstudio.graph.project import Project
from kerasstudio.runtime.fitted_data import FittedData, FittedPort
from kerasstudio.runtime.worker.data.columns import Array, RawColumn, Report, Table, silent
from kerasstudio.runtime.worker.data.describe import kept_rows
from kerasstudio.runtime.worker.data.encode import encode_column
from kerasstudio.runtime.worker.data.faults import unknown_column
from kerasstudio.runtime.worker.data.loading import join_columns, numpy_dtype, structured
from kerasstudio.runtime.worker.data.sources import SAMPLE, kind_of, open_source
from kerasstudio.runtime.worker.data.windows import sample_count, target_rows


def load_rows(
    project: Project,
    fitted: FittedData,
    path: Path | str,
    base: Path | str = ".",
    progress: Report | None = None,
    with_targets: bool = True,
) -> tuple[Any, Any, Array]:
    """(x, y, row numbers) of the file `path` in the built model's structure.

    y is None when the file does not hold every target, or `with_targets` is False. Rows are
    numbered as a person counts them (with windows: the row of the target). Raises `StudioError`
    naming file, column and row."""
    table = open_source(_source(project, str(path)), Path(base), progress or silent)
    columns = _columns(fitted, table)
    window = fitted.window
    features = {name for port in fitted.inputs for name in port.columns}
    targets = {name for port in fitted.outputs for name in port.columns}
    for name in features - columns.keys():
        raise unknown_column(name, table.columns, table.path, fixable=False)
    known = with_targets and targets <= columns.keys()
    kept = _kept(project.data, table, columns, features | (targets if known else set()))
    encoded = {
        name: encode_column(fitted.column(name), columns[name], table, kept)
        for name in (features | targets if known else features)
    }
    rows = table.rows if kept is None else len(kept)
    # Without targets there are windows up to the last row: the one after it is what is asked for.
    ahead = window.horizon if window.length and not known else 0
    count = sample_count(rows + ahead, window)
    inputs = {port.name: _input(port, encoded, fitted, count) for port in fitted.inputs}
    at_rows = target_rows(rows + ahead, window) - ahead
    y = None
    if known:
        y = structured({port.name: _target(port, encoded)[at_rows] for port in fitted.outputs})
    numbered = table.numbered(np.arange(table.rows) if kept is None else kept)
    return structured(inputs), y, numbered[at_rows]


def _source(project: Project, path: str) -> Source:
    """A source for `path` that is read like the project's own (delimiter and the like)."""
    kind = kind_of(Path(path.removeprefix(SAMPLE))).id
    options = next((source.options for source in project.data.sources if source.kind == kind), {})
    return Source(id="other", path=path, kind=kind, options=options)


def _columns(fitted: FittedData, table: Table) -> dict[str, RawColumn]:
    """The file's columns under the names of the training.

    A single array has its name from its file, so it stands for the only array feature."""
    columns = dict(table.columns)
    wanted = [column.name for column in fitted.columns]
    if len(columns) == 1 and not columns.keys() & set(wanted):
        features = {name for port in fitted.inputs for name in port.columns}
        if len(features) == 1 and table.source.kind == "npy":
            return {features.pop(): next(iter(columns.values()))}
    return columns


def _kept(
    data: DataSpec, table: Table, columns: dict[str, RawColumn], names: set[str]
) -> Array | None:
    """Rows without empty cells in the columns whose rule is to drop such rows."""
    used = tuple(
        column for column in data.columns if column.name in names and column.name in columns
    )
    renamed = Table(table.source, table.path, table.rows, columns)
    spec = DataSpec(columns=tuple(_in_source(column, table.source.id) for column in used))
    return kept_rows(spec, [renamed])


def _in_source(column: Column, source: str) -> Column:
    return msgspec.structs.replace(column, source=source)


def _input(port: FittedPort, encoded: dict[str, Array], fitted: FittedData, count: int) -> Array:
    window = fitted.window
    values = join_columns(port.columns, encoded)
    if window.length:
        # The horizon cuts only where there are targets to be compared with.
        views = np.lib.stride_tricks.sliding_window_view(values, window.length, axis=0)
        values = np.moveaxis(views, -1, 1)[:count]
    values = values.reshape(len(values), *port.shape)
    return np.ascontiguousarray(values, dtype=numpy_dtype(port.dtype))


def _target(port: FittedPort, encoded: dict[str, Array]) -> Array:
    if port.shape == ():
        return encoded[port.columns[0]]
    return join_columns(port.columns, encoded).astype(np.float32, copy=False)
