"""A model file as a project: vetted, drawn from what it says, its weights left where they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras

from kerasstudio.graph.files import decode_project
from kerasstudio.graph.project import Project
from kerasstudio.runtime.protocol import ImportModel, ModelImported
from kerasstudio.runtime.worker.exporters.keras_h5 import GROUP
from kerasstudio.runtime.worker.file_weights import build_with_weights
from kerasstudio.runtime.worker.importer import Imported, import_config
from kerasstudio.runtime.worker.learnt_words import words_of_archive
from kerasstudio.runtime.worker.model_files import ModelKind, sniff_model
from kerasstudio.runtime.worker.vetting import vet

Progress = Callable[..., None]


def import_model(request: ImportModel, progress: Progress) -> ModelImported:
    """Answer `ImportModel`. Raises `StudioError`."""
    path = Path(request.path)
    progress(f"Looking at {path.name}")
    kind = sniff_model(path)
    config = vet(path, kind)
    if kind == "h5":
        own = own_project(path)
        if own is not None:
            return ModelImported(request.id, own, ("the drawing was kept in the file",))
    imported = draw_file(path, kind, config, progress)
    notes = imported.notes
    if kind == "json":
        notes = (*notes, "the file holds no weights")
    return ModelImported(request.id, imported.project, notes)


def draw_file(path: Path, kind: ModelKind, config: dict[str, Any], progress: Progress) -> Imported:
    """The drawing of a file with the configuration `config`, which was vetted. Raises
    `StudioError`."""
    learnt = words_of_archive(path) if kind == "keras" else None
    compiled = _compiled(path) if kind == "h5" else None
    return import_config(config, progress, learnt, compiled)


def _compiled(path: Path) -> dict[str, Any] | None:
    """How the model of an HDF5 file was compiled."""
    with h5py.File(path, "r") as file:
        text = file.attrs.get("training_config")
    found = None if text is None else json.loads(text)
    return found if isinstance(found, dict) else None


def model_with_weights(project: Project, path: Path) -> keras.Model:
    """The project's model with the weights of the file it was imported from.

    Raises `StudioError` when they do not fit."""
    kind = sniff_model(path)
    vet(path, kind)
    return build_with_weights(project, path, kind).model


def own_project(path: Path) -> Project | None:
    """The project in an .h5 file that KerasStudio has written, else None."""
    with h5py.File(path, "r") as file:
        if f"{GROUP}/project" not in file:
            return None
        data = file[f"{GROUP}/project"][()].tobytes()
    return decode_project(data, path.name)
