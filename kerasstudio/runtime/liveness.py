"""Whether a process of a recorded id still runs, safe against ids that were given out again."""

from __future__ import annotations

import os
from pathlib import Path


def process_start(pid: int) -> str:
    """A text that identifies this life of process `pid`: on Linux its start time in clock ticks
    since boot together with the boot's id; "" where the system does not tell or it is gone."""
    stat = _stat_fields(pid)
    if stat is None:
        return ""
    return f"{_boot_id()}:{stat[19]}"


def is_running(pid: int, start: str = "") -> bool:
    """Whether process `pid` runs; with `start` (see `process_start`) whether it is the same one.

    A zombie counts as gone. Without /proc only the id is compared."""
    if pid <= 0:
        return False
    if Path("/proc/self/stat").exists():
        stat = _stat_fields(pid)
        if stat is None or stat[0] in "ZX":
            return False
        return not start or start == f"{_boot_id()}:{stat[19]}"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _stat_fields(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on (its name may hold spaces and brackets)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
    except OSError:
        return ""
