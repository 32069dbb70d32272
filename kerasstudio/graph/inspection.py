"""What Keras says of a project: shapes, parameters, cost, problems. Derived, never stored."""

from __future__ import annotations

from typing import Literal

import msgspec

from kerasstudio.graph.problems import Problem

Status = Literal["ok", "error", "waiting", "unknown"]


class TensorSpec(msgspec.Struct, frozen=True):
    """Shape with the batch axis (None where unknown) and dtype of one tensor."""

    shape: tuple[int | None, ...]
    dtype: str = "float32"


class WeightSpec(msgspec.Struct, frozen=True):
    """Name within its layer ("kernel"), shape and dtype of one weight."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "float32"


class NodeInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """One node as Keras sees it.

    `outputs` has one entry per output tensor. `parameters` counts all weights of the layer and
    `trainable` those that training changes. `multiply_adds` and `activation_bytes` are per
    sample; None where no formula is known. "waiting" means a node upstream has an error.
    `weights` are those of the layer in Keras's order (none for a block: its layers have them);
    `learns` says that it learns from the data before training (`adapt`).
    """

    status: Status = "unknown"
    outputs: tuple[TensorSpec, ...] = ()
    parameters: int = 0
    trainable: int = 0
    multiply_adds: int | None = None
    activation_bytes: int | None = None
    weights: tuple[WeightSpec, ...] = ()
    learns: bool = False


class Inspection(msgspec.Struct, frozen=True, omit_defaults=True):
    """All nodes, by node id, at one project revision. A shared layer's parameters are reported
    on each of its nodes; `total` and `total_trainable` count each layer once."""

    revision: int = 0
    nodes: dict[str, NodeInfo] = {}
    problems: tuple[Problem, ...] = ()
    total: int = 0
    total_trainable: int = 0


def shape_text(spec: TensorSpec, batch: bool = False) -> str:
    """The shape for people: "28 × 28 × 1", "?" where unknown, "scalar" for ()."""
    axes = spec.shape if batch else spec.shape[1:]
    return " × ".join("?" if axis is None else str(axis) for axis in axes) or "scalar"


AXES: dict[int, tuple[str, ...]] = {
    1: ("features",),
    2: ("steps", "features"),
    3: ("height", "width", "channels"),
    4: ("depth", "height", "width", "channels"),
}
"""What the axes behind the batch usually are, by their number (channels last)."""


def axis_names(spec: TensorSpec) -> tuple[str, ...]:
    """The usual names of a tensor's axes, the batch first; "axis 4" for what has none."""
    count = len(spec.shape) - 1
    if count < 0:
        return ()
    names = AXES.get(count) or tuple(f"axis {number}" for number in range(1, count + 1))
    return ("batch", *names)


def lettered(spec: TensorSpec, batch: bool = False) -> str:
    """The shape with a letter at each axis: "28 H × 28 W × 1 C", "? B × 10 F"."""
    parts = []
    for axis, name in zip(spec.shape, axis_names(spec), strict=True):
        size = "?" if axis is None else str(axis)
        parts.append(size if " " in name else f"{size} {name[0].upper()}")
    return " × ".join(parts if batch else parts[1:]) or "scalar"
