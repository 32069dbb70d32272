"""Starting, talking to and stopping a worker, with a fake one that misbehaves."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import TrainingSpec
from kerasstudio.runtime.protocol import (
    Control,
    EpochEnded,
    Inspect,
    Inspected,
    LogLine,
    Ping,
    Points,
    Pong,
    RunChanged,
    Train,
)
from kerasstudio.runtime.runs import create_run, read_curves, read_run
from kerasstudio.runtime.worker_process import WorkerProcess

FAKE = Path(__file__).resolve().parents[1] / "fake_worker.py"

Start = Callable[..., WorkerProcess]


@pytest.fixture
def start() -> Iterator[Start]:
    workers: list[WorkerProcess] = []

    def start(*flags: str) -> WorkerProcess:
        worker = WorkerProcess([sys.executable, str(FAKE), *flags])
        worker.start()
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        if worker.state != "dead":
            worker.kill()


def test_greets_answers_and_ends_in_order(start: Start) -> None:
    worker = start()
    ready = worker.wait_ready(20)
    assert ready.keras
    worker.send(Ping(id=7))
    assert worker.next_report(10) == Pong(id=7)
    worker.send(Inspect(id=8, revision=3, project=Project()))
    report = worker.next_report(10)
    assert isinstance(report, Inspected)
    assert report.revision == 3
    assert worker.stop() == 0
    assert worker.exit_reason == "ended in order"
    assert worker.next_report(1) is None


def test_garbage_lines_are_kept_apart(start: Start) -> None:
    worker = start("--garbage")
    worker.wait_ready(20)
    worker.send(Ping(id=1))
    assert worker.next_report(10) == Pong(id=1)
    assert len(worker.garbage) == 4


def test_other_protocol_version_is_refused(start: Start) -> None:
    with pytest.raises(StudioError, match="protocol 99"):
        start("--version", "99").wait_ready(20)


def test_silence_is_reported(start: Start) -> None:
    with pytest.raises(StudioError, match="not ready within 1"):
        start("--silent").wait_ready(1)


def test_a_flood_loses_nothing(start: Start) -> None:
    worker = start("--flood", "20000")
    worker.wait_ready(20)
    lines = []
    for report in worker.reports(60):
        assert isinstance(report, LogLine)
        lines.append(report.text)
        if len(lines) == 20000:
            break
    assert lines == [f"line {number}" for number in range(20000)]


def test_stop_escalates_to_kill(start: Start) -> None:
    worker = start("--ignore-stop")
    worker.wait_ready(20)
    assert worker.stop(grace=0.3) == -signal.SIGKILL
    assert "SIGKILL" in (worker.exit_reason or "")
    assert "memory" in (worker.exit_reason or "")


def test_death_in_the_middle_is_told_and_read_as_killed(start: Start, tmp_path: Path) -> None:
    worker = start("--die-at-batch", "40", "--steps", "10")
    worker.wait_ready(20)
    folder = create_run(tmp_path / "a.studio", Project(), tmp_path)
    worker.send(Train(id=1, project=Project(), run_folder=str(folder), base=str(tmp_path)))
    reports = list(worker.reports(30))
    assert sum(isinstance(report, EpochEnded) for report in reports) == 4
    assert "SIGKILL" in worker.death().problem.message
    record = read_run(folder)
    assert record.status == "killed"
    assert record.epochs_done == 4
    assert len(read_curves(folder).batch["loss"]) >= 40


def test_a_fake_run_pauses_and_stops(start: Start, tmp_path: Path) -> None:
    worker = start("--batch-seconds", "0.005")
    worker.wait_ready(20)
    project = Project(training=TrainingSpec(epochs=200))
    folder = create_run(tmp_path / "a.studio", project, tmp_path)
    worker.send(Train(id=1, project=project, run_folder=str(folder), base=str(tmp_path)))
    statuses = []
    for report in worker.reports(30):
        if isinstance(report, Points) and "running" in statuses and "paused" not in statuses:
            worker.send(Control(id=2, action="pause"))
        if isinstance(report, RunChanged):
            if not statuses or statuses[-1] != report.status:
                statuses.append(report.status)
            if report.status == "paused":
                worker.send(Control(id=3, action="resume"))
                worker.send(Control(id=4, action="stop_batch"))
            if report.status == "stopped":
                break
    assert statuses == ["preparing", "running", "paused", "running", "stopped"]
    assert read_run(folder).status == "stopped"


def test_end_of_input_ends_the_process(start: Start) -> None:
    worker = start()
    worker.wait_ready(20)
    process = worker._started
    assert process.stdin is not None
    process.stdin.close()
    end = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    assert process.returncode == 0
    with pytest.raises(ProcessLookupError):
        os.kill(worker.pid, 0)
