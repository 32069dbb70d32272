"""Drawing a wire from a port: dragged, or from click to click."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from kerasstudio.ui.canvas.batch_painter import cosmetic
from kerasstudio.ui.canvas.card_painter import PORT_RADIUS
from kerasstudio.ui.canvas.gestures.gesture import Gesture, Modifiers
from kerasstudio.ui.canvas.hits import PORT_REACH, nearest_port, port_point
from kerasstudio.ui.canvas.wire_index import bezier
from kerasstudio.ui.canvas.wiring_rules import FINE, End, Verdict, WiringRules
from kerasstudio.ui.theme import tokens, ui_font

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

MAGNET = 30.0
"""Screen pixels from which a fitting port pulls the wire."""


class Misfits(Collection[str]):
    """Nodes none of whose ports takes the wire; judged when they come into view."""

    def __init__(self, rules: WiringRules) -> None:
        self._rules = rules
        self._known: dict[str, bool] = {}

    def __contains__(self, node: object) -> bool:
        if not isinstance(node, str) or node == self._rules.start.node:
            return False
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = not self._rules.fits(node)
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(node for node, misfit in self._known.items() if misfit)

    def __len__(self) -> int:
        return sum(self._known.values())


class DrawWire(Gesture):
    """Begins at `start`. `picked` is the key of a wire whose end was taken in hand: dropping it on
    nothing removes it. Without travel the first release leaves the wire in hand for a second
    click."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(
        self, view: CanvasView, at: QPointF, spot: QPointF, start: End, picked: str | None = None
    ) -> None:
        super().__init__(view, at, spot)
        self.start, self._picked = start, picked
        self._rules = WiringRules(view.model, start)
        self._at, self._spot = at, spot
        self.target: End | None = None
        self.verdict: Verdict = FINE
        self._clicking = False
        view.emphasis.dimmed = Misfits(self._rules)
        if picked is not None:
            view.emphasis.hidden_wires = frozenset({picked})

    def moved(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        self.has_travelled(spot)
        self._at, self._spot = at, spot
        self._aim(at)
        self.view.refresh()

    def pressed(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        self.travelled = True
        self._aim(at)

    def released(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        self.has_travelled(spot)
        if not self.travelled and not self._clicking:
            self._clicking = True
            # A click on a taken port begins a new wire; only a drag picks the old one up.
            if self._picked is not None:
                self._begin_at_the_port()
            return
        self._aim(at)
        target, verdict = self.target, self.verdict
        self.view.end_gesture()
        if target is not None:
            if verdict.possible:
                self._connect(target)
            else:
                self.view.say(verdict.reason, spot)
        elif self._picked is not None:
            self.view.editor.unwire([self._picked])
        elif self.view.model.nodes.node_at(at.x(), at.y()) is None:
            self.view.search_requested.emit(spot, at, self.start)

    def paint(self, painter: QPainter) -> None:
        theme = tokens()
        x0, y0 = port_point(self.view.model, self.start)
        x1, y1 = self._at.x(), self._at.y()
        if self.target is not None and self.verdict.possible:
            x1, y1 = port_point(self.view.model, self.target)
        first, last = ((x0, y0), (x1, y1)) if self.start.is_output else ((x1, y1), (x0, y0))
        points = bezier(np.array([first]), np.array([last]), self.view.model.wires.down)[0]
        refused = self.target is not None and not self.verdict.possible
        doubtful = self.target is not None and self.verdict.possible and not self.verdict.fitting
        color = QColor(theme.error if refused else theme.warning if doubtful else theme.accent)
        pen = cosmetic(color, 2.4, self.view.viewport().devicePixelRatioF())
        if refused or doubtful:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawPolyline([QPointF(x, y) for x, y in points.tolist()])
        self._paint_ports(painter, color)
        words = self._words_beside()
        if words:
            self._paint_words(painter, color, words)

    def _words_beside(self) -> str:
        """What stands beside the mouse: why the wire does not fit there."""
        if self.target is None or not self.verdict.reason:
            return ""
        possible = " Drop to wire it all the same." if self.verdict.possible else ""
        return self.verdict.reason + possible

    def cancel(self) -> None:
        pass

    # ------------------------------------------------------------------ inside

    def _begin_at_the_port(self) -> None:
        """Turn a picked-up wire into a new one that begins at the port that was clicked."""
        key, self._picked = self._picked, None
        self.view.emphasis.hidden_wires = frozenset()
        wire = self.view.model.graph.wires.get(key or "")
        if wire is not None:
            number = self.view.model.ports(wire.target).place(wire.port)
            self.start = End(wire.target, number, wire.port)
            self._rules = WiringRules(self.view.model, self.start)
            self.view.emphasis.dimmed = Misfits(self._rules)

    def _aim(self, at: QPointF) -> None:
        """Find the end under the mouse, else the nearest fitting one."""
        view, model = self.view, self.view.model
        x, y = at.x(), at.y()
        self.target, self.verdict = None, FINE
        end = nearest_port(model, x, y, min(PORT_REACH / view.zoom, 16.0))
        if end is not None and end != self.start:
            self._take(end)
        else:
            magnet = self._magnet(x, y)
            node = model.nodes.node_at(x, y)
            if magnet is not None:
                self._take(magnet)
            elif node is not None and node != self.start.node:
                best = self._rules.best(node)
                if best is not None:
                    self._take(best)
        doomed = set()
        if self.target is not None and self.verdict.possible:
            entry = self.target if self.start.is_output else self.start
            key = f"{entry.node}:{entry.port}"
            if key != self._picked:
                doomed.add(key)
        loop = self.verdict.loop
        if loop:
            inside = set(loop)
            doomed |= {
                wire.key
                for wire in model.graph.wires.values()
                if wire.source in inside and wire.target in inside
            }
        view.emphasis.doomed_wires = frozenset(doomed)
        view.emphasis.loop = frozenset(loop)

    def _take(self, end: End) -> None:
        self.target, self.verdict = end, self._rules.judge(end)

    def _magnet(self, x: float, y: float) -> End | None:
        """The nearest fitting port within the magnet's reach; free ones first."""
        model = self.view.model
        reach = MAGNET / self.view.zoom
        best: tuple[float, End] | None = None
        for node in model.nodes.names(model.nodes.within(x, y, x, y, reach)):
            if node == self.start.node or node in self.view.emphasis.dimmed:
                continue
            for end in self._rules.ends(node):
                px, py = port_point(model, end)
                distance = float(np.hypot(px - x, py - y))
                if distance <= reach and self._rules.judge(end).fitting:
                    if end.port and f"{node}:{end.port}" in model.wires:
                        distance += reach / 3
                    if best is None or distance < best[0]:
                        best = (distance, end)
        return best[1] if best is not None else None

    def _connect(self, target: End) -> None:
        source, entry = (self.start, target) if self.start.is_output else (target, self.start)
        self.view.editor.wire(
            source.node, source.number, entry.node, entry.port or "", self._picked
        )

    def _paint_ports(self, painter: QPainter, color: QColor) -> None:
        theme = tokens()
        ends = [self.start]
        if self.target is not None and self.verdict.possible:
            ends.append(self.target)
        painter.setPen(Qt.PenStyle.NoPen)
        for end in ends:
            x, y = port_point(self.view.model, end)
            glow = QColor(color)
            glow.setAlpha(70)
            painter.setBrush(glow)
            painter.drawEllipse(QPointF(x, y), PORT_RADIUS + 5, PORT_RADIUS + 5)
            painter.setBrush(color)
            painter.drawEllipse(QPointF(x, y), PORT_RADIUS, PORT_RADIUS)
            painter.setBrush(QColor(theme.canvas))
            painter.drawEllipse(QPointF(x, y), PORT_RADIUS * 0.4, PORT_RADIUS * 0.4)

    def _paint_words(self, painter: QPainter, color: QColor, text: str) -> None:
        theme = tokens()
        painter.save()
        painter.resetTransform()
        painter.setFont(ui_font(12))
        width = QFontMetricsF(painter.font()).horizontalAdvance(text)
        view = self.view.viewport().rect()
        x = min(self._spot.x() + 16, view.width() - width - 26)
        box = QRectF(max(6.0, x), self._spot.y() + 18, width + 18, 26)
        painter.setPen(QPen(color, 1))
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(QColor(theme.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()
