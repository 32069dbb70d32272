"""From the start page to a trained, exported model without a mouse: the way docs/KEYBOARD.md
describes, with real key presses."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hand import Hand, pump, wait_for
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLineEdit, QWidget

pytestmark = pytest.mark.e2e

PLAIN_KERAS = """
import json, sys
import keras, numpy as np
model = keras.models.load_model(sys.argv[1])
scores = model.predict(np.zeros((2, 4), "float32"), verbose=0)
print(json.dumps({"layers": [type(layer).__name__ for layer in model.layers],
                  "shape": list(scores.shape)}))
"""


class Typist(Hand):
    """Has only a keyboard."""

    def __init__(self, studio: Any) -> None:
        self.studio = studio

    @property
    def focus(self) -> QWidget:
        found = QApplication.focusWidget()
        assert found is not None, "nothing has the keyboard"
        return found

    @property
    def said(self) -> str:
        return str(self.studio.announcer.last)

    def tab_to(self, wanted: Callable[[QWidget], bool], key: str = "Tab", most: int = 60) -> None:
        """Press Tab until the keyboard is where it is wanted."""
        for _press in range(most):
            if wanted(self.focus):
                return
            self.keys(key)
        raise AssertionError(f"Tab never came there; it is at {self.focus.accessibleName()!r}")

    def add(self, words: str) -> str:
        """Add a layer by name behind the selected one; returns its node."""
        nodes = set(self.nodes)
        self.keys("Tab")
        wait_for(lambda: self.studio.canvas.search.isVisible(), "the search")
        self.type(words)
        self.keys("Return")
        wait_for(lambda: len(self.nodes) > len(nodes), words)
        (node,) = set(self.nodes) - nodes
        return str(node)

    def edit(self, **values: str) -> None:
        """Enter to the arguments of the selected node, type values, Esc back to the drawing."""
        self.keys("Return")
        wait_for(lambda: self.studio.inspector.isAncestorOf(self.focus), "the arguments")
        for name, text in values.items():
            self.tab_to(lambda widget, name=name: widget.accessibleName() == name)  # type: ignore[misc]
            if isinstance(self.focus, QComboBox):
                self.type(text)  # goes to the item that begins so
                self.keys("Return")
            else:
                self.keys("ctrl+a")
                self.type(text)
                self.keys("Return")
        self.keys("Escape")
        wait_for(lambda: self.focus is self.studio.canvas.view, "the drawing again")

    @property
    def nodes(self) -> dict[str, Any]:
        return dict(self.studio.store.project.graph.nodes)

    def layer(self, node: str) -> Any:
        project = self.studio.store.project
        return project.layers[project.graph.nodes[node].layer]

    def source(self, node: str) -> str | None:
        wire = self.studio.store.project.graph.wires.get(f"{node}:inputs")
        return None if wire is None else str(wire.source)


def test_a_model_by_keys_alone(studio: Any, tmp_path: Path) -> None:
    hand, window = Typist(studio), studio.window
    wait_for(window.isActiveWindow, "the window to be in front")

    # The start page: Tab to "Blank model".
    hand.tab_to(lambda widget: widget.accessibleName() == "Blank model")
    hand.keys("Return")
    wait_for(lambda: window.page == "model" and hand.focus is studio.canvas.view, "the drawing")

    # Data first: the sample of irises, from the Data page.
    hand.keys("alt+1")
    hand.tab_to(lambda widget: widget.accessibleName() == "sample Iris")
    hand.keys("Return")
    wait_for(lambda: studio.feed.summary is not None, "the data", 180)
    hand.keys("alt+2")
    wait_for(lambda: hand.focus is studio.canvas.view, "the drawing")

    # Input, two Dense: each behind the one before, wired at once; arguments by Enter.
    image = hand.add("input")
    hand.edit(shape="4")
    first = hand.add("fc")
    hand.edit(units="24", activation="relu")
    second = hand.add("dense")
    hand.edit(units="3", activation="softmax")
    assert hand.layer(image).arguments["shape"] == [4]
    assert hand.layer(first).arguments["units"] == 24
    assert hand.layer(second).arguments["activation"] == "softmax"
    assert hand.source(first) == image
    assert hand.source(second) == first

    # An Output that is not wired yet: Esc selects nothing, so it goes to the middle.
    hand.keys("Escape")
    output = hand.add("output")
    assert hand.source(output) is None
    hand.keys("F2")
    hand.keys("ctrl+a")
    hand.type("species")
    hand.keys("Return")
    assert hand.layer(output).name == "species"

    # Wire it: W begins at the selected node, arrows and Tab choose, Enter connects.
    names = {node: hand.layer(node).name for node in hand.nodes}
    hand.keys("w")
    wait_for(lambda: hand.said.startswith("Wire "), "the wire to be told")
    hand.tab_to(lambda _widget: f"Wire {names[second]}," in hand.said, most=6)
    hand.keys("Return")
    wait_for(lambda: hand.source(output) == second, "the wire")

    # Move it by a grid step, delete and bring back, go from node to node.
    hand.keys("ctrl+f")
    hand.type("species")
    hand.keys("Escape")
    x = hand.nodes[output].x
    hand.keys("ctrl+shift+Right")
    assert hand.nodes[output].x > x
    hand.keys("Delete")
    wait_for(lambda: output not in hand.nodes, "the deletion")
    assert hand.said == "Deleted species"
    hand.keys("ctrl+z")
    wait_for(lambda: output in hand.nodes, "the undo")
    hand.keys("ctrl+a", "ctrl+l")
    wait_for(lambda: studio.store.undo_stack.undoText() == "Arrange selected layers", "the layout")
    wait_for(lambda: studio.feed.errors == 0, "a model without errors", 180)

    # Train.
    hand.keys("F5")
    wait_for(lambda: studio.run_feed.current and studio.run_feed.current.ended, "the run", 240)
    assert studio.run_feed.current.status == "finished", studio.run_feed.current.reason

    # Export: the dialog, the format, the name of the file.
    hand.keys("ctrl+e")
    wait_for(lambda: isinstance(QApplication.activeWindow(), QWidget), "the dialog")
    pump(0.3)
    hand.tab_to(lambda widget: widget.objectName() == "export_keras")
    hand.keys("space")
    dialog = wait_for(lambda: window.findChild(QFileDialog), "the file dialog")
    pump(0.3)
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    hand.tab_to(lambda widget: widget is field)
    path = tmp_path / "by_keys.keras"
    hand.keys("ctrl+a")
    hand.type(str(path))
    hand.keys("Return")
    wait_for(path.exists, "the file", 240)
    export = window.findChild(QWidget, "exportDialog")
    wait_for(lambda: "same predictions" in export.card.state_text, "the checked file", 240)
    hand.keys("Escape")
    done = subprocess.run(
        [sys.executable, "-c", PLAIN_KERAS, str(path)], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["layers"] == ["InputLayer", "Dense", "Dense"]
    assert found["shape"] == [2, 3]


def test_everything_by_the_command_palette(studio: Any) -> None:
    """Ctrl+Shift+P finds what has no key: layers, nodes, settings."""
    hand, window = Typist(studio), studio.window
    wait_for(window.isActiveWindow, "the window to be in front")

    def palette(words: str) -> None:
        hand.keys("ctrl+shift+p")
        wait_for(lambda: QApplication.activePopupWidget() is not None, "the palette")
        hand.type(words)
        pump(0.1)
        hand.keys("Return")
        wait_for(lambda: QApplication.activePopupWidget() is None, "the end of the palette")

    hand.tab_to(lambda widget: widget.accessibleName() == "Blank model")
    hand.keys("Return")
    wait_for(lambda: window.page == "model", "the drawing")
    for words in ("+input", "+conv2d", "+flatten"):
        palette(words)
    wait_for(lambda: len(hand.nodes) == 3, "three layers")
    first, second, third = hand.nodes
    assert [hand.source(second), hand.source(third)] == [first, second]
    palette("@conv")
    assert studio.selection.nodes == {second}
    palette("theme light")
    assert studio.settings.get("theme") == "light"
    palette("undo list")
    assert window.panel.current == "history"
    palette(">start page")
    wait_for(lambda: window.page == "start", "the start page")


def test_the_outline_by_keys(studio: Any) -> None:
    hand, window = Typist(studio), studio.window
    wait_for(window.isActiveWindow, "the window to be in front")
    hand.tab_to(lambda widget: widget.accessibleName() == "MLP on iris")
    hand.keys("Return")
    wait_for(lambda: hand.nodes, "the drawing")
    before = studio.store.project
    hand.keys("ctrl+alt+o")
    wait_for(lambda: hand.focus.accessibleName() == "Outline of the model", "the Outline")
    hand.keys("Down", "Down")
    (node,) = studio.selection.nodes
    name = hand.layer(node).name
    hand.keys("F2")
    wait_for(lambda: isinstance(hand.focus, QLineEdit), "the editor of the name")
    hand.keys("ctrl+a")
    hand.type("renamed")
    hand.keys("Return")
    wait_for(lambda: hand.layer(node).name == "renamed", "the name")
    hand.keys("ctrl+d")
    wait_for(lambda: len(hand.nodes) == len(before.graph.nodes) + 1, "the copy")
    hand.keys("Delete")
    hand.keys("ctrl+z", "ctrl+z", "ctrl+z")
    wait_for(lambda: studio.store.project == before, "everything as before")
    assert hand.layer(node).name == name
    hand.keys("F6")
    assert hand.focus is studio.canvas.view
