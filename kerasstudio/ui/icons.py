"""Icons: SVG line drawings in `resources/icons`, painted in a colour of the theme."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from kerasstudio.graph.resources import resource
from kerasstudio.ui.theme import tokens

SCALES = (1.0, 2.0)


def icon(name: str, color: str | None = None, size: int = 16) -> QIcon:
    """The icon of that name in `color` ("#rrggbb"; the theme's text colour if none), greyed when
    disabled. Raises `FileNotFoundError` for an unknown name. Ask again when the theme changed."""
    theme = tokens()
    return _icon(name, color or theme.text, theme.text_faint, size)


def pixmap(name: str, color: str, size: int = 16, scale: float = 1.0) -> QPixmap:
    """The icon as a pixmap of `size` logical pixels."""
    from PySide6.QtSvg import QSvgRenderer  # after the first paint for those who need no icon

    picture = QPixmap(round(size * scale), round(size * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    drawing = QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode()))
    painter = QPainter(picture)
    drawing.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture


@cache
def _source(name: str) -> str:
    return (resource("icons") / f"{name}.svg").read_text()


@lru_cache(maxsize=256)
def _icon(name: str, color: str, disabled: str, size: int) -> QIcon:
    result = QIcon()
    for scale in SCALES:
        result.addPixmap(pixmap(name, color, size, scale))
        result.addPixmap(pixmap(name, disabled, size, scale), QIcon.Mode.Disabled)
    return result
