"""`kerasstudio [FILE]`: open the window."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kerasstudio.cli.codes import FAILED, input_error
from kerasstudio.cli.console import Console
from kerasstudio.cli.documents import existing
from kerasstudio.cli.libraries import install_command, missing_packages
from kerasstudio.graph.problems import Problem, StudioError


def open_studio(file: str | None, console: Console) -> int:
    """Open the studio and return its exit code when it is closed."""
    path = None
    if file is not None:
        path = existing(Path(file), "a project (.kstudio), a model file or data")
        if path.is_dir():
            raise StudioError(
                input_error(
                    "input.folder",
                    f"{file} is a folder.",
                    expected="a project (.kstudio), a model file or data",
                    received="a folder",
                    file=path,
                )
            )
    if not has_display():
        console.fail(
            Problem(
                code="studio.no_display",
                message="There is no display to open a window on.",
                expected="DISPLAY or WAYLAND_DISPLAY to be set",
                received="neither; `kerasstudio train FILE` trains without a window",
            )
        )
        return FAILED
    try:
        from kerasstudio.ui.program import main
    except ImportError as error:
        missing = missing_packages()
        if not missing:
            raise
        console.fail(
            Problem(
                code="studio.libraries",
                message=f"Qt cannot be started: {error}.",
                expected="these system packages: " + " ".join(missing),
                received=f"install them with: {install_command(missing)}",
                detail=str(error),
            )
        )
        return FAILED
    return int(main(str(path) if path is not None else None))


def has_display() -> bool:
    """Whether a window can be opened, as far as the environment tells."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
