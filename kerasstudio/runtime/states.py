"""States of a worker and of a run, and which may follow which."""

from __future__ import annotations

from typing import Literal, get_args

WorkerState = Literal["starting", "ready", "busy", "stopping", "terminating", "killing", "dead"]
RunStatus = Literal[
    "preparing",
    "running",
    "paused",
    "stopping",
    "finished",
    "stopped",
    "failed",
    "refused",
    "killed",
]

RUN_ENDED: frozenset[str] = frozenset({"finished", "stopped", "failed", "refused", "killed"})
RUN_STATUSES: tuple[str, ...] = get_args(RunStatus)


def has_ended(status: RunStatus) -> bool:
    return status in RUN_ENDED
