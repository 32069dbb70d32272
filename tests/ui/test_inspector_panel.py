"""The inspector: what it shows of the selection, and that every edit is one undo step."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import pytest
import small_project
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from small_catalogue import CATALOGUE

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.inspection import NodeInfo
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.graph.project import Layer, Node
from kerasstudio.runtime.weight_store import WeightStore
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.inspector import common, facts
from kerasstudio.ui.inspector.argument_clipboard import ArgumentClipboard
from kerasstudio.ui.inspector.editors import TextEditor
from kerasstudio.ui.inspector.header import docs_url
from kerasstudio.ui.inspector.inspector import Inspector
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.warm_start import WarmStart
from kerasstudio.ui.widgets.fields import FieldLine
from kerasstudio.ui.workers import WorkerClient


@dataclass
class Desk:
    """An inspector with its store, selection and feed; no worker runs."""

    store: DocumentStore
    selection: Selection
    feed: InspectionFeed
    inspector: Inspector
    qtbot: QtBot

    def select(self, *nodes: str) -> None:
        self.selection.select(nodes)
        self.qtbot.waitUntil(lambda: not self.inspector._later.isActive())

    def line(self, name: str) -> FieldLine:
        form = self.inspector.layers.form
        assert form is not None
        editor = form.row(name).editor
        assert isinstance(editor, TextEditor)
        return editor.line

    def retype(self, line: FieldLine, text: str) -> None:
        line.setFocus()
        line.selectAll()
        self.qtbot.keyClicks(line, text)

    def arguments(self, layer: str) -> dict[str, object]:
        return self.store.project.layers[layer].arguments


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    store = DocumentStore(small_project.project())
    selection = Selection()
    feed = InspectionFeed(store, WorkerClient(), CATALOGUE)
    feed.inspection = small_project.inspection(store.project)
    warm = WarmStart(store, feed, lambda: WeightStore(None), feed)
    inspector = Inspector(store, selection, feed, CATALOGUE, warm)
    inspector.resize(290, 800)
    qtbot.addWidget(inspector)
    inspector.show()
    inspector.activateWindow()
    qtbot.waitUntil(inspector.isActiveWindow)
    return Desk(store, selection, feed, inspector, qtbot)


def test_typing_is_one_undo_step_and_leaving_ends_it(desk: Desk) -> None:
    desk.select("n2")
    line = desk.line("units")
    desk.retype(line, "128")
    assert desk.arguments("l2")["units"] == 128
    assert desk.store.undo_stack.count() == 1
    desk.qtbot.keyClick(line, Qt.Key.Key_Return)
    desk.retype(line, "64")
    assert desk.store.undo_stack.count() == 2
    desk.store.undo_stack.undo()
    assert desk.arguments("l2")["units"] == 128
    assert line.text() == "128"
    desk.store.undo_stack.undo()
    assert desk.arguments("l2")["units"] == 32
    assert line.text() == "32"


def test_undo_keys_in_a_field_are_the_documents(desk: Desk) -> None:
    undo = desk.store.undo_stack.createUndoAction(desk.inspector)
    undo.setShortcut(QKeySequence.StandardKey.Undo)
    desk.inspector.addAction(undo)
    desk.select("n2")
    line = desk.line("units")
    desk.retype(line, "64")
    desk.qtbot.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.arguments("l2")["units"] == 32
    assert line.text() == "32"


def test_a_bad_value_never_reaches_the_project(desk: Desk) -> None:
    desk.select("n2")
    before = desk.store.project
    line = desk.line("units")
    desk.retype(line, "0")
    assert desk.store.project is before
    assert desk.store.undo_stack.count() == 0
    form = desk.inspector.layers.form
    assert form is not None
    assert form.errors_shown == {"units": "At least 1 is needed; this is 0."}
    desk.select("n3")
    assert desk.inspector.layers.form is not None
    assert desk.inspector.layers.form.errors_shown == {}
    assert desk.line("units").text() == "3"
    desk.select("n2")
    assert desk.line("units").text() == "32"


def test_reset_is_a_step_of_its_own(desk: Desk) -> None:
    desk.select("n2")
    form = desk.inspector.layers.form
    assert form is not None
    button = form.row("activation").reset_button
    desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert desk.arguments("l2") == {"units": 32}
    assert desk.store.undo_stack.undoText() == "Reset hidden: activation"
    desk.store.undo_stack.undo()
    assert desk.arguments("l2")["activation"] == "relu"


def test_the_name_is_checked_while_typing_and_taken_on_enter(desk: Desk) -> None:
    desk.select("n2")
    header = desk.inspector.layers.header
    desk.retype(header.name, "scores")
    assert "already has the name" in header.error.text()
    desk.qtbot.keyClick(header.name, Qt.Key.Key_Return)
    assert desk.store.project.layers["l2"].name == "hidden"
    desk.retype(header.name, "a/b")
    assert "must not contain /" in header.error.text()
    desk.qtbot.keyClick(header.name, Qt.Key.Key_Escape)
    assert header.name.text() == "hidden"
    assert header.error.isHidden()
    desk.retype(header.name, "first")
    assert desk.store.project.layers["l2"].name == "hidden"
    desk.qtbot.keyClick(header.name, Qt.Key.Key_Return)
    assert desk.store.project.layers["l2"].name == "first"
    assert desk.store.undo_stack.count() == 1


def test_trainable_is_a_switch(desk: Desk) -> None:
    desk.select("n2")
    desk.qtbot.mouseClick(desk.inspector.layers.trainable, Qt.MouseButton.LeftButton)
    assert desk.store.project.layers["l2"].trainable is False
    assert desk.store.undo_stack.undoText() == "Freeze hidden"
    desk.select("n1")
    assert desk.inspector.layers.trainable.isHidden()


def test_several_layers_are_edited_in_one_step(desk: Desk) -> None:
    desk.select("n2", "n3")
    assert desk.inspector.layers.header.kind.text() == "2 layers"
    assert desk.line("units").placeholderText() == "mixed"
    desk.retype(desk.line("units"), "8")
    assert desk.arguments("l2")["units"] == desk.arguments("l3")["units"] == 8
    assert desk.store.undo_stack.count() == 1
    desk.store.undo_stack.undo()
    assert (desk.arguments("l2")["units"], desk.arguments("l3")["units"]) == (32, 3)


def test_layers_of_different_classes_share_what_they_have_in_common(desk: Desk) -> None:
    project, _node = edits.add_layer(desk.store.project, CATALOGUE.layers[0], 0, 0, name="picture")
    desk.store.apply(project, "Add")
    new = next(key for key, node in project.graph.nodes.items()
               if project.layers[node.layer].name == "picture")  # fmt: skip
    desk.select("n2", new)
    form = desk.inspector.layers.form
    assert form is not None
    names = [argument.name for argument in form.arguments]
    assert names == ["activation", "use_bias", "kernel_initializer", "kernel_regularizer"]


def test_defaults_of_different_classes_are_not_confused(desk: Desk) -> None:
    """LSTM's activation is tanh by default, Dense has none."""
    lstm = Layer("l", "LSTM", "a", arguments={"units": 4})
    dense = Layer("m", "Dense", "b", arguments={"units": 4})
    catalogue = shipped()
    arguments = common.common_arguments([lstm, dense], catalogue)
    by_name = {argument.name: argument for argument in arguments}
    assert by_name["activation"].required, "there is no common default to go back to"
    assert "return_sequences" not in by_name
    shown, mixed = common.common_values([lstm, dense], arguments, catalogue)
    assert "activation" in mixed
    assert "units" not in mixed
    assert shown["units"] == 4
    wide, narrow = Layer("c", "Conv2D", "c"), Layer("d", "Conv1D", "d")
    shared = {one.name: one for one in common.common_arguments([wide, narrow], catalogue)}
    assert shared["kernel_size"].rank is None
    assert set(shared["padding"].choices) == {"valid", "same"}


def test_a_drag_over_several_layers_is_one_step(desk: Desk) -> None:
    desk.select("n2", "n3")
    form = desk.inspector.layers.form
    assert form is not None
    label = form.row("units").label
    assert label.scrubs
    label.scrub_began.emit()
    for steps in (1, 2, 3):
        label.scrubbed.emit(steps, "normal")
    label.scrub_ended.emit(True)
    assert desk.arguments("l2")["units"] == desk.arguments("l3")["units"] == 256
    assert desk.store.undo_stack.count() == 1
    desk.store.undo_stack.undo()
    assert (desk.arguments("l2")["units"], desk.arguments("l3")["units"]) == (32, 3)
    label.scrub_began.emit()
    label.scrubbed.emit(4, "normal")
    label.scrub_ended.emit(False)
    assert (desk.arguments("l2")["units"], desk.arguments("l3")["units"]) == (32, 3)
    assert desk.store.undo_stack.index() == 0, "what was taken back is no step"


def test_what_is_every_class_own_default_is_dropped(desk: Desk) -> None:
    desk.select("n2")
    form = desk.inspector.layers.form
    assert form is not None
    form.argument_changed.emit("use_bias", False)
    form.argument_changed.emit("use_bias", True)
    assert "use_bias" not in desk.arguments("l2")


def test_arguments_are_copied_and_pasted(desk: Desk) -> None:
    said: list[str] = []
    clipboard = ArgumentClipboard(desk.store, desk.selection, CATALOGUE, said.append)
    clipboard.copy()
    assert "Select a layer" in said[-1]
    desk.select("n2")
    clipboard.copy()
    assert said[-1] == "Copied 2 arguments of hidden."
    desk.select("n3")
    clipboard.paste()
    assert desk.arguments("l3") == desk.arguments("l2")
    assert desk.store.undo_stack.count() == 1
    assert desk.store.undo_stack.undoText() == "Paste arguments into scores"
    QApplication.clipboard().setText('{"units": 7, "rate": 0.5}')
    desk.select("n2", "n3")
    clipboard.paste()
    assert desk.arguments("l2")["units"] == desk.arguments("l3")["units"] == 7
    assert "Left out: rate (Dense has no such argument)" in said[-1]
    QApplication.clipboard().setText("nothing of use")
    clipboard.paste()
    assert "no arguments on the clipboard" in said[-1]
    clipboard.reset()
    assert desk.arguments("l2") == {"units": 7}
    clipboard.reset()
    assert "defaults already" in said[-1]
    assert desk.store.undo_stack.count() == 3


def test_arguments_of_code_are_not_reset(desk: Desk) -> None:
    foreign = Layer("lx", "Mine", "mine", "my_package", arguments={"width": 3})
    project = desk.store.project
    drawn = replace(
        project.graph, nodes={**project.graph.nodes, "nx": Node("nx", "lx", 900.0, 900.0)}
    )
    layers = {**project.layers, "lx": foreign}
    desk.store.apply(replace(project, layers=layers, graphs={project.root: drawn}), "Import")
    desk.selection.select(["n2", "nx"])
    clipboard = ArgumentClipboard(desk.store, desk.selection, CATALOGUE, lambda _text: None)
    clipboard.reset()
    assert desk.store.project.layers["lx"].arguments == {"width": 3}


def test_kerass_problem_stands_at_its_argument_with_the_fix(desk: Desk) -> None:
    desk.select("n2")
    mend = Fix("set units to 16", "set_argument", {"layer": "l2", "name": "units", "value": 16})
    desk.feed.problems = (
        Problem("shape.argument", "units is too large.", expected="at most 16",
                place=Place(node="n2", layer="l2", argument="units"), fixes=(mend,)),
        Problem("shape.rank", "hidden wants a matrix.", place=Place(node="n2")),
        Problem("shape.rank", "scores is somewhere else.", place=Place(node="n3")),
    )  # fmt: skip
    desk.feed.problems_changed.emit()
    form = desk.inspector.layers.form
    assert form is not None
    assert form.errors_shown == {"units": "units is too large. Expected: at most 16."}
    shown = [row.words.text() for row in desk.inspector.layers.problems.rows]
    assert shown == ["hidden wants a matrix."]
    buttons = form.row("units")._fix_buttons
    assert buttons is not None
    desk.qtbot.mouseClick(buttons.children()[1], Qt.MouseButton.LeftButton)
    assert desk.arguments("l2")["units"] == 16
    assert desk.store.undo_stack.undoText() == "Set units to 16"


def test_facts_of_a_layer(desk: Desk) -> None:
    desk.select("n2")
    assert desk.inspector.layers.facts.facts == {
        "input": "F4",
        "output": "F32",
        "parameters": "160 (trainable)",
        "compute": "640 multiply-adds",
        "activations": "4.1 kB at batch 32",
        "weights": "not shared",
    }
    graph = desk.store.project.graph
    nodes = {**graph.nodes, "n9": Node("n9", "l2")}
    shared = msgspec.structs.replace(graph, nodes=nodes)
    project = msgspec.structs.replace(desk.store.project, graphs={"main": shared})
    desk.store.apply(project, "Call again")
    assert desk.inspector.layers.facts.facts["weights"] == "shared by 2 nodes"
    info = NodeInfo("waiting")
    desk.feed.inspection = msgspec.structs.replace(
        desk.feed.inspection, nodes={**desk.feed.inspection.nodes, "n2": info}
    )
    desk.feed.inspection_changed.emit(frozenset({"n2"}))
    assert desk.inspector.layers.facts.facts["output"] == "waiting for the layers before it"


def test_frozen_weights_are_counted_apart() -> None:
    assert facts.weights_text(9248, 9248) == "9,248 (trainable)"
    assert facts.weights_text(1024, 512) == "1,024 (512 trainable, 512 frozen)"
    assert facts.weights_text(1024, 0) == "1,024 (frozen)"
    assert facts.weights_text(0, 0) == "0"


def test_nothing_selected_shows_the_model(desk: Desk) -> None:
    desk.select("n2")
    desk.select()
    overview = desk.inspector.overview
    assert desk.inspector._pages.currentWidget() is overview
    assert overview.summary.text().startswith("4 nodes, 3 wires")
    assert overview.facts.facts["parameters"] == "175 (trainable)"
    revealed: list[str] = []
    desk.selection.reveal_requested.connect(revealed.append)
    desk.qtbot.mouseClick(overview.links["species"], Qt.MouseButton.LeftButton)
    assert revealed == ["n4"]
    assert desk.selection.nodes == {"n4"}


def test_a_deleted_layer_leaves_the_inspector(desk: Desk) -> None:
    desk.select("n2")
    desk.store.apply(edits.delete_nodes(desk.store.project, ["n2"]), "Delete")
    desk.qtbot.waitUntil(lambda: desk.inspector._pages.currentWidget() is desk.inspector.overview)


def test_enter_on_the_canvas_reaches_the_first_argument(desk: Desk) -> None:
    desk.selection.select(["n3"])
    desk.inspector.focus_first_argument()
    assert QApplication.focusWidget() is desk.line("units")
    desk.selection.select(["n4"])
    desk.inspector.focus_first_argument()
    assert QApplication.focusWidget() is desk.inspector.layers.header.name


def test_a_name_shows_its_help_and_the_head_that_of_the_layer(desk: Desk) -> None:
    desk.select("n2")
    form = desk.inspector.layers.form
    assert form is not None
    desk.qtbot.mouseClick(form.row("use_bias").label, Qt.MouseButton.LeftButton)
    help_text = form.row("use_bias")._help
    assert help_text is not None
    assert help_text.text() == "Whether a bias is added."
    dense = CATALOGUE.named("Dense")
    assert dense is not None
    assert docs_url(dense).endswith("/tf/keras/layers/Dense")
    header = desk.inspector.layers.header
    with desk.qtbot.waitSignal(header.help_requested) as asked:
        desk.qtbot.mouseClick(header.help_button, Qt.MouseButton.LeftButton)
    assert asked.args == ["layers/Dense"]


def test_the_same_class_keeps_its_form(desk: Desk) -> None:
    desk.select("n2")
    form = desk.inspector.layers.form
    desk.select("n1")
    assert desk.inspector.layers.form is not form
    desk.select("n3")
    assert desk.inspector.layers.form is form
    assert desk.line("units").text() == "3"


def test_an_input_takes_the_shape_of_its_data(desk: Desk) -> None:
    desk.feed.summary = small_project.summary()
    desk.select("n1")
    take = desk.inspector.layers.take_shape
    assert take.isHidden()
    desk.retype(desk.line("shape"), "9")
    assert not take.isHidden()
    desk.qtbot.mouseClick(take, Qt.MouseButton.LeftButton)
    assert desk.arguments("l1") == {"shape": [4]}
    assert take.isHidden()
    assert desk.line("shape").text() == "4"
