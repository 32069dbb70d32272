"""Several windows in one program: documents of their own, one clipboard, one way to quit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.problems import StudioError
from kerasstudio.ui.app import Studio
from kerasstudio.ui.settings import Settings
from kerasstudio.ui.windows import Windows


@pytest.fixture
def windows(
    qtbot: QtBot,
    look: QApplication,
    catalogue: Catalogue,
    settings: Settings,
    fake: Callable[..., list[str]],
) -> Iterator[Windows]:
    settings.set("keep_spare", False)
    opened = Windows(look, catalogue, settings, fake())
    yield opened
    opened.close()
    qtbot.waitUntil(lambda: not opened.studios, timeout=10_000)


def begun(qtbot: QtBot, studio: Studio) -> Studio:
    qtbot.waitUntil(lambda: studio.pool.analysis.ready is not None, timeout=20_000)
    return studio


def blank(studio: Studio) -> None:
    studio.show_template("blank")


def iris(studio: Studio) -> None:
    studio.show_template("iris_mlp")


def saved(studio: Studio) -> None:
    studio.store.mark_saved(studio.store.project, Path("x.kstudio"))


def test_each_window_has_a_document_and_an_undo_list(qtbot: QtBot, windows: Windows) -> None:
    one, other = begun(qtbot, windows.open(iris)), begun(qtbot, windows.open(blank))
    one.canvas.select_all()
    one.canvas.clipping.copy()
    other.canvas.clipping.paste()
    assert len(other.store.project.graph.nodes) == len(one.store.project.graph.nodes)
    assert other.store.undo_stack.count() == 1
    assert one.store.undo_stack.count() == 0
    other.store.undo_stack.undo()
    assert not other.store.project.graph.nodes
    assert one.store.project.graph.nodes
    assert one.autosave.file != other.autosave.file


def test_a_window_closes_alone(qtbot: QtBot, windows: Windows) -> None:
    one, other = begun(qtbot, windows.open(iris)), begun(qtbot, windows.open(iris))
    one.commands.close_window()
    qtbot.waitUntil(lambda: windows.studios == [other], timeout=10_000)
    assert other.window.isVisible()
    assert other.pool.analysis.is_alive


def test_actions_open_windows(qtbot: QtBot, windows: Windows) -> None:
    one = begun(qtbot, windows.open(iris))
    one.window.actions_set.action("file.new_window").trigger()
    assert len(windows.studios) == 2
    second = begun(qtbot, windows.studios[1])
    assert not second.store.project.graph.nodes
    assert not second.recovery.enabled, "only the first window looks for lost work"


def test_a_file_that_cannot_be_opened_leaves_no_window(
    qtbot: QtBot, windows: Windows, tmp_path: Path
) -> None:
    with pytest.raises(StudioError):
        windows.open_file(tmp_path / "none.kstudio")
    assert windows.studios == []


def test_a_window_can_be_opened_for_a_model(qtbot: QtBot, windows: Windows, tmp_path: Path) -> None:
    path = tmp_path / "net.keras"
    path.write_bytes(b"\x89HDF\r\n\x1a\nsomething")
    studio = windows.open_file(path)
    assert studio.documents.name == "untitled"
    begun(qtbot, studio)
    qtbot.waitUntil(lambda: studio.documents.name == "net", timeout=10_000)
    qtbot.waitUntil(lambda: studio.pool._taken == [], timeout=10_000)


def test_quit_asks_for_each_window_and_cancel_ends_it(qtbot: QtBot, windows: Windows) -> None:
    one, other = begun(qtbot, windows.open(iris)), begun(qtbot, windows.open(iris))
    one.canvas.select_all()
    one.canvas.clipping.delete()
    other.window.actions_set.action("file.quit").trigger()
    qtbot.waitUntil(lambda: one.documents.question is not None, timeout=10_000)
    assert windows.studios == [one], "the one without edits is gone"
    question = one.documents.question
    assert question is not None
    question.button(QMessageBox.StandardButton.Cancel).click()
    qtbot.wait(50)
    assert windows.studios == [one]
    saved(one)
    begun(qtbot, windows.open(iris)).commands.close_window()
    qtbot.waitUntil(lambda: windows.studios == [one], timeout=10_000)
    one.commands.actions.action("file.quit").trigger()
    qtbot.waitUntil(lambda: not windows.studios, timeout=10_000)
