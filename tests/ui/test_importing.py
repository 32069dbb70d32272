"""Reading a model file from the window: progress, cancel, a reader that dies, what it leaves."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from kerasstudio.graph.files import write_project
from kerasstudio.graph.templates import project_from
from kerasstudio.ui.app import Studio

MakeStudio = Callable[..., Studio]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "net.keras"
    path.write_bytes(b"a model")
    return path


def cells() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob(f"kerasstudio-confined-{os.getpid()}-*"))


def reader(studio: Studio) -> object:
    return next((each for each in studio.pool._taken if each.role == "reading"), None)


def test_reading_shows_what_it_does_and_leaves_nothing(
    qtbot: QtBot, make_studio: MakeStudio, model: Path
) -> None:
    studio, before = make_studio(), cells()
    status = studio.window.status
    assert not status.cancel.isVisibleTo(studio.window)
    studio.importing.open_paths([model])
    assert status.task.text() == "Opening net.keras…"
    assert status.cancel.isVisibleTo(studio.window)
    qtbot.waitUntil(lambda: studio.documents.name == "net", timeout=10_000)
    assert not status.cancel.isVisibleTo(studio.window)
    assert "nothing was imported" in status.message.text()
    qtbot.waitUntil(lambda: reader(studio) is None and cells() <= before, timeout=10_000)


@pytest.mark.parametrize("name", ["net.kstudio", "net.csv", "net"])
def test_a_model_is_read_whatever_it_is_called(
    qtbot: QtBot, make_studio: MakeStudio, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x89HDF\r\n\x1a\nsomething")
    studio = make_studio()
    studio.importing.open_paths([path])
    assert studio.window.status.task.text() == f"Opening {name}…"
    qtbot.waitUntil(lambda: studio.documents.name == "net", timeout=10_000)
    qtbot.waitUntil(lambda: reader(studio) is None, timeout=10_000)


def test_a_project_is_opened_whatever_it_is_called(
    qtbot: QtBot, make_studio: MakeStudio, tmp_path: Path
) -> None:
    path = tmp_path / "drawn.json"
    write_project(path, project_from("iris_mlp"))
    studio = make_studio()
    studio.importing.open_paths([path])
    qtbot.waitUntil(lambda: studio.documents.name == "drawn", timeout=10_000)
    assert studio.store.project == project_from("iris_mlp")


def test_reading_can_be_cancelled(qtbot: QtBot, make_studio: MakeStudio, model: Path) -> None:
    studio, before = make_studio("--late", "60"), cells()
    studio.importing.open_paths([model])
    qtbot.waitUntil(lambda: "Looking" in studio.window.status.task.text(), timeout=10_000)
    studio.window.status.cancel.click()
    assert studio.window.status.task.text() == ""
    qtbot.waitUntil(lambda: reader(studio) is None and cells() <= before, timeout=10_000)
    assert studio.documents.name != "net"
    assert studio.window.findChild(QMessageBox, "problemMessage") is None


def test_a_second_file_replaces_the_first(
    qtbot: QtBot, make_studio: MakeStudio, model: Path, tmp_path: Path
) -> None:
    studio = make_studio("--late", "0.3")
    other = tmp_path / "other.keras"
    other.write_bytes(b"another")
    studio.importing.open_paths([model])
    studio.importing.open_paths([other])
    qtbot.waitUntil(lambda: studio.documents.name == "other", timeout=10_000)
    qtbot.waitUntil(lambda: reader(studio) is None, timeout=10_000)


def test_a_reader_that_dies_is_explained(
    qtbot: QtBot,
    make_studio: MakeStudio,
    model: Path,
    expected_logs: pytest.LogCaptureFixture,
) -> None:
    studio, before = make_studio("--die-on", "ImportModel"), cells()
    studio.importing.open_paths([model])
    qtbot.waitUntil(
        lambda: studio.window.findChild(QMessageBox, "problemMessage") is not None, timeout=10_000
    )
    box = studio.window.findChild(QMessageBox, "problemMessage")
    assert box is not None
    assert "net.keras" in box.text()
    assert "private folder" in box.informativeText()
    box.close()
    assert studio.pool.analysis.is_alive
    qtbot.waitUntil(lambda: reader(studio) is None and cells() <= before, timeout=10_000)


def test_closing_the_window_ends_the_reader(
    qtbot: QtBot, make_studio: MakeStudio, model: Path
) -> None:
    studio, before = make_studio("--late", "60"), cells()
    studio.importing.open_paths([model])
    qtbot.waitUntil(lambda: "Looking" in studio.window.status.task.text(), timeout=10_000)
    studio.close()
    qtbot.waitUntil(lambda: cells() <= before, timeout=10_000)
