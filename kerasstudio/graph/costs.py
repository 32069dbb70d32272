"""What a model costs before it is trained: multiply-adds, activations, memory, at a batch size."""

from __future__ import annotations

from typing import Literal

import msgspec

from kerasstudio.graph.inspection import Inspection, NodeInfo
from kerasstudio.graph.project import Project

Measure = Literal["parameters", "multiply_adds", "memory"]
MEASURES: tuple[Measure, ...] = ("parameters", "multiply_adds", "memory")
WEIGHT_BYTES = 4
# Numbers that an optimizer keeps for each trained weight, beside its gradient.
_SLOTS = {
    "SGD": 0, "RMSprop": 1, "Adagrad": 1, "Lion": 1, "Adafactor": 1, "Adadelta": 2, "Adam": 2,
    "AdamW": 2, "Nadam": 2, "Adamax": 2, "Ftrl": 2, "Lamb": 2, "Muon": 2,
}  # fmt: skip
_USUAL_SLOTS = 2


class Totals(msgspec.Struct, frozen=True):
    """The sums over the nodes of the root graph, for a batch of `batch` samples.

    `multiply_adds` are per sample; `activation_bytes` those of the batch; `weight_bytes` of all
    weights; `training_bytes` is the least that training needs: weights, gradients, what the
    optimizer keeps, and all activations, which the way back needs. `unknown` counts layers for
    which no formula is known."""

    batch: int = 1
    multiply_adds: int = 0
    activation_bytes: int = 0
    weight_bytes: int = 0
    training_bytes: int = 0
    unknown: int = 0


def totals(project: Project, inspection: Inspection) -> Totals:
    """What is known of the whole model now."""
    batch = max(1, project.training.batch_size)
    adds = size = unknown = 0
    for node in project.graph.nodes:
        info = inspection.nodes.get(node)
        if info is None or info.status != "ok":
            continue
        adds += info.multiply_adds or 0
        size += info.activation_bytes or 0
        unknown += info.multiply_adds is None
    weights = inspection.total * WEIGHT_BYTES
    optimizer = project.training.optimizer
    slots = _SLOTS.get(optimizer.class_name, _USUAL_SLOTS)
    if optimizer.class_name == "SGD" and optimizer.config.get("momentum"):
        slots = 1
    kept = inspection.total_trainable * WEIGHT_BYTES * (1 + slots)
    return Totals(batch, adds, size * batch, weights, weights + kept + size * batch, unknown)


def measured(info: NodeInfo | None, measure: Measure, batch: int) -> int | None:
    """One node's share of a measure; None where it is not known."""
    if info is None or info.status != "ok":
        return None
    if measure == "parameters":
        return info.parameters
    if measure == "multiply_adds":
        return info.multiply_adds
    return None if info.activation_bytes is None else info.activation_bytes * batch
