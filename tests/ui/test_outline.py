"""The Outline: a tree that follows the drawing, selects with it, and edits it."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from kerasstudio.graph import edits
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire
from kerasstudio.graph.templates import project_from
from kerasstudio.ui.app import Studio
from kerasstudio.ui.outline.branch import runs
from kerasstudio.ui.outline.outline import Outline

# The offscreen platform has neither window order nor a keyboard to grab.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

NAME, TYPE, OUTPUT, PARAMETERS, PROBLEMS = range(5)


@pytest.fixture
def outline(qtbot: QtBot, studio: Studio) -> Outline:
    studio.show_template("two_inputs_two_outputs")
    studio.commands.show_outline()
    found = studio.side_panel.show_tab("outline")
    assert isinstance(found, Outline)
    QAbstractItemModelTester(
        found.model, QAbstractItemModelTester.FailureReportingMode.Fatal, found
    )
    studio.window.activateWindow()
    qtbot.waitUntil(studio.window.isActiveWindow)
    found.tree.setFocus()
    qtbot.waitUntil(found.tree.hasFocus)
    return found


def names(outline: Outline, parent: QModelIndex | None = None) -> list[str]:
    model, parent = outline.model, parent or QModelIndex()
    return [model.index(row, NAME, parent).data() for row in range(model.rowCount(parent))]


def row(outline: Outline, name: str) -> QModelIndex:
    return next(index for index in outline.tree.all_rows() if index.data() == name)


def nested() -> Project:
    """x → block (inside → dense → result) → y."""
    layers = [
        Layer("l1", "InputLayer", "x", arguments={"shape": [4]}),
        Layer("l2", "Functional", "block", graph="g2"),
        Layer("l3", "Output", "y", module="kerasstudio"),
        Layer("l4", "InputLayer", "inside", arguments={"shape": [4]}),
        Layer("l5", "Dense", "dense", arguments={"units": 2}),
        Layer("l6", "Output", "result", module="kerasstudio"),
    ]

    def graph(key: str, first: int, port: str) -> Graph:
        nodes = {f"n{n}": Node(f"n{n}", f"l{n}", x=200.0 * n) for n in range(first, first + 3)}
        wires = [
            Wire(f"n{first}", f"n{first + 1}", port),
            Wire(f"n{first + 1}", f"n{first + 2}", "inputs"),
        ]
        return Graph(key, nodes=nodes, wires={wire.key: wire for wire in wires})

    return Project(
        layers={layer.id: layer for layer in layers},
        graphs={"main": graph("main", 1, "inputs"), "g2": graph("g2", 4, "inputs")},
        serial=20,
    )


def test_rows_stand_in_the_order_of_reading(outline: Outline) -> None:
    shown = names(outline)
    assert shown[:2] == ["minerals", "phenols"]
    for before, after in (
        ("minerals", "minerals_dense"),
        ("minerals_dense", "concatenate"),
        ("concatenate", "together"),
        ("together", "alcohol"),
        ("cultivar_scores", "cultivar"),
    ):
        assert shown.index(before) < shown.index(after)
    index = row(outline, "minerals")
    assert index.siblingAtColumn(TYPE).data() == "Input"
    assert outline.model.columnCount() == 5


def test_columns_follow_keras_and_problems(qtbot: QtBot, studio: Studio, outline: Outline) -> None:
    node = outline.model.key(row(outline, "together"))
    qtbot.waitUntil(lambda: node in studio.feed.inspection.nodes, timeout=10_000)
    info = studio.feed.inspection.nodes[node]
    index = row(outline, "together")
    if info.status == "ok":
        assert index.siblingAtColumn(OUTPUT).data()
    wire = next(key for key in studio.store.project.graph.wires if key.startswith(f"{node}:"))
    studio.store.apply(edits.disconnect(studio.store.project, [wire]), "Remove wire")
    qtbot.waitUntil(
        lambda: "error" in str(row(outline, "together").siblingAtColumn(PROBLEMS).data())
    )
    assert row(outline, "together").data(Qt.ItemDataRole.ToolTipRole)


def test_the_selection_is_one(studio: Studio, outline: Outline) -> None:
    tree = outline.tree
    tree.setCurrentIndex(row(outline, "together"))
    together = outline.model.key(row(outline, "together"))
    assert studio.selection.nodes == {together}
    tree.selectAll()
    assert studio.selection.nodes == studio.store.project.graph.nodes.keys()
    studio.selection.select([together])
    (chosen,) = tree.selectionModel().selectedRows()
    assert chosen.data() == "together"
    assert tree.currentIndex().data() == "together"
    studio.selection.clear()
    assert not tree.selectionModel().selectedRows()
    studio.selection.select(studio.store.project.graph.nodes)
    assert len(tree.selectionModel().selectedRows()) == len(studio.store.project.graph.nodes)


def test_it_does_what_the_canvas_does(qtbot: QtBot, studio: Studio, outline: Outline) -> None:
    tree, store = outline.tree, studio.store
    tree.setCurrentIndex(row(outline, "together"))
    qtbot.keyClick(tree, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert "together_1" in names(outline)
    (chosen,) = tree.selectionModel().selectedRows()
    assert chosen.data() == "together_1", "the copy is selected in both"
    qtbot.keyClick(tree, Qt.Key.Key_Delete)
    assert "together_1" not in names(outline)
    assert store.undo_stack.index() == 2
    # Letters look for names here; they never delete.
    tree.setCurrentIndex(row(outline, "concatenate"))
    qtbot.keyClick(tree, Qt.Key.Key_X)
    assert store.undo_stack.index() == 2
    tree.setCurrentIndex(row(outline, "minerals_normalized"))
    qtbot.keyClick(tree, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    shown = names(outline)
    assert shown.index("minerals_dense") < shown.index("minerals_normalized")
    assert outline.tree.currentIndex().data() == "minerals_normalized"
    studio.selection.select(
        [outline.model.key(row(outline, name)) for name in ("minerals_dense", "concatenate")]
    )
    qtbot.keyClick(tree, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert "concatenate" not in names(outline)
    while store.undo_stack.canUndo():
        store.undo_stack.undo()
    assert store.project == project_from("two_inputs_two_outputs")
    assert len(names(outline)) == len(store.project.graph.nodes)


def test_rename_in_the_tree(qtbot: QtBot, studio: Studio, outline: Outline) -> None:
    tree = outline.tree
    tree.setCurrentIndex(row(outline, "together"))
    qtbot.keyClick(tree, Qt.Key.Key_F2)
    editor = tree.indexWidget(tree.currentIndex()) or tree.viewport().focusWidget()
    assert editor is not None
    editor.clear()
    qtbot.keyClicks(editor, "joined")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "joined" in names(outline))
    assert tree.hasFocus(), "the keyboard is back in the tree"
    refused: list[object] = []
    outline.refused.connect(refused.append)
    index = row(outline, "joined")
    assert not outline.model.setData(index, "concatenate")
    assert "concatenate" in str(refused[0])
    assert "joined" in names(outline)


def test_finding_in_the_tree(qtbot: QtBot, studio: Studio, outline: Outline) -> None:
    qtbot.keyClick(outline.tree, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert outline.field.hasFocus()
    qtbot.keyClicks(outline.field, "dense")
    first = outline.tree.currentIndex().data()
    assert "dense" in first
    qtbot.keyClick(outline.field, Qt.Key.Key_Return)
    second = outline.tree.currentIndex().data()
    assert first != second
    qtbot.keyClick(outline.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert outline.tree.currentIndex().data() == first
    qtbot.keyClick(outline.field, Qt.Key.Key_Escape)
    assert outline.tree.hasFocus()
    qtbot.keyClick(outline.tree, Qt.Key.Key_F3)
    assert outline.tree.currentIndex().data() == second


def test_the_menu_offers_what_the_canvas_offers(studio: Studio, outline: Outline) -> None:
    outline.tree.setCurrentIndex(row(outline, "together"))
    outline.show_menu(outline.mapToGlobal(outline.rect().center()))
    menu = outline.findChild(QMenu)
    texts = {action.text() for action in menu.actions()}
    assert {"Rename", "Duplicate", "Delete", "Draw a wire by keys", "Take out of its wires"} <= (
        texts
    )
    next(action for action in menu.actions() if action.text() == "Duplicate").trigger()
    assert "together_1" in names(outline)
    menu.hide()


def test_blocks_are_branches(qtbot: QtBot, studio: Studio, outline: Outline) -> None:
    studio.documents.new(nested())
    assert names(outline) == ["x", "block", "y"]
    block = row(outline, "block")
    assert outline.model.hasChildren(block)
    assert names(outline, block) == ["inside", "dense", "result"]
    assert not outline.model.hasChildren(row(outline, "x"))
    # A row inside shows the inside of the block, and selects there.
    outline.tree.setCurrentIndex(row(outline, "dense"))
    assert studio.selection.graph == "g2"
    assert studio.selection.nodes == {"n5"}
    studio.selection.show_graph("main")
    studio.selection.select(["n2"])
    assert outline.tree.currentIndex().data() == "block"
    # Edits inside are followed inside.
    studio.store.apply(edits.delete_nodes(studio.store.project, ["n5"], "g2"), "Delete dense")
    assert names(outline, row(outline, "block")) == ["inside", "result"]
    studio.store.apply(edits.delete_nodes(studio.store.project, ["n2"]), "Delete block")
    assert names(outline) == ["x", "y"]
    studio.store.undo_stack.undo()
    studio.store.undo_stack.undo()
    assert names(outline, row(outline, "block")) == ["inside", "dense", "result"]


def test_frames_and_notes_are_rows(studio: Studio, outline: Outline) -> None:
    project = studio.store.project
    nodes = list(project.graph.nodes.values())
    x, y = nodes[0].x, nodes[0].y
    project, made = edits.add_frame(project, "first steps", x - 10, y - 10, 240, 140)
    project, _note = edits.add_note(project, "Remember\nthe wine", 0, 900)
    studio.store.apply(project, "Add frame and note")
    assert names(outline)[-2:] == ["first steps", "Remember"]
    frame = row(outline, "first steps")
    assert frame.siblingAtColumn(TYPE).data() == "Frame"
    outline.tree.setCurrentIndex(frame)
    assert studio.selection.decorations == {made}
    assert not studio.selection.nodes
    assert outline.model.setData(frame, "beginning")
    assert names(outline)[-2] == "beginning"
    assert not outline.model.flags(row(outline, "Remember")) & Qt.ItemFlag.ItemIsEditable


def test_the_outline_does_with_frames_and_notes_what_the_canvas_does(
    studio: Studio, outline: Outline, qtbot: QtBot
) -> None:
    project = studio.store.project
    project, frame = edits.add_frame(project, "first steps", -10, -10, 240, 140)
    project, note = edits.add_note(project, "Remember", 0, 900)
    studio.store.apply(project, "Add frame and note")
    studio.selection.select((), (), (note,))
    assert outline.tree.currentIndex().data() == "Remember"
    outline.actions_set.run("edit.rename")
    editor = studio.canvas.decorating.editor
    assert editor.note == note
    editor.field.setPlainText("Remember more")
    editor.take()
    assert names(outline)[-1] == "Remember more"
    outline.tree.setCurrentIndex(row(outline, "first steps"))
    outline.show_menu(outline.tree.mapToGlobal(outline.tree.rect().center()))
    menu = next(each for each in outline.findChildren(QMenu) if each.isVisible())
    texts = {action.text(): action for action in menu.actions()}
    assert "Colour" in texts
    texts["Select what lies in it"].trigger()
    menu.close()
    outline.tree.setCurrentIndex(row(outline, "first steps"))
    outline.actions_set.run("edit.delete")
    assert frame not in studio.store.project.graph.frames
    assert len(studio.store.project.graph.nodes) == len(project.graph.nodes)


def test_any_edits_leave_the_rows_right(studio: Studio, outline: Outline) -> None:
    """The rows after each edit, undo and redo are those of a tree made anew; Qt's model tester
    watches every signal."""
    chance = random.Random(3)
    store, stack = studio.store, studio.store.undo_stack
    dense = studio.catalogue.named("Dense")
    assert dense is not None
    for _step in range(60):
        project, nodes = store.project, list(store.project.graph.nodes)
        kind = chance.randrange(6)
        if kind == 0 and len(nodes) > 4:
            project = edits.delete_nodes(project, chance.sample(nodes, 2))
        elif kind == 1:
            sources = [
                node.id
                for node in project.graph.nodes.values()
                if not project.layers[node.layer].is_output
            ]
            project, _node = edits.add_connected(
                project, dense, studio.catalogue, source=(chance.choice(sources), 0)
            )
        elif kind == 2 and project.graph.wires:
            project = edits.disconnect(project, chance.sample(list(project.graph.wires), 1))
        elif kind == 3:
            project, _made = edits.duplicate(project, chance.sample(nodes, 2), "main", 9.0, 9.0)
        elif kind == 4 and stack.canUndo():
            stack.undo()
            continue
        else:
            layer = project.graph.nodes[chance.choice(nodes)].layer
            project = edits.rename_layer(project, layer, f"name_{_step}")
        store.apply(project, "edit")
        assert sorted(names(outline)) == sorted(
            store.project.layers[node.layer].name for node in store.project.graph.nodes.values()
        )
        position = {name: place for place, name in enumerate(names(outline))}
        for wire in store.project.graph.wires.values():
            source, target = (
                store.project.layers[store.project.graph.nodes[node].layer].name
                for node in (wire.source, wire.target)
            )
            assert position[source] < position[target]


def test_stretches_of_rows() -> None:
    assert list(runs([])) == []
    assert list(runs([1, 2, 3, 7, 9, 10])) == [(9, 10), (7, 7), (1, 3)]
