"""Whether training fits into the memory of the machine that shall train."""

from __future__ import annotations

from collections.abc import Iterator

from kerasstudio.graph.costs import totals
from kerasstudio.graph.inspection import Inspection, bytes_in_words
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.graph.project import Project

_SHARE = 0.9
"""Of the memory; the rest is the system's and TensorFlow's own."""


def memory_problems(project: Project, inspection: Inspection | None) -> Iterator[Problem]:
    """A warning where weights, gradients, what the optimizer keeps and the activations of a batch
    are more than there is; with a batch size that would fit, if any does."""
    if inspection is None or not inspection.memory:
        return
    cost = totals(project, inspection)
    room = inspection.memory * _SHARE
    if cost.training_bytes <= room:
        return
    fixed = cost.training_bytes - cost.activation_bytes
    sample = cost.activation_bytes // cost.batch
    fitting = int((room - fixed) / sample) if sample and fixed < room else 0
    fixes = []
    if 1 <= fitting < cost.batch:
        size = 1 << (fitting.bit_length() - 1)
        arguments = {"field": "batch_size", "value": size}
        fixes.append(Fix(f"set batch size to {size}", "set_training", arguments))
    yield Problem(
        code="memory.training",
        message=f"Training would need about {bytes_in_words(cost.training_bytes)}: "
        f"{bytes_in_words(fixed)} for weights and optimizer, "
        f"{bytes_in_words(cost.activation_bytes)} for a batch of {cost.batch} samples. This "
        f"computer has {bytes_in_words(inspection.memory)}.",
        severity="warning",
        expected=f"at most {bytes_in_words(room)}",
        received=bytes_in_words(cost.training_bytes),
        place=Place(argument="batch_size"),
        fixes=tuple(fixes),
    )
