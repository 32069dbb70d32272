"""Selecting and arranging with real mouse and key events."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from test_canvas import ALT, CTRL, NONE, SHIFT, Hand

from kerasstudio.graph import edits
from kerasstudio.graph.cards import COLLAPSED_HEIGHT
from kerasstudio.graph.inspection import Inspection, NodeInfo, TensorSpec
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.gestures.guides import Guides
from kerasstudio.ui.canvas.hits import hit

KEY = Qt.Key
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class Arranger(Hand):
    def at(self, name: str) -> tuple[float, float]:
        node = self.project.graph.nodes[self.nodes[name]]
        return node.x, node.y

    def choose(self, *names: str) -> None:
        self.selection.select(self.nodes[name] for name in names)

    def trace(self, points: list[QPoint], keys: Qt.KeyboardModifier) -> None:
        """Draw along points with the left button."""
        self.press(points[0], keys)
        for one, other in pairwise(points):
            for step in range(1, 5):
                self.move(one + (other - one) * step / 4)
        self.release(points[-1], keys)

    def chosen(self) -> set[str]:
        names = {node: name for name, node in self.nodes.items()}
        return {names[node] for node in self.selection.nodes}

    def pull(self, name: str, dx: float, dy: float, keys: Qt.KeyboardModifier = NONE) -> None:
        """Drag a card by its face, ending with `keys` held."""
        start = self.card(name)
        self.press(start)
        end = start + QPoint(round(dx), round(dy))
        for step in (0.3, 0.7, 1.0):
            at = start + (end - start) * step
            self.move_holding(at, keys)
        self.release(end, keys)

    def move_holding(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        assert self.view.gesture is not None
        self.view.gesture.moved(self.view.to_scene(QPointF(at)), QPointF(at), keys)


@pytest.fixture
def hand(qtbot: QtBot, qapp: QApplication) -> Iterator[Arranger]:
    theme.set_up(qapp, "dark")
    made = Arranger(qtbot)
    yield made
    made.canvas.close()


# ---------------------------------------------------------------------- selecting


def test_a_lasso_selects_what_it_encloses(hand: Arranger) -> None:
    around_two = [hand.spot(*at) for at in ((200, -60), (720, -40), (740, 120), (210, 130))]
    hand.trace(around_two, CTRL | ALT)
    assert hand.chosen() == {"conv", "dense"}
    hand.trace([hand.spot(*at) for at in ((-40, -50), (220, -50), (200, 150), (-30, 140))],
               CTRL | ALT | SHIFT)  # fmt: skip
    assert hand.chosen() == {"conv", "dense", "image"}
    hand.trace(around_two, CTRL | ALT)
    assert hand.chosen() == {"conv", "dense"}
    assert hand.steps() == 0


def test_a_lasso_begins_anywhere_and_escape_gives_back(hand: Arranger) -> None:
    hand.choose("image")
    start = hand.card("dense")
    hand.press(start, CTRL | ALT)
    for at in ((760, -80), (1000, -60), (1000, 200), (500, 200)):
        hand.move(hand.spot(*at))
    assert "out" in hand.chosen()
    hand.key(KEY.Key_Escape)
    assert hand.chosen() == {"image"}


def test_a_lasso_that_crosses_itself_leaves_out_what_is_in_both_loops(hand: Arranger) -> None:
    loop = [(200, -60), (480, -60), (480, 140), (200, 140)]
    hand.trace([hand.spot(*at) for at in (*loop, *loop, (199, -60))], CTRL | ALT)
    assert hand.chosen() == set(), "the even-odd rule"


def test_upstream_downstream_and_connected(hand: Arranger) -> None:
    hand.choose("dense")
    hand.key(KEY.Key_L)
    assert hand.chosen() == {"image", "conv", "dense"}
    hand.choose("dense")
    hand.key(KEY.Key_L, SHIFT)
    assert hand.chosen() == {"dense", "out"}
    hand.choose("conv")
    hand.key(KEY.Key_L, ALT)
    assert hand.chosen() == {"image", "conv", "dense", "out"}


# ---------------------------------------------------------------------- guides


def test_a_card_snaps_to_edges_and_middles_of_its_neighbours(hand: Arranger) -> None:
    hand.pull("drop", 4, -20)
    assert hand.at("drop")[0] == 260, "in one column with conv"
    hand.store.undo_stack.undo()
    hand.pull("drop", -88 + 3, -30)
    assert hand.at("drop")[0] == 176, "left edge at the right edge of image"
    hand.store.undo_stack.undo()
    hand.pull("drop", 300, -240 + 5)
    assert hand.at("drop")[1] == 0, "in one row"
    assert hand.steps() == 1


def test_guides_are_lines_between_the_cards(hand: Arranger) -> None:
    start = hand.card("drop")
    hand.press(start)
    hand.move(start + QPoint(60, -40))
    hand.move(start + QPoint(3, -100))
    assert hand.view.gesture is not None
    lines = hand.view.gesture._guides.lines  # type: ignore[attr-defined]
    assert lines
    assert all(line.x1() == line.x2() == 260 + 88 for line in lines), "one line, in the middle"
    hand.view.grab()
    hand.key(KEY.Key_Escape)
    assert hand.view.gesture is None
    assert hand.project is hand.start


def test_ctrl_suspends_the_guides_and_shift_takes_the_grid(hand: Arranger) -> None:
    hand.pull("drop", 3, -50, CTRL)
    assert hand.at("drop") == (263, 190)
    hand.store.undo_stack.undo()
    hand.pull("drop", 13, -51, SHIFT)
    assert hand.at("drop") == (272, 192)


def test_the_grid_as_a_setting_is_suspended_by_shift(hand: Arranger) -> None:
    hand.view.snaps_to_grid = True
    hand.pull("drop", 13, -51)
    assert hand.at("drop") == (272, 192)
    hand.store.undo_stack.undo()
    hand.pull("drop", 3, -50, SHIFT)
    assert hand.at("drop")[0] == 260, "Shift takes the guides instead"
    hand.store.undo_stack.undo()
    hand.pull("drop", 3, -50, CTRL)
    assert hand.at("drop")[0] == 263


def test_a_wire_that_runs_straight_is_a_guide(hand: Arranger) -> None:
    add = hand.canvas.catalogue.named("Add")
    assert add is not None
    project, node = edits.add_layer(hand.project, add, 520, 300, name="add")
    project = edits.connect(project, hand.nodes["drop"], node, "inputs.0")
    hand.store.apply(project, "Add")
    hand.nodes["add"] = node
    guides = Guides(hand.view, hand.canvas.model.nodes.rect(node), [node], [])
    shift = guides.placed(QPointF(0, -47), NONE)
    place = hand.canvas.model.input_offset(node, 0)[1] + 300 + shift.y()
    source = hand.canvas.model.output_offset(hand.nodes["drop"], 0)[1] + 240
    assert place == pytest.approx(source)


def test_several_cards_snap_as_one(hand: Arranger) -> None:
    hand.choose("dense", "drop")
    hand.pull("dense", 2, 120)
    assert hand.at("drop")[0] - hand.at("dense")[0] == 260 - 520
    assert hand.steps() == 1


# ---------------------------------------------------------------------- in line


@pytest.mark.parametrize(
    ("key", "axis", "at"),
    [
        (KEY.Key_Left, 0, 260.0),
        (KEY.Key_Right, 0, 520.0),
        (KEY.Key_Up, 1, 0.0),
        (KEY.Key_Down, 1, 240.0),
    ],
)
def test_aligning_by_keys_is_one_step(hand: Arranger, key: Qt.Key, axis: int, at: float) -> None:
    hand.choose("dense", "drop")
    hand.key(key, ALT | SHIFT)
    assert {hand.at("dense")[axis], hand.at("drop")[axis]} == {at}
    hand.undo_is_identity()


def test_centres_and_distributing(hand: Arranger) -> None:
    run = hand.canvas.actions_set.run
    hand.choose("dense", "drop")
    run("arrange.align_center_h")
    assert hand.at("dense")[0] == hand.at("drop")[0] == 390
    hand.store.undo_stack.undo()
    run("arrange.align_center_v")
    assert hand.at("dense")[1] == hand.at("drop")[1] == 120
    hand.store.undo_stack.undo()
    hand.store.apply(edits.move_nodes(hand.project, {hand.nodes["conv"]: (200.0, 0.0)}), "Move")
    hand.choose("image", "conv", "dense", "out")
    run("arrange.distribute_h")
    assert [hand.at(name)[0] for name in ("image", "conv", "dense", "out")] == [0, 260, 520, 780]
    run("arrange.distribute_h")
    assert hand.steps() == 2
    assert hand.canvas.saying.text() == "The gaps are equal already."


def test_two_cannot_be_distributed(hand: Arranger) -> None:
    hand.choose("image", "conv")
    hand.canvas.actions_set.run("arrange.distribute_v")
    assert "three or more" in hand.canvas.saying.text()
    assert hand.project is hand.start


def test_straighten_lets_wires_run_straight(hand: Arranger) -> None:
    places = {hand.nodes["dense"]: (520.0, 33.0), hand.nodes["out"]: (780.0, -50.0)}
    hand.store.apply(edits.move_nodes(hand.project, places), "Move")
    hand.choose("conv", "dense", "out")
    hand.key(KEY.Key_Q)
    assert hand.at("dense")[1] == hand.at("out")[1] == 0
    assert hand.steps() == 2
    hand.key(KEY.Key_Q)
    assert hand.steps() == 2
    assert "straight" in hand.canvas.saying.text()


# ---------------------------------------------------------------------- layout


def test_layout_of_all_and_of_the_selected(hand: Arranger) -> None:
    places = {hand.nodes["conv"]: (900.0, 500.0), hand.nodes["dense"]: (20.0, 30.0)}
    hand.store.apply(edits.move_nodes(hand.project, places), "Move")
    hand.choose("conv", "dense")
    hand.key(KEY.Key_L, CTRL | ALT)
    assert hand.at("image") == (0, 0)
    assert hand.at("conv")[0] < hand.at("dense")[0]
    rects = [hand.canvas.model.nodes.rect(node) for node in hand.nodes.values()]
    for place, one in enumerate(rects):
        for other in rects[place + 1 :]:
            apart = (
                one[0] >= other[0] + other[2]
                or other[0] >= one[0] + one[2]
                or one[1] >= other[1] + other[3]
                or other[1] >= one[1] + one[3]
            )
            assert apart
    hand.selection.clear()
    hand.key(KEY.Key_L, CTRL)
    assert hand.at("image")[0] < hand.at("conv")[0] < hand.at("dense")[0] < hand.at("out")[0]
    assert hand.steps() == 3


def test_layout_glides_and_can_jump(hand: Arranger, qtbot: QtBot) -> None:
    hand.store.apply(edits.move_nodes(hand.project, {hand.nodes["out"]: (90.0, 800.0)}), "Move")
    hand.canvas.motion = True
    hand.key(KEY.Key_L, CTRL)
    goal = hand.at("out")
    shown = hand.canvas.model.nodes.rect(hand.nodes["out"])[:2]
    assert shown != goal, "on its way"
    qtbot.waitUntil(lambda: hand.canvas.model.nodes.rect(hand.nodes["out"])[:2] == goal)
    hand.store.undo_stack.undo()
    hand.canvas.motion = False
    hand.key(KEY.Key_L, CTRL)
    assert hand.canvas.model.nodes.rect(hand.nodes["out"])[:2] == goal


# ---------------------------------------------------------------------- looks


def test_a_collapsed_card_is_a_slim_header_with_its_wires(hand: Arranger) -> None:
    hand.choose("conv", "dense")
    before = hand.port("conv", number=0)
    hand.key(KEY.Key_H)
    node = hand.nodes["conv"]
    assert hand.canvas.model.nodes.rect(node)[3] == COLLAPSED_HEIGHT
    assert hand.canvas.model.face(node).collapsed
    assert abs(hand.port("conv", number=0).y() - before.y()) <= 1, "wires stay where they were"
    hand.view.grab()
    hand.view.set_zoom(0.55)
    hand.view.grab()
    hand.key(KEY.Key_H)
    assert not hand.project.graph.nodes[node].collapsed
    assert hand.at("conv") == (260, 0)
    assert hand.steps() == 2


def test_collapsed_cards_are_wired_and_dragged(hand: Arranger) -> None:
    hand.choose("drop", "dense")
    hand.key(KEY.Key_H)
    hand.drag(hand.port("conv"), hand.port("drop", "inputs"))
    assert f"{hand.nodes['drop']}:inputs" in hand.wires()
    x, y, _width, _height = hand.canvas.model.nodes.rect(hand.nodes["drop"])
    hand.selection.clear()
    at = hand.spot(x + 88, y + 14)
    hand.drag(at, at + QPoint(70, 90))
    assert hand.canvas.model.nodes.rect(hand.nodes["drop"])[0] > x


def test_pinned_cards_stay(hand: Arranger) -> None:
    hand.choose("drop")
    hand.key(KEY.Key_P)
    assert hand.canvas.model.face(hand.nodes["drop"]).pinned
    before = hand.steps()
    hand.pull("drop", 60, 60)
    assert hand.steps() == before
    assert hand.canvas.saying.text() == "drop is pinned in its place."
    hand.choose("drop", "dense")
    hand.pull("dense", 0, 150)
    assert hand.at("drop") == (260, 240)
    hand.key(KEY.Key_L, CTRL)
    assert hand.at("drop") == (260, 240)
    hand.choose("drop")
    hand.key(KEY.Key_P)
    hand.pull("drop", 60, 60, CTRL)
    assert hand.at("drop") == (320, 300)


def test_unused_ports_are_hidden(hand: Arranger) -> None:
    lstm = hand.canvas.catalogue.named("LSTM")
    assert lstm is not None
    project, node = edits.add_layer(
        hand.project, lstm, 0, 400, arguments={"units": 4, "return_state": True}
    )
    hand.store.apply(project, "Add")
    hand.nodes["lstm"] = node
    model = hand.canvas.model
    assert len(model.face(node).ports) == 4
    hand.choose("lstm")
    hand.key(KEY.Key_H, CTRL)
    assert len(model.face(node).ports) == 2, "its input and one output"
    hand.store.apply(edits.connect(hand.project, node, hand.nodes["drop"], "inputs", 2), "Wire")
    assert model.ports(node).hidden == {0, 1}
    x, y = model.output_offset(node, 2)
    left, top, width, height = model.nodes.rect(node)
    assert (x, y) == (width, height / 2)
    found = hit(model, left + x, top + y, 1.0)
    assert found.end is not None
    assert found.end.number == 2
    hand.key(KEY.Key_H, CTRL)
    assert len(model.face(node).ports) == 4


# ---------------------------------------------------------------------- finding


def test_finding_counts_goes_on_and_says_none(hand: Arranger) -> None:
    spec = NodeInfo("ok", (TensorSpec((None, 28, 28, 32)),))
    hand.feed.inspection = Inspection(0, {hand.nodes["conv"]: spec, hand.nodes["drop"]: spec})
    hand.feed.inspection_changed.emit(frozenset(hand.feed.inspection.nodes))
    hand.key(KEY.Key_F, CTRL)
    bar = hand.canvas.find_bar
    hand.qtbot.keyClicks(bar.field, "28, 28, *")
    assert bar.count.text() == "1 of 3"
    assert hand.chosen() == {"image"}, "its argument says so before Keras does"
    hand.qtbot.keyClick(bar.field, KEY.Key_Return)
    assert (bar.count.text(), hand.chosen()) == ("2 of 3", {"conv"})
    hand.qtbot.keyClick(bar.field, KEY.Key_F3)
    assert hand.chosen() == {"drop"}
    hand.qtbot.keyClick(bar.field, KEY.Key_F3, SHIFT)
    assert hand.chosen() == {"conv"}
    bar.back.click()
    assert hand.chosen() == {"image"}
    bar.back.click()
    assert hand.chosen() == {"drop"}
    bar.field.selectAll()
    hand.qtbot.keyClicks(bar.field, "rate>0 dropout")
    assert (bar.count.text(), hand.chosen()) == ("1 of 1", {"drop"})
    assert not bar.next.isEnabled()
    bar.field.selectAll()
    hand.qtbot.keyClicks(bar.field, "units=12345")
    assert bar.count.text() == "none"
    hand.qtbot.keyClick(bar.field, KEY.Key_Escape)
    assert not bar.isVisible()


def test_finding_goes_into_blocks(hand: Arranger) -> None:
    from kerasstudio.graph.project import Graph, Layer, Node, Project

    inner = Graph("g1", nodes={"n90": Node("n90", "l90")})
    layers = {
        **hand.project.layers,
        "l90": Layer("l90", "Dense", "hidden_inside", arguments={"units": 2}),
        "l91": Layer("l91", "Functional", "part", graph="g1"),
    }
    graph = hand.project.graph
    nodes = {**graph.nodes, "n91": Node("n91", "l91", 0, 500)}
    root = Graph(graph.id, nodes=nodes, wires=graph.wires)
    hand.store.apply(Project(layers=layers, graphs={graph.id: root, "g1": inner}), "Block")
    hand.key(KEY.Key_F, CTRL)
    hand.qtbot.keyClicks(hand.canvas.find_bar.field, "hidden_inside")
    assert hand.selection.graph == "g1"
    assert hand.selection.nodes == {"n90"}
    assert hand.canvas.find_bar.count.text() == "1 of 1"
    hand.canvas.find_bar._close()
