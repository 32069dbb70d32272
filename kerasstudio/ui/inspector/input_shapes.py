"""Inputs whose shape or dtype is not that of their data: pure functions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from kerasstudio.graph import edits
from kerasstudio.graph.bindings import input_shape_from_data
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.project import Project


def input_changes(project: Project, summary: DataSummary | None) -> dict[str, dict[str, Any]]:
    """Input layer id → the arguments that differ from what its data has."""
    changes: dict[str, dict[str, Any]] = {}
    for _node, layer in project.inputs():
        found = input_shape_from_data(project, summary, layer.id)
        if found is None:
            continue
        shape, dtype = found
        wanted: dict[str, Any] = {}
        if layer.arguments.get("shape") != shape:
            wanted["shape"] = shape
        if (layer.arguments.get("dtype") or "float32") != dtype:
            wanted["dtype"] = dtype
        if wanted:
            changes[layer.id] = wanted
    return changes


def take_input_shapes(
    project: Project, summary: DataSummary | None, layers: Collection[str] | None = None
) -> Project:
    """Give Inputs the shape and dtype of their data: those of `layers`, or all."""
    for layer, arguments in input_changes(project, summary).items():
        if layers is not None and layer not in layers:
            continue
        for name, value in arguments.items():
            project = edits.set_argument(project, layer, name, value)
    return project
