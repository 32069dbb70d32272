"""What assistive technology gets: the canvas as a list of nodes, names, announcements."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot
from test_canvas import Hand

from kerasstudio.graph.edits import disconnect
from kerasstudio.graph.inspection import NodeInfo, TensorSpec
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.ui import theme
from kerasstudio.ui.announcer import done
from kerasstudio.ui.app import Studio
from kerasstudio.ui.canvas.accessible_canvas import AccessibleCanvas, accessible_canvas
from kerasstudio.ui.canvas.gestures.key_wire import KeyWire
from kerasstudio.ui.dialogs.cheat_sheet import CheatSheet
from kerasstudio.ui.dialogs.settings_dialog import SettingsDialog

TEXT, ROLE = QAccessible.Text, QAccessible.Role
PAGES = ("start", "data", "model", "train", "results")
PANELS = ("charts", "problems", "code", "history", "log")


@pytest.fixture
def hand(qtbot: QtBot, qapp: QApplication) -> Iterator[Hand]:
    theme.set_up(qapp, "dark")
    made = Hand(qtbot)
    QAccessible.setActive(True)
    yield made
    QAccessible.setActive(False)
    made.canvas.close()


def canvas_of(hand: Hand) -> AccessibleCanvas:
    found = accessible_canvas(hand.view)
    assert found is not None
    return found


def deeds(part: QAccessibleInterface) -> list[str]:
    actions = part.actionInterface()
    return list(actions.actionNames()) if actions is not None else []


def inside(part: QAccessibleInterface) -> list[QAccessibleInterface]:
    return [part.child(number) for number in range(part.childCount())]


# ------------------------------------------------------------------ the canvas


def test_the_canvas_is_a_list_of_nodes(hand: Hand) -> None:
    canvas = canvas_of(hand)
    assert canvas.role() == ROLE.List
    assert canvas.childCount() == 5
    names = [part.text(TEXT.Name) for part in inside(canvas)]
    assert names[:2] == ["image, Input", "conv, Conv2D"]
    conv = canvas.child(1)
    assert conv.role() == ROLE.ListItem
    assert conv.parent() is canvas
    assert canvas.indexOfChild(conv) == 1
    assert canvas.child(9) is None
    hand.feed.tell({hand.nodes["conv"]: NodeInfo("ok", (TensorSpec((None, 26, 26, 32)),), 320)})
    words = conv.text(TEXT.Description)
    for part in (
        "output (batch, height 26, width 26, channels 32)",
        "320 params",
        "fed by image",
        "feeds dense",
    ):
        assert part in words
    spot = hand.view.viewport().mapToGlobal(hand.card("conv"))
    assert canvas.childAt(spot.x(), spot.y()) is conv
    assert conv.rect().contains(spot)
    above = QAccessible.queryAccessibleInterface(hand.canvas)
    assert any(above.child(number) is canvas for number in range(above.childCount()))


def test_ports_wires_and_problems_are_inside(hand: Hand) -> None:
    dense = hand.nodes["dense"]
    key = f"{dense}:inputs"
    fix = Fix("insert Flatten", "insert_layer", {"wire": key, "class_name": "Flatten"})
    hand.feed.complain(
        Problem(
            "shape.rank",
            "dense wants flat values.",
            expected="2-D",
            received="4-D",
            place=Place(node=dense, wire=key),
            fixes=(fix,),
        )
    )
    node = canvas_of(hand).known_part(dense)
    assert node is not None
    assert node.state().invalid
    entry, output, problem = inside(node)
    assert entry.text(TEXT.Name).startswith("input inputs")
    assert output.text(TEXT.Name) == "output"
    (wire,) = inside(entry)
    assert wire.text(TEXT.Name) == "wire from conv to dense"
    assert problem.role() == ROLE.AlertMessage
    assert problem.text(TEXT.Name) == "error: dense wants flat values."
    assert problem.text(TEXT.Description) == "expected 2-D, received 4-D"
    assert deeds(problem) == ["insert Flatten"]
    problem.actionInterface().doAction("insert Flatten")
    classes = {layer.class_name for layer in hand.project.layers.values()}
    assert "Flatten" in classes
    hand.undo_is_identity()
    hand.feed.complain()
    assert [part.role() for part in inside(node)] == [ROLE.Grip, ROLE.Grip]
    assert not node.state().invalid


def test_what_a_part_cannot_do_it_does_not_promise(hand: Hand) -> None:
    """Qt asks each part for every interface; a wrong pointer there ends the program."""
    canvas = canvas_of(hand)
    node = canvas.child(1)
    wire = inside(inside(node)[0])[0]
    for part in (canvas, node, *inside(node), wire):
        for ask in ("value", "text", "editableText", "tableCell", "attributes"):
            assert getattr(part, f"{ask}Interface")() is None, ask
    assert node.selectionInterface() is None
    assert canvas.actionInterface() is None


def test_parts_can_be_acted_on(hand: Hand) -> None:
    canvas = canvas_of(hand)
    drop = canvas.known_part(hand.nodes["drop"])
    assert drop is not None
    assert {"Select", "Rename", "Duplicate", "Delete", "Draw a wire by keys"} <= set(deeds(drop))
    assert drop.actionInterface().keyBindingsForAction("Delete") == ["Del"]
    drop.actionInterface().doAction("Select")
    assert hand.selection.nodes == {hand.nodes["drop"]}
    assert drop.state().selected
    drop.setText(TEXT.Name, "dropped")
    assert hand.name(hand.nodes["drop"]) == "dropped"
    entry, output = inside(drop)
    entry.actionInterface().doAction("Draw a wire")
    gesture = hand.view.gesture
    assert isinstance(gesture, KeyWire)
    assert gesture.start.port == "inputs"
    hand.key(Qt.Key.Key_Escape)
    dense = canvas.known_part(hand.nodes["dense"])
    assert dense is not None
    (wire,) = inside(dense.child(0))
    wire.actionInterface().doAction("Remove")
    assert f"{hand.nodes['dense']}:inputs" not in hand.wires()
    drop.actionInterface().doAction("Delete")
    assert hand.nodes["drop"] not in hand.project.graph.nodes
    assert canvas.childCount() == 4
    assert canvas.known_part(hand.nodes["drop"]) is None
    assert output is not None


def test_a_segmented_control_is_a_group_of_choices(qtbot: QtBot, studio: Studio) -> None:
    studio.show_template("iris_mlp")
    pages = QAccessible.queryAccessibleInterface(studio.window.top_bar.pages)
    assert pages.role() == ROLE.Grouping
    assert pages.text(TEXT.Name) == "Page"
    names = [part.text(TEXT.Name) for part in inside(pages)]
    assert names == ["Data", "Model", "Train", "Results"]
    assert [bool(part.state().checked) for part in inside(pages)] == [False, True, False, False]
    pages.child(0).actionInterface().doAction("Press")
    assert studio.window.page == "data"
    assert pages.child(0).state().checked
    spot = pages.child(2).rect().center()
    assert pages.childAt(spot.x(), spot.y()) is pages.child(2)


def test_selection_and_focus_are_told(hand: Hand) -> None:
    canvas = canvas_of(hand)
    chosen = canvas.selectionInterface()
    image = canvas.child(0)
    assert chosen.select(image)
    assert hand.selection.nodes == {hand.nodes["image"]}
    chosen.selectAll()
    assert chosen.selectedItemCount() == 5
    assert chosen.selectedItems()[0] is image
    chosen.unselect(image)
    assert len(hand.selection.nodes) == 4
    chosen.clear()
    assert not hand.selection.nodes
    hand.view.activateWindow()
    hand.view.setFocus()
    hand.qtbot.waitUntil(hand.view.hasFocus)
    hand.selection.select([hand.nodes["image"]])
    hand.key(Qt.Key.Key_Right)
    focused = canvas.focusChild()
    assert focused is not None
    assert focused.text(TEXT.Name) == "conv, Conv2D"
    assert focused.state().focused
    assert canvas.text(TEXT.Description).startswith("conv, Conv2D")
    hand.view.put(QPointF(5000, 5000), QPointF(0, 0))
    assert focused.state().offscreen


def test_what_is_gone_is_let_go(hand: Hand) -> None:
    """Items of deleted nodes, of another document, of a canvas that is gone."""
    canvas = canvas_of(hand)
    parts = [part for node in inside(canvas) for part in (node, *inside(node))]
    assert len(parts) > 10
    hand.selection.select([hand.nodes["conv"]])
    hand.key(Qt.Key.Key_Delete)
    assert canvas.childCount() == 4
    hand.store.replace_document(hand.start)
    assert canvas.childCount() == 5
    hand.selection.select([hand.nodes["out"]])


# ------------------------------------------------------------------ names


def unnamed(window: QWidget) -> list[str]:
    """Visible controls that a screen reader has no name for, or that show only a sign and do not
    say on hovering what they do."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        what = f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        if isinstance(widget, QAbstractButton) and not any(map(str.isalnum, widget.text())):
            if not widget.accessibleName():
                found.append(f"no name: {what} {widget.text()!r}")
            if not widget.toolTip():
                found.append(f"no tool tip: {what} {widget.text()!r}")
        takes_keys = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
        if takes_keys and widget.focusProxy() is None:
            interface = QAccessible.queryAccessibleInterface(widget)
            if interface is not None and not interface.text(TEXT.Name):
                found.append(f"no accessible name: {what}")
    return found


def test_every_control_has_a_name(qtbot: QtBot, studio: Studio) -> None:
    studio.show_template("two_inputs_two_outputs")
    qtbot.waitUntil(lambda: studio.feed.summary is not None, timeout=10_000)
    project = studio.store.project
    studio.store.apply(disconnect(project, [list(project.graph.wires)[-1]]), "Remove wire")
    studio.selection.select([list(project.graph.nodes)[2]])
    found: dict[str, list[str]] = {}
    for page in PAGES:
        studio.window.show_page(page)
        qtbot.wait(60)
        found[page] = unnamed(studio.window)
    studio.commands.show_outline()
    studio.canvas.find()
    for panel in PANELS:
        studio.window.show_panel(panel)
        qtbot.wait(60)
        found[panel] = unnamed(studio.window)
    for page in ("general", "keys"):
        studio.commands.settings(page)
        dialog = studio.window.findChild(SettingsDialog)
        qtbot.waitUntil(dialog.isVisible)
        dialog.keys.change.record()
        found[f"settings {page}"] = unnamed(dialog)
        dialog.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    studio.commands.keys()
    sheet = studio.window.findChild(CheatSheet)
    found["keys"] = unnamed(sheet)
    sheet.close()
    assert {place: names for place, names in found.items() if names} == {}


# ------------------------------------------------------------------ announcements


def test_edits_are_announced_and_shown(qtbot: QtBot, studio: Studio) -> None:
    studio.show_template("iris_mlp")
    heard: list[str] = []
    tell = studio.announcer.tell
    studio.announcer.tell = lambda text, urgent=False: (heard.append(text), tell(text, urgent))  # type: ignore[method-assign,func-returns-value]
    node = list(studio.store.project.graph.nodes)[2]
    name = studio.canvas.editor.name(node)
    studio.selection.select([node])
    qtbot.keyClick(studio.canvas.view, Qt.Key.Key_Delete)
    assert heard[-1] == f"Deleted {name}"
    assert studio.window.status.message.text() == f"Deleted {name}"
    studio.window.actions_set.trigger("edit.undo")
    assert heard[-1] == f"Undone: Delete {name}"
    studio.window.actions_set.trigger("edit.redo")
    assert heard[-1] == f"Redone: Delete {name}"
    studio.window.actions_set.trigger("edit.undo")
    studio.selection.select([node])
    qtbot.keyClick(studio.canvas.view, Qt.Key.Key_W)
    assert heard[-1].startswith(f"Wire {name}")
    qtbot.keyClick(studio.canvas.view, Qt.Key.Key_Escape)
    assert studio.announcer.last == "No wire drawn."


def test_steps_are_told_in_the_past() -> None:
    assert done("Add Dense") == "Added Dense"
    assert done("Fix: insert Flatten") == "Fixed: insert Flatten"
    assert done("Set units to 40") == "Set units to 40"
    assert done("Undo") == "Undo"
    assert done("Frame 4 layers") == "Framed 4 layers"
    assert done("Pin conv") == "Pinned conv"
