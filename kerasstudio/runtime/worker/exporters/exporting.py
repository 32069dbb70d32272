"""From a request to a checked file: build, take the weights, write beside, move, check."""

from __future__ import annotations

import errno
import os
import secrets
import tempfile
from pathlib import Path

import keras
import msgspec
import numpy as np

from kerasstudio.graph.bindings import resolve
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.runtime.atomic import sync_folder
from kerasstudio.runtime.protocol import Export, Exported
from kerasstudio.runtime.worker.build import build_model
from kerasstudio.runtime.worker.checking import CHECKED_SAMPLES, check_file
from kerasstudio.runtime.worker.compiling import compile_model, complete_training
from kerasstudio.runtime.worker.data import load
from kerasstudio.runtime.worker.exporters.exporter import Exporter, Report, Subject
from kerasstudio.runtime.worker.failures import first_lines
from kerasstudio.runtime.worker.restoring import restore_run
from kerasstudio.runtime.worker.sampling import random_samples


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
    progress("Building the model")
    subject = _subject(request)
    samples = _samples(request, subject)
    progress(f"Writing {path.name}")
    _write(exporter, subject, path)
    progress("Checking the file in plain Keras")
    with tempfile.TemporaryDirectory(prefix="kerasstudio-check-") as folder:
        recipe = exporter.recipe(subject, path, Path(folder))
        verdict = check_file(recipe, subject.model, samples, Path(folder))
    return Exported(
        id=request.id,
        path=str(path),
        checked=verdict.text,
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
        subject = Subject(restored.project, restored.model, base, trained=True)
        subject.notes.append(f"weights of the {restored.checkpoint} epoch of run {folder.name}")
        return subject
    project = request.project
    keras.utils.set_random_seed(project.training.seed)
    if request.weights is not None:
        from kerasstudio.runtime.worker.importing import model_with_weights

        model = model_with_weights(project, Path(request.weights))
        return Subject(project, model, base, trained=False)
    model = build_model(project).model
    subject = Subject(project, model, base, trained=False)
    subject.notes.append("untrained weights")
    _compile(subject)
    return subject


def _compile(subject: Subject) -> None:
    """Compile an untrained model, so that the file can be trained on, where that is possible."""
    project = subject.project
    if not project.data.sources or resolve(project).problems:
        return
    try:
        summary = load(project, subject.base).summary
        training = msgspec.structs.replace(
            project.training, outputs=complete_training(project, summary)
        )
        project = msgspec.structs.replace(project, training=training)
        compile_model(subject.model, project)
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


def _write(exporter: Exporter, subject: Subject, path: Path) -> None:
    """Write beside the target and move: never half a file. Raises `StudioError`."""
    suffix = exporter.format.suffix
    # Short, so that it fits wherever the real name does.
    temporary = path.with_name(f".{os.getpid()}.{secrets.token_hex(4)}{suffix}")
    subject.title = path.stem
    try:
        exporter.write(subject, temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except StudioError:
        raise
    except OSError as error:
        raise StudioError(_unwritable(path, error)) from error
    except (ValueError, TypeError, RuntimeError, NotImplementedError) as error:
        raise StudioError(
            Problem(
                code=f"export.{exporter.format.id}",
                message=f"Keras cannot write this model as {suffix}: {first_lines(error)}",
                expected="a format that holds this model, such as .keras or .py",
                received=suffix,
                place=Place(file=str(path)),
                detail=str(error),
            )
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> Problem:
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error):
        return Problem(
            code="file.disk_full",
            message=f"The disk is full: {path.name} was not written.",
            expected="free space",
            place=Place(file=str(path)),
            detail=str(error),
        )
    return Problem(
        code="file.write",
        message=f"{path.name} cannot be written: {error.strerror or first_lines(error)}.",
        expected="a folder you may write to",
        received=str(path.parent),
        place=Place(file=str(path)),
        detail=str(error),
    )
