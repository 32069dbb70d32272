"""Paints reroute dots: all that are visible in a few calls, straight from arrays."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import shiboken6
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from kerasstudio.graph.edits import Dot
from kerasstudio.ui.canvas.card_painter import wire_colors
from kerasstudio.ui.canvas.node_index import Floats
from kerasstudio.ui.canvas.wire_index import WireIndex
from kerasstudio.ui.canvas.wire_styles import COLOR_COUNT
from kerasstudio.ui.theme import tokens

DOT_RADIUS = 4.5
"""Scene pixels."""
Box = tuple[float, float, float, float]


def paint_dots(
    painter: QPainter,
    wires: WireIndex,
    box: Box,
    hidden: Collection[int],
    selected: Collection[Dot],
    hovered: Dot | None,
) -> None:
    """The dots in `box`, but for those of the wires in the slots `hidden`."""
    if not wires.dots:
        return
    x0, y0, x1, y1 = box
    reach = 2 * DOT_RADIUS
    seen = wires.dots.within(x0 - reach, y0 - reach, x1 + reach, y1 + reach)
    if len(hidden):
        shown = np.ones(len(wires.colors), bool)
        shown[list(hidden)] = False
        seen = seen[shown[wires.dots.slots[seen]]]
    if not len(seen):
        return
    theme = tokens()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    places, colors = wires.dots.places[seen], wires.colors[wires.dots.slots[seen]]
    chosen = [row for row in seen.tolist() if wires.dots.owners[row] in selected]
    if chosen:
        _draw(painter, wires.dots.places[chosen], QColor(theme.accent), DOT_RADIUS + 3.5)
        _draw(painter, wires.dots.places[chosen], QColor(theme.canvas), DOT_RADIUS + 1.5)
    if hovered is not None and hovered not in selected:
        at = wires.dots.place(hovered)
        if at is not None:
            _draw(painter, np.array([at]), QColor(theme.text_faint), DOT_RADIUS + 2.5)
            _draw(painter, np.array([at]), QColor(theme.canvas), DOT_RADIUS + 1.2)
    shades = wire_colors(theme)
    for color in np.flatnonzero(np.bincount(colors, minlength=COLOR_COUNT)).tolist():
        _draw(painter, places[colors == color], shades[color], DOT_RADIUS)


def _draw(painter: QPainter, places: Floats, color: QColor, radius: float) -> None:
    """Rows of x, y as discs, read in place."""
    rows = np.ascontiguousarray(places, np.float64)
    painter.setPen(QPen(color, 2 * radius, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    first: Any = shiboken6.wrapInstance(rows.ctypes.data, QPointF)
    painter.drawPoints(first, len(rows))
