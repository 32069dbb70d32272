"""Wires cut, rerouted and spliced with a real mouse on a real X display."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hand import Hand, pump, wait_for
from PySide6.QtCore import QObject, QPointF, Signal
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
    """A hand over a canvas with a chain and a loose card."""

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
        self.store = DocumentStore(project)
        self.canvas = Canvas(self.store, Selection(), Feed(), CATALOGUE)  # type: ignore[arg-type]
        qtbot.addWidget(self.canvas)
        self.canvas.resize(1100, 700)
        self.canvas.move(0, 0)
        self.canvas.show()
        qtbot.waitExposed(self.canvas)
        self.view = self.canvas.view
        self.view.set_zoom(1.0)
        self.view.put(QPointF(-60, -120), QPointF(0, 0))
        pump(0.2)

    def at(self, x: float, y: float) -> tuple[str, str]:
        """A place of the drawing on the screen."""
        return self._global(self.view.viewport(), self.view.to_spot(QPointF(x, y)).toPoint())

    def stroke(self, button: int, *way: tuple[float, float], held: str = "") -> None:
        """Press at the first place, go through the others, and let go."""
        words = ["mousemove", *self.at(*way[0]), "sleep", "0.1"]
        words += ["keydown", held] if held else []
        words += ["mousedown", str(button)]
        for before, after in pairwise(way):
            for step in range(1, 5):
                x, y = (b + (a - b) * step / 4 for b, a in zip(before, after, strict=True))
                words += ["sleep", "0.015", "mousemove", *self.at(x, y)]
        words += ["sleep", "0.05", "mouseup", str(button)]
        words += ["keyup", held] if held else []
        self._xdotool(*words)
        pump(0.3)

    def source(self, name: str) -> str | None:
        wire = self.store.project.graph.wires.get(f"{self.nodes[name]}:inputs")
        node = None if wire is None else self.store.project.graph.nodes[wire.source]
        return None if node is None else self.store.project.layers[node.layer].name


@pytest.fixture
def table(qtbot: QtBot, qapp: QApplication) -> Iterator[Table]:
    theme.set_up(qapp, "dark")
    made = Table(qtbot)
    yield made
    made.canvas.close()


def test_a_stroke_with_control_and_the_right_button_cuts(table: Table) -> None:
    table.stroke(3, (470, -60), (480, 160), held="ctrl")
    assert table.source("pool") is None
    assert table.source("conv") == "image"
    assert table.store.undo_stack.count() == 1
    assert QApplication.activePopupWidget() is None


def test_a_double_click_puts_a_dot_in_that_can_be_dragged(table: Table) -> None:
    key = f"{table.nodes['pool']}:inputs"
    table._xdotool("mousemove", *table.at(478, 48), "click", "--repeat", "2", "--delay", "60", "1")
    wait_for(lambda: table.store.project.graph.wires[key].points, "the dot")
    table.stroke(1, (478, 48), (478, 148))
    ((x, y),) = table.store.project.graph.wires[key].points
    assert (round(x), round(y)) == (478, 148)
    assert table.store.undo_stack.count() == 2


def test_a_card_is_shaken_out_and_another_one_put_in(table: Table) -> None:
    here = (300.0, 60.0)
    shake = [(360.0, 140.0), (240.0, 150.0)] * 3
    table.stroke(1, here, *shake, (300.0, 460.0))
    assert table.source("pool") == "image"
    assert table.source("conv") is None
    # The loose Dropout goes into the wire that is left.
    table.stroke(1, (300, 308), (380, 48), (388, 48))
    assert table.source("drop") == "image"
    assert table.source("pool") == "drop"
    assert table.store.undo_stack.count() == 2
