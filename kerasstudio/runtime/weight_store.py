"""Stored weights of a project: where their files lie, and what is in them.

A project names the weights it starts from (`training_spec.Start.weights`); the file of that name
lies in `NAME.studio/weights/`, or, while the project was not saved yet, in a folder that all
projects of the user share. Names are never used twice and a file is never changed, so it can be
linked from one folder into another, and undo and old runs find what they name.

A file is kept as long as anything names it: the project file, its backup, the snapshot of a run,
the autosave journal of any window, or the undo list of an open one (see `sweep`).
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path

import msgspec
import numpy as np
import platformdirs

from kerasstudio.graph.journal import journal_folder
from kerasstudio.graph.problems import Fix, Place, Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.stored_weights import StoredWeights
from kerasstudio.graph.training_spec import Start
from kerasstudio.runtime.atomic import sync_folder

FOLDER = "weights"
SUFFIX = ".npz"
STATE = "state"
YOUNG_SECONDS = 3600.0
"""Files younger than this are never swept: whoever wrote them may not have named them yet."""
SHARED_SECONDS = 7 * 24 * 3600.0
MOST_STATE_BYTES = 256 << 20

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_STRANGE = re.compile(r"[^A-Za-z0-9]+")


def shared_folder() -> Path:
    """Where weights of projects that have no file yet lie."""
    return platformdirs.user_data_path("KerasStudio") / FOLDER


class WeightStore:
    """The stored weights of one project. `studio` is its folder, None while it has no file."""

    def __init__(self, studio: Path | None, shared: Path | None = None) -> None:
        self._shared = shared or shared_folder()
        self.folder = self._shared if studio is None else studio / FOLDER

    def find(self, name: str) -> Path | None:
        """The file of that name, None when it is gone or the name is none of ours."""
        if not _NAME.fullmatch(name):
            return None
        for folder in (self.folder, self._shared):
            path = folder / f"{name}{SUFFIX}"
            if path.is_file():
                return path
        return None

    def path_of(self, start: Start) -> Path:
        """The file that a project starts from. Raises `StudioError` when it is gone."""
        path = self.find(start.weights)
        if path is None:
            raise StudioError(missing(start))
        return path

    def look(self, start: Start) -> tuple[StoredWeights | None, Problem | None]:
        """What is known of the weights that a project starts from, or why they cannot be had;
        neither where it starts fresh."""
        if start.is_fresh:
            return None, None
        try:
            return read_stored(self.path_of(start)), None
        except StudioError as error:
            return None, error.problem

    def new_path(self, label: str) -> Path:
        """A path for new weights that come from `label` (a file name, "run 3 best")."""
        self.folder.mkdir(parents=True, exist_ok=True)
        stem = _STRANGE.sub("-", label).strip("-").lower()[:40] or FOLDER
        return self.folder / f"{stem}-{secrets.token_hex(6)}{SUFFIX}"

    def add(self, source: Path, label: str) -> str:
        """Take a file of weights in, linked where the disk can do that; its name here. What
        happens to `source` later changes nothing here. Raises `OSError`."""
        path = self.new_path(label)
        _link(source, path)
        return path.stem

    def take(self, source: Path) -> None:
        """Take a file of weights in for good; it keeps its name. Raises `OSError`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        move(source, self.folder / source.name)

    def leave(self) -> None:
        """Take the folders away again where nothing lies in them."""
        with contextlib.suppress(OSError):
            self.folder.rmdir()
            self.folder.parent.rmdir()

    def bring(self, names: Iterable[str], other: WeightStore) -> None:
        """See that the files of these names lie in this project's own folder. Raises `OSError`."""
        for name in names:
            source = other.find(name) or self.find(name)
            target = self.folder / f"{name}{SUFFIX}"
            if source is None or target.exists():
                continue
            self.folder.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):  # another window was faster
                _link(source, target)
            _sync(target)

    def sweep(self, named: Iterable[str], project_file: Path | None) -> list[str]:
        """Delete files that nothing names: neither `named` (the open project with its undo list)
        nor its file, backup, runs, nor any journal. Returns the names of those deleted."""
        if self.folder == self._shared or not self.folder.is_dir():
            return []
        texts = [] if project_file is None else [project_file, Path(f"{project_file}.bak")]
        texts += self.folder.parent.glob("runs/*/project.json")
        return _sweep(self.folder, set(named), [*texts, *_journals()], YOUNG_SECONDS)


def sweep_shared(shared: Path | None = None) -> list[str]:
    """Delete week-old weights of projects that were never saved and cannot be recovered."""
    folder = shared or shared_folder()
    if not folder.is_dir():
        return []
    runs = folder.parent.glob("untitled/*/untitled.studio/runs/*/project.json")
    return _sweep(folder, set(), [*runs, *_journals()], SHARED_SECONDS)


def move(source: Path, target: Path) -> None:
    """Put a file in another place. Raises `OSError`."""
    try:
        source.replace(target)
    except OSError:  # on another disk
        _link(source, target)
        source.unlink()


def names_in(projects: Iterable[Project]) -> set[str]:
    """The names of all stored weights that these projects start from."""
    return {start.weights for each in projects if not (start := each.training.start).is_fresh}


def read_stored(path: Path) -> StoredWeights:
    """What a file of weights holds, without its arrays. Raises `StudioError`."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(f"{STATE}.npy").file_size > MOST_STATE_BYTES:
                raise ValueError("its description is too big")
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return msgspec.json.decode(file[STATE].tobytes(), type=StoredWeights)
    except (
        OSError,
        EOFError,
        ValueError,
        KeyError,
        zipfile.BadZipFile,
        msgspec.DecodeError,
    ) as error:
        raise StudioError(
            Problem(
                code="weights.unreadable",
                message="The stored weights cannot be read: the file is damaged or not ours.",
                expected="a file of weights as KerasStudio writes it",
                place=Place(file=str(path)),
                fixes=(FRESH,),
                detail=repr(error),
            )
        ) from error


FRESH = Fix("start from fresh weights", "set_training", {"field": "start", "value": {}})


def missing(start: Start) -> Problem:
    """The project starts from weights that are not there."""
    return Problem(
        code="weights.missing",
        message=f"The weights of {start.words} are not beside the project any more.",
        expected=f"{start.weights}{SUFFIX} in NAME.studio/{FOLDER}, "
        "which is moved together with the project file",
        received="no such file",
        place=Place(argument="start"),
        fixes=(FRESH,),
    )


def _journals() -> list[Path]:
    return list(journal_folder().glob("*.journal"))


def _sweep(folder: Path, named: set[str], texts: Iterable[Path], age: float) -> list[str]:
    """Names are long and random: whatever text holds one refers to it."""
    now = time.time()
    old = [
        path
        for path in folder.glob(f"*{SUFFIX}")
        if path.stem not in named and now - path.stat().st_mtime > age
    ]
    if not old:
        return []
    for text in texts:
        try:
            data = text.read_bytes()
        except FileNotFoundError:
            continue
        except OSError:
            return []  # what cannot be read may name any of them
        old = [path for path in old if path.stem.encode() not in data]
    for path in old:
        path.unlink(missing_ok=True)
    return [path.stem for path in old]


def _sync(path: Path) -> None:
    """What a saved project names survives a power cut."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    sync_folder(path.parent)


def _link(source: Path, target: Path) -> None:
    """A second name for the same file, or a copy where the disks are different."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
        try:
            shutil.copyfile(source, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    else:
        os.utime(target)  # young again: nobody sweeps it before it is named
