"""Run as a script in a confined process: tries what it should not be able to do, and prints a JSON
object of what came of it. `python confined_probe.py FILE FENCE...`; without fences all of them."""

from __future__ import annotations

import ctypes
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from kerasstudio.runtime.confinement import VARIABLE, Cell
from kerasstudio.runtime.worker import confinement

library = ctypes.CDLL(None, use_errno=True)


def main(file: str, fences: list[str]) -> None:
    cell = msgspec.json.decode(os.environ[VARIABLE], type=Cell)
    answer: dict[str, Any] = {"pid": os.getpid()}
    if fences:
        answer["held"] = {name: FENCES[name](cell) for name in fences}
    else:
        found = confinement.confine_if_asked()
        assert found is not None
        answer["held"] = msgspec.to_builtins(found) | {"complete": found.is_complete}
    secret, outside = Path(os.environ["PROBE_SECRET"]), os.environ["PROBE_OUTSIDE"]
    own = Path(os.environ["TMPDIR"]) / "own"
    tries: dict[str, Callable[[], Any]] = {
        "read the file": lambda: Path(file).read_bytes(),
        "write in its folder": lambda: own.write_text("x"),
        "read a secret": secret.read_text,
        "write outside": lambda: Path(outside).write_text("x"),
        "write outside natively": lambda: native("open", os.fsencode(outside), 0o101, 0o600),
        "rename outside": lambda: os.rename(own, outside),
        "connect": lambda: socket.create_connection(("127.0.0.1", int(os.environ["PROBE_PORT"]))),
        "connect natively": connect_natively,
        "run a program": lambda: subprocess.run(["true"], check=True),
        "run a program natively": lambda: run_natively(outside),
        "signal its parent": lambda: native("kill", os.getppid(), 0),
        "look into its parent": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
        "take all memory": lambda: allocate(cell.memory + (600 << 20)),
        "take some memory": lambda: allocate(cell.memory // 2),
    }
    answer["did"] = {name: outcome(attempt) for name, attempt in tries.items()}
    answer["home"] = os.path.expanduser("~")
    answer["private"] = sorted(name for name in os.environ if "SECRET_OF_MINE" in name)
    print(json.dumps(answer))


def outcome(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except (OSError, MemoryError, subprocess.SubprocessError):
        return False
    return True


def native(name: str, *values: Any) -> int:
    result = getattr(library, name)(*values)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return int(result)


def allocate(count: int) -> None:
    library.malloc.restype = ctypes.c_void_p
    if not library.malloc(ctypes.c_size_t(count)):
        raise MemoryError


def connect_natively() -> None:
    port = int(os.environ["PROBE_PORT"])
    address = b"\x02\0" + port.to_bytes(2, "big") + b"\x7f\0\0\x01" + bytes(8)
    native("connect", native("socket", 2, 1, 0), address, 16)


def run_natively(outside: str) -> None:
    if library.system(f"touch {outside}.ran".encode()) != 0:
        raise OSError("system")


def _hooks(cell: Cell) -> bool:
    from kerasstudio.runtime.worker.confinement import hooks

    hooks.install(cell)
    return True


def _landlock(cell: Cell) -> bool:
    from kerasstudio.runtime.worker.confinement import landlock

    return landlock.restrict(cell)


def _namespace(_cell: Cell) -> bool:
    from kerasstudio.runtime.worker.confinement import namespaces

    return namespaces.leave_network()


def _system_calls(_cell: Cell) -> bool:
    from kerasstudio.runtime.worker.confinement import system_calls

    return system_calls.refuse()


FENCES: dict[str, Callable[[Cell], bool]] = {
    "none": lambda _cell: True,
    "hooks": _hooks,
    "landlock": _landlock,
    "namespace": _namespace,
    "system calls": _system_calls,
}

if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
