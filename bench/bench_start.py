"""Process start to the first painted window that can be edited: a model on its canvas, and the
start page. TensorFlow must not be imported in the window's process."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time

TIMES = 7
STARTED = "KERASSTUDIO_BENCH_STARTED"


def main() -> None:
    for name, arguments in (("a model on its canvas", ["digits_cnn"]), ("start page", [])):
        seconds = [run_once(arguments) for _ in range(TIMES)]
        figure = {
            "figure": f"start: process start to first painted window, {name}, seconds (median)",
            "value": round(statistics.median(seconds), 3),
            "limit": 1.0,
            "better": "lower",
        }
        print(json.dumps(figure))


def run_once(arguments: list[str]) -> float:
    """Seconds from just before the process is made to after its first paint."""
    environment = {**os.environ, STARTED: repr(time.time())}
    done = subprocess.run(
        [sys.executable, __file__, "child", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the window did not start:\n{done.stderr}")
    return float(done.stdout.split()[-1])


def child(template: str | None) -> None:
    from PySide6.QtCore import QEvent, QObject, QTimer

    from kerasstudio.ui import app as program

    class FirstPaint(QObject):
        """Notes when the window has painted for the first time, and ends the program."""

        painted = False

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if not self.painted and event.type() == QEvent.Type.UpdateRequest:
                self.painted = True
                # Delivered after this event: the paint it causes is done by then.
                QTimer.singleShot(0, report)
            return False

    def report() -> None:
        seconds = time.time() - float(os.environ[STARTED])
        if any(name in sys.modules for name in ("tensorflow", "keras")):
            print("TensorFlow was imported in the window's process", file=sys.stderr)
            os._exit(1)
        print(f"{seconds:.3f}", flush=True)
        os._exit(0)

    filter_ = FirstPaint()
    # The program itself, with this filter on its window.
    show = program.MainWindow.showEvent

    def shown(self: program.MainWindow, event: object) -> None:
        show(self, event)  # type: ignore[arg-type]
        self.installEventFilter(filter_)

    program.MainWindow.showEvent = shown  # type: ignore[method-assign]
    program.main(None, template)


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child(sys.argv[2] if len(sys.argv) > 2 else None)
    else:
        main()
