"""The autosave journal: what brings a document back after a crash or `kill -9`.

One file for each open document, in the user's state folder, named after the process that owns it.
A process that ends in order removes its own; what a dead process left can be recovered.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from pathlib import Path

import msgspec
from platformdirs import user_state_path

from kerasstudio.graph.atomic import write_atomic
from kerasstudio.graph.files import MAX_BYTES, find_faults
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Project

_SUFFIX = ".journal"
_VERSION = 1


class _Entry(msgspec.Struct, frozen=True):
    """A journal file. `started` tells the owner from a later process with the same number."""

    version: int
    pid: int
    started: str
    host: str
    path: str | None
    saved_at: float
    project: msgspec.Raw


def journal_folder() -> Path:
    """Where journals lie."""
    return Path(user_state_path("kerasstudio", appauthor=False)) / "journals"


class Journal:
    """The journal of one open document. Not for several threads at once."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or journal_folder()
        self._file = self._folder / f"{os.getpid()}-{secrets.token_hex(6)}{_SUFFIX}"
        self._last: tuple[Project, Path | None] | None = None

    @property
    def file(self) -> Path:
        return self._file

    def record(self, project: Project, path: Path | None = None) -> bool:
        """Write the document as it is now; `path` is its file, if it has one. Returns False when
        it is the one already written. Costs a few milliseconds for 1,000 nodes: it is not synced
        to the disk, since it guards against the end of this process, not of the machine.

        Raises `StudioError` when it cannot be written."""
        if self._last is not None and self._last[0] is project and self._last[1] == path:
            return False
        try:
            self._write(project, path)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            raise StudioError(
                Problem(
                    code="file.journal",
                    message=f"The drawing cannot be kept safe against a crash: {reason or error}.",
                    severity="warning",
                    expected=f"a folder to write to: {self._folder}",
                    place=Place(file=str(self._file)),
                    detail=str(error),
                )
            ) from error
        self._last = (project, path)
        return True

    def _write(self, project: Project, path: Path | None) -> None:
        entry = _Entry(
            version=_VERSION,
            pid=os.getpid(),
            started=_process_start(os.getpid()),
            host=socket.gethostname(),
            path=None if path is None else str(path.absolute()),
            saved_at=time.time(),
            project=msgspec.Raw(msgspec.json.encode(project)),
        )
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomic(self._file, msgspec.json.encode(entry), durable=False)

    def discard(self) -> None:
        """The document is saved or closed: nothing to recover."""
        self._file.unlink(missing_ok=True)
        self._last = None


class Recovery(msgspec.Struct, frozen=True):
    """A document that a dead process left. `path` is its file, None if it was never saved;
    `saved_at` is in seconds since 1970."""

    journal: Path
    path: Path | None
    saved_at: float

    @property
    def name(self) -> str:
        """What to call it to the person."""
        return "an unsaved drawing" if self.path is None else self.path.stem

    def read(self) -> Project:
        """The document. Raises `StudioError` when the journal is gone or damaged."""
        try:
            data = self.journal.read_bytes()
            entry = msgspec.json.decode(data, type=_Entry)
            project = msgspec.json.decode(entry.project, type=Project)
        except (OSError, msgspec.DecodeError) as error:
            raise self._broken(str(error)) from error
        faults = find_faults(project)
        if faults:
            raise self._broken("\n".join(faults))
        return project

    def discard(self) -> None:
        """The person does not want it, or has it back."""
        self.journal.unlink(missing_ok=True)

    def _broken(self, detail: str) -> StudioError:
        return StudioError(
            Problem(
                code="file.journal",
                message=f"The autosaved state of {self.name} is damaged and is of no use.",
                expected="a journal as KerasStudio writes it",
                place=Place(file=str(self.journal)),
                detail=detail,
            )
        )


def find_recoverable(folder: Path | None = None) -> list[Recovery]:
    """What dead processes of this machine left, newest first.

    Files that are no journals at all are put aside as `*.broken`, so that they are looked at
    once."""
    found: list[Recovery] = []
    folder = folder or journal_folder()
    if not folder.is_dir():
        return found
    for file in sorted(folder.glob(f"*{_SUFFIX}")):
        try:
            if file.stat().st_size > 2 * MAX_BYTES:
                raise msgspec.DecodeError("too big")
            entry = msgspec.json.decode(file.read_bytes(), type=_Entry)
        except FileNotFoundError:
            continue  # its owner has just saved
        except (OSError, msgspec.DecodeError):
            file.rename(file.with_suffix(".broken"))
            continue
        if entry.version > _VERSION or entry.host != socket.gethostname():
            continue
        if _is_alive(entry.pid, entry.started):
            continue
        path = None if entry.path is None else Path(entry.path)
        found.append(Recovery(file, path, entry.saved_at))
    found.sort(key=lambda recovery: recovery.saved_at, reverse=True)
    return found


def _is_alive(pid: int, started: str) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # Another user's process: the number was given away anew.
        return False
    now = _process_start(pid)
    return not (started and now) or started == now


def _process_start(pid: int) -> str:
    """When a process started, in the kernel's units; empty where that cannot be told (macOS)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # The second field, the program's name, may hold spaces and brackets.
    return stat.rpartition(")")[2].split()[19]
