"""Drawing a wire from a port: dragged, or from click to click."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter

from kerasstudio.ui.canvas.batch_painter import DETAIL_ZOOM
from kerasstudio.ui.canvas.card_painter import PORT_RADIUS
from kerasstudio.ui.canvas.gestures.gesture import Gesture, Modifiers
from kerasstudio.ui.canvas.hits import PORT_REACH, nearest_port, port_point
from kerasstudio.ui.canvas.marks_painter import cosmetic
from kerasstudio.ui.canvas.port_glow import PortGlow
from kerasstudio.ui.canvas.remarks import paint_remark
from kerasstudio.ui.canvas.wire_index import bezier
from kerasstudio.ui.canvas.wiring_rules import FINE, End, Verdict, WiringRules
from kerasstudio.ui.theme import tokens

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
        self._picked = picked
        self._at, self._spot = at, spot
        self.target: End | None = None
        self.verdict: Verdict = FINE
        self._clicking = False
        self._begin_at(start)
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
        elif self.view.model.nodes.node_at(at.x(), at.y()) is None:
            self._drop_on_paper(at, spot)

    def answered(self) -> None:
        """Keras has said something: of the wire as it is held, perhaps."""
        self._aim(self._at)
        self.view.refresh()

    def paint(self, painter: QPainter) -> None:
        theme = tokens()
        refused = self.target is not None and not self.verdict.possible
        doubtful = self.target is not None and self.verdict.possible and not self.verdict.fitting
        color = QColor(theme.error if refused else theme.warning if doubtful else theme.accent)
        if self.view.zoom >= DETAIL_ZOOM:
            self._glow.paint(painter, self.view.visible_box(), QColor(theme.accent))
        pen = cosmetic(color, 2.4, self.view.viewport().devicePixelRatioF())
        if refused or doubtful:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for first, last in self._lines():
            points = bezier(np.array([first]), np.array([last]), self.view.model.wires.down)[0]
            painter.drawPolyline([QPointF(x, y) for x, y in points.tolist()])
        self._paint_ports(painter, color)
        remark = self._remark()
        if remark:
            paint_remark(painter, remark, self._spot, self.view.viewport().size(), color)

    def cancel(self) -> None:
        pass

    # ------------------------------------------------------------------ inside

    def _begin_at(self, start: End) -> None:
        self.start = start
        self._rules = self._make_rules(start)
        self._glow = PortGlow(self._rules)
        self.view.emphasis.dimmed = Misfits(self._rules)

    def _make_rules(self, start: End) -> WiringRules:
        return WiringRules(self.view.model, start)

    def _begin_at_the_port(self) -> None:
        """Turn a picked-up wire into a new one that begins at the port that was clicked."""
        key, self._picked = self._picked, None
        self.view.emphasis.hidden_wires = frozenset()
        wire = self.view.model.graph.wires.get(key or "")
        if wire is not None:
            number = self.view.model.ports(wire.target).place(wire.port)
            self._begin_at(End(wire.target, number, wire.port))

    def _lines(self) -> list[tuple[tuple[float, float], tuple[float, float]]]:
        """Where the curves in hand begin and end, along the flow."""
        held = (self._at.x(), self._at.y())
        if self.target is not None and self.verdict.possible:
            held = port_point(self.view.model, self.target)
        fixed = port_point(self.view.model, self.start)
        return [(fixed, held) if self.start.is_output else (held, fixed)]

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
        self._warn()

    def _warn(self) -> None:
        """Turn red what would go, and the loop that would be closed."""
        view, model = self.view, self.view.model
        doomed = set()
        key = self._replaced()
        if key is not None:
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
        able = self.target is not None and self.verdict.possible
        view.emphasis.target = self.target.node if able and self.target is not None else None
        refused = self.target is not None and not self.verdict.possible
        shape = Qt.CursorShape.ForbiddenCursor if refused else Qt.CursorShape.CrossCursor
        if view.viewport().cursor().shape() != shape:
            view.viewport().setCursor(shape)

    def _replaced(self) -> str | None:
        """The key of the wire that this one would replace."""
        if self.target is None or not self.verdict.possible:
            return None
        source, entry = self.start, self.target
        if not self.start.is_output:
            source, entry = entry, source
        key = f"{entry.node}:{entry.port}"
        old = self.view.model.graph.wires.get(key)
        same = old is not None and (old.source, old.output) == (source.node, source.number)
        return None if old is None or same or key == self._picked else key

    def _take(self, end: End) -> None:
        self.target, self.verdict = end, self._rules.judge(end)
        if self.verdict.fitting:
            self.verdict = self._ask_keras(end)

    def _ask_keras(self, end: End) -> Verdict:
        """The exact verdict on a wire that suits the port, as soon as Keras has said it."""
        source, entry = (self.start, end) if self.start.is_output else (end, self.start)
        wire = (source.node, source.number, entry.node, entry.port or "", self._picked)
        edits = self.view.editor.wires
        found = self.view.supposing.about(wire, lambda: (edits.with_wire(*wire), ()))
        if found is None or not found.problems:
            return FINE
        return Verdict(True, False, found.problems[0].message)

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
        self.view.editor.wires.draw(
            source.node, source.number, entry.node, entry.port or "", self._picked
        )

    def _drop_on_paper(self, at: QPointF, spot: QPointF) -> None:
        if self._picked is not None:
            self.view.editor.unwire([self._picked])
        else:
            self.view.search_requested.emit(spot, at, self.start)

    def _remark(self) -> str:
        """What is said beside the mouse."""
        if self.target is None:
            return ""
        reason = self.verdict.reason
        if reason and self.verdict.possible:
            reason += " Drop to wire it all the same."
        return f"{reason}\n{self._loss()}".strip()

    def _loss(self) -> str:
        """Which wire goes when this one is made."""
        key = self._replaced()
        if key is None:
            return ""
        old = self.view.model.graph.wires[key]
        return f"Replaces the wire from {self.view.model.layer(old.source).name}."

    def _paint_ports(self, painter: QPainter, color: QColor) -> None:
        theme = tokens()
        ends = [self.start]
        if self.target is not None and self.verdict.possible:
            ends.append(self.target)
        painter.setPen(Qt.PenStyle.NoPen)
        for end in ends:
            x, y = port_point(self.view.model, end)
            glow = QColor(color)
            glow.setAlpha(90)
            painter.setBrush(glow)
            painter.drawEllipse(QPointF(x, y), PORT_RADIUS + 6, PORT_RADIUS + 6)
            painter.setBrush(color)
            painter.drawEllipse(QPointF(x, y), PORT_RADIUS, PORT_RADIUS)
            painter.setBrush(QColor(theme.canvas))
            painter.drawEllipse(QPointF(x, y), PORT_RADIUS * 0.4, PORT_RADIUS * 0.4)
