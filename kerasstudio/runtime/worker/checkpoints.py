"""Checkpoints of our own: `checkpoints/{last,best}/checkpoint.npz` in a run folder.

One file (see `weight_files`) holds weights and optimizer by number and the state of training as
JSON, so that it is replaced as a whole: a process killed while writing leaves the one before.
It says which weights belong to which layer of the project, so that a changed model can start from
it; `Model.variables` has a fixed order, so that the same model gets all of them by number.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np

from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.runtime.run_weights import LAST, checkpoint_path
from kerasstudio.runtime.worker.layer_weights import WeightState, array_of
from kerasstudio.runtime.worker.learned import Learned, finalize, learned_in, learners, teach
from kerasstudio.runtime.worker.weight_files import OPTIMIZER, WEIGHT, ArrayFile, write_arrays


class CheckpointState(WeightState, frozen=True, omit_defaults=True):
    """Where training was. `vocabularies` are those of lookup layers by their number in
    `model.layers`, in files of the first version."""

    batches_done: int = 0
    best: dict[str, float | int | str | None] = {}
    patience: dict[str, float | int | str | None] = {}
    vocabularies: dict[str, list[str | int | float]] = {}


class Snapshot(msgspec.Struct):
    """Weights (and optimizer) as arrays, taken at one moment."""

    arrays: dict[str, np.ndarray]
    learned: dict[str, Learned] = {}
    vocabularies: dict[str, list[Any]] = {}


def snapshot(model: keras.Model, optimizer: bool, learned: bool = True) -> Snapshot:
    """Copies of the model's variables and, if wanted, of its optimizer's and of what its layers
    have learned from data (which `fit` does not change)."""
    arrays = {f"{WEIGHT}.{i}": array_of(variable) for i, variable in enumerate(model.variables)}
    if optimizer and model.compiled:
        for i, variable in enumerate(model.optimizer.variables):
            arrays[f"{OPTIMIZER}.{i}"] = array_of(variable)
    return Snapshot(arrays, learned_in(model) if learned else {})


def write_checkpoint(run_folder: Path, which: str, taken: Snapshot, state: CheckpointState) -> None:
    """Write or replace a checkpoint. Raises `OSError`; the one before is then untouched."""
    if taken.learned:
        state = msgspec.structs.replace(state, learned=taken.learned)
    if f"{OPTIMIZER}.0" not in taken.arrays:
        state = msgspec.structs.replace(state, optimizer=None)
    write_arrays(checkpoint_path(run_folder, which), taken.arrays, state)


def read_state(run_folder: Path, which: str = LAST) -> CheckpointState:
    """Only the state of a checkpoint. Raises `StudioError`."""
    with _opened(checkpoint_path(run_folder, which)) as file:
        return file.state(CheckpointState)


def restore_checkpoint(
    model: keras.Model, run_folder: Path, which: str = LAST, optimizer: bool = True
) -> CheckpointState:
    """Put a checkpoint's weights (and optimizer, where both have one) into a built model.

    Raises `StudioError` when there is none, it is broken or of another model."""
    path = checkpoint_path(run_folder, which)
    with _opened(path) as file:
        state = file.state(CheckpointState)
        arrays = {
            name: file.array(name)
            for name in file.names
            if optimizer or not name.startswith(OPTIMIZER)
        }
    taken = Snapshot(arrays, state.learned, state.vocabularies)
    restore_arrays(model, taken, path, optimizer)
    return state


def restore_arrays(model: keras.Model, taken: Snapshot, path: Path, optimizer: bool = True) -> None:
    """Put arrays back into the model. Raises `StudioError` when they do not fit it."""
    _assign(model.variables, WEIGHT, taken.arrays, path)
    if optimizer and model.compiled and f"{OPTIMIZER}.0" in taken.arrays:
        model.optimizer.build(model.trainable_variables)
        _assign(model.optimizer.variables, OPTIMIZER, taken.arrays, path)
    for number, layer in learners(model):
        if str(number) in taken.learned:
            teach(layer, taken.learned[str(number)])
    for place, words in taken.vocabularies.items():
        model.layers[int(place)].set_vocabulary(words)
    finalize(model)


def _opened(path: Path) -> ArrayFile:
    return ArrayFile(
        path,
        Problem(
            code="file.no_checkpoint",
            message="This run has no checkpoint: it ended before its first epoch was over.",
            place=Place(file=str(path)),
        ),
    )


def _assign(
    variables: list[keras.Variable], kind: str, arrays: dict[str, np.ndarray], path: Path
) -> None:
    found = sum(name.startswith(f"{kind}.") for name in arrays)
    wrong = found != len(variables)
    if not wrong:
        wrong = any(
            arrays[f"{kind}.{index}"].shape != tuple(variable.shape)
            for index, variable in enumerate(variables)
        )
    if wrong:
        raise StudioError(
            Problem(
                code="train.other_model",
                message="The checkpoint belongs to another model: layers were changed since.",
                expected=_shapes([tuple(variable.shape) for variable in variables]),
                received=_shapes([arrays[f"{kind}.{i}"].shape for i in range(found)]),
                place=Place(file=str(path)),
            )
        )
    for index, variable in enumerate(variables):
        variable.assign(arrays[f"{kind}.{index}"])


def _shapes(shapes: list[tuple[int, ...]]) -> str:
    shown = ", ".join(" × ".join(map(str, shape)) or "scalar" for shape in shapes[:12])
    more = f" and {len(shapes) - 12} more" if len(shapes) > 12 else ""
    return f"{len(shapes)} weights: {shown}{more}"
