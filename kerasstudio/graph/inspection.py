"""What Keras says of a project: shapes, parameters, cost, problems. Derived, never stored."""

from __future__ import annotations

from typing import Literal

import msgspec

from kerasstudio.graph.axes import axis_word, usual_axes
from kerasstudio.graph.problems import Problem

Status = Literal["ok", "error", "waiting", "unknown"]


class TensorSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """Shape with the batch axis (None where unknown) and dtype of one tensor. `axes` has a letter
    for the meaning of each axis (see `axes`), "" where nobody has told."""

    shape: tuple[int | None, ...]
    dtype: str = "float32"
    axes: str = ""

    @property
    def letters(self) -> str:
        """The meaning of each axis, that of the number of axes where nobody has told."""
        return self.axes if len(self.axes) == len(self.shape) else usual_axes(len(self.shape))

    @property
    def bare(self) -> TensorSpec:
        """Without the meaning of the axes, of which Keras knows nothing."""
        return TensorSpec(self.shape, self.dtype) if self.axes else self


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
    on each of its nodes; `total` and `total_trainable` count each layer once. `memory` is what
    the worker's machine has, in bytes; 0 where not known."""

    revision: int = 0
    nodes: dict[str, NodeInfo] = {}
    problems: tuple[Problem, ...] = ()
    total: int = 0
    total_trainable: int = 0
    memory: int = 0


def shape_text(spec: TensorSpec, batch: bool = False) -> str:
    """The shape for people: "28 × 28 × 1", "?" where unknown, "scalar" for ()."""
    axes = spec.shape if batch else spec.shape[1:]
    return " × ".join("?" if axis is None else str(axis) for axis in axes) or "scalar"


def lettered(spec: TensorSpec) -> str:
    """One sample's shape in little room, each size behind the letter of its axis: "H28 W28 C1",
    "T? F64", "scalar" for ()."""
    pairs = zip(spec.letters[1:], spec.shape[1:], strict=True)
    parts = [f"{letter.strip('?')}{'?' if axis is None else axis}" for letter, axis in pairs]
    return " ".join(parts) or "scalar"


def shape_words(spec: TensorSpec) -> str:
    """The whole shape in words: "(batch, height 28, width 28, channels 1)"; the features of a
    plain vector need none: "(batch, 10)"."""
    plain = spec.letters == "BF"
    parts = []
    for number, (letter, axis) in enumerate(zip(spec.letters, spec.shape, strict=True)):
        size = "?" if axis is None else str(axis)
        if number == 0:
            parts.append("batch" if axis is None else f"batch {size}")
        else:
            parts.append(size if plain else f"{axis_word(letter)} {size}")
    return f"({', '.join(parts)})"


def bytes_in_words(size: float) -> str:
    """ "1.2 GB": thousands, not 1,024s."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 999.5 or unit == "TB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" or size >= 99.5 else f"{size:.1f} {unit}"
