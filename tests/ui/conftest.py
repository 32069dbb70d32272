"""Window tests run offscreen, without TensorFlow, always with the same font, style and scale; what
a test leaves behind (widgets, threads, processes, logged warnings) fails it."""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_SCALE_FACTOR"] = "1"
os.environ["QT_FONT_DPI"] = "96"
os.environ["QT_ENABLE_HIGHDPI_SCALING"] = "0"

import psutil
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QThreadPool
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from kerasstudio.graph.catalogue import Catalogue, shipped
from kerasstudio.graph.project import Project
from kerasstudio.graph.templates import project_from
from kerasstudio.ui import theme
from kerasstudio.ui.app import Studio
from kerasstudio.ui.settings import Settings

FAKE = Path(__file__).resolve().parents[1] / "fake_worker.py"


@pytest.fixture(scope="session")
def look(qapp: QApplication) -> QApplication:
    """The application in the dark theme with the shipped fonts."""
    theme.set_up(qapp, "dark")
    return qapp


@pytest.fixture(autouse=True)
def nothing_left_behind(look: QApplication) -> Iterator[None]:
    """Fails the test that leaks a top-level widget, a thread or a child process."""
    widgets, threads = _widgets(), set(threading.enumerate())
    processes = {process.pid for process in psutil.Process().children()}
    yield
    leaked = _widgets() - widgets
    if leaked:
        _settle()
        leaked = _widgets() - widgets
    QThreadPool.globalInstance().waitForDone(2000)
    running = [thread for thread in threading.enumerate() if thread not in threads]
    # A thread of Qt's pools that ran Python is listed as a dummy; it is not ours to end.
    running = [thread for thread in running if not thread.daemon and thread.is_alive()]
    children = [
        process
        for process in psutil.Process().children()
        if process.pid not in processes and process.status() != psutil.STATUS_ZOMBIE
    ]
    assert not [repr(widget) for widget in leaked], "the test leaves widgets behind"
    assert not running, "the test leaves threads behind"
    assert not children, "the test leaves processes behind"


@pytest.fixture(autouse=True)
def no_unexpected_logs(
    caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Warnings in the log of the program fail the test, unless it asks for `expected_logs`."""
    yield
    if "expected_logs" in request.fixturenames:
        return
    lines = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.WARNING and record.name.startswith("kerasstudio")
    ]
    assert not lines, f"unexpected log lines: {lines}"


@pytest.fixture
def expected_logs(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """For tests that provoke a warning; they should look at it."""
    return caplog


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return shipped()


@pytest.fixture
def digits() -> Project:
    """The CNN template: a complete project on shipped data."""
    return project_from("digits_cnn")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def fake() -> Callable[..., list[str]]:
    """The command line of a worker without TensorFlow that misbehaves where flags tell it to."""
    return lambda *flags: [sys.executable, str(FAKE), *flags]


@pytest.fixture
def studio(
    qtbot: QtBot,
    look: QApplication,
    catalogue: Catalogue,
    settings: Settings,
    fake: Callable[..., list[str]],
) -> Iterator[Studio]:
    """The whole program on the fake worker, with a blank model shown."""
    yield from run_studio(qtbot, look, catalogue, settings, fake())


@pytest.fixture
def make_studio(
    qtbot: QtBot,
    look: QApplication,
    catalogue: Catalogue,
    settings: Settings,
    fake: Callable[..., list[str]],
) -> Iterator[Callable[..., Studio]]:
    """Makes a studio whose workers misbehave as the flags given to it say."""
    running: list[Iterator[Studio]] = []

    def make(*flags: str) -> Studio:
        running.append(run_studio(qtbot, look, catalogue, settings, fake(*flags)))
        return next(running[-1])

    yield make
    for each in running:
        next(each, None)


def run_studio(
    qtbot: QtBot,
    look: QApplication,
    catalogue: Catalogue,
    settings: Settings,
    command: list[str],
) -> Iterator[Studio]:
    studio = Studio(look, catalogue, settings, command)
    studio.window.resize(1600, 1000)
    studio.show_template("blank")
    studio.begin()
    qtbot.waitUntil(lambda: studio.pool.analysis.ready is not None, timeout=20_000)
    yield studio
    studio.window.close_now()
    studio.close()
    studio.window.deleteLater()
    studio.deleteLater()
    _settle()


def _widgets() -> set[QWidget]:
    return {widget for widget in QApplication.topLevelWidgets() if widget.parent() is None}


def _settle() -> None:
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()
        gc.collect()
