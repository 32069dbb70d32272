"""Code of files in the window: what is shown of it, what is asked, what workers are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import small_project
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from kerasstudio.graph import edits
from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.graph.placeholders import code_hash, output_specs, text_hash
from kerasstudio.graph.project import Layer, Project
from kerasstudio.runtime import protocol as p
from kerasstudio.ui.app import Studio
from kerasstudio.ui.dialogs.settings_dialog import SettingsDialog
from kerasstudio.ui.inspector.code_card import CodeCard
from kerasstudio.ui.inspector.output_field import read_shape
from kerasstudio.ui.settings import Settings
from kerasstudio.ui.widgets.remembered_line import RememberedLine

MakeStudio = Callable[..., Studio]
SOURCE = "import keras\n\n\nclass Scale(keras.layers.Layer):\n    pass\n"


def with_layer(layer: Layer) -> Project:
    """The small model with another layer in place of its hidden one."""
    project = small_project.project()
    return msgspec.structs.replace(project, layers={**project.layers, "l2": layer})


LAMBDA = Layer("l2", "Lambda", "double", arguments={"function": "lambda x: open(x)"})
SCALE = Layer("l2", "Scale", "scale", module="mine", registered_name="mine>Scale")


class Desk:
    """A studio with the node of one foreign layer chosen."""

    def __init__(self, studio: Studio, qtbot: QtBot, layer: Layer) -> None:
        self.studio, self.qtbot = studio, qtbot
        self.told: list[p.Trusting] = []
        studio.pool.analysis.report_received.connect(self._hear)
        studio.documents.new(with_layer(layer), "foreign")
        studio.selection.select(["n2"])
        qtbot.waitUntil(lambda: self.card.isVisibleTo(studio.window), timeout=10_000)

    def _hear(self, report: p.Report) -> None:
        if isinstance(report, p.Trusting):
            self.told.append(report)

    @property
    def card(self) -> CodeCard:
        card = self.studio.window.findChild(CodeCard)
        assert isinstance(card, CodeCard)
        return card

    def answer(self, name: str) -> None:
        """Press the button of the question that is called so."""
        box = self.card.question
        assert box is not None
        (button,) = [each for each in box.findChildren(QPushButton) if each.text() == name]
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        self.qtbot.waitUntil(lambda: self.card.question is None)


@pytest.fixture
def studio(make_studio: MakeStudio) -> Studio:
    return make_studio()


def test_a_lambda_shows_its_source_and_is_not_trusted_by_itself(
    qtbot: QtBot, studio: Studio
) -> None:
    card = Desk(studio, qtbot, LAMBDA).card
    assert "open(x)" in card.text.toPlainText()
    assert card.text.isReadOnly()
    assert card.state.text() == "Code of a file, not run"
    assert card.trust_button.isVisibleTo(card)
    assert not card.file_button.isVisibleTo(card)


def test_the_safe_answer_is_the_default(qtbot: QtBot, studio: Studio) -> None:
    desk = Desk(studio, qtbot, LAMBDA)
    desk.card.trust_button.click()
    box = desk.card.question
    assert box is not None
    default = box.defaultButton()
    assert default is not None
    assert default.text() == "Keep it as it is"
    assert box.escapeButton() is default
    assert "double" in box.informativeText()
    assert "delete your files" in box.informativeText()
    desk.answer("Keep it as it is")
    assert studio.settings.get("trusted_code") == []
    assert desk.told == []
    assert desk.card.state.text() == "Code of a file, not run"


def test_trust_is_for_this_code_and_can_be_taken_back(qtbot: QtBot, studio: Studio) -> None:
    desk = Desk(studio, qtbot, LAMBDA)
    desk.card.trust_button.click()
    desk.answer("Trust this code")
    assert studio.settings.get("trusted_code") == [code_hash(LAMBDA)]
    qtbot.waitUntil(lambda: bool(desk.told), timeout=5000)
    assert desk.told[-1].classes == (code_hash(LAMBDA),)
    assert desk.card.state.text() == "Code that you trust"
    changed = edits.set_argument(studio.store.project, "l2", "function", "lambda x: eval(x)")
    studio.store.apply(changed, "Change the code")
    assert desk.card.state.text() == "Code of a file, not run"
    qtbot.waitUntil(lambda: len(desk.told) == 2, timeout=5000)
    assert desk.told[-1].classes == ()
    studio.store.undo_stack.undo()
    assert desk.card.state.text() == "Code that you trust"
    desk.card.trust_button.click()
    assert desk.card.question is None
    assert studio.settings.get("trusted_code") == []
    qtbot.waitUntil(lambda: len(desk.told) == 4, timeout=5000)
    assert desk.told[-1].classes == ()


def test_another_document_is_not_trusted_with_the_first(qtbot: QtBot, studio: Studio) -> None:
    desk = Desk(studio, qtbot, LAMBDA)
    desk.card.trust_button.click()
    desk.answer("Trust this code")
    qtbot.waitUntil(lambda: len(desk.told) == 1, timeout=5000)
    other = msgspec.structs.replace(LAMBDA, arguments={"function": "lambda x: exit()"})
    studio.store.mark_saved(studio.store.project, Path("here.kstudio"))
    studio.documents.new(with_layer(other), "other")
    qtbot.waitUntil(lambda: len(desk.told) == 2, timeout=5000)
    assert desk.told[-1].classes == ()
    assert studio.trust.state(other, studio.store.project) == "untrusted"


def test_workers_that_start_later_are_told(qtbot: QtBot, studio: Studio) -> None:
    desk = Desk(studio, qtbot, LAMBDA)
    studio.trust.trust(studio.store.project)
    qtbot.waitUntil(lambda: len(desk.told) == 1, timeout=5000)
    pool = studio.pool
    qtbot.waitUntil(lambda: pool.spare is not None and pool.spare.ready is not None, timeout=20_000)
    run = pool.take_spare()
    heard: list[p.Report] = []
    run.report_received.connect(heard.append)
    qtbot.waitUntil(lambda: any(isinstance(each, p.Trusting) for each in heard), timeout=20_000)
    run.stop()


def test_a_restarted_worker_is_told_again(
    qtbot: QtBot,
    studio: Studio,
    expected_logs: pytest.LogCaptureFixture,
) -> None:
    desk = Desk(studio, qtbot, LAMBDA)
    studio.trust.trust(studio.store.project)
    qtbot.waitUntil(lambda: len(desk.told) == 1, timeout=5000)
    process = studio.pool.analysis._process
    assert process is not None
    process.kill()
    qtbot.waitUntil(lambda: len(desk.told) == 2, timeout=20_000)
    assert desk.told[0].classes == desk.told[1].classes == (code_hash(LAMBDA),)


def test_trust_outlives_the_program(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    Desk(studio, qtbot, LAMBDA)
    studio.trust.trust(studio.store.project)
    assert Settings(tmp_path / "settings.ini").get("trusted_code") == [code_hash(LAMBDA)]


def test_all_trust_can_be_forgotten_in_the_settings(qtbot: QtBot, studio: Studio) -> None:
    desk = Desk(studio, qtbot, LAMBDA)
    studio.trust.trust(studio.store.project)
    dialog = SettingsDialog(studio.settings, studio.key_map, studio.window)
    qtbot.addWidget(dialog)
    (line,) = dialog.findChildren(RememberedLine)
    assert line.count.text() == "1 remembered"
    line.forget.click()
    assert line.count.text() == "none"
    assert not line.forget.isVisibleTo(line)
    assert studio.settings.get("trusted_code") == []
    assert desk.card.state.text() == "Code of a file, not run"


def test_a_class_needs_its_file_and_the_file_needs_trust(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    desk = Desk(studio, qtbot, SCALE)
    card = desk.card
    assert card.state.text() == "Its code is not in the file"
    assert not card.trust_button.isVisibleTo(card)
    path = tmp_path / "scale.py"
    path.write_text(SOURCE)
    card.file_button.click()
    dialog = studio.window.findChild(QFileDialog, "codeFileDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.close()
    assert studio.store.project.code == {"scale.py": SOURCE}
    assert studio.store.undo_stack.undoText() == "Add scale.py"
    assert card.state.text() == "Code of a file, not run"
    assert desk.told == []
    card.trust_button.click()
    assert card.question is not None
    assert "scale.py" in card.question.informativeText()
    desk.answer("Trust this code")
    assert text_hash(SOURCE) in studio.settings.get("trusted_code")
    qtbot.waitUntil(lambda: bool(desk.told), timeout=5000)
    assert "scale.py" in desk.told[-1].classes


def test_a_file_that_is_no_python_text_is_explained(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    desk = Desk(studio, qtbot, SCALE)
    path = tmp_path / "scale.py"
    path.write_bytes(b"\xff\xfe\x00")
    desk.card.add_file(path)
    box = studio.window.findChild(QMessageBox, "problemMessage")
    assert box is not None
    assert "scale.py cannot be read" in box.text()
    box.close()
    assert studio.store.project.code == {}


def test_it_can_be_replaced_by_a_layer_of_keras(qtbot: QtBot, studio: Studio) -> None:
    desk = Desk(studio, qtbot, LAMBDA)
    kind = next(each for each in studio.catalogue.layers if each.class_name == "ReLU")
    desk.card._replace(kind)
    (layer,) = [each for each in studio.store.project.layers.values() if each.class_name == "ReLU"]
    assert studio.store.project.graph.nodes["n2"].layer == layer.id
    assert not any(each.class_name == "Lambda" for each in studio.store.project.layers.values())
    qtbot.waitUntil(lambda: not desk.card.isVisibleTo(studio.window))


def test_the_output_is_asked_for_where_nothing_tells_it(qtbot: QtBot, studio: Studio) -> None:
    desk = Desk(studio, qtbot, LAMBDA)
    output = desk.card.output
    qtbot.waitUntil(lambda: output.isVisibleTo(studio.window), timeout=10_000)
    assert output.field.text() == "4"
    output.field.selectAll()
    qtbot.keyClicks(output.field, "a")
    output.button.click()
    assert output.error.isVisibleTo(output)
    output.field.selectAll()
    qtbot.keyClicks(output.field, "2, ?")
    output.button.click()
    layer = studio.store.project.layers["l2"]
    assert output_specs(layer, [(None, 4)]) == (TensorSpec((None, 2, None)),)
    assert studio.store.undo_stack.undoText().startswith("Say that double gives")
    assert not output.isVisibleTo(studio.window)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("28, 28, 3", (28, 28, 3)),
        ("(28,?)", (28, None)),
        ("", ()),
        ("None", (None,)),
        ("0", None),
        ("-1", None),
        ("9" * 12, None),
        ("²", None),
        ("1," * 13, None),
    ],
)
def test_shapes_as_people_write_them(text: str, shape: tuple[int | None, ...] | None) -> None:
    assert read_shape(text) == shape
