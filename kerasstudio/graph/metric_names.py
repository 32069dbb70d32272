"""The names that `fit` reports, so that monitors and plots can be set before training."""

from __future__ import annotations

from kerasstudio.graph.bindings import Bindings
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.defaults import training_for_output
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.names import snake_case
from kerasstudio.graph.project import Project
from kerasstudio.graph.switches import live_project
from kerasstudio.graph.training_spec import KerasObject

# Metrics whose own default name is not their class name in snake case, for when no catalogue is
# at hand (it holds the default of every argument "name").
_NAMES = {"LogCoshError": "logcosh", "KLDivergence": "kl_divergence", "R2Score": "r2_score"}


def metric_names(
    project: Project,
    summary: DataSummary | None = None,
    catalogue: Catalogue | None = None,
    inspection: Inspection | None = None,
    bindings: Bindings | None = None,
) -> list[str]:
    """All names in reporting order: "loss" first, the names on the validation part last."""
    project = live_project(project, catalogue)
    outputs = list({layer.id: layer for _, layer in project.outputs()}.values())
    several = len(outputs) > 1
    losses, metrics = ["loss"], []
    for layer in outputs:
        prefix = f"{layer.name}_" if several else ""
        if several:
            losses.append(f"{prefix}loss")
        training = training_for_output(project, layer.id, summary, inspection, bindings)
        metrics += [prefix + metric_name(metric, catalogue) for metric in training.metrics or ()]
    names = list(dict.fromkeys([*losses, *metrics]))
    if validates(project):
        names += [f"val_{name}" for name in names]
    return names


def validates(project: Project) -> bool:
    """Whether a run of this project measures on a validation part."""
    return project.training.validate and project.data.split.validation > 0


def metric_name(metric: KerasObject, catalogue: Catalogue | None = None) -> str:
    """The name Keras reports a metric under."""
    given = metric.config.get("name")
    if isinstance(given, str) and given:
        return given
    kind = catalogue.object_type("metrics", metric.class_name) if catalogue else None
    if kind is not None:
        for argument in kind.arguments:
            if argument.name == "name" and isinstance(argument.default, str):
                return argument.default
    return _NAMES.get(metric.class_name) or snake_case(metric.class_name)
