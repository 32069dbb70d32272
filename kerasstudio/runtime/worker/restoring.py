"""The model of an earlier run with its trained weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import keras
import msgspec
import numpy as np

from kerasstudio.graph.project import Project
from kerasstudio.runtime.fitted_data import FittedData, load_fitted
from kerasstudio.runtime.run_weights import BEST, choose_checkpoint
from kerasstudio.runtime.runs import RunRecord, read_project, read_run
from kerasstudio.runtime.worker.build import BuiltModel, build_model
from kerasstudio.runtime.worker.checkpoints import restore_checkpoint
from kerasstudio.runtime.worker.compiling import compile_model


class Restored(msgspec.Struct):
    """A rebuilt, compiled model with trained weights, and how its data was prepared."""

    project: Project
    built: BuiltModel
    fitted: FittedData
    losses: dict[str, keras.losses.Loss]
    record: RunRecord
    checkpoint: Literal["best", "last"]

    @property
    def model(self) -> keras.Model:
        return self.built.model

    def by_output(self, values: Any) -> dict[str, np.ndarray]:
        """Predictions or targets by Output name (one Output gives a bare array)."""
        return by_output(self.fitted, values)


def restore_run(run_folder: Path, wanted: str = BEST) -> Restored:
    """Rebuild a run's model. `wanted` is "best" (the weights of the best epoch where they are
    kept, else the last ones: those that were evaluated) or "last" (those training ended with).

    Raises `StudioError` when the folder is broken or holds no checkpoint yet."""
    record = read_run(run_folder)
    project = read_project(run_folder)
    fitted = load_fitted(run_folder)
    training = msgspec.structs.replace(
        project.training, outputs={**project.training.outputs, **record.outputs}
    )
    project = msgspec.structs.replace(project, training=training)
    keras.utils.set_random_seed(project.training.seed)
    built = build_model(project)
    model = built.model
    losses = compile_model(model, project)
    model.optimizer.build(model.trainable_variables)
    which = choose_checkpoint(run_folder, wanted)
    restore_checkpoint(model, run_folder, which)
    return Restored(project, built, fitted, losses, record, which)


def by_output(fitted: FittedData, values: Any) -> dict[str, np.ndarray]:
    """Predictions or targets by Output name (one Output gives a bare array)."""
    if isinstance(values, dict):
        return values
    return {fitted.outputs[0].name: np.asarray(values)}


def base_of(record: RunRecord) -> Path:
    """The folder that relative data paths of a run start from: where it was trained, or where
    the project's folder lies now if that is gone (it was moved with its runs)."""
    if Path(record.base).is_dir():
        return Path(record.base)
    return Path(record.folder).resolve().parents[2]
