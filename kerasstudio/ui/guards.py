"""What keeps the window from opening, in words: Qt itself would abort the process."""

from __future__ import annotations

import os
import sys


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
