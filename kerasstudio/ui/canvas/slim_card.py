"""The words of a collapsed card: title, name or trouble, and shape in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from kerasstudio.ui.canvas.card_face import CardFace
from kerasstudio.ui.theme import drawing_font, drawing_mono, tokens

if TYPE_CHECKING:
    from collections.abc import Callable

_PAD = 12.0
_GAP = 8.0
_SIGN = 12.0


def paint_slim_words(
    painter: QPainter,
    face: CardFace,
    far: bool,
    draw: Callable[[QPainter, QFont, str, QRectF], None],
    sign: Callable[[str, QColor, QRectF], None],
) -> None:
    """`draw` writes one line, cut to its box; `sign` paints an icon. From `far` away only the
    title is left, in larger letters."""
    theme = tokens()
    width, height = face.size
    line = QRectF(_PAD, 1, width - 2 * _PAD, height)
    struck = face.presence in ("muted", "bypassed")
    faint = face.state == "waiting" or face.presence != "on"
    title = drawing_font(17 if far else 13, QFont.Weight.DemiBold)
    title.setStrikeOut(struck)
    painter.setPen(QColor(theme.text_muted if faint else theme.text))
    if far:
        draw(painter, title, face.title, line)
        return
    right = line.right()
    for name, color in _signs(face):
        right -= _SIGN
        sign(name, color, QRectF(right, (height - _SIGN) / 2 + 0.5, _SIGN, _SIGN))
        right -= 3
    text, color, font = _second(face)
    room = right - line.left()
    wanted = QFontMetricsF(title).horizontalAdvance(face.title)
    second = QFontMetricsF(font).horizontalAdvance(text) if text else 0.0
    # The title first; what is left is for the shape, where some of it fits.
    left = room - min(wanted, room) - _GAP
    painter.setPen(QColor(theme.text_muted if faint else theme.text))
    draw(painter, title, face.title, QRectF(line.left(), 1, room, height))
    if text and left >= min(second, 40.0):
        painter.setPen(color)
        at = max(right - second, line.left() + wanted + _GAP)
        draw(painter, font, text, QRectF(at, 1, right - at, height))


def _second(face: CardFace) -> tuple[str, QColor, QFont]:
    theme = tokens()
    words, mono = drawing_font(11, QFont.Weight.Medium), drawing_mono(11)
    if face.presence != "on":
        return face.presence, QColor(theme.text_muted), words
    if face.state == "error":
        return face.trouble or "does not fit", QColor(theme.error), words
    if face.state == "waiting":
        return "waiting", QColor(theme.text_faint), mono
    if face.shape:
        return face.shape, QColor(theme.accent), mono
    return face.name, QColor(theme.text_muted), words


def _signs(face: CardFace) -> list[tuple[str, QColor]]:
    theme = tokens()
    found = []
    if face.pinned:
        found.append(("pin", QColor(theme.text_muted)))
    if face.code:
        found.append(("code", QColor(theme.warning)))
    if face.frozen:
        found.append(("snow", QColor(theme.rank(2))))
    if face.calls > 1:
        found.append(("link", QColor(theme.warning)))
    return found


def paint_fold(painter: QPainter, face: CardFace) -> None:
    """Two lines below the card: there is more of it."""
    width, height = face.size
    color = QColor(tokens().node_border)
    color.setAlphaF(0.8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(QRectF(8, height + 1.2, width - 16, 1.6), 0.8, 0.8)
