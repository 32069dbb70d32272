"""A layer dragged from the palette onto the canvas, with a real mouse on a real X display."""

from __future__ import annotations

import pytest
from hand import Hand, pump, wait_for
from PySide6.QtCore import QObject, QPoint, QPointF, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.problems import Problem
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.canvas import Canvas
from kerasstudio.ui.canvas.hits import port_point
from kerasstudio.ui.canvas.wiring_rules import End
from kerasstudio.ui.palette.palette import Palette
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


def drag_layer(hand: Hand, palette: Palette, canvas: Canvas, name: str, to: QPoint) -> str:
    """Drag a layer from the list; returns the new node."""
    before = set(canvas.model.nodes.slots)
    palette.field.setText(name)
    pump(0.1)
    index = palette.rows.first()
    start = palette.list.visualRect(index).center()
    hand.drag(palette.list.viewport(), start, canvas.view.viewport(), to)
    wait_for(lambda: len(canvas.model.nodes.slots) > len(before), f"{name} on the canvas")
    (node,) = set(canvas.model.nodes.slots) - before
    return node


def test_layers_are_dragged_and_wired(qtbot: QtBot, qapp: QApplication) -> None:
    theme.set_up(qapp, "dark")
    store, selection, feed = DocumentStore(), Selection(), Feed()
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    palette = Palette(CATALOGUE)
    palette.setFixedWidth(216)
    canvas = Canvas(store, selection, feed, CATALOGUE)  # type: ignore[arg-type]
    row.addWidget(palette)
    row.addWidget(canvas, 1)
    window.resize(1200, 700)
    window.move(40, 40)
    window.show()
    window.activateWindow()
    wait_for(window.isActiveWindow, "the window to be in front")
    pump(0.3)  # the window manager still moves it into its frame
    hand = Hand()
    first = drag_layer(hand, palette, canvas, "input", QPoint(200, 200))
    second = drag_layer(hand, palette, canvas, "dense", QPoint(520, 320))
    x, y, width, height = canvas.model.nodes.rect(second)
    middle = canvas.view.to_spot(QPointF(x + width / 2, y + height / 2))
    assert abs(middle.x() - 520) <= 2
    assert abs(middle.y() - 320) <= 2
    start = canvas.view.to_spot(QPointF(*port_point(canvas.model, End(first, 0)))).toPoint()
    end = canvas.view.to_spot(
        QPointF(*port_point(canvas.model, End(second, 0, "inputs")))
    ).toPoint()
    hand.drag(canvas.view.viewport(), start, canvas.view.viewport(), end)
    assert store.project.graph.wires[f"{second}:inputs"].source == first
    assert store.undo_stack.count() == 3
    for _step in range(3):
        store.undo_stack.undo()
    assert not store.project.graph.nodes
