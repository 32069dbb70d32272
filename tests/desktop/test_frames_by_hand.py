"""Frames, notes, lasso and guides with a real mouse and keyboard on a real X display."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hand import Hand, pump, wait_for
from PySide6.QtCore import QObject, QPoint, QPointF, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.canvas import Canvas
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore

pytestmark = pytest.mark.desktop
CATALOGUE = shipped()


class Feed(QObject):
    inspection_changed = Signal(object)
    problems_changed = Signal()
    summary_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.inspection = Inspection()
        self.problems: tuple[Problem, ...] = ()
        self.summary: DataSummary | None = None


class Table(Hand):
    """A hand over a canvas with a chain."""

    def __init__(self, qtbot: QtBot) -> None:
        project, self.nodes = Project(), {}
        for name, class_name, x, y in (
            ("image", "InputLayer", 0, 0),
            ("conv", "Conv2D", 260, 0),
            ("pool", "MaxPooling2D", 520, 0),
            ("drop", "Dropout", 260, 260),
        ):
            kind = CATALOGUE.named(class_name)
            assert kind is not None
            project, self.nodes[name] = edits.add_layer(project, kind, x, y, name=name)
        for source, target in (("image", "conv"), ("conv", "pool")):
            project = edits.connect(project, self.nodes[source], self.nodes[target], "inputs")
        self.store, self.selection = DocumentStore(project), Selection()
        self.canvas = Canvas(self.store, self.selection, Feed(), CATALOGUE)  # type: ignore[arg-type]
        qtbot.addWidget(self.canvas)
        self.canvas.resize(1100, 700)
        self.canvas.move(30, 30)
        self.canvas.show()
        self.canvas.activateWindow()
        wait_for(self.canvas.isActiveWindow, "the window to be in front")
        self.canvas.view.set_zoom(1.0)
        self.canvas.view.put(QPointF(-80, -120), QPointF(0, 0))
        self.canvas.view.setFocus()
        pump(0.3)

    def spot(self, x: float, y: float) -> QPoint:
        return self.canvas.view.to_spot(QPointF(x, y)).toPoint()

    def pull(self, start: QPoint, end: QPoint) -> None:
        viewport = self.canvas.view.viewport()
        self.drag(viewport, start, viewport, end)

    def place(self, name: str) -> tuple[float, float]:
        node = self.store.project.graph.nodes[self.nodes[name]]
        return node.x, node.y


@pytest.fixture
def table(qtbot: QtBot, qapp: QApplication) -> Iterator[Table]:
    theme.set_up(qapp, "dark")
    made = Table(qtbot)
    yield made
    made.canvas.close_threads()
    made.canvas.close()


def test_a_frame_is_made_named_dragged_and_resized(table: Table) -> None:
    table.pull(table.spot(240, -40), table.spot(720, 120))
    assert len(table.selection.nodes) == 2
    table.keys("c")
    table.type("Encoder")
    table.keys("Return")
    (frame,) = table.store.project.graph.frames.values()
    assert frame.title == "Encoder"
    grip = table.spot(frame.x + 200, frame.y + 14)
    table.pull(grip, grip + QPoint(0, 131))
    moved = table.store.project.graph.frames[frame.id]
    assert moved.y > frame.y + 100
    assert table.place("conv")[1] == moved.y - frame.y
    assert table.place("image") == (0, 0)
    corner = table.spot(moved.x + moved.width, moved.y + moved.height)
    table.pull(corner, corner + QPoint(60, 90))
    assert table.store.project.graph.frames[frame.id].height > moved.height + 50
    for _step in range(4):
        table.store.undo_stack.undo()
    assert not table.store.project.graph.frames
    assert table.place("conv") == (260, 0)


def test_a_note_is_written_and_a_lasso_takes_it(table: Table) -> None:
    viewport = table.canvas.view.viewport()
    table.move(viewport, table.spot(560, 240))
    table.keys("shift+p")
    table.type("Plan")
    table.keys("Return", "Return")
    table.type("* wide")
    table.keys("ctrl+Return")
    (note,) = table.store.project.graph.notes.values()
    assert note.text == "Plan\n\n* wide"
    assert table.store.undo_stack.count() == 1
    points = [(200, 200), (520, 180), (860, 200), (860, 420), (200, 430), (190, 210)]
    words = []
    for number, at in enumerate(points):
        where = viewport.mapToGlobal(table.spot(*at))
        words += ["mousemove", str(where.x()), str(where.y()), "sleep", "0.05"]
        if number == 0:
            words += ["keydown", "ctrl", "keydown", "alt", "mousedown", "1", "sleep", "0.05"]
    words += ["mouseup", "1", "keyup", "alt", "keyup", "ctrl"]
    table._xdotool(*words)
    assert table.selection.nodes == {table.nodes["drop"]}
    assert table.selection.decorations == {note.id}


def test_a_card_comes_into_line(table: Table) -> None:
    start = table.spot(260 + 88, 260 + 60)
    table.pull(start, start + QPoint(4, 37))
    assert table.place("drop")[0] == 260
    table.pull(table.spot(348, 357), table.spot(348 + 263, 357 - 5))
    assert table.place("drop")[0] == 520
