"""Draw the pictures in docs/images: the real program with real workers, in light and dark.

    .venv/bin/python scripts/screenshots.py [FOLDER]

Without a display it starts itself again on a virtual one (Xvfb).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kerasstudio.ui.app import Studio

ROOT = Path(__file__).resolve().parent.parent
SIZE = (1680, 1020)


def main(folder: Path) -> int:
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        command = ["xvfb-run", "-a", "-s", "-screen 0 1760x1100x24", sys.executable, *sys.argv]
        os.execvp(shutil.which("xvfb-run") or "xvfb-run", command)  # noqa: S606
    # Settings, recent files and runs of the person must not be in the pictures.
    home = tempfile.mkdtemp(prefix="kerasstudio-pictures-")
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        os.environ[name] = home
    folder.mkdir(parents=True, exist_ok=True)
    try:
        draw_all(folder)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 0


def draw_all(folder: Path) -> None:
    from kerasstudio.graph.catalogue import shipped
    from kerasstudio.ui.app import Studio
    from kerasstudio.ui.application import make_application
    from kerasstudio.ui.settings import Settings

    settings = Settings()
    settings.set("theme", "dark")
    studio = Studio(make_application("dark", "100"), shipped(), settings)
    studio.show_start()
    studio.window.resize(*SIZE)
    studio.begin()
    pump(0.3)

    def both(name: str) -> None:
        for theme in ("dark", "light"):
            settings.set("theme", theme)
            pump(0.6)
            studio.window.grab().save(str(folder / f"{name}-{theme}.png"))
            print(f"{name}-{theme}.png", flush=True)

    wait_for(lambda: studio.pool.analysis.ready)
    both("start")
    draw_run(studio, both)
    draw_model(studio, both)
    studio.window.close_now()
    studio.close()


def draw_model(studio: Studio, both: Callable[[str], None]) -> None:
    """Two Inputs and two Outputs, a selected layer, the code."""
    from kerasstudio.graph.edits import set_argument

    studio.show_template("two_inputs_two_outputs")
    wait_for(lambda: studio.feed.inspection.total > 0)
    pump(0.5)
    project = studio.store.project
    chosen = [node for node in project.graph.nodes.values() if "units" in arguments(project, node)]
    studio.selection.select(frozenset({chosen[0].id}))
    studio.store.apply(set_argument(project, chosen[0].layer, "units", 48), "Set units")
    wait_for(lambda: studio.pool.analysis.state != "busy")
    studio.show_code()  # it scrolls to the lines of the selected layer
    pump(0.8)
    both("model")


def arguments(project: Any, node: Any) -> dict[str, Any]:
    return dict(project.layers[node.layer].arguments)


def draw_run(studio: Studio, both: Callable[[str], None]) -> None:
    studio.show_template("residual_cnn")
    wait_for(lambda: studio.feed.inspection.total > 0 and not studio.feed.errors)
    wait_for(lambda: studio.pool.spare is not None and studio.pool.spare.ready)
    studio.commands.train()
    wait_for(lambda: studio.run_feed.current is not None and studio.run_feed.current.epoch >= 4)
    studio.commands.pause()
    pump(1.0)
    both("training")
    studio.commands.pause()
    wait_for(lambda: studio.run_feed.current is not None and studio.run_feed.current.ended, 180)
    studio.window.show_page("data")
    pump(1.0)
    both("data")
    studio.window.show_page("train")
    pump(0.8)
    both("train")
    studio.window.show_page("results")
    pump(1.5)
    both("results")


def pump(seconds: float) -> None:
    from PySide6.QtWidgets import QApplication

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.005)


def wait_for(condition: Callable[[], Any], seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} s in vain")
        pump(0.05)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"))
