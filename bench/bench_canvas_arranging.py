"""5,000 nodes with 60 frames, 40 notes and 1,000 collapsed cards: milliseconds a frame, drags with
guides by real mouse events, and how long finding and arranging take."""

from __future__ import annotations

import gc
import math
import os
import time
from collections.abc import Callable
from typing import Any

import msgspec
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from bench.bench_canvas import NODES, WAITING, Answers, frames, large_project, report, wheel_zoom
from kerasstudio.graph import edits
from kerasstudio.graph.arranging import arrange
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.finding import Finder
from kerasstudio.graph.frames import frame_around, node_rects
from kerasstudio.graph.project import ROOT, Project
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.arranging import AT_ONCE
from kerasstudio.ui.canvas.canvas import Canvas
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore

TEXT = "# Part {}\n- **wide** layers, `relu`\n- see [paper](https://arxiv.org/abs/1512.03385)\n"


def decorated(project: Project) -> Project:
    """Frames around stretches of the grid, a note beside each, every fifth card collapsed."""
    nodes = list(project.graph.nodes)
    project = edits.set_look(project, nodes[::5], "collapsed", True)
    project = edits.set_look(project, nodes[::7], "hides_ports", True)
    rects = node_rects(project, ROOT)
    for number in range(60):
        start = number * 80 + 3
        chosen = [nodes[start + step] for step in range(5)]
        rect = frame_around(rects[node] for node in chosen)
        color = ("blue", "green", "red")[number % 3]
        project, _frame = edits.add_frame(project, f"Part {number}", *rect, color)
        if number < 40:
            project, _note = edits.add_note(project, TEXT.format(number), rect[0], rect[1] - 30)
    return project


def drag_by_mouse(canvas: Canvas, grip: QPointF) -> Callable[[int], None]:
    """A step of a drag that was begun at a scene position."""
    view = canvas.view
    start = view.to_spot(grip).toPoint()
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, _NONE, start)

    def step(number: int) -> None:
        QTest.mouseMove(view.viewport(), start + QPoint(10 + number * 3 % 160, number * 2 % 90))

    return step


def main() -> None:
    app = QApplication([])
    theme.set_up(app, "dark")
    project, busy = large_project()
    project = decorated(project)
    answers = Answers(project)
    store, selection = DocumentStore(), Selection()
    canvas = Canvas(store, selection, answers, shipped())  # type: ignore[arg-type]
    canvas.resize(1600, 1000)
    canvas.show()
    app.processEvents()
    store.replace_document(project)
    while len(canvas.model.nodes) < NODES:
        app.processEvents(WAITING)
    gc.collect()
    gc.freeze()
    view, middle = canvas.view, QPointF(800, 500)
    canvas.frame_all()
    selection.select(list(project.graph.nodes)[:500])
    app.processEvents()
    report("frames and notes: all in view, ms (p95)", frames(app, canvas, lambda _n: None), 8.0)
    x, y, width, height = canvas.model.nodes.rect(busy)
    home = QPointF(x + width / 2, y + height / 2)

    def go_home() -> None:
        view.set_zoom(1.0)
        view.put(home, middle)
        time.sleep(0.2)
        app.processEvents()

    go_home()
    pan = lambda n: view.put(home, middle + QPointF(n * 4 % 900, n * 2 % 300))  # noqa: E731
    report("frames and notes: pan, ms (p95)", frames(app, canvas, pan), 8.0)
    zoom = lambda n: view.set_zoom(wheel_zoom(n), middle)  # noqa: E731
    report("frames and notes: zoom by the wheel, ms (p95)", frames(app, canvas, zoom), 8.0)
    go_home()
    selection.clear()
    step = drag_by_mouse(canvas, home)
    report("guides: drag of a card by mouse, ms (p95)", frames(app, canvas, step), 8.0)
    view.cancel_gesture()
    frame = next(iter(project.graph.frames))
    fx, fy, fw, fh = canvas.model.rect(frame)
    view.put(QPointF(fx + fw / 2, fy + fh / 2), middle)
    app.processEvents()
    step = drag_by_mouse(canvas, QPointF(fx + fw / 2, fy + 12))
    assert view.gesture is not None
    report("guides: drag of a frame by mouse, ms (p95)", frames(app, canvas, step), 8.0)
    view.cancel_gesture()
    canvas.frame_all()
    time.sleep(0.2)
    app.processEvents()
    step = drag_by_mouse(canvas, home)
    report("guides: drag with all in view, ms (p95)", frames(app, canvas, step), 8.0)
    view.cancel_gesture()
    box = _lasso(canvas)
    report("lasso over all nodes, ms (p95)", frames(app, canvas, box), 8.0)
    view.cancel_gesture()
    _searches(project, answers)
    _arranging(project)


def _lasso(canvas: Canvas) -> Callable[[int], None]:
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    viewport, start = canvas.view.viewport(), QPoint(20, 20)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, keys, start)

    def step(number: int) -> None:
        turn = number / 60
        spread = 700 - number * 0.5
        x, y = 800 + spread * math.cos(turn), 500 + spread * 0.6 * math.sin(turn)
        QTest.mouseMove(viewport, QPoint(round(x), round(y)))

    return step


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    started, worked = time.perf_counter(), time.process_time()
    work()
    return (
        (time.perf_counter() - started) * 1000,
        (time.process_time() - worked) * 1000,
    )


def _searches(project: Project, answers: Answers) -> None:
    finder = Finder(shipped())
    words = _timed(lambda: finder.keep(finder.collected(project)))
    report("find: words of 5,000 nodes collected (in a thread), ms", words, 400.0)
    for text in ("relu", "conv relu", "filters=32", "28, 28, *"):
        took = max(
            _timed(lambda: finder.find(project, text, answers.inspection, ROOT))  # noqa: B023
            for _turn in range(5)
        )
        report(f"find: {text}, ms", took, 30.0)


def _arranging(project: Project) -> None:
    rects = node_rects(project, ROOT)
    whole = _timed(lambda: arrange(project, ROOT, rects))
    report("arranged with frames: 5,000 nodes (in a thread), ms", whole, 3000.0)
    some = list(project.graph.nodes)[100:300]
    part = _timed(lambda: arrange(project, ROOT, rects, some))
    report("arranged: 200 of 5,000 nodes, ms", part, 400.0)
    small = msgspec.structs.replace(project, graphs={ROOT: _first(project, AT_ONCE)})
    rects = node_rects(small, ROOT)
    report(
        f"arranged with frames: {AT_ONCE} nodes (no thread), ms",
        _timed(lambda: arrange(small, ROOT, rects)),
        50.0,
    )


def _first(project: Project, count: int) -> Any:
    graph = project.graph
    nodes = dict(list(graph.nodes.items())[:count])
    wires = {k: w for k, w in graph.wires.items() if w.source in nodes and w.target in nodes}
    return msgspec.structs.replace(graph, nodes=nodes, wires=wires)


_NONE = Qt.KeyboardModifier.NoModifier

if __name__ == "__main__":
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")
    main()
