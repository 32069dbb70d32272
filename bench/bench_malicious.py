"""Every known kind of malicious model file, opened by the command line and in the window. What
their code would do is touch a marker file: none may ever appear.

The vetting is also tried alone, in this process and unconfined, so that the fences around the
process cannot hide what it lets through."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tests"))

from malicious_files import Malicious, make_all  # noqa: E402

SECONDS = 60.0


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            os.environ[name] = home
        folder, marker = Path(home) / "files", Path(home) / "marker"
        folder.mkdir()
        files = make_all(folder, marker)
        for path, open_all in (
            ("vetting alone", vetting_alone),
            ("command line", command_line),
            ("window", window),
        ):
            start = time.perf_counter()
            touched = open_all(files, marker)
            figure = {
                "figure": f"malicious files that touched their marker, {path}",
                "value": touched,
                "limit": 0,
                "better": "lower",
                "files": len(files),
                "seconds": round(time.perf_counter() - start, 1),
            }
            print(json.dumps(figure), flush=True)


def counted(files: list[Malicious], marker: Path, open_one: Callable[[Malicious], None]) -> int:
    touched = 0
    for each in files:
        open_one(each)
        if marker.exists():
            print(f"touched: {each.name}", file=sys.stderr)
            marker.unlink()
            touched += 1
    return touched


def vetting_alone(files: list[Malicious], marker: Path) -> int:
    from kerasstudio.graph.problems import StudioError
    from kerasstudio.runtime.protocol import ImportModel, Inspect
    from kerasstudio.runtime.worker.importing import import_model
    from kerasstudio.runtime.worker.inspector import Inspector

    def open_one(each: Malicious) -> None:
        with contextlib.suppress(StudioError):
            answer = import_model(ImportModel(1, str(each.path)), lambda *said: None)
            Inspector().inspect(Inspect(1, 1, answer.project, thorough=True))

    return counted(files, marker, open_one)


def command_line(files: list[Malicious], marker: Path) -> int:
    from kerasstudio.cli import main as run

    out = marker.with_name("out.kstudio")

    def open_one(each: Malicious) -> None:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            contextlib.suppress(SystemExit),
        ):
            run(["convert", str(each.path), str(out)])
            if out.exists():
                run(["check", str(out)])
        out.unlink(missing_ok=True)

    return counted(files, marker, open_one)


def window(files: list[Malicious], marker: Path) -> int:
    from PySide6.QtWidgets import QMessageBox

    from kerasstudio.graph.catalogue import shipped
    from kerasstudio.graph.project import Project
    from kerasstudio.ui.app import Studio
    from kerasstudio.ui.application import make_application
    from kerasstudio.ui.settings import Settings

    studio = Studio(make_application("dark"), shipped(), Settings())
    studio.show_template("blank")
    studio.begin()
    wait(lambda: studio.pool.analysis.ready is not None)

    def open_one(each: Malicious) -> None:
        studio.documents.new(Project(), "waiting")
        done: list[object] = []
        studio.importing.failed.connect(done.append)
        studio.importing.open_paths([each.path])
        wait(lambda: bool(done) or studio.documents.name != "waiting")
        wait(lambda: studio.pool.analysis.state != "busy", 5.0)
        studio.importing.failed.disconnect(done.append)
        for box in studio.window.findChildren(QMessageBox):
            box.close()
        studio.store.mark_saved(studio.store.project, marker.with_name("x.kstudio"))

    touched = counted(files, marker, open_one)
    studio.window.close_now()
    studio.close()
    return touched


def wait(condition: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Let the window live until something is so."""
    from PySide6.QtWidgets import QApplication

    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.005)


if __name__ == "__main__":
    main()
