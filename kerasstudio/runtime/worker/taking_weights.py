"""Weights of model files and of other projects' runs, for the layers of a project that has them
by the same names."""

from __future__ import annotations

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
from kerasstudio.runtime.worker.failures import file_error
from kerasstudio.runtime.worker.importing import import_model
from kerasstudio.runtime.worker.layer_weights import WeightState, describe, write_weights
from kerasstudio.runtime.worker.learned import finalize
from kerasstudio.runtime.worker.weight_files import ArrayFile, write_arrays
from kerasstudio.runtime.worker.weights_alone import take_weights_alone


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
    """Weights without layers: what they fit in the project's model is told by names and order."""
    project = request.project
    built = build_saved(project)
    taken = take_weights_alone(built.model, source)
    finalize(built.model)
    state = describe(project, built.layers, built.model)
    numbers = {id(variable): number for number, variable in enumerate(built.model.variables)}
    given = {numbers[key] for key in taken.variables if key in numbers}
    layers = {
        key: layer
        for key, layer in state.layers.items()
        if layer.weights and all(each.entry in given for each in layer.weights)
    }
    write_weights(out, built.model, msgspec.structs.replace(state, layers=layers))
    start = Start(out.stem, source.name)
    return WeightsTaken(request.id, start, taken.matched, taken.layers, taken.by)


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
