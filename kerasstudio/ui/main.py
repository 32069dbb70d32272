"""Start the program with its window."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

OK, PROBLEMS, UNUSABLE = 0, 1, 2


def main(file: Path | None = None, template: str | None = None) -> int:
    """Open the studio on a file, a template, or the start page; returns the exit code.

    What keeps the window from opening is said in words on the standard error."""
    hindrance = versions_hindrance() or display_hindrance()
    if hindrance:
        print(f"kerasstudio: {hindrance}", file=sys.stderr)
        return UNUSABLE
    try:
        import PySide6.QtWidgets  # noqa: F401 (what it links to may be missing)
    except ImportError as error:
        print(f"kerasstudio: {missing_library_words(error)}", file=sys.stderr)
        return UNUSABLE
    return _run(file, template)


def _run(file: Path | None, template: str | None) -> int:
    from PySide6.QtCore import QTimer

    from kerasstudio.graph.catalogue import shipped
    from kerasstudio.graph.problems import StudioError, in_words
    from kerasstudio.ui.app import Studio
    from kerasstudio.ui.application import make_application
    from kerasstudio.ui.settings import Settings

    settings = Settings()
    app = make_application(settings.get("theme"))
    studio = Studio(app, shipped(), settings)
    try:
        if file is not None:
            studio.show_file(file)
        elif template is not None:
            studio.show_template(template)
        elif settings.get("start_page"):
            studio.show_start()
        else:
            studio.show_template("blank")
    except StudioError as error:
        print(in_words(error.problem), file=sys.stderr)
        studio.close()
        return UNUSABLE
    studio.errors.install()
    QTimer.singleShot(0, studio, studio.begin)
    code = app.exec()
    studio.close()
    return int(code)


def versions_hindrance() -> str:
    """PySide6 6.12 corrupts reference counts on Python 3.11 (a call that returns None loses one
    reference to it), until the process aborts. "" when all is well."""
    from importlib.metadata import PackageNotFoundError, version

    for name in ("PySide6", "PySide6-Essentials"):
        try:
            found = version(name)
        except PackageNotFoundError:
            continue
        if sys.version_info[:2] == (3, 11) and found.startswith("6.12"):
            return (
                f"PySide6 {found} crashes on Python 3.11. "
                'Install the pinned one: pip install "pyside6-essentials>=6.11,<6.12"'
            )
    return ""


def display_hindrance() -> str:
    """Qt aborts the process when there is no display; say it before. "" when there is one."""
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if not sys.platform.startswith("linux") or platform.split(":")[0] in {
        "offscreen",
        "minimal",
        "vnc",
        "linuxfb",
        "eglfs",
    }:
        return ""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return ""
    return (
        "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set). "
        "Train without a window: kerasstudio train FILE.kstudio"
    )


def missing_library_words(error: ImportError) -> str:
    """Qt's wheels need libraries of the system; name the one and the way to get it."""
    text = str(error)
    return (
        f"Qt cannot be loaded: {text}\n"
        "On Debian and Ubuntu install what it needs with\n"
        "  apt-get install libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libxcb-cursor0 "
        "libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0\n"
        "kerasstudio doctor says which are missing."
    )


def command_line(arguments: Sequence[str]) -> int:
    """For benchmarks: `python -m kerasstudio.ui.main [FILE]`."""
    return main(Path(arguments[0]) if arguments else None)


if __name__ == "__main__":
    raise SystemExit(command_line(sys.argv[1:]))
