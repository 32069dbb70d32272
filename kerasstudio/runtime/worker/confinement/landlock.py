"""Linux 5.13 and newer: which files a process may read and write (Landlock, without privileges).

See the kernel's Documentation/userspace-api/landlock.rst. Newer versions of the interface refuse
more (TCP connections, signals to other processes); what the running kernel knows is used."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import kerasstudio
from kerasstudio.runtime.confinement import Cell

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION = 1  # a flag of _CREATE: ask which interface there is
_BENEATH = 1  # a kind of rule
_NO_NEW_PRIVILEGES = 38

_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE = 1 << 14
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE
_LAST_RIGHT = {1: 12, 2: 13, 3: 14, 4: 14}
_NEWEST_RIGHT = 15
_TCP = 0b11
_SCOPES = 0b11

_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/opt", "/nix", "/sys")
_SYSTEM_FILES = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
    # Of this process and the machine; what other processes are is not its business.
    "/proc/self",
    "/proc/sys",
    "/proc/cpuinfo",
    "/proc/filesystems",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/version",
)
_NOWHERE = "/dev/null"
_PACKAGES = ("numpy", "h5py", "keras", "tensorflow", "msgspec")


def restrict(cell: Cell) -> bool:
    """Whether this process now reads only programs and the files of its cell, and writes only in
    its folder."""
    library = ctypes.CDLL(None, use_errno=True)
    version = library.syscall(_CREATE, None, 0, _VERSION)
    if version < 1:
        return False
    rights = (1 << (_LAST_RIGHT.get(version, _NEWEST_RIGHT) + 1)) - 1
    described = struct.pack("<QQQ", rights, _TCP, _SCOPES)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = library.syscall(_CREATE, described[:size], size, 0)
    if rules < 0:
        return False
    try:
        for path, allowed in _allowed(cell, rights):
            _add(library, rules, path, allowed)
        if library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
            return False
        return bool(library.syscall(_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def _allowed(cell: Cell, rights: int) -> Iterator[tuple[str, int]]:
    for path in (*_SYSTEM, *_SYSTEM_FILES, *_programs(), *cell.files):
        yield path, _READ | _LIST
    yield _NOWHERE, (_READ | _WRITE | _TRUNCATE) & rights
    yield cell.folder, rights & ~_EXECUTE


def _programs() -> set[str]:
    """Where Python, its packages and this program lie; not all of `sys.path`, in which the folder
    is that somebody was in when the program was started."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(os.__file__)}
    package = Path(kerasstudio.__file__).resolve().parent
    found = {*prefixes, str(package), str(package.parent / "resources")}
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            found.add(str(Path(spec.origin).resolve().parent.parent))
    return found - {"/"}


def _add(library: ctypes.CDLL, rules: int, path: str, allowed: int) -> None:
    """What does not exist needs no rule."""
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(f"/proc/self/fd/{opened}"):
            allowed &= _OF_FILES
        rule = struct.pack("<Qi", allowed, opened)
        library.syscall(_ADD, rules, _BENEATH, rule, 0)
    finally:
        os.close(opened)
