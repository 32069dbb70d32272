"""`compile` with objects: string aliases make .h5 files that Keras cannot load again."""

from __future__ import annotations

from typing import Any

import keras
import msgspec

from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.defaults import training_for_output
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.switches import live_project
from kerasstudio.graph.training_spec import KerasObject, OutputTraining

# Objects are made from what a project file says, so only Keras's own are.
_MODULES = ("keras.", "kerasstudio")


def complete_training(
    project: Project, summary: DataSummary | None, inspection: Inspection | None = None
) -> dict[str, OutputTraining]:
    """Loss and metrics of every Output by layer id: what the person set and, for what they left
    open, what `defaults.training_for_output` chooses."""
    return {
        layer.id: training_for_output(project, layer.id, summary, inspection)
        for _, layer in live_project(project).outputs()
    }


def compile_model(model: keras.Model, project: Project) -> dict[str, keras.losses.Loss]:
    """Compile with the project's optimizer, losses and metrics; the losses by Output name.

    The project's training must be complete (see `complete_training`). Raises `StudioError`
    naming the object that cannot be made."""
    losses: dict[str, keras.losses.Loss] = {}
    metrics: dict[str, list[keras.metrics.Metric]] = {}
    weights: dict[str, float] = {}
    for _, layer in live_project(project).outputs():
        chosen = project.training.outputs.get(layer.id, OutputTraining())
        if chosen.loss is None:
            raise StudioError(
                Problem(
                    code="train.no_loss",
                    message=f'The Output "{layer.name}" has no loss.',
                    place=Place(output=layer.id),
                )
            )
        place = Place(output=layer.id)
        losses[layer.name] = make_object(chosen.loss, "loss", place)
        metrics[layer.name] = [make_object(each, "metric", place) for each in chosen.metrics or ()]
        weights[layer.name] = chosen.loss_weight
    optimizer = make_object(project.training.optimizer, "optimizer", Place())
    if len(losses) == 1:
        (name,) = losses
        model.compile(
            optimizer=optimizer,
            loss=losses[name],
            metrics=metrics[name],
            loss_weights=None if weights[name] == 1.0 else [weights[name]],
        )
    else:
        model.compile(optimizer=optimizer, loss=losses, metrics=metrics, loss_weights=weights)
    return losses


def make_object(spec: KerasObject, role: str, place: Place) -> Any:
    """The Keras object of a serialised one. Raises `StudioError` in words."""
    if not f"{spec.module}.".startswith(_MODULES):
        raise StudioError(
            Problem(
                code="train.object",
                message=f"The {role} {spec.class_name} is not one of Keras's own.",
                expected="an object of keras.*",
                received=f"{spec.module}.{spec.class_name}",
                place=place,
            )
        )
    try:
        # Keras changes configurations in place: it gets a copy.
        return keras.saving.deserialize_keras_object(msgspec.to_builtins(_complete(spec)))
    except (ValueError, TypeError, KeyError, AttributeError, ImportError) as error:
        raise StudioError(
            Problem(
                code="train.object",
                message=f"The {role} {spec.class_name} cannot be made: {_first_line(error)}",
                place=place,
                detail=str(error),
            )
        ) from error


def _complete(spec: KerasObject) -> dict[str, Any]:
    return {
        "module": spec.module,
        "class_name": spec.class_name,
        "config": spec.config,
        "registered_name": spec.registered_name,
    }


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__
