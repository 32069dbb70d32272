"""Overlays on 5,000 nodes: with heat, legend and marks shown, a frame may take no longer; and how
long the overlay takes to follow an answer of Keras. See `bench_canvas` for what a frame is."""

from __future__ import annotations

import os
import time

import msgspec
from bench_canvas import NODES, Answers, frames, large_project, report
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.inspection import Inspection, NodeInfo, TensorSpec
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.canvas import Canvas
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore


def answer(nodes: list[str], more: int) -> Inspection:
    """Of different sizes, so that the overlay has many colours."""
    spec = TensorSpec((None, 28, 28, 32), axes="BHWC")
    infos = {
        node: NodeInfo("ok", (spec,), number * 37 + more, number * 37, multiply_adds=number * 997)
        for number, node in enumerate(nodes)
    }
    return Inspection(0, infos, (), 46_240_000)


def main() -> None:
    app = QApplication([])
    theme.set_up(app, "dark")
    project, busy = large_project()
    nodes = list(project.graph.nodes)
    answers = Answers(project)
    answers.inspection = answer(nodes, 1)
    store, selection = DocumentStore(), Selection()
    canvas = Canvas(store, selection, answers, shipped())  # type: ignore[arg-type]
    canvas.resize(1600, 1000)
    canvas.show()
    store.replace_document(project)
    while len(canvas.model.nodes) < NODES:
        app.processEvents()
    canvas.lens.set_measure("parameters")
    canvas.lens.toggle_legend()
    canvas.lens.set_changed(nodes[::3])
    view, middle = canvas.view, QPointF(800, 500)
    view.frame(canvas.model.nodes.bounds())
    app.processEvents()
    report("heat on, all 5,000 nodes in view, ms (p95)", frames(app, canvas, lambda _n: None), 8.0)
    x, y, width, height = canvas.model.nodes.rect(busy)
    home = QPointF(x + width / 2, y + height / 2)
    view.set_zoom(1.0)
    view.put(home, middle)
    time.sleep(0.2)
    app.processEvents()
    report(
        "heat on, pan at 100 %, ms (p95)",
        frames(app, canvas, lambda n: view.put(home, middle + QPointF(n * 4 % 900, n * 2 % 300))),
        6.0,
    )
    view.frame(canvas.model.nodes.bounds())
    app.processEvents()
    slowest = (0.0, 0.0)
    for number in range(5):
        answers.inspection = answer(nodes, number + 2)
        started, worked = time.perf_counter(), time.process_time()
        answers.inspection_changed.emit(set(nodes))
        app.processEvents()
        canvas.view.viewport().repaint()
        took = (time.perf_counter() - started) * 1000, (time.process_time() - worked) * 1000
        slowest = max(slowest, took)
    report("heat on, answers for all 5,000 nodes taken up, ms", slowest, 150.0)
    dense = next(layer for layer in project.layers.values() if layer.class_name == "Dropout")
    changed = msgspec.structs.replace(dense, arguments={"rate": 0.4})
    edited = msgspec.structs.replace(project, layers={**project.layers, dense.id: changed})
    started, worked = time.perf_counter(), time.process_time()
    store.apply(edited, "rate")
    app.processEvents()
    canvas.view.viewport().repaint()
    took = (time.perf_counter() - started) * 1000, (time.process_time() - worked) * 1000
    report("heat on, one argument edited, ms", took, 50.0)


if __name__ == "__main__":
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")
    main()
