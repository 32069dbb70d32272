"""What stands in the columns of the Outline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kerasstudio.graph.cards import card_title
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.inspection import Inspection, shape_text
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Graph, Project
from kerasstudio.ui.widgets.amounts import amount_text, plural

HEADINGS = ("Name", "Type", "Output", "Params", "Problems")
NAME, TYPE, OUTPUT, PARAMETERS, PROBLEMS = range(5)


def cell(
    project: Project,
    graph: Graph,
    key: str,
    column: int,
    inspection: Inspection,
    problems: Mapping[str, tuple[Problem, ...]],
) -> str:
    """The text of one cell."""
    if key in graph.frames:
        return (graph.frames[key].title or "Frame", "Frame", "", "", "")[column]
    if key in graph.notes:
        text = graph.notes[key].text.strip().splitlines()
        return (text[0] if text else "Note", "Note", "", "", "")[column]
    layer = project.layers[graph.nodes[key].layer]
    if column == NAME:
        return layer.name
    if column == TYPE:
        return card_title(layer)
    if column == PROBLEMS:
        return problem_words(problems.get(key, ()))
    info = inspection.nodes.get(key)
    if info is None or info.status != "ok":
        return ""
    if column == PARAMETERS:
        return amount_text(info.parameters) if info.parameters else ""
    return ", ".join(shape_text(spec) for spec in info.outputs[:3])


def problem_words(problems: Iterable[Problem]) -> str:
    """ "1 error, 2 warnings"."""
    counts: dict[str, int] = {}
    for problem in problems:
        counts[problem.severity] = counts.get(problem.severity, 0) + 1
    return ", ".join(
        plural(counts[kind], kind) for kind in ("error", "warning", "hint") if kind in counts
    )


def problems_by_node(
    project: Project, problems: Iterable[Problem]
) -> dict[str, tuple[Problem, ...]]:
    """Problems by the node they are shown at; those of a layer at all its calls."""
    found: dict[str, list[Problem]] = {}
    calls: dict[str, list[str]] | None = None
    for problem in problems:
        place = problem.place
        if place.node is not None:
            found.setdefault(place.node, []).append(problem)
            continue
        layer = place.layer or place.output
        if layer is None:
            continue
        if calls is None:
            calls = {}
            for graph in project.graphs.values():
                for node in graph.nodes.values():
                    calls.setdefault(node.layer, []).append(node.id)
        for node_id in calls.get(layer, ()):
            found.setdefault(node_id, []).append(problem)
    return {node: tuple(each) for node, each in found.items()}


def category(project: Project, graph: Graph, key: str, catalogue: Catalogue) -> str:
    """The category of a row's layer; "" for frames and notes."""
    node = graph.nodes.get(key)
    if node is None:
        return ""
    layer = project.layers[node.layer]
    if layer.graph is not None:
        return "blocks"
    kind = catalogue.layer_type(layer)
    return kind.category if kind is not None else "other"
