"""The Outline beside the canvas, with 5,000 nodes: milliseconds until both show an edit.

Each figure is the median of several edits, painting and the layout of the tree included."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

from bench_canvas import NODES, Answers, large_project
from PySide6.QtWidgets import QApplication

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import shipped
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.canvas import Canvas
from kerasstudio.ui.outline.outline import Outline
from kerasstudio.ui.outline.outline_model import OutlineModel
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore

ROUNDS = 7


def main() -> None:
    app = QApplication.instance() or QApplication([])
    theme.set_up(app, "dark")  # type: ignore[arg-type]
    project, _busy = large_project()
    store, selection, feed = DocumentStore(project), Selection(), Answers(project)
    catalogue = shipped()
    canvas = Canvas(store, selection, feed, catalogue)  # type: ignore[arg-type]
    canvas.resize(1200, 900)
    canvas.show()
    app.processEvents()
    nodes, wires = list(project.graph.nodes), list(project.graph.wires)
    dense = catalogue.named("Dense")
    assert dense is not None

    def timed(work: Callable[[], object]) -> float:
        start = time.perf_counter()
        work()
        app.processEvents()
        return (time.perf_counter() - start) * 1000

    def report(what: str, value: float, limit: float) -> None:
        figure = f"outline, {NODES:,} nodes: {what}"
        line = {"figure": figure, "value": round(value, 2), "limit": limit, "better": "lower"}
        print(json.dumps(line), flush=True)

    made: list[Outline] = []

    def open_outline() -> None:
        model = OutlineModel(store, feed, catalogue)  # type: ignore[arg-type]
        outline = Outline(model, selection, canvas)
        outline.resize(450, 900)
        outline.show()
        made.append(outline)

    report("open it", timed(open_outline), 250.0)

    def median(what: str, limit: float, *works: Callable[[int], object]) -> None:
        times = [timed(lambda n=n, w=w: w(n)) for n in range(ROUNDS) for w in works]  # type: ignore[misc]
        report(what, statistics.median(times), limit)

    def apply(edit: Callable[[int], object]) -> Callable[[int], object]:
        return lambda number: store.apply(edit(number), "edit")  # type: ignore[arg-type]

    median("add a node", 80.0, apply(lambda _n: edits.add_layer(store.project, dense, 0, 0)[0]))
    median(
        "cut a wire and undo it",
        80.0,
        apply(lambda n: edits.disconnect(store.project, [wires[700 * n + 3]])),
        lambda _n: store.undo_stack.undo(),
    )
    layer = project.graph.nodes[nodes[0]].layer
    median(
        "set an argument",
        25.0,
        apply(lambda n: edits.set_argument(store.project, layer, "filters", 8 + n)),
    )
    median("select a node", 25.0, lambda n: selection.select([nodes[600 * n]]))
    median("select everything", 50.0, lambda _n: selection.select(nodes))


if __name__ == "__main__":
    main()
