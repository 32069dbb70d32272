"""`kerasstudio export RUN_OR_FILE OUT`: write a model file and check it in plain Keras."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from kerasstudio.cli.codes import FAILED, OK, input_error
from kerasstudio.cli.console import Console
from kerasstudio.cli.documents import (
    find_run,
    kind_of,
    read_project,
    writable_target,
)
from kerasstudio.cli.session import Session
from kerasstudio.graph.export_limits import SUFFIXES, export_limits, format_of
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.runtime.protocol import Export, Exported
from kerasstudio.runtime.runs import read_project as read_run_project
from kerasstudio.runtime.runs import read_run


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "source", metavar="RUN_OR_FILE", type=Path, help="a run folder, or a project (untrained)"
    )
    parser.add_argument("out", metavar="OUT", type=Path, help=f"ends in {', '.join(SUFFIXES)}")
    parser.add_argument(
        "--checkpoint",
        choices=("best", "last"),
        default="best",
        help="the weights of the best epoch (default) or of the last one",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: Namespace, console: Console) -> int:
    known_format(options.out)
    target = writable_target(options.out)
    if kind_of(options.source) == "project":
        project = read_project(options.source)
        console.tell(
            f"{options.source} is a project: the file gets untrained weights. "
            "Give a run folder for trained ones."
        )
        base, folder = options.source.absolute().parent, None
    else:
        run_folder = find_run(options.source)
        project = read_run_project(run_folder)
        base, folder = Path(read_run(run_folder).base or "."), str(run_folder)
    with Session(console) as session:
        return write(session, project, base, target, console, folder, options.checkpoint)


def write(
    session: Session,
    project: Project,
    base: Path,
    target: Path,
    console: Console,
    run_folder: str | None = None,
    checkpoint: str = "best",
    weights: str | None = None,
    notes: tuple[str, ...] = (),
) -> int:
    """Export, say what came out; 1 when the file does not give the same predictions."""
    format_id = known_format(target)
    limits = export_limits(project, format_id)
    for problem in limits:
        console.problem(problem)
    answer = session.ask(
        lambda number: Export(
            id=number,
            format=format_id,
            path=str(target),
            project=project,
            base=str(base),
            run_folder=run_folder,
            checkpoint=checkpoint,  # type: ignore[arg-type]
            weights=weights,
        ),
        Exported,
    )
    console.say(f"{answer.path}: {answer.checked}")
    for note in (*notes, *answer.notes):
        console.tell(f"note: {note}")
    console.result(
        {
            "ok": answer.agrees,
            "file": answer.path,
            "format": format_id,
            "checked": answer.checked,
            "agrees": answer.agrees,
            "difference": answer.difference,
            "notes": [*notes, *answer.notes],
            "problems": limits,
        }
    )
    return OK if answer.agrees else FAILED


def known_format(path: Path) -> str:
    """The format of a file name. Raises `StudioError` for a suffix that means none."""
    format_id = format_of(path.name)
    if format_id is None:
        raise StudioError(
            input_error(
                "input.suffix",
                f"{path.name} has a suffix that no format has.",
                expected=f"one of {', '.join(SUFFIXES)}",
                received=path.suffix or "no suffix",
            )
        )
    return format_id
