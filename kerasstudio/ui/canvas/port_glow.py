"""The ports that a wire in hand may go to, lit: found for cards as they come into view."""

from __future__ import annotations

from typing import Any

import numpy as np
import shiboken6
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from kerasstudio.ui.canvas.card_painter import PORT_RADIUS
from kerasstudio.ui.canvas.node_index import Floats
from kerasstudio.ui.canvas.wiring_rules import WiringRules

_RADIUS = PORT_RADIUS + 4.0
_NONE = np.empty((0, 2))
Box = tuple[float, float, float, float]


class PortGlow:
    """Judges each node once for one wire; cards do not move while a wire is drawn."""

    def __init__(self, rules: WiringRules) -> None:
        self._rules = rules
        self._known: dict[int, Floats] = {}

    def paint(self, painter: QPainter, box: Box, color: QColor) -> None:
        """Light the fitting ports of the cards in `box`."""
        nodes = self._rules.model.nodes
        places = [self._ports(slot) for slot in nodes.within(*box, _RADIUS).tolist()]
        if not places:
            return
        rows = np.ascontiguousarray(np.concatenate(places))
        if not len(rows):
            return
        shade = QColor(color)
        shade.setAlpha(70)
        painter.setPen(QPen(shade, 2 * _RADIUS, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        first: Any = shiboken6.wrapInstance(rows.ctypes.data, QPointF)
        painter.drawPoints(first, len(rows))

    def _ports(self, slot: int) -> Floats:
        found = self._known.get(slot)
        if found is None:
            found = self._known[slot] = self._fitting(slot)
        return found

    def _fitting(self, slot: int) -> Floats:
        rules, model = self._rules, self._rules.model
        node = model.nodes.ids[slot]
        if node is None or node == rules.start.node:
            return _NONE
        x, y, _width, _height = model.nodes.rect(node)
        places = []
        for end in rules.ends(node):
            if rules.judge(end, named=False).fitting:
                offset = model.output_offset if end.is_output else model.input_offset
                dx, dy = offset(node, end.number)
                places.append((x + dx, y + dy))
        return np.array(places) if places else _NONE
