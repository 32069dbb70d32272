"""One worker for the time of a command."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TypeVar

from kerasstudio.cli.console import Console
from kerasstudio.graph.placeholders import code_hash, placeholders
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.runtime.confined import Confined
from kerasstudio.runtime.protocol import (
    Failed,
    LogLine,
    Progress,
    Ready,
    Report,
    Request,
    Trust,
    Trusting,
)
from kerasstudio.runtime.worker_process import WorkerProcess

READY_SECONDS = 180.0

Wanted = TypeVar("Wanted")


class Session:
    """Start a worker, ask it, show what it does. A context manager.

    `said` are the worker's warnings and errors that were shown already. With `confined` the
    worker reads foreign files and is kept in that cell."""

    def __init__(self, console: Console, confined: Confined | None = None) -> None:
        self.console = console
        self.worker = WorkerProcess(confined=confined)
        self.said: set[str] = set()

    def __enter__(self) -> Session:
        # Ctrl+C reaches every process of the terminal; the worker is told by us instead.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self.worker.start()
        finally:
            signal.signal(signal.SIGINT, before)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.console.clear_status()
        if kind is None:
            self.worker.stop()
        else:
            self.worker.kill()

    def ready(self) -> Ready:
        """Wait until TensorFlow is there. Raises `StudioError`."""
        if self.worker.ready is not None:
            return self.worker.ready
        self.console.status("Starting TensorFlow")
        ready = self.worker.wait_ready(READY_SECONDS)
        self.console.clear_status()
        return ready

    def ask(self, make: Callable[[int], Request], wanted: type[Wanted]) -> Wanted:
        """Send the request that `make` gives for an id, and wait for its answer.

        Raises `StudioError` with the worker's problem, or when it dies."""
        self.ready()
        number = self.worker.next_id()
        self.worker.send(make(number))
        for report in self.reports():
            if isinstance(report, wanted) and getattr(report, "id", number) == number:
                self.console.clear_status()
                return report
            if isinstance(report, Failed) and report.id in (0, number):
                raise StudioError(report.problem)
        raise self.worker.death()

    def trust_code(self, project: Project) -> None:
        """Let the worker run all code in a project: the person said so. Raises `StudioError`."""
        hashes = tuple(sorted(map(code_hash, placeholders(project))))
        answer = self.ask(lambda number: Trust(number, hashes, project.code), Trusting)
        for problem in answer.problems:
            raise StudioError(problem)

    def reports(self, tick: float | None = None) -> Iterator[Report | None]:
        """Reports as they come, progress and log lines shown on the way; ends with the worker.

        With `tick` there is a None at least every so many seconds."""
        while True:
            report = self.worker.next_report(tick)
            if report is None:
                if tick is None or self.worker.exit_reason is not None:
                    return
            elif isinstance(report, Progress):
                self.console.status(report.text)
            elif isinstance(report, LogLine) and report.level != "info":
                self.said.add(report.text)
                self.console.tell(f"{report.level}: {report.text}")
            yield report


class Interruptions:
    """How often Ctrl+C (or a termination signal) came."""

    def __init__(self) -> None:
        self.count = 0

    def _noted(self, number: int, frame: object) -> None:
        self.count += 1


@contextmanager
def noted_interruptions() -> Iterator[Interruptions]:
    """Inside, Ctrl+C and SIGTERM are counted instead of raising `KeyboardInterrupt`."""
    noted = Interruptions()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, noted._noted) for number in numbers]
    try:
        yield noted
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def worker_lost(session: Session) -> Problem:
    """The worker died although it was needed."""
    return session.worker.death().problem
