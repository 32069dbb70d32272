"""The canvas beside NodeGraphQt 0.6 (Python, Qt): the same 1,000 nodes and 1,300 wires, real
windows of 1600 × 1000, one after the other in one process. Ratios of medians; above 1 is ours.

NodeGraphQt is no dependency; without it this says how to get it and measures nothing.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QApplication

from bench.bench_canvas import WAITING, Answers
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.project import ROOT, Graph, Layer, Node, Project, Wire
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.canvas import Canvas
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore

PACKAGES = Path(__file__).resolve().parent / ".packages"
NODES, COLUMNS = 1000, 40
STEP_X, STEP_Y = 250.0, 150.0
FRAMES = 60
LIMITS = {"pan": 10.0, "all in view": 80.0, "zoom": 6.0, "build": 80.0, "drag": 1.0}

Times = dict[str, float]


def links() -> list[tuple[int, int]]:
    """A chain, and a shortcut every third node: 1.3 wires a node."""
    chain = [(number - 1, number) for number in range(1, NODES)]
    return chain + [(number - 3, number) for number in range(3, NODES, 3)]


def place(number: int) -> tuple[float, float]:
    return number % COLUMNS * STEP_X, number // COLUMNS * STEP_Y


def median(app: QApplication, repaint: Callable[[], object], step: Callable[[int], None]) -> float:
    """Seconds of a frame: the step, and everything painted."""
    times = []
    for number in range(FRAMES + 5):
        begun = time.perf_counter()
        step(number)
        repaint()
        app.processEvents()
        times.append(time.perf_counter() - begun)
    return statistics.median(times[5:])


def rest() -> None:
    """What was there before is not collected while something is measured: the program does so once
    it is there, and the other side gains as much."""
    gc.collect()
    gc.freeze()


def ours(app: QApplication) -> Times:
    layers, nodes, wires = {}, {}, {}
    taken: dict[int, int] = {}
    for number in range(NODES):
        layers[f"l{number}"] = Layer(f"l{number}", "Add", f"add_{number}")
        nodes[f"n{number}"] = Node(f"n{number}", f"l{number}", *place(number))
    for source, target in links():
        slot = taken[target] = taken.get(target, -1) + 1
        wire = Wire(f"n{source}", f"n{target}", f"inputs.{slot}")
        wires[wire.key] = wire
    project = Project(layers, {ROOT: Graph(ROOT, nodes=nodes, wires=wires)})
    store = DocumentStore()
    canvas = Canvas(store, Selection(), Answers(project), shipped())  # type: ignore[arg-type]
    canvas.resize(1600, 1000)
    canvas.show()
    app.processEvents()
    times: Times = {}
    rest()
    begun = time.perf_counter()
    store.replace_document(project)
    while len(canvas.model.nodes) < NODES:
        app.processEvents(WAITING)
    times["build"] = time.perf_counter() - begun
    view, repaint = canvas.view, canvas.view.viewport().repaint
    view.frame(canvas.model.nodes.bounds())
    times["all in view"] = median(app, repaint, lambda _n: None)
    view.set_zoom(1.0)
    view.put(QPointF(*place(NODES // 2)), QPointF(800, 500))
    time.sleep(0.2)
    app.processEvents()
    home, middle = QPointF(*place(NODES // 2)), QPointF(800, 500)
    times["pan"] = median(app, repaint, lambda n: view.put(home, middle + QPointF(6 * n, 3 * n)))
    times["zoom"] = median(app, repaint, lambda n: view.set_zoom(1.0 / 1.05 ** (n % 12), middle))
    view.set_zoom(1.0)
    view.put(home, middle)

    def drag(number: int) -> None:
        x, y = place(NODES // 2)
        canvas.model.move({f"n{NODES // 2}": (x + number, y + number)})
        view.refresh()

    times["drag"] = median(app, repaint, drag)
    canvas.close()
    return times


def theirs(app: QApplication, library: Any) -> Times:
    class Card(library.BaseNode):  # type: ignore[misc]
        __identifier__ = "bench"
        NODE_NAME = "Card"

        def __init__(self) -> None:
            super().__init__()
            self.add_input("in", multi_input=True)
            self.add_output("out")

    graph = library.NodeGraph()
    graph.register_node(Card)
    graph.set_acyclic(False)  # its search for loops visits every path: shortcuts never end it
    viewer = graph.viewer()
    viewer.resize(1600, 1000)
    viewer.show()
    app.processEvents()
    times: Times = {}
    rest()
    begun = time.perf_counter()
    nodes = [
        graph.create_node("bench.Card", name=f"add_{n}", pos=place(n), push_undo=False)
        for n in range(NODES)
    ]
    for source, target in links():
        nodes[target].input(0).connect_to(nodes[source].output(0), push_undo=False)
    app.processEvents()
    times["build"] = time.perf_counter() - begun
    graph.clear_selection()
    repaint = viewer.viewport().repaint
    viewer.zoom_to_nodes([node.view for node in nodes])
    times["all in view"] = median(app, repaint, lambda _n: None)
    viewer.reset_zoom(nodes[NODES // 2].view.sceneBoundingRect().center())
    app.processEvents()
    times["pan"] = median(app, repaint, lambda _n: viewer._set_viewer_pan(-6, -3))
    middle = QPoint(800, 500)
    viewer.reset_zoom(nodes[NODES // 2].view.sceneBoundingRect().center())

    def zoom(number: int) -> None:
        step = number % 12
        viewer._set_viewer_zoom(-49.0 if step else 49.0 * 11, pos=middle)

    times["zoom"] = median(app, repaint, zoom)
    viewer.reset_zoom(nodes[NODES // 2].view.sceneBoundingRect().center())
    x, y = place(NODES // 2)
    view = nodes[NODES // 2].view

    def drag(number: int) -> None:
        view.setPos(x + number, y + number)

    times["drag"] = median(app, repaint, drag)
    viewer.close()
    return times


def main() -> None:
    os.environ["QT_PREFERRED_BINDING"] = "PySide6"
    sys.path.append(str(PACKAGES))
    try:
        import NodeGraphQt
    except ImportError:
        print(
            "NodeGraphQt is not there. To measure: pip install --no-deps --target"
            f" {PACKAGES} NodeGraphQt==0.6.44 Qt.py setuptools",
            file=sys.stderr,
        )
        return
    app = QApplication([])
    theme.set_up(app, "dark")
    mine, other = ours(app), theirs(app, NodeGraphQt)
    for what, limit in LIMITS.items():
        line = {
            "figure": f"canvas beside NodeGraphQt at 1,000 nodes: {what}, times faster",
            "value": round(other[what] / mine[what], 2),
            "limit": limit,
            "better": "higher",
            "ms": round(mine[what] * 1000, 2),
            "other_ms": round(other[what] * 1000, 2),
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")
    main()
