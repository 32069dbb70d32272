"""The canvas beside NodeGraphQt 0.6 (Python, Qt): the same 1,000 nodes and 1,300 wires, real
windows of 1600 × 1000, in turn in one process. Ratios of medians; above 1 is ours.

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

from PySide6.QtCore import QPointF
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
FRAMES, ROUNDS = 60, 3
LIMITS = {"pan": 10.0, "all in view": 80.0, "zoom": 6.0, "build": 80.0, "drag": 1.0}

Times = dict[str, list[float]]
Move = tuple[Callable[[], object], Callable[[int], object]]
"""What brings the view to where a figure begins, and a step of it."""


def links() -> list[tuple[int, int]]:
    """A chain, and a shortcut every third node: 1.3 wires a node."""
    chain = [(number - 1, number) for number in range(1, NODES)]
    return chain + [(number - 3, number) for number in range(3, NODES, 3)]


def place(number: int) -> tuple[float, float]:
    return number % COLUMNS * STEP_X, number // COLUMNS * STEP_Y


class Side:
    """One of the two; what differs is how it is built and moved. `moves` are the figures."""

    moves: dict[str, Move]

    def __init__(self, app: QApplication) -> None:
        self.app = app

    def show(self) -> None:
        """Open an empty window."""
        raise NotImplementedError

    def build(self) -> None:
        """Fill it."""
        raise NotImplementedError

    def repaint(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def built(self) -> float:
        """Seconds it takes to fill the empty window. What was there before is not collected
        meanwhile: our program does so once it is there, and the other side gains as much."""
        self.show()
        self.app.processEvents()
        gc.collect()
        gc.freeze()
        begun = time.perf_counter()
        self.build()
        return time.perf_counter() - begun

    def frames(self, figure: str) -> list[float]:
        """Seconds of some frames: the step, and everything painted."""
        begin, step = self.moves[figure]
        begin()
        time.sleep(0.2)
        self.app.processEvents()
        times = []
        for number in range(FRAMES + 5):
            begun = time.perf_counter()
            step(number)
            self.repaint()
            self.app.processEvents()
            times.append(time.perf_counter() - begun)
        return times[5:]


MIDDLE = QPointF(800, 500)
HOME = NODES // 2


class Ours(Side):
    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        layers, nodes, wires = {}, {}, {}
        taken: dict[int, int] = {}
        for number in range(NODES):
            layers[f"l{number}"] = Layer(f"l{number}", "Add", f"add_{number}")
            nodes[f"n{number}"] = Node(f"n{number}", f"l{number}", *place(number))
        for source, target in links():
            slot = taken[target] = taken.get(target, -1) + 1
            wire = Wire(f"n{source}", f"n{target}", f"inputs.{slot}")
            wires[wire.key] = wire
        self.project = Project(layers, {ROOT: Graph(ROOT, nodes=nodes, wires=wires)})
        home = QPointF(*place(HOME))

        def go_home() -> None:
            self.view.set_zoom(1.0)
            self.view.put(home, MIDDLE)

        def drag(number: int) -> None:
            x, y = place(HOME)
            self.canvas.model.move({f"n{HOME}": (x + number, y + number)})
            self.view.refresh()

        self.moves = {
            "all in view": (
                lambda: self.view.frame(self.canvas.model.nodes.bounds()),
                lambda _n: None,
            ),
            "pan": (go_home, lambda n: self.view.put(home, MIDDLE + QPointF(6 * n, 3 * n))),
            "zoom": (go_home, lambda n: self.view.set_zoom(1.0 / 1.05 ** (n % 12), MIDDLE)),
            "drag": (go_home, drag),
        }

    def show(self) -> None:
        self.store = DocumentStore()
        answers = Answers(self.project)
        self.canvas = Canvas(self.store, Selection(), answers, shipped())  # type: ignore[arg-type]
        self.view = self.canvas.view
        self.canvas.resize(1600, 1000)
        self.canvas.show()

    def build(self) -> None:
        self.store.replace_document(self.project)
        while len(self.canvas.model.nodes) < NODES:
            self.app.processEvents(WAITING)

    def repaint(self) -> None:
        self.view.viewport().repaint()

    def close(self) -> None:
        self.canvas.close()
        self.canvas.deleteLater()


class Theirs(Side):
    def __init__(self, app: QApplication, library: Any) -> None:
        super().__init__(app)

        class Card(library.BaseNode):  # type: ignore[misc]
            __identifier__ = "bench"
            NODE_NAME = "Card"

            def __init__(self) -> None:
                super().__init__()
                self.add_input("in", multi_input=True)
                self.add_output("out")

        self.library, self.card = library, Card

        def go_home() -> None:
            self.viewer.reset_zoom(self.nodes[HOME].view.sceneBoundingRect().center())

        def zoom(number: int) -> None:
            step = number % 12
            self.viewer._set_viewer_zoom(-49.0 if step else 49.0 * 11, pos=MIDDLE.toPoint())

        def drag(number: int) -> None:
            x, y = place(HOME)
            self.nodes[HOME].view.setPos(x + number, y + number)

        self.moves = {
            "all in view": (
                lambda: self.viewer.zoom_to_nodes([node.view for node in self.nodes]),
                lambda _n: None,
            ),
            "pan": (go_home, lambda _n: self.viewer._set_viewer_pan(-6, -3)),
            "zoom": (go_home, zoom),
            "drag": (go_home, drag),
        }

    def show(self) -> None:
        self.graph = self.library.NodeGraph()
        self.graph.register_node(self.card)
        self.graph.set_acyclic(False)  # its search for loops visits every path: it never ends
        self.viewer = self.graph.viewer()
        self.viewer.resize(1600, 1000)
        self.viewer.show()

    def build(self) -> None:
        self.nodes = [
            self.graph.create_node("bench.Card", name=f"add_{n}", pos=place(n), push_undo=False)
            for n in range(NODES)
        ]
        for source, target in links():
            output = self.nodes[source].output(0)
            self.nodes[target].input(0).connect_to(output, push_undo=False)
        self.app.processEvents()
        self.graph.clear_selection()

    def repaint(self) -> None:
        self.viewer.viewport().repaint()

    def close(self) -> None:
        self.viewer.close()


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
    mine, other = Ours(app), Theirs(app, NodeGraphQt)
    sides: tuple[Side, Side] = (mine, other)
    times: tuple[Times, Times] = ({}, {})
    for number in range(ROUNDS):
        # In turn: what else the machine does comes to both.
        for side, found in zip(sides, times, strict=True):
            found.setdefault("build", []).append(side.built())
            if number < ROUNDS - 1:
                side.close()
    for figure in mine.moves:
        for _number in range(ROUNDS):
            for side, found in zip(sides, times, strict=True):
                found.setdefault(figure, []).extend(side.frames(figure))
    for what, limit in LIMITS.items():
        ours, theirs = (statistics.median(found[what]) for found in times)
        line = {
            "figure": f"canvas beside NodeGraphQt at 1,000 nodes: {what}, times faster",
            "value": round(theirs / ours, 2),
            "limit": limit,
            "better": "higher",
            "ms": round(ours * 1000, 2),
            "other_ms": round(theirs * 1000, 2),
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")
    main()
