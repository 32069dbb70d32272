"""What a run says while it trains: batch values to the program and to `points.jsonl`."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np
from numpy.typing import NDArray

from kerasstudio.runtime.curves import EPOCHS_FILE, POINTS_FILE
from kerasstudio.runtime.protocol import EpochEnded, Message, Points, encode

INTERVAL = 1 / 30
SPEED_WINDOW = 2.0


class Feed:
    """Collects every batch's values and passes them on at most 30 times a second.

    The files are appended before the program is told, one whole line at a time. Raises `OSError`
    when the disk is full. Times in which training was paused do not count for the speed."""

    def __init__(
        self,
        request_id: int,
        folder: Path,
        send: Callable[[Message], None],
        steps: int,
        epochs: int,
        batches_done: int = 0,
    ) -> None:
        self.batches = batches_done
        self.epoch = 0
        self.step = 0
        self._id = request_id
        self._send = send
        self._steps = steps
        self._epochs = epochs
        self._first = batches_done
        self._begun_with = batches_done
        self._pending: dict[str, list[float | None]] = {}
        self._sent = 0.0
        self._marks: deque[tuple[float, int]] = deque()
        self._begun = time.monotonic()
        self._last = self._begun
        self._seconds = 0.0
        self._counted = 0
        self._paused_since: float | None = None
        self._points: IO[bytes] = (folder / POINTS_FILE).open("ab", buffering=0)
        self._epoch_file: IO[bytes] = (folder / EPOCHS_FILE).open("ab", buffering=0)

    def start_epoch(self, epoch: int) -> None:
        self.epoch, self.step = epoch, 0

    def begin(self) -> None:
        """Batches are computed from now on (their data is read meanwhile)."""
        self._last = time.monotonic()

    def add(self, names: Sequence[str], table: NDArray[np.float32]) -> None:
        """Values of finished batches: one row a batch, one column a name."""
        for column, name in enumerate(names):
            values = table[:, column].tolist()
            if not all(map(math.isfinite, values)):
                values = [value if math.isfinite(value) else None for value in values]
            self._pending.setdefault(name, []).extend(values)
        self.batches += len(table)
        self.step += len(table)
        now = time.monotonic()
        if not self._marks:  # the first execution traces the model: speed counts from its end
            self._begun, self._begun_with = now, self.batches
        else:
            self._seconds += now - self._last
            self._counted += len(table)
        self._marks.append((now, self.batches))
        while len(self._marks) > 2 and now - self._marks[0][0] > SPEED_WINDOW:
            self._marks.popleft()
        if now - self._sent >= INTERVAL:
            self.flush()

    def flush(self) -> None:
        """Pass on what waits (an epoch ends, a pause begins)."""
        if not self._pending:
            return
        points = Points(
            id=self._id,
            first=self._first,
            values=self._pending,
            epoch=self.epoch,
            step=self.step,
            steps_per_second=round(self.speed(), 2),
            seconds_left=self.seconds_left(),
        )
        _append(self._points, encode(points))
        self._send(points)
        self._pending = {}
        self._first = self.batches
        self._sent = time.monotonic()

    def end_epoch(self, values: dict[str, float], seconds: float, best: bool) -> None:
        self.flush()
        ended = EpochEnded(self._id, self.epoch, values, round(seconds, 4), self.batches, best)
        _append(self._epoch_file, encode(ended))
        self._send(ended)

    def pause(self) -> None:
        self.flush()
        self._paused_since = time.monotonic()

    def resume(self) -> None:
        if self._paused_since is None:
            return
        lost = time.monotonic() - self._paused_since
        self._paused_since = None
        self._begun += lost
        self._marks = deque((moment + lost, batches) for moment, batches in self._marks)

    def speed(self) -> float:
        """Batches a second over the last two seconds."""
        if not self._marks:
            return 0.0
        (first, before), (last, after) = self._marks[0], self._marks[-1]
        return (after - before) / (last - first) if last > first else 0.0

    def mean_speed(self) -> float:
        """Batches a second of the whole run; tracing, validation, saving and pauses do not count.
        0 when there was only the first execution."""
        return self._counted / self._seconds if self._seconds > 0 else 0.0

    def seconds_left(self) -> float | None:
        """To the end of the last epoch, from the pace so far (validation and saving take time
        too); None before it is known."""
        speed = self.speed()
        elapsed = time.monotonic() - self._begun
        if self.batches > self._steps and elapsed > 0:
            speed = (self.batches - self._begun_with) / elapsed
        if speed <= 0:
            return None
        left = (self._epochs - self.epoch) * self._steps - self.step
        return round(max(left, 0) / speed, 2)

    def close(self) -> None:
        self._points.close()
        self._epoch_file.close()

    def __enter__(self) -> Feed:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _append(file: IO[bytes], line: bytes) -> None:
    """Unbuffered files may write a part only; the rest then raises what is wrong."""
    view = memoryview(line)
    while view:
        view = view[file.write(view) :]
