"""Measures how visible the keyboard's focus is: by pictures of a widget without and with it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

AROUND = 4
"""Pixels around a widget that a ring may be drawn into."""


def focusable(window: QWidget) -> Iterator[QWidget]:
    """The visible widgets that Tab reaches."""
    for widget in window.findChildren(QWidget):
        policy = widget.focusPolicy().value
        if (
            policy & Qt.FocusPolicy.TabFocus.value
            and widget.isVisible()
            and widget.isEnabled()
            and widget.focusProxy() is None
            and not widget.visibleRegion().isEmpty()
        ):
            yield widget


def ring_contrast(widget: QWidget) -> tuple[float, int]:
    """The contrast that most of the changed pixels reach when `widget` gets the focus, and how
    many pixels change by 3:1 or more (WCAG 2.2, 1.4.11 and 2.4.13)."""
    window = widget.window()
    focused = window.focusWidget()
    if focused is not None:
        focused.clearFocus()
    before = _picture(widget)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    after = _picture(widget)
    lights, darks = np.maximum(before, after), np.minimum(before, after)
    contrast = (lights + 0.05) / (darks + 0.05)
    changed = contrast[contrast > 1.2]
    if not changed.size:
        return 1.0, 0
    return float(np.percentile(changed, 75)), int((contrast >= 3.0).sum())


def _picture(widget: QWidget) -> NDArray[np.float64]:
    """Relative luminance (0 to 1) of the widget and what is around it."""
    QApplication.processEvents()
    window = widget.window()
    corner = widget.mapTo(window, QPoint(0, 0))
    area = QRect(corner, widget.size()).adjusted(-AROUND, -AROUND, AROUND, AROUND)
    area = area.intersected(window.rect())
    image = window.grab(area).toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    channels = pixels[:, : image.width(), 2::-1].astype(np.float64) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array((0.2126, 0.7152, 0.0722)))
