"""`kerasstudio convert IN OUT`: projects, model files and code into one another."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from kerasstudio.cli.codes import OK, input_error
from kerasstudio.cli.console import Console
from kerasstudio.cli.documents import (
    PROJECT_SUFFIX,
    existing,
    kind_of,
    read_project,
    writable_target,
)
from kerasstudio.cli.export import known_format, write
from kerasstudio.cli.session import Session
from kerasstudio.graph import files
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.runtime.protocol import ImportModel, ModelImported

READABLE = (".kstudio", ".keras", ".h5", ".hdf5", ".json")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("source", metavar="IN", type=Path, help=", ".join(READABLE))
    parser.add_argument(
        "out", metavar="OUT", type=Path, help=".kstudio, .keras, .h5, .hdf5, .json, .py, .ipynb"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: Namespace, console: Console) -> int:
    source = existing(options.source, f"a file: {', '.join(READABLE)}")
    if source.is_dir():
        raise _unreadable(options.source, "a folder; `kerasstudio export RUN OUT` exports a run")
    if source.suffix == ".py":
        raise _unreadable(options.source, "Python code, which cannot be turned into a drawing")
    to_project = options.out.suffix == PROJECT_SUFFIX
    if not to_project:
        known_format(options.out)
    target = writable_target(options.out)
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
        project = read_project(source)
        if to_project:
            return _save(project, target, (), console)
        with Session(console) as session:
            return write(session, project, source.parent, target, console)
    with Session(console) as session:
        imported = session.ask(lambda number: ImportModel(number, str(source)), ModelImported)
        if to_project:
            notes = (*imported.notes, "a project holds no weights: it begins untrained")
            return _save(imported.project, target, notes, console)
        return write(
            session,
            imported.project,
            source.parent,
            target,
            console,
            weights=str(source),
            notes=imported.notes,
        )


def _save(project: Project, target: Path, notes: tuple[str, ...], console: Console) -> int:
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
