"""A worker process and the conversation with it, without Qt (command line, tests, benchmarks)."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from types import TracebackType

from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.runtime.confined import Confined
from kerasstudio.runtime.exits import exit_reason
from kerasstudio.runtime.launcher import launch_command, launch_environment
from kerasstudio.runtime.protocol import (
    PROTOCOL_VERSION,
    ProtocolError,
    Ready,
    Report,
    Request,
    Shutdown,
    Starting,
    decode_report,
    encode,
)
from kerasstudio.runtime.states import WorkerState

STDERR_LINES = 200


class WorkerProcess:
    """Start a worker, send requests, iterate over its reports, stop it.

    >>> with WorkerProcess() as worker:
    ...     ready = worker.wait_ready(60)
    ...     worker.send(Ping(id=worker.next_id()))
    ...     for report in worker.reports(timeout=5): ...

    Reports are read by a thread, so nothing is lost while the caller does something else. Lines
    that are no messages are kept in `garbage`. Not thread-safe apart from `send`. With `confined`
    the process reads foreign files and is kept in that cell.
    """

    def __init__(
        self,
        command: Sequence[str] | None = None,
        cwd: str | None = None,
        confined: Confined | None = None,
    ) -> None:
        self.command = list(command) if command is not None else launch_command()
        self.state: WorkerState = "starting"
        self.ready: Ready | None = None
        self.garbage: list[str] = []
        self._cwd = cwd if confined is None else str(confined.folder)
        self._environment = launch_environment() if confined is None else confined.environment()
        self._process: subprocess.Popen[bytes] | None = None
        self._reports: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES)
        self._send_lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._last_id = 0

    # ------------------------------------------------------------------ life

    def start(self) -> None:
        """Start the process. Raises `OSError` when there is no such command."""
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment,
            cwd=self._cwd,
        )
        for target in (self._read_reports, self._read_stderr):
            thread = threading.Thread(target=target, name=target.__name__, daemon=True)
            thread.start()
            self._threads.append(thread)

    @property
    def pid(self) -> int:
        return self._started.pid

    @property
    def exit_reason(self) -> str | None:
        """Why the process ended, in words; None while it runs."""
        code = self._started.poll()
        return None if code is None else exit_reason(code)

    @property
    def stderr_tail(self) -> str:
        """The last lines the process wrote to its standard error."""
        return "\n".join(self._stderr)

    def wait_ready(self, timeout: float = 120.0) -> Ready:
        """Wait for `Ready`. Raises `StudioError` when the worker dies, says nothing in time or
        speaks another protocol version."""
        for report in self.reports(timeout):
            if isinstance(report, Starting | Ready) and report.protocol != PROTOCOL_VERSION:
                self.stop(grace=0.5)
                raise StudioError(
                    Problem(
                        code="worker.version",
                        message=(
                            f"The worker speaks protocol {report.protocol}, "
                            f"this program {PROTOCOL_VERSION}: two versions are mixed."
                        ),
                        expected="worker and program from one installation",
                    )
                )
            if isinstance(report, Ready):
                return report
        if self.exit_reason is not None:
            raise self.death()
        raise StudioError(
            Problem(
                code="worker.slow",
                message=f"The worker was not ready within {timeout:.0f} seconds.",
                detail=self.stderr_tail,
            )
        )

    def stop(self, grace: float = 3.0) -> int:
        """Ask, then terminate, then kill, each after `grace` seconds; returns the exit code."""
        process = self._started
        self.state = "stopping"
        with contextlib.suppress(OSError, ValueError):
            self.send(Shutdown())
            with self._send_lock:
                process.stdin.close()  # type: ignore[union-attr]
        if not self._ended_within(grace):
            self.state = "terminating"
            process.terminate()
            if not self._ended_within(grace):
                self.state = "killing"
                process.kill()
        code = process.wait()
        for thread in self._threads:
            thread.join(timeout=5)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self.state = "dead"
        return code

    def kill(self) -> None:
        """End it at once and tidy up."""
        self._started.kill()
        self.stop(grace=5)

    def __enter__(self) -> WorkerProcess:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # ------------------------------------------------------------------ talk

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def send(self, request: Request) -> None:
        """Raises `OSError` when the worker no longer reads, `ProtocolError` when too large."""
        data = encode(request)
        with self._send_lock:
            stdin = self._started.stdin
            assert stdin is not None  # noqa: S101 (it was started with a pipe)
            stdin.write(data)
            stdin.flush()

    def next_report(self, timeout: float | None = None) -> Report | None:
        """The next report, or None when there is none in `timeout` seconds or the worker ended."""
        try:
            report = self._reports.get(timeout=timeout)
        except queue.Empty:
            return None
        if report is None:
            self._reports.put(None)  # the end stays the end
        elif isinstance(report, Ready):
            self.ready = report
            self.state = "ready"
        return report

    def reports(self, timeout: float | None = None) -> Iterator[Report]:
        """Reports until `timeout` seconds (in all) have passed or the worker has ended."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                return
            report = self.next_report(left)
            if report is None:
                return
            yield report

    def death(self) -> StudioError:
        """The error to raise when the worker ended although it was needed."""
        self._started.wait()
        reason = self.exit_reason or "ended"
        return StudioError(
            Problem(
                code="worker.died",
                message=f"The worker process {reason}.",
                detail=self.stderr_tail,
            )
        )

    # ------------------------------------------------------------------ threads

    @property
    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("the worker was not started")
        return self._process

    def _ended_within(self, seconds: float) -> bool:
        try:
            self._started.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _read_reports(self) -> None:
        stdout = self._started.stdout
        assert stdout is not None  # noqa: S101
        for line in stdout:
            try:
                self._reports.put(decode_report(line))
            except ProtocolError as error:
                self.garbage.append(str(error))
        self._reports.put(None)

    def _read_stderr(self) -> None:
        stderr = self._started.stderr
        assert stderr is not None  # noqa: S101
        for line in stderr:
            self._stderr.append(line.decode("utf-8", "replace").rstrip())
