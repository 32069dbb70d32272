"""The QApplication: names, style, fonts."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

from kerasstudio.ui import theme


def make_application(theme_choice: str) -> QApplication:
    """A new application in the chosen look, or the one that is there already."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("KerasStudio")
    app.setApplicationDisplayName("KerasStudio")
    app.setDesktopFileName("kerasstudio")
    theme.set_up(app, theme_choice)
    return app
