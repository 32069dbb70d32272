"""Mends as buttons: reached by mouse and keyboard, shown as ghosts before they are taken."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot
from test_canvas import Hand

from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.ui.canvas import context_menu
from kerasstudio.ui.canvas.error_bubble import WIDTH
from kerasstudio.ui.canvas.hits import Hit
from kerasstudio.ui.widgets.fix_button import FixButton
from kerasstudio.ui.widgets.message_text import MessageText
from kerasstudio.ui.widgets.original_text import OriginalText
from kerasstudio.ui.widgets.problem_row import CheckRow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def hand(look: QApplication, qtbot: QtBot) -> Hand:
    return Hand(qtbot)


def complain(hand: Hand) -> tuple[str, tuple[Fix, ...]]:
    """A problem of the Dense with three mends, its bubble open."""
    dense = hand.nodes["dense"]
    layer = hand.project.graph.nodes[dense].layer
    wire = f"{dense}:inputs"
    fixes = (
        Fix("insert Flatten", "insert_layer", {"wire": wire, "class_name": "Flatten"}),
        Fix("set units", "set_argument", {"layer": layer, "name": "units", "value": 10}),
        Fix("remove the wire", "remove_wire", {"wire": wire}),
    )
    words = '"dense" (Dense) expects (batch, features), but "conv" gives something else.'
    hand.feed.complain(
        Problem("shape.rank", words, expected="(batch, features)", received="a map",
                place=Place(node=dense), fixes=fixes, detail="expected ndim=2, found ndim=4")
    )  # fmt: skip
    hand.selection.select({dense})
    return dense, fixes


def enter(button: FixButton) -> None:
    at = QPointF(4, 4)
    QApplication.sendEvent(button, QEnterEvent(at, at, at))


def leave(button: FixButton) -> None:
    QApplication.sendEvent(button, QEvent(QEvent.Type.Leave))


def test_pointing_at_a_mend_shows_it_and_changes_nothing(hand: Hand) -> None:
    dense, _fixes = complain(hand)
    before = hand.project
    flatten, units, remove = hand.canvas.bubble.buttons
    ghosts = hand.view.ghosts
    enter(flatten)
    assert [ghost.title for ghost in ghosts.preview.ghosts] == ["Flatten"]
    leave(flatten)
    assert not ghosts.preview
    enter(units)
    assert ghosts.preview.notes == {dense: ("units 64 → 10",)}
    leave(units)
    enter(remove)
    assert ghosts.preview.removed_wires == (f"{dense}:inputs",)
    assert hand.view.viewport().grab().width() > 0, "ghosts are painted"
    leave(remove)
    assert hand.project is before
    assert hand.steps() == 0


def test_taking_a_mend_is_one_step_and_takes_the_ghosts_away(hand: Hand) -> None:
    dense, _fixes = complain(hand)
    flatten = hand.canvas.bubble.buttons[0]
    enter(flatten)
    hand.qtbot.mouseClick(flatten, Qt.MouseButton.LeftButton)
    assert hand.steps() == 1
    assert not hand.view.ghosts.preview
    source = hand.project.graph.wires[f"{dense}:inputs"].source
    assert hand.project.layers[hand.project.graph.nodes[source].layer].class_name == "Flatten"


def test_mends_are_reached_by_keys(hand: Hand) -> None:
    dense, _fixes = complain(hand)
    hand.canvas.activateWindow()
    hand.canvas.mend()
    _flatten, units, _remove = hand.canvas.bubble.buttons
    assert [ghost.title for ghost in hand.view.ghosts.preview.ghosts] == ["Flatten"]
    hand.qtbot.keyClick(hand.canvas.bubble.buttons[0], Qt.Key.Key_Right)
    assert units.hasFocus()
    assert hand.view.ghosts.preview.notes
    hand.qtbot.keyClick(units, Qt.Key.Key_Escape)
    assert hand.view.hasFocus()
    assert not hand.view.ghosts.preview
    hand.canvas.mend()
    hand.qtbot.keyClick(hand.canvas.bubble.buttons[0], Qt.Key.Key_Right)
    hand.qtbot.keyClick(units, Qt.Key.Key_Return)
    layer = hand.project.graph.nodes[dense].layer
    assert hand.project.layers[layer].arguments["units"] == 10
    assert hand.steps() == 1


def test_mends_in_the_menu_are_shown_too(hand: Hand) -> None:
    dense, _fixes = complain(hand)
    menu = QMenu(hand.canvas)
    context_menu.fill(menu, hand.canvas, Hit(node=dense), QPointF())
    flatten = menu.actions()[0]
    assert flatten.text() == "Insert Flatten"
    menu.hovered.emit(flatten)
    assert [ghost.title for ghost in hand.view.ghosts.preview.ghosts] == ["Flatten"]
    rename = next(each for each in menu.actions() if each.text().startswith("Rename"))
    menu.hovered.emit(rename)
    assert not hand.view.ghosts.preview
    menu.hovered.emit(flatten)
    menu.aboutToHide.emit()
    assert not hand.view.ghosts.preview
    flatten.trigger()
    assert hand.steps() == 1


def test_where_there_is_nothing_to_mend_it_says_so(hand: Hand) -> None:
    hand.selection.select({hand.nodes["conv"]})
    hand.canvas.mend()
    assert hand.canvas.saying.isVisible()
    assert "Nothing to mend" in hand.canvas.saying.text()


def test_keras_own_words_are_one_click_away(hand: Hand) -> None:
    complain(hand)
    bubble = hand.canvas.bubble
    (original,) = bubble.findChildren(OriginalText)
    assert original.text.isHidden()
    height = bubble.height()
    hand.qtbot.mouseClick(original.button, Qt.MouseButton.LeftButton)
    assert original.text.text() == "expected ndim=2, found ndim=4"
    assert original.text.isVisible()
    assert bubble.height() > height
    assert bubble.width() == WIDTH


def test_what_the_message_says_is_not_said_again(hand: Hand) -> None:
    complain(hand)
    told = [each.text() for each in hand.canvas.bubble.findChildren(MessageText)]
    assert len(told) == 1
    from kerasstudio.ui.widgets.labels import TextBlock

    blocks = [each.text() for each in hand.canvas.bubble.findChildren(TextBlock)]
    assert "received a map" in blocks
    assert not any("expected (batch" in each for each in blocks)


def test_a_mend_that_no_longer_fits_shows_no_ghost(hand: Hand) -> None:
    hand.canvas.preview_fix(
        Fix("", "insert_layer", {"wire": "n99:inputs", "class_name": "Flatten"})
    )
    assert not hand.view.ghosts.preview


def test_settings_are_shown_where_no_card_is(hand: Hand) -> None:
    hand.canvas.preview_fix(Fix("", "set_training", {"field": "batch_size", "value": 8}))
    assert hand.view.ghosts.preview.settings == ("batch_size 32 → 8",)
    assert hand.view.viewport().grab().width() > 0


def test_a_long_label_goes_on_in_the_next_line(hand: Hand) -> None:
    words = "insert something with a very long name " * 3
    row = CheckRow("error", "Wrong.", fixes=(Fix(words, "remove_wire", {}),))
    hand.qtbot.addWidget(row)
    row.resize(240, 300)
    row.show()
    (button,) = row.buttons
    line = button.fontMetrics().height()
    assert button.width() <= 240
    assert button.height() >= 3 * line
    assert row.minimumSizeHint().width() < 240
    row.resize(900, 300)
    hand.qtbot.waitUntil(lambda: button.height() < 2 * line)
    assert "very long name" in button.toolTip()
