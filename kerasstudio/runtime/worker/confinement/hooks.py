"""Python's own audit hook: the fence that every system has, for code written in Python.

A hook cannot be taken away again. Native code (TensorFlow's own file and network functions) is not
seen by it; where the system has fences of its own they come first."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from kerasstudio.runtime.confinement import Cell

_REFUSED = {
    "socket.__new__",
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "urllib.Request",
    "subprocess.Popen",
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.system",
    "pty.spawn",
}
_CHANGES_PATH = {
    "os.chmod",
    "os.chown",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "os.truncate",
    "os.utime",
    "shutil.rmtree",
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def install(cell: Cell) -> None:
    """Refuse network, other programs and writing outside the folder to Python code."""
    sys.addaudithook(_hook(cell.folder))


def _hook(folder: str) -> Callable[[str, tuple[Any, ...]], None]:
    inside = os.path.join(os.path.realpath(folder), "")

    def refuse(event: str, values: tuple[Any, ...]) -> None:
        if event in _REFUSED:
            raise PermissionError(f"{event} is not allowed while a foreign file is read")
        if event == "open":
            path, _mode, flags = values
            if isinstance(flags, int) and flags & _WRITING and not _is_inside(path, inside):
                raise PermissionError(f"{path!r} lies outside the folder of this process")
        elif event in _CHANGES_PATH:
            for path in values:
                named = isinstance(path, str | bytes | os.PathLike)
                if named and not _is_inside(path, inside):
                    raise PermissionError(f"{path!r} lies outside the folder of this process")

    return refuse


def _is_inside(path: Any, folder: str) -> bool:
    if isinstance(path, int) or path is None:
        return True  # an open file
    name = os.fsdecode(path)
    return name == os.devnull or os.path.realpath(name).startswith(folder)
