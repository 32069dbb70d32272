"""Overlays of the canvas: heat, marks of changes, legend, tool tips, and how wires look."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot
from test_canvas import Hand

from kerasstudio.graph import edits
from kerasstudio.graph.inspection import NodeInfo, TensorSpec
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.hits import Hit
from kerasstudio.ui.canvas.tool_tips import tool_tip
from kerasstudio.ui.canvas.wire_styles import (
    COLOR_COUNT,
    DASHED,
    ERROR_COLOR,
    UNKNOWN_COLOR,
    tensor_style,
    wire_dashes,
    wire_width,
)

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

IMAGE = TensorSpec((None, 28, 28, 1))
MAP = TensorSpec((None, 26, 26, 8))
ROW = TensorSpec((None, 10))


@pytest.fixture
def hand(look: QApplication, qtbot: QtBot) -> Hand:
    hand = Hand(qtbot)
    hand.feed.tell(
        {
            hand.nodes["image"]: NodeInfo("ok", (IMAGE,), multiply_adds=0, activation_bytes=3136),
            hand.nodes["conv"]: NodeInfo("ok", (MAP,), 80, 80, 48_672, 21_632),
            hand.nodes["dense"]: NodeInfo("ok", (ROW,), 54_090, 54_090, 54_080, 40),
            hand.nodes["out"]: NodeInfo("ok", (ROW,), multiply_adds=0, activation_bytes=0),
        }
    )
    return hand


def picture(hand: Hand) -> QImage:
    return hand.view.viewport().grab().toImage()


def rim(hand: Hand, name: str) -> int | None:
    """The level whose colour is seen a few pixels left of a card (its shadow dims it a little);
    None for a colour that is no level's."""
    seen = picture(hand).pixelColor(hand.card(name, -3, 20))
    apart = [
        abs(seen.red() - color.red())
        + abs(seen.green() - color.green())
        + abs(seen.blue() - color.blue())
        for color in map(QColor, theme.tokens().heat)
    ]
    best = int(np.argmin(apart))
    return best if apart[best] < 60 else None


def test_heat_colours_rims_by_the_measure(hand: Hand) -> None:
    lens, heat = hand.canvas.lens, hand.view.painter.heat
    assert rim(hand, "dense") is None
    lens.show_parameters()
    colors = theme.tokens().heat
    assert heat.level(hand.nodes["dense"]) == len(colors) - 1
    assert heat.level(hand.nodes["conv"]) == 0
    assert heat.level(hand.nodes["image"]) == -1, "an Input has no parameters"
    assert heat.level(hand.nodes["drop"]) == -1, "nothing is known of it"
    assert rim(hand, "dense") == len(colors) - 1
    assert rim(hand, "conv") == 0
    lens.show_nothing()
    assert rim(hand, "dense") is None


def test_the_scale_tells_its_ends(hand: Hand) -> None:
    lens = hand.canvas.lens
    assert not lens.scale.isVisible()
    lens.show_memory()
    assert lens.scale.isVisible()
    assert "from 1.3 kB to 692 kB" in lens.scale.words
    assert "at batch size 32" in lens.scale.words
    assert "1 layer not known" in lens.scale.words
    hand.store.apply(edits.set_training(hand.project, batch_size=64), "Batch size")
    hand.qtbot.waitUntil(lambda: "to 1.4 MB" in lens.scale.words)
    assert hand.canvas.model.face(hand.nodes["conv"]).count == "1.4 MB"


def test_cards_show_the_number_of_the_overlay(hand: Hand) -> None:
    lens, model = hand.canvas.lens, hand.canvas.model
    conv = hand.nodes["conv"]
    assert model.face(conv).count == "80 params"
    seen = []
    for _ in range(4):
        lens.next_measure()
        seen.append((lens.measure, model.face(conv).count))
    assert seen == [
        ("parameters", "80 params"),
        ("multiply_adds", "48.7 k ×+"),
        ("memory", "692 kB"),
        (None, "80 params"),
    ]


def test_heat_follows_edits_and_loads(hand: Hand) -> None:
    lens, heat = hand.canvas.lens, hand.view.painter.heat
    lens.show_parameters()
    hand.canvas.select_all()
    QTest.keyClick(hand.view, Qt.Key.Key_Delete)
    assert picture(hand).width() > 0
    hand.store.undo_stack.undo()
    assert heat.level(hand.nodes["dense"]) > 0
    hand.store.replace_document(hand.start)
    assert lens.measure == "parameters"
    assert hand.canvas.model.look.measure == "parameters"
    assert heat.level(hand.nodes["dense"]) > 0


def test_heat_is_seen_from_far_away(hand: Hand) -> None:
    hand.canvas.lens.show_parameters()
    hand.view.set_zoom(0.3)
    color = picture(hand).pixelColor(hand.card("dense")).name()
    assert color == QColor(theme.tokens().heat[-1]).name()


def test_heat_levels_of_many_cards_are_one_array(hand: Hand) -> None:
    hand.canvas.lens.show_parameters()
    levels = hand.view.painter.heat._current()
    assert isinstance(levels, np.ndarray)
    assert len(levels) == len(hand.canvas.model.nodes.rects)


def test_equal_values_are_all_the_highest(hand: Hand) -> None:
    hand.feed.tell({hand.nodes["conv"]: NodeInfo("ok", (MAP,), 7, 7)})
    hand.canvas.lens.show_parameters()
    assert hand.view.painter.heat.level(hand.nodes["conv"]) == len(theme.tokens().heat) - 1


def test_the_ramp_gets_steadily_lighter_or_darker() -> None:
    """Readable without any colour at all."""

    def lightness(color: str) -> float:
        tone = QColor(color)
        return 0.2126 * tone.redF() + 0.7152 * tone.greenF() + 0.0722 * tone.blueF()

    for look in theme.LOOKS.values():
        steps = np.diff([lightness(color) for color in look.heat])
        assert (steps > 0).all() or (steps < 0).all()


def test_changed_cards_are_marked(hand: Hand) -> None:
    model = hand.canvas.model
    conv = hand.nodes["conv"]
    before = picture(hand)
    hand.canvas.lens.set_changed({conv})
    assert model.face(conv).changed
    assert not model.face(hand.nodes["dense"]).changed
    after = picture(hand)
    x = hand.card("conv", 162, 14)
    assert before.pixelColor(x) != after.pixelColor(x), "a dot in the title"
    hand.canvas.lens.set_changed(())
    assert not model.face(conv).changed


def test_the_legend_comes_and_goes(hand: Hand) -> None:
    lens = hand.canvas.lens
    assert not lens.legend.isVisible()
    hand.qtbot.mouseClick(lens.button, Qt.MouseButton.LeftButton)
    assert lens.legend.isVisible()
    words = lens.legend.accessibleDescription()
    for needed in ("channels", "whole numbers", "changed since the last training", "does not fit"):
        assert needed in words
    assert lens.legend.grab().width() > 0
    hand.qtbot.mouseClick(lens.legend, Qt.MouseButton.LeftButton)
    assert not lens.legend.isVisible()


def test_the_legend_fits_into_a_small_canvas(hand: Hand) -> None:
    legend = hand.canvas.lens.legend
    hand.canvas.resize(900, 700)
    high, narrow = legend.height(), legend.width()
    hand.canvas.resize(900, 300)
    assert legend.height() < 270 < high
    assert legend.width() > narrow
    assert legend.y() >= 0
    assert sum(map(len, legend._split())) == len(legend._rows())
    assert all(rows[-1][0] != "title" for rows in legend._split())
    assert legend.grab().height() == legend.height()


def test_the_hint_leaves_room_for_the_overview(hand: Hand) -> None:
    canvas = hand.canvas
    canvas.minimap.show()
    canvas.resize(1600, 700)
    assert "Tab add layer" in canvas.hint.text()
    canvas.resize(420, 700)
    assert canvas.hint.text().startswith("5 nodes")
    assert canvas.hint.geometry().right() < canvas.minimap.x()
    shorter = canvas.hint.text()
    canvas.toggle_minimap()
    assert len(canvas.hint.text()) > len(shorter)


def test_what_is_off_is_not_unknown(hand: Hand) -> None:
    hand.canvas.lens.show_parameters()
    hand.qtbot.waitUntil(lambda: "1 layer not known" in hand.canvas.lens.scale.words)
    drop = hand.nodes["drop"]
    hand.store.apply(edits.set_mode(hand.project, [drop], "muted"), "Mute")
    hand.qtbot.waitUntil(lambda: "not known" not in hand.canvas.lens.scale.words)
    assert hand.view.painter.heat.level(drop) == -1


def test_wires_differ_in_more_than_colour() -> None:
    styles = {
        (rank, dtype): tensor_style(TensorSpec((None,) * rank, dtype))
        for rank in range(1, 7)
        for dtype in ("float32", "int64", "string", "bool")
    }
    assert len(set(styles.values())) == 24
    assert max(styles.values()) < UNKNOWN_COLOR < ERROR_COLOR < COLOR_COUNT
    widths = [wire_width(styles[rank, "float32"]) for rank in range(2, 7)]
    assert widths == sorted(set(widths)), "more axes, broader"
    dashes = [wire_dashes(styles[3, dtype]) for dtype in ("float32", "int64", "string", "bool")]
    assert dashes[0] == []
    assert len({tuple(each) for each in dashes}) == 4
    assert wire_dashes(ERROR_COLOR)
    assert tensor_style(None) == UNKNOWN_COLOR
    assert tensor_style(TensorSpec((None,) * 9)) == tensor_style(TensorSpec((None,) * 6))
    assert not DASHED[styles[4, "float32"]]
    assert DASHED[styles[2, "int64"]]


def test_shapes_have_letters_on_cards_and_words_in_tool_tips(hand: Hand) -> None:
    model = hand.canvas.model
    assert model.face(hand.nodes["conv"]).shape == "H26 W26 C8"
    tip = tool_tip(model, Hit("card", hand.nodes["conv"]))
    for words in (
        "(batch, height 26, width 26, channels 8)",
        "80 parameters",
        "48.7 k multiply-adds",
    ):
        assert words in tip
    wire = f"{hand.nodes['conv']}:inputs"
    tip = tool_tip(model, Hit("wire", wire=wire))
    assert "image → conv" in tip
    assert "(batch, height 28, width 28, channels 1), decimals (float32)" in tip
    assert tool_tip(model, Hit()) == ""


def test_tool_tips_appear_over_the_canvas(hand: Hand) -> None:
    at = hand.card("conv")
    viewport = hand.view.viewport()
    event = QHelpEvent(QHelpEvent.Type.ToolTip, at, viewport.mapToGlobal(at))
    QApplication.sendEvent(viewport, event)
    assert "conv (Conv2D)" in QToolTip.text()
    empty = QPoint(4, 4)
    QApplication.sendEvent(
        viewport, QHelpEvent(QHelpEvent.Type.ToolTip, empty, viewport.mapToGlobal(empty))
    )
    QToolTip.hideText()


def test_port_tool_tips(hand: Hand) -> None:
    model = hand.canvas.model
    from kerasstudio.ui.canvas.wiring_rules import End

    conv, drop = hand.nodes["conv"], hand.nodes["drop"]
    assert "conv: output" in tool_tip(model, Hit("port", conv, End(conv, 0)))
    assert "channels 1" in tool_tip(model, Hit("port", conv, End(conv, 0, "inputs")))
    assert "must be wired" in tool_tip(model, Hit("port", drop, End(drop, 0, "inputs")))
