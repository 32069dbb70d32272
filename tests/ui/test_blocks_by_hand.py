"""Blocks on the canvas with real events: grouped, opened, edited inside, left, linked, unpacked."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from test_canvas import ALT, CTRL, LEFT, NONE, SHIFT, Hand

from kerasstudio.graph import edits
from kerasstudio.graph.inspection import NodeInfo, TensorSpec
from kerasstudio.graph.problems import Place, Problem
from kerasstudio.graph.project import Project
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.block_actions import BlockActions
from kerasstudio.ui.canvas.link_marks import LinkChip

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
KEY = Qt.Key


class BlockHand(Hand):
    """The chain image → conv → dense → out, and a loose dropout."""

    @property
    def blocks(self) -> BlockActions:
        return self.canvas.blocks

    @property
    def shown(self) -> str:
        return self.selection.graph

    def key(self, key: KEY, keys: Qt.KeyboardModifier = NONE) -> None:
        self.qtbot.keyClick(self.view, key, keys)

    def spot_of(self, node: str, dy: float = 60) -> QPoint:
        x, y, _width, _height = self.canvas.model.nodes.rect(node)
        return self.spot(x + 88, y + dy)

    def click(self, node: str, keys: Qt.KeyboardModifier = NONE) -> None:
        self.qtbot.mouseClick(self.view.viewport(), LEFT, keys, self.spot_of(node))

    def double_click(self, node: str) -> None:
        at, port = self.spot_of(node), self.view.viewport()
        self.qtbot.mouseClick(port, LEFT, NONE, at)
        self.qtbot.mouseDClick(port, LEFT, NONE, at)
        self.qtbot.mouseRelease(port, LEFT, NONE, at)

    def group(self, *names: str) -> str:
        """Select cards with the mouse, press Ctrl+G; the block's card."""
        for number, name in enumerate(names):
            self.click(self.nodes[name], SHIFT if number else NONE)
        self.key(KEY.Key_G, CTRL)
        (card,) = self.selection.nodes
        return card

    def layer(self, node: str) -> Any:
        graph = next(g for g in self.project.graphs.values() if node in g.nodes)
        return self.project.layers[graph.nodes[node].layer]

    def chips(self) -> list[LinkChip]:
        return [each for each in self.blocks.breadcrumb.findChildren(LinkChip) if each.isVisible()]

    def way(self) -> list[str]:
        return [button.text() for button in self.blocks.breadcrumb.buttons]


@pytest.fixture
def hand(qtbot: QtBot, qapp: QApplication) -> BlockHand:
    theme.set_up(qapp, "dark")
    return BlockHand(qtbot)


def test_grouped_and_unpacked_by_keys(hand: BlockHand) -> None:
    card = hand.group("conv", "dense")
    assert hand.layer(card).name == "block"
    assert set(hand.project.graph.nodes) == {
        card,
        *(hand.nodes[n] for n in ("image", "out", "drop")),
    }
    assert hand.store.undo_stack.undoText() == "Group 2 layers into a block"
    face = hand.canvas.model.face(card)
    assert (face.title, face.is_block) == ("Block", True)
    assert face.lines == ("2 layers inside", "Conv2D · Dense")
    hand.key(KEY.Key_G, CTRL | SHIFT)
    assert hand.project == hand.start
    assert hand.selection.nodes == {hand.nodes["conv"], hand.nodes["dense"]}
    assert hand.store.undo_stack.count() == 2


def test_shapes_come_along(hand: BlockHand) -> None:
    hand.feed.tell({hand.nodes["image"]: NodeInfo("ok", (TensorSpec((None, 28, 28, 1)),))})
    card = hand.group("conv", "dense")
    graph = hand.project.graphs[hand.layer(card).graph]
    first = next(iter(graph.nodes))
    assert hand.layer(first).arguments == {"shape": [28, 28, 1]}


def test_opened_by_double_click_and_left_by_keys(hand: BlockHand) -> None:
    card = hand.group("conv", "dense")
    hand.double_click(card)
    assert hand.shown == hand.layer(card).graph
    assert hand.blocks.breadcrumb.isVisible()
    assert hand.way() == ["Model"]
    assert hand.nodes["conv"] in hand.canvas.model.nodes
    hand.key(KEY.Key_PageUp)
    assert hand.shown == "main"
    assert hand.selection.nodes == {card}, "the card that was left"
    assert not hand.blocks.breadcrumb.isVisible()
    hand.key(KEY.Key_PageDown)
    assert hand.shown != "main"
    hand.key(KEY.Key_Escape)
    assert hand.shown == "main"
    hand.key(KEY.Key_Escape)
    hand.key(KEY.Key_Escape)
    assert hand.shown == "main"


def test_other_cards_open_in_the_inspector(hand: BlockHand) -> None:
    with hand.qtbot.waitSignal(hand.canvas.inspect_requested) as asked:
        hand.double_click(hand.nodes["conv"])
    assert asked.args == [hand.nodes["conv"]]
    assert hand.shown == "main"


def test_blocks_in_blocks_and_the_way_back(hand: BlockHand) -> None:
    outer = hand.group("conv", "dense")
    hand.double_click(outer)
    hand.click(hand.nodes["conv"])
    hand.key(KEY.Key_G, CTRL)
    (inner,) = hand.selection.nodes
    assert hand.layer(inner).name == "block_1"
    hand.double_click(inner)
    assert hand.way() == ["Model", "block"]
    assert hand.blocks.trail.names == ["block", "block_1"]
    hand.qtbot.mouseClick(hand.blocks.breadcrumb.buttons[1], LEFT)
    assert hand.blocks.trail.names == ["block"]
    hand.double_click(inner)
    hand.qtbot.mouseClick(hand.blocks.breadcrumb.buttons[0], LEFT)
    assert (hand.shown, hand.selection.nodes) == ("main", {outer})


def test_each_graph_keeps_its_zoom(hand: BlockHand) -> None:
    card = hand.group("conv", "dense")
    hand.view.set_zoom(0.7)
    place = hand.view.to_scene(QPointF(0, 0))
    hand.double_click(card)
    hand.view.set_zoom(1.3)
    inside = hand.view.to_scene(QPointF(0, 0))
    hand.key(KEY.Key_PageUp)
    assert hand.view.zoom == pytest.approx(0.7)
    assert (hand.view.to_scene(QPointF(0, 0)) - place).manhattanLength() < 4
    hand.key(KEY.Key_PageDown)
    assert hand.view.zoom == pytest.approx(1.3)
    assert (hand.view.to_scene(QPointF(0, 0)) - inside).manhattanLength() < 4


def test_undo_goes_where_it_happens(hand: BlockHand) -> None:
    card = hand.group("conv", "dense")
    graph = hand.layer(card).graph
    hand.double_click(card)
    hand.click(hand.nodes["dense"])
    hand.key(KEY.Key_Delete)
    hand.key(KEY.Key_PageUp)
    hand.store.undo_stack.undo()
    assert hand.shown == graph
    assert hand.nodes["dense"] in hand.canvas.model.nodes
    hand.store.undo_stack.undo()
    assert (hand.shown, hand.project) == ("main", hand.start), "the block itself is gone"
    hand.store.undo_stack.redo()
    hand.store.undo_stack.redo()
    assert hand.shown == graph
    layer = hand.layer(hand.nodes["conv"]).id
    hand.store.apply(edits.set_argument(hand.project, layer, "filters", 5), "Filters")
    hand.key(KEY.Key_PageUp)
    hand.store.undo_stack.undo()
    assert hand.shown == graph


def test_what_is_edited_inside_shows_on_the_card(hand: BlockHand) -> None:
    card = hand.group("conv", "dense")
    graph = hand.layer(card).graph
    hand.canvas.model.face(card)
    kind: Any = hand.canvas.catalogue.named("InputLayer")
    hand.store.apply(edits.add_layer(hand.project, kind, 0, 0, graph)[0], "Add")
    assert len(hand.canvas.model.ports(card).inputs) == 2
    assert hand.canvas.model.face(card).lines[0] == "2 layers inside"
    hand.store.apply(edits.delete_nodes(hand.project, [hand.nodes["conv"]], graph), "Delete")
    assert hand.canvas.model.face(card).lines == ("1 layer inside", "Dense")


def test_what_cannot_be_grouped_is_told_with_what_can(hand: BlockHand) -> None:
    for number, name in enumerate(("image", "conv", "dense")):
        hand.click(hand.nodes[name], SHIFT if number else NONE)
    hand.key(KEY.Key_G, CTRL)
    offer = hand.blocks.offer
    assert offer.isVisible()
    assert "is an Input of the model" in offer.text.text()
    assert [button.text() for button in offer.buttons] == ["Group conv, dense without it"]
    hand.qtbot.mouseClick(offer.buttons[0], LEFT)
    assert not offer.isVisible()
    (card,) = hand.selection.nodes
    assert hand.layer(card).name == "block"
    hand.store.undo_stack.undo()
    hand.selection.select([hand.nodes["image"], hand.nodes["out"]])
    hand.key(KEY.Key_G, CTRL)
    assert not offer.isVisible()
    assert hand.canvas.saying.isVisible()


def test_the_keyboard_takes_an_offer(hand: BlockHand) -> None:
    hand.view.setFocus()
    hand.view.by_keys = True
    hand.key(KEY.Key_A, CTRL)
    hand.key(KEY.Key_G, CTRL)
    (button,) = hand.blocks.offer.buttons
    hand.qtbot.waitUntil(button.hasFocus)
    hand.qtbot.keyClick(button, KEY.Key_Return)
    assert len(hand.project.graphs) == 2
    hand.qtbot.waitUntil(hand.view.hasFocus)
    hand.store.undo_stack.undo()
    hand.key(KEY.Key_A, CTRL)
    hand.key(KEY.Key_G, CTRL)
    hand.qtbot.keyClick(hand.blocks.offer.buttons[0], KEY.Key_Escape)
    assert not hand.blocks.offer.isVisible()
    assert len(hand.project.graphs) == 1


def test_a_copied_block_is_independent_and_can_be_linked(hand: BlockHand) -> None:
    card = hand.group("conv", "dense")
    shared = hand.layer(card).id
    hand.key(KEY.Key_D, CTRL)
    (copy,) = hand.selection.nodes
    assert hand.layer(copy).name == "block_1"
    assert hand.layer(copy).graph != hand.layer(card).graph
    offer = hand.blocks.offer
    assert "independent copy of block" in offer.text.text()
    hand.qtbot.mouseClick(offer.buttons[0], LEFT)
    assert hand.layer(copy).id == shared
    assert "block_1" not in {layer.name for layer in hand.project.layers.values()}
    hand.canvas.clipping.copy()
    hand.canvas.clipping.paste()
    assert offer.isVisible(), "pasting offers it, too"
    hand.key(KEY.Key_Z, CTRL)


def test_a_block_copied_by_a_drag_can_be_linked(hand: BlockHand) -> None:
    card = hand.group("conv", "dense")
    port, start = hand.view.viewport(), hand.spot_of(card)
    hand.qtbot.mousePress(port, LEFT, ALT, start)
    for step in range(1, 9):
        hand.qtbot.mouseMove(port, start + QPoint(5 * step, 30 * step))
    hand.qtbot.mouseRelease(port, LEFT, ALT, start + QPoint(40, 240))
    assert len([n for n in hand.project.graph.nodes if hand.layer(n).graph]) == 2
    assert hand.blocks.offer.isVisible()


def test_linked_nodes_carry_one_mark_and_light_up_together(hand: BlockHand) -> None:
    drop = hand.nodes["drop"]
    hand.click(hand.nodes["dense"])
    hand.canvas.actions_set.run("model.call_again")
    (again,) = hand.selection.nodes
    faces = [hand.canvas.model.face(node) for node in (hand.nodes["dense"], again)]
    assert [(face.link, face.calls) for face in faces] == [(1, 2), (1, 2)]
    assert hand.canvas.model.face(drop).link == 0
    hand.move(hand.spot_of(drop))
    hand.view.grab()
    assert hand.view.emphasis.linked == {hand.nodes["dense"]}, "of what is selected"
    hand.selection.clear()
    hand.move(hand.spot_of(hand.nodes["dense"]))
    hand.view.grab()
    assert hand.view.emphasis.linked == {again}
    layer = hand.layer(again).id
    hand.store.apply(edits.set_argument(hand.project, layer, "units", 7), "Units")
    assert hand.canvas.model.face(again).lines == hand.canvas.model.face(hand.nodes["dense"]).lines
    hand.click(again)
    hand.canvas.actions_set.run("model.make_independent")
    assert hand.layer(again).id != layer
    assert hand.layer(again).arguments["units"] == 7
    assert hand.canvas.model.face(hand.nodes["dense"]).link == 0


def test_a_shared_block_says_so_inside(hand: BlockHand) -> None:
    card = hand.group("conv", "dense")
    hand.canvas.actions_set.run("model.call_again")
    (again,) = hand.selection.nodes
    hand.double_click(again)
    assert hand.blocks.trail.steps[-1].node == again
    assert [each.accessibleName() for each in hand.chips()] == ["Shared layer 1: shared × 2"]
    hand.key(KEY.Key_PageUp)
    assert hand.selection.nodes == {again}
    hand.click(card)
    hand.key(KEY.Key_Delete)
    hand.double_click(again)
    assert hand.chips() == []


def test_finding_looks_into_blocks(hand: BlockHand) -> None:
    card = hand.group("conv", "dense")
    hand.key(KEY.Key_F, CTRL)
    hand.qtbot.keyClicks(hand.canvas.find_bar.field, "conv2d")
    assert hand.shown == hand.layer(card).graph
    assert hand.selection.nodes == {hand.nodes["conv"]}


def test_problems_inside_show_on_the_card(hand: BlockHand) -> None:
    card = hand.group("conv", "dense")
    graph = hand.layer(card).graph
    problem = Problem(
        "shape.rank", "wrong rank", place=Place(graph=graph, node=hand.nodes["dense"])
    )
    hand.feed.complain(problem)
    assert hand.canvas.model.face(card).state == "error"
    hand.double_click(card)
    assert hand.canvas.model.face(hand.nodes["dense"]).state == "error"
    assert hand.canvas.model.face(hand.nodes["conv"]).state != "error"


def test_a_gone_block_leads_outside(hand: BlockHand) -> None:
    outer = hand.group("conv", "dense")
    hand.double_click(outer)
    hand.click(hand.nodes["conv"])
    hand.key(KEY.Key_G, CTRL)
    (inner,) = hand.selection.nodes
    hand.double_click(inner)
    graph = hand.blocks.trail.steps[1].graph
    hand.store.apply(edits.delete_nodes(hand.project, [inner], graph), "Delete")
    assert hand.shown == graph, "the nearest that is left"
    hand.store.replace_document(Project())
    assert hand.shown == "main"
    assert hand.blocks.trail.steps == ()
