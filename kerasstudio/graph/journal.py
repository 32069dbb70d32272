"""The recovery journal: what brings a document back after a crash or `kill -9`, undo list and all.

One file for each open document, in the user's state folder, named after the process that owns it.
It holds lines of JSON: whose it is, the project at the start, and then, a moment after each edit,
what was done, undone and saved, as patches. A process that ends in order removes its own; what a
dead process left can be recovered.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from pathlib import Path
from typing import Any

import msgspec
from platformdirs import user_state_path

from kerasstudio.graph.files import MAX_BYTES, find_faults
from kerasstudio.graph.history import History, Step
from kerasstudio.graph.patch import Patch, patch, patched
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Project

_SUFFIX = ".journal"
_VERSION = 2
_COMPACT_ABOVE = 32 * 1024 * 1024


class _Owner(msgspec.Struct, frozen=True):
    """The first line. `started` tells the owner from a later process with the same number."""

    version: int
    pid: int
    started: str
    host: str


class _Start(msgspec.Struct, frozen=True):
    """The second line: the project before the first step."""

    base: Project


class _Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """A further line: the first `kept` steps stay, `steps` follow them (text and patch from the
    step before), `done` of them are done then."""

    kept: int
    done: int
    at: float
    saved: bool = False
    path: str | None = None
    steps: tuple[tuple[str, Patch], ...] = ()


def journal_folder() -> Path:
    """Where journals lie."""
    return Path(user_state_path("kerasstudio", appauthor=False)) / "journals"


class Journal:
    """The journal of one open document. Not for several threads at once."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or journal_folder()
        self._file = self._folder / f"{os.getpid()}-{secrets.token_hex(6)}{_SUFFIX}"
        self._written: tuple[History, Path | None] | None = None
        self._size = 0
        self._dropped = 0  # steps at the start that a large file holds no more

    @property
    def file(self) -> Path:
        return self._file

    def record(self, history: History, path: Path | None = None) -> bool:
        """Write what happened since the last call; `path` is the document's file, if it has one.
        Returns False when nothing did. Costs what was edited, and reaches the disk.

        Raises `StudioError` when it cannot be written; the next call tries all of it again."""
        kept = -1
        if self._written is not None:
            before, place = self._written
            kept = before.common(history)
            unchanged = kept == len(before.steps) == len(history.steps)
            if unchanged and (before.done, before.saved, place) == (
                history.done,
                history.saved,
                path,
            ):
                return False
        try:
            if min(kept, history.done) < self._dropped or self._size > _COMPACT_ABOVE:
                self._begin(history, path)
            else:
                self._append(_change(history, kept, self._dropped, path))
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
        self._written = (history, path)
        return True

    def _begin(self, history: History, path: Path | None) -> None:
        """Write all of it, in a file of its own first: the old one is good until then. A large
        one loses the steps before now."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        dropped = history.done if self._size > _COMPACT_ABOVE else 0
        base = history.project if dropped else history.base
        owner = _Owner(_VERSION, os.getpid(), _process_start(os.getpid()), socket.gethostname())
        data = _lines(owner, _Start(base), _change(history, dropped, dropped, path))
        fresh = self._file.with_suffix(".new")
        try:
            with fresh.open("wb") as file:
                _write(file, data)
            fresh.replace(self._file)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        self._size, self._dropped = len(data), dropped

    def _append(self, change: _Change) -> None:
        data = _lines(change)
        with self._file.open("r+b") as file:
            file.truncate(self._size)  # half a line, of a disk that was full, goes first
            file.seek(self._size)
            _write(file, data)
        self._size += len(data)

    def discard(self) -> None:
        """The document is closed, and what was not saved was given up: nothing to recover."""
        self._file.unlink(missing_ok=True)
        self._written, self._size, self._dropped = None, 0, 0


def _change(now: History, kept: int, dropped: int, path: Path | None) -> _Change:
    """What follows the first `kept` steps, in a file without the first `dropped` ones."""
    steps = []
    last = now.steps[kept - 1].project if kept else now.base
    for step in now.steps[kept:]:
        steps.append((step.text, patch(last, step.project)))
        last = step.project
    where = None if path is None else str(path.absolute())
    return _Change(
        kept=kept - dropped,
        done=now.done - dropped,
        at=time.time(),
        saved=now.saved,
        path=where,
        steps=tuple(steps),
    )


def _lines(*messages: Any) -> bytes:
    return b"".join(msgspec.json.encode(message) + b"\n" for message in messages)


def _write(file: Any, data: bytes) -> None:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


class Recovery(msgspec.Struct, frozen=True):
    """A document that a dead process left unsaved. `path` is its file, None if it was never
    saved; `saved_at` is when it was journaled last, in seconds since 1970."""

    journal: Path
    path: Path | None
    saved_at: float

    @property
    def name(self) -> str:
        """What to call it to the person."""
        return "an unsaved drawing" if self.path is None else self.path.stem

    def read(self) -> History:
        """The document and its undo list. Raises `StudioError` when the journal is gone or
        damaged."""
        try:
            history = _read(self.journal).history()
        except (OSError, msgspec.DecodeError, ValueError) as error:
            raise self._broken(str(error)) from error
        faults = find_faults(history.project)
        if faults:
            raise self._broken("\n".join(faults))
        return history

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


class _Contents(msgspec.Struct):
    """A journal file, read; the patches not applied yet."""

    owner: _Owner
    base: Project
    changes: list[_Change]

    def history(self) -> History:
        """Raises `ValueError` when a patch does not fit."""
        steps: list[Step] = []
        done, saved = 0, False
        for change in self.changes:
            del steps[change.kept :]
            for text, found in change.steps:
                last = steps[-1].project if steps else self.base
                steps.append(Step(text, patched(last, found)))
            done, saved = change.done, change.saved
            if done > len(steps):
                raise ValueError(f"{done} of {len(steps)} steps done")
        return History(self.base, tuple(steps), done, saved)


def _read(file: Path) -> _Contents:
    """What is in a journal. Half a line at the end, of a disk that was full, does not count.
    Raises `OSError`, or `msgspec.DecodeError` when it is none."""
    if file.stat().st_size > 4 * MAX_BYTES:
        raise msgspec.DecodeError("too big")
    lines = file.read_bytes().split(b"\n")[:-1]
    if len(lines) < 2:
        raise msgspec.DecodeError("it ends before the project")
    owner = msgspec.json.decode(lines[0], type=_Owner)
    if owner.version != _VERSION:
        return _Contents(owner, Project(), [])
    base = msgspec.json.decode(lines[1], type=_Start).base
    return _Contents(owner, base, [msgspec.json.decode(line, type=_Change) for line in lines[2:]])


def find_recoverable(folder: Path | None = None) -> list[Recovery]:
    """What dead processes of this machine left unsaved, newest first.

    Files that are no journals at all are put aside as `*.broken`, so that they are looked at
    once; journals of documents that were saved are removed."""
    found: list[Recovery] = []
    folder = folder or journal_folder()
    if not folder.is_dir():
        return found
    for file in sorted(folder.glob(f"*{_SUFFIX}")):
        try:
            contents = _read(file)
        except FileNotFoundError:
            continue  # its owner has just closed it
        except (OSError, msgspec.DecodeError):
            file.rename(file.with_suffix(".broken"))
            continue
        owner = contents.owner
        if owner.version != _VERSION or owner.host != socket.gethostname():
            continue
        if _is_alive(owner.pid, owner.started):
            continue
        if not contents.changes or contents.changes[-1].saved:
            file.unlink(missing_ok=True)
            continue
        last = contents.changes[-1]
        found.append(Recovery(file, None if last.path is None else Path(last.path), last.at))
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
