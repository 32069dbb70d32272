"""A model file as a project: vet, let Keras load it, draw it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import keras

from kerasstudio.graph.files import decode_project
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.runtime.protocol import ImportModel, ModelImported
from kerasstudio.runtime.worker.build import build_saved
from kerasstudio.runtime.worker.exporters.keras_h5 import GROUP
from kerasstudio.runtime.worker.failures import first_lines
from kerasstudio.runtime.worker.importer import import_config
from kerasstudio.runtime.worker.model_files import (
    SUFFIX_OF,
    ModelKind,
    import_error,
    sniff_model,
)
from kerasstudio.runtime.worker.vetting import vet


def import_model(request: ImportModel, progress: Any) -> ModelImported:
    """Answer `ImportModel`. Raises `StudioError`."""
    path = Path(request.path)
    progress(f"Looking at {path.name}")
    kind = sniff_model(path)
    config = vet(path, kind)
    if kind == "h5":
        own = own_project(path)
        if own is not None:
            return ModelImported(request.id, own, ("the drawing was kept in the file",))
    imported = import_config(config, progress)
    project, notes = imported.project, imported.notes
    if kind == "json":
        notes = (*notes, "the file holds no weights")
    elif _has_training(path, kind, config):
        notes = (*notes, "optimizer, loss and metrics of the file are not taken over")
    return ModelImported(request.id, project, notes)


def _has_training(path: Path, kind: ModelKind, config: dict[str, Any]) -> bool:
    """Whether the file says how its model was trained."""
    if kind == "keras":
        return bool(config.get("compile_config"))
    with h5py.File(path, "r") as file:
        return "training_config" in file.attrs


def load_vetted(path: Path, kind: ModelKind) -> keras.Model:
    """The model of a file that `vet` has passed, not compiled. Raises `StudioError`."""
    try:
        if kind == "json":
            return keras.models.model_from_json(path.read_text(encoding="utf-8-sig"))
        with _named_rightly(path, kind) as right:
            return keras.models.load_model(right, compile=False, safe_mode=True)
    except StudioError:
        raise
    except Exception as error:  # a file can make Keras raise anything
        raise import_error(
            "import.keras",
            f"Keras {keras.__version__} cannot load {path.name}: {first_lines(error)}",
            path,
            expected="a model that Keras 3 has saved",
            received="a file of an older Keras, or one that Keras cannot read back itself",
            detail=str(error),
        ) from error


def model_with_weights(project: Project, path: Path) -> keras.Model:
    """The project's model with the weights of the file it was imported from, by order.

    Raises `StudioError` when they do not fit."""
    kind = sniff_model(path)
    vet(path, kind)
    model = build_saved(project).model
    if kind == "json":
        return model
    try:
        weights = load_vetted(path, kind).get_weights()
    except StudioError:
        if kind != "h5" or own_project(path) is None:
            raise
        _load_by_name(model, path)
        return model
    expected = [tuple(weight.shape) for weight in model.weights]
    if [weight.shape for weight in weights] != expected:
        raise import_error(
            "import.weights",
            f"The weights of {path.name} do not fit the drawing that was made of it.",
            path,
            expected=f"{len(expected)} weights: {expected[:6]}",
            received=f"{len(weights)} weights: {[weight.shape for weight in weights[:6]]}",
        )
    model.set_weights(weights)
    finalize(model)
    return model


def finalize(model: keras.Model) -> None:
    """Layers that compute with constants made from their weights make them anew."""
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()


def own_project(path: Path) -> Project | None:
    """The project in an .h5 file that KerasStudio has written, else None."""
    with h5py.File(path, "r") as file:
        if f"{GROUP}/project" not in file:
            return None
        data = file[f"{GROUP}/project"][()].tobytes()
    return decode_project(data, path.name)


def _load_by_name(model: keras.Model, path: Path) -> None:
    """Weights of our own .h5 whose architecture Keras itself cannot read back."""
    from keras.src.legacy.saving import legacy_h5_format

    with h5py.File(path, "r") as file:
        legacy_h5_format.load_weights_from_hdf5_group(file["model_weights"], model)
    finalize(model)


@contextmanager
def _named_rightly(path: Path, kind: ModelKind) -> Iterator[Path]:
    """Keras goes by the suffix: a link with the right one where the name says otherwise."""
    suffixes = {"h5": (".h5", ".hdf5"), "keras": (".keras",), "json": (".json",)}[kind]
    if path.suffix.lower() in suffixes:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="kerasstudio-import-") as folder:
        link = Path(folder) / f"model{SUFFIX_OF[kind]}"
        link.symlink_to(path.absolute())
        yield link
