"""The Train page with mouse and keyboard: optimizer, losses, metrics, stopping, the run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
import small_project
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from small_catalogue import CATALOGUE

from kerasstudio.graph import edits
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import (
    EarlyStopping,
    KerasObject,
    OutputTraining,
    TrainingSpec,
)
from kerasstudio.runtime.weight_store import WeightStore
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.inspector.argument_form import ArgumentForm
from kerasstudio.ui.inspector.editors import ChoiceEditor, SwitchEditor, TextEditor
from kerasstudio.ui.inspector.object_editor import ObjectEditor
from kerasstudio.ui.run_feed import RunFeed, RunView
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.train.fit_card import steps_text
from kerasstudio.ui.train.run_card import run_text
from kerasstudio.ui.train.train_page import TrainPage
from kerasstudio.ui.warm_start import WarmStart
from kerasstudio.ui.widgets.fields import FieldCombo
from kerasstudio.ui.workers import WorkerClient, WorkerPool

pytestmark = pytest.mark.qt_log_ignore(
    r"This plugin does not support (raise|grabbing)", extend=True
)


class SteeredRuns(RunFeed):
    """Notes what the page asks for; no process runs."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        super().__init__(WorkerPool(), lambda: folder, lambda: str(folder))

    def start(self, project: Project, resume_from: str | None = None) -> bool:
        self.asked.append("start")
        return True

    def pause(self) -> None:
        self.asked.append("pause")

    def resume(self) -> None:
        self.asked.append("resume")

    def stop(self, after: str = "batch") -> None:
        self.asked.append(f"stop after {after}")

    def show(self, view: RunView) -> None:
        self.current = view
        self.run_changed.emit(view)


@dataclass
class Desk:
    store: DocumentStore
    feed: InspectionFeed
    runs: SteeredRuns
    page: TrainPage
    qtbot: QtBot

    @property
    def training(self) -> TrainingSpec:
        return self.store.project.training

    def choose(self, combo: FieldCombo, text: str) -> None:
        """Down to the item by keys, as a person without a mouse does."""
        combo.setFocus()
        combo.fill()
        steps = combo.findText(text) - combo.currentIndex()
        assert combo.findText(text) >= 0
        key = Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up
        for _ in range(abs(steps)):
            self.qtbot.keyClick(combo, key)

    def pick(self, combo: FieldCombo, text: str) -> None:
        """At once, from the open list."""
        combo.showPopup()
        view = combo.view()
        index = combo.model().index(combo.findText(text), 0)
        view.setCurrentIndex(index)
        self.qtbot.keyClick(view, Qt.Key.Key_Return)

    def type_into(self, form: ArgumentForm | None, name: str, text: str) -> None:
        assert form is not None
        editor = form.row(name).editor
        if isinstance(editor, ObjectEditor):
            assert editor.number is not None
            editor = editor.number
        assert isinstance(editor, TextEditor)
        editor.line.setFocus()
        editor.line.selectAll()
        self.qtbot.keyClicks(editor.line, text)

    def output(self, key: str = "l4") -> OutputTraining:
        return self.training.outputs.get(key, OutputTraining())


def make_desk(qtbot: QtBot, tmp_path: Path, outputs: int = 1) -> Desk:
    store = DocumentStore(small_project.project(outputs))
    feed = InspectionFeed(store, WorkerClient(), CATALOGUE)
    feed.summary = small_project.summary(outputs)
    feed.inspection = small_project.inspection(store.project)
    feed.check()
    runs = SteeredRuns(tmp_path)
    warm = WarmStart(store, feed, lambda: WeightStore(None), feed)
    page = TrainPage(store, feed, runs, CATALOGUE, warm)
    page.resize(1500, 900)
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    return Desk(store, feed, runs, page, qtbot)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Desk:
    return make_desk(qtbot, tmp_path)


def test_the_learning_rate_is_one_undo_step(desk: Desk) -> None:
    desk.type_into(desk.page.optimizer.form, "learning_rate", "0.01")
    assert desk.training.optimizer.config == {"learning_rate": 0.01}
    assert desk.store.undo_stack.count() == 1
    assert desk.store.undo_stack.undoText() == "Change optimizer: learning_rate"
    desk.store.undo_stack.undo()
    assert desk.training.optimizer.config == {}


def test_another_optimizer_keeps_what_both_know(desk: Desk) -> None:
    desk.type_into(desk.page.optimizer.form, "learning_rate", "0.05")
    desk.choose(desk.page.optimizer.combo, "SGD")
    expected = KerasObject("SGD", "keras.optimizers", {"learning_rate": 0.05})
    assert desk.training.optimizer == expected
    assert desk.page.optimizer.form is not None
    names = [argument.name for argument in desk.page.optimizer.form.arguments]
    assert names == ["learning_rate", "momentum"]


def test_a_schedule_with_its_arguments(desk: Desk) -> None:
    form = desk.page.optimizer.form
    assert form is not None
    editor = form.row("learning_rate").editor
    assert isinstance(editor, ObjectEditor)
    desk.choose(editor.combo, "ExponentialDecay")
    desk.type_into(editor.form.form, "decay_steps", "500")
    rate = desk.training.optimizer.config["learning_rate"]
    assert rate["class_name"] == "ExponentialDecay"
    assert rate["config"]["decay_steps"] == 500


def test_the_automatic_loss_says_which_and_why(desk: Desk) -> None:
    card = desk.page.outputs["l4"]
    assert card.title.text() == "species"
    assert card.loss.combo.shown_text == "automatic: SparseCategoricalCrossentropy"
    assert card.why.text() == "Because of 3 classes as integer labels, softmax at the end."
    assert [row.name.text() for row in card.metrics.rows] == ["SparseCategoricalAccuracy"]


def test_a_picked_loss_and_back_to_automatic(desk: Desk) -> None:
    card = desk.page.outputs["l4"]
    desk.pick(card.loss.combo, "MeanSquaredError")
    assert desk.output().loss == KerasObject("MeanSquaredError", "keras.losses")
    assert card.why.isHidden()
    desk.feed.check()
    assert any("MeanSquaredError" in row.words.text() for row in desk.page.checks.rows)
    desk.pick(card.loss.combo, "automatic")
    assert desk.output() == OutputTraining()


def test_arguments_of_a_loss(desk: Desk) -> None:
    card = desk.page.outputs["l4"]
    desk.pick(card.loss.combo, "SparseCategoricalCrossentropy")
    fold = card.loss._fold
    assert fold is not None
    desk.qtbot.mouseClick(fold.header, Qt.MouseButton.LeftButton)
    assert card.loss.form is not None
    editor = card.loss.form.row("from_logits").editor
    assert isinstance(editor, SwitchEditor)
    desk.qtbot.mouseClick(editor.switch, Qt.MouseButton.LeftButton)
    loss = desk.output().loss
    assert loss is not None
    assert loss.config == {"from_logits": True}


def test_metrics_are_added_changed_and_removed(desk: Desk) -> None:
    metrics = desk.page.outputs["l4"].metrics
    desk.pick(metrics.add, "SparseTopKCategoricalAccuracy")
    chosen = desk.output().metrics
    assert chosen is not None
    assert [metric.class_name for metric in chosen] == [
        "SparseCategoricalAccuracy",
        "SparseTopKCategoricalAccuracy",
    ]
    row = metrics.rows[1]
    desk.qtbot.mouseClick(row.disclose, Qt.MouseButton.LeftButton)
    assert row.form is not None
    desk.type_into(row.form.form, "k", "2")
    chosen = desk.output().metrics
    assert chosen is not None
    assert chosen[1].config == {"k": 2}
    desk.qtbot.mouseClick(metrics.rows[0].remove, Qt.MouseButton.LeftButton)
    chosen = desk.output().metrics
    assert chosen is not None
    assert [metric.class_name for metric in chosen] == ["SparseTopKCategoricalAccuracy"]
    desk.qtbot.mouseClick(metrics.automatic, Qt.MouseButton.LeftButton)
    assert desk.output().metrics is None


def test_each_output_has_a_card_and_a_weight(qtbot: QtBot, tmp_path: Path) -> None:
    desk = make_desk(qtbot, tmp_path, outputs=2)
    assert [card.title.text() for card in desk.page.outputs.values()] == ["species", "mass"]
    second = desk.page.outputs["l6"]
    assert second.loss.combo.shown_text == "automatic: MeanSquaredError"
    assert not second.weight.isHidden()
    desk.type_into(second.weight, "loss weight", "0.5")
    assert desk.output("l6").loss_weight == 0.5
    desk.store.apply(edits.delete_nodes(desk.store.project, ["n6"]), "Delete")
    assert list(desk.page.outputs) == ["l4"]
    assert desk.page.outputs["l4"].weight.isHidden()


def test_epochs_and_batches(desk: Desk) -> None:
    assert desk.page.fit.steps.text().startswith("4 steps an epoch, 80 in all")
    desk.type_into(desk.page.fit.form, "epochs", "50")
    desk.type_into(desk.page.fit.form, "batch_size", "53")
    assert (desk.training.epochs, desk.training.batch_size) == (50, 53)
    assert desk.page.fit.steps.text().startswith("2 steps an epoch, 100 in all")
    assert desk.store.undo_stack.count() == 2
    desk.type_into(desk.page.fit.form, "epochs", "0")
    assert desk.training.epochs == 50
    assert "At least 1" in desk.page.fit.form.errors_shown["epochs"]
    assert "known when the data" in steps_text(TrainingSpec(), None)


def test_early_stopping_watches_only_what_is_reported(desk: Desk) -> None:
    part = desk.page.watch.stopping
    assert part.form is None
    desk.qtbot.mouseClick(part.switch, Qt.MouseButton.LeftButton)
    assert desk.training.early_stopping == EarlyStopping()
    form: Any = part.form
    editor = form.row("monitor").editor
    assert isinstance(editor, ChoiceEditor)
    offered = [editor.combo.itemText(index) for index in range(editor.combo.count())]
    assert offered == ["loss", "accuracy", "val_loss", "val_accuracy"]
    desk.choose(editor.combo, "val_accuracy")
    desk.type_into(form, "patience", "9")
    assert desk.training.early_stopping == EarlyStopping("val_accuracy", 9)
    desk.qtbot.mouseClick(part.switch, Qt.MouseButton.LeftButton)
    assert desk.training.early_stopping is None


def test_without_validation_no_val_names_are_offered(desk: Desk) -> None:
    editor = desk.page.fit.form.row("validate").editor
    assert isinstance(editor, SwitchEditor)
    desk.qtbot.mouseClick(editor.switch, Qt.MouseButton.LeftButton)
    assert desk.training.validate is False
    desk.qtbot.mouseClick(desk.page.watch.stopping.switch, Qt.MouseButton.LeftButton)
    assert desk.training.early_stopping == EarlyStopping("loss")
    desk.feed.check()
    problem = next(row for row in desk.page.checks.rows if "val_loss" in row.words.text())
    watch = next(button for button in problem.buttons if button.text() == "watch loss")
    desk.qtbot.mouseClick(watch, Qt.MouseButton.LeftButton)
    checkpoint = desk.training.checkpoint
    assert checkpoint is not None
    assert checkpoint.monitor == "loss"


def test_a_warning_is_listed_but_not_red(desk: Desk) -> None:
    desk.type_into(desk.page.fit.form, "batch_size", "999")
    desk.feed.check()
    assert desk.page.fit.form.errors_shown == {}
    row = next(row for row in desk.page.checks.rows if "999" in row.words.text())
    desk.qtbot.mouseClick(row.buttons[0], Qt.MouseButton.LeftButton)
    assert desk.training.batch_size == 8


def test_what_is_fine_before_the_first_batch(desk: Desk) -> None:
    said = [row.words.text() for row in desk.page.checks.rows]
    assert "every layer has its shapes" in said
    assert "175 weights will be trained" in said
    assert "species: loss, last activation and labels suit each other" in said
    assert "val_loss will be reported" in said


def test_a_wrong_head_is_mended_with_one_click(desk: Desk) -> None:
    project = edits.set_argument(desk.store.project, "l3", "units", 2)
    desk.store.apply(project, "Break it")
    desk.feed.check()
    row = next(row for row in desk.page.checks.rows if row.buttons)
    button = next(button for button in row.buttons if "3" in button.text())
    desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert desk.store.project.layers["l3"].arguments["units"] == 3


def view(status: str, **changes: Any) -> RunView:
    return RunView("/runs/0007", 7, status, epochs=20, steps=45, **changes)  # type: ignore[arg-type]


def test_train_pause_and_stop(desk: Desk) -> None:
    card = desk.page.run
    desk.qtbot.mouseClick(card.train, Qt.MouseButton.LeftButton)
    assert not card.pause.isEnabled()
    desk.runs.show(view("running", epoch=12, step=27, steps_per_second=212.4, seconds_left=26))
    assert not card.train.isEnabled()
    assert card.status.text() == "Run 7: epoch 13 of 20, step 27 of 45, 212 steps/s, 0:26 left"
    desk.qtbot.mouseClick(card.pause, Qt.MouseButton.LeftButton)
    desk.runs.show(view("paused", epoch=12, step=27))
    assert card.pause.text() == "Resume"
    desk.qtbot.mouseClick(card.pause, Qt.MouseButton.LeftButton)
    card.stop_batch.trigger()
    card.stop_epoch.trigger()
    assert desk.runs.asked == [
        "start", "pause", "resume", "stop after batch", "stop after epoch",
    ]  # fmt: skip
    desk.runs.show(view("finished", epoch=20))
    assert card.train.isEnabled()
    assert card.progress.isHidden()
    assert card.status.text() == "Run 7 finished after 20 epochs"


def test_a_failed_run_says_why(desk: Desk) -> None:
    problem = Problem("train.nan", "The loss became nan in epoch 2.", expected="a number")
    desk.runs.show(view("failed", epoch=2, reason="loss is nan", problems=(problem,)))
    assert desk.page.run.status.text() == "Run 7 failed after 2 epochs: loss is nan"
    assert [row.words.text() for row in desk.page.run.problems.rows] == [problem.message]
    assert run_text(view("preparing", reason="reading the data")) == (
        "Run 7 is being prepared. reading the data"
    )


def test_a_start_that_fails_is_told(desk: Desk) -> None:
    desk.runs.start_failed.emit(Problem("run.folder", "The folder is read only."))
    assert desk.page.run.status.text() == "The run did not start."


def test_without_outputs_the_page_says_what_is_missing(desk: Desk) -> None:
    desk.store.apply(edits.delete_nodes(desk.store.project, ["n4"]), "Delete")
    assert desk.page.outputs == {}
    assert not desk.page._empty_card.isHidden()


def test_narrow_windows_have_three_columns(desk: Desk) -> None:
    desk.page.resize(1280, 700)
    desk.qtbot.waitUntil(lambda: desk.page._settings.isHidden())
    assert desk.page.fit.isVisible()
    left = desk.page.optimizer.mapTo(desk.page, desk.page.optimizer.rect().topLeft()).x()
    assert desk.page.fit.mapTo(desk.page, desk.page.fit.rect().topLeft()).x() < left + 20
    assert desk.page.horizontalScrollBar().maximum() == 0
    desk.page.resize(1600, 700)
    desk.qtbot.waitUntil(lambda: not desk.page._settings.isHidden())


def test_undo_and_redo_show_everywhere(desk: Desk) -> None:
    changed = msgspec.structs.replace(desk.training, epochs=3, batch_size=8, shuffle=False)
    desk.store.apply(edits.set_training(desk.store.project, changed), "Change")
    editor = desk.page.fit.form.row("epochs").editor
    assert isinstance(editor, TextEditor)
    assert editor.line.text() == "3"
    desk.store.undo_stack.undo()
    assert editor.line.text() == "20"
