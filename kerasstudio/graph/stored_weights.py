"""What a file of weights holds, by layer: the small part of it that is read to decide what fits.

The arrays themselves stay in the file (`runtime.weight_files`). The order of `weights` is that of
Keras's `layer.weights`; random states are not among them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from kerasstudio.graph.inspection import WeightSpec
from kerasstudio.graph.training_spec import KerasObject


class StoredWeight(msgspec.Struct, frozen=True):
    """One weight and the number of its array in the file (`weight.N`)."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    entry: int

    @property
    def spec(self) -> WeightSpec:
        return WeightSpec(self.name, self.shape, self.dtype)


class StoredLayer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The weights of one layer of a project, by its id there.

    `learned` says in words what the layer learned from data beside its weights ("vocabulary of
    812 words"), `learned_at` under which key the file has it; it fits a layer of the same
    `arguments` only."""

    class_name: str
    module: str
    name: str
    weights: tuple[StoredWeight, ...] = ()
    learned: str = ""
    learned_at: str = ""
    arguments: dict[str, Any] = {}


class StoredOptimizer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The state of an optimizer: what it is, the shapes of its variables (`optimizer.N`), the
    entries of the weights it trained in their order, and which variable is the learning rate."""

    spec: KerasObject
    shapes: tuple[tuple[int, ...], ...] = ()
    trained: tuple[int, ...] = ()
    rate: int | None = None


class StoredWeights(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything about a file of weights but its arrays. `layers` by layer id; `variables` is how
    many arrays there are, random states included. Empty `layers`: the file does not say whose
    its weights are (it is of an older version)."""

    layers: dict[str, StoredLayer] = {}
    variables: int = 0
    optimizer: StoredOptimizer | None = None
    epochs_done: int = 0
