"""The worker client and its pool, with a worker that misbehaves."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from kerasstudio.graph.inspection import NodeInfo, TensorSpec
from kerasstudio.graph.project import Project
from kerasstudio.runtime import protocol as p
from kerasstudio.ui.line_reader import LineReader
from kerasstudio.ui.workers import WorkerClient, WorkerPool

Fake = Callable[..., list[str]]
Start = Callable[..., WorkerClient]


@pytest.fixture
def start(qtbot: QtBot, fake: Fake) -> Iterator[Start]:
    clients: list[WorkerClient] = []

    def start(*flags: str, restarts: bool = False) -> WorkerClient:
        client = WorkerClient("test", fake(*flags), restarts)
        client.start()
        clients.append(client)
        return client

    yield start
    for client in clients:
        client.kill()
        client.wait_until_dead(5000)
        client.deleteLater()


def ready(qtbot: QtBot, client: WorkerClient) -> None:
    qtbot.waitUntil(lambda: client.state == "ready", timeout=20_000)


def test_states_on_the_way_to_an_answer(qtbot: QtBot, start: Start) -> None:
    client = start()
    states: list[str] = []
    client.state_changed.connect(states.append)
    ready(qtbot, client)
    assert client.stage == "starting TensorFlow"
    assert client.ready is not None
    reports: list[p.Report] = []
    client.ask(p.Ping(client.next_id()), reports.append)
    assert client.state == "busy"
    qtbot.waitUntil(lambda: bool(reports), timeout=5000)
    assert reports == [p.Pong(1)]
    assert client.state == "ready"
    assert states[-3:] == ["ready", "busy", "ready"]


def test_what_is_sent_early_waits_for_the_worker(qtbot: QtBot, start: Start) -> None:
    client = start("--slow-hello", "0.3")
    reports: list[p.Report] = []
    client.ask(p.Ping(client.next_id()), reports.append)
    assert client.state == "starting"
    qtbot.waitUntil(lambda: bool(reports), timeout=20_000)


def test_death_answers_what_was_asked(qtbot: QtBot, start: Start) -> None:
    client = start("--die-on", "Inspect")
    ready(qtbot, client)
    reports: list[p.Report] = []
    deaths: list[str] = []
    client.died.connect(deaths.append)
    client.ask(p.Inspect(client.next_id(), 1, Project()), reports.append)
    qtbot.waitUntil(lambda: bool(deaths), timeout=5000)
    assert "SIGKILL" in deaths[0]
    assert isinstance(reports[0], p.Failed)
    assert reports[0].problem.code == "worker.died"
    assert client.state == "dead"


def test_a_restarting_worker_comes_back_for_its_subscribers(qtbot: QtBot, start: Start) -> None:
    client = start(restarts=True)
    ready(qtbot, client)
    first = client.pid
    with qtbot.waitSignals([client.died, client.restarted], timeout=20_000):
        os.kill(first, signal.SIGKILL)
    assert client.state == "ready"
    assert client.pid != first
    reports: list[p.Report] = []
    client.ask(p.Ping(client.next_id()), reports.append)
    qtbot.waitUntil(lambda: bool(reports), timeout=5000)


def test_stop_is_asked_terminated_killed(qtbot: QtBot, start: Start) -> None:
    client = start("--ignore-stop")
    ready(qtbot, client)
    states: list[str] = []
    deaths: list[str] = []
    client.state_changed.connect(states.append)
    client.died.connect(deaths.append)
    client.stop(200)
    qtbot.waitUntil(lambda: client.state == "dead", timeout=10_000)
    assert states == ["stopping", "terminating", "killing", "dead"]
    assert deaths == [], "a stop that was asked for is no death"


def test_an_obedient_worker_is_only_asked(qtbot: QtBot, start: Start) -> None:
    client = start()
    ready(qtbot, client)
    states: list[str] = []
    client.state_changed.connect(states.append)
    client.stop()
    qtbot.waitUntil(lambda: client.state == "dead", timeout=10_000)
    assert states == ["stopping", "dead"]


def test_another_protocol_is_refused_for_good(qtbot: QtBot, start: Start) -> None:
    client = start("--version", "99", restarts=True)
    with qtbot.waitSignal(client.died, timeout=20_000) as told:
        pass
    assert "protocol 99" in told.args[0]
    qtbot.waitUntil(lambda: client.state == "dead", timeout=10_000)
    assert client.refused
    assert not client.restarts


def test_a_command_that_does_not_exist(qtbot: QtBot) -> None:
    client = WorkerClient("test", ["/nonexistent/worker"])
    with qtbot.waitSignal(client.died, timeout=5000) as told:
        client.start()
    assert "could not be started" in told.args[0]
    reports: list[p.Report] = []
    client.ask(p.Ping(client.next_id()), reports.append)
    qtbot.waitUntil(lambda: bool(reports), timeout=2000)
    assert isinstance(reports[0], p.Failed)


def test_garbage_is_told_apart_and_survived(qtbot: QtBot, start: Start) -> None:
    client = start("--garbage")
    garbage: list[str] = []
    client.garbage_received.connect(garbage.append)
    ready(qtbot, client)
    assert len(garbage) == 4
    reports: list[p.Report] = []
    client.ask(p.Ping(client.next_id()), reports.append)
    qtbot.waitUntil(lambda: bool(reports), timeout=5000)


def test_a_flood_loses_nothing(qtbot: QtBot, start: Start) -> None:
    client = start("--flood", "20000")
    lines: list[str] = []
    client.report_received.connect(
        lambda report: lines.append(report.text) if isinstance(report, p.LogLine) else None
    )
    qtbot.waitUntil(lambda: len(lines) == 20_000, timeout=30_000)
    assert lines[0] == "line 0"
    assert lines[-1] == "line 19999"


def test_newer_inspections_make_older_ones_void(qtbot: QtBot, start: Start) -> None:
    client = start()
    ready(qtbot, client)
    for revision in range(5):
        client.send(p.Inspect(client.next_id(), revision, Project()))
    qtbot.waitUntil(lambda: client.state == "ready", timeout=5000)


def test_the_pool_keeps_one_warm_spare(qtbot: QtBot, fake: Fake) -> None:
    pool = WorkerPool(fake())
    try:
        with qtbot.waitSignal(pool.spare_ready, timeout=20_000):
            pool.start()
        spare = pool.spare
        taken = pool.take_spare()
        assert taken is spare
        assert taken.state == "ready"
        qtbot.waitUntil(
            lambda: pool.spare is not None and pool.spare.ready is not None, timeout=20_000
        )
        assert pool.spare is not taken
    finally:
        pool.close()
    assert not pool.analysis.is_alive or pool.analysis.wait_until_dead(1000)
    pool.deleteLater()


def test_lines_come_whole_whatever_the_chunks() -> None:
    info = {
        f"n{number}": NodeInfo("ok", (TensorSpec((None, 28, 28, 32)),), 320, 320)
        for number in range(500)
    }
    line = p.encode(p.Inspected(1, 1, info))
    text = line * 3
    for size in (1, 7, 4096, len(text)):
        if size == 1:
            text = line[:200] + b"\n"
        reader = LineReader()
        for begin in range(0, len(text), size):
            reader.feed(text[begin : begin + size])
        assert b"".join(each + b"\n" for each in reader.lines) == text
        text = line * 3


def test_a_line_above_the_limit_is_dropped_and_the_next_one_read() -> None:
    reader = LineReader(limit=100)
    reader.feed(b"x" * 90)
    reader.feed(b"x" * 90)
    reader.feed(b"x" * 90 + b"\nshort\n" + b"y" * 101 + b"\nlast\n")
    assert list(reader.lines) == [b"short", b"last"]
    assert reader.too_long == 2


def test_requests_can_be_encoded(digits: Project) -> None:
    assert msgspec.json.decode(p.encode(p.Inspect(1, 2, digits)))["revision"] == 2
