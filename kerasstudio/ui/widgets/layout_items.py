"""What layouts hold their widgets by."""

from __future__ import annotations

from PySide6.QtWidgets import QLayout, QWidget
from shiboken6 import Shiboken


def take_widgets(layout: QLayout) -> list[QWidget]:
    """Empty a layout. What was in it stays where it is, and is the caller's to delete.

    PySide leaves what `takeAt` returns to nobody: Qt gives it away, Python does not take it."""
    widgets = []
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widgets.append(widget)
        Shiboken.delete(item)
    return widgets
