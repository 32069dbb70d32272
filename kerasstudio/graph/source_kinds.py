"""The kinds of data files, in one table: file dialogs, drops and readers derive from it.

A new kind is one row here and one module of that name in `runtime/worker/data`, with a function
`read(source, path, report) -> Table`.
"""

from __future__ import annotations

from pathlib import PurePath

import msgspec


class SourceKind(msgspec.Struct, frozen=True):
    """`id` is what `Source.kind` says; `reader` names the module that reads it."""

    id: str
    label: str
    suffixes: tuple[str, ...]
    reader: str


SOURCE_KINDS: tuple[SourceKind, ...] = (
    SourceKind("csv", "Tables as text", (".csv", ".tsv", ".tab", ".txt"), "tables"),
    SourceKind("npz", "NumPy arrays", (".npz",), "arrays"),
    SourceKind("npy", "NumPy array", (".npy",), "arrays"),
)
DATA_SUFFIXES: tuple[str, ...] = tuple(suffix for kind in SOURCE_KINDS for suffix in kind.suffixes)


def kind_of_file(name: str) -> SourceKind | None:
    """The kind by the end of a file name; None when nobody reads such files."""
    suffix = PurePath(name).suffix.lower()
    return next((kind for kind in SOURCE_KINDS if suffix in kind.suffixes), None)
