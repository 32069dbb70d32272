"""The Code pane: live, linked with the drawing both ways, below or beside it."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from kerasstudio.graph import edits
from kerasstudio.graph.project import Project
from kerasstudio.graph.sketch import Sketch
from kerasstudio.graph.templates import project_from
from kerasstudio.ui.app import Studio
from kerasstudio.ui.code.code_pane import CodePane
from kerasstudio.ui.code.code_view import CodeView


@pytest.fixture
def coded(qtbot: QtBot, studio: Studio) -> Studio:
    """The studio with a model of two branches, its code shown below."""
    studio.documents.new(project_from("residual_cnn"), "residual")
    studio.show_code()
    wait_for_code(qtbot, studio)
    return studio


def wait_for_code(qtbot: QtBot, studio: Studio) -> None:
    qtbot.waitUntil(lambda: studio.code_feed.is_current and pane(studio).view.is_filled)


def pane(studio: Studio) -> CodePane:
    return studio.code_places().pane


def node_of(project: Project, name: str) -> str:
    (found,) = (
        key for key, node in project.graph.nodes.items() if project.layers[node.layer].name == name
    )
    return found


def line_of(view: CodeView, words: str) -> int:
    (found,) = (n for n, line in enumerate(view.toPlainText().split("\n")) if words in line)
    return found


def click(qtbot: QtBot, view: CodeView, line: int) -> None:
    """With the mouse, where the line is seen."""
    view.show_line(max(0, line - 2))
    block = view.document().findBlockByNumber(line)
    place = view.blockBoundingGeometry(block).translated(view.contentOffset())
    point = QPoint(40, round(place.center().y()))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)


def test_code_follows_edits_and_stays_where_it_is(qtbot: QtBot, coded: Studio) -> None:
    view = pane(coded).view
    assert "def build_model() -> keras.Model:" in view.toPlainText()
    assert view.firstVisibleBlock().blockNumber() > 20  # at the model, not at the imports
    place = view.verticalScrollBar().value()
    project = coded.store.project
    layer = project.graph.nodes[node_of(project, "conv2d")].layer
    coded.store.apply(edits.set_argument(project, layer, "filters", 48), "more filters")
    wait_for_code(qtbot, coded)
    assert "layers.Conv2D(48, 3" in view.toPlainText()
    assert view.verticalScrollBar().value() == place
    coded.store.undo_stack.undo()
    wait_for_code(qtbot, coded)
    assert "layers.Conv2D(48, 3" not in view.toPlainText()


def test_moving_nodes_writes_nothing(qtbot: QtBot, coded: Studio) -> None:
    spy = QSignalSpy(coded.code_feed.script_changed)
    project = coded.store.project
    node = next(iter(project.graph.nodes))
    coded.store.apply(edits.move_nodes(project, {node: (500.0, 500.0)}), "move")
    assert coded.code_feed.is_current
    assert spy.count() == 0


def test_selected_nodes_are_marked_and_shown(coded: Studio) -> None:
    view, project = pane(coded).view, coded.store.project
    coded.selection.select([node_of(project, "scores")])
    line = line_of(view, 'name="scores"')
    assert view.marked == [(line, line)]
    top = view.firstVisibleBlock().blockNumber()
    assert top <= line <= top + 40
    coded.selection.clear()
    assert view.marked == []


def test_line_of_code_selects_its_node_and_moves_no_text(qtbot: QtBot, coded: Studio) -> None:
    view, project = pane(coded).view, coded.store.project
    click(qtbot, view, line_of(view, 'name="shortcut"'))
    assert coded.selection.nodes == {node_of(project, "shortcut")}
    place = view.verticalScrollBar().value()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert coded.selection.nodes == {node_of(project, "add_1")}
    assert view.verticalScrollBar().value() == place
    click(qtbot, view, line_of(view, "import keras"))  # stands for no node
    assert coded.selection.nodes == {node_of(project, "add_1")}
    # A selection of text selects no nodes.
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert coded.selection.nodes == {node_of(project, "add_1")}


def test_head_of_a_loop_selects_all_that_is_in_it(qtbot: QtBot, studio: Studio) -> None:
    sketch = Sketch()
    node = sketch.input("x", [8])
    for number in range(6):
        node = sketch.layer("Dense", node, name=f"dense_{number}", units=8)
        node = sketch.layer("Dropout", node, name=f"drop_{number}", rate=0.5)
    sketch.output("y", node)
    studio.documents.new(sketch.project(), "loop")
    studio.show_code()
    wait_for_code(qtbot, studio)
    view = pane(studio).view
    click(qtbot, view, line_of(view, "for number in range(6):"))
    assert len(studio.selection.nodes) == 12
    click(qtbot, view, line_of(view, 'name=f"drop_{number}"'))
    assert len(studio.selection.nodes) == 6
    assert len(view.marked) == 1


def test_unfinished_drawing_keeps_the_code_and_says_why(qtbot: QtBot, coded: Studio) -> None:
    view, project = pane(coded).view, coded.store.project
    before = view.toPlainText()
    output = next(
        key for key, node in project.graph.nodes.items() if project.layers[node.layer].is_output
    )
    wires = [wire.key for wire in project.graph.wires.values() if wire.target == output]
    coded.store.apply(edits.disconnect(project, wires), "cut")
    qtbot.waitUntil(lambda: coded.code_feed.problem is not None)
    banner = pane(coded)._banner
    assert banner.isVisible()
    assert "earlier state" in banner.words.text()
    assert view.toPlainText() == before
    banner.link.click()
    assert coded.selection.nodes == {output}
    coded.store.undo_stack.undo()
    qtbot.waitUntil(lambda: coded.code_feed.is_current)
    assert not banner.isVisible()


def test_model_alone_and_copy(qtbot: QtBot, coded: Studio) -> None:
    pane(coded).parts.chosen.emit("model")
    qtbot.waitUntil(lambda: "load_data" not in pane(coded).view.toPlainText())
    assert coded.settings.get("code_training") is False
    pane(coded).copy_button.click()
    text = QGuiApplication.clipboard().text()
    assert text == coded.code_feed.script.text
    assert text.startswith('"""A Keras model, drawn')


def test_pane_moves_beside_the_drawing_and_remembers(qtbot: QtBot, coded: Studio) -> None:
    places = coded.code_places()
    pane(coded).move_button.click()
    assert places.beside
    assert coded.settings.get("code_beside") is True
    assert coded.model_split.indexOf(pane(coded)) == 2
    tab = coded.window.panel
    assert not tab.tabs.isTabVisible(2)
    assert pane(coded).isVisible()
    coded.show_code()
    assert coded.window.page == "model"
    assert pane(coded).view.toPlainText()
    coded.commands.actions.trigger("view.code_place")
    assert not places.beside
    assert tab.tabs.isTabVisible(2)
    assert coded.window.panel.current == "code"
    assert pane(coded).isVisible()
    assert coded.settings.get("splitters")["code"] > 0


def test_text_that_changes_in_several_places(qtbot: QtBot) -> None:
    view = CodeView()
    qtbot.addWidget(view)
    view.resize(400, 200)
    view.show()
    texts = [
        "",
        "one\ntwo\nthree\n",
        "one\n2\n2b\nthree\n",
        "zero\none\n2b\nthree\nfour\n",
        "three\nfour\n",
        "three\n",
        "\n".join(f"line {number}" for number in range(1500)) + "\n",
        "\n".join(f"line {number}" for number in range(3, 1400)) + "\nend\n",
        "only\n",
        "",
        "again\n\nand again\n",
    ]
    for text in texts:
        view.show_text(text)
        qtbot.waitUntil(lambda: view.is_filled)
        assert view.toPlainText() == text.removesuffix("\n")


def test_project_that_was_replaced_is_shown_from_its_model_on(qtbot: QtBot, coded: Studio) -> None:
    other = msgspec.structs.replace(project_from("iris_mlp"))
    coded.documents.new(other, "iris")
    wait_for_code(qtbot, coded)
    qtbot.waitUntil(lambda: "iris" in pane(coded).view.toPlainText())
    assert coded.selection.nodes == frozenset()
    assert pane(coded).view.marked == []
