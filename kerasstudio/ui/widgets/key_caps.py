"""Keys drawn as the caps of a keyboard: one box a key, the words of mouse gestures beside them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kerasstudio.ui.key_chords import chord_parts
from kerasstudio.ui.theme import tokens, ui_font

_PAD, _GAP, _BETWEEN, _TALL = 5.0, 3.0, 12.0, 19.0
# What a hand does with the mouse is a word, not a key.
_MOUSE = ("drag", "click", "wheel", "fingers")


def caps_width(chords: Sequence[str]) -> float:
    """The pixels that `paint_caps` needs."""
    metrics = QFontMetricsF(ui_font(12))
    total = 0.0
    for chord in chords:
        parts = chord_parts(chord)
        for part in parts:
            total += metrics.horizontalAdvance(part) + (0 if is_mouse(part) else 2 * _PAD) + _GAP
    return total + _BETWEEN * max(0, len(chords) - 1)


def paint_caps(painter: QPainter, box: QRectF, chords: Sequence[str], faint: bool = False) -> None:
    """Draw chords (as this system writes them) from the left of `box`."""
    theme = tokens()
    painter.setFont(ui_font(12))
    metrics = QFontMetricsF(painter.font())
    tall = max(_TALL, metrics.height() + 3)
    x, y = box.x(), box.center().y() - tall / 2
    middle = Qt.AlignmentFlag.AlignCenter
    for number, chord in enumerate(chords):
        if number:
            x += _BETWEEN
        for part in chord_parts(chord):
            wide = metrics.horizontalAdvance(part) + (0 if is_mouse(part) else 2 * _PAD)
            cap = QRectF(x, y, wide, tall)
            if not is_mouse(part):
                painter.setPen(QPen(QColor(theme.border_strong), 1))
                painter.setBrush(QColor(theme.hover))
                painter.drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            painter.setPen(QColor(theme.text_faint if faint else theme.text))
            painter.drawText(cap, middle, part)
            x += wide + _GAP


class KeyCaps(QWidget):
    """Chords side by side; screen readers hear them as text."""

    def __init__(self, chords: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chords = tuple(chords)
        self.setAccessibleName(", ".join(self._chords))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        tall = max(_TALL, QFontMetricsF(ui_font(12)).height() + 3)
        return QSize(round(caps_width(self._chords) + 1), round(tall) + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_caps(painter, QRectF(self.rect()), self._chords)


def is_mouse(part: str) -> bool:
    """Whether a part of a chord is what a hand does with the mouse ("right drag"): not a key."""
    return part.endswith(_MOUSE)
