"""A stroke across the paper: it cuts the wires that it crosses, or puts reroute dots on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter

from kerasstudio.ui.canvas.gestures.gesture import Gesture, Modifiers
from kerasstudio.ui.canvas.marks_painter import cosmetic
from kerasstudio.ui.canvas.remarks import paint_remark
from kerasstudio.ui.theme import tokens
from kerasstudio.ui.widgets.amounts import plural

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

_NEAREST = 4.0
"""Screen pixels between two points of the stroke."""


class Stroke(Gesture):
    """Draws the line and collects the spans of wires that it crosses, with where."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, view: CanvasView, at: QPointF, spot: QPointF) -> None:
        super().__init__(view, at, spot)
        self._stroke = [(at.x(), at.y())]
        self._spot = spot
        self._crossed: dict[int, tuple[float, float]] = {}

    @property
    def keys(self) -> list[str]:
        """The wires that are crossed, each once."""
        keys = (self.view.model.wires.keys[slot] for slot in self._crossed)
        return list(dict.fromkeys(key for key in keys if key is not None))

    def moved(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        if not self.has_travelled(spot):
            return
        self._spot = spot
        here, last = (at.x(), at.y()), self._stroke[-1]
        if np.hypot(here[0] - last[0], here[1] - last[1]) * self.view.zoom >= _NEAREST:
            self._stroke.append(here)
            found = self.view.model.wires.crossings(np.array(last), np.array(here))
            self._crossed = found | self._crossed
            self.show()
        self.view.refresh()

    def released(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        self.moved(at, spot, modifiers)
        super().released(at, spot, modifiers)
        if self._crossed:
            self.finish()

    def show(self) -> None:
        """Mark what was crossed."""

    def finish(self) -> None:
        """Do it."""

    def words(self) -> tuple[str, str]:
        """What will be done, and the colour of it."""
        return "", tokens().accent

    def paint(self, painter: QPainter) -> None:
        if not self.travelled:
            return
        text, shade = self.words()
        painter.setPen(cosmetic(QColor(shade), 1.8, self.view.viewport().devicePixelRatioF()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline([QPointF(x, y) for x, y in self._stroke])
        if self._crossed:
            room = self.view.viewport().size()
            paint_remark(painter, text, self._spot, room, QColor(shade))


class CutWires(Stroke):
    """Wires that will go turn red."""

    def show(self) -> None:
        self.view.emphasis.doomed_wires = frozenset(self.keys)

    def finish(self) -> None:
        self.view.editor.wires.cut(self.keys)

    def words(self) -> tuple[str, str]:
        return f"cuts {plural(len(self.keys), 'wire')}", tokens().error


class RerouteStroke(Stroke):
    """Puts a reroute dot on each wire, where it is crossed."""

    def finish(self) -> None:
        wires = self.view.model.wires
        dots: dict[str, tuple[int, tuple[float, float]]] = {}
        for slot, at in self._crossed.items():
            key = wires.keys[slot]
            if key is not None:
                dots.setdefault(key, (wires.spans(key).index(slot), at))
        self.view.editor.wires.add_dots(dots)

    def words(self) -> tuple[str, str]:
        return plural(len(self.keys), "reroute dot"), tokens().accent
