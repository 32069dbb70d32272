"""`kerasstudio doctor`: what this computer has, and what is missing, in words."""

from __future__ import annotations

import platform
import sys
from argparse import ArgumentParser, Namespace
from importlib.metadata import PackageNotFoundError, version

from kerasstudio import __version__
from kerasstudio.cli.codes import FAILED, OK
from kerasstudio.cli.console import Console
from kerasstudio.cli.libraries import install_command, missing_packages
from kerasstudio.cli.session import Session
from kerasstudio.cli.studio import has_display
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.problems import Problem, StudioError, in_words
from kerasstudio.runtime.confined import Confined
from kerasstudio.runtime.confinement import Confinement
from kerasstudio.runtime.protocol import Ready

PACKAGES = ("numpy", "PySide6-Essentials", "pyqtgraph", "h5py", "polars", "networkx", "msgspec")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: Namespace, console: Console) -> int:
    problems: list[Problem] = []
    versions = {"kerasstudio": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        found = _version(package)
        versions[package] = found or "missing"
        if found is None:
            problems.append(
                Problem(
                    code="doctor.package",
                    message=f"The Python package {package} is not installed.",
                    expected="an environment made by `make env`",
                )
            )
    problems += _known_bad(versions)
    ready = _worker(console, problems)
    if ready is not None:
        versions |= {"keras": ready.keras, "tensorflow": ready.tensorflow}
        problems += _catalogue(ready)
    missing = missing_packages()
    if missing:
        problems.append(
            Problem(
                code="doctor.libraries",
                message=f"The window cannot open: {len(missing)} system libraries are missing.",
                expected=" ".join(missing),
                received=f"install them with: {install_command(missing)}",
            )
        )
    for name, found in versions.items():
        console.say(f"{name:<20}{found}")
    console.say(f"{'system':<20}{platform.platform()}")
    console.say(f"{'device':<20}{ready.device if ready is not None else 'unknown'}")
    fences = None if ready is None else _fences(console, problems)
    console.say(f"{'foreign files':<20}{_kept(fences)}")
    console.say(f"{'display':<20}{'yes' if has_display() else 'none: the command line works'}")
    console.say(f"{'system libraries':<20}{' '.join(missing) + ' missing' if missing else 'all'}")
    for problem in problems:
        console.tell(f"problem: {in_words(problem)}")
    console.say("Something is missing." if problems else "Everything that is needed is here.")
    console.result(
        {
            "ok": not problems,
            "versions": versions,
            "system": platform.platform(),
            "device": ready.device if ready is not None else None,
            "display": has_display(),
            "foreign_files": None if fences is None else fences.parts(),
            "missing_libraries": missing,
            "problems": problems,
        }
    )
    return FAILED if problems else OK


def _worker(console: Console, problems: list[Problem]) -> Ready | None:
    """A worker that really starts: the only proof that TensorFlow works here."""
    try:
        with Session(console) as session:
            return session.ready()
    except StudioError as error:
        problems.append(error.problem)
        return None


def _fences(console: Console, problems: list[Problem]) -> Confinement | None:
    """What keeps a process that reads foreign model files, on this computer."""
    try:
        with Confined() as confined, Session(console, confined) as session:
            return session.ready().confinement
    except StudioError as error:
        problems.append(error.problem)
        return None


def _kept(fences: Confinement | None) -> str:
    if fences is None:
        return "unknown"
    if fences.is_complete:
        memory = f"{fences.limit / (1 << 30):.1f} GiB"
        return (
            "read in a process of their own: no network, no other programs, writes only in its "
            f"folder, reads only the file, {memory} of memory; kept by the system"
        )
    words = {
        "kernel": "the system",
        "python": "Python's code only",
        "watched": "itself",
        "open": "nothing",
    }
    parts = "; ".join(f"{part}: {words[how]}" for part, how in fences.parts().items())
    return f"what keeps the process that reads them: {parts}"


def _catalogue(ready: Ready) -> list[Problem]:
    try:
        known = shipped().keras_version
    except (OSError, ValueError) as error:
        return [
            Problem(
                code="doctor.catalogue",
                message="The list of Keras's layers is missing from this installation.",
                expected="a complete installation of KerasStudio",
                detail=str(error),
            )
        ]
    if known == ready.keras:
        return []
    return [
        Problem(
            code="doctor.catalogue",
            message="The installed Keras is not the one that the list of layers was made for.",
            expected=f"Keras {known}",
            received=f"Keras {ready.keras}",
        )
    ]


def _known_bad(versions: dict[str, str]) -> list[Problem]:
    """PySide6 6.12.0 corrupts reference counts on Python 3.11: the program would abort."""
    if sys.version_info[:2] == (3, 11) and versions["PySide6-Essentials"].startswith("6.12.0"):
        return [
            Problem(
                code="doctor.pyside",
                message="PySide6 6.12.0 aborts on Python 3.11.",
                expected="PySide6 6.11, or Python 3.12",
                received=f"PySide6 {versions['PySide6-Essentials']}, Python {versions['python']}",
            )
        ]
    return []


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
