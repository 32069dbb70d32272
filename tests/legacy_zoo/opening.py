"""An old file opened as the program opens it, and what its model predicts then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np

from kerasstudio.graph.upgrade_report import UpgradeReport
from kerasstudio.runtime.protocol import ImportModel
from kerasstudio.runtime.worker.file_weights import build_with_weights
from kerasstudio.runtime.worker.importing import import_model, vet_file
from kerasstudio.runtime.worker.model_files import sniff_model

Arrays = list[np.ndarray]


class Opened:
    """The drawing of a file and the model with its weights. Raises `StudioError`."""

    def __init__(self, path: Path) -> None:
        answer = import_model(ImportModel(1, str(path)), lambda *said: None)
        self.project, self.notes = answer.project, answer.notes
        self.upgrade = answer.upgrade
        kind = sniff_model(path)
        _, old = vet_file(path, kind)
        self.model = build_with_weights(answer.project, path, kind, old).model

    @property
    def report(self) -> UpgradeReport:
        assert self.upgrade is not None, "not taken for an old file"
        return self.upgrade

    def predict(self, arrays: Arrays) -> Arrays:
        """Outputs in the model's order; states of recurrent layers begin anew."""
        for layer in self.model._flatten_layers():
            if hasattr(layer, "reset_state") and getattr(layer, "stateful", False):
                layer.reset_state()
        tensors = [keras.ops.convert_to_tensor(array) for array in arrays]
        return flat(self.model(_structured(self.model, tensors), training=False))


def _structured(model: Any, tensors: list[Any]) -> Any:
    structure = getattr(model, "_inputs_struct", None)
    if structure is None:
        return tensors[0] if len(tensors) == 1 else tensors
    return keras.tree.pack_sequence_as(structure, tensors)


def flat(outputs: Any) -> Arrays:
    return [np.asarray(each) for each in keras.tree.flatten(outputs)]


def difference(expected: Arrays, received: Arrays) -> float:
    """The greatest absolute difference; raises `AssertionError` where shapes differ."""
    shapes = [array.shape for array in expected], [array.shape for array in received]
    assert shapes[0] == shapes[1], f"shapes {shapes[1]}, not {shapes[0]}"
    worst = 0.0
    for one, other in zip(expected, received, strict=True):
        if one.dtype.kind in "OSU":
            assert (one == other).all()
            continue
        apart = np.abs(one.astype("float64") - other.astype("float64"))
        worst = max(worst, float(apart.max()) if apart.size else 0.0)
        assert not np.isnan(worst), "not a number"
    return worst
