"""The QApplication: names, style, fonts."""

from __future__ import annotations

import os
import sys

from PySide6.QtWidgets import QApplication

from kerasstudio.ui import theme
from kerasstudio.ui.text_size import system_scale, wanted_scale


def make_application(theme_choice: str, text_size: str = "system") -> QApplication:
    """A new application in the chosen look and text size, or the one that is there already."""
    # Qt shares the filling of large areas among threads, and waits for all of them: while the
    # workers have the processors busy, a fill of 1 ms takes 50. Qt reads this once, at the first.
    os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("KerasStudio")
    app.setApplicationDisplayName("KerasStudio")
    app.setDesktopFileName("kerasstudio")
    system = QApplication.font() if existing is None else None
    if system is not None:
        theme.set_system_scale(system_scale(system))
    theme.set_up(app, theme_choice, wanted_scale(text_size, theme.system_scale()))
    return app
