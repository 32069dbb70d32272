"""What the canvas keeps of its painting is what it would paint anew, whatever happened between."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from test_canvas import Feed

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.inspection import Inspection, NodeInfo, TensorSpec
from kerasstudio.graph.problems import Place, Problem
from kerasstudio.graph.project import ROOT, Frame, Graph, Layer, Node, Note, Project, Wire
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.canvas import Canvas
from kerasstudio.ui.canvas.gestures.draw_wire import DrawWire
from kerasstudio.ui.canvas.ground import LARGE
from kerasstudio.ui.canvas.shown_area import ShownArea
from kerasstudio.ui.canvas.wiring_rules import End
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

COUNT, COLUMNS = 140, 14
LEFT = Qt.MouseButton.LeftButton


def project() -> Project:
    layers, nodes, wires = {}, {}, {}
    for number in range(COUNT):
        layers[f"l{number}"] = Layer(f"l{number}", "Dropout", f"drop_{number}")
        x, y = number % COLUMNS * 270.0, number // COLUMNS * 150.0
        nodes[f"n{number}"] = Node(f"n{number}", f"l{number}", x, y)
        if number:
            points = ((x - 40.0, y + 110.0),) if number % 9 == 0 else ()
            wire = Wire(f"n{number - 1}", f"n{number}", "inputs", points=points)
            wires[wire.key] = wire
    frames = {"f": Frame("f", "Stem", 250, 130, 900, 330)}
    notes = {"t": Note("t", "# Why\nIt **works**.", 560, 30, 190, 110)}
    return Project(
        layers=layers,
        graphs={ROOT: Graph(ROOT, nodes=nodes, wires=wires, frames=frames, notes=notes)},
    )


class Scene:
    def __init__(self, qtbot: QtBot) -> None:
        self.project = project()
        self.answers = Feed()
        info = NodeInfo("ok", (TensorSpec((None, 28, 28, 32)),), 9248, 9248)
        infos = dict.fromkeys(self.project.graph.nodes, info)
        self.answers.inspection = Inspection(0, infos, (), 9248)
        self.store, self.selection = DocumentStore(), Selection()
        self.canvas = Canvas(self.store, self.selection, self.answers, shipped())  # type: ignore[arg-type]
        self.canvas.motion = False
        qtbot.addWidget(self.canvas)
        self.canvas.resize(900, 600)
        self.canvas.show()
        self.store.replace_document(self.project)
        qtbot.waitUntil(lambda: len(self.canvas.model.nodes) == COUNT)
        self.view = self.canvas.view
        self.settle()

    def settle(self) -> None:
        """The zoom rests, and no card is left for a later frame."""
        self.view._sharpen()
        self.finish()

    def finish(self) -> None:
        for _frame in range(40):
            self.view.viewport().repaint()
            if not self.view.unfinished:
                return
        raise AssertionError("the painting does not end")

    def picture(self) -> np.ndarray:
        image = self.view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        rows = np.frombuffer(image.constBits(), np.uint8)
        return rows.reshape(image.height(), image.width(), 4)[:, :, :3].astype(np.int16)

    def check(self, what: str, may_differ: float = 0.0) -> None:
        self.finish()
        kept = self.picture()
        assert self.view._ground._picture._of is not None, f"{what}: nothing was kept"
        self.view._ground._picture.forget()
        self.finish()
        anew = self.picture()
        differs = (np.abs(kept - anew) > 8).any(axis=2)
        assert differs.mean() <= may_differ, f"{what}: {int(differs.sum())} pixels are old"


@pytest.fixture
def scene(qtbot: QtBot) -> Iterator[Scene]:
    theme.set_up(QApplication.instance(), "dark")  # type: ignore[arg-type]
    made = Scene(qtbot)
    assert COUNT + len(made.project.graph.wires) >= LARGE
    yield made
    made.canvas.close_threads()


def test_travel_in_all_directions_shows_what_is_there(scene: Scene) -> None:
    spot = QPointF(0, 0)
    rng = random.Random(1)
    for number in range(60):
        spot += QPointF(rng.randint(-140, 140), rng.randint(-90, 90))
        scene.view.put(QPointF(900, 500), QPointF(450, 300) + spot)
        scene.view.viewport().repaint()
        if number % 6 == 0:
            scene.check(f"step {number}")
            scene.view.viewport().repaint()
    scene.view.put(QPointF(5000, 5000), QPointF(0, 0))
    scene.check("somewhere else altogether")


def test_a_card_in_the_hand_leaves_no_trace(scene: Scene) -> None:
    model, view = scene.canvas.model, scene.view
    x, y, *_size = model.nodes.rect("n16")
    for number in range(12):
        model.move({"n16": (x + 23 * number, y + 17 * number)})
        view.refresh()
        scene.check(f"move {number}")
    model.move({"f": (300.0, 200.0, 500.0, 250.0), "t": (500.0, 60.0)})
    scene.check("a frame and a note")
    wire = next(key for key, each in scene.project.graph.wires.items() if each.points)
    model.lead(wire, ((300.0, 300.0), (420.0, 380.0)))
    scene.check("a dot more")
    model.lead(wire, ())
    scene.check("no dot")


def _drag_node(scene: Scene) -> None:
    x, y, width, height = scene.canvas.model.nodes.rect("n17")
    start = scene.view.mapFromScene(QPointF(x + width / 2, y + height / 2))
    viewport = scene.view.viewport()
    QTest.mousePress(viewport, LEFT, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(viewport, start + QPoint(14 * step, 9 * step))
    QTest.mouseRelease(viewport, LEFT, pos=start + QPoint(70, 45))


def _hover(scene: Scene) -> None:
    x, y, width, height = scene.canvas.model.nodes.rect("n18")
    for dx in (-30, 0, 30):
        spot = scene.view.mapFromScene(QPointF(x + width / 2 + dx, y + height / 2))
        QTest.mouseMove(scene.view.viewport(), spot)


def _wire_in_hand(scene: Scene) -> None:
    view = scene.view
    gesture = DrawWire(view, QPointF(0, 0), QPointF(0, 0), End("n16", 0))
    view.begin_gesture(gesture)
    for dx in range(0, 600, 60):
        spot = QPointF(200 + dx, 260)
        gesture.moved(view.to_scene(spot), spot, Qt.KeyboardModifier.NoModifier)
        view.viewport().repaint()


def _edit(scene: Scene) -> None:
    scene.store.apply(edits.set_mode(scene.store.project, ["n16", "n17"], "bypassed"), "bypass")


def _mute(scene: Scene) -> None:
    scene.store.apply(edits.set_mode(scene.store.project, ["n15"], "muted"), "mute")


def _complain(scene: Scene) -> None:
    scene.answers.problems = (
        Problem("shape.mismatch", "Shapes differ.", severity="error", place=Place(node="n16")),
    )
    scene.answers.problems_changed.emit()


def _learn(scene: Scene) -> None:
    info = NodeInfo("ok", (TensorSpec((None, 10)),), 77, 77)
    nodes = dict.fromkeys(scene.project.graph.nodes, info)
    scene.answers.inspection = msgspec.structs.replace(scene.answers.inspection, nodes=nodes)
    scene.answers.inspection_changed.emit(frozenset(nodes))


def _mark_wires(scene: Scene) -> None:
    keys = list(scene.project.graph.wires)
    scene.view.emphasis.doomed_wires = frozenset(keys[14:16])
    scene.view.emphasis.hidden_wires = frozenset(keys[30:31])
    scene.view.select_wire(keys[17])


def _mark_dots(scene: Scene) -> None:
    dots = scene.canvas.model.wires.dots.owners
    scene.selection.select((), dots[1:3])
    scene.view.viewport().repaint()
    scene.selection.select((), dots[2:4])
    scene.view.emphasis.hovered_dot = dots[1]


@pytest.mark.parametrize(
    "act",
    [
        _drag_node,
        _mark_dots,
        _hover,
        _wire_in_hand,
        _mute,
        _complain,
        _learn,
        _mark_wires,
        lambda scene: scene.store.undo_stack.undo(),
        lambda scene: scene.canvas.select_all(),
        lambda scene: scene.canvas.lens.set_measure("parameters"),
        lambda scene: scene.canvas.lens.set_changed(["n16", "n30"]),
        lambda scene: scene.selection.select((), (), ("f",)),
        lambda scene: (scene.view.set_zoom(0.8), scene.settle()),
        lambda scene: theme.set_up(QApplication.instance(), "light"),  # type: ignore[arg-type]
    ],
)
def test_nothing_that_happens_leaves_an_old_picture(
    scene: Scene, act: Callable[[Scene], object]
) -> None:
    _edit(scene)
    scene.settle()
    before = scene.picture()
    act(scene)
    QApplication.processEvents()
    scene.settle()
    assert (scene.picture() != before).any(), "nothing is seen of it"
    scene.check("afterwards")
    scene.view.cancel_gesture()
    scene.check("when it is over")


def test_far_away_all_that_moves_is_followed(scene: Scene) -> None:
    scene.canvas.frame_all()
    scene.settle()
    scene.check("all in view")
    scene.canvas.model.move({f"n{number}": (50.0 * number, 900.0) for number in range(20, 26)})
    scene.check("moved", 0.002)  # a line that begins outside of a part may lie a pixel off
    scene.view.put(QPointF(0, 0), QPointF(60, 80))
    scene.view.viewport().repaint()
    scene.view.put(QPointF(0, 0), QPointF(90, 95))
    scene.check("travelled", 0.004)


def test_travel_to_where_fewer_cards_are_shows_all_of_them_in_words(scene: Scene) -> None:
    scene.view.look(0.25, QPointF(1850, 720), QPointF(450, 300))
    scene.settle()
    assert scene.view.painter.is_far(0.25, ShownArea(scene.view.visible_box(), 900, 600, 1.0))
    scene.view.scroll_by(0, 200)
    scene.finish()
    assert not scene.view.painter.is_far(0.25, ShownArea(scene.view.visible_box(), 900, 600, 1.0))
    scene.check("fewer cards")


def test_small_drawings_keep_nothing(scene: Scene) -> None:
    small = edits.delete_nodes(scene.project, [f"n{number}" for number in range(20, COUNT)])
    scene.store.replace_document(small)
    scene.settle()
    assert scene.view._ground._picture._picture is None
