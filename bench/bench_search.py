"""Searching: milliseconds from a key press to the first results painted, with 5,000 nodes.

The search at the cursor (layers) and the command palette (actions, layers, settings, problems,
nodes). Words are typed letter by letter, with typing errors and letters left out, and deleted
again; a figure is the slowest press in twenty (95th percentile)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import numpy as np
from bench_canvas import NODES, large_project
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from kerasstudio.graph.catalogue import shipped
from kerasstudio.ui import theme
from kerasstudio.ui.dialogs.command_palette import CommandPalette
from kerasstudio.ui.palette.command_search import Entry, entry, node_entry
from kerasstudio.ui.palette.layer_query import offered, shown_name
from kerasstudio.ui.palette.search_popup import SearchPopup

WORDS = (
    "conv2d", "fully connected", "skip", "mha", "layer_4711", "batch norm", "dropuot", "glbl avg",
    "export", "theme dark", "lstm", "rnn", "zzzz", "layer 99", "delete reconnect", "@layer_1",
)  # fmt: skip
LIMIT = 30.0


def presses(field: QLineEdit, shown: QWidget) -> list[float]:
    """Milliseconds of every press, the painting included."""
    times: list[float] = []

    def timed(press: Callable[[], None]) -> None:
        start = time.perf_counter()
        press()
        shown.repaint()
        times.append((time.perf_counter() - start) * 1000)

    for word in WORDS:
        for letter in word:
            timed(lambda letter=letter: QTest.keyClicks(field, letter))  # type: ignore[misc]
        while field.text():
            timed(lambda: QTest.keyClick(field, Qt.Key.Key_Backspace))
    return times


def report(figure: str, value: float, limit: float = LIMIT) -> None:
    line = {"figure": figure, "value": round(value, 2), "limit": limit, "better": "lower"}
    print(json.dumps(line), flush=True)


def everything() -> list[Entry]:
    """As many entries as the window gathers for a drawing of 5,000 nodes."""
    from kerasstudio.ui.action_table import ACTIONS

    def nothing() -> None:
        pass

    project, _busy = large_project()
    found = [
        entry("action", each.id, each.text, nothing, each.also, hint=each.topic, keys=("Ctrl+K",))
        for each in ACTIONS
    ]
    found += [
        entry("layer", kind.class_name, shown_name(kind), nothing, " ".join(kind.aliases))
        for kind in offered(shipped())
    ]
    for node in project.graph.nodes.values():
        layer = project.layers[node.layer]
        found.append(node_entry(node.id, layer.name, layer.class_name, nothing))
    return found


def main() -> None:
    app = QApplication.instance() or QApplication([])
    theme.set_up(app, "dark")  # type: ignore[arg-type]
    window = QWidget()
    window.resize(1600, 1000)
    window.show()
    popup = SearchPopup(shipped(), window)
    popup.open_at(QPoint(400, 300), shipped().layers, "", lambda _kind: None)
    QTest.qWait(100)
    layers = presses(popup.field, popup.list.viewport())
    popup.hide()
    report("search palette: first results after a key press", float(np.percentile(layers, 95)))
    start = time.perf_counter()
    entries = everything()
    gathered = (time.perf_counter() - start) * 1000
    palette = CommandPalette(lambda: entries, window)
    palette.show_centered()
    QTest.qWait(100)
    all_of_it = presses(palette.search, palette.list.viewport())
    name = f"command palette, {NODES:,} nodes: first results after a key press"
    report(name, float(np.percentile(all_of_it, 95)))
    report(f"command palette, {NODES:,} nodes: the slowest key press", max(all_of_it), 50.0)
    report(f"command palette, {NODES:,} nodes: gathering what there is", gathered, 200.0)
    palette.close()


if __name__ == "__main__":
    main()
