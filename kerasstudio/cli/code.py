"""Code that a model holds or needs: taken from files, and run only where the person says so."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path

from kerasstudio.cli.codes import input_error
from kerasstudio.cli.documents import existing
from kerasstudio.cli.session import Session
from kerasstudio.graph import edits
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project


def add_trust(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--trust-code",
        action="store_true",
        help="run the Python code in the model (Lambda layers, classes of its author): it can do "
        "whatever you can do, so only if you know who made it",
    )


def add_code(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--code",
        metavar="FILE.py",
        type=Path,
        action="append",
        default=[],
        help="classes that the model needs; goes into the project (may be given several times)",
    )


def trust(options: Namespace, session: Session, project: Project) -> None:
    """Let the worker run the project's code, if the command line says so. Raises `StudioError`."""
    if options.trust_code:
        session.trust_code(project)


def with_code(project: Project, paths: Iterable[Path]) -> Project:
    """The project with these files of code. Raises `StudioError` for what is no text."""
    for path in paths:
        try:
            text = existing(path, "a Python file").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise StudioError(
                input_error(
                    "code.unreadable",
                    f"{path} cannot be read: {error}.",
                    expected="a Python file in UTF-8",
                    file=path,
                )
            ) from error
        project = edits.set_code(project, path.name, text)
    return project
