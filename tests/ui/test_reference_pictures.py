"""What the window looks like: pages, dialogs and states of the drawing in the three looks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot
from reference_pictures import assert_looks_like

from kerasstudio.graph import edits
from kerasstudio.graph.inspection import NodeInfo
from kerasstudio.ui.app import Studio

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

SIZE = (1280, 720)
Scene = Callable[[Studio, QtBot], QWidget | None]
"""Brings a state about; gives the widget to look at, None for the window."""


def named(studio: Studio, name: str) -> str:
    """The node of the layer `name`."""
    project = studio.store.project
    return next(
        key for key, node in project.graph.nodes.items() if project.layers[node.layer].name == name
    )


def show(studio: Studio, qtbot: QtBot, template: str) -> None:
    studio.show_template(template)
    project = studio.store.project
    known: dict[str, NodeInfo] = studio.feed.inspection.nodes
    qtbot.waitUntil(
        lambda: project.graph.nodes.keys() <= studio.feed.inspection.nodes.keys() or bool(known),
        timeout=10_000,
    )


def dialog(studio: Studio) -> QWidget:
    (found,) = (each for each in studio.window.findChildren(QDialog) if each.isVisible())
    return found


def start(studio: Studio, qtbot: QtBot) -> None:
    studio.show_start()


def model(studio: Studio, qtbot: QtBot) -> None:
    show(studio, qtbot, "iris_mlp")


def selected(studio: Studio, qtbot: QtBot) -> None:
    show(studio, qtbot, "two_inputs_two_outputs")
    studio.selection.select([named(studio, "together")])


def residual(studio: Studio, qtbot: QtBot) -> None:
    show(studio, qtbot, "residual_cnn")
    studio.canvas.frame_all()


def recurrent(studio: Studio, qtbot: QtBot) -> None:
    show(studio, qtbot, "lstm_sunspots")
    project = studio.store.project
    studio.selection.select(
        key
        for key, node in project.graph.nodes.items()
        if project.layers[node.layer].class_name == "LSTM"
    )


def several(studio: Studio, qtbot: QtBot) -> None:
    show(studio, qtbot, "residual_cnn")
    project = studio.store.project
    studio.selection.select(
        key
        for key, node in project.graph.nodes.items()
        if project.layers[node.layer].class_name == "Conv2D"
    )


def broken(studio: Studio, qtbot: QtBot) -> None:
    show(studio, qtbot, "iris_mlp")
    project = studio.store.project
    wire = next(iter(project.graph.wires))
    studio.store.apply(edits.disconnect(project, [wire]), "Disconnect")
    studio.window.show_panel("problems")


def switched_off(studio: Studio, qtbot: QtBot) -> None:
    show(studio, qtbot, "residual_cnn")
    project = studio.store.project
    nodes = list(project.graph.nodes)
    project = edits.set_mode(project, [nodes[4]], "bypassed")
    project = edits.set_mode(project, [nodes[8]], "muted")
    studio.store.apply(project, "Switch off")
    studio.canvas.frame_all()


def wire_in_hand(studio: Studio, qtbot: QtBot) -> None:
    show(studio, qtbot, "two_inputs_two_outputs")
    view, scene = studio.canvas.view, studio.canvas.model
    node = named(studio, "minerals_dense")
    x, y, _width, _height = scene.nodes.rect(node)
    dx, dy = scene.output_offset(node, 0)
    at = view.mapFromScene(QPointF(x + dx, y + dy))
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    for step in (10, 40, 80):
        QTest.mouseMove(view.viewport(), at + QPoint(step, step))
        QApplication.processEvents()


def search(studio: Studio, qtbot: QtBot) -> QWidget:
    show(studio, qtbot, "iris_mlp")
    studio.canvas.view.setFocus()
    QTest.keyClick(studio.canvas.view, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    popup = QApplication.activePopupWidget()
    QTest.keyClicks(popup.focusWidget() or popup, "skip")
    return popup


def commands(studio: Studio, qtbot: QtBot) -> QWidget:
    show(studio, qtbot, "iris_mlp")
    studio.commands.palette()
    (found,) = (
        each
        for each in QApplication.topLevelWidgets()
        if each.isVisible() and type(each).__name__ == "CommandPalette"
    )
    return found


def cheat_sheet(studio: Studio, qtbot: QtBot) -> QWidget:
    show(studio, qtbot, "iris_mlp")
    studio.commands.keys()
    return dialog(studio)


def keys(studio: Studio, qtbot: QtBot) -> QWidget:
    studio.commands.settings("keys")
    return dialog(studio)


def settings(studio: Studio, qtbot: QtBot) -> QWidget:
    studio.commands.settings()
    return dialog(studio)


def picture(studio: Studio, qtbot: QtBot) -> QWidget:
    show(studio, qtbot, "two_inputs_two_outputs")
    studio.commands.export_picture()
    return dialog(studio)


def export(studio: Studio, qtbot: QtBot) -> QWidget:
    show(studio, qtbot, "iris_mlp")
    studio.commands.export()
    return dialog(studio)


def train_page(studio: Studio, qtbot: QtBot) -> None:
    show(studio, qtbot, "two_inputs_two_outputs")
    studio.window.show_page("train")


def data_page(studio: Studio, qtbot: QtBot) -> None:
    show(studio, qtbot, "iris_mlp")
    studio.window.show_page("data")


def results_page(studio: Studio, qtbot: QtBot) -> None:
    show(studio, qtbot, "iris_mlp")
    studio.window.show_page("results")


def outline(studio: Studio, qtbot: QtBot) -> None:
    show(studio, qtbot, "two_inputs_two_outputs")
    studio.commands.show_outline()


def code(studio: Studio, qtbot: QtBot) -> None:
    show(studio, qtbot, "two_inputs_two_outputs")
    studio.selection.select([named(studio, "together")])
    studio.show_code()


def help_pane(studio: Studio, qtbot: QtBot) -> None:
    show(studio, qtbot, "iris_mlp")
    project = studio.store.project
    studio.selection.select(
        [
            next(
                key
                for key, node in project.graph.nodes.items()
                if project.layers[node.layer].class_name == "Dense"
            )
        ]
    )
    studio.commands.help_on_layer()


def heat(studio: Studio, qtbot: QtBot) -> None:
    show(studio, qtbot, "residual_cnn")
    studio.canvas.frame_all()
    studio.canvas.lens.show_parameters()


def blank(studio: Studio, qtbot: QtBot) -> None:
    studio.show_template("blank")


SCENES: tuple[tuple[str, Scene], ...] = (
    ("dark", start),
    ("light", start),
    ("dark", blank),
    ("dark", model),
    ("contrast", model),
    ("light", selected),
    ("dark", residual),
    ("light", recurrent),
    ("dark", several),
    ("dark", broken),
    ("light", switched_off),
    ("dark", wire_in_hand),
    ("light", search),
    ("dark", commands),
    ("light", cheat_sheet),
    ("dark", keys),
    ("light", settings),
    ("dark", picture),
    ("dark", export),
    ("dark", train_page),
    ("light", data_page),
    ("light", results_page),
    ("dark", outline),
    ("dark", code),
    ("light", help_pane),
    ("dark", heat),
)


@pytest.mark.parametrize(
    ("look_name", "scene"), SCENES, ids=[f"{scene.__name__}-{look}" for look, scene in SCENES]
)
def test_it_looks_as_it_did(
    studio: Studio, qtbot: QtBot, tmp_path: Path, look_name: str, scene: Scene
) -> None:
    studio.settings.set("theme", look_name)
    studio.window.resize(*SIZE)
    qtbot.waitUntil(lambda: not studio.idle.waiting, timeout=10_000)
    widget = scene(studio, qtbot) or studio.window

    def grab() -> QPixmap:
        focused = QApplication.focusWidget()
        if focused is not None and hasattr(focused, "cursorWidth"):
            focused.setCursorWidth(0)  # type: ignore[attr-defined]
        return widget.grab()

    assert_looks_like(qtbot, grab, f"{scene.__name__}-{look_name}", tmp_path)
    if widget is not studio.window:
        widget.close()
    else:
        QTest.keyClick(studio.window, Qt.Key.Key_Escape)
