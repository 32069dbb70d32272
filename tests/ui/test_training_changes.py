"""What changed since the last training: found from the run's snapshot, shown in the inspector."""

from __future__ import annotations

from pathlib import Path

import pytest
import small_project
from PySide6.QtCore import QObject, Qt, Signal
from pytestqt.qtbot import QtBot
from small_catalogue import CATALOGUE

from kerasstudio.graph import edits
from kerasstudio.graph.project import Project
from kerasstudio.runtime import runs
from kerasstudio.runtime.runs import RunRecord
from kerasstudio.runtime.weight_store import WeightStore
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.inspector.inspector import Inspector
from kerasstudio.ui.run_feed import RunView
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.training_changes import TrainingChanges
from kerasstudio.ui.warm_start import WarmStart
from kerasstudio.ui.widgets.labels import LinkButton
from kerasstudio.ui.workers import WorkerClient


class Runs(QObject):
    """A run feed without runs of its own."""

    runs_changed = Signal()
    run_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.runs: tuple[RunView, ...] = ()

    def tell(self, *views: RunView) -> None:
        self.runs = views
        self.runs_changed.emit()


@pytest.fixture
def store() -> DocumentStore:
    return DocumentStore(small_project.project())


def changes_of(store: DocumentStore, feed: Runs) -> TrainingChanges:
    return TrainingChanges(store, feed, store)  # type: ignore[arg-type]


def warm(store: DocumentStore, feed: InspectionFeed) -> WarmStart:
    return WarmStart(store, feed, lambda: WeightStore(None), feed)


def trained(number: int, project: Project | None, key: str = "run", epochs: int = 1) -> RunView:
    return RunView(key, number, epoch=epochs, record=RunRecord(number=number), project=project)


def test_edits_after_training_are_found_and_undone(qtbot: QtBot, store: DocumentStore) -> None:
    feed = Runs()
    changes = changes_of(store, feed)
    assert not changes.since
    feed.tell(trained(1, store.project))
    qtbot.waitUntil(lambda: changes.run == 1)
    assert not changes.since
    with qtbot.waitSignal(changes.changed):
        store.apply(edits.set_argument(store.project, "l2", "units", 7), "Change")
    assert changes.since.nodes == {"n2": ("units 32 → 7",)}
    with qtbot.waitSignal(changes.changed):
        store.undo_stack.undo()
    assert not changes.since
    changes.close()


def test_the_newest_run_that_trained_counts(qtbot: QtBot, store: DocumentStore) -> None:
    old = store.project
    new = edits.set_argument(old, "l2", "units", 9)
    feed = Runs()
    changes = changes_of(store, feed)
    refused = trained(3, old, "third", epochs=0)
    feed.tell(trained(1, old, "first"), trained(2, new, "second"), refused)
    qtbot.waitUntil(lambda: changes.run == 2)
    assert changes.since.nodes == {"n2": ("units 9 → 32",)}
    feed.tell()
    qtbot.waitUntil(lambda: changes.run == 0)
    assert not changes.since
    changes.close()


def test_the_snapshot_of_an_earlier_session_is_read(
    qtbot: QtBot, store: DocumentStore, tmp_path: Path
) -> None:
    folder = runs.create_run(tmp_path, edits.set_argument(store.project, "l2", "units", 5), "", "")
    feed = Runs()
    changes = changes_of(store, feed)
    feed.tell(trained(1, None, str(folder)))
    qtbot.waitUntil(lambda: changes.run == 1)
    assert changes.since.lines == ("hidden.units 5 → 32",)
    changes.close()


def test_a_run_without_a_snapshot_says_nothing(
    qtbot: QtBot, store: DocumentStore, tmp_path: Path
) -> None:
    feed = Runs()
    changes = changes_of(store, feed)
    feed.tell(trained(1, None, str(tmp_path / "gone")))
    qtbot.wait(150)
    qtbot.waitUntil(lambda: not changes._tasks.busy)
    assert changes.run == 0
    assert not changes.since
    changes.close()


def test_the_inspector_lists_changes_and_leads_to_them(qtbot: QtBot, store: DocumentStore) -> None:
    feed = Runs()
    changes = changes_of(store, feed)
    selection = Selection()
    shapes = InspectionFeed(store, WorkerClient(), CATALOGUE)
    inspector = Inspector(store, selection, shapes, CATALOGUE, warm(store, shapes), changes)
    qtbot.addWidget(inspector)
    inspector.show()
    feed.tell(trained(4, store.project))
    qtbot.waitUntil(lambda: changes.run == 4)
    assert inspector.overview.changed_title.isHidden()
    project = edits.set_argument(store.project, "l2", "units", 7)
    store.apply(edits.set_training(project, epochs=3), "Change")
    qtbot.waitUntil(lambda: not inspector.overview.changed_title.isHidden())
    assert inspector.overview.changed_title.text() == "Changed since run 4"
    links = [each for each in inspector.overview.findChildren(LinkButton)
             if each.text() == "hidden.units 32 → 7"]  # fmt: skip
    assert len(links) == 1
    qtbot.mouseClick(links[0], Qt.MouseButton.LeftButton)
    assert selection.nodes == {"n2"}
    qtbot.waitUntil(lambda: "since run 4" in inspector.layers.facts.facts)
    assert inspector.layers.facts.facts["since run 4"] == "units 32 → 7"
    changes.close()


def test_the_batch_size_is_chosen_in_the_overview(qtbot: QtBot, store: DocumentStore) -> None:
    shapes = InspectionFeed(store, WorkerClient(), CATALOGUE)
    shapes.inspection = small_project.inspection(store.project)
    inspector = Inspector(store, Selection(), shapes, CATALOGUE, warm(store, shapes))
    qtbot.addWidget(inspector)
    inspector.show()
    overview = inspector.overview
    before = overview.facts.facts["activations"]
    row = overview.batch.row("batch_size")
    row.label.scrub_began.emit()
    row.label.scrubbed.emit(1, "normal")
    row.label.scrubbed.emit(2, "normal")
    row.label.scrub_ended.emit(True)
    assert store.project.training.batch_size == 128
    assert store.undo_stack.count() == 1
    qtbot.waitUntil(lambda: overview.facts.facts["activations"] != before)
    store.undo_stack.undo()
    qtbot.waitUntil(lambda: overview.facts.facts["activations"] == before)
