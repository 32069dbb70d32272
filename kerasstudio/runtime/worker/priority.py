"""Workers compute when the window has nothing to do."""

from __future__ import annotations

import contextlib
import os

NICE = 10


def step_back() -> None:
    """Let the window's process go first."""
    with contextlib.suppress(OSError):
        os.nice(NICE)


def step_back_as_session() -> None:
    """Let everything outside this session go first, where the session consists of workers.

    Linux shares the processors between sessions before it looks at `nice` (autogroups, sched(7)):
    workers in a session of their own would otherwise get as much as the window and the display
    together, and the window would wait up to 0.2 s for its turn."""
    with contextlib.suppress(OSError), open("/proc/self/autogroup", "w") as group:
        group.write(str(NICE))
