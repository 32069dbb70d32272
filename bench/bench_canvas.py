"""The canvas with 5,000 nodes and 6,500 wires in a 1600 × 1000 viewport: milliseconds a frame.

A frame is the edit of the view, painting into the window's buffer, and handing it over: what Qt
does between two mouse events. Runs on any platform plugin; `python -m bench` gives it Xvfb.
"""

from __future__ import annotations

import gc
import json
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QEventLoop, QObject, QPointF, Signal
from PySide6.QtWidgets import QApplication

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.inspection import Inspection, NodeInfo, TensorSpec
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import ROOT, Graph, Layer, Node, Project, Wire
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.canvas import Canvas
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore

NODES, WIRES = 5000, 6500
COLUMNS = 100
STEP_X, STEP_Y = 272.0, 152.0  # about 40 cards in a viewport of 1600 × 1000
FRAMES = 400
WAITING = QEventLoop.ProcessEventsFlag.WaitForMoreEvents
"""As the program does: a loop that never sleeps would take the interpreter from the thread that
places the cards."""


class Answers(QObject):
    """What Keras would say, at hand."""

    inspection_changed = Signal(object)
    problems_changed = Signal()
    summary_changed = Signal()

    def __init__(self, project: Project) -> None:
        super().__init__()
        spec = TensorSpec((None, 28, 28, 32))
        info = NodeInfo("ok", (spec,), 9248, 9248)
        self.inspection = Inspection(0, dict.fromkeys(project.graph.nodes, info), (), 46_240_000)
        self.problems: tuple[Problem, ...] = ()
        self.summary: DataSummary | None = None


def large_project() -> tuple[Project, str]:
    """A grid of layers: each wired to the next, merges in between; the node with 8 wires."""
    layers: dict[str, Layer] = {}
    nodes: dict[str, Node] = {}
    wires: dict[str, Wire] = {}
    kinds: tuple[tuple[str, dict[str, Any]], ...] = (
        ("Conv2D", {"filters": 32, "kernel_size": [3, 3], "activation": "relu"}),
        ("BatchNormalization", {}),
        ("Dropout", {"rate": 0.25}),
        ("Add", {}),
    )
    for number in range(NODES):
        class_name, arguments = kinds[number % 4]
        layer = Layer(f"l{number}", class_name, f"layer_{number}", arguments=arguments)
        x, y = number % COLUMNS * STEP_X, number // COLUMNS * STEP_Y
        layers[layer.id] = layer
        nodes[f"n{number}"] = Node(f"n{number}", layer.id, x, y)
    for number in range(1, NODES):
        port = "inputs.0" if number % 4 == 3 else "inputs"
        wire = Wire(f"n{number - 1}", f"n{number}", port)
        wires[wire.key] = wire
    busy = (NODES // 2 + COLUMNS // 2) // 4 * 4 + 3
    for index in range(1, 7):
        wire = Wire(f"n{busy - 2 - index}", f"n{busy}", f"inputs.{index}")
        wires[wire.key] = wire
    number = 3
    while len(wires) < WIRES and number < NODES:
        if number != busy:
            wire = Wire(f"n{number - 3}", f"n{number}", "inputs.1")
            wires[wire.key] = wire
        number += 4
    extra = 2
    number = 7
    while len(wires) < WIRES:
        if number != busy:
            wire = Wire(f"n{number - 5}", f"n{number}", f"inputs.{extra}")
            wires[wire.key] = wire
        number += 4
        if number >= NODES:
            number, extra = 7, extra + 1
    project = Project(layers=layers, graphs={ROOT: Graph(ROOT, nodes=nodes, wires=wires)})
    return project, f"n{busy}"


def frames(app: QApplication, canvas: Canvas, step: Callable[[int], None]) -> tuple[float, float]:
    """The 95th percentiles of the time a frame takes, after some to warm up: by the clock, and of
    the processor alone (other programs on the machine do not count in that)."""
    clock, processor = [], []
    for number in range(FRAMES + 20):
        started, worked = time.perf_counter(), time.process_time()
        step(number)
        canvas.view.viewport().repaint()
        app.processEvents()
        clock.append((time.perf_counter() - started) * 1000)
        processor.append((time.process_time() - worked) * 1000)
    return float(np.percentile(clock[20:], 95)), float(np.percentile(processor[20:], 95))


def wheel_zoom(number: int) -> float:
    """Wheel steps of 1.1 from 160 % to 40 % and back, through the border of the level of detail."""
    steps = 15
    place = number % (2 * steps)
    return 1.6 / 1.1 ** (place if place <= steps else 2 * steps - place)


def report(figure: str, value: tuple[float, float], limit: float) -> None:
    """`value`: by the clock, and of the processor."""
    line = {"figure": f"canvas: {figure}", "value": round(value[0], 3), "limit": limit}
    line |= {"better": "lower", "cpu": round(value[1], 3)}
    print(json.dumps(line), flush=True)


def main() -> None:
    app = QApplication([])
    theme.set_up(app, "dark")
    project, busy = large_project()
    answers = Answers(project)
    store, selection = DocumentStore(), Selection()
    canvas = Canvas(store, selection, answers, shipped())  # type: ignore[arg-type]
    canvas.resize(1600, 1000)
    canvas.show()
    app.processEvents()
    gc.collect()
    started, worked = time.perf_counter(), time.process_time()
    store.replace_document(project)
    while len(canvas.model.nodes) < NODES:
        app.processEvents(WAITING)
    built = time.perf_counter() - started, time.process_time() - worked
    gc.freeze()
    app.processEvents()
    view, middle = canvas.view, QPointF(800, 500)
    view.frame(canvas.model.nodes.bounds())
    app.processEvents()
    seen = len(canvas.model.nodes.within(*view.visible_box()))
    assert seen == NODES, seen
    report("all 5,000 nodes in view, ms (p95)", frames(app, canvas, lambda _n: None), 8.0)
    x, y, width, height = canvas.model.nodes.rect(busy)
    home = QPointF(x + width / 2, y + height / 2)
    view.set_zoom(1.0)
    view.put(home, middle)
    time.sleep(0.2)
    app.processEvents()
    seen = len(canvas.model.nodes.within(*view.visible_box()))
    report(
        f"pan with {seen} nodes visible, ms (p95)",
        frames(app, canvas, lambda n: view.put(home, middle + QPointF(n * 4 % 900, n * 2 % 300))),
        6.0,
    )
    view.put(home, middle)
    report(
        "zoom by the wheel between 40 % and 160 %, ms (p95)",
        frames(app, canvas, lambda n: view.set_zoom(wheel_zoom(n), middle)),
        6.0,
    )
    view.set_zoom(1.0)
    view.put(home, middle)
    time.sleep(0.2)
    app.processEvents()
    wires = len(canvas.model.wires.touching(canvas.model.nodes.slots_of((busy,))))

    def drag(number: int) -> None:
        canvas.model.move({busy: (x + number % 200, y + number % 120)})
        view.refresh()

    report(f"drag of a node with {wires} wires, ms (p95)", frames(app, canvas, drag), 6.0)
    report("scene of 5,000 nodes and 6,500 wires built, s", built, 0.3)


if __name__ == "__main__":
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")
    main()
