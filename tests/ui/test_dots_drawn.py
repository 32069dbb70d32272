"""Reroute dots in the hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from test_canvas import ALT, CTRL, LEFT, NONE
from test_wiring import Wirer

from kerasstudio.ui import theme

KEY = Qt.Key
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class Dotter(Wirer):
    @property
    def wire(self) -> str:
        return f"{self.nodes['dense']}:inputs"

    def double_click(self, at: QPoint) -> None:
        self.click(at)
        self.qtbot.mouseDClick(self.view.viewport(), LEFT, NONE, at)
        self.release(at)

    def dot(self, number: int) -> QPoint:
        return self.spot(*self.points("dense")[number])


@pytest.fixture
def hand(qtbot: QtBot, qapp: QApplication) -> Iterator[Dotter]:
    theme.set_up(qapp, "dark")
    made = Dotter(qtbot)
    yield made
    made.canvas.close()


def test_a_double_click_on_a_wire_puts_a_dot_there(hand: Dotter) -> None:
    at = hand.between("conv", "dense")
    hand.double_click(at)
    place = hand.view.to_scene(QPointF(at))
    assert hand.points("dense") == ((round(place.x(), 1), round(place.y(), 1)),)
    assert hand.selection.dots == {(hand.wire, 0)}
    hand.undo_is_identity()
    assert not hand.canvas.model.wires.dots


def test_alt_drag_pulls_a_dot_out_of_the_wire(hand: Dotter) -> None:
    at = hand.between("conv", "dense")
    hand.drag(at, at + QPoint(0, 80), ALT)
    ((_x, y),) = hand.points("dense")
    assert y == hand.view.to_scene(QPointF(at)).y() + 80
    hand.undo_is_identity()
    # A drag of the wire without Alt does nothing to it.
    hand.drag(at, at + QPoint(0, 80))
    assert hand.steps() == 0


def test_escape_takes_a_new_dot_away(hand: Dotter) -> None:
    at = hand.between("conv", "dense")
    hand.hold(at, at + QPoint(0, 60), keys=ALT)
    assert hand.canvas.model.wires.dots
    hand.key(KEY.Key_Escape)
    hand.release(at + QPoint(0, 60))
    assert hand.steps() == 0
    assert not hand.canvas.model.wires.dots
    assert len(hand.canvas.model.wires.spans(hand.wire)) == 1


def test_several_dots_on_a_wire_keep_their_order(hand: Dotter) -> None:
    at = hand.between("conv", "dense")
    hand.drag(at, at + QPoint(0, 150), ALT)
    wires = hand.canvas.model.wires
    for span in (0, 2):
        place = hand.spot(*wires.middle(wires.spans(hand.wire)[span]))
        hand.drag(place, place + QPoint(0, 30), ALT)
    xs = [x for x, _y in hand.points("dense")]
    assert len(xs) == 3
    assert xs == sorted(xs)
    assert hand.steps() == 3


def test_dots_are_dragged_toggled_and_deleted(hand: Dotter) -> None:
    at = hand.between("conv", "dense")
    hand.drag(at, at + QPoint(0, 80), ALT)
    before = hand.points("dense")[0]
    hand.drag(hand.dot(0), hand.dot(0) + QPoint(24, 40))
    assert hand.points("dense") == ((before[0] + 24, before[1] + 40),)
    assert hand.steps() == 2
    hand.click(hand.dot(0), CTRL)
    assert not hand.selection.dots
    hand.click(hand.dot(0), CTRL)
    assert hand.selection.dots == {(hand.wire, 0)}
    hand.key(KEY.Key_Delete)
    assert hand.points("dense") == ()
    assert hand.wires() == set(hand.start.graph.wires)
    assert not hand.selection.dots


def test_alt_click_and_double_click_on_a_dot_remove_it(hand: Dotter) -> None:
    at = hand.between("conv", "dense")
    hand.drag(at, at + QPoint(0, 80), ALT)
    hand.click(hand.dot(0), ALT)
    assert hand.points("dense") == ()
    hand.store.undo_stack.undo()
    hand.double_click(hand.dot(0))
    assert hand.points("dense") == ()


def test_a_box_selects_dots_and_they_move_with_the_cards(hand: Dotter) -> None:
    at = hand.between("conv", "dense")
    hand.drag(at, at + QPoint(0, 80), ALT)
    hand.drag(hand.spot(240, -40), hand.spot(900, 200))
    assert hand.selection.dots == {(hand.wire, 0)}
    assert len(hand.selection.nodes) == 3
    (x, y), start = hand.points("dense")[0], hand.project
    hand.drag(hand.card("conv"), hand.card("conv") + QPoint(50, 130))
    moved = hand.project.graph.nodes[hand.nodes["conv"]]
    dx, dy = moved.x - start.graph.nodes[hand.nodes["conv"]].x, moved.y
    assert hand.points("dense") == ((x + dx, y + dy),)
    assert hand.steps() == 2
    hand.store.undo_stack.undo()
    assert hand.project is start


def test_dots_between_moving_cards_go_along_though_not_selected(hand: Dotter) -> None:
    at = hand.between("conv", "dense")
    hand.drag(at, at + QPoint(0, 80), ALT)
    (x, y) = hand.points("dense")[0]
    hand.selection.select((hand.nodes["conv"], hand.nodes["dense"]))
    hand.hold(hand.card("conv"), hand.card("conv") + QPoint(0, 200))
    assert hand.canvas.model.wires.dots.place((hand.wire, 0)) == (x, y + 200)
    hand.key(KEY.Key_Escape)
    hand.release(hand.card("conv"))
    assert hand.canvas.model.wires.dots.place((hand.wire, 0)) == (x, y)
    hand.drag(hand.card("conv"), hand.card("conv") + QPoint(0, 200))
    assert hand.points("dense") == ((x, y + 200),)


def test_copies_and_deletions_take_their_dots_along(hand: Dotter) -> None:
    at = hand.between("conv", "dense")
    hand.drag(at, at + QPoint(0, 80), ALT)
    hand.selection.select((hand.nodes["conv"], hand.nodes["dense"]))
    hand.canvas.clipping.copy()
    assert '"points"' in QGuiApplication.clipboard().text()
    hand.canvas.clipping.paste()
    pasted = [key for key, wire in hand.project.graph.wires.items() if wire.points]
    assert len(pasted) == 2
    assert len(hand.canvas.model.wires.dots) == 2
    hand.selection.select(hand.selection.nodes)
    hand.canvas.clipping.delete()
    assert len(hand.canvas.model.wires.dots) == 1
    hand.canvas.select_all()
    assert hand.selection.dots == {(hand.wire, 0)}
    hand.canvas.clipping.delete()
    assert not hand.canvas.model.wires.dots
    assert not hand.project.graph.nodes


def test_layout_keeps_them(hand: Dotter) -> None:
    at = hand.between("conv", "dense")
    hand.drag(at, at + QPoint(0, 80), ALT)
    hand.selection.clear()
    hand.canvas.actions_set.run("arrange.layout")
    assert len(hand.points("dense")) == 1


def test_a_led_wire_is_hit_along_its_whole_way(hand: Dotter) -> None:
    at = hand.between("conv", "dense")
    hand.drag(at, at + QPoint(0, 150), ALT)
    wires = hand.canvas.model.wires
    for slot in wires.spans(hand.wire):
        x, y = wires.middle(slot)
        assert wires.wire_at(x, y, 3) == hand.wire
    assert wires.labelled[wires.spans(hand.wire)].sum() == 1
    hand.feed.complain()
    hand.view.viewport().grab()
