"""The heat overlay: how much each card has of a measure, as a coloured rim on a logarithmic scale.

All levels lie in one array beside the cards' rectangles, so that painting compares arrays and hands
rectangles to Qt a colour at a time, however many cards there are."""

from __future__ import annotations

from operator import is_

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from kerasstudio.graph.costs import Measure, measured
from kerasstudio.ui.canvas.node_index import Slots
from kerasstudio.ui.canvas.rectangles import draw_rects
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.theme import tokens

RIM = 6.0
"""Scene pixels of colour around a card."""
_NOTHING = -1


class Heat:
    """`measure` None is off. The levels follow the drawing, its shapes and the batch size by
    themselves; `refresh` works them out anew for other colours.

    `low` and `high` are the least and the greatest value above nothing; `unknown` counts cards
    whose value is not known."""

    def __init__(self, model: SceneModel) -> None:
        self._model = model
        self.measure: Measure | None = None
        self.low = self.high = self.unknown = 0
        self._levels: NDArray[np.int16] = np.empty(0, np.int16)
        self._of: tuple[object, ...] = ()

    def refresh(self) -> None:
        """The levels are worked out anew before the next painting."""
        self._of = ()

    def settle(self) -> None:
        """Work them out now: `low`, `high` and `unknown` are right then."""
        self._current()

    def level(self, node: str) -> int:
        """From 0 for the least to the number of colours less one; -1 for nothing or unknown."""
        slot = self._model.nodes.slots[node]
        return int(self._current()[slot])

    def paint_rims(self, painter: QPainter, seen: Slots, rests: bool) -> None:
        """Under the cards: what stands out is the rim. Its corners are round once the zoom
        `rests`: that costs ten times as much."""
        levels = self._current()[seen]
        rects = self._model.nodes.rects
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, rests)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for level, color in enumerate(tokens().heat):
            here = seen[levels == level]
            if not len(here):
                continue
            if rests:
                pen = QPen(QColor(color), 2 * RIM)
                pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
                painter.setPen(pen)
                draw_rects(painter, rects[here])
            else:
                painter.setBrush(QColor(color))
                draw_rects(painter, rects[here] + (-RIM, -RIM, 2 * RIM, 2 * RIM))

    def paint_far(self, painter: QPainter, seen: Slots) -> None:
        """From far away the whole card has the colour; one without a value is a shade."""
        levels = self._current()[seen]
        rects = self._model.nodes.rects
        painter.setPen(Qt.PenStyle.NoPen)
        for level, color in ((_NOTHING, tokens().node_border), *enumerate(tokens().heat)):
            here = seen[levels == level]
            if len(here):
                painter.setBrush(QBrush(QColor(color)))
                draw_rects(painter, rects[here])

    def _current(self) -> NDArray[np.int16]:
        model = self._model
        of = (model.graph, model.inspection, model.look)
        same = len(self._of) == len(of) and all(map(is_, of, self._of))
        if not same or len(self._levels) != len(model.nodes.rects):
            self._of = of
            self._levels = self._measured()
        return self._levels

    def _measured(self) -> NDArray[np.int16]:
        model, measure = self._model, self.measure
        levels = np.full(len(model.nodes.rects), _NOTHING, np.int16)
        self.low = self.high = self.unknown = 0
        if measure is None:
            return levels
        infos, batch, off = model.inspection.nodes, model.look.batch, model.off
        values = np.array(
            [
                0 if node in off else -1 if value is None else value
                for node, value in (
                    (node, measured(infos.get(node), measure, batch)) for node in model.nodes.slots
                )
            ],
            np.float64,
        )
        slots = np.fromiter(model.nodes.slots.values(), np.intp, len(values))
        self.unknown = int((values < 0).sum())
        some = values > 0
        if not some.any():
            return levels
        self.low, self.high = int(values[some].min()), int(values[some].max())
        top = len(tokens().heat) - 1
        spread = np.log(self.high) - np.log(self.low)
        part = np.ones(int(some.sum()))
        if spread > 0:
            part = (np.log(values[some]) - np.log(self.low)) / spread
        levels[slots[some]] = np.rint(part * top).astype(np.int16)
        return levels
