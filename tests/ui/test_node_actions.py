"""Muting, bypassing and swapping on the canvas."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from test_canvas import CTRL, SHIFT
from test_wiring import Wirer, paint

from kerasstudio.graph import edits
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.wire_styles import WAITING_COLOR

KEY = Qt.Key
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def hand(qtbot: QtBot, qapp: QApplication) -> Iterator[Wirer]:
    theme.set_up(qapp, "dark")
    made = Wirer(qtbot)
    yield made
    made.canvas.close()


def test_a_key_bypasses_and_takes_in_again(hand: Wirer) -> None:
    conv = hand.nodes["conv"]
    hand.selection.select((conv,))
    before = paint(hand)
    hand.key(KEY.Key_B, CTRL)
    assert hand.project.graph.nodes[conv].mode == "bypassed"
    face = hand.canvas.model.face(conv)
    assert face.presence == "bypassed"
    assert face.through == (0.0, 48.0, 176.0, 48.0)
    assert paint(hand) != before
    hand.key(KEY.Key_B, CTRL)
    assert hand.project.graph.nodes[conv].mode == "on"
    assert hand.canvas.model.face(conv).presence == "on"
    assert hand.steps() == 2


def test_a_muted_card_and_what_needs_it_are_drawn_as_left_out(hand: Wirer) -> None:
    dense, out = hand.nodes["dense"], hand.nodes["out"]
    hand.selection.select((dense,))
    hand.key(KEY.Key_M)
    model = hand.canvas.model
    assert [model.face(node).presence for node in (dense, out)] == ["muted", "left out"]
    assert model.wires.colors[model.wires.slots[f"{out}:inputs"]] == WAITING_COLOR
    hand.view.set_zoom(0.4)
    paint(hand)
    hand.store.undo_stack.undo()
    assert model.face(out).presence == "on"
    assert hand.project is hand.start


def test_several_cards_are_switched_together(hand: Wirer) -> None:
    chosen = [hand.nodes[name] for name in ("image", "conv", "dense")]
    hand.selection.select(chosen)
    hand.key(KEY.Key_B, CTRL)
    modes = [hand.project.graph.nodes[node].mode for node in chosen]
    assert modes == ["on", "bypassed", "bypassed"]
    hand.key(KEY.Key_B, CTRL)
    assert hand.project.graph.nodes == hand.start.graph.nodes
    hand.selection.select((hand.nodes["image"],))
    hand.key(KEY.Key_B, CTRL)
    assert "nothing to pass on" in hand.canvas.saying.text()


def test_a_layer_is_swapped_with_its_arguments_and_wires(hand: Wirer) -> None:
    conv = hand.nodes["conv"]
    layer = hand.project.graph.nodes[conv].layer
    hand.store.replace_document(edits.set_argument(hand.project, layer, "filters", 24))
    hand.start = hand.project
    hand.shapes()
    hand.selection.select((conv,))
    hand.key(KEY.Key_S, SHIFT)
    search = hand.canvas.search
    offered = [kind.class_name for kind in search._kinds]
    assert "Conv2D" not in offered
    assert "LSTM" not in offered
    assert "Add" not in offered
    assert offered.index("Conv2DTranspose") < offered.index("MaxPooling2D")
    hand.qtbot.keyClicks(search.field, "separableconv2d")
    hand.qtbot.keyClick(search.field, KEY.Key_Return)
    swapped = hand.project.layers[layer]
    assert (swapped.class_name, swapped.arguments["filters"]) == ("SeparableConv2D", 24)
    assert hand.source("dense") == "conv"
    assert hand.source("conv") == "image"
    hand.undo_is_identity()


def test_all_calls_of_a_shared_layer_are_swapped(hand: Wirer) -> None:
    drop = hand.nodes["drop"]
    again = hand.canvas.editor.call_again(drop)
    assert again is not None
    hand.selection.select((again,))
    hand.canvas.actions_set.run("model.swap_layer")
    hand.qtbot.keyClicks(hand.canvas.search.field, "activation")
    hand.qtbot.keyClick(hand.canvas.search.field, KEY.Key_Return)
    titles = {hand.canvas.model.face(node).title for node in (drop, again)}
    assert titles == {"Activation"}
    assert hand.steps() == 2


def test_inputs_and_outputs_are_not_swapped(hand: Wirer) -> None:
    hand.selection.select((hand.nodes["image"],))
    hand.canvas.actions_set.run("model.swap_layer")
    assert not hand.canvas.search.isVisible()
    assert hand.said == ["An Input or Output cannot be swapped."]


def test_a_stroke_works_at_any_zoom(hand: Wirer) -> None:
    for zoom in (0.35, 0.7, 2.0):
        hand.view.set_zoom(zoom)
        middle = hand.between("conv", "dense")
        hand.view.put(hand.view.to_scene(middle.toPointF()), hand.spot(0, 0).toPointF())
        hand.view.frame(hand.canvas.model.nodes.bounds())
        hand.view.set_zoom(zoom)
        middle = hand.between("conv", "dense")
        hand.view.put(hand.view.to_scene(middle.toPointF()), QPoint(600, 300).toPointF())
        middle = hand.between("conv", "dense")
        ctrl, right = CTRL, Qt.MouseButton.RightButton
        viewport = hand.view.viewport()
        hand.qtbot.mousePress(viewport, right, ctrl, middle - QPoint(0, 25))
        hand.move(middle - QPoint(0, 10))
        hand.move(middle + QPoint(0, 25))
        hand.qtbot.mouseRelease(viewport, right, ctrl, middle + QPoint(0, 25))
        assert f"{hand.nodes['dense']}:inputs" not in hand.wires(), zoom
        hand.store.undo_stack.undo()
