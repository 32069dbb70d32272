"""`kerasstudio convert IN OUT`: projects, model files and code into one another."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

from kerasstudio.cli.code import add_code, add_trust, trust, with_code
from kerasstudio.cli.codes import OK, input_error
from kerasstudio.cli.console import Console
from kerasstudio.cli.documents import (
    PROJECT_SUFFIX,
    existing,
    kind_of,
    read_project,
    writable_target,
)
from kerasstudio.cli.export import (
    OUT_HELP,
    add_quantise,
    export_target,
    holds_weights,
    variant_for,
    wanted_weights,
    write,
)
from kerasstudio.cli.reading import read_model
from kerasstudio.cli.session import Session
from kerasstudio.graph import files
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.upgrade_report import UpgradeReport
from kerasstudio.runtime.runs import studio_folder
from kerasstudio.runtime.weight_store import SUFFIX, WeightStore, names_in

READABLE = (".kstudio", ".keras", ".h5", ".hdf5", ".json")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("source", metavar="IN", type=Path, help=", ".join(READABLE))
    parser.add_argument("out", metavar="OUT", type=Path, help=f".kstudio, or {OUT_HELP}")
    add_quantise(parser)
    add_code(parser)
    add_trust(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: Namespace, console: Console) -> int:
    source = existing(options.source, f"a file: {', '.join(READABLE)}")
    if source.is_dir():
        raise _unreadable(options.source, "a folder; `kerasstudio export RUN OUT` exports a run")
    if source.suffix == ".py":
        raise _unreadable(options.source, "Python code, which cannot be turned into a drawing")
    to_project = options.out.suffix == PROJECT_SUFFIX
    target = writable_target(options.out) if to_project else export_target(options.out)
    variant = "" if to_project else variant_for(options)
    if target == source or (target.exists() and target.samefile(source)):
        raise StudioError(
            input_error(
                "input.same_file",
                "IN and OUT are the same file.",
                expected="another name for OUT",
                received=str(options.out),
            )
        )
    if kind_of(source) == "project":
        project = with_code(read_project(source), options.code)
        if to_project:
            WeightStore(studio_folder(target)).bring(
                names_in([project]), WeightStore(studio_folder(source))
            )
            return _save(project, target, (), console)
        weights = wanted_weights(source, project, target)
        with Session(console) as session:
            trust(options, session, project)
            return write(
                session, project, source.parent, target, console, weights=weights, variant=variant
            )
    if to_project:
        return _open(options, console, source, target)
    with TemporaryDirectory(prefix="kerasstudio-convert-") as folder:
        stored = Path(folder) / f"weights{SUFFIX}"
        imported = read_model(console, source, stored)
        project = with_code(imported.project, options.code)
        with Session(console) as session:
            trust(options, session, project)
            return write(
                session,
                project,
                source.parent,
                target,
                console,
                weights=str(stored) if stored.exists() and holds_weights(target) else None,
                notes=imported.notes,
                variant=variant,
                upgrade=imported.upgrade,
            )


def _open(options: Namespace, console: Console, source: Path, target: Path) -> int:
    """A model file as a project, its weights beside it."""
    store = WeightStore(studio_folder(target))
    stored = store.new_path(source.name)
    try:
        imported = read_model(console, source, stored)
    except StudioError:
        store.leave()
        raise
    notes = imported.notes
    if stored.exists():
        notes = (*notes, f"the weights are in {stored}")
    else:
        store.leave()
    project = with_code(imported.project, options.code)
    return _save(project, target, notes, console, imported.upgrade)


def _save(
    project: Project,
    target: Path,
    notes: tuple[str, ...],
    console: Console,
    upgrade: UpgradeReport | None = None,
) -> int:
    files.write_project(target, project)
    console.say(f"{target}: {len(project.graph.nodes)} nodes")
    for note in notes:
        console.tell(f"note: {note}")
    console.result(
        {
            "ok": True,
            "file": str(target),
            "format": "kstudio",
            "nodes": len(project.graph.nodes),
            "notes": notes,
            "problems": [],
            **({"upgrade": upgrade} if upgrade is not None else {}),
        }
    )
    return OK


def _unreadable(path: Path, received: str) -> StudioError:
    return StudioError(
        input_error(
            "input.source",
            f"{path} cannot be converted.",
            expected=f"a file: {', '.join(READABLE)}",
            received=received,
            file=path,
        )
    )
