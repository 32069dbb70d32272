"""From a request to a checked file: build, take the weights, write beside, move, check."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import tensorflow as tf

from kerasstudio.graph.bindings import resolve
from kerasstudio.graph.placeholders import LAMBDA, defining_file, needs_class, placeholders
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Layer
from kerasstudio.graph.training_spec import OutputTraining
from kerasstudio.graph.warm_start import summary
from kerasstudio.runtime.atomic import sync_folder
from kerasstudio.runtime.protocol import Export, Exported
from kerasstudio.runtime.worker.build import build_model
from kerasstudio.runtime.worker.checking import CHECKED_SAMPLES, TOLERANCE, check_file
from kerasstudio.runtime.worker.compiling import compile_model, complete_training
from kerasstudio.runtime.worker.data import load
from kerasstudio.runtime.worker.exporters.exporter import Exporter, Report, Subject
from kerasstudio.runtime.worker.failures import file_error, first_lines
from kerasstudio.runtime.worker.foreign_layers import stands_in
from kerasstudio.runtime.worker.layer_weights import give_optimizer, give_weights
from kerasstudio.runtime.worker.placeholder_writing import refuse_format, restore_code
from kerasstudio.runtime.worker.restoring import restore_run
from kerasstudio.runtime.worker.sampling import random_samples
from kerasstudio.runtime.worker.trusted_code import TRUSTED

_SCRIPTS = (".py", ".ipynb")
"""Formats that are checked by running them, the project's own code with them."""


def export_with(request: Export, exporters: tuple[Exporter, ...], progress: Report) -> Exported:
    """Raises `StudioError` when nothing was written; a written file that does not give the same
    predictions is an `Exported` that does not agree."""
    exporter = next((each for each in exporters if each.format.id == request.format), None)
    if exporter is None:
        raise StudioError(
            Problem(
                code="export.format",
                message=f'There is no export format "{request.format}".',
                expected=", ".join(each.format.id for each in exporters),
                received=request.format,
            )
        )
    path = Path(request.path)
    variants = [each.id for each in exporter.format.variants] or [""]
    if request.variant not in variants:
        raise StudioError(_no_variant(exporter, request.variant))
    if exporter.format.missing:
        raise StudioError(_missing_package(exporter))
    progress("Building the model")
    subject = _subject(request)
    subject.report = progress
    code = [layer for layer in placeholders(subject.live) if stands_in(layer)]
    if code:
        refuse_format(code, exporter.format.id, path)
        progress(f"Writing {path.name}")
        write_beside(exporter, subject, path, code)
        return _unchecked(request, subject, [layer.name for layer in code])
    samples = _samples(request, subject)
    progress(f"Writing {path.name}")
    write_beside(exporter, subject, path)
    strange = TRUSTED.untrusted_files(subject.project)
    if strange and exporter.format.suffix in _SCRIPTS:
        return _unchecked(request, subject, strange)
    progress(f"Checking the file in {exporter.runtime}")
    tolerance = exporter.tolerance.get(subject.variant, TOLERANCE)
    with tempfile.TemporaryDirectory(prefix="kerasstudio-check-") as folder:
        recipe = exporter.recipe(subject, path, Path(folder)) | _trusted(subject)
        verdict = check_file(
            recipe, subject.model, samples, Path(folder), exporter.runtime, tolerance
        )
    text = verdict.text
    if verdict.agrees is False and exporter.second_look is not None:
        text = f"{text}; {exporter.second_look(subject, path, samples)}"
    return Exported(
        id=request.id,
        path=str(path),
        checked=text,
        agrees=verdict.agrees,
        difference=verdict.difference,
        notes=tuple(subject.notes),
    )


def _subject(request: Export) -> Subject:
    """The model with the weights that are wanted, compiled where its training is known."""
    base = Path(request.base)
    if request.run_folder is not None:
        folder = Path(request.run_folder)
        restored = restore_run(folder, request.checkpoint)
        subject = Subject(
            restored.project, restored.built, base, trained=True, variant=request.variant
        )
        subject.notes.append(f"weights of the {restored.checkpoint} epoch of run {folder.name}")
        return subject
    project = request.project
    keras.utils.set_random_seed(project.training.seed)
    built = build_model(project)
    subject = Subject(project, built, base, trained=False, variant=request.variant)
    given = None
    if request.weights is not None:
        path = Path(request.weights)
        given = give_weights(project, built.layers, built.model, path)
        start = project.training.start
        subject.notes.append(f"weights of {start.words}. {summary(given.starts, project)}")
    else:
        subject.notes.append("untrained weights")
    _compile(subject)
    if given is not None and built.model.compiled:
        give_optimizer(project, built.layers, built.model, path, given)
    return subject


def _compile(subject: Subject) -> None:
    """Compile an untrained model, so that the file can be trained on, where that is possible:
    with data, or where all losses are set."""
    project = subject.project
    chosen = [
        project.training.outputs.get(layer.id, OutputTraining()) for _, layer in project.outputs()
    ]
    has_data = bool(project.data.sources) and not resolve(project).problems
    if not has_data and any(each.loss is None for each in chosen):
        return
    try:
        summary = load(project, subject.base).summary if has_data else None
        training = msgspec.structs.replace(
            project.training, outputs=complete_training(project, summary)
        )
        subject.completed = msgspec.structs.replace(project, training=training)
        compile_model(subject.model, subject.completed)
        subject.model.optimizer.build(subject.model.trainable_variables)
    except StudioError as error:
        subject.notes.append(f"not compiled: {error}")


def _samples(request: Export, subject: Subject) -> dict[str, np.ndarray]:
    """Real samples of the test part when there is a run, else random ones, by Input name."""
    if request.run_folder is not None:
        try:
            data = load(subject.project, subject.base)
        except StudioError as error:
            subject.notes.append(f"checked with random samples: {error}")
        else:
            # The test part first; the others where it is small.
            parts = [data.indices[part] for part in ("test", "validation", "train")]
            rows = np.concatenate(parts)[:CHECKED_SAMPLES]
            return {
                port.name: np.asarray(data.inputs[port.name][rows]) for port in data.fitted.inputs
            }
    return random_samples(subject.model, CHECKED_SAMPLES)


def _trusted(subject: Subject) -> dict[str, Any]:
    """Whoever loads the file needs the code in it, too: so does the check."""
    code = list(placeholders(subject.live))
    if not code:
        return {}
    files = {defining_file(layer, subject.project) for layer in code if needs_class(layer)}
    if any(files):
        named = " and ".join(sorted(filter(None, files)))
        subject.notes.append(f"whoever loads the file needs the classes in {named}")
    if any(layer.class_name == LAMBDA for layer in code):
        subject.notes.append("Keras loads its Lambda layers with safe_mode=False only")
    return {"code": TRUSTED.files}


def _unchecked(request: Export, subject: Subject, names: list[str]) -> Exported:
    """Predictions are not compared where code that nobody trusts would have to run for them."""
    listed = ", ".join(names[:4])
    return Exported(
        id=request.id,
        path=request.path,
        checked=f"not checked: {listed} is code that was not run; it is in the file as it came",
        agrees=None,
        notes=tuple(subject.notes),
    )


def write_beside(
    exporter: Exporter, subject: Subject, path: Path, code: Sequence[Layer] = ()
) -> None:
    """Write beside the target and move: never half a file; `code` are layers that go into it as
    they came. Raises `StudioError`."""
    suffix = exporter.format.suffix
    # Short, so that it fits wherever the real name does.
    temporary = path.with_name(f".{os.getpid()}.{secrets.token_hex(4)}{suffix}")
    subject.title = path.stem
    try:
        if exporter.format.folder:
            _refuse_foreign_folder(path)
            exporter.write(subject, temporary)
            _replace_folder(temporary, path)
        else:
            exporter.write(subject, temporary)
            if code:
                restore_code(temporary, exporter.format.id, code)
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.replace(path)
        sync_folder(path.parent)
    except StudioError:
        raise
    except OSError as error:
        raise file_error(path, error) from error
    except _REFUSALS as error:
        raise StudioError(
            Problem(
                code=f"export.{exporter.format.id}",
                message=f"This model cannot be written as {suffix}: {first_lines(error)}",
                expected="a format that holds this model, such as .keras or .py",
                received=suffix,
                place=Place(file=str(path)),
                detail=str(error),
            )
        ) from error
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary, ignore_errors=True)
        else:
            temporary.unlink(missing_ok=True)


# What Keras and TensorFlow raise for a model that a format does not take.
_REFUSALS = (ValueError, TypeError, RuntimeError, NotImplementedError, tf.errors.OpError)


def _refuse_foreign_folder(path: Path) -> None:
    """A folder is replaced only where it is an older export."""
    if path.is_dir() and any(path.iterdir()) and not (path / "saved_model.pb").is_file():
        raise StudioError(
            Problem(
                code="file.folder",
                message=f"{path.name} is a folder that holds other things.",
                expected="a new name, or the folder of a SavedModel to replace",
                received="a folder that is no SavedModel",
                place=Place(file=str(path)),
            )
        )


def _replace_folder(made: Path, path: Path) -> None:
    """Put a new folder in the place of an older one, which is there until the new one is."""
    if not path.exists():
        made.rename(path)
        return
    old = path.with_name(f"{made.name}.old")
    path.rename(old)
    try:
        made.rename(path)
    except OSError:
        old.rename(path)
        raise
    shutil.rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink()


def _missing_package(exporter: Exporter) -> Problem:
    return Problem(
        code="export.missing_package",
        message=f"Writing {exporter.format.label} needs packages that are not installed.",
        expected=exporter.format.missing,
        received=exporter.format.suffix,
    )


def _no_variant(exporter: Exporter, variant: str) -> Problem:
    names = ", ".join(each.id for each in exporter.format.variants if each.id)
    return Problem(
        code="export.variant",
        message=f'{exporter.format.label} cannot be written as "{variant}".',
        expected=f"nothing, or one of: {names}" if names else "nothing: there is one way only",
        received=variant,
    )
