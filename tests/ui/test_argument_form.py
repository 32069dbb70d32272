"""The form for arguments, with the hands of a person: keys and mouse on every kind of editor."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from small_catalogue import CATALOGUE, CONV, DROPOUT

from kerasstudio.graph.catalogue import Argument
from kerasstudio.graph.problems import Fix
from kerasstudio.ui.inspector import argument_form
from kerasstudio.ui.inspector.argument_form import ArgumentForm
from kerasstudio.ui.inspector.argument_row import ArgumentRow
from kerasstudio.ui.inspector.editors import ChoiceEditor, SwitchEditor, TextEditor
from kerasstudio.ui.inspector.object_editor import ObjectEditor
from kerasstudio.ui.inspector.object_list_editor import ObjectListEditor
from kerasstudio.ui.widgets.fields import FieldLine
from kerasstudio.ui.widgets.fold import Fold
from kerasstudio.ui.widgets.step_arrows import StepArrows

NO_KEYS = Qt.KeyboardModifier.NoModifier


class Bench:
    """A form whose owner keeps the values, as the inspector does."""

    def __init__(self, qtbot: QtBot, arguments: tuple[Argument, ...], given: dict[str, Any]):
        self.values = dict(given)
        self.log: list[tuple[str, Any]] = []
        self.finished: list[str] = []
        self.form = ArgumentForm(arguments, CATALOGUE)
        self.form.argument_changed.connect(self.changed)
        self.form.argument_reset.connect(self.reset)
        self.form.editing_finished.connect(self.finished.append)
        self.form.resize(280, 600)
        qtbot.addWidget(self.form)
        self.form.set_values(self.values)
        self.form.show()
        self.form.activateWindow()
        qtbot.waitUntil(self.form.isActiveWindow)
        self.qtbot = qtbot

    def changed(self, name: str, value: Any) -> None:
        self.log.append((name, value))
        self.values = {**self.values, name: value}
        self.form.set_values(self.values)

    def reset(self, name: str) -> None:
        self.log.append((name, "reset"))
        self.values = {key: value for key, value in self.values.items() if key != name}
        self.form.set_values(self.values)

    def line(self, name: str) -> Any:
        editor = self.form.row(name).editor
        assert isinstance(editor, TextEditor)
        return editor.line

    def retype(self, name: str, text: str) -> None:
        line = self.line(name)
        line.setFocus()
        line.selectAll()
        self.qtbot.keyClick(line, Qt.Key.Key_Delete)
        self.qtbot.keyClicks(line, text)

    def choose(self, name: str, text: str) -> None:
        editor = self.form.row(name).editor
        assert isinstance(editor, ChoiceEditor | ObjectEditor)
        combo = editor.combo
        combo.setFocus()
        combo.fill()
        steps = combo.findText(text) - combo.currentIndex()
        key = Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up
        for _ in range(abs(steps)):
            self.qtbot.keyClick(combo, key)


@pytest.fixture
def conv(qtbot: QtBot) -> Bench:
    return Bench(qtbot, CONV.arguments, {"filters": 32, "kernel_size": [3, 3]})


@pytest.fixture
def other(qtbot: QtBot) -> Bench:
    return Bench(qtbot, DROPOUT.arguments, {"rate": 0.5})


def test_typing_offers_every_legal_value(conv: Bench) -> None:
    conv.retype("filters", "2*32")
    assert conv.values["filters"] == 64
    assert conv.line("filters").text() == "2*32"
    conv.qtbot.keyClick(conv.line("filters"), Qt.Key.Key_Return)
    assert conv.line("filters").text() == "64"
    assert conv.line("filters").hasFocus()
    assert conv.line("filters").selectedText() == "64"
    assert conv.finished == ["filters"]


def test_a_bad_value_stays_in_the_field_and_goes_nowhere(conv: Bench) -> None:
    conv.retype("filters", "1.5")
    assert conv.values["filters"] == 1  # what "1" and "1." meant on the way
    assert "whole number" in conv.form.errors_shown["filters"]
    conv.log.clear()
    conv.retype("filters", "many")
    assert conv.log == []
    assert "not a number" in conv.form.errors_shown["filters"]
    conv.form.set_values(conv.values)  # somebody edits another field meanwhile
    assert conv.line("filters").text() == "many"
    conv.qtbot.keyClick(conv.line("filters"), Qt.Key.Key_Escape)
    assert conv.line("filters").text() == "1"
    assert conv.form.errors_shown == {}


def test_a_required_argument_cannot_be_emptied(conv: Bench) -> None:
    conv.line("filters").setFocus()
    conv.line("filters").selectAll()
    conv.qtbot.keyClick(conv.line("filters"), Qt.Key.Key_Backspace)
    assert conv.log == []
    assert conv.form.errors_shown == {"filters": "A value is needed here."}
    assert conv.form.row("filters").reset_button.isHidden()


def test_up_and_down_step_by_powers_of_two(conv: Bench) -> None:
    line = conv.line("filters")
    line.setFocus()
    conv.qtbot.keyClick(line, Qt.Key.Key_Up)
    conv.qtbot.keyClick(line, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    conv.qtbot.keyClick(line, Qt.Key.Key_Down)
    conv.qtbot.keyClick(line, Qt.Key.Key_PageUp)
    assert [value for _name, value in conv.log] == [64, 65, 64, 512]


def test_little_arrows_step(conv: Bench) -> None:
    line = conv.line("kernel_size")
    line.setFocus()
    (arrows,) = line.findChildren(StepArrows)
    assert arrows.isVisible()
    conv.qtbot.mouseClick(arrows, Qt.MouseButton.LeftButton, pos=QPoint(7, 4))
    conv.qtbot.mouseClick(arrows, Qt.MouseButton.LeftButton, pos=QPoint(7, arrows.height() - 4))
    start = conv.log[0][1]
    assert [value for _name, value in conv.log] == [start, [size - 2 for size in start]]
    conv.line("filters").setFocus()
    assert not arrows.isVisible()


def wheel(line: FieldLine, notches: int) -> bool:
    """Turn the wheel over a field; whether the field took it."""
    at = QPointF(line.rect().center())
    event = QWheelEvent(at, QPointF(line.mapToGlobal(at.toPoint())), QPoint(),
                        QPoint(0, 120 * notches),
                        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
                        Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(line, event)
    return event.isAccepted()


def test_the_wheel_moves_only_the_number_that_has_the_keys(conv: Bench) -> None:
    line = conv.line("filters")
    conv.line("kernel_size").setFocus()
    assert not wheel(line, 1)
    assert conv.log == []
    line.setFocus()
    assert wheel(line, 1)
    assert conv.log == [("filters", 64)]


def drag(conv: Bench, name: str, *xs: int, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
    """Press on the name of an argument, move to each x, hold the button."""
    label = conv.form.row(name).label
    conv.qtbot.mousePress(label, Qt.MouseButton.LeftButton, pos=QPoint(10, 8))
    for x in xs:
        at = QPointF(10 + x, 8)
        move = QMouseEvent(QEvent.Type.MouseMove, at, QPointF(label.mapToGlobal(at.toPoint())),
                           Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, keys)  # fmt: skip
        QApplication.sendEvent(label, move)


def release(conv: Bench, name: str) -> None:
    label = conv.form.row(name).label
    conv.qtbot.mouseRelease(label, Qt.MouseButton.LeftButton, pos=QPoint(10, 8))


def test_dragging_a_name_moves_the_number(conv: Bench) -> None:
    drag(conv, "filters", 6, 16, 26, 16)
    assert [value for _name, value in conv.log] == [64, 128, 64]
    release(conv, "filters")
    assert conv.form.row("filters").label.isDown() is False
    help_text = conv.form.row("filters")._help
    assert help_text is None, "a drag is no click"


def test_back_where_the_drag_began_is_the_old_value(conv: Bench) -> None:
    conv.retype("filters", "48")
    conv.log.clear()
    drag(conv, "filters", 6, 16, 6)
    assert [value for _name, value in conv.log] == [64, 48]
    release(conv, "filters")


def test_escape_takes_a_drag_back(conv: Bench) -> None:
    before = dict(conv.values)
    drag(conv, "filters", 6, 36)
    assert conv.values["filters"] == 256
    conv.qtbot.keyClick(conv.form.row("filters").label, Qt.Key.Key_Escape)
    assert conv.values == before
    drag(conv, "strides", 6, 36)
    assert conv.values["strides"] == [4, 4]
    conv.qtbot.keyClick(conv.form.row("strides").label, Qt.Key.Key_Escape)
    assert "strides" not in conv.values, "it was Keras's default"


def test_fine_and_coarse_drags(conv: Bench) -> None:
    drag(conv, "filters", 6, 26, keys=Qt.KeyboardModifier.ShiftModifier)
    assert conv.values["filters"] == 34
    release(conv, "filters")
    drag(conv, "filters", 6, 16, keys=Qt.KeyboardModifier.ControlModifier)
    assert conv.values["filters"] == 256
    release(conv, "filters")


def test_only_numbers_are_dragged(conv: Bench) -> None:
    assert conv.form.row("filters").label.scrubs
    assert not conv.form.row("padding").label.scrubs
    drag(conv, "padding", 6, 60)
    release(conv, "padding")
    assert conv.log == []


def test_expressions_in_numbers_and_shapes(conv: Bench) -> None:
    conv.retype("filters", "2*32")
    conv.retype("kernel_size", "6/2, 1+2")
    assert conv.values["filters"] == 64
    assert conv.values["kernel_size"] == [3, 3]
    conv.retype("filters", "__import__('os')")
    assert "not a number" in conv.form.errors_shown["filters"]
    assert conv.values["filters"] == 64


def test_tuples_default_grey_changed_marked_and_reset(conv: Bench) -> None:
    row = conv.form.row("strides")
    assert row.editor.looks().default
    assert not row.editor.looks().changed
    assert conv.line("strides").text() == "1 × 1"
    conv.retype("strides", "2, 3")
    assert conv.values["strides"] == [2, 3]
    assert row.editor.looks().changed
    conv.qtbot.mouseClick(row.reset_button, Qt.MouseButton.LeftButton)
    assert "strides" not in conv.values
    assert row.editor.looks().default
    assert conv.line("strides").text() == "1 × 1"


def test_typing_the_default_is_a_reset(conv: Bench) -> None:
    conv.retype("strides", "2, 2")
    conv.retype("strides", "1, 1")
    assert "strides" not in conv.values


def test_emptying_goes_back_to_the_default(conv: Bench) -> None:
    conv.retype("strides", "2")
    conv.line("strides").selectAll()
    conv.qtbot.keyClick(conv.line("strides"), Qt.Key.Key_Backspace)
    assert "strides" not in conv.values
    conv.form.row("filters").focus()
    assert conv.line("strides").text() == "1 × 1"


def test_choice_and_switch(conv: Bench) -> None:
    conv.choose("padding", "same")
    assert conv.values["padding"] == "same"
    editor = conv.form.row("use_bias").editor
    assert isinstance(editor, SwitchEditor)
    conv.qtbot.mouseClick(editor.switch, Qt.MouseButton.LeftButton)
    assert conv.values["use_bias"] is False
    editor.switch.setFocus()
    conv.qtbot.keyClick(editor.switch, Qt.Key.Key_Space)
    assert "use_bias" not in conv.values


def test_a_nested_object_has_its_own_arguments(conv: Bench) -> None:
    conv.choose("kernel_regularizer", "L2")
    module = {"module": "keras.regularizers", "class_name": "L2", "registered_name": None}
    assert conv.values["kernel_regularizer"] == {**module, "config": {}}
    editor = conv.form.row("kernel_regularizer").editor
    assert isinstance(editor, ObjectEditor)
    inner = editor.form.form.row("l2").editor
    assert inner.line.text() == "0.01"
    inner.line.setFocus()
    inner.line.selectAll()
    conv.qtbot.keyClicks(inner.line, "1e-4")
    assert conv.values["kernel_regularizer"] == {**module, "config": {"l2": 0.0001}}
    assert inner.line.text() == "1e-4"
    conv.qtbot.mouseClick(editor.form.form.row("l2").reset_button, Qt.MouseButton.LeftButton)
    assert conv.values["kernel_regularizer"] == {**module, "config": {}}
    conv.choose("kernel_regularizer", "none")
    assert "kernel_regularizer" not in conv.values
    assert editor.form is None


def test_the_default_object_is_known_by_all_its_names(conv: Bench) -> None:
    editor = conv.form.row("kernel_initializer").editor
    assert isinstance(editor, ObjectEditor)
    assert editor.combo.currentText() == "GlorotUniform"
    assert editor.form is None
    conv.qtbot.mouseClick(editor.disclose, Qt.MouseButton.LeftButton)
    inner = editor.form.form.row("seed").editor
    inner.line.setFocus()
    inner.line.selectAll()
    conv.qtbot.keyClicks(inner.line, "7")
    assert conv.values["kernel_initializer"]["config"] == {"seed": 7}
    conv.form.set_values({**conv.values, "kernel_initializer": "he_normal"})
    assert editor.combo.currentText() == "HeNormal"


def test_activations_are_plain_names(conv: Bench) -> None:
    conv.choose("activation", "relu")
    assert conv.values["activation"] == "relu"
    conv.form.set_values(
        {**conv.values, "activation": {"class_name": "function", "config": "softmax"}}
    )
    editor = conv.form.row("activation").editor
    assert isinstance(editor, ObjectEditor)
    assert editor.combo.currentText() == "softmax"


def test_a_learning_rate_is_a_number_or_a_schedule(qtbot: QtBot) -> None:
    adam = CATALOGUE.object_type("optimizers", "Adam")
    assert adam is not None
    bench = Bench(qtbot, adam.arguments, {})
    editor = bench.form.row("learning_rate").editor
    assert isinstance(editor, ObjectEditor)
    assert editor.number is not None
    assert editor.number.line.text() == "0.001"
    editor.number.line.setFocus()
    editor.number.line.selectAll()
    qtbot.keyClicks(editor.number.line, "0.01")
    assert bench.values["learning_rate"] == 0.01
    bench.choose("learning_rate", "ExponentialDecay")
    assert bench.values["learning_rate"]["config"]["decay_steps"] == 1000
    assert editor.number.isHidden()
    bench.choose("learning_rate", "constant")
    assert "learning_rate" not in bench.values
    assert not editor.number.isHidden()


def test_a_list_of_objects(qtbot: QtBot) -> None:
    layers = Argument("layers", "list", required=True, family="layers")
    bench = Bench(qtbot, (layers,), {"layers": []})
    editor = bench.form.row("layers").editor
    assert isinstance(editor, ObjectListEditor)

    def add(name: str) -> None:
        editor.combo.fill()
        editor.combo.activated.emit(editor.combo.findText(name))

    add("Dense")
    add("Conv2D")
    classes = [item["class_name"] for item in bench.values["layers"]]
    assert classes == ["Dense", "Conv2D"]
    assert bench.values["layers"][0]["config"] == {"units": 64}
    units = editor.rows[0].editor.form.form.row("units").editor.line
    units.setFocus()
    units.selectAll()
    qtbot.keyClicks(units, "8")
    assert bench.values["layers"][0]["config"] == {"units": 8}
    assert units.text() == "8"
    qtbot.mouseClick(editor.rows[0].reset_button, Qt.MouseButton.LeftButton)
    assert [item["class_name"] for item in bench.values["layers"]] == ["Conv2D"]
    assert len(editor.rows) == 1


def test_other_kinds(other: Bench) -> None:
    other.retype("noise_shape", "? x 28 x 1")
    other.retype("seed", "12")
    other.retype("tag", "some words")
    other.retype("axes", "1, 3")
    other.retype("dtype", "float16")
    other.choose("flag", "true")
    other.retype("rate", "1/4")
    assert other.values == {
        "rate": 0.25,
        "noise_shape": [None, 28, 1],
        "seed": 12,
        "tag": "some words",
        "axes": [1, 3],
        "dtype": "float16",
        "flag": True,
    }
    other.retype("seed", "none")
    other.choose("flag", "none")
    assert "seed" not in other.values
    assert "flag" not in other.values


def test_advanced_arguments_are_made_when_unfolded(conv: Bench) -> None:
    with pytest.raises(KeyError):
        conv.form.row("groups")
    fold = conv.form._fold
    assert fold is not None
    fold.header.setFocus()
    conv.qtbot.keyClick(fold.header, Qt.Key.Key_Space)
    conv.retype("groups", "2")
    assert conv.values["groups"] == 2


def test_a_long_form_is_made_in_slices(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(argument_form, "_SLICE_SECONDS", 0.0)
    form = ArgumentForm(CONV.arguments, CATALOGUE)
    qtbot.addWidget(form)
    form.set_values({"filters": 7, "padding": "same"})
    form.show()
    begun = len(form.findChildren(ArgumentRow))
    plain = [argument.name for argument in CONV.arguments if not argument.advanced]
    assert begun == 1 < len(plain)
    qtbot.waitUntil(lambda: len(form.findChildren(ArgumentRow)) == len(plain))
    rows = form.findChildren(ArgumentRow)
    assert [row.argument.name for row in rows] == plain
    qtbot.waitUntil(lambda: [row.y() for row in rows] == sorted({row.y() for row in rows}))
    (fold,) = form.findChildren(Fold)
    assert fold.y() > rows[-1].y()
    editor = form.row("padding").editor
    assert isinstance(editor, ChoiceEditor)
    assert editor.combo.currentText() == "same"


def test_who_asks_for_a_line_gets_it_at_once(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(argument_form, "_SLICE_SECONDS", 0.0)
    form = ArgumentForm(CONV.arguments, CATALOGUE)
    qtbot.addWidget(form)
    form.set_values({}, errors={"padding": "no such padding"})
    assert form.errors_shown == {"padding": "no such padding"}
    assert form.focus_argument("padding")


def test_a_set_advanced_argument_unfolds_by_itself(qtbot: QtBot) -> None:
    bench = Bench(qtbot, CONV.arguments, {"filters": 1, "kernel_size": 3, "groups": 4})
    assert bench.line("groups").text() == "4"
    assert bench.form.focus_argument("groups")


def test_kerass_error_stands_below_with_its_fixes(conv: Bench) -> None:
    chosen: list[Fix] = []
    conv.form.fix_chosen.connect(chosen.append)
    fix = Fix("set strides to 1", "set_argument", {"name": "strides"})
    conv.form.set_values(
        conv.values, {"strides": "strides must be at least 1"}, fixes={"strides": (fix,)}
    )
    row = conv.form.row("strides")
    assert row.editor.looks().wrong
    assert row.error == "strides must be at least 1"
    buttons = row._fix_buttons
    assert buttons is not None
    conv.qtbot.mouseClick(buttons.children()[1], Qt.MouseButton.LeftButton)
    assert chosen == [fix]
    conv.form.set_values(conv.values)
    assert not row.editor.looks().wrong


def test_help_comes_from_the_docstring(conv: Bench) -> None:
    row = conv.form.row("use_bias")
    assert "Whether a bias is added." in row.label.toolTip()
    conv.qtbot.mouseClick(row.label, Qt.MouseButton.LeftButton)
    assert row._help is not None
    assert row._help.text() == "Whether a bias is added."
    assert not row._help.isHidden()


def fields(form: QWidget) -> list[QWidget]:
    return form.findChildren(QWidget)


def test_tab_goes_down_the_form(conv: Bench) -> None:
    form = conv.form  # the lines below come when there is time
    conv.qtbot.waitUntil(lambda: any(w.accessibleName() == "padding" for w in fields(form)))
    assert conv.form.focus_first()
    seen = []
    for _ in range(4):
        focused = QApplication.focusWidget()
        assert focused is not None
        seen.append(focused.accessibleName())
        conv.qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert seen == ["filters", "kernel_size", "strides", "padding"]


def test_different_values_of_several_layers(conv: Bench) -> None:
    conv.form.set_values(conv.values, mixed=frozenset({"filters"}))
    assert conv.line("filters").text() == ""
    assert conv.line("filters").placeholderText() == "mixed"
    conv.log.clear()
    conv.line("filters").setFocus()
    conv.qtbot.keyClick(conv.line("filters"), Qt.Key.Key_Tab)
    assert conv.log == []
    conv.retype("filters", "8")
    assert conv.log == [("filters", 8)]
