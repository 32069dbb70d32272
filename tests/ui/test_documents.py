"""Opening, saving, closing: nothing is lost without a question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from kerasstudio.graph.edits import move_nodes, set_start
from kerasstudio.graph.files import read_project, write_project
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import Start
from kerasstudio.runtime.runs import create_run, list_runs, studio_folder
from kerasstudio.runtime.weight_store import WeightStore
from kerasstudio.ui.documents import Documents
from kerasstudio.ui.settings import Settings
from kerasstudio.ui.store import DocumentStore


class Desk:
    """A store with its documents; `running` says whether a run goes on."""

    def __init__(self, qtbot: QtBot, settings: Settings, project: Project) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.store = DocumentStore(project)
        self.settings = settings
        self.running = False
        self.documents = Documents(self.window, self.store, settings, lambda: self.running)
        self.problems: list[Problem] = []
        self.documents.failed.connect(self.problems.append)

    def edit(self) -> None:
        node = next(iter(self.store.project.graph.nodes))
        x = self.store.project.graph.nodes[node].x
        self.store.apply(move_nodes(self.store.project, {node: (x + 8, 0.0)}), "Move")

    def answer(self, button: QMessageBox.StandardButton) -> None:
        assert self.documents.question is not None
        self.documents.question.button(button).click()


@pytest.fixture
def desk(qtbot: QtBot, settings: Settings, digits: Project) -> Iterator[Desk]:
    desk = Desk(qtbot, settings, digits)
    yield desk
    desk.documents.close()


def settled(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=5000)


Buttons = QMessageBox.StandardButton


def test_save_as_then_save(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    desk.edit()
    desk.documents.save()
    dialog = desk.window.findChild(QFileDialog, "fileDialog")
    assert dialog is not None, "a document without a file is asked for one"
    path = tmp_path / "mine.kstudio"
    dialog.fileSelected.emit(str(tmp_path / "mine"))
    dialog.reject()
    settled(qtbot, lambda: desk.store.path == path)
    assert read_project(path) == desk.store.project
    assert desk.store.is_clean
    assert desk.documents.name == "mine"
    desk.edit()
    desk.documents.save()
    settled(qtbot, lambda: desk.store.is_clean)
    assert read_project(path) == desk.store.project
    assert desk.settings.recent() == [path]


def test_a_save_that_fails_leaves_the_star(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    desk.edit()
    desk.store._path = tmp_path / "gone" / "mine.kstudio"
    then: list[int] = []
    desk.documents.save(lambda: then.append(1))
    settled(qtbot, lambda: bool(desk.problems))
    assert "was not saved" in desk.problems[0].message
    assert not desk.store.is_clean
    assert then == [], "what was to follow the save does not happen"


def test_open_asks_about_unsaved_work(
    qtbot: QtBot, desk: Desk, tmp_path: Path, digits: Project
) -> None:
    path = tmp_path / "other.kstudio"
    write_project(path, Project())
    desk.edit()
    mine = desk.store.project
    desk.documents.open(path)
    desk.answer(Buttons.Cancel)
    assert desk.store.project is mine
    desk.documents.open(path)
    desk.answer(Buttons.Discard)
    settled(qtbot, lambda: desk.store.path == path)
    assert desk.store.project == Project()


def test_save_in_the_question_saves_first(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "mine.kstudio"
    desk.store.replace_document(desk.store.project, path)
    desk.edit()
    closed: list[bool] = []
    desk.documents.ask_unsaved(lambda: closed.append(path.exists()))
    desk.answer(Buttons.Save)
    settled(qtbot, lambda: closed == [True])


def test_clean_documents_are_closed_without_a_question(desk: Desk) -> None:
    closed: list[int] = []
    desk.documents.ask_unsaved(lambda: closed.append(1))
    assert closed == [1]
    assert desk.documents.question is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\x89HDF\r\n\x1a\n and more", "HDF5"),
        (b'{"format": "kerasstudio", "version": 1, "project": {"lay', "cut off"),
        (b'{"format": "kerasstudio", "version": 99, "project": {}}', "newer"),
        (b"hello", "no KerasStudio project"),
    ],
)
def test_what_is_no_project_gives_one_message(
    qtbot: QtBot, desk: Desk, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "bad.kstudio"
    path.write_bytes(content)
    before = desk.store.project
    desk.documents.open(path)
    settled(qtbot, lambda: bool(desk.problems))
    assert len(desk.problems) == 1
    assert words in desk.problems[0].message
    assert "bad.kstudio" in desk.problems[0].message
    assert desk.store.project is before
    assert desk.store.path is None


def test_runs_move_beside_the_file(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    untitled = desk.documents.studio()
    create_run(untitled, desk.store.project, tmp_path)
    path = tmp_path / "mine.kstudio"
    desk.documents._write(path, None)
    settled(qtbot, lambda: desk.store.path == path)
    assert desk.documents.studio() == studio_folder(path)
    assert [run.number for run in list_runs(studio_folder(path))] == [1]
    assert not untitled.exists()


def test_runs_move_only_when_no_run_writes_there(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    untitled = desk.documents.studio()
    create_run(untitled, desk.store.project, tmp_path)
    path = tmp_path / "mine.kstudio"
    desk.running = True
    desk.documents._write(path, None)
    settled(qtbot, lambda: desk.store.path == path)
    assert untitled.exists()
    moved: list[int] = []
    desk.documents.move_runs(lambda: moved.append(1))
    settled(qtbot, lambda: bool(moved))
    assert not untitled.exists()
    assert len(list_runs(studio_folder(path))) == 1


def stored(store: WeightStore, label: str) -> Start:
    """A file in a store, as an import leaves it there."""
    path = store.new_path(label)
    path.write_bytes(b"arrays")
    return Start(path.stem, label)


def test_weights_come_beside_the_file_with_all_that_undo_needs(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    first = stored(desk.documents.weights(), "first")
    second = stored(desk.documents.weights(), "second")
    desk.store.apply(set_start(desk.store.project, first), "Start")
    desk.store.apply(set_start(desk.store.project, second), "Start")
    desk.store.undo_stack.undo()
    path = tmp_path / "kept.kstudio"
    desk.documents._write(path, None)
    settled(qtbot, lambda: desk.store.is_clean)
    folder = studio_folder(path) / "weights"
    assert {each.stem for each in folder.iterdir()} == {first.weights, second.weights}
    other = tmp_path / "other" / "kept.kstudio"
    other.parent.mkdir()
    desk.documents._write(other, None)
    settled(qtbot, lambda: desk.store.path == other)
    assert desk.documents.weights().find(second.weights) is not None
    assert desk.problems == []


def test_runs_and_weights_of_an_unsaved_project_move_together(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    create_run(desk.documents.studio(), desk.store.project, desk.documents.base())
    start = stored(desk.documents.weights(), "first")
    desk.store.apply(set_start(desk.store.project, start), "Start")
    path = tmp_path / "kept.kstudio"
    desk.documents._write(path, None)
    settled(qtbot, lambda: desk.store.is_clean)
    assert len(list_runs(studio_folder(path))) == 1
    assert desk.documents.weights().find(start.weights) is not None


def test_a_project_whose_weights_cannot_be_kept_is_not_saved(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    start = stored(desk.documents.weights(), "first")
    desk.store.apply(set_start(desk.store.project, start), "Start")
    path = tmp_path / "kept.kstudio"
    studio_folder(path).write_bytes(b"in the way")
    desk.documents._write(path, None)
    settled(qtbot, lambda: bool(desk.problems))
    assert "weights" in desk.problems[0].message
    assert not path.exists()
    assert not desk.store.is_clean
