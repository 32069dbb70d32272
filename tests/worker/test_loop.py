"""The message loop of a real worker: broken lines, waiting requests, the program's end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import Step, chain, digits_mlp

from kerasstudio.graph.data_spec import DataSpec
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import TrainingSpec
from kerasstudio.runtime import launcher
from kerasstudio.runtime.liveness import is_running
from kerasstudio.runtime.protocol import (
    Control,
    DescribeData,
    Failed,
    Inspect,
    Inspected,
    Ping,
    Points,
    Pong,
    Request,
    Shutdown,
    Starting,
    Train,
)
from kerasstudio.runtime.runs import create_run, read_run
from kerasstudio.runtime.worker.mailbox import Mailbox
from kerasstudio.runtime.worker.streams import read_lines
from kerasstudio.runtime.worker_process import WorkerProcess

pytestmark = pytest.mark.worker


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    with WorkerProcess() as process:
        process.wait_ready(120)
        yield process


def wait_gone(pid: int) -> bool:
    end = time.monotonic() + 30
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not is_running(pid)


def test_broken_lines_are_answered_and_survived(worker: WorkerProcess) -> None:
    stdin = worker._started.stdin
    assert stdin is not None
    for line in (b"nonsense\n", b'{"type":"Ping","id":"x"}\n', b'{"type":"Dance","id":12}\n'):
        stdin.write(line)
        stdin.flush()
        report = worker.next_report(30)
        assert isinstance(report, Failed)
        assert report.problem.code == "worker.protocol"
        assert not report.crash
    assert report.id == 12
    worker.send(Ping(id=13))
    assert worker.next_report(30) == Pong(id=13)


def test_requests_that_cannot_work_say_so(worker: WorkerProcess, tmp_path: Path) -> None:
    worker.send(Control(id=1, action="pause"))
    report = worker.next_report(30)
    assert isinstance(report, Failed)
    assert report.problem.code == "worker.idle"
    missing = digits_mlp().data
    source = type(missing.sources[0])("s1", "gone.npz", "npz")
    worker.send(DescribeData(2, type(missing)((source,), missing.columns), str(tmp_path)))
    failed = next(report for report in worker.reports(30) if isinstance(report, Failed))
    assert failed.id == 2
    assert "gone.npz" in failed.problem.message
    assert not failed.crash


def test_the_end_of_input_ends_a_training_worker(tmp_path: Path) -> None:
    worker = WorkerProcess()
    worker.start()
    worker.wait_ready(120)
    project = digits_mlp(epochs=100_000)
    folder = create_run(tmp_path / "a.studio", project, tmp_path)
    worker.send(Train(1, project, str(folder), str(tmp_path)))
    next(report for report in worker.reports(120) if isinstance(report, Points))
    pid = read_run(folder).pid
    stdin = worker._started.stdin
    assert stdin is not None
    stdin.close()
    assert wait_gone(pid)
    assert worker.stop() == 0
    assert read_run(folder).status == "killed"


def test_shutdown_lets_a_run_end_in_order(tmp_path: Path) -> None:
    worker = WorkerProcess()
    worker.start()
    worker.wait_ready(120)
    project = digits_mlp(epochs=100_000)
    folder = create_run(tmp_path / "a.studio", project, tmp_path)
    worker.send(Train(1, project, str(folder), str(tmp_path)))
    next(report for report in worker.reports(120) if isinstance(report, Points))
    worker.send(Shutdown())
    for _ in worker.reports(60):
        pass
    assert worker.stop() == 0
    record = read_run(folder)
    assert record.status == "stopped"
    assert record.reason == "The program was closed."
    assert record.test


def test_one_run_at_a_time(worker: WorkerProcess, tmp_path: Path) -> None:
    project = digits_mlp(epochs=100_000)
    folders = [create_run(tmp_path / "a.studio", project, tmp_path) for _ in range(2)]
    for number, folder in enumerate(folders):
        worker.send(Train(number, project, str(folder), str(tmp_path)))
    failed = next(report for report in worker.reports(60) if isinstance(report, Failed))
    assert failed.id == 1
    assert failed.problem.code == "worker.busy"
    worker.send(Ping(id=9))
    assert any(report == Pong(id=9) for report in worker.reports(30))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the fork server is for Linux")
class TestForkServer:
    def test_ending_one_half_ends_the_other(self) -> None:
        for victim in ("stub", "worker"):
            worker = WorkerProcess()
            worker.start()
            ready = worker.wait_ready(120)
            assert ready.pid != worker.pid
            os.kill(worker.pid if victim == "stub" else ready.pid, signal.SIGKILL)
            assert wait_gone(ready.pid)
            assert wait_gone(worker.pid)
            assert "SIGKILL" in (worker.exit_reason or "")
            worker.stop()

    def test_workers_step_back_behind_the_window(self) -> None:
        with WorkerProcess() as worker:
            pid = worker.wait_ready(120).pid
            assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)
            group = Path(f"/proc/{pid}/autogroup")
            if group.exists():
                # A session of its own gets a share of its own, whatever its processes' `nice`.
                assert group.read_text().split()[-1] == "10"

    def test_a_killed_server_is_replaced(self) -> None:
        worker = WorkerProcess()
        worker.start()
        ready = worker.wait_ready(120)
        server = launcher._server
        assert server is not None
        os.kill(server.pid, signal.SIGKILL)
        assert wait_gone(ready.pid)
        worker.stop()
        with WorkerProcess() as second:
            assert second.wait_ready(120).keras
        assert launcher._server is not server

    def test_without_a_server_the_stub_becomes_a_worker(self, tmp_path: Path) -> None:
        server = launcher._server or (launcher.launch_command() and launcher._server)
        assert server is not None
        command = [*server.command()[:-2], str(tmp_path / "no socket"), "1"]
        with WorkerProcess(command) as worker:
            assert isinstance(worker.next_report(30), Starting)
            assert worker.wait_ready(120).pid == worker.pid


def test_an_idle_worker_looks_a_second_time(worker: WorkerProcess) -> None:
    """A misspelt interpolation passes Keras's symbolic call; TensorFlow notices when idle."""
    steps: list[Step] = [
        ("InputLayer", "x", {"shape": [4, 4, 1]}),
        ("UpSampling2D", "up", {"size": 2, "interpolation": "bilinaer"}),
        ("Output", "y", {}),
    ]
    project = chain(steps, DataSpec(), TrainingSpec())
    worker.send(Inspect(1, 7, project))
    first = next(report for report in worker.reports(30) if isinstance(report, Inspected))
    assert (first.id, first.revision, first.problems) == (1, 7, ())
    second = next(report for report in worker.reports(30) if isinstance(report, Inspected))
    assert (second.id, second.revision, second.nodes) == (1, 7, {})
    (problem,) = second.problems
    assert problem.place.node == "n2"
    # Then its mends are tried, or they were already, where there was time enough.
    third = second
    if not third.problems[0].fixes:
        third = next(report for report in worker.reports(30) if isinstance(report, Inspected))
    assert (third.id, third.revision, third.nodes) == (1, 7, {})
    assert "set interpolation to bilinear" in {fix.label for fix in third.problems[0].fixes}
    # What is known is told at once from now on, and not a second time.
    worker.send(Inspect(2, 8, project))
    fourth = next(report for report in worker.reports(30) if isinstance(report, Inspected))
    assert (fourth.id, fourth.problems) == (2, third.problems)
    assert worker.next_report(0.8) is None


def test_of_waiting_inspects_the_newest_is_kept() -> None:
    mailbox = Mailbox()
    empty = Project()
    requests: list[Request] = [
        Inspect(1, 1, empty),
        Ping(2),
        Inspect(3, 2, empty),
        Inspect(4, 3, empty),
    ]
    for request in requests:
        mailbox.put(request)
    assert mailbox.get() == requests[3]
    assert mailbox.get() == requests[1]
    mailbox.put(requests[0])
    assert mailbox.get() == requests[0]
    assert mailbox.get(0.01) is None


def test_lines_are_cut_and_too_long_ones_thrown_away() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"one\ntwo" + b"-" * 10 + b"\n\n" + b"x" * 50 + b"\nlast\ntorn")
    os.close(writing)
    assert list(read_lines(reading, limit=20)) == [b"one", b"two----------", b"", None, b"last"]
    os.close(reading)
