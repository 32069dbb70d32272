"""The canvas by keyboard alone, and by the mouse of other key maps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from test_canvas import ALT, CTRL, LEFT, NONE, SHIFT, Hand

from kerasstudio.graph.inspection import NodeInfo, TensorSpec
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.gestures.key_wire import KeyWire
from kerasstudio.ui.key_schemes import SCHEMES, scheme_mouse

KEY = Qt.Key
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class Keys(Hand):
    """A hand that hears what is announced."""

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__(qtbot)
        self.heard: list[str] = []
        self.canvas.announced.connect(self.heard.append)

    def select(self, *names: str) -> None:
        self.selection.select([self.nodes[name] for name in names])

    def source(self, name: str, port: str = "inputs") -> str | None:
        wire = self.project.graph.wires.get(f"{self.nodes[name]}:{port}")
        return self.name(wire.source) if wire is not None else None

    def use(self, scheme: str) -> None:
        self.canvas.key_map.choose_scheme(scheme)


@pytest.fixture
def hand(qtbot: QtBot, qapp: QApplication) -> Iterator[Keys]:
    theme.set_up(qapp, "dark")
    made = Keys(qtbot)
    yield made
    made.canvas.close()


# ------------------------------------------------------------------ wiring by keys


def test_a_wire_by_keys(hand: Keys) -> None:
    conv = hand.nodes["conv"]
    hand.feed.tell({conv: NodeInfo("ok", (TensorSpec((None, 26, 26, 32)),), 320)})
    hand.select("conv")
    hand.key(KEY.Key_W)
    assert isinstance(hand.view.gesture, KeyWire)
    assert "26 × 26 × 32 float32" in hand.heard[-1]
    assert "Enter connects" in hand.heard[-1]
    hand.key(KEY.Key_Down)
    assert "to drop" in hand.heard[-1]
    assert "Fits" in hand.heard[-1]
    hand.key(KEY.Key_Return)
    assert hand.source("drop") == "conv"
    assert hand.selection.nodes == {hand.nodes["drop"]}
    hand.undo_is_identity()


def test_tab_goes_through_the_ports(hand: Keys) -> None:
    hand.select("image")
    hand.key(KEY.Key_W)
    gesture = hand.view.gesture
    assert isinstance(gesture, KeyWire)
    seen = []
    for _step in range(4):
        assert gesture.target is not None
        seen.append(hand.name(gesture.target.node))
        hand.key(KEY.Key_Tab)
    assert seen == ["conv", "drop", "dense", "out"]
    assert gesture.target.node == hand.nodes["conv"], "round and round"
    hand.key(KEY.Key_Backtab, SHIFT)
    assert gesture.target.node == hand.nodes["out"]
    assert "replaces the wire there" in hand.heard[-1]
    hand.key(KEY.Key_Escape)
    assert hand.view.gesture is None
    assert hand.steps() == 0
    assert hand.heard[-1] == "No wire drawn."


def test_a_wire_by_keys_begins_at_any_port(hand: Keys) -> None:
    hand.select("drop")
    hand.key(KEY.Key_W)
    hand.key(KEY.Key_W)
    gesture = hand.view.gesture
    assert isinstance(gesture, KeyWire)
    assert not gesture.start.is_output
    assert gesture.target is not None
    assert gesture.target.node == hand.nodes["image"], "against the flow is farther"
    hand.key(KEY.Key_Right)
    hand.key(KEY.Key_Return)
    assert hand.source("drop") == "conv"
    # Output has no output: its wire begins at its input.
    hand.select("out")
    hand.key(KEY.Key_W)
    assert isinstance(hand.view.gesture, KeyWire)
    assert not hand.view.gesture.start.is_output
    hand.key(KEY.Key_Escape)


def test_keys_do_nothing_else_while_a_wire_is_in_hand(hand: Keys) -> None:
    hand.select("conv")
    hand.key(KEY.Key_W)
    hand.key(KEY.Key_Delete)
    hand.key(KEY.Key_X)
    assert hand.steps() == 0
    assert hand.view.gesture is not None
    hand.move(hand.card("out"))
    assert hand.view.gesture.target is not None, "the mouse does not aim it"
    hand.click(hand.spot(600, 500))
    assert hand.view.gesture is None
    assert hand.steps() == 0


def test_a_wire_to_a_new_layer_by_keys(hand: Keys) -> None:
    hand.select("drop")
    hand.key(KEY.Key_W)
    hand.key(KEY.Key_Space)
    popup = hand.canvas.search
    assert popup.isVisible()
    hand.qtbot.keyClicks(popup.field, "fc")
    hand.qtbot.keyClick(popup.field, KEY.Key_Return)
    (node,) = hand.selection.nodes
    assert hand.project.graph.wires[f"{node}:inputs"].source == hand.nodes["drop"]
    drop = hand.project.graph.nodes[hand.nodes["drop"]]
    assert hand.project.graph.nodes[node].x > drop.x + 176
    hand.undo_is_identity()


def test_two_selected_nodes_are_wired_with_one_key(hand: Keys) -> None:
    hand.select("conv", "drop")
    hand.key(KEY.Key_J)
    assert hand.source("drop") == "conv"
    hand.undo_is_identity()
    # Along the flow; where that would close a loop, the other way round.
    hand.select("conv", "dense", "drop")
    hand.key(KEY.Key_J)
    assert hand.source("drop") == "conv"
    assert hand.source("dense") == "drop"
    hand.select("out", "drop")
    hand.key(KEY.Key_J)
    assert hand.source("out") == "drop"


def test_what_cannot_be_wired_says_so(hand: Keys) -> None:
    hand.canvas.add_layer(hand.canvas.catalogue.named("InputLayer"))  # type: ignore[arg-type]
    (other,) = hand.selection.nodes
    steps = hand.steps()
    hand.selection.select([other, hand.nodes["image"]])
    hand.key(KEY.Key_J)
    assert hand.steps() == steps
    assert "cannot be wired" in hand.canvas.saying.text()


# ------------------------------------------------------------------ adding by keys


def test_keys_alone_build_a_chain(hand: Keys) -> None:
    hand.selection.clear()
    hand.view.by_keys = True
    for words in ("input", "conv2d", "flatten", "fc"):
        hand.key(KEY.Key_Tab)
        popup = hand.canvas.search
        hand.qtbot.keyClicks(popup.field, words)
        hand.qtbot.keyClick(popup.field, KEY.Key_Return)
    made = [node for node in hand.project.graph.nodes if node not in hand.nodes.values()]
    assert len(made) == 4
    chain = [hand.project.graph.wires[f"{node}:inputs"].source for node in made[1:]]
    assert chain == made[:3]
    rects = [hand.canvas.model.nodes.rect(node) for node in made]
    for place, one in enumerate(rects):
        for other in rects[place + 1 :]:
            apart = one[0] + one[2] <= other[0] or other[0] + other[2] <= one[0]
            assert apart or one[1] + one[3] <= other[1] or other[1] + other[3] <= one[1]


def test_the_mouse_decides_when_it_was_used_last(hand: Keys) -> None:
    hand.select("drop")
    hand.move(hand.spot(40, 400))
    hand.move(hand.spot(600, 420))
    assert not hand.view.by_keys
    hand.key(KEY.Key_Right)
    assert hand.view.by_keys


# ------------------------------------------------------------------ taking out, moving along


def test_a_node_is_taken_out_of_its_wires(hand: Keys) -> None:
    hand.select("conv")
    hand.key(KEY.Key_D, ALT)
    assert hand.source("dense") == "image"
    assert hand.source("conv") is None
    assert hand.nodes["conv"] in hand.project.graph.nodes
    hand.undo_is_identity()


def test_neighbours_change_places(hand: Keys) -> None:
    hand.select("conv")
    hand.key(KEY.Key_Down, ALT)
    assert [hand.source(name) for name in ("dense", "conv", "out")] == ["image", "dense", "conv"]
    assert hand.project.graph.nodes[hand.nodes["conv"]].x == 520
    hand.undo_is_identity()
    hand.select("dense")
    hand.key(KEY.Key_Up, ALT)
    assert [hand.source(name) for name in ("dense", "conv", "out")] == ["image", "dense", "conv"]
    hand.store.undo_stack.undo()
    hand.select("image")
    hand.key(KEY.Key_Down, ALT)
    assert hand.steps() == 0
    assert "no neighbour" in hand.canvas.saying.text()


def test_nudges_of_one_hand_are_one_step(hand: Keys) -> None:
    hand.select("drop", "conv")
    for _press in range(5):
        hand.key(KEY.Key_Down, CTRL)
    assert hand.project.graph.nodes[hand.nodes["drop"]].y == 245
    hand.undo_is_identity()


def test_selecting_by_keys(hand: Keys) -> None:
    hand.select("conv")
    hand.key(KEY.Key_L)
    assert hand.selection.nodes == {hand.nodes["conv"], hand.nodes["image"]}
    hand.select("conv")
    hand.key(KEY.Key_L, SHIFT)
    assert hand.selection.nodes == {hand.nodes[name] for name in ("conv", "dense", "out")}
    hand.select("dense")
    hand.key(KEY.Key_L, ALT)
    assert hand.selection.nodes == {hand.nodes[n] for n in ("image", "conv", "dense", "out")}
    hand.key(KEY.Key_Escape)
    assert not hand.selection.nodes
    hand.select("image")
    hand.key(KEY.Key_Right, SHIFT)
    assert hand.selection.nodes == {hand.nodes["image"], hand.nodes["conv"]}


def test_find_next_goes_on(hand: Keys) -> None:
    hand.key(KEY.Key_F3)
    assert hand.canvas.find_bar.isVisible()
    hand.qtbot.keyClicks(hand.canvas.find_bar.field, "d")
    first = hand.selection.nodes
    hand.qtbot.keyClick(hand.canvas.find_bar.field, KEY.Key_Escape)
    hand.key(KEY.Key_F3)
    assert hand.selection.nodes != first
    hand.key(KEY.Key_F3, SHIFT)
    assert hand.selection.nodes == first


def test_freezing_by_menu_or_palette(hand: Keys) -> None:
    hand.select("conv", "dense")
    hand.canvas.actions_set.run("model.toggle_trainable")
    layers = [hand.canvas.model.layer(hand.nodes[name]) for name in ("conv", "dense")]
    assert not any(layer.trainable for layer in layers)
    hand.canvas.actions_set.run("model.toggle_trainable")
    assert hand.canvas.model.layer(hand.nodes["conv"]).trainable


# ------------------------------------------------------------------ the mouse of key maps


def test_a_plain_drag_pans_in_comfyui_and_draws_a_box_with_us(hand: Keys) -> None:
    start, end = hand.spot(40, 400), hand.spot(700, 120)
    hand.drag(start, end)
    assert hand.selection.nodes
    hand.selection.clear()
    before = hand.view.to_scene(QPointF(0, 0))
    hand.use("comfyui")
    hand.drag(start, start + QPoint(60, 10))
    assert not hand.selection.nodes
    after = hand.view.to_scene(QPointF(0, 0))
    assert (before.x() - after.x(), before.y() - after.y()) == (60, 10)
    hand.drag(hand.spot(40, 400), hand.spot(700, 120), CTRL)
    assert hand.selection.nodes


def test_a_right_click_searches_in_unreal(hand: Keys) -> None:
    hand.use("unreal")
    spot = hand.spot(600, 300)
    hand.qtbot.mousePress(hand.view.viewport(), Qt.MouseButton.RightButton, NONE, spot)
    hand.qtbot.mouseRelease(hand.view.viewport(), Qt.MouseButton.RightButton, NONE, spot)
    assert hand.canvas.search.isVisible()
    hand.canvas.search.hide()


def test_zooming_by_a_drag_in_blender(hand: Keys) -> None:
    hand.use("blender")
    middle, view = Qt.MouseButton.MiddleButton, hand.view.viewport()
    spot = hand.spot(600, 300)
    hand.qtbot.mousePress(view, middle, CTRL, spot)
    hand.move(spot - QPoint(0, 60))
    hand.qtbot.mouseRelease(view, middle, CTRL, spot - QPoint(0, 60))
    assert hand.view.zoom > 1.2


def test_boxes_add_and_toggle(hand: Keys) -> None:
    hand.select("image")
    start, end = hand.spot(200, 420), hand.spot(480, 200)
    hand.drag(start, end, SHIFT)
    assert hand.selection.nodes == {hand.nodes["image"], hand.nodes["drop"]}
    hand.drag(start, end, CTRL)
    assert hand.selection.nodes == {hand.nodes["image"]}


def test_ctrl_click_on_nothing_chains(hand: Keys) -> None:
    hand.select("drop")
    hand.click(hand.spot(700, 300), CTRL)
    popup = hand.canvas.search
    assert popup.isVisible()
    hand.qtbot.keyClicks(popup.field, "fc")
    hand.qtbot.keyClick(popup.field, KEY.Key_Return)
    (node,) = hand.selection.nodes
    assert hand.project.graph.wires[f"{node}:inputs"].source == hand.nodes["drop"]


def test_shift_double_click_selects_all_connected(hand: Keys) -> None:
    hand.qtbot.mouseDClick(hand.view.viewport(), LEFT, SHIFT, hand.card("conv"))
    assert hand.selection.nodes == {hand.nodes[n] for n in ("image", "conv", "dense", "out")}
    hand.release(hand.card("conv"))


def test_alt_click_breaks_wires_except_in_comfyui(hand: Keys) -> None:
    hand.click(hand.port("dense", "inputs"), ALT)
    assert hand.source("dense") is None
    hand.undo_is_identity()
    hand.use("comfyui")
    hand.click(hand.port("dense", "inputs"), CTRL | ALT)
    assert hand.source("dense") is None


def test_space_and_drag_pan_and_the_key_is_let_go_with_the_focus(hand: Keys) -> None:
    before = hand.view.to_scene(QPointF(0, 0))
    hand.qtbot.keyPress(hand.view, KEY.Key_Space)
    assert hand.view.mouse.held == "Space"
    hand.drag(hand.card("drop"), hand.card("drop") + QPoint(50, 0))
    hand.qtbot.keyRelease(hand.view, KEY.Key_Space)
    assert hand.view.mouse.held == ""
    assert before.x() - hand.view.to_scene(QPointF(0, 0)).x() == 50
    assert hand.steps() == 0


def test_a_gesture_that_is_not_there_means_the_plain_one(hand: Keys) -> None:
    """Where nothing cuts wires, Alt+drag on the paper draws a box like a drag does."""
    bound = scheme_mouse(SCHEMES["kerasstudio"])
    hand.view.mouse.set_bindings({**bound, "cut_wires": ()})
    hand.drag(hand.spot(200, 420), hand.spot(480, 200), ALT)
    assert hand.selection.nodes == {hand.nodes["drop"]}


def test_the_wheel_scrolls_where_the_key_map_says_so(hand: Keys) -> None:
    from test_canvas import wheel

    hand.view.mouse.set_bindings(hand.canvas.key_map.mouse, "scroll")
    before, zoom = hand.view.to_scene(QPointF(0, 0)), hand.view.zoom
    wheel(hand, QPointF(300, 200), -120)
    assert hand.view.zoom == zoom
    assert hand.view.to_scene(QPointF(0, 0)).y() > before.y()
