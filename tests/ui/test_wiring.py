"""Wires and cards in the hand, with real mouse events: what lights up, what is refused and why,
and what the project is afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from test_canvas import ALT, CATALOGUE, CTRL, LEFT, NONE, SHIFT, Hand

from kerasstudio.graph import edits
from kerasstudio.graph.inspection import NodeInfo, TensorSpec
from kerasstudio.graph.problems import Place, Problem
from kerasstudio.graph.project import Project
from kerasstudio.runtime.protocol import Supposed
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.gestures.draw_wire import DrawWire
from kerasstudio.ui.canvas.gestures.move_nodes import MoveNodes
from kerasstudio.ui.canvas.gestures.shaking import Shaking
from kerasstudio.ui.canvas.supposing import Answered

KEY = Qt.Key
RIGHT = Qt.MouseButton.RightButton
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

IMAGE = TensorSpec((None, 26, 26, 32))
FLAT = TensorSpec((None, 64))


class Wirer(Hand):
    """A hand whose Keras answers by `verdict(project, nodes)`, once it is asked."""

    def __init__(self, qtbot: QtBot) -> None:
        self.asked: list[Project] = []
        self.verdict: Callable[[Project, tuple[str, ...]], Supposed | None] = lambda *_: None
        super().__init__(qtbot)
        self.said: list[str] = []
        self.view.said.connect(lambda text, _spot: self.said.append(text))

    def suppose(self, project: Project, nodes: tuple[str, ...], answered: Answered) -> None:
        self.asked.append(project)
        report = self.verdict(project, nodes)
        if report is not None:
            answered(report)

    def hold(self, start: QPoint, *way: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        """Press, and go through these places without letting go."""
        self.press(start, keys)
        before = start
        for place in way:
            for step in range(1, 4):
                self.move(before + (place - before) * step / 3)
            before = place

    def source(self, name: str, port: str = "inputs") -> str | None:
        wire = self.project.graph.wires.get(f"{self.nodes[name]}:{port}")
        return self.name(wire.source) if wire is not None else None

    def between(self, source: str, target: str) -> QPoint:
        """Half way along the wire into a node."""
        wires = self.canvas.model.wires
        return self.spot(*wires.middle(wires.slots[f"{self.nodes[target]}:inputs"]))

    def points(self, name: str) -> tuple[tuple[float, float], ...]:
        return self.project.graph.wires[f"{self.nodes[name]}:inputs"].points

    def shapes(self) -> None:
        """What Keras said of the drawing."""
        of = {"image": TensorSpec((None, 28, 28, 1)), "conv": IMAGE, "dense": FLAT, "out": FLAT}
        self.feed.tell({self.nodes[name]: NodeInfo("ok", (spec,)) for name, spec in of.items()})

    @property
    def wire_in_hand(self) -> DrawWire:
        gesture = self.view.gesture
        assert isinstance(gesture, DrawWire)
        return gesture

    def bring(self, class_name: str, name: str, x: float, y: float) -> str:
        """One more card."""
        kind = CATALOGUE.named(class_name)
        assert kind is not None
        project, node = edits.add_layer(self.project, kind, x, y, name=name)
        self.nodes[name] = node
        self.store.replace_document(project)
        self.start = project
        self.view.put(QPointF(-60, -100), QPointF(0, 0))
        return node


def refusing(text: str) -> Callable[[Project, tuple[str, ...]], Supposed]:
    """A Keras that has this to say of every variant."""

    def verdict(project: Project, nodes: tuple[str, ...]) -> Supposed:
        place = Place(node=nodes[0] if nodes else None)
        return Supposed(0, {}, (Problem("shape.mismatch", text, place=place),))

    return verdict


@pytest.fixture
def hand(qtbot: QtBot, qapp: QApplication) -> Iterator[Wirer]:
    theme.set_up(qapp, "dark")
    made = Wirer(qtbot)
    yield made
    made.canvas.close()


def paint(hand: Wirer) -> QImage:
    return hand.view.viewport().grab().toImage()


# ---------------------------------------------------------------------- while a wire is in hand


def test_fitting_ports_light_up_and_others_dim(hand: Wirer) -> None:
    hand.bring("LSTM", "lstm", 520, 240)
    hand.shapes()
    dark = paint(hand)
    hand.hold(hand.port("conv"), hand.spot(480, 400))
    assert paint(hand) != dark
    assert hand.nodes["lstm"] in hand.view.emphasis.dimmed
    assert hand.nodes["image"] in hand.view.emphasis.dimmed
    assert hand.nodes["drop"] not in hand.view.emphasis.dimmed
    hand.key(KEY.Key_Escape)
    assert hand.steps() == 0
    assert not hand.view.emphasis.dimmed


def test_a_wire_that_does_not_fit_says_why_and_can_be_drawn_all_the_same(hand: Wirer) -> None:
    hand.bring("LSTM", "lstm", 520, 240)
    hand.shapes()
    hand.hold(hand.port("conv"), hand.port("lstm", "sequences"))
    verdict = hand.wire_in_hand.verdict
    assert (verdict.possible, verdict.fitting) == (True, False)
    assert "takes 3-D tensors, this is 26 × 26 × 32" in verdict.reason
    assert hand.view.viewport().cursor().shape() == Qt.CursorShape.CrossCursor
    hand.release(hand.port("lstm", "sequences"))
    assert hand.source("lstm", "sequences") == "conv"
    hand.undo_is_identity()


def test_a_loop_is_refused_with_the_forbidden_sign(hand: Wirer) -> None:
    hand.hold(hand.port("dense"), hand.port("conv", "inputs"))
    assert not hand.wire_in_hand.verdict.possible
    assert hand.view.viewport().cursor().shape() == Qt.CursorShape.ForbiddenCursor
    assert hand.view.emphasis.loop == {hand.nodes["conv"], hand.nodes["dense"]}
    hand.release(hand.port("conv", "inputs"))
    assert hand.said == ["This would close a loop."]
    assert hand.steps() == 0


def test_keras_is_asked_of_what_the_ports_allow(hand: Wirer, qtbot: QtBot) -> None:
    hand.shapes()
    hand.verdict = refusing("Dense needs a last axis that is known.")
    hand.hold(hand.port("conv"), hand.port("drop", "inputs"))
    gesture = hand.wire_in_hand
    assert gesture.verdict.fitting
    qtbot.waitUntil(lambda: not gesture.verdict.fitting)
    assert gesture.verdict.reason == "Dense needs a last axis that is known."
    assert hand.asked[0].graph.wires[f"{hand.nodes['drop']}:inputs"].source == hand.nodes["conv"]
    assert hand.project is hand.start
    # Known now: not asked again.
    hand.move(hand.card("drop"))
    hand.move(hand.port("drop", "inputs"))
    assert not gesture.verdict.fitting
    assert len(hand.asked) == 1
    hand.key(KEY.Key_Escape)


def test_an_answer_to_an_older_drawing_is_not_taken(hand: Wirer, qtbot: QtBot) -> None:
    answers: list[Answered] = []
    hand.view.supposing._ask = lambda _project, _nodes, answered: answers.append(answered)
    hand.hold(hand.port("conv"), hand.port("drop", "inputs"))
    qtbot.waitUntil(lambda: bool(answers))
    hand.key(KEY.Key_Escape)
    hand.store.apply(edits.rename_layer(hand.project, "l1", "picture"), "rename")
    answers[0](refusing("no")(hand.project, ()))
    hand.hold(hand.port("conv"), hand.port("drop", "inputs"))
    assert hand.wire_in_hand.verdict.fitting
    hand.key(KEY.Key_Escape)


def test_the_wire_that_will_go_is_red_and_replaced_in_the_same_step(hand: Wirer) -> None:
    hand.hold(hand.port("image"), hand.port("dense", "inputs"))
    assert hand.view.emphasis.doomed_wires == {f"{hand.nodes['dense']}:inputs"}
    assert "Replaces the wire from conv." in hand.wire_in_hand._remark()
    hand.release(hand.port("dense", "inputs"))
    assert hand.source("dense") == "image"
    assert not hand.view.emphasis.doomed_wires
    hand.undo_is_identity()


def test_the_same_wire_once_more_replaces_nothing(hand: Wirer) -> None:
    hand.hold(hand.port("conv"), hand.port("dense", "inputs"))
    assert not hand.view.emphasis.doomed_wires
    hand.release(hand.port("dense", "inputs"))
    assert hand.steps() == 0


# ---------------------------------------------------------------------- two tensors for one port


def test_a_second_tensor_can_be_joined_in_one_step(hand: Wirer) -> None:
    def verdict(project: Project, nodes: tuple[str, ...]) -> Supposed:
        (node,) = nodes
        layer = project.layers[project.graph.nodes[node].layer]
        if layer.class_name == "Add":
            return refusing("Add cannot join 28 × 28 × 1 and 26 × 26 × 32.")(project, nodes)
        return Supposed(0, {node: NodeInfo("ok", (TensorSpec((None, 26, 26, 33)),))})

    hand.verdict = verdict
    hand.drag(hand.port("image"), hand.port("dense", "inputs"))
    assert hand.source("dense") == "image"
    offer = hand.canvas.join_offer
    assert offer.isVisible()
    # What Keras accepts comes first, with the shape that comes out.
    assert [button.text() for button in offer.buttons] == [
        "Concatenate → 26 × 26 × 33",
        "Add shapes differ",
    ]
    assert [button.isEnabled() for button in offer.buttons] == [True, False]
    assert "cannot join" in offer.buttons[1].toolTip()
    hand.qtbot.mouseClick(offer.buttons[0], LEFT)
    (joined,) = hand.selection.nodes
    assert hand.name(joined) == "concatenate"
    wires = hand.project.graph.wires
    sources = [hand.name(wires[f"{joined}:inputs.{number}"].source) for number in (0, 1)]
    assert sources == ["conv", "image"]
    assert hand.source("dense") == "concatenate"
    assert not offer.isVisible()
    hand.undo_is_identity()


def test_the_offer_ends_with_whatever_is_done_next(hand: Wirer) -> None:
    offer = hand.canvas.join_offer
    hand.drag(hand.port("image"), hand.port("dense", "inputs"))
    assert offer.isVisible()
    hand.store.undo_stack.undo()
    assert not offer.isVisible()
    hand.drag(hand.port("image"), hand.port("dense", "inputs"))
    hand.press(hand.spot(100, 400))
    assert not offer.isVisible()
    hand.release(hand.spot(100, 400))
    hand.store.undo_stack.undo()
    hand.drag(hand.port("image"), hand.port("dense", "inputs"))
    offer.take_keys()
    hand.qtbot.keyClick(offer.buttons[0], KEY.Key_Escape)
    assert not offer.isVisible()
    assert hand.source("dense") == "image"


def test_a_port_for_many_tensors_is_not_joined_before(hand: Wirer) -> None:
    hand.bring("Add", "add", 520, 240)
    hand.drag(hand.port("conv"), hand.port("add", "inputs.0"))
    hand.drag(hand.port("image"), hand.port("add", "inputs.0"))
    assert hand.source("add", "inputs.0") == "image"
    assert not hand.canvas.join_offer.isVisible()


def test_where_joining_would_close_a_loop_it_is_not_offered(hand: Wirer) -> None:
    hand.drag(hand.port("dense", "inputs"), hand.spot(560, 400))  # takes the wire away
    hand.drag(hand.port("conv"), hand.port("dense", "inputs"))
    assert not hand.canvas.join_offer.isVisible()


# ---------------------------------------------------------------------- dropped on nothing


def test_a_wire_dropped_on_nothing_offers_what_follows_usually_first(hand: Wirer) -> None:
    hand.shapes()
    hand.drag(hand.port("conv"), hand.spot(300, 420))
    search = hand.canvas.search
    offered = [kind.class_name for kind in search._kinds]
    assert search.note.text() == "Layers that take H26 W26 C32"
    assert "LSTM" not in offered
    assert "Conv1D" not in offered
    assert offered.index("BatchNormalization") < 6
    assert offered.index("MaxPooling2D") < 12
    hand.qtbot.keyClicks(search.field, "maxpooling2d")
    hand.qtbot.keyClick(search.field, KEY.Key_Return)
    (node,) = hand.selection.nodes
    assert hand.project.graph.wires[f"{node}:inputs"].source == hand.nodes["conv"]
    x, y, _width, height = hand.canvas.model.nodes.rect(node)
    # The port lies where the wire was dropped.
    assert (x, y + height / 2) == (300, 420)
    hand.undo_is_identity()


def test_backwards_from_an_input_what_gives_such_a_tensor(hand: Wirer) -> None:
    hand.drag(hand.port("conv", "inputs"), hand.spot(200, 300))  # takes its wire away
    hand.drag(hand.port("conv", "inputs"), hand.spot(120, 400))
    search = hand.canvas.search
    offered = [kind.class_name for kind in search._kinds]
    assert search.note.text() == "Layers that give 4-D tensors"
    assert "Flatten" not in offered
    assert "Output" not in offered
    assert offered.index("Activation") < 8
    hand.qtbot.keyClicks(search.field, "input")
    hand.qtbot.keyClick(search.field, KEY.Key_Return)
    assert hand.source("conv") == "input"
    assert hand.steps() == 2


def test_what_is_placed_by_hand_is_told_for_its_first_argument(hand: Wirer) -> None:
    placed: list[str] = []
    hand.canvas.layer_placed.connect(placed.append)
    hand.drag(hand.port("conv"), hand.spot(300, 420))
    hand.qtbot.keyClicks(hand.canvas.search.field, "dense")
    hand.qtbot.keyClick(hand.canvas.search.field, KEY.Key_Return)
    assert placed == list(hand.selection.nodes)


# ---------------------------------------------------------------------- all wires of a port


def test_all_wires_of_an_output_move_together(hand: Wirer) -> None:
    hand.drag(hand.port("conv"), hand.port("drop", "inputs"))
    hand.hold(hand.port("conv"), hand.port("image"), keys=CTRL)
    keys = {f"{hand.nodes[name]}:inputs" for name in ("dense", "drop")}
    assert hand.view.emphasis.hidden_wires == keys
    hand.release(hand.port("image"))
    assert hand.source("dense") == hand.source("drop") == "image"
    assert hand.steps() == 2
    hand.hold(hand.port("image"), hand.port("dense"), keys=SHIFT)
    assert not hand.wire_in_hand.verdict.possible
    hand.release(hand.port("dense"))
    assert hand.steps() == 2
    hand.hold(hand.port("image"), hand.spot(400, 420), keys=CTRL)
    hand.release(hand.spot(400, 420))
    assert hand.steps() == 2
    assert not hand.canvas.search.isVisible()


# ---------------------------------------------------------------------- cutting


def stroke(hand: Wirer, button: Qt.MouseButton, keys: Qt.KeyboardModifier = NONE) -> None:
    above = hand.between("conv", "dense") + QPoint(-4, -70)
    below = hand.between("conv", "dense") + QPoint(4, 160)
    viewport = hand.view.viewport()
    hand.qtbot.mousePress(viewport, button, keys, above)
    for step in range(1, 6):
        hand.move(above + (below - above) * step / 5)


@pytest.mark.parametrize(("button", "keys"), [(RIGHT, CTRL), (LEFT, ALT), (LEFT, NONE)])
def test_a_stroke_cuts_the_wires_it_crosses(
    hand: Wirer, button: Qt.MouseButton, keys: Qt.KeyboardModifier
) -> None:
    if keys == NONE:
        hand.qtbot.keyPress(hand.view, KEY.Key_Y)
    stroke(hand, button, keys)
    cut = {f"{hand.nodes['dense']}:inputs"}
    assert hand.view.emphasis.doomed_wires == cut
    paint(hand)
    end = hand.between("conv", "dense") + QPoint(4, 160)
    hand.qtbot.mouseRelease(hand.view.viewport(), button, keys, end)
    if keys == NONE:
        hand.qtbot.keyRelease(hand.view, KEY.Key_Y)
    assert hand.wires() == set(hand.start.graph.wires) - cut
    assert not hand.view.emphasis.doomed_wires
    hand.undo_is_identity()


def test_escape_keeps_the_wires_and_a_stroke_through_nothing_is_no_step(hand: Wirer) -> None:
    stroke(hand, LEFT, ALT)
    hand.key(KEY.Key_Escape)
    assert hand.view.gesture is None
    assert hand.steps() == 0
    hand.drag(hand.spot(0, 380), hand.spot(200, 420), ALT)
    assert hand.steps() == 0


# ---------------------------------------------------------------------- into a wire, out of wires


def test_a_card_dropped_on_a_wire_pushes_its_neighbours_apart(hand: Wirer) -> None:
    hand.drag(hand.card("drop", dy=48), hand.between("conv", "dense"))
    nodes = hand.project.graph.nodes
    assert hand.source("drop") == "conv"
    assert hand.source("dense") == "drop"
    xs = [nodes[hand.nodes[name]].x for name in ("conv", "drop", "dense", "out")]
    assert xs == [260, 484, 708, 932]
    assert nodes[hand.nodes["drop"]].y == 0
    hand.undo_is_identity()


def test_shift_keeps_a_card_out_of_the_wire(hand: Wirer) -> None:
    target = hand.between("conv", "dense")
    hand.hold(hand.card("drop", dy=48), target)
    gesture = hand.view.gesture
    assert isinstance(gesture, MoveNodes)
    assert hand.view.emphasis.bright_wires
    gesture.moved(hand.view.to_scene(QPointF(target)), QPointF(target), SHIFT)
    assert not hand.view.emphasis.bright_wires
    hand.release(target, SHIFT)
    assert hand.source("dense") == "conv"


def test_a_card_that_does_not_suit_the_wire_turns_it_red_and_stays_beside(hand: Wirer) -> None:
    hand.bring("LSTM", "lstm", 520, 240)
    hand.shapes()
    key = f"{hand.nodes['dense']}:inputs"
    hand.hold(hand.card("lstm", dy=48), hand.between("conv", "dense"))
    assert hand.view.emphasis.doomed_wires == {key}
    assert not hand.view.emphasis.bright_wires
    gesture = hand.view.gesture
    assert isinstance(gesture, MoveNodes)
    assert "LSTM takes 3-D tensors" in gesture._hindrance
    paint(hand)
    hand.release(hand.between("conv", "dense"))
    assert hand.source("dense") == "conv"
    assert hand.source("lstm", "sequences") is None
    assert hand.steps() == 1  # moved


def test_keras_may_turn_the_wire_red(hand: Wirer, qtbot: QtBot) -> None:
    hand.verdict = refusing("dense would get 5 axes.")
    key = f"{hand.nodes['dense']}:inputs"
    hand.hold(hand.card("drop", dy=48), hand.between("conv", "dense"))
    assert hand.view.emphasis.bright_wires == {key}
    qtbot.waitUntil(lambda: hand.view.emphasis.doomed_wires == {key})
    wires = hand.asked[0].graph.wires
    assert wires[key].source == hand.nodes["drop"]
    hand.release(hand.between("conv", "dense"))
    assert hand.source("dense") == "conv"


def test_shaking_takes_a_card_out_of_its_wires(hand: Wirer) -> None:
    here = hand.card("conv")
    away, back = here + QPoint(70, 200), here + QPoint(-30, 210)
    hand.hold(here, away, back, away, back, hand.spot(500, 320))
    assert hand.view.emphasis.hidden_wires == {
        f"{hand.nodes[name]}:inputs" for name in ("conv", "dense")
    }
    paint(hand)
    hand.release(hand.spot(500, 320))
    assert hand.source("dense") == "image"
    assert hand.source("conv") is None
    assert not hand.view.emphasis.hidden_wires
    hand.undo_is_identity()


def test_a_card_shaken_out_can_go_into_another_wire_at_once(hand: Wirer) -> None:
    here = hand.card("conv", dy=48)
    away, back = here + QPoint(70, 200), here + QPoint(-30, 210)
    hand.hold(here, away, back, away, back, hand.between("dense", "out"))
    hand.release(hand.between("dense", "out"))
    assert [hand.source(name) for name in ("dense", "conv", "out")] == ["image", "dense", "conv"]
    assert hand.steps() == 1


def test_escape_puts_a_shaken_card_back_into_its_wires(hand: Wirer) -> None:
    here = hand.card("conv")
    away, back = here + QPoint(70, 200), here + QPoint(-30, 210)
    hand.hold(here, away, back, away, back)
    hand.key(KEY.Key_Escape)
    assert hand.steps() == 0
    assert not hand.view.emphasis.hidden_wires
    assert hand.canvas.model.nodes.rect(hand.nodes["conv"])[:2] == (260, 0)


def test_only_quick_turns_of_some_width_are_a_shake() -> None:
    def shaken(width: float, seconds: float) -> bool:
        shaking, now = Shaking(QPointF(0, 0)), 0.0
        for turn in range(6):
            for step in range(1, 5):
                now += seconds / 4
                x = width * step / 4
                if shaking.moved(QPointF(x if turn % 2 == 0 else width - x, 0), now):
                    return True
        return False

    assert shaken(60, 0.1)
    assert not shaken(60, 0.5)
    assert not shaken(6, 0.1)


def test_detaching_by_key_and_deleting_with_reconnection(hand: Wirer) -> None:
    hand.selection.select((hand.nodes["conv"],))
    hand.key(KEY.Key_D, ALT)
    assert hand.source("dense") == "image"
    assert hand.nodes["conv"] in hand.project.graph.nodes
    hand.undo_is_identity()
    hand.selection.select((hand.nodes["conv"],))
    hand.key(KEY.Key_Delete, CTRL)
    assert hand.source("dense") == "image"
    assert hand.nodes["conv"] not in hand.project.graph.nodes
    hand.undo_is_identity()


def test_after_w_a_click_anywhere_on_a_card_wires_it(hand: Wirer) -> None:
    hand.selection.select((hand.nodes["conv"],))
    hand.key(KEY.Key_W)
    hand.click(hand.card("drop", 88, 70))
    assert hand.source("drop") == "conv"
    assert hand.view.gesture is None
    hand.undo_is_identity()
    hand.selection.select((hand.nodes["conv"],))
    hand.key(KEY.Key_W)
    hand.click(hand.spot(900, 420))
    assert hand.view.gesture is None
    assert hand.steps() == 0


def test_the_key_maps_of_others_cut_and_reroute_too(hand: Wirer) -> None:
    hand.canvas.key_map.choose_scheme("blender")
    above, below = (hand.between("conv", "dense") + QPoint(0, dy) for dy in (-70, 90))
    viewport = hand.view.viewport()
    hand.qtbot.mousePress(viewport, RIGHT, SHIFT, above)
    for step in range(1, 6):
        hand.move(above + (below - above) * step / 5)
    paint(hand)
    hand.qtbot.mouseRelease(viewport, RIGHT, SHIFT, below)
    ((x, y),) = hand.points("dense")
    assert (x, y) == pytest.approx((478, 48), abs=0.6)
    hand.undo_is_identity()
    hand.drag(hand.card("conv"), hand.card("conv") + QPoint(0, 220), ALT)
    assert hand.source("dense") == "image"
    assert hand.source("conv") is None
    hand.undo_is_identity()
