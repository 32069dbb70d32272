"""How late the window's event loop is while workers import TensorFlow, build, trace and fit.

A timer every 2 ms says how late it came; meanwhile the canvas is panned 60 times a second, shapes
are asked for, and the digits network is trained by the program's own feeds.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QElapsedTimer, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtWidgets import QApplication

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.templates import project_from
from kerasstudio.ui import theme
from kerasstudio.ui.canvas.canvas import Canvas
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.run_feed import RunFeed, RunView
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.workers import WorkerPool

TICK_MS = 2
LIMIT_P99, LIMIT_MAX = 12.0, 50.0
PATIENCE_S = 150


class Watch:
    """Notes, for the phase that runs, how many milliseconds each tick came late."""

    def __init__(self) -> None:
        self.late: dict[str, list[float]] = {}
        self.phase = ""
        self._clock = QElapsedTimer()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def begin(self, phase: str) -> None:
        self.phase = phase
        self.late[phase] = []
        self._clock.start()
        self._timer.start()

    def _tick(self) -> None:
        self.late[self.phase].append(max(0.0, self._clock.nsecsElapsed() / 1e6 - TICK_MS))
        self._clock.start()


def wait(loop: QEventLoop, what: str) -> None:
    """Let the window live until the loop is quit."""
    timer = QTimer()
    timer.setSingleShot(True)
    timer.timeout.connect(lambda: loop.exit(1))
    timer.start(PATIENCE_S * 1000)
    if loop.exec():
        raise SystemExit(f"waited {PATIENCE_S} s for {what}")


def main() -> None:
    app = QApplication([])
    theme.set_up(app, "dark")
    catalogue = shipped()
    store, selection, pool = DocumentStore(project_from("digits_cnn")), Selection(), WorkerPool()
    feed = InspectionFeed(store, pool.analysis, catalogue)
    canvas = Canvas(store, selection, feed, catalogue)
    canvas.resize(1600, 1000)
    canvas.show()
    app.processEvents()
    gc.collect()
    gc.freeze()
    frames = 0
    started = time.monotonic()

    def animate() -> None:
        nonlocal frames
        frames += 1
        canvas.view.put(QPointF(400, 100), QPointF(600 + 300 * np.sin(frames / 20), 400))

    animation = QTimer()
    animation.timeout.connect(animate)
    animation.start(16)
    watch = Watch()
    with tempfile.TemporaryDirectory() as folder:
        studio = Path(folder)
        runs = RunFeed(pool, lambda: studio, lambda: folder)
        loop = QEventLoop()
        watch.begin("import")
        pool.spare_ready.connect(loop.quit)
        pool.start()
        wait(loop, "two workers")
        watch.begin("shapes")
        loop = QEventLoop()
        QTimer.singleShot(1500, loop.quit)
        feed.refresh()
        wait(loop, "shapes")
        watch.begin("build, trace and fit")
        loop = QEventLoop()

        def changed(view: RunView) -> None:
            if view.ended:
                loop.quit()

        runs.run_changed.connect(changed)
        runs.start(store.project)
        wait(loop, "the run")
        watch.phase = "after"
        watch.late["after"] = []
        runs.close()
        pool.close()
    seconds = time.monotonic() - started
    phases = {name: late for name, late in watch.late.items() if late and name != "after"}
    for name, late in phases.items():
        p50, p99 = np.percentile(late, (50, 99))
        print(f"{name}: p50 {p50:.1f} p99 {p99:.1f} max {max(late):.1f} ms", file=sys.stderr)
    print(f"{seconds:.0f} s, {frames / seconds:.0f} frames a second", file=sys.stderr)
    together = np.concatenate([np.array(late) for late in phases.values()])
    for figure, value, limit in (
        ("p99", float(np.percentile(together, 99)), LIMIT_P99),
        ("max", float(together.max()), LIMIT_MAX),
    ):
        line = {"figure": f"window: event-loop latency while workers work, {figure} (ms)"}
        print(json.dumps({**line, "value": round(value, 2), "limit": limit, "better": "lower"}))


if __name__ == "__main__":
    main()
