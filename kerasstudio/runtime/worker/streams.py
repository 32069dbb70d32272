"""The worker's two private streams: requests in, reports out, nothing else on either.

File descriptors 0 and 1 are duplicated for the protocol; then 0 is pointed at nothing and 1 at
standard error, so that a `print` or `input` in a person's code, or a C++ log, cannot break it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

from kerasstudio.graph.problems import Problem
from kerasstudio.runtime.protocol import (
    MAX_MESSAGE_BYTES,
    Failed,
    Message,
    ProtocolError,
    encode,
)

READ_BYTES = 1 << 18


def claim_streams() -> tuple[int, int]:
    """The descriptors (requests, reports), claimed from this process's 0 and 1."""
    requests = os.dup(0)
    reports = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, reports


class ReportWriter:
    """Writes whole lines from any thread. When the program no longer reads, the process ends:
    a worker without a program has nothing to do."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def send(self, message: Message) -> None:
        """Write one report; returns when it is in the pipe."""
        try:
            data = encode(message)
        except ProtocolError as error:
            data = encode(
                Failed(
                    id=getattr(message, "id", 0),
                    problem=Problem(
                        code="worker.answer_too_large",
                        message="The answer is too large to be sent.",
                        expected=f"at most {MAX_MESSAGE_BYTES >> 20} MiB",
                        detail=str(error),
                    ),
                )
            )
        with self._lock:
            view = memoryview(data)
            try:
                while view:
                    view = view[os.write(self._descriptor, view) :]
            except OSError:
                os._exit(0)


def read_lines(descriptor: int, limit: int = MAX_MESSAGE_BYTES) -> Iterator[bytes | None]:
    """Lines without their newline until the end; None in place of a line above `limit` bytes,
    whose bytes are thrown away while they come. A last line without newline is left out: its
    writer died in the middle."""
    parts: list[bytes] = []
    size = 0
    skipping = False
    while True:
        chunk = os.read(descriptor, READ_BYTES)
        if not chunk:
            return
        *complete, rest = chunk.split(b"\n")
        for piece in complete:
            if skipping or size + len(piece) > limit:
                yield None
            else:
                parts.append(piece)
                yield b"".join(parts)
            parts, size, skipping = [], 0, False
        size += len(rest)
        if size > limit:
            skipping, parts = True, []
        elif rest:
            parts.append(rest)
