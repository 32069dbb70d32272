"""A worker process as the window sees it: start, talk, restart, stop."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from kerasstudio.graph.problems import Problem
from kerasstudio.runtime import protocol as p
from kerasstudio.runtime.confined import Confined
from kerasstudio.runtime.exits import exit_reason
from kerasstudio.runtime.launcher import launch_command, launch_environment
from kerasstudio.runtime.states import RUN_ENDED, WorkerState
from kerasstudio.ui.line_reader import LineReader

GRACE_MS = 3000
SLICE_SECONDS = 0.008
STDERR_LINES = 200
BACK_OFF_MS = (300, 1000, 3000, 10_000, 30_000)
GOOD_LIFE_SECONDS = 60.0

Answered = Callable[[p.Report], None]


class WorkerClient(QObject):
    """One worker. With `restarts` a process that dies is replaced by a new one after a pause
    that grows; subscribers stay connected, and learn of it by `died(reason)` and `restarted`.

    Reports are decoded for at most 8 ms at a time, so a flood of them leaves the window alive.
    """

    report_received = Signal(object)
    state_changed = Signal(str)
    died = Signal(str)
    restarted = Signal()
    became_ready = Signal(object)
    garbage_received = Signal(str)

    def __init__(
        self,
        role: str = "worker",
        command: Sequence[str] | None = None,
        restarts: bool = False,
        parent: QObject | None = None,
        confined: Confined | None = None,
    ) -> None:
        """`confined` keeps a process that reads foreign files."""
        super().__init__(parent)
        self.role = role
        self._confined = confined
        self.restarts = restarts
        self.state: WorkerState = "dead"
        self.ready: p.Ready | None = None
        self.stage = ""
        self.started_at = 0.0
        self.refused = ""
        """Why this worker cannot be used at all (another protocol version); "" normally."""
        self._command = list(command) if command is not None else None
        self._process: QProcess | None = None
        self._reader = LineReader()
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES)
        self._pending: dict[int, p.Request] = {}
        self._answered: dict[int, Answered] = {}
        self._last_id = 0
        self._starts = 0
        self._worker_pid = 0
        self._failures = 0
        self._stopping = False
        self._decode_timer = _once(self, 0, self._decode_some)
        self._escalate_timer = _once(self, GRACE_MS, self._escalate)
        self._restart_timer = _once(self, 0, self._restart)

    # ------------------------------------------------------------------ life

    def start(self) -> None:
        """Start the process; reports follow by signals."""
        process = QProcess(self)
        environment = QProcessEnvironment()
        confined = self._confined
        values = launch_environment() if confined is None else confined.environment()
        for name, value in values.items():
            environment.insert(name, value)
        process.setProcessEnvironment(environment)
        if confined is not None:
            process.setWorkingDirectory(str(confined.folder))
        program, *arguments = self._command or launch_command()
        process.setProgram(program)
        process.setArguments(arguments)
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_errors)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._error_occurred)
        self._process = process
        self._reader = LineReader()
        self._stderr.clear()
        self._stopping = False
        self.ready = None
        self._worker_pid = 0
        self.stage = "starting"
        self.started_at = time.monotonic()
        self._starts += 1
        self._set_state("starting")
        process.start()

    @property
    def pid(self) -> int:
        """The process that imports TensorFlow (a helper may have started it); 0 without one."""
        if self._process is None:
            return 0
        return self._worker_pid or int(self._process.processId())

    @property
    def is_alive(self) -> bool:
        return self._process is not None

    @property
    def seconds_starting(self) -> float:
        """How long the process has been getting ready."""
        return time.monotonic() - self.started_at

    @property
    def stderr_tail(self) -> str:
        """The last lines the process wrote to its standard error."""
        return "\n".join(self._stderr)

    def stop(self, grace_ms: int = GRACE_MS) -> None:
        """Ask it to end; then terminate, then kill, each after `grace_ms`. Returns at once."""
        self.restarts = False
        self._restart_timer.stop()
        if self._process is None or self._stopping:
            return
        self._stopping = True
        self._escalate_timer.setInterval(grace_ms)
        self._set_state("stopping")
        self._write(p.encode(p.Shutdown()))
        self._process.closeWriteChannel()
        self._escalate_timer.start()

    def kill(self) -> None:
        """End the process at once."""
        self.restarts = False
        self._restart_timer.stop()
        if self._process is not None:
            self._stopping = True
            self._set_state("killing")
            self._process.kill()

    def wait_until_dead(self, milliseconds: int) -> bool:
        """Wait (for the end of the program and for tests); whether the process is gone."""
        process = self._process
        if process is None:
            return True
        return process.state() == QProcess.ProcessState.NotRunning or process.waitForFinished(
            milliseconds
        )

    # ------------------------------------------------------------------ talk

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def send(self, request: p.Request) -> None:
        """Send a request; what is sent before the worker is ready waits in its pipe.

        When there is no process, a request with an id is answered by `Failed` right away."""
        number = getattr(request, "id", 0)
        if self._process is None or self._stopping:
            if number:
                self._later(lambda: self._deliver(self._lost(number, "is not running")))
            return
        try:
            line = p.encode(request)
        except p.ProtocolError as error:
            problem = Problem("worker.too_large", f"The request is too large: {error}.")
            self._later(lambda: self._deliver(p.Failed(number, problem)))
            return
        if number and not isinstance(request, p.Control):
            self._pending[number] = request
            self._show_busy()
        self._write(line)

    def ask(self, request: p.Request, answered: Answered) -> None:
        """`send`, and call `answered` with every report to this request (`Progress` too); the
        last one is its answer or `Failed`, also when the worker dies."""
        self._answered[request.id] = answered  # type: ignore[union-attr]
        self.send(request)

    def forget(self, request_id: int) -> None:
        """Do not call back for this request any more."""
        self._answered.pop(request_id, None)

    def _write(self, line: bytes) -> None:
        if self._process is not None:
            self._process.write(line)

    # ------------------------------------------------------------------ reports

    def _read(self) -> None:
        if self._process is None:
            return
        self._reader.feed(bytes(self._process.readAllStandardOutput().data()))
        if not self._decode_timer.isActive():
            self._decode_some()

    def _decode_some(self) -> None:
        until = time.monotonic() + SLICE_SECONDS
        reader = self._reader
        while reader.lines and reader is self._reader:
            self._decode_line(reader.lines.popleft())
            if time.monotonic() > until:
                break
        if self._reader.lines:
            self._decode_timer.start()

    def _decode_line(self, line: bytes) -> None:
        try:
            report = p.decode_report(line)
        except p.ProtocolError as error:
            self.garbage_received.emit(str(error))
            return
        if isinstance(report, p.Starting | p.Ready) and report.protocol != p.PROTOCOL_VERSION:
            self._refuse(report.protocol)
            return
        if isinstance(report, p.Starting):
            self._worker_pid = report.pid
            self.stage = report.stage
            if self.state == "starting":
                self.state_changed.emit(self.state)
        elif isinstance(report, p.Ready):
            self.ready = report
            self._set_state("ready")
            self._show_busy()
            self.became_ready.emit(report)
            if self._starts > 1:
                self.restarted.emit()
        self._deliver(report)

    def _deliver(self, report: p.Report) -> None:
        number = getattr(report, "id", 0)
        last = _is_answer(report)
        if last and number in self._pending:
            request = self._pending.pop(number)
            if isinstance(request, p.Inspect):
                # A newer Inspect makes older waiting ones void: they get no answer.
                for other, waiting in list(self._pending.items()):
                    if other < number and isinstance(waiting, p.Inspect):
                        del self._pending[other]
            self._show_busy()
        callback = self._answered.get(number)
        if last:
            self._answered.pop(number, None)
        self.report_received.emit(report)
        if callback is not None:
            callback(report)

    def _read_errors(self) -> None:
        if self._process is None:
            return
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        self._stderr.extend(line for line in text.splitlines() if line.strip())

    # ------------------------------------------------------------------ endings

    def _error_occurred(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._process is not None:
            why = self._process.errorString()
            self._ended(f"could not be started: {why}")

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        while self._reader.lines:
            self._decode_line(self._reader.lines.popleft())
        self._read_errors()
        crashed = status == QProcess.ExitStatus.CrashExit
        self._ended(exit_reason(-code if crashed else code))

    def _ended(self, reason: str) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.deleteLater()
        self._decode_timer.stop()
        self._escalate_timer.stop()
        expected = self._stopping
        lived = time.monotonic() - self.started_at
        self._stopping = False
        self.ready = None
        self._set_state("dead")
        lost = [number for number in self._pending if number]
        self._pending.clear()
        for number in lost:
            self._deliver(self._lost(number, reason))
        if not expected:
            self._failures = 0 if lived > GOOD_LIFE_SECONDS else self._failures + 1
            if self.restarts and not self.refused:
                step = min(max(0, self._failures - 1), len(BACK_OFF_MS) - 1)
                self._restart_timer.start(BACK_OFF_MS[step])
            self.died.emit(reason)

    def _restart(self) -> None:
        if self._process is None and self.restarts:
            self.start()

    def _escalate(self) -> None:
        if self._process is None:
            return
        if self.state == "stopping":
            self._set_state("terminating")
            self._process.terminate()
            self._escalate_timer.start()
        else:
            self._set_state("killing")
            self._process.kill()

    def _refuse(self, version: int) -> None:
        if self.refused:
            return
        self.refused = (
            f"The worker speaks protocol {version}, this program {p.PROTOCOL_VERSION}: "
            "two versions of KerasStudio are mixed. Install it again."
        )
        self.stop(500)
        self.died.emit(self.refused)

    # ------------------------------------------------------------------ small things

    def _lost(self, number: int, reason: str) -> p.Failed:
        return p.Failed(
            number,
            Problem("worker.died", f"The worker process {reason}.", detail=self.stderr_tail),
        )

    def _show_busy(self) -> None:
        if self.state in ("ready", "busy"):
            self._set_state("busy" if self._pending else "ready")

    def _set_state(self, state: WorkerState) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)

    def _later(self, call: Callable[[], None]) -> None:
        QTimer.singleShot(0, self, call)


class WorkerPool(QObject):
    """The analysis worker, and one warm spare for the next run.

    The spare is started when the analysis worker is ready (two imports of TensorFlow at once
    would take twice as long), and replaced as soon as it is taken."""

    analysis_died = Signal(str)
    spare_ready = Signal()

    def __init__(
        self,
        command: Sequence[str] | None = None,
        keep_spare: bool = True,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._command = command
        self._keep_spare = keep_spare
        self._closing = False
        self._trust: tuple[tuple[str, ...], dict[str, str]] = ((), {})
        self.analysis = WorkerClient("analysis", command, restarts=True, parent=self)
        self.analysis.became_ready.connect(self._analysis_ready)
        self.analysis.died.connect(self.analysis_died)
        self.spare: WorkerClient | None = None
        self._taken: list[WorkerClient] = []

    def start(self) -> None:
        self.analysis.start()

    def set_trust(self, layers: tuple[str, ...], files: dict[str, str]) -> None:
        """Let workers run this code of files (see `protocol.Trust`), and no other."""
        self._trust = (layers, files)
        if self.analysis.ready is not None:
            self._send_trust(self.analysis)

    def _send_trust(self, client: WorkerClient) -> None:
        client.send(p.Trust(client.next_id(), *self._trust))

    def take_spare(self) -> WorkerClient:
        """A worker for one run, warm if there is one; the caller stops it. The next spare is
        started once this one is out of its start."""
        client = self.spare if self.spare is not None and self.spare.is_alive else None
        self.spare = None
        if client is None:
            client = WorkerClient("run", self._command, parent=self)
            client.start()
        client.role = "run"
        client.restarts = False
        if any(self._trust):
            self._send_trust(client)
        client.state_changed.connect(self._forget_dead)
        self._taken.append(client)
        if client.ready is not None:
            QTimer.singleShot(3000, self, self._start_spare)
        else:
            client.became_ready.connect(lambda _ready: self._start_spare())
        return client

    def confined_client(self, confined: Confined) -> WorkerClient:
        """A worker for one foreign file, not started yet; the caller ends it."""
        client = WorkerClient("reading", self._command, parent=self, confined=confined)
        client.state_changed.connect(self._forget_dead)
        self._taken.append(client)
        return client

    def give_back(self, client: WorkerClient) -> None:
        """A run's worker is not needed any more."""
        client.stop()

    def close(self, milliseconds: int = 2500) -> None:
        """Stop every process; returns when they are gone (killed after half the time)."""
        self._closing = True
        clients = [self.analysis, *self._taken, *([self.spare] if self.spare else [])]
        for client in clients:
            client.stop(milliseconds // 4)
        end = time.monotonic() + milliseconds / 2000
        for client in clients:
            if not client.wait_until_dead(max(1, round((end - time.monotonic()) * 1000))):
                client.kill()
                client.wait_until_dead(milliseconds // 2)

    def _analysis_ready(self, _ready: object) -> None:
        if any(self._trust):
            self._send_trust(self.analysis)
        self._start_spare()

    def _start_spare(self) -> None:
        if self._closing or not self._keep_spare or self.spare is not None:
            return
        self.spare = WorkerClient("spare", self._command, restarts=True, parent=self)
        self.spare.became_ready.connect(lambda _ready: self.spare_ready.emit())
        self.spare.start()

    def _forget_dead(self, state: str) -> None:
        if state != "dead":
            return
        for client in [each for each in self._taken if not each.is_alive]:
            self._taken.remove(client)
            client.deleteLater()


def _is_answer(report: p.Report) -> bool:
    if isinstance(report, p.RunChanged):
        return report.status in RUN_ENDED
    return not isinstance(
        report, p.Starting | p.Ready | p.Points | p.EpochEnded | p.Progress | p.LogLine
    )


def _once(parent: QObject, milliseconds: int, call: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(call)
    return timer
