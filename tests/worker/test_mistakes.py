"""Typical mistakes are told in words, and every mend that is offered mends."""

from __future__ import annotations

import re

import pytest
from fixes_page import promised
from mistakes import MISTAKES, Mistake

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.fixes import FIX_KINDS, apply_fix
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.graph.structure import structure_problems
from kerasstudio.runtime.protocol import Inspect, Inspected
from kerasstudio.runtime.worker.inspector import Inspector

pytestmark = pytest.mark.worker

# What Python and TensorFlow say, and people do not.
_UGLY = re.compile(
    r"\x1b|Arguments received|\(None,|None\b|KerasTensor|\{\{|ndim|NoneType|TensorShape"
)
REMOVING = {"remove_wire", "remove_node"}


def look(project: Project) -> Inspected:
    return Inspector().inspect(Inspect(id=1, revision=1, project=project, thorough=True))


def at(project: Project, report: Inspected, name: str) -> list[Problem]:
    nodes = {
        node.id for node in project.graph.nodes.values() if project.layers[node.layer].name == name
    }
    return [problem for problem in report.problems if problem.place.node in nodes]


def errors(report: Inspected) -> set[str]:
    return {problem.place.node or "" for problem in report.problems if problem.severity == "error"}


@pytest.mark.parametrize(
    "mistake", [each for each in MISTAKES if each.code], ids=lambda each: each.name
)
def test_mistake_is_told_and_mended(mistake: Mistake) -> None:
    project = mistake.project()
    before = look(project)
    (problem,) = at(project, before, "bad")
    assert problem.code == mistake.code
    assert '"bad"' in problem.message
    for words in mistake.says:
        assert words in problem.message
    assert problem.expected
    assert problem.received
    assert not _UGLY.search(problem.message + problem.expected + problem.received)
    labels = [fix.label for fix in problem.fixes]
    assert set(mistake.fixes) <= set(labels)
    assert len(labels) == len(set(labels)), "the same mend twice"
    assert (
        any(fix.kind not in REMOVING for fix in problem.fixes)
        or not mistake.fixes
        or ("remove" in mistake.fixes[0] or "remove the wire" in mistake.fixes)
    )
    wrong = errors(before)
    for fix in problem.fixes:
        assert fix.kind in FIX_KINDS
        mended = apply_fix(project, fix, shipped())
        after = look(mended)
        assert [each for each in at(mended, after, "bad") if each.code == problem.code] == [], fix
        assert errors(after) <= wrong, f"{fix.label} breaks what was fine: {after.problems}"
        if fix.kind not in REMOVING:
            left = structure_problems(mended, shipped())
            wrong_now = {each.code for each in left if each.severity == "error"}
            assert not wrong_now, f"{fix.label} leaves {wrong_now}"


def test_the_page_of_mends_promises_what_is_offered() -> None:
    labels = promised("Shapes, types and arguments")
    assert len(labels) > 30
    offered = {label for mistake in MISTAKES for label in mistake.fixes}
    assert labels <= offered, labels - offered
