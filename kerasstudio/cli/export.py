"""`kerasstudio export RUN_OR_FILE OUT`: write a model file and check it in plain Keras."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from kerasstudio.cli.code import add_trust, trust
from kerasstudio.cli.codes import FAILED, OK, input_error
from kerasstudio.cli.console import Console
from kerasstudio.cli.documents import (
    find_run,
    kind_of,
    read_project,
    stored_weights,
    writable_target,
)
from kerasstudio.cli.session import Session
from kerasstudio.graph.export_limits import (
    SAVED_MODEL,
    SUFFIXES,
    WITHOUT_WEIGHTS,
    export_limits,
    format_of,
)
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.upgrade_report import UpgradeReport
from kerasstudio.runtime.protocol import Export, Exported
from kerasstudio.runtime.runs import read_project as read_run_project
from kerasstudio.runtime.runs import read_run

SAVED_MODEL_FILE = "saved_model.pb"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "source", metavar="RUN_OR_FILE", type=Path, help="a run folder, or a project (untrained)"
    )
    parser.add_argument("out", metavar="OUT", type=Path, help=OUT_HELP)
    parser.add_argument(
        "--checkpoint",
        choices=("best", "last"),
        default="best",
        help="the weights of the best epoch (default) or of the last one",
    )
    add_quantise(parser)
    add_trust(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


OUT_HELP = f"ends in {', '.join(SUFFIXES)}; a name without suffix is the folder of a SavedModel"


def add_quantise(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--quantise",
        choices=("float16", "dynamic"),
        help="with .tflite: 16-bit floats, or 8-bit weights (dynamic range)",
    )


def run(options: Namespace, console: Console) -> int:
    target = export_target(options.out)
    variant = variant_for(options)
    if kind_of(options.source) == "project":
        project = read_project(options.source)
        base, folder = options.source.absolute().parent, None
        weights = wanted_weights(options.source, project, options.out)
        if weights is None and holds_weights(options.out):
            console.tell(
                f"{options.source} is a project: the file gets untrained weights. "
                "Give a run folder for trained ones."
            )
    else:
        run_folder = find_run(options.source)
        project = read_run_project(run_folder)
        base, folder = Path(read_run(run_folder).base or "."), str(run_folder)
        weights = None
    with Session(console) as session:
        trust(options, session, project)
        return write(
            session,
            project,
            base,
            target,
            console,
            folder,
            options.checkpoint,
            weights,
            variant=variant,
        )


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
    variant: str = "",
    upgrade: UpgradeReport | None = None,
) -> int:
    """Export, say what came out; 1 when the file does not give the same predictions. A file that
    could not be checked is none of those: it says so."""
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
            variant=variant,
        ),
        Exported,
    )
    console.say(f"{answer.path}: {answer.checked}")
    for note in (*notes, *answer.notes):
        console.tell(f"note: {note}")
    console.result(
        {
            "ok": answer.agrees is not False,
            "file": answer.path,
            "format": format_id,
            "checked": answer.checked,
            "agrees": answer.agrees,
            "difference": answer.difference,
            "notes": [*notes, *answer.notes],
            "problems": limits,
            **({"upgrade": upgrade} if upgrade is not None else {}),
        }
    )
    return FAILED if answer.agrees is False else OK


def export_target(out: Path) -> Path:
    """Where to write, absolute. Raises `StudioError` for a suffix that means no format and for a
    place that cannot be written."""
    is_folder = known_format(out) == SAVED_MODEL
    if is_folder and (out / SAVED_MODEL_FILE).is_file():
        return out.absolute()  # an older export, to be replaced
    return writable_target(out)


def variant_for(options: Namespace) -> str:
    """The variant of the format that was asked for. Raises `StudioError` where there is none."""
    variant = options.quantise or ""
    if variant and known_format(options.out) != "tflite":
        raise StudioError(
            input_error(
                "input.quantise",
                "Only .tflite files are quantised.",
                expected="OUT ending in .tflite, or no --quantise",
                received=options.out.name,
            )
        )
    return variant


def holds_weights(out: Path) -> bool:
    """Whether the format of a file name holds weights."""
    return format_of(out.name) not in WITHOUT_WEIGHTS


def wanted_weights(source: Path, project: Project, out: Path) -> str | None:
    """The weights that a project starts from, for a file that holds any. Raises `StudioError`
    when they are gone."""
    return stored_weights(source, project) if holds_weights(out) else None


def known_format(path: Path) -> str:
    """The format of a file name. Raises `StudioError` for a suffix that means none."""
    format_id = format_of(path.name)
    if format_id is None:
        raise StudioError(
            input_error(
                "input.suffix",
                f"{path.name} has a suffix that no format has.",
                expected=f"one of {', '.join(SUFFIXES)}, or no suffix for a SavedModel folder",
                received=path.suffix or "no suffix",
            )
        )
    return format_id
