"""Export in the window: what each format is for, what it cannot hold, whose weights are written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import small_project
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from kerasstudio.graph import edits
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.project import Layer, Project
from kerasstudio.graph.training_spec import Start
from kerasstudio.runtime import protocol as p
from kerasstudio.runtime.runs import RunRecord, create_run
from kerasstudio.runtime.weight_store import WeightStore
from kerasstudio.ui.dialogs.export_dialog import ExportDialog
from kerasstudio.ui.exporting import ExportFlow, Source, limit_lines
from kerasstudio.ui.results.export_card import ExportCard
from kerasstudio.ui.workers import WorkerClient, WorkerPool

KERAS = p.Format("keras", "Keras model", ".keras", "Everything.")
LITE = p.Format(
    "tflite",
    "TensorFlow Lite",
    ".tflite",
    "For phones.",
    variants=(p.Variant("", "32-bit", "exact"), p.Variant("dynamic", "8-bit", "small")),
)
ONNX = p.Format("onnx", "ONNX", ".onnx", "Elsewhere.", missing='pip install "kerasstudio[onnx]"')
FORMATS = (KERAS, LITE, ONNX)


def with_text(project: Project) -> Project:
    """The same with a layer that neither ONNX nor TensorFlow Lite can hold."""
    layers = {
        **project.layers,
        "l2": Layer("l2", "TextVectorization", "hidden", arguments={"vocabulary": ["a"]}),
    }
    return msgspec.structs.replace(project, layers=layers)


class SteeredPool(WorkerPool):
    """A pool whose workers note what they are asked; no process runs."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[p.Export] = []

    def take_spare(self) -> WorkerClient:
        worker = WorkerClient()
        worker.ask = lambda request, _answered: self.asked.append(request)  # type: ignore[method-assign,assignment]
        return worker


class Desk:
    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.qtbot, self.folder = qtbot, folder
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.pool = SteeredPool()
        self.project = small_project.project()
        self.weights = WeightStore(folder / "p.studio")
        self.flow = ExportFlow(
            self.pool,
            self.window,
            lambda: self.project,
            lambda: str(folder),
            lambda: "model",
            Inspection,
            lambda: self.weights,
        )
        self.card = ExportCard()
        qtbot.addWidget(self.card)
        self.card.set_formats(FORMATS)
        self.card.show()

    def accept_file(self) -> None:
        """Take the name that the file dialog proposes."""
        dialog = self.window.findChild(QFileDialog, "exportFile")
        assert dialog is not None
        dialog.accept()

    def start_from_file(self) -> Path:
        path = self.weights.new_path("resnet.keras")
        path.write_bytes(b"arrays")
        self.project = edits.set_start(self.project, Start(path.stem, "resnet.keras"))
        return path


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(qtbot, tmp_path)
    yield desk
    desk.flow.close()


def test_each_format_has_a_row_with_what_it_cannot_hold(qtbot: QtBot, desk: Desk) -> None:
    desk.card.set_limits(limit_lines(with_text(desk.project), Inspection()))
    assert desk.card.limit_text("onnx") == "Not held: hidden (TextVectorization)"
    assert desk.card.limit_text("tflite") == "Needs the Flex delegate: hidden (TextVectorization)"
    assert desk.card.limit_text("keras") == ""
    assert limit_lines(desk.project, Inspection()) == {}


def test_a_missing_package_is_named_with_its_command_and_cannot_be_chosen(desk: Desk) -> None:
    button = desk.card.findChild(QPushButton, "export_onnx")
    assert button is not None
    assert not button.isEnabled()
    assert button.toolTip() == ONNX.missing
    others = [desk.card.findChild(QPushButton, f"export_{key}") for key in ("keras", "tflite")]
    assert all(each is not None and each.isEnabled() for each in others)


def test_variants_are_a_menu(qtbot: QtBot, desk: Desk) -> None:
    chosen: list[tuple[str, str]] = []
    desk.card.export_chosen.connect(lambda form, variant: chosen.append((form.id, variant)))
    button = desk.card.findChild(QPushButton, "export_tflite")
    assert button is not None
    for action in button.menu().actions():
        action.trigger()
    keras = desk.card.findChild(QPushButton, "export_keras")
    assert keras is not None
    keras.click()
    assert chosen == [("tflite", ""), ("tflite", "dynamic"), ("keras", "")]


def test_what_was_not_checked_is_not_green(desk: Desk) -> None:
    desk.card.show_exported(p.Exported(1, "/m.onnx", "not checked: no runtime", None, notes=("n",)))
    assert desk.card.state_text == "/m.onnx\nnot checked: no runtime\nn"
    assert desk.card._state.tone == "warning"
    desk.card.show_exported(p.Exported(1, "/m.onnx", "checked: same", True))
    assert desk.card._state.tone == "ok"


def test_weights_that_training_starts_from_are_written(qtbot: QtBot, desk: Desk) -> None:
    path = desk.start_from_file()
    desk.flow.start(LITE, "dynamic", desk.card, Source(start=True))
    desk.accept_file()
    (request,) = desk.pool.asked
    assert (request.weights, request.variant, request.run_folder) == (str(path), "dynamic", None)
    assert request.path == str(desk.folder / "model.tflite")


def test_weights_that_are_gone_are_told_and_nothing_is_written(desk: Desk) -> None:
    desk.start_from_file().unlink()
    desk.flow.start(KERAS, "", desk.card, Source(start=True))
    desk.accept_file()
    assert desk.pool.asked == []
    assert "resnet.keras" in desk.card.state_text


def test_limits_are_said_before_and_keras_is_offered(qtbot: QtBot, desk: Desk) -> None:
    desk.project = with_text(desk.project)
    desk.flow.start(LITE, "", desk.card, Source())
    box = desk.window.findChild(QMessageBox, "exportLimits")
    assert box is not None
    assert "Flex delegate" in box.informativeText()
    anyway = next(each for each in box.buttons() if "anyway" in each.text())
    anyway.click()
    desk.accept_file()
    assert [each.format for each in desk.pool.asked] == ["tflite"]


def test_the_dialog_offers_runs_the_start_and_new_weights(qtbot: QtBot, desk: Desk) -> None:
    desk.start_from_file()
    folder = create_run(desk.folder / "p.studio", with_text(desk.project), desk.folder)
    record = RunRecord(number=1, folder=str(folder), evaluated="best")
    dialog = ExportDialog(desk.flow, record, desk.window)
    dialog.card.set_formats(FORMATS)
    offered = [dialog.weights.itemText(index) for index in range(dialog.weights.count())]
    assert offered == [
        "run 1, weights of the best epoch",
        "run 1, weights of the last epoch",
        "weights of resnet.keras, in the graph as it is",
        "new, untrained weights",
    ]
    assert dialog.source == Source(str(folder))
    # The run's own graph decides what cannot be held, not the open one.
    qtbot.waitUntil(lambda: dialog.card.limit_text("onnx") != "")
    dialog.weights.setCurrentIndex(2)
    assert dialog.source == Source(start=True)
    qtbot.waitUntil(lambda: dialog.card.limit_text("onnx") == "")
    dialog.close()
