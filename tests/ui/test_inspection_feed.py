"""Shapes, problems and the data's summary follow the edits; late answers are not shown."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.edits import disconnect, move_nodes, set_argument
from kerasstudio.graph.problems import Place, Problem
from kerasstudio.graph.project import Project
from kerasstudio.graph.structure import structure_problems
from kerasstudio.runtime import protocol as p
from kerasstudio.ui.inspection_feed import PATIENCE_MS, InspectionFeed
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.workers import WorkerClient

Make = Callable[..., tuple[DocumentStore, InspectionFeed, WorkerClient]]


@pytest.fixture
def make(
    qtbot: QtBot, digits: Project, catalogue: Catalogue, fake: Callable[..., list[str]]
) -> Iterator[Make]:
    clients: list[WorkerClient] = []

    def make(*flags: str) -> tuple[DocumentStore, InspectionFeed, WorkerClient]:
        store = DocumentStore(digits)
        client = WorkerClient("analysis", fake(*flags), restarts=True)
        feed = InspectionFeed(store, client, catalogue, store, debounce_ms=10)
        clients.append(client)
        client.start()
        feed.refresh()
        return store, feed, client

    yield make
    for client in clients:
        client.kill()
        client.wait_until_dead(5000)
        client.deleteLater()


def layer_named(project: Project, class_name: str) -> str:
    return next(key for key, layer in project.layers.items() if layer.class_name == class_name)


def known(feed: InspectionFeed, store: DocumentStore) -> bool:
    return feed.inspection.revision == store.revision and bool(feed.inspection.nodes)


def test_shapes_arrive_and_follow_an_edit(qtbot: QtBot, make: Make) -> None:
    store, feed, _client = make()
    qtbot.waitUntil(lambda: known(feed, store), timeout=20_000)
    assert set(feed.inspection.nodes) == set(store.project.graph.nodes)
    dense = layer_named(store.project, "Dense")
    node = next(key for key, each in store.project.graph.nodes.items() if each.layer == dense)
    with qtbot.waitSignal(feed.inspection_changed, timeout=5000) as changed:
        store.apply(set_argument(store.project, dense, "units", 7), "Change units")
    assert node in changed.args[0]
    assert feed.inspection.nodes[node].outputs[0].shape == (None, 7)
    assert len(changed.args[0]) < len(store.project.graph.nodes), "only what changed is named"


def test_edits_without_a_pause_are_asked_about(qtbot: QtBot, make: Make) -> None:
    """A number that is dragged shows its shapes on the way."""
    store, feed, _client = make()
    qtbot.waitUntil(lambda: known(feed, store), timeout=20_000)
    feed._inspect_timer.setInterval(10_000_000)  # longer than any pause between two edits
    dense = layer_named(store.project, "Dense")
    store.apply(set_argument(store.project, dense, "units", 11), "Change units")
    qtbot.wait(PATIENCE_MS + 20)
    waiting = feed._inspect_timer.remainingTime()
    store.apply(set_argument(store.project, dense, "units", 12), "Change units")
    assert feed._inspect_timer.remainingTime() <= waiting, "the second edit put it off again"


def test_moving_asks_for_nothing(qtbot: QtBot, make: Make) -> None:
    store, feed, client = make()
    qtbot.waitUntil(lambda: known(feed, store) and client.state == "ready", timeout=20_000)
    seen: list[p.Report] = []
    client.report_received.connect(seen.append)
    node = next(iter(store.project.graph.nodes))
    store.apply(move_nodes(store.project, {node: (5.0, 5.0)}), "Move")
    qtbot.wait(150)
    assert seen == []


def test_a_late_answer_is_not_shown_and_its_news_not_lost(qtbot: QtBot, make: Make) -> None:
    store, feed, _client = make()
    qtbot.waitUntil(lambda: known(feed, store), timeout=20_000)
    before = feed.inspection
    # The answer to this edit arrives when the next one has been made.
    store.apply(set_argument(store.project, layer_named(store.project, "Dense"), "units", 9), "9")
    node = next(iter(before.nodes))
    info = msgspec.structs.replace(before.nodes[node], parameters=77)
    feed._report_received(p.Inspected(1, store.revision - 1, {node: info}))
    assert feed.inspection is before
    with qtbot.waitSignal(feed.inspection_changed, timeout=5000) as changed:
        pass
    assert node in changed.args[0]
    assert feed.inspection.nodes[node].parameters == 77


def test_a_second_answer_to_one_revision_is_shown(qtbot: QtBot, make: Make) -> None:
    store, feed, client = make()
    qtbot.waitUntil(lambda: known(feed, store) and client.state == "ready", timeout=20_000)
    node = next(iter(store.project.graph.nodes))
    found = Problem("shape.call", "TensorFlow has something against it.", place=Place(node=node))
    total = feed.inspection.total
    with qtbot.waitSignal(feed.problems_changed, timeout=5000):
        client._deliver(p.Inspected(1, feed.inspection.revision, {}, (), (found,), total))
    assert found in feed.problems
    assert feed.inspection.nodes[node].status == "ok"
    assert client.state == "ready"


def test_problems_of_all_kinds_come_together(qtbot: QtBot, make: Make) -> None:
    store, feed, _client = make()
    qtbot.waitUntil(lambda: known(feed, store) and feed.summary is not None, timeout=20_000)
    wire = next(iter(store.project.graph.wires))
    store.apply(disconnect(store.project, [wire]), "Disconnect")
    qtbot.waitUntil(lambda: feed.errors > 0, timeout=5000)
    assert any(problem.code.startswith("structure.") for problem in feed.problems)
    severities = [problem.severity for problem in feed.problems]
    assert severities == sorted(severities, key=["error", "warning", "hint"].index)
    store.undo_stack.undo()
    qtbot.waitUntil(lambda: feed.errors == 0, timeout=5000)


def test_the_summary_is_read_when_the_data_changes(qtbot: QtBot, make: Make) -> None:
    store, feed, _client = make()
    with qtbot.waitSignal(feed.summary_changed, timeout=20_000):
        pass
    assert feed.summary is not None
    assert feed.summary.rows == 1797
    store.apply(msgspec.structs.replace(store.project, data=Project().data), "No data")
    qtbot.waitUntil(lambda: feed.summary is None, timeout=5000)


def test_data_that_cannot_be_read_is_a_problem(qtbot: QtBot, make: Make) -> None:
    _store, feed, _client = make("--fail-on", "DescribeData")
    qtbot.waitUntil(lambda: feed.data_problem is not None, timeout=20_000)
    assert feed.data_problem in feed.problems
    assert not feed.data_busy


def test_a_new_worker_is_told_everything_again(qtbot: QtBot, make: Make) -> None:
    store, feed, client = make()
    qtbot.waitUntil(lambda: known(feed, store) and feed.summary is not None, timeout=20_000)
    nodes = set(feed.inspection.nodes)
    with qtbot.waitSignal(client.died, timeout=5000):
        os.kill(client.pid, signal.SIGKILL)
    assert set(feed.inspection.nodes) == nodes, "what was known stays on the screen"
    dense = layer_named(store.project, "Dense")
    store.apply(set_argument(store.project, dense, "units", 5), "Change units")
    qtbot.waitUntil(lambda: feed.inspection.revision == store.revision, timeout=20_000)
    assert set(feed.inspection.nodes) == nodes


def test_another_document_starts_from_nothing(qtbot: QtBot, make: Make) -> None:
    store, feed, _client = make()
    qtbot.waitUntil(lambda: known(feed, store) and feed.summary is not None, timeout=20_000)
    old = feed.inspection
    store.replace_document(Project())
    assert feed.inspection is not old
    assert feed.inspection.nodes == {}
    assert feed.summary is None


def test_large_drawings_are_checked_in_another_thread(
    qtbot: QtBot, make: Make, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kerasstudio.ui.inspection_feed.LARGE", 3)
    store, feed, _client = make()
    for wire in list(store.project.graph.wires)[:3]:
        store.apply(disconnect(store.project, [wire]), "Disconnect")
        feed.check()
    # The newest state wins, whatever was being checked when it came.
    wanted = structure_problems(store.project, catalogue)
    qtbot.waitUntil(lambda: all(each in feed.problems for each in wanted), timeout=10_000)
    while store.undo_stack.canUndo():
        store.undo_stack.undo()
    qtbot.waitUntil(lambda: feed.errors == 0, timeout=10_000)
    feed.close()
