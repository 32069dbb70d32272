"""Files that are either the old ones or the new ones, never half of both."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_atomic(path: Path, data: bytes, durable: bool = True) -> None:
    """Replace `path` by `data`: temporary file beside it, fsync, rename, fsync of the folder.

    With `durable` False nothing is synced: readers still never see half a file, but a power cut
    may bring the old one back. An existing file's permissions are kept. Raises `OSError` (a full
    disk), `path` then being untouched.
    """
    replace_atomic(path, lambda file: file.write(data), durable)


def replace_atomic(path: Path, write: Callable[[BinaryIO], object], durable: bool = True) -> None:
    """The same with what `write` puts into the file it is given (big things, piece by piece)."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("wb") as file:
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
            write(file)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
