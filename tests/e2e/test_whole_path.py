"""From the start page to an exported file that plain Keras loads, by mouse and keyboard alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hand import Hand, pump, wait_for
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLineEdit, QPushButton, QWidget

from kerasstudio.graph.project import Node, Project

pytestmark = pytest.mark.e2e

PLAIN_KERAS = """
import json, sys
import keras, numpy as np
model = keras.models.load_model(sys.argv[1])
images = np.zeros((2, 8, 8), "float32")
scores = model.predict(images, verbose=0)
print(json.dumps({
    "layers": [type(layer).__name__ for layer in model.layers],
    "names": [layer.name for layer in model.layers],
    "shape": list(scores.shape),
    "sums": scores.sum(axis=1).tolist(),
}))
"""


def node_of(project: Project, class_name: str) -> Node:
    return next(
        node
        for node in project.graph.nodes.values()
        if project.layers[node.layer].class_name == class_name
    )


def spot(studio: Any, x: float, y: float) -> QPoint:
    """Where a point of the drawing is on the canvas."""
    return studio.canvas.view.to_spot(QPointF(x, y)).toPoint()


def middle_of(studio: Any, node: Node) -> QPoint:
    return spot(studio, node.x + 60, node.y + 40)


def button(parent: QWidget, text: str) -> QAbstractButton:
    return next(
        each
        for each in parent.findChildren(QAbstractButton)
        if each.text() == text and each.isVisible()
    )


def test_draw_train_export(studio: Any, tmp_path: Path) -> None:
    hand = Hand()
    window, store = studio.window, studio.store
    start = window.page_widget("start")
    hand.click(button(start, "Train your first model"))
    wait_for(lambda: window.page == "model" and store.project.graph.nodes, "the drawing")
    pump(0.3)

    # Drag a Dropout from the palette onto the wire in front of the last Dense.
    hand.click(studio.palette.field)
    hand.type("dropout")
    rows = studio.palette.list
    row = rows.visualRect(rows.model().first())
    project = store.project
    scores = next(
        node for node in project.graph.nodes.values() if project.layers[node.layer].name == "scores"
    )
    (wire,) = [each for each in project.graph.wires.values() if each.target == scores.id]
    source = project.graph.nodes[wire.source]
    view = studio.canvas.view.viewport()
    target = spot(studio, (source.x + 176 + scores.x) / 2, source.y + 47)
    hand.drag(rows.viewport(), row.center(), view, target)
    wait_for(lambda: len(store.project.graph.nodes) == 7, "the Dropout on the canvas")
    dropout = node_of(store.project, "Dropout")
    wires = store.project.graph.wires.values()
    assert {(each.source, each.target) for each in wires} >= {
        (source.id, dropout.id),
        (dropout.id, scores.id),
    }

    # Rename it, undo and redo by keyboard.
    hand.click(view, middle_of(studio, dropout))
    hand.keys("F2")
    hand.keys("ctrl+a")
    hand.type("drop")
    hand.keys("Return")
    layer = dropout.layer
    assert store.project.layers[layer].name == "drop"
    hand.keys("ctrl+z")
    assert store.project.layers[layer].name == "dropout"
    hand.keys("ctrl+shift+z")
    assert store.project.layers[layer].name == "drop"

    # Fewer units in the first Dense, typed into the inspector; Keras says the new shape.
    dense = node_of(store.project, "Dense")
    hand.click(view, middle_of(studio, store.project.graph.nodes[dense.id]))
    studio.inspector.focus_argument("units")
    hand.keys("ctrl+a")
    hand.type("40")
    hand.keys("Return")
    assert store.project.layers[dense.layer].arguments["units"] == 40
    wait_for(
        lambda: (
            (info := studio.feed.inspection.nodes.get(dense.id))
            and info.outputs
            and info.outputs[0].shape == (None, 40)
        ),
        "Keras's shape of the Dense",
        60,
    )
    assert studio.feed.errors == 0

    # Train by key; points arrive, the run ends well.
    hand.click(view, spot(studio, source.x, source.y + 300))
    hand.keys("F5")
    wait_for(lambda: studio.run_feed.current, "a run")
    wait_for(lambda: studio.run_feed.current.batches > 0, "the first points", 60)
    wait_for(lambda: studio.run_feed.current.ended, "the end of the run", 120)
    assert studio.run_feed.current.status == "finished", studio.run_feed.current.reason
    wait_for(lambda: studio.run_feed.current.record.test, "the test metrics")
    assert studio.run_feed.current.record.test["accuracy"] > 0.85

    # The results, and the export as .h5.
    pages = window.top_bar.pages
    hand.click(pages, pages.segment("results").center().toPoint())
    page = window.page_widget("results")
    wait_for(lambda: page.results and len(page.results.rows), "the predictions")
    h5 = wait_for(lambda: page.findChild(QPushButton, "export_h5"), "the .h5 button", 60)
    hand.click(h5)
    dialog = wait_for(lambda: window.findChild(QFileDialog), "the file dialog")
    pump(0.3)
    path = tmp_path / "drawn.h5"
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    hand.click(field)
    hand.keys("ctrl+a")
    hand.type(str(path))
    hand.keys("Return")
    wait_for(lambda: "same predictions" in page.export.state_text, "the checked file", 120)
    done = subprocess.run(
        [sys.executable, "-c", PLAIN_KERAS, str(path)], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["names"].count("drop") == 1
    assert found["layers"][-3:] == ["Dense", "Dropout", "Dense"]
    assert found["shape"] == [2, 10]
    assert found["sums"] == pytest.approx([1.0, 1.0], abs=1e-5)


def test_worker_killed_while_training(studio: Any) -> None:
    """The drawing is untouched, the run is marked and continued, a new worker starts."""
    import os
    import signal

    hand = Hand()
    start = studio.window.page_widget("start")
    hand.click(button(start, "CNN on digits"))
    wait_for(lambda: studio.pool.analysis.ready, "TensorFlow", 60)
    before = studio.store.project
    hand.keys("F5")
    feed = studio.run_feed
    wait_for(lambda: feed.current and feed.current.epoch >= 2, "two epochs", 90)
    killed = feed.current
    os.kill(feed._worker.pid, signal.SIGKILL)
    wait_for(lambda: killed.ended, "the end of the run")
    assert killed.status == "killed"
    assert studio.store.project is before
    wait_for(lambda: killed.record.status == "killed", "the record")
    curves = studio.window.panel.widget("charts").curves(killed.key)
    assert curves is not None
    assert len(curves.batch["loss"]) > 0

    os.kill(studio.pool.analysis.pid, signal.SIGKILL)
    wait_for(lambda: not studio.pool.analysis.ready, "the death of the analysis worker")
    wait_for(lambda: studio.pool.analysis.ready, "a new analysis worker", 60)
    assert studio.store.project is before

    assert killed.can_continue
    studio.commands.continue_run()
    wait_for(lambda: feed.current is not killed and feed.current, "the continued run", 60)
    wait_for(lambda: feed.current.batches > killed.batches, "more batches", 90)
    assert feed.current.record.resumed_from or feed.current.epoch >= 2
    feed.stop()
    wait_for(lambda: feed.current.ended, "the end", 60)
    assert feed.current.status == "stopped"


def test_drawing_with_the_keyboard(studio: Any) -> None:
    """A blank model: layers come from the search at the cursor, wired one after the other."""
    hand = Hand()
    start = studio.window.page_widget("start")
    hand.click(button(start, "Blank model"))
    wait_for(lambda: studio.window.page == "model", "the model page")
    pump(0.3)
    view = studio.canvas.view.viewport()
    hand.double_click(view, view.rect().center())
    wait_for(lambda: studio.canvas.search.isVisible(), "the search")
    hand.type("fc")
    hand.keys("Return")
    wait_for(lambda: len(studio.store.project.graph.nodes) == 1, "a Dense")
    assert node_of(studio.store.project, "Dense")
    hand.keys("Escape", "ctrl+d")  # out of the field for its units
    wait_for(lambda: len(studio.store.project.graph.nodes) == 2, "two")
    hand.keys("ctrl+z", "ctrl+z")
    assert not studio.store.project.graph.nodes
