"""The message loop of a worker.

Kinds of threads: the *reader* takes requests from the pipe and answers what must be prompt
at once (`Ping`, `Control`, end of input); the *main thread* imports TensorFlow, then infers
shapes, and looks at them a second time when idle; *jobs* run long requests one after the other,
and *training* has a thread of its own. So nothing waits behind a `fit`, and a dead program ends
its workers even in the middle of one.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import queue
import signal
import threading
import traceback
from collections.abc import Callable
from typing import Any

import msgspec

from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.runtime.confinement import Confinement
from kerasstudio.runtime.protocol import (
    Control,
    DescribeData,
    DrawApplication,
    Evaluate,
    Export,
    Failed,
    GuessData,
    ImportModel,
    Inspect,
    LogLine,
    Message,
    Ping,
    Pong,
    Predict,
    Progress,
    ProtocolError,
    Request,
    Shutdown,
    Starting,
    Suppose,
    TakeWeights,
    Train,
    Trust,
    Trusting,
    decode_request,
)
from kerasstudio.runtime.worker.control import RunControl
from kerasstudio.runtime.worker.mailbox import Mailbox
from kerasstudio.runtime.worker.priority import step_back
from kerasstudio.runtime.worker.streams import ReportWriter, read_lines

SHUTDOWN_GRACE = 10.0
IDLE_SECONDS = 0.3
# A second look at the drawing waits for a pause, and is cut so short that edits do not notice.
VERIFY_AFTER = 0.4
VERIFY_SLICE = 0.1

PRELOADED = (
    "device",
    "training",
    "warming",
    "evaluation",
    "inspector",
    "data.requests",
    "exporters",
)

Send = Callable[[Message], None]


def serve(
    requests: int,
    reports: int,
    announced: bool = False,
    confinement: Confinement | None = None,
) -> None:
    """Serve until the input ends or `Shutdown` comes; never returns.

    `announced` says that the program was told of this process already (a forked worker);
    `confinement` what keeps this process, where it is kept."""
    writer = ReportWriter(reports)
    if not announced:
        writer.send(Starting(pid=os.getpid(), stage="starting TensorFlow"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the program's to handle
    step_back()
    Loop(requests, writer, confinement).run()


def preload() -> None:
    """Import what a worker needs without executing an operation (for the fork server).

    What cannot be imported is left to the worker that needs it: it says why."""
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(f"kerasstudio.runtime.worker.{name}")


class Loop:
    """See the module. `run` never returns."""

    def __init__(
        self, requests: int, writer: ReportWriter, confinement: Confinement | None = None
    ) -> None:
        self._requests = requests
        self._writer = writer
        self._confinement = confinement
        self._mailbox = Mailbox()
        self._jobs: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._control = RunControl()
        self._training: threading.Thread | None = None
        self._train_lock = threading.Lock()
        self._inspector: Any = None
        self._unverified: Inspect | None = None
        self._catalogued = False
        self._closing = False
        self._asked = threading.Event()
        self._warming = threading.Lock()  # seeds are the process's: one user at a time

    def run(self) -> None:
        threading.Thread(target=self._read, name="reader", daemon=True).start()
        self._start_keras()
        threading.Thread(target=self._run_jobs, name="jobs", daemon=True).start()
        threading.Thread(target=self._warm_when_idle, name="warming", daemon=True).start()
        pause = VERIFY_AFTER
        while True:
            waiting = self._unverified
            request = self._mailbox.get(None if waiting is None else pause)
            if request is not None:
                pause = VERIFY_AFTER
                self._guarded(request, self._dispatch)
            elif waiting is not None:
                pause = 0.0
                self._guarded(waiting, self._verify)

    # ------------------------------------------------------------------ threads

    def _read(self) -> None:
        """Reader thread: decode, answer what is prompt, hand the rest on."""
        for line in read_lines(self._requests):
            if line is None:
                self._writer.send(Failed(id=0, problem=_broken("a message is too long")))
                continue
            if not line.strip():
                continue
            try:
                request = decode_request(line)
            except ProtocolError as error:
                self._writer.send(Failed(id=_id_of(line), problem=_broken(str(error))))
                continue
            if isinstance(request, Ping):
                self._writer.send(Pong(id=request.id))
            elif isinstance(request, Control):
                self._guarded(request, self._steer)
            elif isinstance(request, Shutdown):
                self._closing = True
                threading.Thread(target=self._shut_down, name="shutdown", daemon=True).start()
            else:
                self._asked.set()
                self._mailbox.put(request)
        if not self._closing:
            os._exit(0)  # the program is gone

    def _start_keras(self) -> None:
        """Import TensorFlow and say `Ready`; without a working one say why and end with 1."""
        try:
            from kerasstudio.runtime.worker.device import ready_report

            self._writer.send(ready_report(self._confinement))
        except Exception as error:  # noqa: BLE001 (reported, with its traceback)
            self._writer.send(
                Failed(
                    id=0,
                    problem=Problem(
                        code="worker.tensorflow",
                        message=f"TensorFlow cannot be started: {error}",
                        expected="a working installation of TensorFlow and Keras",
                        detail=traceback.format_exc(),
                    ),
                )
            )
            os._exit(1)

    def _run_jobs(self) -> None:
        """Job thread: long requests, one after the other."""
        while True:
            self._guarded(self._jobs.get(), self._job)

    def _warm_when_idle(self) -> None:
        """A worker that nobody asks anything is a spare: it gets ready for its run."""
        if self._asked.wait(IDLE_SECONDS):
            return
        with self._warming:
            if self._asked.is_set():
                return
            try:
                from kerasstudio.runtime.worker.warming import warm_up

                warm_up()
            except Exception as error:  # noqa: BLE001 (told; a run would say it again)
                self._writer.send(LogLine(f"warming up failed: {error!r}", "warning"))

    def _shut_down(self) -> None:
        training = self._training
        if training is not None and training.is_alive():
            self._control.stop("stop_batch", "The program was closed.")
            training.join(SHUTDOWN_GRACE)
        os._exit(0)

    # ------------------------------------------------------------------ requests

    def _guarded(self, request: Any, handle: Callable[[Any], None]) -> None:
        """Run a handler; what it raises becomes `Failed`."""
        try:
            handle(request)
        except StudioError as error:
            self._writer.send(Failed(id=request.id, problem=error.problem))
        except Exception as error:  # noqa: BLE001 (reported, with its traceback)
            from kerasstudio.runtime.worker.failures import crash_report

            self._writer.send(crash_report(request.id, error))

    def _dispatch(self, request: Request) -> None:
        """Main thread: what is short is answered here, the rest goes to another thread."""
        match request:
            case Inspect():
                self._inspect(request)
            case Suppose():
                self._writer.send(self._inspecting().suppose(request))
            case Train():
                self._train(request)
            case Trust():
                self._trust(request)
            case _:
                self._jobs.put(request)

    def _inspect(self, request: Inspect) -> None:
        self._writer.send(self._inspecting().inspect(request))
        self._unverified = request

    def _inspecting(self) -> Any:
        if self._inspector is None:
            from kerasstudio.runtime.worker.inspector import Inspector

            self._inspector = Inspector()
        return self._inspector

    def _verify(self, request: Inspect) -> None:
        """Trace some of the calls that were accepted; what that finds is reported once more."""
        self._unverified = None  # an error of ours must not come again and again
        before = self._inspector.problems()
        left = self._inspector.verify(VERIFY_SLICE)
        if self._inspector.problems() != before:
            self._writer.send(self._inspector.report(request))
        if left:
            self._unverified = request
        elif not self._catalogued:
            self._catalogued = True
            threading.Thread(target=self._catalogue, name="catalogue", daemon=True).start()

    def _catalogue(self) -> None:
        """Once, when idle: see that there is a catalogue of the installed Keras."""
        try:
            from kerasstudio.runtime.worker.cataloguing import write_missing

            path = write_missing()
        except Exception as error:  # noqa: BLE001 (told; the shipped catalogue does)
            self._writer.send(LogLine(f"no catalogue of this Keras: {error!r}", "warning"))
            return
        if path is not None:
            self._writer.send(
                LogLine(f"The layers of this Keras are listed in {path}, used from the next start.")
            )

    def _trust(self, request: Trust) -> None:
        """What is known of the drawing is forgotten: it may be other layers now."""
        from kerasstudio.runtime.worker.trusted_code import TRUSTED

        problems = TRUSTED.trust(request.layers, request.files)
        self._inspector = self._unverified = None
        classes = sorted(name for name, value in TRUSTED.objects.items() if isinstance(value, type))
        self._writer.send(Trusting(request.id, tuple(classes), tuple(problems)))

    def _train(self, request: Train) -> None:
        with self._train_lock:
            if self._training is not None and self._training.is_alive():
                raise StudioError(
                    Problem(
                        code="worker.busy",
                        message="This worker trains already; each run needs a worker of its own.",
                    )
                )
            self._control = RunControl()
            self._training = threading.Thread(
                target=self._guarded,
                args=(request, self._train_here),
                name="training",
                daemon=True,
            )
            self._training.start()

    def _train_here(self, request: Train) -> None:
        from kerasstudio.runtime.worker.training import train

        with self._warming:
            pass
        train(request, self._control, self._writer.send)

    def _steer(self, request: Control) -> None:
        training = self._training
        if training is None or not training.is_alive():
            raise StudioError(
                Problem(code="worker.idle", message="No training is running in this worker.")
            )
        self._control.steer(request.action)

    def _job(self, request: Request) -> None:
        """Job thread. Modules are imported when first needed, so that a worker is ready early."""
        send = self._writer.send

        def progress(text: str, done: float | None = None) -> None:
            send(Progress(id=request.id, text=text, done=done))  # type: ignore[union-attr]

        with self._warming:
            pass
        match request:
            case DescribeData() | GuessData():
                from kerasstudio.runtime.worker.data import requests as data

                send(data.answer(request, progress))
            case Evaluate():
                from kerasstudio.runtime.worker.evaluation import answer_evaluate

                send(answer_evaluate(request, progress))
            case Predict():
                from kerasstudio.runtime.worker.evaluation import answer_predict

                send(answer_predict(request, progress))
            case Export():
                from kerasstudio.runtime.worker import exporters

                send(exporters.export(request, progress))
            case ImportModel():
                from kerasstudio.runtime.worker.importing import import_model

                send(import_model(request, progress))
            case TakeWeights():
                from kerasstudio.runtime.worker.taking_weights import take_weights

                send(take_weights(request, progress))
            case DrawApplication():
                from kerasstudio.runtime.worker.applications import draw_application

                send(draw_application(request, progress))
            case _:
                send(LogLine(text=f"ignored: {type(request).__name__}", level="warning"))


def _broken(why: str) -> Problem:
    return Problem(
        code="worker.protocol",
        message=f"The worker received a line that is no message: {why[:300]}",
        expected="one JSON object a line, see docs/PROTOCOL.md",
    )


def _id_of(line: bytes) -> int:
    """The id in a broken request where it can be found, else 0."""
    try:
        value = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return 0
    number = value.get("id") if isinstance(value, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else 0
