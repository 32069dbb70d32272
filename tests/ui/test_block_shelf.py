"""My blocks in the window: saved, offered, added, renamed, deleted; and blocks repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.project import Project
from kerasstudio.graph.saved_blocks import SUFFIX, BlockType, block_title, saved_block
from kerasstudio.ui import settings as settings_module
from kerasstudio.ui.app import Studio
from kerasstudio.ui.block_shelf import BlockShelf
from kerasstudio.ui.dialogs.name_dialog import NameDialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
KEY = Qt.Key


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's real blocks."""
    monkeypatch.setattr(settings_module.platformdirs, "user_data_path", lambda _name: tmp_path)
    return tmp_path


@pytest.fixture
def drawn(studio: Studio) -> Studio:
    """The iris model, its hidden layers selected."""
    studio.show_template("iris_mlp")
    project = studio.store.project
    dense = [
        node.id
        for node in project.graph.nodes.values()
        if project.layers[node.layer].class_name == "Dense"
    ]
    studio.selection.select(dense[:2])
    return studio


def save(qtbot: QtBot, studio: Studio, name: str) -> None:
    studio.canvas.actions_set.run("model.save_block")
    dialog = studio.window.findChild(NameDialog)
    assert dialog is not None
    dialog.field.setText(name)
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: name in studio.shelf.names())
    qtbot.waitUntil(lambda: studio.window.findChild(NameDialog) is None)


def kinds(studio: Studio) -> list[str]:
    return [block_title(kind) for kind in studio.shelf.kinds]


def test_saved_and_used_again(qtbot: QtBot, drawn: Studio, data_folder: Path) -> None:
    before = drawn.store.project
    save(qtbot, drawn, "two dense")
    assert drawn.store.project is before, "saving edits nothing"
    assert [path.name for path in (data_folder / "blocks").iterdir()] == [f"two dense{SUFFIX}"]
    rows = drawn.palette.rows
    texts = [rows.data(rows.index(number)) for number in range(3)]
    assert texts[:2] == ["My blocks", "two dense"]
    drawn.palette.field.setText("two dense")
    qtbot.keyClick(drawn.palette.field, KEY.Key_Return)
    (card,) = drawn.selection.nodes
    layer = drawn.store.project.layers[drawn.store.project.graph.nodes[card].layer]
    assert (layer.name, layer.class_name) == ("two dense", "Functional")
    assert layer.graph in drawn.store.project.graphs
    drawn.canvas.add_layer_at_cursor()
    search = drawn.canvas.search
    qtbot.keyClicks(search.field, "two dense")
    kind = search.rows.kind(search.rows.first())
    assert isinstance(kind, BlockType)
    search.hide()


def test_a_name_is_taken_once(qtbot: QtBot, drawn: Studio) -> None:
    save(qtbot, drawn, "mine")
    drawn.canvas.actions_set.run("model.save_block")
    dialog = drawn.window.findChild(NameDialog)
    assert dialog is not None
    dialog.field.setText("Mine")
    assert not dialog.button.isEnabled()
    assert "already" in dialog.error.text()
    dialog.field.setText("  ")
    assert not dialog.button.isEnabled()
    dialog.reject()


def test_renamed_and_deleted(qtbot: QtBot, drawn: Studio, data_folder: Path) -> None:
    save(qtbot, drawn, "old")
    palette = drawn.palette
    palette.list.setCurrentIndex(palette.rows.first())
    qtbot.keyClick(palette.list, KEY.Key_F2)
    dialog = drawn.window.findChild(NameDialog)
    assert dialog is not None
    dialog.field.setText("new")
    qtbot.keyClick(dialog.field, KEY.Key_Return)
    qtbot.waitUntil(lambda: kinds(drawn) == ["new"])
    palette.list.setCurrentIndex(palette.rows.first())
    qtbot.keyClick(palette.list, KEY.Key_Delete)
    box = drawn.window.findChild(QMessageBox, "deleteBlock")
    assert box is not None
    button = next(each for each in box.buttons() if each.text() == "Delete")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: kinds(drawn) == [])
    assert list((data_folder / "blocks").iterdir()) == []


@pytest.mark.usefixtures("expected_logs")
def test_what_cannot_be_a_block_is_told(drawn: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr("kerasstudio.ui.app.problem_message", lambda _window, it: told.append(it))
    drawn.selection.select(drawn.store.project.graph.nodes)
    drawn.canvas.actions_set.run("model.save_block")
    assert told[0].code == "edit.block_ends"


def test_bad_files_stay_and_other_programs_are_followed(qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "blocks"
    folder.mkdir()
    bad = folder / f"bad{SUFFIX}"
    bad.write_bytes(b'{"format": "kerasstudio-block", "version": 99}')
    one, other = BlockShelf(folder), BlockShelf(folder)
    (kind,) = one.kinds
    assert kind.needs is not None
    assert "newer KerasStudio" in kind.needs
    assert one.catalogue(shipped()).layers[0] is kind
    dense: Any = shipped().named("Dense")
    project, node = edits.add_layer(Project(), dense, 0, 0)
    project, card = edits.group(project, [node], shipped())
    with qtbot.waitSignal(other.changed, timeout=10_000):
        one.save(saved_block(project, card, "good"))
    assert [block_title(each) for each in other.kinds] == [f"bad{SUFFIX}", "good"]
    assert bad.exists()
    one.deleteLater()
    other.deleteLater()


def test_repeated_by_the_popup(qtbot: QtBot, drawn: Studio) -> None:
    project = drawn.store.project
    first = next(n for n in project.graph.nodes if n in drawn.selection.nodes)
    drawn.selection.select([first])
    drawn.canvas.actions_set.run("model.repeat")
    popup = drawn.canvas.blocks.repeat_popup
    assert popup.isVisible()
    popup.times.setValue(4)
    assert "3 new" in popup.words.text()
    qtbot.keyClick(popup, KEY.Key_Return)
    assert not popup.isVisible()
    assert len(drawn.store.project.graph.nodes) == len(project.graph.nodes) + 3
    assert len(drawn.selection.nodes) == 4
    assert drawn.store.undo_stack.count() == 1
    drawn.store.undo_stack.undo()
    assert drawn.store.project == project
    drawn.selection.select([next(iter(project.graph.nodes))])
    drawn.canvas.actions_set.run("model.repeat")
    assert not popup.button.isEnabled()
    assert "Input" in popup.words.text()
    qtbot.keyClick(popup, KEY.Key_Escape)
    assert not popup.isVisible()
