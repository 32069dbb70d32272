"""How late the window's event loop is while workers import TensorFlow, build, trace and fit.

A timer every 2 ms says how late it came; meanwhile the canvas is panned 60 times a second, shapes
are asked for, and the digits network is trained by the program's own feeds.

`value` is by the clock. `own` leaves out how long the window's thread was ready to run while all
processors were busy with something else (Linux's `schedstat`); `cpu` is its time on one.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import numpy as np
from PySide6.QtCore import QElapsedTimer, QEventLoop, QPointF, Qt, QTimer

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.templates import project_from
from kerasstudio.ui.app import CHECKS
from kerasstudio.ui.application import make_application
from kerasstudio.ui.canvas.canvas import Canvas
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.run_feed import RunFeed, RunView
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.workers import WorkerPool

TICK_MS = 2
LIMIT_P99, LIMIT_MAX = 12.0, 50.0
PATIENCE_S = 150
SCHEDULED = Path("/proc/thread-self/schedstat")


class Watch:
    """Notes, for the phase that runs, how many milliseconds each tick came late."""

    def __init__(self) -> None:
        self.late: dict[str, list[float]] = {}
        self.own: dict[str, list[float]] = {}
        self.cpu: dict[str, list[float]] = {}
        self.phase = ""
        self._clock = QElapsedTimer()
        self._waited = self._cpu = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def begin(self, phase: str) -> None:
        self.phase = phase
        self.late[phase], self.own[phase], self.cpu[phase] = [], [], []
        self._start()
        self._timer.start()

    def _tick(self) -> None:
        late = self._clock.nsecsElapsed() / 1e6 - TICK_MS
        self.late[self.phase].append(max(0.0, late))
        self.own[self.phase].append(max(0.0, late - (waited_ms() - self._waited)))
        self.cpu[self.phase].append((time.thread_time() - self._cpu) * 1e3)
        self._start()

    def _start(self) -> None:
        self._clock.start()
        self._waited, self._cpu = waited_ms(), time.thread_time()


def waited_ms() -> float:
    """How long this thread has waited for a processor so far; 0 where that is not known."""
    try:
        return int(SCHEDULED.read_text().split()[1]) / 1e6
    except OSError:
        return 0.0


def wait(loop: QEventLoop, what: str) -> None:
    """Let the window live until the loop is quit."""
    timer = QTimer()
    timer.setSingleShot(True)
    timer.timeout.connect(lambda: loop.exit(1))
    timer.start(PATIENCE_S * 1000)
    if loop.exec():
        raise SystemExit(f"waited {PATIENCE_S} s for {what}")


def main() -> None:
    app = make_application("dark")
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
    for name in CHECKS:  # the program imports them in another thread after its first paint
        import_module(name)
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
        watch.late["after"], watch.own["after"], watch.cpu["after"] = [], [], []
        runs.close()
        pool.close()
    seconds = time.monotonic() - started
    phases = {name: late for name, late in watch.late.items() if late and name != "after"}
    for name, values in phases.items():
        p50, p99 = np.percentile(values, (50, 99))
        words = f"{name}: p50 {p50:.1f} p99 {p99:.1f} max {max(values):.1f} ms"
        words += f", own {max(watch.own[name]):.1f}, processor {max(watch.cpu[name]):.1f}"
        print(words, file=sys.stderr)
    print(f"{seconds:.0f} s, {frames / seconds:.0f} frames a second", file=sys.stderr)
    late, own, cpu = (
        np.concatenate([np.array(kind[name]) for name in phases])
        for kind in (watch.late, watch.own, watch.cpu)
    )
    for figure, percent, limit in (("p99", 99, LIMIT_P99), ("max", 100, LIMIT_MAX)):
        line = {
            "figure": f"window: event-loop latency while workers work, {figure} (ms)",
            "value": round(float(np.percentile(late, percent)), 2),
            "limit": limit,
            "better": "lower",
            "own": round(float(np.percentile(own, percent)), 2),
            "cpu": round(float(np.percentile(cpu, percent)), 2),
        }
        print(json.dumps(line))


if __name__ == "__main__":
    main()
