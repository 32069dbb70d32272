"""A model file as a project: vetted, drawn from what it says, its weights left where they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
from keras.src.legacy.saving import legacy_h5_format

from kerasstudio.graph.edits import set_start
from kerasstudio.graph.placeholders import placeholders, weight_specs
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import Start
from kerasstudio.runtime.protocol import ImportModel, ModelImported
from kerasstudio.runtime.worker.build import BuiltModel, build_model
from kerasstudio.runtime.worker.confinement.memory import memory_told
from kerasstudio.runtime.worker.failures import file_error
from kerasstudio.runtime.worker.file_weights import build_with_weights
from kerasstudio.runtime.worker.importer import Imported, import_config
from kerasstudio.runtime.worker.layer_weights import describe, write_weights
from kerasstudio.runtime.worker.learned import finalize
from kerasstudio.runtime.worker.learnt_words import words_of_archive
from kerasstudio.runtime.worker.legacy.loading import OldModel, old_model
from kerasstudio.runtime.worker.model_files import ModelKind, sniff_model
from kerasstudio.runtime.worker.own_group import OwnModel, read_group
from kerasstudio.runtime.worker.placeholder_reading import stored_in
from kerasstudio.runtime.worker.stored_optimizer import with_optimizer
from kerasstudio.runtime.worker.vetting import VettedConfig, vet_container, vet_model
from kerasstudio.runtime.worker.weight_files import write_arrays

Progress = Callable[..., None]


def import_model(request: ImportModel, progress: Progress) -> ModelImported:
    """Answer `ImportModel`. Raises `StudioError`."""
    path = Path(request.path)
    with memory_told(path):
        return _imported(request, path, progress)


def _imported(request: ImportModel, path: Path, progress: Progress) -> ModelImported:
    progress(f"Looking at {path.name}")
    kind = sniff_model(path)
    vetted, old = vet_file(path, kind)
    if kind == "h5":
        own = read_group(path)
        if own is not None:
            return _own_model(request, own)
    imported = draw_file(path, kind, vetted, progress)
    project, notes = imported.project, (*vetted.notes, *imported.notes)
    code = [layer.name for layer in placeholders(project)]
    if code:
        named = ", ".join(code[:4]) + (f" and {len(code) - 4} more" if len(code) > 4 else "")
        notes = (f"code that was not run: {named}", *notes)
    if kind == "json" or (kind == "h5" and not _has_weights(path)):
        notes = (*notes, "the file holds no weights")
    elif request.weights is not None:
        progress("Keeping the weights")
        try:
            built = build_with_weights(project, path, kind, old)
        except StudioError as error:
            # The drawing is worth having all the same.
            notes = (*notes, f"without its weights: {error.problem.message}")
        else:
            project = keep_weights(project, built, Path(request.weights), path, kind, old)
    upgrade = None if old is None else old.report
    return ModelImported(request.id, project, notes, upgrade)


def _has_weights(path: Path) -> bool:
    """Whether an .h5 file holds more than an architecture."""
    with h5py.File(path, "r") as file:
        return bool(len(file.get("model_weights", file)))


def vet_file(path: Path, kind: ModelKind) -> tuple[VettedConfig, OldModel | None]:
    """What may be made of a file; one of Keras 1 or 2 is brought up to Keras 3 before. Raises
    `StudioError`."""
    config = vet_container(path, kind)
    old = old_model(path, kind, config)
    if old is None:
        return vet_model(path, kind, config), None
    # Its compilation is in the configuration now, as in a .keras file.
    return vet_model(path, "keras", old.config), old


def draw_file(path: Path, kind: ModelKind, vetted: VettedConfig, progress: Progress) -> Imported:
    """The drawing of a file that was vetted. Raises `StudioError`."""
    learnt = words_of_archive(path) if kind == "keras" else None
    with stored_in(path, kind) as stored:
        return import_config(vetted.model, progress, learnt, vetted.compiled, stored)


def keep_weights(
    project: Project,
    built: BuiltModel,
    out: Path,
    path: Path,
    kind: ModelKind,
    old: OldModel | None = None,
) -> Project:
    """Write the weights of an imported model as a file of the weight store, with the state of
    its optimizer where the file has that in the way of Keras 3; the project that starts from
    them. Raises `StudioError`."""
    state = describe(project, built.layers, built.model)
    foreign = any(weight_specs(layer) for layer in placeholders(project))
    # With foreign ones nobody knows which of the weights were trained.
    if kind == "keras" and old is None and not foreign:
        state, optimizer = with_optimizer(state, project, built.model, path)
    else:
        optimizer = {}
    try:
        write_weights(out, built.model, state, optimizer, durable=False)
    except OSError as error:
        raise file_error(out, error) from error
    return set_start(project, Start(out.stem, path.name))


def _own_model(request: ImportModel, own: OwnModel) -> ModelImported:
    """A file that KerasStudio has written: the very project, and weights without a model."""
    path, project = Path(request.path), set_start(own.project, Start())
    if request.weights is not None:
        out = Path(request.weights)
        if own.state is not None:
            try:
                write_arrays(out, own.arrays, own.state, durable=False)
            except OSError as error:
                raise file_error(out, error) from error
            project = set_start(project, Start(out.stem, path.name))
        else:
            project = keep_weights(project, _first_version(project, path), out, path, "h5")
    return ModelImported(request.id, project, ("the drawing was kept in the file",))


def _first_version(project: Project, path: Path) -> BuiltModel:
    """The model of an own .h5 whose weights only Keras's part of it has."""
    built = build_model(project)
    with h5py.File(path, "r") as file:
        legacy_h5_format.load_weights_from_hdf5_group(file["model_weights"], built.model)
    finalize(built.model)
    return built
