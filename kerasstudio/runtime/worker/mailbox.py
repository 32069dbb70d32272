"""The requests that wait for the worker's main thread."""

from __future__ import annotations

import threading
from collections import deque

from kerasstudio.runtime.protocol import Inspect, Request


class Mailbox:
    """First in, first out; of several waiting `Inspect` requests only the newest stays, at the
    place of the oldest (nobody wants the shapes of yesterday's drawing)."""

    def __init__(self) -> None:
        self._waiting: deque[Request] = deque()
        self._filled = threading.Condition()

    def put(self, request: Request) -> None:
        with self._filled:
            if isinstance(request, Inspect):
                for index, other in enumerate(self._waiting):
                    if isinstance(other, Inspect):
                        self._waiting[index] = request
                        return
            self._waiting.append(request)
            self._filled.notify()

    def get(self, seconds: float | None = None) -> Request | None:
        """The next request; waits for one, at most `seconds`, then None."""
        with self._filled:
            self._filled.wait_for(lambda: self._waiting, seconds)
            return self._waiting.popleft() if self._waiting else None
