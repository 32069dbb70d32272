"""The real window with real workers, for benchmarks that count what a person gets."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.project import Project
from kerasstudio.runtime import protocol as p
from kerasstudio.ui.app import Studio
from kerasstudio.ui.application import make_application
from kerasstudio.ui.settings import Settings

PATIENCE_S = 120


@contextmanager
def open_window() -> Iterator[Studio]:
    """A studio on the screen, its workers warm, its pages and plots made."""
    with tempfile.TemporaryDirectory() as folder:
        # What the person has lost or set must not come in between.
        for name in ("CONFIG", "DATA", "STATE", "CACHE"):
            os.environ[f"XDG_{name}_HOME"] = folder
        app = make_application("dark")
        studio = Studio(app, shipped(), Settings(Path(folder) / "settings.ini"))
        studio.show_template("blank")
        studio.window.resize(1600, 1000)
        ready: list[object] = []
        studio.pool.spare_ready.connect(lambda *_: ready.append(True))
        studio.begin()
        until(lambda: bool(ready) and not studio.idle.waiting, "a warm worker")
        try:
            yield studio
        finally:
            studio.window.close_now()
            studio.close()


def show(studio: Studio, project: Project, path: Path) -> None:
    """Open a project from a file, as a person would, and let Keras look at it."""
    from kerasstudio.graph.files import write_project

    write_project(path, project)
    studio.documents.open_now(path)
    studio.window.show_page("model")
    studio.window.show_panel("charts")
    until(lambda: studio.feed.inspection.total > 0, "shapes")


def train(studio: Studio, seen: Callable[[], bool]) -> tuple[float, list[float]]:
    """Press Train and wait for the end. Seconds until `seen` is first true, and when each epoch
    ended, from the press."""
    ends: list[float] = []
    begun = time.perf_counter()

    def ended(_view: object, _message: p.EpochEnded) -> None:
        ends.append(time.perf_counter() - begun)

    feed = studio.run_feed
    feed.epoch_ended.connect(ended)
    first = 0.0
    earlier = feed.current
    studio.commands.train()
    deadline = begun + PATIENCE_S
    while feed.current is earlier or feed.is_running:
        QApplication.processEvents()
        if not first and seen():
            first = time.perf_counter() - begun
        if time.perf_counter() > deadline:
            raise SystemExit("the run did not end")
        time.sleep(0.001)
    feed.epoch_ended.disconnect(ended)
    if feed.current is None or feed.current.status != "finished":
        raise SystemExit(f"{feed.current and feed.current.reason}")
    return first, ends


def until(done: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not done():
        QApplication.processEvents()
        if time.monotonic() > end:
            raise SystemExit(f"waited {PATIENCE_S} s for {what}")
        time.sleep(0.002)


def rest(seconds: float) -> None:
    """Let the window and its workers live for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.002)
