"""The lines "before the first batch": what is fine, in words: pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.graph.switches import live_project
from kerasstudio.ui.widgets.amounts import count_text


def fine_points(
    project: Project,
    summary: DataSummary | None,
    inspection: Inspection,
    problems: Sequence[Problem],
    names: list[str],
) -> tuple[str, ...]:
    """What the checks before training have found in order."""
    serious = [problem for problem in problems if problem.severity != "hint"]
    points = []
    project = live_project(project)
    infos = [inspection.nodes.get(key) for key in project.graph.nodes]
    if infos and all(info is not None and info.status == "ok" for info in infos):
        points.append("every layer has its shapes")
    if inspection.total_trainable:
        points.append(f"{count_text(inspection.total_trainable)} weights will be trained")
    if summary is not None and summary.rows and not _any(serious, "data."):
        points.append("the data fits Inputs and Outputs")
    for _node, layer in project.outputs():
        wrong = any(layer.id in (one.place.output, one.place.layer) for one in serious)
        if summary is not None and not wrong:
            points.append(f"{layer.name}: loss, last activation and labels suit each other")
    watched = {
        watch.monitor
        for watch in (project.training.early_stopping, project.training.checkpoint)
        if watch is not None
    }
    points += [f"{name} will be reported" for name in sorted(watched & set(names))]
    return tuple(points)


def _any(problems: Sequence[Problem], prefix: str) -> bool:
    return any(problem.code.startswith(prefix) for problem in problems)
