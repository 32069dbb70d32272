"""Kept, partly, new: on cards, in the inspector, on the Train page; and the choice, undoable."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
import small_project
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from small_catalogue import CATALOGUE

from kerasstudio.graph import edits
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.stored_weights import StoredLayer, StoredWeight, StoredWeights
from kerasstudio.graph.training_spec import Start
from kerasstudio.runtime.run_weights import checkpoint_path
from kerasstudio.runtime.runs import create_run, update_run
from kerasstudio.runtime.weight_store import WeightStore
from kerasstudio.ui.canvas.card_face import CardFace
from kerasstudio.ui.canvas.card_painter import paint_plate, paint_words
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.inspector.inspector import Inspector
from kerasstudio.ui.run_feed import RunFeed
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.train.run_card import RunCard
from kerasstudio.ui.train.start_card import StartCard
from kerasstudio.ui.warm_start import WarmStart
from kerasstudio.ui.workers import WorkerClient, WorkerPool


def layer(name: str, units: int, wide: int = 4) -> StoredLayer:
    shapes = {"kernel": (wide, units), "bias": (units,)}
    return StoredLayer(
        "Dense",
        "keras.layers",
        name,
        tuple(
            StoredWeight(key, shape, "float32", number)
            for number, (key, shape) in enumerate(shapes.items())
        ),
    )


STORED = StoredWeights({"l2": layer("hidden", 32), "l3": layer("scores", 3, wide=9)}, variables=4)


def write(path: Path, stored: StoredWeights = STORED) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, state=np.frombuffer(msgspec.json.encode(stored), np.uint8))
    return path


class Desk:
    """A project, its weights and its runs; nothing of it is on the screen."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.qtbot, self.folder = qtbot, folder
        self.store = DocumentStore(small_project.project())
        self.feed = InspectionFeed(self.store, WorkerClient(), CATALOGUE)
        self.feed.inspection = small_project.inspection(self.store.project)
        self.weights = WeightStore(folder / "p.studio")
        self.warm = WarmStart(self.store, self.feed, lambda: self.weights, self.feed)
        self.runs = RunFeed(
            WorkerPool(), lambda: folder / "p.studio", lambda: str(folder), self.feed
        )
        self.problems: list[Problem] = []
        self.warm.failed.connect(self.problems.append)

    def start_from_file(self) -> Start:
        path = write(self.weights.new_path("resnet.keras"))
        start = Start(path.stem, "resnet.keras")
        with self.qtbot.waitSignal(self.warm.start_changed):
            self.warm.use(start)
        return start

    def add_run(self) -> str:
        folder = create_run(self.folder / "p.studio", self.store.project, self.folder)
        for which in ("best", "last"):
            write(checkpoint_path(folder, which))
        update_run(
            folder,
            status="finished",
            epochs_done=3,
            best_epoch=1,
            history={"val_loss": [0.9, 0.25, 0.5]},
        )
        with self.qtbot.waitSignal(self.runs.runs_changed):
            self.runs.read_runs()
        return str(folder)

    def states(self) -> dict[str, str]:
        return {key: told.state for key, told in self.warm.starts.items()}

    def close(self) -> None:
        self.warm.close()
        self.runs.close()
        self.feed.close()


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path):  # type: ignore[no-untyped-def]
    desk = Desk(qtbot, tmp_path)
    yield desk
    desk.close()


def shown(qtbot: QtBot, widget: QWidget) -> None:
    widget.resize(320, 700)
    qtbot.addWidget(widget)
    widget.show()


def test_edits_and_undo_change_what_is_kept_at_once(qtbot: QtBot, desk: Desk) -> None:
    assert desk.states() == {}
    desk.start_from_file()
    assert desk.states() == {"l2": "kept", "l3": "partly"}
    assert desk.warm.summary == "1 layer keeps all weights, 1 keeps some."
    project = edits.set_argument(desk.store.project, "l2", "units", 8)
    desk.store.apply(project, "Change units")
    desk.feed.inspection = small_project.inspection(project)
    with qtbot.waitSignal(desk.warm.starts_changed) as changed:
        desk.feed.inspection_changed.emit(frozenset({"n2"}))
    assert changed.args == [frozenset({"l2"})]
    assert desk.states() == {"l2": "new", "l3": "partly"}
    desk.store.undo_stack.undo()
    desk.feed.inspection = small_project.inspection(desk.store.project)
    desk.feed.inspection_changed.emit(frozenset({"n2"}))
    qtbot.waitUntil(lambda: desk.states() == {"l2": "kept", "l3": "partly"})
    desk.store.undo_stack.undo()
    assert desk.warm.start.is_fresh
    assert desk.states() == {}
    desk.store.undo_stack.redo()
    assert desk.states() == {"l2": "kept", "l3": "partly"}  # known from before, at once


def test_missing_weights_are_a_problem_until_the_start_is_another(qtbot: QtBot, desk: Desk) -> None:
    with qtbot.waitSignal(desk.warm.start_changed):
        desk.warm.use(Start("gone-0a", "resnet.keras"))
    qtbot.waitUntil(lambda: any(each.code == "weights.missing" for each in desk.feed.problems))
    assert "resnet.keras" in desk.warm.summary
    assert desk.states() == {}
    desk.warm.use_fresh()
    qtbot.waitUntil(lambda: all(each.code != "weights.missing" for each in desk.feed.problems))


def test_weights_that_come_beside_the_file_later_are_found(qtbot: QtBot, desk: Desk) -> None:
    path = write(desk.folder / "elsewhere" / "w-0a.npz")
    with qtbot.waitSignal(desk.warm.start_changed):
        desk.warm.use(Start("w-0a", "w"))
    desk.weights = WeightStore(desk.folder / "q.studio")
    desk.weights.folder.mkdir(parents=True)
    path.rename(desk.weights.folder / path.name)
    desk.store.mark_saved(desk.store.project, desk.folder / "q.kstudio")
    qtbot.waitUntil(lambda: desk.states() == {"l2": "kept", "l3": "partly"})


def test_the_inspector_says_why_and_lets_one_layer_start_fresh(qtbot: QtBot, desk: Desk) -> None:
    desk.start_from_file()
    selection = Selection(desk.feed)
    inspector = Inspector(desk.store, selection, desk.feed, CATALOGUE, desk.warm)
    shown(qtbot, inspector)
    start = inspector.overview.start
    assert start.title.text() == "Training starts from resnet.keras."
    assert start.summary.text() == desk.warm.summary
    note = inspector.layers.start
    selection.select({"n3"})
    qtbot.waitUntil(note.isVisible)
    assert note.state.text() == "weights partly kept"
    assert note.reason.text() == "From resnet.keras. Kernel is 4 × 3 now and was 9 × 3."
    assert not note.keep.isVisible()
    note.fresh.click()
    assert desk.states()["l3"] == "new"
    assert note.state.text() == "new weights"
    assert note.reason.text() == "You chose to start it fresh."
    assert desk.store.undo_stack.undoText() == "Start scores fresh"
    note.keep.click()
    assert desk.states()["l3"] == "partly"
    selection.select({"n2", "n3"})
    qtbot.waitUntil(lambda: note.reason.text().startswith("From resnet.keras: "))
    assert note.reason.text() == "From resnet.keras: 1 kept, 1 partly kept."
    note.fresh.click()
    assert set(desk.states().values()) == {"new"}
    selection.select({"n1"})
    qtbot.waitUntil(note.isHidden)
    selection.clear()
    qtbot.waitUntil(start.isVisible)
    start.fresh.click()
    qtbot.waitUntil(start.isHidden)


def test_the_train_page_offers_files_and_runs_with_what_they_reached(
    qtbot: QtBot, desk: Desk
) -> None:
    file = desk.start_from_file()
    folder = desk.add_run()
    card = StartCard(desk.warm, desk.runs)
    shown(qtbot, card)
    offered = [card.choice.itemText(index) for index in range(card.choice.count())]
    assert offered == [
        "Fresh weights",
        "resnet.keras",
        "Run 1, best epoch · val_loss 0.25",
        "Run 1, last epoch · val_loss 0.5",
    ]
    assert card.choice.currentText() == "resnet.keras"
    assert card.summary.text() == desk.warm.summary
    card.choice.activated.emit(2)
    qtbot.waitUntil(lambda: desk.warm.start.run == 1)
    start = desk.warm.start
    assert (start.checkpoint, start.label) == ("best", "run 1, best epoch")
    assert desk.weights.find(start.weights) is not None
    qtbot.waitUntil(lambda: card.choice.currentText() == "Run 1, best epoch")
    # The file it began with can be chosen again, although the project does not name it now.
    again = [card.choice.itemText(index) for index in range(card.choice.count())]
    assert "resnet.keras" in again
    card.choice.activated.emit(again.index("resnet.keras"))
    assert desk.warm.start == file
    card.choice.activated.emit(0)
    assert desk.warm.start.is_fresh
    assert not card.summary.isVisible()
    assert Path(folder).is_dir()


def test_after_a_run_training_on_from_it_is_one_click(qtbot: QtBot, desk: Desk) -> None:
    desk.add_run()
    card = RunCard(desk.runs, desk.warm, lambda: None)
    shown(qtbot, card)
    assert not card.train_on.isVisible()
    desk.runs.current = desk.runs.runs[0]
    desk.runs.current_changed.emit(desk.runs.current)
    assert card.train_on.isVisible()
    card.train_on.click()
    qtbot.waitUntil(lambda: desk.warm.start.run == 1)
    qtbot.waitUntil(lambda: not card.train_on.isVisible())


def test_a_run_without_weights_is_told(qtbot: QtBot, desk: Desk) -> None:
    folder = create_run(desk.folder / "p.studio", desk.store.project, desk.folder)
    desk.warm.use_run(str(folder))
    qtbot.waitUntil(lambda: bool(desk.problems))
    assert desk.problems[0].code == "file.no_checkpoint"
    assert desk.warm.start.is_fresh


def test_cards_are_marked_with_a_disc_and_a_word(desk: Desk) -> None:
    model = SceneModel(CATALOGUE)
    model.load(desk.store.project)
    assert model.face("n2").start == ""
    desk.start_from_file()
    model.set_starts(desk.warm.starts, desk.warm.starts)
    assert model.take_changed_faces() == {"n2"}  # those that were painted before
    assert {key: model.face(key).start for key in ("n1", "n2", "n3")} == {
        "n1": "",
        "n2": "kept",
        "n3": "partly",
    }


def test_every_mark_looks_another_way_even_without_colours(qtbot: QtBot) -> None:
    pictures = set()
    for start in ("", "kept", "partly", "new"):
        face = CardFace("Dense", "hidden", "core", (176.0, 96.0), state="ok", start=start)  # type: ignore[arg-type]
        image = QImage(196, 120, QImage.Format.Format_Grayscale8)
        image.fill(0)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(10, 10)
        paint_plate(painter, face, 1.0)
        paint_words(painter, face, 1.0)
        painter.end()
        pictures.add(bytes(image.constBits()))
    assert len(pictures) == 4


def test_many_layers_are_compared_in_another_thread(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kerasstudio.ui.warm_start.LARGE", 1)
    desk.start_from_file()
    qtbot.waitUntil(lambda: desk.states() == {"l2": "kept", "l3": "partly"})
    project = edits.start_fresh(desk.store.project, ["l2"])
    desk.store.apply(project, "Start fresh")
    qtbot.waitUntil(lambda: desk.states() == {"l2": "new", "l3": "partly"})
