"""Steering a fit from another thread: pause, resume, stop after this batch or this epoch."""

from __future__ import annotations

import threading
from typing import Literal

Action = Literal["pause", "resume", "stop_batch", "stop_epoch"]

_REASONS = {
    "stop_batch": "Stopped by you after batch {batch} of epoch {epoch}.",
    "stop_epoch": "Stopped by you after epoch {epoch}.",
}


class StopTraining(Exception):  # noqa: N818 (not an error)
    """Raised inside `fit` to leave it at once, without validating first."""


class RunControl:
    """Flags that other threads set and the training thread looks at between executions."""

    def __init__(self) -> None:
        self._go = threading.Event()
        self._go.set()
        self._stop: Action | None = None
        self._reason = ""
        self.changed = threading.Event()

    def steer(self, action: Action) -> None:
        """Called by any thread."""
        if action == "pause":
            if self._stop is None:
                self._go.clear()
        elif action == "resume":
            self._go.set()
        else:
            self.stop(action)
        self.changed.set()

    def stop(self, action: Action, reason: str = "") -> None:
        """Ask to stop; a stop after the batch overrules one after the epoch."""
        if self._stop != "stop_batch":
            self._stop = action
            self._reason = reason
        self._go.set()
        self.changed.set()

    @property
    def paused(self) -> bool:
        return not self._go.is_set()

    @property
    def stop_now(self) -> bool:
        return self._stop == "stop_batch"

    @property
    def stop_at_epoch_end(self) -> bool:
        return self._stop is not None

    def wait_while_paused(self) -> None:
        self._go.wait()

    def reason(self, epoch: int, batch: int) -> str:
        """Why training stopped, in words; both numbers from 1."""
        if self._stop is None:
            return ""
        return self._reason or _REASONS[self._stop].format(epoch=epoch, batch=batch)
