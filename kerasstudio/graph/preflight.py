"""Everything that can be known to go wrong before the first batch, and what mends it.

Pure and fast: it runs after every edit. It says only what it knows; without a summary of the data
or without shapes, the checks that need them are silent.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from kerasstudio.graph.bindings import Bindings, resolve
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.metric_names import metric_names, validates
from kerasstudio.graph.preflight_data import data_problems
from kerasstudio.graph.preflight_inputs import input_problems, keep_inputs_fitting
from kerasstudio.graph.preflight_memory import memory_problems
from kerasstudio.graph.preflight_outputs import output_problems
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.graph.project import Project
from kerasstudio.graph.switches import live_project
from kerasstudio.graph.training_spec import KerasObject

_SINGULAR = {"optimizers": "optimizer", "losses": "loss", "metrics": "metric"}


def preflight_problems(
    project: Project,
    inspection: Inspection | None,
    summary: DataSummary | None,
    catalogue: Catalogue | None = None,
) -> list[Problem]:
    """Training settings against data and shapes. An error means: training would fail or would
    quietly learn nonsense; a warning or hint leaves the decision to the person."""
    project = live_project(project, catalogue)
    bindings = resolve(project, summary)
    return [
        *_source_problems(project),
        *keep_inputs_fitting(data_problems(project.data, summary), project, bindings, summary),
        *bindings.problems,
        *_unused(project, bindings),
        *input_problems(project, bindings, summary),
        *output_problems(project, bindings, inspection, summary),
        *_monitor_problems(project, bindings, inspection, summary, catalogue),
        *_amount_problems(project, summary),
        *_object_problems(project, catalogue),
        *_frozen_problems(project, inspection),
        *memory_problems(project, inspection),
    ]


def _object_problems(project: Project, catalogue: Catalogue | None) -> Iterator[Problem]:
    """An optimizer, loss or metric that this Keras does not have (a file edited by hand)."""
    if catalogue is None:
        return
    training = project.training
    adam = {"class_name": "Adam", "module": "keras.optimizers"}
    default = Fix("take Adam", "set_training", {"field": "optimizer", "value": adam})
    named: list[tuple[str, KerasObject, Place, tuple[Fix, ...]]] = [
        ("optimizers", training.optimizer, Place(argument="optimizer"), (default,))
    ]
    for output, chosen in training.outputs.items():
        place = Place(output=output)
        if chosen.loss is not None:
            reset = Fix("choose the loss by itself", "set_loss", {"output": output, "loss": None})
            named.append(("losses", chosen.loss, place, (reset,)))
        named += [("metrics", metric, place, ()) for metric in chosen.metrics or ()]
    for family, used, place, fixes in named:
        kind = catalogue.object_type(family, used.class_name)
        if kind is not None and used.module.split(".")[0] == "keras":
            continue
        names = [each.class_name for each in catalogue.family(family)]
        close = get_close_matches(used.class_name, names, n=3)
        yield Problem(
            code="train.unknown_object",
            message=f"Keras {catalogue.keras_version} has no {_SINGULAR[family]} "
            f'"{used.class_name}" in {used.module}.',
            expected=f"one such as {', '.join(close or names[:3])}",
            received=f"{used.module}.{used.class_name}",
            place=place,
            fixes=fixes,
        )


def _source_problems(project: Project) -> Iterator[Problem]:
    if not project.data.sources and project.graph.nodes:
        yield Problem(
            code="data.no_source",
            message="The project has no data yet, so it cannot be trained.",
            severity="hint",
            expected="a data file, chosen on the Data page",
        )


def _unused(project: Project, bindings: Bindings) -> Iterator[Problem]:
    """Columns with a role that nothing takes (none while the graph has no Inputs or Outputs)."""
    roles = {column.name: column.role for column in project.data.columns}
    for name in bindings.unused:
        if not (bindings.inputs if roles[name] == "feature" else bindings.outputs):
            continue
        side = "Input takes" if roles[name] == "feature" else "Output is compared with"
        yield Problem(
            code="data.unused_column",
            message=f'No {side} the column "{name}".',
            severity="hint",
            place=Place(column=name),
            fixes=(
                Fix(
                    f'ignore "{name}"',
                    "set_column",
                    {"name": name, "field": "role", "value": "ignore"},
                ),
            ),
        )


def _monitor_problems(
    project: Project,
    bindings: Bindings,
    inspection: Inspection | None,
    summary: DataSummary | None,
    catalogue: Catalogue | None,
) -> Iterator[Problem]:
    training = project.training
    watching = [
        ("early_stopping", "Early stopping", "error", training.early_stopping),
        ("checkpoint", "Keeping the best epoch", "warning", training.checkpoint),
    ]
    if not any(found for *_, found in watching) or not any(project.outputs()):
        return
    names = metric_names(project, summary, catalogue, inspection, bindings)
    for key, title, severity, found in watching:
        if found is None or found.monitor in names:
            continue
        field = f"{key}.monitor"
        bare = found.monitor.removeprefix("val_")
        if found.monitor != bare and bare in names and not validates(project):
            yield Problem(
                code="train.monitor_validation",
                message=f"{title} watches {found.monitor}, but nothing is measured on a "
                "validation part.",
                severity=severity,  # type: ignore[arg-type]
                expected="validation, or a metric of the training part",
                received=found.monitor,
                place=Place(argument=field),
                fixes=(*_validation_fixes(project), _watch(field, bare)),
            )
            continue
        close = get_close_matches(found.monitor, names, n=2, cutoff=0.5)
        default = "val_loss" if "val_loss" in names else "loss"
        yield Problem(
            code="train.monitor",
            message=f'{title} watches "{found.monitor}", which training does not report.',
            severity=severity,  # type: ignore[arg-type]
            expected=f"one of: {', '.join(names)}",
            received=found.monitor,
            place=Place(argument=field),
            fixes=tuple(_watch(field, name) for name in dict.fromkeys([*close, default])),
        )


def _watch(field: str, name: str) -> Fix:
    return Fix(f"watch {name}", "set_training", {"field": field, "value": name})


def _validation_fixes(project: Project) -> Iterator[Fix]:
    if not project.training.validate:
        yield Fix("validate after each epoch", "set_training", {"field": "validate", "value": True})
    if project.data.split.validation <= 0:
        yield Fix("keep 15 % for validation", "set_split", {"field": "validation", "value": 0.15})


def _amount_problems(project: Project, summary: DataSummary | None) -> Iterator[Problem]:
    training = project.training
    for name, value in (("epochs", training.epochs), ("batch_size", training.batch_size)):
        if value < 1:
            yield Problem(
                code=f"train.{name}",
                message=f"{name.replace('_', ' ').capitalize()} is {value}.",
                expected="1 or more",
                received=str(value),
                place=Place(argument=name),
                fixes=(
                    Fix(
                        "set the default",
                        "set_training",
                        {"field": name, "value": 20 if name == "epochs" else 32},
                    ),
                ),
            )
    samples = summary.parts[0] if summary else 0
    if samples and training.batch_size > samples:
        smaller = 1 << (samples.bit_length() - 1)
        while smaller > max(1, samples // 8):
            smaller //= 2
        yield Problem(
            code="train.batch_too_large",
            message=(
                f"A batch of {training.batch_size} samples is more than the {samples} samples of "
                "the training part: an epoch is one step."
            ),
            severity="warning",
            expected=f"at most {samples}",
            received=str(training.batch_size),
            place=Place(argument="batch_size"),
            fixes=(
                Fix(
                    f"set batch size to {smaller}",
                    "set_training",
                    {"field": "batch_size", "value": smaller},
                ),
            ),
        )


def _frozen_problems(project: Project, inspection: Inspection | None) -> Iterator[Problem]:
    if inspection is None or inspection.total_trainable or not inspection.nodes:
        return
    if any(info.status != "ok" for info in inspection.nodes.values()):
        # Not all layers are known yet, so their weights are not counted.
        return
    frozen = [layer for layer in project.layers.values() if not layer.trainable]
    if inspection.total and frozen:
        yield Problem(
            code="train.nothing_trainable",
            message="No layer can be trained: all weights are frozen.",
            expected="at least one trainable layer with weights",
            received=f"{inspection.total:,} weights, none of them trainable",
            place=Place(layer=frozen[-1].id),
            fixes=tuple(
                Fix(f"train {layer.name}", "set_trainable", {"layer": layer.id, "value": True})
                for layer in reversed(frozen[-3:])
            ),
        )
    else:
        yield Problem(
            code="train.nothing_trainable",
            message="No layer has weights that training could change.",
            expected="at least one layer with weights, such as Dense",
            received=f"{inspection.total:,} weights, none of them trainable",
        )
