"""Weights of model files and of other projects' runs, for the layers of a project that has them
by the same names."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import msgspec

from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import Start
from kerasstudio.graph.warm_start import match_layers
from kerasstudio.runtime.protocol import ImportModel, TakeWeights, WeightsTaken
from kerasstudio.runtime.run_weights import checkpoint_path, choose_checkpoint, run_label
from kerasstudio.runtime.runs import read_project, read_run
from kerasstudio.runtime.worker.build import build_saved
from kerasstudio.runtime.worker.failures import file_error, first_lines
from kerasstudio.runtime.worker.importing import import_model
from kerasstudio.runtime.worker.layer_weights import WeightState, describe, write_weights
from kerasstudio.runtime.worker.learned import finalize
from kerasstudio.runtime.worker.weight_files import ArrayFile, write_arrays


def take_weights(request: TakeWeights, progress: Any) -> WeightsTaken:
    """Answer `TakeWeights`. Raises `StudioError`; nothing is left at `out` then."""
    out = Path(request.out)
    try:
        return _taken(request, Path(request.source), out, progress)
    except OSError as error:
        out.unlink(missing_ok=True)
        raise file_error(out, error) from error
    except StudioError:
        out.unlink(missing_ok=True)
        raise


def _taken(request: TakeWeights, source: Path, out: Path, progress: Any) -> WeightsTaken:
    if source.is_dir():
        which = choose_checkpoint(source, request.checkpoint)
        project, path = read_project(source), checkpoint_path(source, which)
        label = f"{run_label(read_run(source).number, which)} of another project"
    else:
        try:
            answer = import_model(ImportModel(request.id, str(source), str(out)), progress)
        except StudioError as error:
            if error.problem.code != "import.weights_only":
                raise
            return _weights_alone(request, source, out)
        project, path, label = answer.project, out, source.name
        if project.training.start.is_fresh:
            raise StudioError(_no_weights(source))
    progress("Matching layers by their names")
    with ArrayFile(path, _no_weights(source)) as file:
        state = file.state(WeightState)
        ids = match_layers(project, request.project)
        layers = {ids[key]: layer for key, layer in state.layers.items() if key in ids}
        if not layers:
            raise StudioError(_nothing_fits(source, state, request.project))
        arrays = {name: file.array(name) for name in file.names}
    write_arrays(out, arrays, msgspec.structs.replace(state, layers=layers))
    return WeightsTaken(request.id, Start(out.stem, label), len(layers), len(state.layers))


def _weights_alone(request: TakeWeights, source: Path, out: Path) -> WeightsTaken:
    """A `.weights.h5` is of one architecture: Keras puts all of it into the project's model."""
    project = request.project
    built = build_saved(project)
    with tempfile.TemporaryDirectory(prefix="kerasstudio-weights-") as folder:
        link = Path(folder) / "model.weights.h5"  # Keras goes by the suffix
        link.symlink_to(source.absolute())
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", UserWarning)  # Keras skips what it does not find
                built.model.load_weights(link)
        except (ValueError, TypeError, KeyError, OSError, UserWarning) as error:
            raise StudioError(
                Problem(
                    code="weights.no_match",
                    message=f"The weights of {source.name} are not of this model: "
                    f"{first_lines(error)}",
                    expected="weights of the same layers in the same order, or a whole model file",
                    received="weights of another model, or a damaged file",
                    place=Place(file=str(source)),
                    detail=str(error),
                )
            ) from error
    finalize(built.model)
    state = describe(project, built.layers, built.model)
    write_weights(out, built.model, state)
    count = len(state.layers)
    return WeightsTaken(request.id, Start(out.stem, source.name), count, count)


def _no_weights(source: Path) -> Problem:
    return Problem(
        code="weights.none",
        message=f"{source.name} holds no weights.",
        expected="a model file with weights (.keras, .h5) or a run with a checkpoint",
        place=Place(file=str(source)),
    )


def _nothing_fits(source: Path, state: WeightState, project: Project) -> Problem:
    theirs = [f"{layer.name} ({layer.class_name})" for layer in state.layers.values()]
    ours = [
        f"{layer.name} ({layer.class_name})"
        for layer in project.layers.values()
        if not (layer.is_input or layer.is_output)
    ]
    return Problem(
        code="weights.no_match",
        message=f"No layer of {source.name} has the name and the kind of a layer here.",
        expected=f"some of: {', '.join(ours[:8])}",
        received=", ".join(theirs[:8]) or "no layers with weights",
        place=Place(file=str(source)),
    )
