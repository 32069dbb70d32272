"""The dotted paper: one tile, repeated; thinner the further away."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QTransform

from kerasstudio.ui.theme import tokens

SPACING = 24.0
PLAIN_ZOOM = 0.2
_LONG = 2048


class Grid:
    """Fills the background; the dots lie on the scene's multiples of the spacing."""

    def __init__(self) -> None:
        self._tile: QPixmap | None = None
        self._made_for: tuple[int, float] = (0, 0.0)

    def clear(self) -> None:
        self._tile = None

    def paint(self, painter: QPainter, exposed: QRectF, ratio: float) -> None:
        transform = painter.worldTransform()
        if transform.m11() < PLAIN_ZOOM:
            painter.fillRect(exposed, QColor(tokens().canvas))
            return
        cell = SPACING * transform.m11()
        while cell < 15:
            cell *= 2
        while cell > 60:
            cell /= 2
        size = max(1, round(cell * ratio))
        if self._tile is None or self._made_for != (size, ratio):
            self._tile = _tile(size, ratio)
            self._made_for = (size, ratio)
        painter.save()
        painter.resetTransform()
        # In pixels of the device: Qt rounds the places of tiles to whole logical ones.
        painter.scale(1 / ratio, 1 / ratio)
        shown = transform.mapRect(exposed)
        box = QRectF(QTransform.fromScale(ratio, ratio).mapRect(shown).toAlignedRect())
        left, top = round(transform.dx() * ratio), round(transform.dy() * ratio)
        wide, high = self._tile.width(), self._tile.height()
        origin = QPointF((box.x() - left) % wide, (box.y() - top) % high)
        painter.drawTiledPixmap(box, self._tile, origin)
        painter.restore()


def _tile(size: int, ratio: float) -> QPixmap:
    """A row of cells: the longer a tile, the fewer copies fill a window."""
    theme = tokens()
    cell = QPixmap(size, size)
    cell.fill(QColor(theme.canvas))
    painter = QPainter(cell)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.grid))
    painter.drawEllipse(QPointF(size / 2, size / 2), 1.15 * ratio, 1.15 * ratio)
    painter.end()
    tile = QPixmap(size * ceil(_LONG * ratio / size), size)
    painter = QPainter(tile)
    painter.drawTiledPixmap(tile.rect(), cell)
    painter.end()
    return tile
