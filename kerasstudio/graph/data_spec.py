"""What data a project trains on: sources, columns and their roles, the split, the matching."""

from __future__ import annotations

from typing import Literal

import msgspec

Role = Literal["feature", "target", "ignore"]
ColumnKind = Literal["number", "integer", "category", "text", "array"]
Encoding = Literal["none", "index", "one_hot"]
Missing = Literal["refuse", "drop_row", "mean", "most_frequent"]


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file. `path` is absolute, relative to the project file, or "sample:NAME" for a file
    shipped in `resources/samples`. `kind` names the reader ("csv", "npz", "npy")."""

    id: str
    path: str
    kind: str
    options: dict[str, str] = {}


class Column(msgspec.Struct, frozen=True, omit_defaults=True):
    """One column of a CSV file, or one array of a NumPy file (first axis: samples).

    `encoding` says how values become numbers: "index" maps categories to 0..n-1 in sorted order,
    "one_hot" to n numbers. `missing` says what happens to rows with an empty cell.
    """

    name: str
    source: str
    kind: ColumnKind
    role: Role = "feature"
    encoding: Encoding = "none"
    missing: Missing = "refuse"


class Split(msgspec.Struct, frozen=True, omit_defaults=True):
    """Fractions of the rows. The rest after validation and test is for training.

    "stratified" keeps class proportions (one target column of classes), "random" shuffles with
    `seed`, "ordered" cuts in file order (time series)."""

    validation: float = 0.15
    test: float = 0.15
    seed: int = 42
    method: Literal["stratified", "random", "ordered"] = "stratified"


class Window(msgspec.Struct, frozen=True, omit_defaults=True):
    """Cut a table into windows: `length` consecutive rows of features are one sample, and the
    target is taken `horizon` rows after the window's last row. length 0 means no windows."""

    length: int = 0
    horizon: int = 1


class DataSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """`bindings` maps the layer id of an Input or Output to the names of the columns it gets.

    Several columns for one Input are joined on the last axis (a table's features). An Input or
    Output without an entry is matched by name, then by role and order (`bindings.resolve`).
    """

    sources: tuple[Source, ...] = ()
    columns: tuple[Column, ...] = ()
    split: Split = Split()
    window: Window = Window()
    bindings: dict[str, tuple[str, ...]] = {}

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)
