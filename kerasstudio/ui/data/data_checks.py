"""The Checks card's lines: what is fine with the data, and what is not: pure functions."""

from __future__ import annotations

from collections.abc import Iterable

from kerasstudio.graph.bindings import Bindings, fits, resolve
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.ui.widgets.amounts import plural


def data_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those of all problems that speak of the data."""
    return tuple(
        problem
        for problem in problems
        if problem.code.startswith("data.")
        or problem.place.file is not None
        or problem.place.column is not None
    )


def fine_points(
    project: Project, summary: DataSummary | None, problems: Iterable[Problem]
) -> tuple[str, ...]:
    """What was looked at and found good, in words."""
    if summary is None or not summary.rows:
        return ()
    codes = {problem.code for problem in problems if problem.severity != "hint"}
    bindings = resolve(project, summary)
    points = []
    if bindings.inputs and bindings.outputs and not bindings.problems:
        points.append("every Input and Output has its columns")
    if bindings.inputs and _shapes_fit(project, bindings):
        points.append("shapes match every Input")
    used = {column.name for column in project.data.columns if column.role != "ignore"}
    missing = [one for one in summary.columns if one.name in used and one.missing]
    if not missing and "data.missing" not in codes:
        points.append("no value is missing")
    for column in project.data.columns:
        found = summary.column(column.name)
        if column.role != "target" or found is None or not found.classes or not found.histogram:
            continue
        if len(found.histogram) == len(found.classes) and column.encoding != "none":
            fewest = min(found.histogram)
            index = found.histogram.index(fewest)
            points.append(
                f"{column.name}: {plural(len(found.classes), 'class', 'classes')}, "
                f"the smallest ({found.classes[index]}) has {plural(fewest, 'row')}"
            )
    # Windows on both sides of a cut share rows, so this can be said of single rows only.
    if all(summary.parts) and not project.data.window.length:
        points.append("no row is in two parts")
    return tuple(points)


def _shapes_fit(project: Project, bindings: Bindings) -> bool:
    for key, binding in bindings.inputs.items():
        wanted = project.layers[key].arguments.get("shape")
        if wanted is None or binding.shape is None or not fits(binding.shape, wanted):
            return False
    return True
