"""A hand with a mouse and a keyboard: real X events through xdotool, while Qt's loop runs."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QPoint
from PySide6.QtWidgets import QApplication, QWidget


def pump(seconds: float) -> None:
    """Let the window live for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        time.sleep(0.002)


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 30.0) -> Any:
    """Pump until `condition()` is true and return it; fail naming `what` after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        if result := condition():
            return result
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:g} s for {what}")
        pump(0.02)


class Hand:
    """Positions are widget coordinates; every action pumps Qt's event loop until X has sent it."""

    def _xdotool(self, *words: str) -> None:
        process = subprocess.Popen(["xdotool", *words])
        # Timers go on while a drag's own event loop runs inside processEvents.
        while process.poll() is None:
            pump(0.005)
        if process.returncode:
            raise AssertionError(f"xdotool {' '.join(words)} ended with {process.returncode}")
        pump(0.03)

    @staticmethod
    def _global(widget: QWidget, position: QPoint | None) -> tuple[str, str]:
        at = widget.mapToGlobal(position if position is not None else widget.rect().center())
        return str(at.x()), str(at.y())

    def move(self, widget: QWidget, position: QPoint | None = None) -> None:
        self._xdotool("mousemove", *self._global(widget, position))

    def click(self, widget: QWidget, position: QPoint | None = None, button: int = 1) -> None:
        self._xdotool("mousemove", *self._global(widget, position), "click", str(button))

    def double_click(self, widget: QWidget, position: QPoint | None = None) -> None:
        at = self._global(widget, position)
        self._xdotool("mousemove", *at, "click", "--repeat", "2", "--delay", "60", "1")

    def drag(
        self,
        source: QWidget,
        start: QPoint | None,
        target: QWidget,
        end: QPoint | None,
        button: int = 1,
    ) -> None:
        """Press at `start`, move in small steps, release at `end`. One xdotool call, because a
        QDrag runs an event loop of its own until the release."""
        x0, y0 = (int(value) for value in self._global(source, start))
        x1, y1 = (int(value) for value in self._global(target, end))
        words = ["mousemove", str(x0), str(y0), "sleep", "0.05", "mousedown", str(button)]
        steps = 12
        for step in range(1, steps + 1):
            x = round(x0 + (x1 - x0) * step / steps)
            y = round(y0 + (y1 - y0) * step / steps)
            words += ["sleep", "0.02", "mousemove", str(x), str(y)]
        words += ["sleep", "0.08", "mouseup", str(button)]
        self._xdotool(*words)
        pump(0.1)

    def keys(self, *keys: str) -> None:
        """Key names as X has them: "ctrl+z", "Tab", "Return", "F5"."""
        self._xdotool("key", "--delay", "30", *keys)

    def type(self, text: str) -> None:
        self._xdotool("type", "--delay", "15", text)
