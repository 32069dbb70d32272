"""Every overlay at once on 5,000 nodes: heat, legend, overview, marks of changes and kept weights,
problems, muted and bypassed layers, 60 frames, 40 notes, collapsed cards, 1,300 reroute dots and
guides; and how long the drawing takes to follow an answer of Keras or an edit. See `bench_canvas`
for what a frame is; "painted anew" is one of which nothing was kept."""

from __future__ import annotations

import gc
import os
import time

import msgspec
from bench_canvas import NODES, WAITING, Answers, frames, large_project, report, wheel_zoom
from bench_canvas_arranging import decorated, drag_by_mouse
from bench_wiring import overlaid
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.inspection import Inspection, NodeInfo, TensorSpec
from kerasstudio.graph.problems import Place, Problem
from kerasstudio.graph.warm_start import LayerStart
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.canvas import Canvas
from kerasstudio.ui.canvas.hits import Hit, hit
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


def _paper(canvas: Canvas) -> QPoint:
    """A spot of the viewport where no card and no wire is."""
    for spot in (QPoint(px, py) for py in range(400, 600, 7) for px in range(600, 800, 7)):
        at = canvas.view.to_scene(QPointF(spot))
        if hit(canvas.model, at.x(), at.y(), canvas.view.zoom) == Hit():
            return spot
    raise AssertionError("no free spot")


def main() -> None:
    app = QApplication([])
    theme.set_up(app, "dark")
    project, busy = large_project()
    off = [
        key
        for key, node in project.graph.nodes.items()
        if project.layers[node.layer].class_name == "Dropout"
    ]
    project = overlaid(decorated(edits.set_mode(project, off[::20], "bypassed")))
    nodes = list(project.graph.nodes)
    answers = Answers(project)
    answers.inspection = answer(nodes, 1)
    store, selection = DocumentStore(), Selection()
    canvas = Canvas(store, selection, answers, shipped())  # type: ignore[arg-type]
    canvas.resize(1600, 1000)
    canvas.show()
    store.replace_document(project)
    while len(canvas.model.nodes) < NODES:
        app.processEvents(WAITING)
    gc.collect()
    gc.freeze()  # as the program does
    canvas.lens.set_measure("parameters")
    canvas.lens.toggle_legend()
    canvas.lens.set_changed(nodes[::3])
    canvas.minimap.show()
    answers.problems = tuple(
        Problem("shape.mismatch", "Shapes differ.", severity=severity, place=Place(node=node))
        for severity, start in (("error", 5), ("warning", 17))
        for node in nodes[start::40]
    )
    answers.problems_changed.emit()
    layers = [project.graph.nodes[node].layer for node in nodes]
    starts = {layer: LayerStart("kept", "") for layer in layers[::2]}
    canvas.show_starts(starts, starts)
    view, middle = canvas.view, QPointF(800, 500)
    view.frame(canvas.model.nodes.bounds())
    app.processEvents()
    report(
        "every overlay, all 5,000 nodes in view, ms (p95)",
        frames(app, canvas, lambda _n: None),
        8.0,
    )
    report(
        "every overlay, all in view painted anew, ms (p95)",
        frames(app, canvas, lambda _n: canvas.model.stale.add_all()),
        8.0,
    )
    x, y, width, height = canvas.model.nodes.rect(busy)
    home = QPointF(x + width / 2, y + height / 2)
    view.set_zoom(1.0)
    view.put(home, middle)
    time.sleep(0.2)
    app.processEvents()
    report(
        "every overlay, pan at 100 %, ms (p95)",
        frames(app, canvas, lambda n: view.put(home, middle + QPointF(n * 4 % 900, n * 2 % 300))),
        8.0,
    )
    view.put(home, middle)
    report(
        "every overlay, zoom by the wheel between 40 % and 160 %, ms (p95)",
        frames(app, canvas, lambda n: view.set_zoom(wheel_zoom(n), middle)),
        8.0,
    )
    view.set_zoom(1.0)
    view.put(home, middle)
    time.sleep(0.2)
    app.processEvents()

    step = drag_by_mouse(canvas, home)
    assert view.gesture is not None
    report("every overlay, drag of a node by mouse, ms (p95)", frames(app, canvas, step), 8.0)
    view.cancel_gesture()
    view.set_zoom(0.3)
    view.put(home, middle)
    viewport = view.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=_paper(canvas))
    assert view.gesture is not None
    report(
        "every overlay, box select, ms (p95)",
        frames(
            app,
            canvas,
            lambda n: QTest.mouseMove(viewport, QPoint(700 + n * 3 % 800, 450 + n * 2 % 500)),
        ),
        8.0,
    )
    view.cancel_gesture()
    view.set_zoom(1.0)
    unseen = (0.0, 0.0)
    for number in range(5):
        far = canvas.model.nodes.rect(nodes[number * 900 + 450])
        view.put(QPointF(far[0], far[1]), middle)
        started, worked = time.perf_counter(), time.process_time()
        canvas.view.viewport().repaint()
        took = (time.perf_counter() - started) * 1000, (time.process_time() - worked) * 1000
        unseen = max(unseen, took)
    report("every overlay, first frame of an unseen area, ms", unseen, 25.0)
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
    report("every overlay, answers for all 5,000 nodes taken up, ms", slowest, 150.0)
    dense = next(layer for layer in project.layers.values() if layer.class_name == "Dropout")
    changed = msgspec.structs.replace(dense, arguments={"rate": 0.4})
    edited = msgspec.structs.replace(project, layers={**project.layers, dense.id: changed})
    started, worked = time.perf_counter(), time.process_time()
    store.apply(edited, "rate")
    app.processEvents()
    canvas.view.viewport().repaint()
    took = (time.perf_counter() - started) * 1000, (time.process_time() - worked) * 1000
    report("every overlay, one argument edited, ms", took, 50.0)


if __name__ == "__main__":
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")
    main()
