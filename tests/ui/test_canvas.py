"""Gestures on the canvas with real mouse events: what the project is after each."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import Catalogue, shipped
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.inspection import Inspection, NodeInfo, TensorSpec
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.graph.project import Project
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.canvas import Canvas
from kerasstudio.ui.canvas.hits import port_point
from kerasstudio.ui.canvas.supposing import Answered
from kerasstudio.ui.canvas.wire_styles import ERROR_COLOR
from kerasstudio.ui.canvas.wiring_rules import End
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore

# The offscreen platform has neither window order nor a keyboard to grab.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

CATALOGUE: Catalogue = shipped()
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


class Feed(QObject):
    """The inspection feed without workers."""

    inspection_changed = Signal(object)
    problems_changed = Signal()
    summary_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.inspection = Inspection()
        self.problems: tuple[Problem, ...] = ()
        self.summary: DataSummary | None = None

    def tell(self, nodes: dict[str, NodeInfo]) -> None:
        self.inspection = Inspection(0, nodes)
        self.inspection_changed.emit(frozenset(nodes))

    def complain(self, *problems: Problem) -> None:
        self.problems = problems
        self.problems_changed.emit()


class Hand:
    """A canvas with five nodes and somebody's mouse on it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        project = Project()
        self.nodes: dict[str, str] = {}
        for name, class_name, x, y in (
            ("image", "InputLayer", 0, 0),
            ("conv", "Conv2D", 260, 0),
            ("dense", "Dense", 520, 0),
            ("out", "Output", 780, 0),
            ("drop", "Dropout", 260, 240),
        ):
            kind = CATALOGUE.named(class_name)
            assert kind is not None
            project, node = edits.add_layer(project, kind, x, y, name=name)
            self.nodes[name] = node
        for source, target in (("image", "conv"), ("conv", "dense"), ("dense", "out")):
            project = edits.connect(project, self.nodes[source], self.nodes[target], "inputs")
        self.store = DocumentStore(project)
        self.selection = Selection()
        self.feed = Feed()
        self.canvas = Canvas(
            self.store,
            self.selection,
            self.feed,
            CATALOGUE,
            suppose=self.suppose,  # type: ignore[arg-type]
        )
        self.canvas.motion = False
        qtbot.addWidget(self.canvas)
        self.canvas.resize(1200, 700)
        self.canvas.show()
        qtbot.waitExposed(self.canvas)
        self.view = self.canvas.view
        self.view.set_zoom(1.0)
        self.view.put(QPointF(-60, -100), QPointF(0, 0))
        self.start = project

    def suppose(self, project: Project, nodes: tuple[str, ...], answered: Answered) -> None:
        """Keras is not asked here."""

    @property
    def project(self) -> Project:
        return self.store.project

    def wires(self) -> set[str]:
        return set(self.project.graph.wires)

    def name(self, node: str) -> str:
        return self.project.layers[self.project.graph.nodes[node].layer].name

    def spot(self, x: float, y: float) -> QPoint:
        return self.view.to_spot(QPointF(x, y)).toPoint()

    def card(self, name: str, dx: float = 88, dy: float = 60) -> QPoint:
        x, y, _width, _height = self.canvas.model.nodes.rect(self.nodes[name])
        return self.spot(x + dx, y + dy)

    def port(self, name: str, port: str | None = None, number: int = 0) -> QPoint:
        end = End(self.nodes[name], number, port)
        return self.spot(*port_point(self.canvas.model, end))

    def press(self, at: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        self.qtbot.mousePress(self.view.viewport(), LEFT, keys, at)

    def move(self, at: QPoint) -> None:
        self.qtbot.mouseMove(self.view.viewport(), at)

    def release(self, at: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        self.qtbot.mouseRelease(self.view.viewport(), LEFT, keys, at)

    def click(self, at: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        self.press(at, keys)
        self.release(at, keys)

    def drag(self, start: QPoint, end: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        self.press(start, keys)
        for step in range(1, 5):
            self.move(start + (end - start) * step / 4)
        self.release(end, keys)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        self.qtbot.keyClick(self.view, key, keys)

    def steps(self) -> int:
        return self.store.undo_stack.index()

    def undo_is_identity(self) -> None:
        """One step back is the very same project."""
        assert self.steps() == 1
        self.store.undo_stack.undo()
        assert self.project is self.start
        shown = {node: self.canvas.model.nodes.rect(node)[:2] for node in self.nodes.values()}
        assert shown == {n: (v.x, v.y) for n, v in self.project.graph.nodes.items()}
        assert set(self.canvas.model.wires.slots) == set(self.project.graph.wires)


@pytest.fixture
def hand(qtbot: QtBot, qapp: QApplication) -> Iterator[Hand]:
    theme.set_up(qapp, "dark")
    before = set(QApplication.topLevelWidgets())
    made = Hand(qtbot)
    yield made
    made.canvas.close()
    left = {w for w in QApplication.topLevelWidgets() if w.isVisible()} - before
    assert left <= {made.canvas}


def test_dragging_a_card_is_one_step(hand: Hand) -> None:
    hand.drag(hand.card("drop"), hand.card("drop") + QPoint(140, 133))
    node = hand.project.graph.nodes[hand.nodes["drop"]]
    assert (node.x, node.y) == (400, 373)
    assert hand.selection.nodes == {hand.nodes["drop"]}
    hand.undo_is_identity()


def test_shift_drags_to_the_grid(hand: Hand) -> None:
    hand.press(hand.card("drop"), SHIFT)
    end = hand.card("drop") + QPoint(101, 51)
    hand.qtbot.mouseMove(hand.view.viewport(), end)
    gesture = hand.view.gesture
    assert gesture is not None
    gesture.moved(hand.view.to_scene(QPointF(end)), QPointF(end), SHIFT)
    hand.release(end, SHIFT)
    node = hand.project.graph.nodes[hand.nodes["drop"]]
    assert (node.x % 8, node.y % 8) == (0, 0)
    assert node.x != 260


def test_escape_puts_a_card_back(hand: Hand) -> None:
    hand.press(hand.card("conv"))
    hand.move(hand.card("conv") + QPoint(80, 80))
    hand.key(Qt.Key.Key_Escape)
    hand.release(hand.card("conv"))
    assert hand.steps() == 0
    assert hand.canvas.model.nodes.rect(hand.nodes["conv"])[:2] == (260, 0)


def test_a_wire_is_dragged_from_output_to_input(hand: Hand) -> None:
    hand.drag(hand.port("conv"), hand.port("drop", "inputs"))
    wire = hand.project.graph.wires[f"{hand.nodes['drop']}:inputs"]
    assert wire.source == hand.nodes["conv"]
    hand.undo_is_identity()


def test_a_wire_is_dragged_backwards_and_snaps(hand: Hand) -> None:
    hand.drag(hand.port("drop", "inputs"), hand.port("conv") + QPoint(14, 12))
    assert hand.project.graph.wires[f"{hand.nodes['drop']}:inputs"].source == hand.nodes["conv"]


def test_two_clicks_wire(hand: Hand) -> None:
    hand.click(hand.port("conv"))
    assert hand.view.gesture is not None
    hand.move(hand.card("drop"))
    hand.click(hand.port("drop", "inputs"))
    assert hand.view.gesture is None
    assert f"{hand.nodes['drop']}:inputs" in hand.wires()
    hand.undo_is_identity()


def test_escape_lets_a_wire_go(hand: Hand) -> None:
    hand.click(hand.port("conv"))
    hand.move(hand.card("drop"))
    hand.key(Qt.Key.Key_Escape)
    assert hand.view.gesture is None
    assert hand.steps() == 0


def test_a_taken_port_gets_the_new_wire_and_shows_what_goes(hand: Hand) -> None:
    start, end = hand.port("image"), hand.port("dense", "inputs")
    key = f"{hand.nodes['dense']}:inputs"
    hand.press(start)
    hand.move((start + end) / 2)
    hand.move(end)
    assert hand.view.emphasis.doomed_wires == {key}
    hand.release(end)
    assert hand.project.graph.wires[key].source == hand.nodes["image"]
    hand.undo_is_identity()


def test_a_loop_is_refused_and_shown(hand: Hand) -> None:
    start, end = hand.port("dense"), hand.port("conv", "inputs")
    hand.press(start)
    hand.move(start + QPoint(-40, 60))
    hand.move(end)
    assert hand.view.emphasis.loop == {hand.nodes["conv"], hand.nodes["dense"]}
    hand.release(end)
    assert hand.steps() == 0
    assert "loop" in hand.canvas.saying.text()
    assert hand.view.emphasis.loop == frozenset()


def test_a_rank_that_does_not_fit_dims_and_says_why(hand: Hand) -> None:
    info = NodeInfo("ok", (TensorSpec((None, 10)),))
    hand.feed.tell({hand.nodes["image"]: info})
    start, end = hand.port("image"), hand.port("conv", "inputs")
    hand.press(start)
    hand.move(start + QPoint(30, 90))
    assert hand.nodes["conv"] in hand.view.emphasis.dimmed
    assert hand.nodes["drop"] not in hand.view.emphasis.dimmed
    hand.move(end)
    gesture = hand.view.gesture
    assert gesture is not None
    assert "4-D" in gesture.verdict.reason  # type: ignore[attr-defined]
    hand.key(Qt.Key.Key_Escape)


def test_a_picked_up_wire_dropped_on_nothing_is_removed(hand: Hand) -> None:
    hand.drag(hand.port("dense", "inputs"), hand.spot(500, 400))
    assert f"{hand.nodes['dense']}:inputs" not in hand.wires()
    hand.undo_is_identity()


def test_alt_click_breaks_the_wires_of_a_port(hand: Hand) -> None:
    hand.click(hand.port("conv"), ALT)
    assert f"{hand.nodes['dense']}:inputs" not in hand.wires()
    hand.undo_is_identity()


def test_a_wire_dropped_on_nothing_offers_what_takes_it(hand: Hand) -> None:
    hand.feed.tell({hand.nodes["conv"]: NodeInfo("ok", (TensorSpec((None, 8, 8, 4)),))})
    hand.drag(hand.port("conv"), hand.spot(560, 330))
    popup = hand.canvas.search
    assert popup.isVisible()
    hand.qtbot.keyClicks(popup.field, "lstm")
    found = [popup.rows.index(row).data() for row in range(popup.rows.rowCount())]
    # A plain LSTM takes 3-D tensors, this one has four axes.
    assert found
    assert "LSTM" not in found
    popup.field.clear()
    hand.qtbot.keyClicks(popup.field, "max pool")
    hand.qtbot.keyClick(popup.field, Qt.Key.Key_Return)
    assert not popup.isVisible()
    (node,) = hand.selection.nodes
    layer = hand.project.layers[hand.project.graph.nodes[node].layer]
    assert layer.class_name == "MaxPooling2D"
    assert hand.project.graph.wires[f"{node}:inputs"].source == hand.nodes["conv"]
    hand.undo_is_identity()


def test_box_selects_and_modifiers_add_and_toggle(hand: Hand) -> None:
    hand.drag(hand.spot(-40, -60), hand.spot(300, 150))
    assert hand.selection.nodes == {hand.nodes["image"], hand.nodes["conv"]}
    hand.click(hand.card("drop"), SHIFT)
    assert hand.nodes["drop"] in hand.selection.nodes
    hand.click(hand.card("conv"), CTRL)
    assert hand.selection.nodes == {hand.nodes["image"], hand.nodes["drop"]}
    hand.click(hand.spot(500, 400))
    assert hand.selection.nodes == frozenset()
    assert hand.steps() == 0


def test_alt_drag_duplicates(hand: Hand) -> None:
    hand.drag(hand.card("drop"), hand.card("drop") + QPoint(200, 60), ALT)
    assert len(hand.project.graph.nodes) == 6
    (copy,) = hand.selection.nodes
    node = hand.project.graph.nodes[copy]
    assert hand.name(copy) == "drop_1"
    assert node.x > 400
    assert hand.project.graph.nodes[hand.nodes["drop"]].x == 260
    hand.undo_is_identity()


def test_delete_keys(hand: Hand) -> None:
    hand.selection.select((hand.nodes["conv"],))
    hand.key(Qt.Key.Key_Delete)
    assert hand.nodes["conv"] not in hand.project.graph.nodes
    assert hand.wires() == {f"{hand.nodes['out']}:inputs"}
    hand.undo_is_identity()


def test_delete_and_reconnect(hand: Hand) -> None:
    hand.selection.select((hand.nodes["conv"],))
    hand.key(Qt.Key.Key_Delete, CTRL)
    assert hand.project.graph.wires[f"{hand.nodes['dense']}:inputs"].source == hand.nodes["image"]
    hand.undo_is_identity()


def test_a_selected_wire_is_deleted(hand: Hand) -> None:
    first, last = hand.port("conv"), hand.port("dense", "inputs")
    hand.click((first + last) / 2)
    assert hand.view.emphasis.selected_wire == f"{hand.nodes['dense']}:inputs"
    hand.key(Qt.Key.Key_Delete)
    assert f"{hand.nodes['dense']}:inputs" not in hand.wires()
    hand.undo_is_identity()


def test_renaming_in_place(hand: Hand) -> None:
    hand.qtbot.mouseDClick(hand.view.viewport(), LEFT, NONE, hand.card("conv", dy=12))
    editor = hand.canvas.rename_editor
    assert editor.isVisible()
    editor.field.setText("dense")
    hand.qtbot.keyClick(editor.field, Qt.Key.Key_Return)
    assert editor.isVisible()
    assert "dense" in editor.error.text()
    editor.field.setText("stem")
    hand.qtbot.keyClick(editor.field, Qt.Key.Key_Return)
    assert not editor.isVisible()
    assert hand.name(hand.nodes["conv"]) == "stem"
    hand.undo_is_identity()


def test_copy_and_paste_between_windows(hand: Hand, qtbot: QtBot) -> None:
    hand.selection.select((hand.nodes["conv"], hand.nodes["dense"]))
    hand.key(Qt.Key.Key_C, CTRL)
    assert "kerasstudio-clip" in QGuiApplication.clipboard().text()
    other = Hand(qtbot)
    other.key(Qt.Key.Key_V, CTRL)
    assert len(other.project.graph.nodes) == 7
    assert len(other.selection.nodes) == 2
    inside = [w for w in other.project.graph.wires.values() if w.source in other.selection.nodes]
    assert [w.target in other.selection.nodes for w in inside] == [True]
    other.undo_is_identity()


def test_cut_is_one_step_and_junk_is_not_pasted(hand: Hand) -> None:
    hand.selection.select((hand.nodes["drop"],))
    hand.key(Qt.Key.Key_X, CTRL)
    assert hand.nodes["drop"] not in hand.project.graph.nodes
    assert hand.steps() == 1
    QGuiApplication.clipboard().setText("print('hello')")
    hand.key(Qt.Key.Key_V, CTRL)
    assert hand.steps() == 1
    assert "clipboard" in hand.canvas.saying.text()


def test_a_loose_card_dropped_on_a_wire_goes_into_it(hand: Hand) -> None:
    target = hand.spot(478, 48)
    hand.drag(hand.card("drop", dy=48), target)
    drop = hand.nodes["drop"]
    assert hand.project.graph.wires[f"{drop}:inputs"].source == hand.nodes["conv"]
    assert hand.project.graph.wires[f"{hand.nodes['dense']}:inputs"].source == drop
    hand.undo_is_identity()


def test_tab_adds_at_the_cursor(hand: Hand) -> None:
    hand.key(Qt.Key.Key_Tab)
    popup = hand.canvas.search
    assert popup.isVisible()
    hand.qtbot.keyClicks(popup.field, "fc")
    hand.qtbot.keyClick(popup.field, Qt.Key.Key_Return)
    (node,) = hand.selection.nodes
    assert hand.project.layers[hand.project.graph.nodes[node].layer].class_name == "Dense"
    hand.undo_is_identity()


def test_double_click_on_nothing_opens_the_search_there(hand: Hand) -> None:
    hand.qtbot.mouseDClick(hand.view.viewport(), LEFT, NONE, hand.spot(600, 300))
    popup = hand.canvas.search
    assert popup.isVisible()
    hand.qtbot.keyClick(popup.field, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert hand.steps() == 0


def test_wheel_zooms_to_the_cursor_within_limits(hand: Hand) -> None:
    spot = QPointF(300, 200)
    before = hand.view.to_scene(spot)
    for _turn in range(3):
        wheel(hand, spot, 120)
    assert hand.view.zoom > 1.3
    after = hand.view.to_scene(spot)
    assert abs(after.x() - before.x()) < 1.5
    assert abs(after.y() - before.y()) < 1.5
    for _turn in range(60):
        wheel(hand, spot, -120)
    assert 0.02 < hand.view.zoom < 0.05
    hand.key(Qt.Key.Key_0, CTRL)
    assert hand.view.zoom == 1.0


def wheel(hand: Hand, spot: QPointF, angle: int) -> None:
    event = QWheelEvent(
        spot,
        spot,
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(hand.view.viewport(), event)


def test_dragging_the_paper(hand: Hand) -> None:
    start = hand.spot(500, 400)
    before = hand.view.to_scene(QPointF(0, 0))
    hand.qtbot.mousePress(hand.view.viewport(), Qt.MouseButton.MiddleButton, NONE, start)
    hand.move(start + QPoint(50, 20))
    hand.move(start + QPoint(90, 40))
    hand.qtbot.mouseRelease(
        hand.view.viewport(), Qt.MouseButton.MiddleButton, NONE, start + QPoint(90, 40)
    )
    after = hand.view.to_scene(QPointF(0, 0))
    assert (before.x() - after.x(), before.y() - after.y()) == (90, 40)


def test_arrows_go_to_the_nearest_node_and_nudge(hand: Hand) -> None:
    hand.selection.select((hand.nodes["image"],))
    hand.key(Qt.Key.Key_Right)
    assert hand.selection.nodes == {hand.nodes["conv"]}
    hand.key(Qt.Key.Key_Down)
    assert hand.selection.nodes == {hand.nodes["drop"]}
    hand.key(Qt.Key.Key_Right, CTRL)
    assert hand.project.graph.nodes[hand.nodes["drop"]].x == 261
    hand.key(Qt.Key.Key_Right, CTRL | SHIFT)
    assert hand.project.graph.nodes[hand.nodes["drop"]].x == 264
    hand.undo_is_identity()


def test_a_fix_in_the_bubble_is_one_step(hand: Hand) -> None:
    key = f"{hand.nodes['dense']}:inputs"
    fix = Fix("insert Flatten", "insert_layer", {"wire": key, "class_name": "Flatten"})
    problem = Problem(
        "shape.rank",
        "dense wants flat values.",
        expected="2-D",
        received="4-D",
        place=Place(node=hand.nodes["dense"], wire=key),
        fixes=(fix,),
    )
    hand.feed.complain(problem)
    hand.click(hand.card("dense"))
    bubble = hand.canvas.bubble
    assert bubble.isVisible()
    from kerasstudio.ui.widgets.fix_button import FixButton

    (button,) = bubble.findChildren(FixButton)
    hand.qtbot.mouseClick(button, LEFT)
    classes = {layer.class_name for layer in hand.project.layers.values()}
    assert "Flatten" in classes
    hand.undo_is_identity()


def test_the_bubble_is_as_high_as_what_it_says_now(hand: Hand) -> None:
    place = Place(node=hand.nodes["dense"])
    first = Problem("a.b", "Something is wrong.", place=place)
    second = Problem("a.c", "And something else, which takes more words to say. " * 4, place=place)
    hand.feed.complain(first)
    hand.selection.select((hand.nodes["dense"],))
    low = hand.canvas.bubble.height()
    assert low > 20
    hand.feed.complain(first, second)
    assert hand.canvas.bubble.height() > low + 20


def test_layout_is_one_step(hand: Hand) -> None:
    hand.canvas.actions_set.run("arrange.layout")
    assert hand.project is not hand.start
    hand.undo_is_identity()


def test_shared_layers_follow_one_another(hand: Hand) -> None:
    dense = hand.nodes["dense"]
    layer = hand.project.graph.nodes[dense].layer
    node = hand.canvas.editor.call_again(dense)
    assert node is not None
    assert hand.canvas.model.face(dense).calls == 2
    hand.store.apply(edits.rename_layer(hand.project, layer, "head"), "rename")
    assert hand.canvas.model.face(node).name == "head"
    hand.canvas.editor.delete((node,))
    assert hand.canvas.model.face(dense).calls == 1


def test_wires_and_cards_follow_what_keras_says(hand: Hand) -> None:
    conv, dense = hand.nodes["conv"], hand.nodes["dense"]
    model = hand.canvas.model
    slot = model.wires.slots[f"{dense}:inputs"]
    hand.feed.tell({conv: NodeInfo("ok", (TensorSpec((None, 8, 8, 4)),), 40)})
    assert model.wires.colors[slot] == 4
    assert model.face(conv).shape == "H8 W8 C4"
    hand.feed.complain(Problem("shape.rank", "no", place=Place(node=dense, port="inputs")))
    assert model.face(dense).state == "error"
    assert model.wires.colors[slot] == ERROR_COLOR
    hand.feed.complain()
    assert model.face(dense).state == "unknown"
    assert model.wires.colors[slot] == 4


def test_the_index_survives_many_edits(hand: Hand) -> None:
    model = hand.canvas.model
    kind = CATALOGUE.named("Dense")
    assert kind is not None
    for round_number in range(5):
        project = hand.project
        made = []
        for number in range(60):
            project, node = edits.add_layer(project, kind, number * 200, 600)
            if made:
                project = edits.connect(project, made[-1], node, "inputs")
            made.append(node)
        hand.store.apply(project, f"add {round_number}")
        hand.store.apply(edits.delete_nodes(project, made[::2]), "delete")
    assert set(model.nodes.slots) == set(hand.project.graph.nodes)
    assert set(model.wires.slots) == set(hand.project.graph.wires)
    while hand.store.undo_stack.canUndo():
        hand.store.undo_stack.undo()
    assert set(model.nodes.slots) == set(hand.start.graph.nodes)
    assert set(model.wires.slots) == set(hand.start.graph.wires)
    assert len(model.nodes.within(-1e6, -1e6, 1e6, 1e6)) == 5


def test_an_empty_canvas_says_what_to_do(hand: Hand) -> None:
    assert not hand.canvas.empty.isVisible()
    hand.store.replace_document(Project())
    assert hand.canvas.empty.isVisible()
    assert hand.canvas.hint.text() == ""
    hand.store.replace_document(msgspec.structs.replace(hand.start, flow="down"))
    assert not hand.canvas.empty.isVisible()
    assert hand.canvas.model.wires.down


def test_long_drawings_open_readable_at_their_beginning(hand: Hand) -> None:
    project = Project()
    dense = CATALOGUE.named("Dense")
    assert dense is not None
    for number in range(40):
        project, node = edits.add_layer(project, dense, number * 240.0, 0.0, name=f"d{number}")
        if number == 0:
            first = node
    hand.store.replace_document(project)
    view, canvas = hand.view, hand.canvas
    assert view.zoom >= 0.5
    x, y, width, height = canvas.model.nodes.rect(first)
    for corner in (QPointF(x, y), QPointF(x + width, y + height)):
        assert view.viewport().rect().contains(view.to_spot(corner).toPoint())
    canvas.frame_all()
    assert view.zoom < 0.5
