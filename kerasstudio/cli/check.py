"""`kerasstudio check FILE`: all problems of a project."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from kerasstudio.cli.code import add_trust, trust
from kerasstudio.cli.codes import FAILED, OK
from kerasstudio.cli.console import Console
from kerasstudio.cli.documents import read_project
from kerasstudio.cli.session import Session
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.preflight import preflight_problems
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.structure import structure_problems
from kerasstudio.graph.warm_start import layer_starts
from kerasstudio.graph.warm_start import summary as summary_of
from kerasstudio.runtime.protocol import DataDescribed, DescribeData, Inspect, Inspected
from kerasstudio.runtime.runs import studio_folder
from kerasstudio.runtime.weight_store import WeightStore

_ORDER = {"error": 0, "warning": 1, "hint": 2}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="a project (.kstudio)")
    add_trust(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: Namespace, console: Console) -> int:
    project = read_project(options.file)
    base = options.file.absolute().parent
    with Session(console) as session:
        trust(options, session, project)
        problems, inspection = find_problems(project, base, session)
    start = project.training.start
    stored, gone = WeightStore(studio_folder(options.file.absolute())).look(start)
    problems = [*([gone] if gone is not None else []), *problems]
    kept = "" if stored is None else summary_of(layer_starts(project, inspection, stored), project)
    for problem in problems:
        console.problem(problem)
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = sum(problem.severity == "warning" for problem in problems)
    found = _counted(errors, "error"), _counted(warnings, "warning")
    nodes = len(project.graph.nodes)
    console.say(
        f"{options.file}: {' and '.join(part for part in found if part) or 'no problems'}; "
        f"{nodes} nodes, {inspection.total:,} parameters"
    )
    if kept:
        console.say(f"  starts from {start.words}: {kept}")
    console.result(
        {
            "ok": errors == 0,
            "file": str(options.file),
            "errors": errors,
            "warnings": warnings,
            "problems": problems,
            "nodes": nodes,
            "parameters": inspection.total,
            "trainable": inspection.total_trainable,
            "starts_from": start.words,
            "kept": kept,
        }
    )
    return FAILED if errors else OK


def find_problems(
    project: Project, base: Path, session: Session
) -> tuple[list[Problem], Inspection]:
    """Structure, shapes, data and training settings; errors first, each problem once."""
    problems = list(structure_problems(project, shipped()))
    report = session.ask(lambda number: Inspect(number, 1, project, thorough=True), Inspected)
    inspection = Inspection(
        revision=report.revision,
        nodes=report.nodes,
        problems=report.problems,
        total=report.total,
        total_trainable=report.total_trainable,
    )
    problems += report.problems
    summary: DataSummary | None = None
    if project.data.sources:
        try:
            summary = session.ask(
                lambda number: DescribeData(number, project.data, str(base)), DataDescribed
            ).summary
        except StudioError as error:
            problems.append(error.problem)
        else:
            problems += summary.problems
    problems += preflight_problems(project, inspection, summary, shipped())
    once: list[Problem] = []
    for problem in problems:
        if problem not in once:
            once.append(problem)
    return sorted(once, key=lambda problem: _ORDER[problem.severity]), inspection


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}" if count else ""
