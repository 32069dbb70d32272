"""The Data page with mouse and keyboard: roles, split, matching, files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
import small_project
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot
from small_catalogue import CATALOGUE

from kerasstudio.graph import edits
from kerasstudio.graph.data_spec import Column, DataSpec, Source
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.runtime import protocol as p
from kerasstudio.ui.data.columns_model import KIND, MISSING, PREPARATION, ROLE
from kerasstudio.ui.data.data_page import DataPage
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.inspector.editors import TextEditor
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.widgets.problem_row import CheckList
from kerasstudio.ui.workers import Answered, WorkerClient

# Menus on the offscreen platform.
pytestmark = pytest.mark.qt_log_ignore(
    r"This plugin does not support (raise|grabbing)", extend=True
)


class QuietWorker(WorkerClient):
    """Keeps requests; the test answers them."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[p.Request, Answered]] = []

    def ask(self, request: p.Request, answered: Answered) -> None:
        self.asked.append((request, answered))

    def answer(self, report: p.Report) -> None:
        self.asked[-1][1](report)


@dataclass
class Desk:
    store: DocumentStore
    feed: InspectionFeed
    worker: QuietWorker
    page: DataPage
    qtbot: QtBot

    def cell(self, name: str, section: int) -> QPoint:
        table = self.page.columns
        row = table.columns.row_of(name)
        assert row is not None
        return table.visualRect(table.columns.index(row, section)).center()

    def open_cell(self, name: str, section: int) -> QMenu:
        table = self.page.columns
        self.qtbot.mouseClick(
            table.viewport(), Qt.MouseButton.LeftButton, pos=self.cell(name, section)
        )
        assert table.menu is not None
        return table.menu

    def pick(self, menu: QMenu, text: str) -> None:
        action = next(action for action in menu.actions() if action.text() == text)
        self.qtbot.mouseClick(
            menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center()
        )

    def column(self, name: str) -> Column:
        column = self.store.project.data.column(name)
        assert column is not None
        return column


def make_desk(qtbot: QtBot, project: Project, summary: DataSummary | None) -> Desk:
    store = DocumentStore(project)
    worker = QuietWorker()
    feed = InspectionFeed(store, worker, CATALOGUE)
    feed.summary = summary
    feed.inspection = small_project.inspection(project)
    feed.check()
    page = DataPage(store, feed, worker, CATALOGUE)
    page.resize(1280, 900)
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    return Desk(store, feed, worker, page, qtbot)


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return make_desk(qtbot, small_project.project(), small_project.summary())


@pytest.fixture
def empty(qtbot: QtBot) -> Desk:
    return make_desk(qtbot, small_project.project(with_data=False), None)


def words(checks: CheckList) -> str:
    return "\n".join(row.words.text() for row in checks.rows)


def test_a_role_is_changed_by_clicking_its_pill(desk: Desk) -> None:
    menu = desk.open_cell("weight", ROLE)
    assert [action.text() for action in menu.actions()] == ["feature", "target", "ignored"]
    desk.pick(menu, "ignored")
    assert desk.column("weight").role == "ignore"
    assert desk.store.undo_stack.undoText() == "Change role of weight"
    desk.store.undo_stack.undo()
    assert desk.column("weight").role == "feature"


def test_roles_by_keyboard(desk: Desk) -> None:
    table = desk.page.columns
    table.setFocus()
    table.setCurrentIndex(table.columns.index(0, ROLE))
    desk.qtbot.keyClick(table, Qt.Key.Key_T)
    assert desk.column("length").role == "target"
    desk.qtbot.keyClick(table, Qt.Key.Key_I)
    assert desk.column("length").role == "ignore"
    desk.qtbot.keyClick(table, Qt.Key.Key_Return)
    menu = table.menu
    assert menu is not None
    assert menu.isVisible()
    menu.close()


def test_kind_and_preparation_go_together(desk: Desk) -> None:
    desk.pick(desk.open_cell("weight", KIND), "category")
    assert desk.column("weight").encoding == "one_hot"
    desk.pick(desk.open_cell("species", PREPARATION), "one-hot, 3 classes")
    assert desk.column("species").encoding == "one_hot"
    desk.pick(desk.open_cell("weight", KIND), "number")
    assert desk.column("weight").encoding == "none"


def test_missing_values_are_counted_and_settled(qtbot: QtBot) -> None:
    desk = make_desk(qtbot, small_project.project(), small_project.summary(missing=3))
    model = desk.page.columns.columns
    row = model.row_of("width")
    assert row is not None
    assert model.index(row, MISSING).data() == "3: stop and say so"
    assert '"width" has 3 empty cells' in words(desk.page.checks)
    desk.pick(desk.open_cell("width", MISSING), "put the mean")
    assert desk.column("width").missing == "mean"
    desk.feed.check()
    assert "empty cells" not in words(desk.page.checks)


def test_a_fix_of_a_check_is_a_button(qtbot: QtBot) -> None:
    desk = make_desk(qtbot, small_project.project(), small_project.summary(missing=3))
    row = next(row for row in desk.page.checks.rows if "empty cells" in row.words.text())
    button = next(button for button in row.buttons if button.text() == "drop these rows")
    desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert desk.column("width").missing == "drop_row"


def test_what_is_fine_is_said(desk: Desk) -> None:
    said = words(desk.page.checks)
    assert "every Input and Output has its columns" in said
    assert "shapes match every Input" in said
    assert "no value is missing" in said
    assert "species: 3 classes, the smallest (tulip) has 40 rows" in said


def test_dragging_the_split_is_one_undo_step(desk: Desk) -> None:
    bar = desk.page.split.bar
    start = QPoint(round(bar.handle_x("test")), bar.height() // 2)
    desk.qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        desk.qtbot.mouseMove(bar, start - QPoint(step * 5, 0))
    desk.qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=start - QPoint(25, 0))
    split = desk.store.project.data.split
    assert split.test > 0.2
    assert split.test + split.validation == pytest.approx(0.3)
    assert desk.store.undo_stack.count() == 1


def test_the_split_by_keys_and_numbers(desk: Desk) -> None:
    bar = desk.page.split.bar
    bar.setFocus()
    desk.qtbot.keyClick(bar, Qt.Key.Key_Left)
    assert desk.store.project.data.split.validation == pytest.approx(0.16)
    editor = desk.page.split.form.row("seed").editor
    assert isinstance(editor, TextEditor)
    editor.line.setFocus()
    editor.line.selectAll()
    desk.qtbot.keyClicks(editor.line, "7")
    assert desk.store.project.data.split.seed == 7
    editor = desk.page.split.form.row("test %").editor
    assert isinstance(editor, TextEditor)
    editor.line.setFocus()
    editor.line.selectAll()
    desk.qtbot.keyClicks(editor.line, "90")
    assert desk.store.project.data.split.test == pytest.approx(0.09)
    assert "At least 5 % must be left" in desk.page.split.error.text()


def test_the_method_of_the_split(desk: Desk) -> None:
    method = desk.page.split.method
    place = method.segment("ordered").center().toPoint()
    desk.qtbot.mouseClick(method, Qt.MouseButton.LeftButton, pos=place)
    assert desk.store.project.data.split.method == "ordered"
    assert method.value == "ordered"


def test_counts_come_from_the_worker(desk: Desk) -> None:
    assert desk.page.split.counts.text() == "train 106 · validation 22 · test 22"
    desk.feed.summary = None
    desk.feed.summary_changed.emit()
    assert desk.page.split.counts.text() == "train 70% · validation 15% · test 15%"


def test_columns_of_an_input_are_chosen_in_a_menu(desk: Desk) -> None:
    row = desk.page.matching.rows["l1"]
    assert row.button.text() == "4 numbers"
    desk.qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    menu = row.menu
    assert menu is not None
    for name in ("weight", "height"):
        action = next(one for one in menu.actions() if one.data() == name)
        desk.qtbot.mouseClick(
            menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center()
        )
    assert menu.isVisible()
    menu.close()
    assert desk.store.project.data.bindings == {"l1": ("length", "width")}
    assert desk.store.undo_stack.count() == 1


def test_an_output_takes_one_column_or_matches_by_name(desk: Desk) -> None:
    row = desk.page.matching.rows["l4"]
    desk.qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    assert row.menu is not None
    action = next(one for one in row.menu.actions() if one.data() == "weight")
    place = row.menu.actionGeometry(action).center()
    desk.qtbot.mouseClick(row.menu, Qt.MouseButton.LeftButton, pos=place)
    assert desk.store.project.data.bindings == {"l4": ("weight",)}
    row = desk.page.matching.rows["l4"]
    desk.qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    assert row.menu is not None
    desk.pick(row.menu, "match by name and order")
    assert desk.store.project.data.bindings == {}


def test_inputs_take_the_shape_of_their_data(desk: Desk) -> None:
    button = desk.page.matching.shapes_button
    assert button.isHidden()
    project = edits.set_argument(desk.store.project, "l1", "shape", [7])
    desk.store.apply(project, "Break it")
    assert not button.isHidden()
    desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert desk.store.project.layers["l1"].arguments["shape"] == [4]
    assert button.isHidden()


def test_the_page_without_data_says_what_to_do(empty: Desk) -> None:
    page = empty.page
    assert page._pages.currentWidget() is page.empty
    assert page.empty.back.isHidden()
    link = page.empty.samples["sample:iris.csv"]
    empty.qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    request = empty.worker.asked[-1][0]
    assert isinstance(request, p.GuessData)
    assert request.paths == ("sample:iris.csv",)
    assert "iris.csv" in page.empty.progress.text()
    empty.worker.answer(p.Progress(request.id, "reading rows", 0.5))
    assert page.empty.progress.text() == "reading rows"
    empty.worker.answer(p.DataGuessed(request.id, small_project.flowers(), small_project.summary()))
    assert empty.store.project.data.columns == small_project.flowers().columns
    assert empty.store.undo_stack.undoText() == "Choose data"
    assert page._pages.currentWidget() is page._full
    assert page.empty.progress.isHidden()


def test_an_unreadable_file_is_told_and_changes_nothing(empty: Desk) -> None:
    empty.page.open_files(["/tmp/photo.csv"])
    before = empty.store.project
    problem = Problem("data.wrong_content", "photo.csv is a PNG image, not a csv file.",
                      expected="a table", received="a PNG image")  # fmt: skip
    empty.worker.answer(p.Failed(empty.worker.asked[-1][0].id, problem))  # type: ignore[union-attr]
    assert empty.store.project is before
    assert empty.page.empty.error.text() == (
        "photo.csv is a PNG image, not a csv file.\nexpected: a table"  # the rest is said already
    )


def test_data_that_cannot_be_read_any_more_is_told_on_top(desk: Desk) -> None:
    assert desk.page._right_column.indexOf(desk.page.checks_card) == 2
    desk.feed.summary = None
    desk.feed.data_problem = Problem("data.missing_file", "There is no file /data/flowers.csv.")
    desk.feed.summary_changed.emit()
    desk.feed.check()
    assert desk.page.sources.error.text() == "There is no file /data/flowers.csv."
    assert words(desk.page.checks).startswith("There is no file")
    assert desk.page._right_column.indexOf(desk.page.checks_card) == 0
    desk.feed.data_problem, desk.feed.summary = None, small_project.summary()
    desk.feed.summary_changed.emit()
    desk.feed.check()
    assert desk.page.sources.error.isHidden()
    assert desk.page._right_column.indexOf(desk.page.checks_card) == 2


def drop(page: DataPage, *paths: str) -> None:
    """What Qt sends when files are dragged over the page and let go."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(path) for path in paths])
    held = (mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, *held)
    QApplication.sendEvent(page.viewport(), enter)
    assert enter.isAccepted()
    let_go = QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, *held)
    QApplication.sendEvent(page.viewport(), let_go)


def test_a_dropped_file_is_asked_about_when_there_is_data(desk: Desk, tmp_path: Path) -> None:
    drop(desk.page, str(tmp_path / "more.csv"))
    assert desk.worker.asked == []
    question = desk.page.sources.question
    assert "more.csv" in question.text.text()
    desk.qtbot.mouseClick(question.add_button, Qt.MouseButton.LeftButton)
    request = desk.worker.asked[-1][0]
    assert isinstance(request, p.GuessData)
    guessed = DataSpec(
        (Source("s1", str(tmp_path / "more.csv"), "csv"),),
        (Column("length", "s1", "number"), Column("colour", "s1", "category")),
    )
    desk.worker.answer(p.DataGuessed(request.id, guessed, DataSummary(150)))
    names = [column.name for column in desk.store.project.data.columns]
    assert names[-2:] == ["length_2", "colour"]
    assert [one.id for one in desk.store.project.data.sources] == ["s1", "s1_2"]
    assert desk.store.undo_stack.undoText() == "Add data"


def test_a_dropped_file_can_replace(desk: Desk) -> None:
    desk.store.apply(edits.set_binding(desk.store.project, "l1", ["length"]), "Match")
    drop(desk.page, "/data/other.csv")
    assert desk.page.sources.question.isVisible()
    desk.qtbot.mouseClick(desk.page.sources.question.replace_button, Qt.MouseButton.LeftButton)
    guessed = DataSpec((Source("s1", "/data/other.csv", "csv"),), (Column("a", "s1", "number"),))
    request = desk.worker.asked[-1][0]
    assert isinstance(request, p.GuessData)
    desk.worker.answer(p.DataGuessed(request.id, guessed, DataSummary(10)))
    assert desk.store.project.data.columns == guessed.columns
    assert desk.store.project.data.bindings == {}


def test_a_late_answer_to_an_older_choice_is_dropped(desk: Desk) -> None:
    desk.page.use_sample("sample:wine.csv")
    first = desk.worker.asked[-1]
    desk.page.use_sample("sample:iris.csv")
    before = desk.store.project
    first[1](p.DataGuessed(1, DataSpec(), DataSummary()))
    assert desk.store.project is before


def test_an_answer_is_not_given_to_another_document(desk: Desk) -> None:
    desk.page.use_sample("sample:wine.csv")
    desk.store.replace_document(Project())
    desk.worker.answer(p.DataGuessed(1, small_project.flowers(), small_project.summary()))
    assert desk.store.project == Project()
    assert desk.page.empty.progress.isHidden()


def test_a_source_is_removed_with_its_columns(desk: Desk) -> None:
    box = desk.page.sources.boxes[0]
    desk.qtbot.mouseClick(box.remove, Qt.MouseButton.LeftButton)
    assert desk.store.undo_stack.undoText() == "Remove /data/flowers.csv"
    assert desk.store.project.data.columns == ()
    assert desk.page._pages.currentWidget() is desk.page.empty
    desk.store.undo_stack.undo()
    assert desk.page._pages.currentWidget() is desk.page._full


def test_time_windows(desk: Desk) -> None:
    fold = desk.page.split.windows
    desk.qtbot.mouseClick(fold.header, Qt.MouseButton.LeftButton)
    editor = desk.page.split.window_form.row("length").editor
    assert isinstance(editor, TextEditor)
    editor.line.setFocus()
    editor.line.selectAll()
    desk.qtbot.keyClicks(editor.line, "24")
    assert desk.store.project.data.window.length == 24
    assert desk.store.undo_stack.count() == 1
    assert "24 rows in a row are one sample" in desk.page.split.window_about.text()


def test_a_model_can_be_drawn_for_the_data(qtbot: QtBot) -> None:
    desk = make_desk(qtbot, Project(data=small_project.flowers()), small_project.summary())
    desk.qtbot.mouseClick(desk.page.matching.model_button, Qt.MouseButton.LeftButton)
    assert [layer.name for _node, layer in desk.store.project.outputs()] == ["species"]
    assert desk.store.project.data.columns == small_project.flowers().columns
    assert desk.page.matching.model_button.isHidden()


def test_loss_is_changed_on_the_train_page(desk: Desk) -> None:
    with desk.qtbot.waitSignal(desk.page.train_page_requested):
        desk.page.matching.training_requested.emit()


def test_a_thousand_columns_are_shown_at_once(qtbot: QtBot) -> None:
    names = [f"pixel{number}" for number in range(1000)]
    data = DataSpec(
        (Source("s1", "/data/wide.csv", "csv"),),
        tuple(Column(name, "s1", "number") for name in names),
    )
    found = small_project.summary().columns[0]
    summary = DataSummary(50, tuple(msgspec.structs.replace(found, name=name) for name in names))
    desk = make_desk(qtbot, Project(data=data), summary)
    assert desk.page.columns.columns.rowCount() == 1000
    assert desk.page.columns.height() < 500


def test_a_hidden_page_waits(desk: Desk) -> None:
    desk.page.hide()
    desk.store.apply(edits.set_split(desk.store.project, test=0.3), "Change")
    assert "test 22" in desk.page.split.counts.text()
    desk.feed.summary = None
    desk.page.show()
    assert desk.page.split.counts.text() == "train 55% · validation 15% · test 30%"
