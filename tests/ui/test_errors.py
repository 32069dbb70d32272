"""Errors of our own are caught in every thread, logged, and the work is journaled first."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import qWarning
from pytestqt.qtbot import QtBot

from kerasstudio.ui.errors import ErrorReporter
from kerasstudio.ui.logs import LogSignal, ProgramLog


@pytest.fixture
def reporter(qtbot: QtBot) -> Iterator[tuple[ErrorReporter, list[str]]]:
    order: list[str] = []
    reporter = ErrorReporter(lambda: order.append("work saved"))
    reporter.error_caught.connect(lambda summary, _trace: order.append(summary))
    reporter.install()
    yield reporter, order
    reporter.remove()


def test_an_error_is_told_after_the_work_is_safe(
    qtbot: QtBot,
    reporter: tuple[ErrorReporter, list[str]],
    expected_logs: pytest.LogCaptureFixture,
) -> None:
    _reporter, order = reporter
    try:
        raise ValueError("something odd")
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    qtbot.waitUntil(lambda: len(order) == 2, timeout=2000)
    assert order == ["work saved", "ValueError: something odd"]
    assert "Traceback" in expected_logs.text


def test_an_error_in_a_thread_too(
    qtbot: QtBot,
    reporter: tuple[ErrorReporter, list[str]],
    expected_logs: pytest.LogCaptureFixture,
) -> None:
    _reporter, order = reporter

    def fail() -> None:
        raise RuntimeError("in a thread")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(order) == 2, timeout=2000)
    assert order[1] == "RuntimeError: in a thread"
    assert "in a thread" in expected_logs.text


def test_what_qt_says_is_logged(
    reporter: tuple[ErrorReporter, list[str]], expected_logs: pytest.LogCaptureFixture
) -> None:
    qWarning("a word from Qt")
    assert "a word from Qt" in expected_logs.text


def test_everything_is_put_back(qtbot: QtBot) -> None:
    before = sys.excepthook, threading.excepthook
    reporter = ErrorReporter(lambda: None)
    reporter.install()
    reporter.remove()
    assert (sys.excepthook, threading.excepthook) == before


def test_the_log_has_a_file_and_a_signal(
    qtbot: QtBot, tmp_path: Path, expected_logs: pytest.LogCaptureFixture
) -> None:
    signal = LogSignal()
    log = ProgramLog(signal, tmp_path)
    with qtbot.waitSignal(signal.logged, timeout=2000) as told:
        logging.getLogger("kerasstudio").warning("the disk is full")
    log.close()
    assert told.args == ["the disk is full", "warning"]
    assert "the disk is full" in (tmp_path / "log.txt").read_text()
