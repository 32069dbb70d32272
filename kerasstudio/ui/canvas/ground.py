"""The paper with all that lies on it: painted from what is kept of it where that pays."""

from __future__ import annotations

from itertools import chain

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from kerasstudio.ui.canvas.batch_painter import BatchPainter
from kerasstudio.ui.canvas.emphasis import Emphasis
from kerasstudio.ui.canvas.grid import Grid
from kerasstudio.ui.canvas.ground_picture import GroundPicture
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.canvas.shown_area import ShownArea

LARGE = 150
"""Nodes and wires from which what was painted is kept; it takes as much memory as the view."""


class Ground:
    """Follows what the model says is stale, and which wires stand out."""

    def __init__(self, model: SceneModel, painter: BatchPainter, emphasis: Emphasis) -> None:
        self._model, self._painter, self._emphasis = model, painter, emphasis
        self._grid = Grid()
        self._picture = GroundPicture(self._paint)
        self._wires, self._dots = emphasis.wires, emphasis.dots

    def theme_changed(self) -> None:
        self._grid.clear()
        self._picture.forget()

    def paint(self, painter: QPainter, rect: QRectF, area: ShownArea) -> bool:
        """The part `rect` of the scene; whether nothing is left for the next frame."""
        zoom = painter.worldTransform().m11()
        self._follow_wires()
        self._follow_dots(self._painter.is_far(zoom, area))
        stale_all, stale = self._model.stale.take()
        if stale_all:
            self._picture.forget()
        if not self._is_worth_keeping(zoom, area.ratio):
            return self._paint(painter, rect, area)
        level = self._painter.level(self._emphasis, zoom, area)
        of = (zoom, self._painter.exact, level, *self._emphasis.below)
        exposed = painter.worldTransform().mapRect(rect).toAlignedRect()
        shown = exposed & QRect(0, 0, area.width, area.height)
        return self._picture.show(painter, shown, area, of, stale)

    def _is_worth_keeping(self, zoom: float, ratio: float) -> bool:
        """Not of small drawings; and not while the zoom changes, when each frame is another
        picture."""
        if len(self._model.nodes) + len(self._model.wires) < LARGE or ratio != int(ratio):
            self._picture.clear()
            return False
        if zoom != self._painter.exact:
            self._picture.forget()
            return False
        return True

    def _follow_wires(self) -> None:
        before, now = self._wires, self._emphasis.wires
        if before != now:
            self._wires = now
            changed = chain.from_iterable(
                one ^ other for one, other in zip(before, now, strict=True)
            )
            self._model.repaint_wires(changed)

    def _follow_dots(self, far: bool) -> None:
        """From far away there are none."""
        before, now = self._dots, self._emphasis.dots
        if before != now:
            self._dots = now
            if not far:
                self._model.repaint_dots(before ^ now)

    def _paint(self, painter: QPainter, box: QRectF, area: ShownArea) -> bool:
        self._grid.paint(painter, box, area.ratio)
        return self._painter.paint(painter, box, self._emphasis, area)
