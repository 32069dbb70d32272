"""Runs from the window: curves, pause, stop, death, continuing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.runtime.runs import read_curves, read_run
from kerasstudio.ui.run_feed import RunFeed, RunView
from kerasstudio.ui.workers import WorkerPool

Make = Callable[..., RunFeed]


@pytest.fixture
def make(qtbot: QtBot, fake: Callable[..., list[str]], tmp_path: Path) -> Iterator[Make]:
    made: list[tuple[WorkerPool, RunFeed]] = []

    def make(*flags: str) -> RunFeed:
        pool = WorkerPool(fake(*flags), keep_spare=False)
        feed = RunFeed(pool, lambda: tmp_path / "a.studio", lambda: str(tmp_path), pool)
        made.append((pool, feed))
        return feed

    yield make
    for pool, feed in made:
        pool.close()
        feed.close()
        pool.deleteLater()


@pytest.fixture
def short(digits: Project) -> Project:
    return msgspec.structs.replace(
        digits, training=msgspec.structs.replace(digits.training, epochs=3)
    )


def ended(qtbot: QtBot, feed: RunFeed) -> RunView:
    qtbot.waitUntil(lambda: feed.current is not None and feed.current.ended, timeout=30_000)
    assert feed.current is not None
    return feed.current


def test_a_run_from_start_to_finish(qtbot: QtBot, make: Make, short: Project) -> None:
    feed = make("--steps", "20")
    values: list[float | None] = []
    epochs: list[int] = []
    statuses: list[str] = []
    feed.points_received.connect(lambda _view, points: values.extend(points.values["loss"]))
    feed.epoch_ended.connect(lambda _view, ended: epochs.append(ended.epoch))
    feed.run_changed.connect(lambda view: statuses.append(view.status))
    assert feed.start(short)
    assert feed.is_running
    assert not feed.start(short), "one run at a time"
    view = ended(qtbot, feed)
    assert view.status == "finished"
    assert len(values) == 60
    assert epochs == [0, 1, 2]
    assert list(dict.fromkeys(statuses)) == ["preparing", "running", "finished"]
    assert (view.steps, view.epochs, view.batches) == (20, 3, 60)
    assert view.fraction == 1.0
    qtbot.waitUntil(lambda: bool(feed.runs and feed.runs[0].record.test), timeout=5000)
    assert [run.number for run in feed.runs] == [1]
    assert read_run(view.folder).status == "finished"


def test_pause_and_go_on(qtbot: QtBot, make: Make, short: Project) -> None:
    feed = make("--batch-seconds", "0.01")
    feed.start(short)
    qtbot.waitUntil(lambda: feed.current is not None and feed.current.batches > 0, timeout=20_000)
    feed.pause()
    qtbot.waitUntil(lambda: feed.current.status == "paused", timeout=5000)
    feed.resume()
    qtbot.waitUntil(lambda: feed.current.status == "running", timeout=5000)
    feed.stop()
    assert feed.current.status == "stopping"
    view = ended(qtbot, feed)
    assert view.status == "stopped"
    assert "by you" in view.reason


def test_stop_after_the_epoch(qtbot: QtBot, make: Make, short: Project) -> None:
    feed = make("--batch-seconds", "0.005", "--steps", "30")
    feed.start(short)
    qtbot.waitUntil(lambda: feed.current is not None and feed.current.batches > 0, timeout=20_000)
    feed.stop("epoch")
    view = ended(qtbot, feed)
    assert view.status == "stopped"
    assert view.batches == 30


def test_a_killed_run_keeps_its_curves(qtbot: QtBot, make: Make, short: Project) -> None:
    feed = make("--die-at-batch", "40", "--steps", "25")
    feed.start(short)
    view = ended(qtbot, feed)
    assert view.status == "killed"
    assert "SIGKILL" in view.reason
    qtbot.waitUntil(lambda: read_run(view.folder).status == "killed", timeout=5000)
    qtbot.waitUntil(lambda: view.record.epochs_done == 1, timeout=5000)
    assert view.can_continue
    assert len(read_curves(view.folder).epoch["loss"]) == 1
    assert not feed.is_running


def test_a_run_that_ignores_stop_is_ended(qtbot: QtBot, make: Make, short: Project) -> None:
    feed = make("--ignore-stop", "--batch-seconds", "0.05")
    feed.start(short)
    qtbot.waitUntil(lambda: feed.current is not None and feed.current.batches > 0, timeout=20_000)
    feed.stop()
    feed.kill()
    assert ended(qtbot, feed).status == "killed"


def test_a_refused_run_says_why(qtbot: QtBot, make: Make, short: Project) -> None:
    feed = make("--refuse")
    feed.start(short)
    view = ended(qtbot, feed)
    assert view.status == "refused"
    assert view.problems[0].code == "train.labels"


def test_a_run_is_continued_as_a_new_one(qtbot: QtBot, make: Make, short: Project) -> None:
    feed = make()
    feed.start(short)
    first = ended(qtbot, feed)
    assert feed.resume_run(first.key)
    qtbot.waitUntil(lambda: feed.current is not first, timeout=10_000)
    second = ended(qtbot, feed)
    assert second.number == 2
    qtbot.waitUntil(lambda: len(feed.runs) == 2, timeout=5000)
    assert read_run(second.folder).resumed_from == first.key


def test_a_folder_that_cannot_be_made(
    qtbot: QtBot, make: Make, short: Project, tmp_path: Path
) -> None:
    (tmp_path / "a.studio").write_text("in the way")
    feed = make()
    problems: list[Problem] = []
    feed.start_failed.connect(problems.append)
    feed.start(short)
    qtbot.waitUntil(lambda: bool(problems), timeout=5000)
    assert problems[0].code == "file.run_folder"
    assert not feed.is_running
