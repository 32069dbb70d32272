"""Limits of the process: memory, files it writes, traces of its memory on disk."""

from __future__ import annotations

import os
import resource
import sys
import threading
import time
from pathlib import Path
from typing import Literal

from kerasstudio.runtime.confinement import MEMORY_EXIT

_ALREADY = 450 << 20
"""Private memory of a process that has TensorFlow imported, at most."""
_FILES = 4 << 30
_LOOK_SECONDS = 0.05


def limit_memory(more: int) -> Literal["kernel", "watched"]:
    """Allow `more` bytes beyond what a worker has from the start.

    On Linux private writable memory is counted (`RLIMIT_DATA`): TensorFlow reserves gigabytes of
    addresses that it never uses, so a limit of addresses alone would be far off. Elsewhere
    neither limit holds, and a thread ends the process when it has grown too big."""
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, max(_FILES, more))
    if sys.platform.startswith("linux"):
        _lower(resource.RLIMIT_DATA, max(_private_bytes(), _ALREADY) + more)
        return "kernel"
    limit = _ALREADY + more
    threading.Thread(target=_watch, args=(limit,), name="memory", daemon=True).start()
    return "watched"


def memory_left() -> int | None:
    """How much memory this process was allowed beyond its start; None where nothing limits it."""
    if not sys.platform.startswith("linux"):
        return None
    limit = resource.getrlimit(resource.RLIMIT_DATA)[0]
    return None if limit == resource.RLIM_INFINITY else max(0, limit - _ALREADY)


def _private_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) << 10
    return 0


def _lower(what: int, limit: int) -> None:
    _soft, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(what, (limit, limit))


def _watch(limit: int) -> None:
    while True:
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes, on macOS
        if used > limit:
            os._exit(MEMORY_EXIT)
        time.sleep(_LOOK_SECONDS)
