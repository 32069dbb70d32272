"""From a project to arrays: read, match, drop or fill, split, encode."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasstudio.graph.bindings import Binding, Bindings, reshaped, resolve
from kerasstudio.graph.data_spec import Column
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.preflight_data import data_problems
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.runtime.fitted_data import FittedColumn, FittedData, FittedPort
from kerasstudio.runtime.worker.data.columns import Array, RawColumn, Report, Table, silent
from kerasstudio.runtime.worker.data.describe import (
    find_column,
    kept_rows,
    open_tables,
    stratify_codes,
    summarise,
    train_rows,
)
from kerasstudio.runtime.worker.data.encode import encode_column, fit_column
from kerasstudio.runtime.worker.data.faults import fault, unknown_column
from kerasstudio.runtime.worker.data.split import PARTS, split_rows
from kerasstudio.runtime.worker.data.windows import feature_windows, sample_count, target_rows

if TYPE_CHECKING:
    import tensorflow as tf

COPY_BELOW = 512 * 1024 * 1024
"""Prepared arrays up to this size are kept whole in memory; bigger ones stay views of the file."""


@dataclass(frozen=True)
class LoadedData:
    """The data of one project, ready for `fit`.

    `inputs` and `targets` hold all samples by Input and Output name (axis 0: samples). `indices`
    are the samples of each part ("train", "validation", "test") in them, `rows` the rows of the
    file they come from, counted as a person does (with windows: the row of the target). Arrays of
    more than `COPY_BELOW` bytes may still have the file's dtype; `dataset` and `arrays` give the
    dtype that the Input wants."""

    summary: DataSummary
    fitted: FittedData
    inputs: dict[str, Array]
    targets: dict[str, Array]
    indices: dict[str, Array]
    rows: dict[str, Array]

    def count(self, part: str) -> int:
        """How many samples a part has."""
        return len(self.indices[part])

    def arrays(self, part: str) -> tuple[Any, Any]:
        """(x, y) of a part in the built model's structure, in memory."""
        index = self.indices[part]
        inputs = {
            port.name: self.inputs[port.name][index].astype(numpy_dtype(port.dtype), copy=False)
            for port in self.fitted.inputs
        }
        targets = {name: values[index] for name, values in self.targets.items()}
        return structured(inputs), structured(targets)

    def dataset(
        self, part: str, batch_size: int, shuffle: bool = False, seed: int = 0
    ) -> tf.data.Dataset:
        """Batches of (x, y) of a part in the built model's structure; the last may be smaller.

        With `shuffle` every iteration has another order, all of them told by `seed`."""
        # Imported here: describing data does not need TensorFlow.
        from kerasstudio.runtime.worker.data.datasets import batches

        return batches(self, part, batch_size, shuffle, seed)


def load(project: Project, base: Path | str, progress: Report | None = None) -> LoadedData:
    """Prepare the data of `project`; relative paths start at the folder `base`.

    Raises `StudioError` for the first thing that makes training impossible."""
    report = progress or silent
    data, folder = project.data, Path(base)
    if not data.sources:
        raise fault(
            "data.no_source",
            "The project has no data yet.",
            expected="a data file, chosen on the Data page",
        )
    tables = open_tables(data, folder, report)
    summary = summarise(data, tables, folder, report)
    bindings = resolve(project, summary)
    _raise_first([*summary.problems, *data_problems(data, summary), *bindings.problems])
    report("Preparing the data", None)
    kept = kept_rows(data, tables)
    rows = tables[0].rows if kept is None else len(kept)
    samples = sample_count(rows, data.window)
    indices = split_rows(samples, data.split, stratify_codes(data, tables, kept))
    train = train_rows(data, tables[0].rows, kept, indices["train"])
    columns: dict[str, FittedColumn] = {}
    encoded: dict[str, Array] = {}
    for name, column in _used(project, bindings).items():
        table, raw = _found(column, tables)
        columns[name] = fit_column(column, raw, train, table.path)
        encoded[name] = encode_column(columns[name], raw, table, kept)
    ports = [
        _port(project, binding, encoded, columns)
        for binding in (*bindings.inputs.values(), *bindings.outputs.values())
    ]
    inputs = {
        port.name: _input_values(port, encoded, project, rows)
        for port in ports
        if port.layer in bindings.inputs
    }
    at_rows = target_rows(rows, data.window)
    targets = {
        port.name: _target_values(port, encoded)[at_rows]
        for port in ports
        if port.layer in bindings.outputs
    }
    numbered = tables[0].numbered(np.arange(tables[0].rows) if kept is None else kept)[at_rows]
    fitted = FittedData(
        columns=tuple(columns.values()),
        inputs=tuple(port for port in ports if port.layer in bindings.inputs),
        outputs=tuple(port for port in ports if port.layer in bindings.outputs),
        window=data.window,
        parts=(len(indices["train"]), len(indices["validation"]), len(indices["test"])),
        fingerprint=summary.fingerprint,
    )
    part_rows = {part: numbered[indices[part]] for part in PARTS}
    return LoadedData(summary, fitted, inputs, targets, indices, part_rows)


def structured(values: dict[str, Any]) -> Any:
    """One value alone, several as the dictionary (None when there is none)."""
    if not values:
        return None
    return next(iter(values.values())) if len(values) == 1 else values


def numpy_dtype(name: str) -> Any:
    """The NumPy dtype for a Keras dtype; float32 for those NumPy does not have (bfloat16)."""
    if name == "string":
        return np.dtype(object)
    try:
        return np.dtype(name)
    except TypeError:
        return np.dtype(np.float32)


def _raise_first(problems: list[Problem]) -> None:
    for problem in problems:
        if problem.severity == "error":
            raise StudioError(problem)


def _used(project: Project, bindings: Bindings) -> dict[str, Column]:
    known = {column.name: column for column in project.data.columns}
    ports = (*bindings.inputs.values(), *bindings.outputs.values())
    return {name: known[name] for port in ports for name in port.columns}


def _found(column: Column, tables: list[Table]) -> tuple[Table, RawColumn]:
    found = find_column(column, tables)
    if found is None:
        table = next((table for table in tables if table.source.id == column.source), tables[0])
        raise unknown_column(column.name, table.columns, table.path)
    return found


def _port(
    project: Project,
    binding: Binding,
    encoded: dict[str, Array],
    columns: dict[str, FittedColumn],
) -> FittedPort:
    """The port with the shape and dtype that its samples will really have."""
    layer = project.layers[binding.layer]
    shape = binding.shape
    if shape is None:
        shape = join_columns(binding.columns, encoded).shape[1:]
    dtype, classes = binding.dtype, columns[binding.columns[0]].classes
    if layer.is_input:
        wanted = layer.arguments.get("shape")
        shape = shape if wanted is None else reshaped(shape, wanted)
        dtype = str(layer.arguments.get("dtype") or "float32")
        classes = ()
    return FittedPort(binding.layer, binding.name, binding.columns, shape, dtype, classes)


def join_columns(names: tuple[str, ...], encoded: dict[str, Array]) -> Array:
    """Encoded columns joined on the last axis; single values get an axis of their own."""
    values = [encoded[name] for name in names]
    values = [value[:, None] if value.ndim == 1 else value for value in values]
    return values[0] if len(values) == 1 else np.concatenate(values, axis=-1)


def _input_values(
    port: FittedPort, encoded: dict[str, Array], project: Project, rows: int
) -> Array:
    window = project.data.window
    values = feature_windows(join_columns(port.columns, encoded), window)
    dtype = numpy_dtype(port.dtype)
    size = values.size * dtype.itemsize
    values = values.reshape(len(values), *port.shape) if values.shape[1:] != port.shape else values
    if size > COPY_BELOW:
        return values
    return np.ascontiguousarray(values, dtype=dtype)


def _target_values(port: FittedPort, encoded: dict[str, Array]) -> Array:
    if len(port.columns) == 1 and port.shape == ():
        return encoded[port.columns[0]]
    values = join_columns(port.columns, encoded)
    return values.astype(np.float32, copy=False) if values.dtype.kind in "fiub" else values
