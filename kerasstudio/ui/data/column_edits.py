"""Edits of the data description, and what a person can choose for a column: pure functions."""

from __future__ import annotations

from typing import Any

import msgspec

from kerasstudio.graph import edits
from kerasstudio.graph.data_spec import Column, DataSpec, Source
from kerasstudio.graph.data_summary import ColumnSummary
from kerasstudio.graph.project import Project
from kerasstudio.ui.widgets.amounts import plural

ROLES = (("feature", "feature"), ("target", "target"), ("ignore", "ignored"))
KINDS = {
    "number": "number",
    "integer": "whole number",
    "category": "category",
    "text": "text",
    "array": "array",
}
MISSING = {
    "refuse": "stop and say so",
    "drop_row": "leave these rows out",
    "mean": "put the mean",
    "most_frequent": "put the most frequent value",
}

Choices = tuple[tuple[str, str], ...]


def kind_choices(column: Column) -> Choices:
    """The kinds a column can be read as. An array is what its file says."""
    kinds = ("array",) if column.kind == "array" else ("number", "integer", "category", "text")
    return tuple((kind, KINDS[kind]) for kind in kinds)


def encoding_choices(column: Column, summary: ColumnSummary | None) -> Choices:
    """How the column's values can become numbers."""
    classes = summary.classes if summary is not None else None
    known = f", {plural(len(classes), 'class', 'classes')}" if classes else ""
    choices = [("none", _as_it_is(column))]
    if column.kind in ("integer", "category") or (column.kind == "array" and classes):
        choices += [("index", f"class numbers{known}"), ("one_hot", f"one-hot{known}")]
    if column.kind == "category":
        choices.pop(0)
    if column.encoding not in dict(choices):
        choices.append((column.encoding, column.encoding.replace("_", " ")))
    return tuple(choices)


def missing_choices(column: Column) -> Choices:
    """What can be done about empty cells."""
    ways = ["refuse", "drop_row"]
    if column.kind in ("number", "integer"):
        ways.append("mean")
    if column.kind != "array":
        ways.append("most_frequent")
    if column.missing not in ways:
        ways.append(column.missing)
    return tuple((way, MISSING[way]) for way in ways)


def set_column(project: Project, name: str, **changes: Any) -> Project:
    """Change fields of one column. A category always has an encoding that makes numbers, and
    what is no class has none."""
    project = edits.set_column(project, name, **changes)
    column = project.data.column(name)
    if column is None:
        return project
    if column.kind == "category" and column.encoding == "none":
        encoding = "index" if column.role == "target" else "one_hot"
        return edits.set_column(project, name, encoding=encoding)
    if column.kind in ("number", "text") and column.encoding != "none":
        return edits.set_column(project, name, encoding="none")
    return project


def set_window(project: Project, **changes: Any) -> Project:
    """Change fields of the time windows."""
    return edits.set_data(project, window=msgspec.structs.replace(project.data.window, **changes))


def replace_data(project: Project, guessed: DataSpec) -> Project:
    """Train on other data: new sources and columns, the split as it was; choices that name
    columns which are gone are dropped."""
    names = {column.name for column in guessed.columns}
    bindings = {
        layer: columns
        for layer, columns in project.data.bindings.items()
        if all(column in names for column in columns)
    }
    split = msgspec.structs.replace(project.data.split, method=guessed.split.method)
    data = msgspec.structs.replace(guessed, bindings=bindings, split=split)
    return edits.set_data(project, data)


def add_data(project: Project, guessed: DataSpec) -> Project:
    """Take more files to those there are. Known columns keep what was chosen for them."""
    sources = list(project.data.sources)
    columns = list(project.data.columns)
    known_paths = {source.path for source in sources}
    for source in guessed.sources:
        if source.path in known_paths:
            continue
        new_id = _free({one.id for one in sources}, source.id)
        sources.append(msgspec.structs.replace(source, id=new_id))
        for column in guessed.columns:
            if column.source == source.id:
                name = _free({one.name for one in columns}, column.name)
                columns.append(msgspec.structs.replace(column, source=new_id, name=name))
    return edits.set_data(project, sources=tuple(sources), columns=tuple(columns))


def remove_source(project: Project, source: Source) -> Project:
    """Take a file and its columns out."""
    sources = tuple(one for one in project.data.sources if one.id != source.id)
    columns = tuple(column for column in project.data.columns if column.source != source.id)
    names = {column.name for column in columns}
    bindings = {
        layer: bound
        for layer, bound in project.data.bindings.items()
        if all(name in names for name in bound)
    }
    return edits.set_data(project, sources=sources, columns=columns, bindings=bindings)


def _as_it_is(column: Column) -> str:
    return "words" if column.kind == "text" else "as it is"


def _free(taken: set[str], wanted: str) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name
