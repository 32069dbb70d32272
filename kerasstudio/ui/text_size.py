"""The size of text: that of the system, or what the person chose; changed while running."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontInfo
from PySide6.QtWidgets import QApplication, QHeaderView, QWidget

from kerasstudio.ui import theme

USUAL_PIXELS = 13.3
"""The height of a usual system font, 10 points at 96 dots an inch."""
LEAST, MOST = 1.0, 2.0
_UNSET = 16_777_215


def system_scale(font: QFont) -> float:
    """How much larger than usual the system's font is, in steps of 5 %. A smaller one counts as
    usual: no text of ours goes below 11 pixels."""
    pixels = QFontInfo(font).pixelSize()
    return limited(round(pixels / USUAL_PIXELS * 20) / 20)


def limited(scale: float) -> float:
    return min(max(scale, LEAST), MOST)


def wanted_scale(choice: str, system: float) -> float:
    """The scale for a value of the setting: "system", or percents ("150")."""
    return limited(int(choice) / 100) if choice.isdecimal() else system


def change_text_scale(app: QApplication, scale: float) -> None:
    """Give every widget that there is the other size of text; those made later ask `px`."""
    old = theme.text_scale()
    if scale == old:
        return
    theme.set_text_scale(app, scale)
    for widget in app.allWidgets():
        _rescale(widget, old, scale)
    theme.show_again(app)
    # Layouts remember what widgets asked for.
    for widget in app.allWidgets():
        widget.updateGeometry()


def _rescale(widget: QWidget, old: float, new: float) -> None:
    """Own fonts, and sizes that were fixed by hand. Both were made by `px`, so the pixels at
    100 % can be told exactly."""
    font = widget.font()
    if widget.testAttribute(Qt.WidgetAttribute.WA_SetFont) and font.pixelSize() > 0:
        font.setPixelSize(_scaled(font.pixelSize(), old, new))
        widget.setFont(font)
    # Qt's own ("qt_scrollarea_...") follow the style sheet.
    if not widget.isWindow() and not widget.objectName().startswith("qt_"):
        least, most = widget.minimumSize(), widget.maximumSize()
        if least.width() > 1:
            widget.setMinimumWidth(_scaled(least.width(), old, new))
        if least.height() > 1:
            widget.setMinimumHeight(_scaled(least.height(), old, new))
        if 1 < most.width() < _UNSET:
            widget.setMaximumWidth(_scaled(most.width(), old, new))
        if 1 < most.height() < _UNSET:
            widget.setMaximumHeight(_scaled(most.height(), old, new))
    if isinstance(widget, QHeaderView):
        size = _scaled(widget.defaultSectionSize(), old, new)
        widget.setMinimumSectionSize(_scaled(widget.minimumSectionSize(), old, new))
        widget.setDefaultSectionSize(size)


def _scaled(pixels: int, old: float, new: float) -> int:
    return round(round(pixels / old) * new)
