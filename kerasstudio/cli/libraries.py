"""The system libraries that Qt loads and its wheels do not bring."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from pathlib import Path

# Debian package by the file name the loader looks for.
QT_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
}
X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WAYLAND_LIBRARIES = {
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


def missing_packages() -> list[str]:
    """Debian packages whose libraries the loader does not find, and one with fonts where there
    are none (nothing on other systems)."""
    if sys.platform != "linux":
        return []
    wanted = {**QT_LIBRARIES, **X11_LIBRARIES}
    if os.environ.get("WAYLAND_DISPLAY"):
        wanted |= WAYLAND_LIBRARIES
    missing = [package for library, package in wanted.items() if not _is_there(library)]
    if not any(folder.is_dir() and any(folder.rglob("*.ttf")) for folder in FONT_FOLDERS):
        missing.append("fonts-dejavu-core")
    return missing


def install_command(packages: list[str]) -> str:
    """The command that installs them here."""
    if shutil.which("apt-get") is None:
        return f"your package manager (Debian names: {' '.join(packages)})"
    sudo = "" if os.geteuid() == 0 else "sudo "
    # On a fresh system apt-get knows no package before the update.
    return f"{sudo}apt-get update && {sudo}apt-get install -y {' '.join(packages)}"


def _is_there(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
