"""Gestures on wires in a drawing of 5,000 nodes and 6,500 wires, 1600 × 1000 pixels: milliseconds
a frame. Every tenth wire has reroute dots, some nodes are muted or bypassed; what a gesture lights
up, dims or asks of the wiring rules is all in the frame.
"""

from __future__ import annotations

import gc
import json
import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from sys import path as search_path

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

search_path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.bench_canvas import NODES, WAITING, Answers, frames, large_project
from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.edits.values import replace
from kerasstudio.graph.project import ROOT, Project
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.canvas import Canvas
from kerasstudio.ui.canvas.gestures.cut_wires import CutWires
from kerasstudio.ui.canvas.gestures.draw_wire import DrawWire
from kerasstudio.ui.canvas.gestures.gesture import Gesture
from kerasstudio.ui.canvas.gestures.move_nodes import MoveNodes
from kerasstudio.ui.canvas.wiring_rules import End
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore

LIMIT = 8.0
NONE = Qt.KeyboardModifier.NoModifier


def overlaid(project: Project) -> Project:
    """Dots on every tenth wire, fifty nodes bypassed, one muted near the end."""
    nodes, wires = project.graph.nodes, dict(project.graph.wires)
    for number, (key, wire) in enumerate(project.graph.wires.items()):
        if number % 10 == 0:
            one, other = nodes[wire.source], nodes[wire.target]
            points = tuple(
                (one.x + 176 + (other.x - one.x - 176) * part, (one.y + other.y) / 2 + 90 * part)
                for part in (0.3, 0.6)
            )
            wires[key] = replace(wire, points=points)
    graph = replace(project.graph, wires=wires)
    project = replace(project, graphs={ROOT: graph})
    # Layers that pass on one tensor, apart from each other.
    bypassed = [f"n{number}" for number in range(1, NODES, NODES // 50) if number % 4 == 1]
    project = edits.set_mode(project, bypassed, "bypassed")
    return edits.set_mode(project, [f"n{NODES - 8}"], "muted")


class Bench:
    def __init__(self) -> None:
        self.app = QApplication([])
        theme.set_up(self.app, "dark")
        project, self.busy = large_project()
        self.project = overlaid(project)
        store, self.selection = DocumentStore(), Selection()
        answers = Answers(self.project)
        self.canvas = Canvas(store, self.selection, answers, shipped())  # type: ignore[arg-type]
        self.canvas.resize(1600, 1000)
        self.canvas.show()
        self.app.processEvents()
        store.replace_document(self.project)
        while len(self.canvas.model.nodes) < NODES:
            self.app.processEvents(WAITING)
        gc.collect()
        gc.freeze()
        self.view = self.canvas.view
        x, y, width, height = self.canvas.model.nodes.rect(self.busy)
        self.home = QPointF(x + width / 2, y + height / 2)

    def look(self, zoom: float) -> None:
        self.view.cancel_gesture()
        self.view.set_zoom(zoom)
        self.view.put(self.home, QPointF(800, 500))
        time.sleep(0.2)
        self.app.processEvents()

    def report(self, figure: str, step: Callable[[int], None]) -> None:
        clock, processor = frames(self.app, self.canvas, step)
        line = {"figure": f"wiring: {figure}, ms (p95)", "value": round(clock, 3), "limit": LIMIT}
        print(json.dumps(line | {"better": "lower", "cpu": round(processor, 3)}), flush=True)

    def steer(self, gesture: Gesture, spread: tuple[int, int]) -> Callable[[int], None]:
        """Move the mouse to and fro around the middle while the gesture goes on."""
        self.view.begin_gesture(gesture)

        def step(number: int) -> None:
            spot = QPointF(800 + number * 7 % spread[0], 500 + number * 5 % spread[1])
            gesture.moved(self.view.to_scene(spot), spot, NONE)

        return step

    def cut(self) -> Callable[[int], None]:
        """Strokes of a hundred moves across wires."""
        view = self.view

        def step(number: int) -> None:
            place = number % 100
            spot = QPointF(400 + 8 * place, 500 + 220 * math.sin(place / 5))
            if not place:
                view.cancel_gesture()
                view.begin_gesture(CutWires(view, view.to_scene(spot), spot))
            elif view.gesture is not None:
                view.gesture.moved(view.to_scene(spot), spot, NONE)

        return step

    def run(self) -> None:
        view, middle = self.view, QPointF(800, 500)
        view.frame(self.canvas.model.nodes.bounds())
        self.app.processEvents()
        self.report("all in view with dots and switched-off nodes", lambda _n: None)
        self.look(1.0)
        self.report(
            "pan with dots and switched-off nodes",
            lambda n: view.put(self.home, middle + QPointF(n * 4 % 900, n * 2 % 300)),
        )
        self.look(1.0)
        wire = DrawWire(view, self.home, middle, End(self.busy, 0))
        self.report("a wire in hand, its ports lit", self.steer(wire, (700, 400)))
        self.look(0.55)
        wire = DrawWire(view, self.home, middle, End(self.busy, 0))
        self.report("a wire in hand over 150 cards", self.steer(wire, (700, 400)))
        self.look(1.0)
        self.report("a stroke that cuts wires", self.cut())
        self.look(1.0)
        dots = self.canvas.model.wires.dots.owners[:400]
        self.selection.select([f"n{number}" for number in range(2400, 2600)], dots)
        move = MoveNodes(view, self.home, middle, "n2500")
        self.report("drag of 200 nodes and 400 dots", self.steer(move, (200, 120)))
        self.look(1.0)
        self.selection.clear()
        move = MoveNodes(view, self.home, middle, self.busy, taken_out=True)
        self.report("drag of a node taken out of its wires", self.steer(move, (300, 200)))
        view.cancel_gesture()


if __name__ == "__main__":
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")
    Bench().run()
