"""Everything before the first batch: data, model, adaptation, compilation, checks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import tensorflow as tf

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.preflight import preflight_problems
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import Start
from kerasstudio.runtime.protocol import Inspect
from kerasstudio.runtime.weight_store import missing
from kerasstudio.runtime.worker.adapting import adapt_layers
from kerasstudio.runtime.worker.build import BuiltModel, build_model
from kerasstudio.runtime.worker.compiling import compile_model, complete_training
from kerasstudio.runtime.worker.data import LoadedData, load
from kerasstudio.runtime.worker.failures import first_lines, problem_of
from kerasstudio.runtime.worker.inspector import Inspector
from kerasstudio.runtime.worker.layer_weights import Given, give_optimizer, give_weights

Report = Callable[..., None]


class Refused(Exception):  # noqa: N818 (an answer, not a programming error)
    """Training must not begin; `problems` say why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems[0].message)
        self.problems = problems


class Prepared(msgspec.Struct):
    """A compiled model and its data, ready for `fit`. The project's training is complete: losses
    and metrics that were left open are chosen."""

    project: Project
    built: BuiltModel
    data: LoadedData
    losses: dict[str, keras.losses.Loss]
    steps: int
    training: tf.data.Dataset
    validation: tf.data.Dataset | None
    validation_steps: int
    warnings: tuple[Problem, ...] = ()
    started: Started | None = None

    @property
    def model(self) -> keras.Model:
        return self.built.model


class Started(msgspec.Struct):
    """From which weights a run begins. `optimizer`: its state was kept too."""

    given: Given
    optimizer: bool


def prepare(
    project: Project,
    base: Path,
    progress: Report,
    resumes: bool = False,
    weights: Path | None = None,
) -> Prepared:
    """Raises `Refused` with all problems that the checks found, or the one that stops earlier.

    With `resumes` everything comes from a checkpoint afterwards. `weights` is the file that the
    project starts from, None where it starts fresh or its file is gone."""
    try:
        return _prepare(project, base, progress, resumes, weights)
    except StudioError as error:
        raise Refused((error.problem,)) from error


def _prepare(
    project: Project, base: Path, progress: Report, resumes: bool, weights: Path | None
) -> Prepared:
    spec = project.training
    progress("Reading the data")
    data = load(project, base, progress)
    progress("Building the model")
    keras.utils.set_random_seed(spec.seed)
    built = build_model(project)
    model = built.model
    inspection = _inspection(project)
    found = [
        *inspection.problems,
        *preflight_problems(_trained(project), inspection, data.summary, shipped()),
    ]
    errors = tuple(problem for problem in found if problem.severity == "error")
    if errors:
        raise Refused(_once(errors))
    if data.count("train") == 0:
        raise Refused((_empty_part(),))
    given = None
    if not resumes:
        if not spec.start.is_fresh:
            progress(f"Taking the weights of {spec.start.words}")
            given = give_weights(project, built.layers, model, _found(spec.start, weights))
        batches = max(spec.batch_size, 256)
        known = given.learned if given is not None else frozenset()
        adapt_layers(built, lambda: data.dataset("train", batches), progress, known)
    outputs = complete_training(project, data.summary, inspection)
    project = msgspec.structs.replace(
        project, training=msgspec.structs.replace(spec, outputs=outputs)
    )
    losses = compile_model(model, project)
    training = data.dataset("train", spec.batch_size, shuffle=spec.shuffle, seed=spec.seed)
    has_validation = spec.validate and data.count("validation") > 0
    progress("Checking one batch")
    check_one_batch(model, training, project)
    started = None
    if given is not None and weights is not None:
        kept = give_optimizer(project, built.layers, model, weights, given)
        started = Started(given, kept)
    return Prepared(
        project=project,
        built=built,
        data=data,
        losses=losses,
        steps=-(-data.count("train") // spec.batch_size),
        training=training,
        validation=data.dataset("validation", spec.batch_size) if has_validation else None,
        validation_steps=-(-data.count("validation") // spec.batch_size) if has_validation else 0,
        warnings=_once(tuple(problem for problem in found if problem.severity != "error")),
        started=started,
    )


def _trained(project: Project) -> Project:
    """A run of no epochs only measures; the checks are of a project that is trained."""
    if project.training.epochs:
        return project
    training = msgspec.structs.replace(project.training, epochs=1)
    return msgspec.structs.replace(project, training=training)


def _found(start: Start, weights: Path | None) -> Path:
    """The file of weights, which the program has looked for."""
    if weights is None:
        raise StudioError(missing(start))
    return weights


def check_one_batch(model: keras.Model, batches: tf.data.Dataset, project: Project) -> None:
    """Run the model, its losses and metrics on one real batch (which also creates the metrics'
    and the optimizer's variables). Raises `Refused`."""
    x, y = next(iter(batches))
    try:
        y_pred = model(x, training=False)
        loss = model.compute_loss(x=x, y=y, y_pred=y_pred, training=False)
        model.compute_metrics(x, y, y_pred)
    except tf.errors.OpError as error:
        raise Refused((problem_of(error, "running the first batch", project),)) from error
    except (ValueError, TypeError) as error:
        raise Refused(
            (
                Problem(
                    code="train.first_batch",
                    message=f"The model does not accept the data: {first_lines(error)}",
                    expected=f"targets that suit outputs of shape {_shapes(model.outputs)}",
                    received=f"targets of shape {_shapes(tf.nest.flatten(y))}",
                    detail=str(error),
                ),
            )
        ) from error
    model.reset_metrics()
    model.optimizer.build(model.trainable_variables)
    if np.isfinite(float(loss)):
        return
    bad = [name for name, values in _named(x) if not _all_finite(values)]
    where = f"the input {bad[0]}" if bad else "the loss of the very first batch"
    raise Refused(
        (
            Problem(
                code="train.first_loss",
                message=f"The loss of the first batch is {float(loss)}: {where} is not finite.",
                expected="numbers that are neither NaN nor infinite",
                received=str(float(loss)),
                place=Place(argument=bad[0] if bad else None),
            ),
        )
    )


def _inspection(project: Project) -> Inspection:
    """The shapes as the program sees them, so that checks agree with what it shows."""
    report = Inspector().inspect(Inspect(id=0, revision=0, project=project))
    return Inspection(
        nodes=report.nodes,
        problems=report.problems,
        total=report.total,
        total_trainable=report.total_trainable,
    )


def _named(x: Any) -> list[tuple[str, Any]]:
    return list(x.items()) if isinstance(x, dict) else [("data", x)]


def _all_finite(values: Any) -> bool:
    return not values.dtype.is_floating or bool(tf.reduce_all(tf.math.is_finite(values)))


def _shapes(tensors: Any) -> str:
    return ", ".join(str(tuple(tensor.shape)) for tensor in tensors)


def _once(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Without repetitions (two checks may find the same); order kept."""
    seen: list[Problem] = []
    for problem in problems:
        if problem not in seen:
            seen.append(problem)
    return tuple(seen)


def _empty_part() -> Problem:
    return Problem(
        code="data.no_training_part",
        message="No sample is left for training.",
        expected="validation and test parts that leave some rows",
    )
