"""Loss and metrics that suit an Output, told from its target and its last activation."""

from __future__ import annotations

from typing import Any

import msgspec

from kerasstudio.graph.bindings import Binding, Bindings, resolve
from kerasstudio.graph.data_summary import ColumnSummary, DataSummary
from kerasstudio.graph.heads import Head, head_of
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.project import Project
from kerasstudio.graph.switches import live_project
from kerasstudio.graph.training_spec import KerasObject, OutputTraining

LOSSES = "keras.losses"
METRICS = "keras.metrics"
PROBABILITIES = {"softmax", "sigmoid", "hard_sigmoid", "sparsemax"}
"""Activations after which a value is a probability; after others it is a logit."""


def training_for_output(
    project: Project,
    output: str,
    summary: DataSummary | None,
    inspection: Inspection | None = None,
    bindings: Bindings | None = None,
) -> OutputTraining:
    """The training of the Output with layer id `output`: what the person set, and for what they
    did not set the default. Loss and metrics of the answer are never None. `bindings` spares
    matching the columns again."""
    chosen = project.training.outputs.get(output, OutputTraining())
    if chosen.loss is not None and chosen.metrics is not None:
        return chosen
    project = live_project(project)
    binding = (bindings or resolve(project, summary)).outputs.get(output)
    loss, metrics = default_training(project, output, binding, summary, inspection)
    return msgspec.structs.replace(
        chosen,
        loss=chosen.loss or loss,
        metrics=chosen.metrics if chosen.metrics is not None else metrics,
    )


def default_training(
    project: Project,
    output: str,
    binding: Binding | None,
    summary: DataSummary | None,
    inspection: Inspection | None = None,
) -> tuple[KerasObject, tuple[KerasObject, ...]]:
    """(loss, metrics) for an Output whose target is already matched."""
    node = next((node.id for node, layer in project.outputs() if layer.id == output), None)
    head = head_of(project, node, inspection) if node else Head()
    return loss_and_metrics(label_kind(binding, head, summary), head.activation)


def loss_and_metrics(
    kind: str, activation: str | None
) -> tuple[KerasObject, tuple[KerasObject, ...]]:
    """Loss and metrics by the kind of labels (see `label_kind`)."""
    logits = activation is not None and activation not in PROBABILITIES
    config: dict[str, Any] = {"from_logits": True} if logits else {}
    accuracy: dict[str, Any] = {"name": "accuracy"}
    if kind == "index":
        return (
            KerasObject("SparseCategoricalCrossentropy", LOSSES, config),
            (KerasObject("SparseCategoricalAccuracy", METRICS, accuracy),),
        )
    if kind == "one_hot":
        return (
            KerasObject("CategoricalCrossentropy", LOSSES, config),
            (KerasObject("CategoricalAccuracy", METRICS, accuracy),),
        )
    if kind == "binary":
        if logits:
            accuracy = {"name": "accuracy", "threshold": 0.0}
        return (
            KerasObject("BinaryCrossentropy", LOSSES, config),
            (KerasObject("BinaryAccuracy", METRICS, accuracy),),
        )
    return (
        KerasObject("MeanSquaredError", LOSSES),
        (KerasObject("MeanAbsoluteError", METRICS),),
    )


def label_kind(binding: Binding | None, head: Head, summary: DataSummary | None) -> str:
    """How labels are to be read: "index" (class numbers), "one_hot", "binary" (0 or 1 for each
    unit) or "number"."""
    if binding is None:
        # Nothing to compare with yet: the activation tells what is meant.
        return {"softmax": "index", "sigmoid": "binary"}.get(head.activation or "", "number")
    if binding.kind == "index":
        return "binary" if head.units == 1 else "index"
    if binding.kind == "one_hot":
        return "binary" if head.activation == "sigmoid" else "one_hot"
    found = summary.column(binding.columns[0]) if summary and binding.columns else None
    if head.activation == "sigmoid" and found is not None and _is_zero_or_one(found):
        return "binary"
    if head.activation == "softmax" and found is not None and _are_class_numbers(found, head):
        return "index"
    return "number"


def _is_zero_or_one(found: ColumnSummary) -> bool:
    whole = found.dtype.startswith(("int", "uint", "bool")) or found.classes == ("0", "1")
    return whole and found.minimum == 0 and found.maximum == 1


def _are_class_numbers(found: ColumnSummary, head: Head) -> bool:
    whole = found.kind == "integer" or found.dtype.startswith(("int", "uint"))
    return (
        whole
        and head.units is not None
        and head.units > 1
        and found.minimum is not None
        and found.minimum >= 0
        and found.maximum is not None
        and found.maximum < head.units
    )
