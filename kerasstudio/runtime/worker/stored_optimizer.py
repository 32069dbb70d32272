"""The state of the optimizer that a `.keras` file keeps, as a part of stored weights.

The file has the optimizer's variables in order and nothing else; whether they fit is told when
they are put into an optimizer again (`layer_weights.give_optimizer`).
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import h5py
import keras
import msgspec
import numpy as np

from kerasstudio.graph.project import Project
from kerasstudio.graph.stored_weights import StoredOptimizer
from kerasstudio.runtime.worker.layer_weights import WeightState
from kerasstudio.runtime.worker.model_files import WEIGHTS
from kerasstudio.runtime.worker.stored_member import open_member
from kerasstudio.runtime.worker.weight_files import OPTIMIZER

_GROUP = "optimizer/vars"
_RATE = 1
"""Keras's optimizers have the count of steps first, then the learning rate where it is a number."""


def with_optimizer(
    state: WeightState, project: Project, model: keras.Model, path: Path
) -> tuple[WeightState, dict[str, np.ndarray]]:
    """The state with the optimizer of a vetted `.keras` file, and its arrays; without one where
    the file has none. `model` is the model in the form that the file has."""
    arrays = _arrays(path)
    if not arrays:
        return state, {}
    entries = {id(variable): number for number, variable in enumerate(model.variables)}
    kept = StoredOptimizer(
        spec=project.training.optimizer,
        shapes=tuple(array.shape for array in arrays),
        trained=tuple(entries[id(variable)] for variable in model.trainable_variables),
        rate=_RATE if len(arrays) > _RATE and arrays[_RATE].shape == () else None,
    )
    named = {f"{OPTIMIZER}.{number}": array for number, array in enumerate(arrays)}
    return msgspec.structs.replace(state, optimizer=kept), named


def _arrays(path: Path) -> list[np.ndarray]:
    with (
        zipfile.ZipFile(path) as archive,
        open_member(archive, WEIGHTS) as member,
        h5py.File(member, "r") as file,
    ):
        if _GROUP not in file:
            return []
        group = file[_GROUP]
        return [group[str(number)][()] for number in range(len(group))]
