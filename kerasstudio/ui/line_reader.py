"""Lines out of chunks of bytes, without searching or copying anything twice."""

from __future__ import annotations

from collections import deque

from kerasstudio.runtime.protocol import MAX_MESSAGE_BYTES


class LineReader:
    """Feed chunks as they come; complete lines wait in `lines`. A line above the protocol's
    limit is thrown away while it arrives and counted in `too_long`."""

    def __init__(self, limit: int = MAX_MESSAGE_BYTES) -> None:
        self.lines: deque[bytes] = deque()
        self.too_long = 0
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        self._skipping = False

    def feed(self, chunk: bytes) -> None:
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            self._end_line(chunk[start:end])
            start = end + 1
        rest = chunk[start:]
        if rest and not self._skipping:
            self._parts.append(rest)
            self._size += len(rest)
            if self._size > self._limit:
                self._skipping = True
                self.too_long += 1
                self._forget()

    def _end_line(self, last: bytes) -> None:
        if self._skipping:
            self._skipping = False
        else:
            line = b"".join((*self._parts, last)) if self._parts else last
            if len(line) > self._limit:
                self.too_long += 1
            elif line.strip():
                self.lines.append(line)
        self._forget()

    def _forget(self) -> None:
        self._parts.clear()
        self._size = 0
