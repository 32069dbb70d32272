"""What was named on the command line: projects, runs, model files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from kerasstudio.cli.codes import input_error
from kerasstudio.graph import files
from kerasstudio.graph.foreign import content_kind
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.runtime.runs import RUN_FILE, list_runs, studio_folder
from kerasstudio.runtime.weight_store import WeightStore

Kind = Literal["project", "model", "run"]

PROJECT_SUFFIX = ".kstudio"
SAMPLE = "sample:"


def read_project(path: Path) -> Project:
    """Read a project file. Raises `StudioError` for everything that is none."""
    _must_be_file(path, "a project file (.kstudio)")
    return files.read_project(path)


def existing(path: Path, wanted: str) -> Path:
    """`path`, absolute. Raises `StudioError` when there is nothing of that name."""
    if not path.exists():
        raise StudioError(
            input_error(
                "input.missing",
                f"There is no {path}.",
                expected=wanted,
                received="a path that does not exist",
                file=path,
            )
        )
    return path.absolute()


def data_path(path: str, wanted: str = "a .csv, .npz or .npy file") -> str:
    """A data file, absolute; "sample:NAME" stays as it is. Raises `StudioError`."""
    return path if path.startswith(SAMPLE) else str(existing(Path(path), wanted))


def stored_weights(path: Path, project: Project) -> str | None:
    """The file of the weights that a project of this file starts from, None where it starts
    fresh. Raises `StudioError` when it is gone."""
    start = project.training.start
    return None if start.is_fresh else str(WeightStore(studio_folder(path)).path_of(start))


def find_run(path: Path) -> Path:
    """The run folder meant by `path`: itself, or the last run that ended well of a project file
    or of its `.studio` folder. Raises `StudioError`."""
    wanted = "a run folder such as NAME.studio/runs/0001, or a project file with a finished run"
    path = existing(path, wanted)
    if path.is_dir() and (path / RUN_FILE).is_file():
        return path
    studio = studio_folder(path) if path.is_file() and path.suffix == PROJECT_SUFFIX else path
    if studio.is_dir():
        studio = studio.parent if studio.name == "runs" else studio
        good = [record for record in list_runs(studio) if record.ended_well]
        if good:
            return Path(good[-1].folder)
    raise StudioError(
        input_error(
            "input.no_run",
            f"{path} is no run, and none that ended well belongs to it.",
            expected=wanted,
            received="a folder without run.json" if path.is_dir() else "a file",
            file=path,
        )
    )


def kind_of(path: Path) -> Kind:
    """What a path is by what it holds: a run folder, a project or a model file.

    Raises `StudioError` when it does not exist."""
    path = existing(path, "a run folder, a project (.kstudio) or a model file")
    if path.is_dir():
        return "run"
    if not path.is_file():
        raise StudioError(
            input_error(
                "input.no_file",
                f"{path} is a device or a pipe.",
                expected="a run folder, a project (.kstudio) or a model file",
                received="no file that can be read twice",
                file=path,
            )
        )
    kind = content_kind(path)
    if kind != "other":
        return kind
    return "project" if path.suffix == PROJECT_SUFFIX else "model"


def writable_target(path: Path, force: bool = True) -> Path:
    """`path`, absolute, when a file can be made there. Raises `StudioError`."""
    target = path.absolute()
    folder = target.parent
    problem = None
    if target.is_dir():
        problem = (f"{path} is a folder.", "the name of a file")
    elif not folder.is_dir():
        problem = (f"There is no folder {folder}.", "a folder that exists")
    elif not os.access(folder, os.W_OK):
        problem = (f"The folder {folder} cannot be written.", "a folder you may write to")
    elif target.exists() and not force:
        problem = (f"{path} exists already.", "another name, or --force to replace it")
    if problem is not None:
        raise StudioError(input_error("input.target", problem[0], expected=problem[1], file=target))
    return target


def _must_be_file(path: Path, wanted: str) -> None:
    existing(path, wanted)
    if path.is_dir():
        raise StudioError(
            input_error(
                "input.folder",
                f"{path} is a folder.",
                expected=wanted,
                received="a folder",
                file=path,
            )
        )
