"""Dragging cards and reroute dots: one undo step, lines that help to align, a wire to be dropped
into, shaken out of wires."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from kerasstudio.graph import edits
from kerasstudio.graph.edits import Dot
from kerasstudio.graph.project import Wire
from kerasstudio.ui.canvas.batch_painter import cosmetic
from kerasstudio.ui.canvas.gestures.gesture import Gesture, Modifiers
from kerasstudio.ui.canvas.gestures.shaking import Shaking
from kerasstudio.ui.canvas.hits import port_point
from kerasstudio.ui.canvas.remarks import paint_remark
from kerasstudio.ui.canvas.wire_index import bezier
from kerasstudio.ui.canvas.wiring_rules import End
from kerasstudio.ui.theme import tokens

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

GRID = 8.0
SNAP = 6.0
Place = tuple[float, float]


class MoveNodes(Gesture):
    """Moves the selected cards and dots with `grabbed`, a node or a dot. Shift snaps to the grid
    instead of to other cards and keeps the card out of wires. With `copy`, copies move and the
    originals stay. `taken_out` begins with the cards out of their wires, as shaking does."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(
        self,
        view: CanvasView,
        at: QPointF,
        spot: QPointF,
        grabbed: str | Dot,
        copy: bool = False,
        click_selects: bool = False,
        taken_out: bool = False,
    ) -> None:
        super().__init__(view, at, spot)
        self._grabbed, self._copy, self._click_selects = grabbed, copy, click_selects
        self._spot = spot
        nodes, chosen = view.model.nodes, view.selection
        together = grabbed in chosen.nodes or grabbed in chosen.dots
        moving: set[str] = set(chosen.nodes) if together else set()
        dots: set[Dot] = set(chosen.dots) if together else set()
        if isinstance(grabbed, str):
            moving.add(grabbed)
        else:
            dots.add(grabbed)
        self._start = {node: nodes.rect(node)[:2] for node in moving if node in nodes}
        self._dots = {} if copy else self._places_of(dots | self._between())
        self._shift = QPointF()
        self._guides: list[QLineF] = []
        self._wire: str | None = None
        self._hindrance = ""
        self._shaking = Shaking(spot)
        self._taken_out = False
        self._instead: list[Wire] = []
        self._can_splice = self._is_single and self._is_loose()
        if taken_out:
            self._take_out()

    def moved(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        if not self.has_travelled(spot):
            return
        self._spot = spot
        if self._shaking.moved(spot) and not (self._taken_out or self._copy):
            self._take_out()
        if not self._copy:
            self.view.emphasis.lifted = self._start.keys()
        shift = at - self.first_at
        to_grid = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self._shift = self._on_grid(shift) if to_grid else self._aligned(shift)
        if not self._copy:
            dx, dy = self._shift.x(), self._shift.y()
            self.view.model.move(
                {node: (x + dx, y + dy) for node, (x, y) in self._start.items()},
                {dot: (x + dx, y + dy) for dot, (x, y) in self._dots.items()},
            )
        self._wire = self._wire_below() if self._can_splice and not to_grid else None
        self._judge()
        self.view.refresh()

    def answered(self) -> None:
        self._judge()
        self.view.refresh()

    def released(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        wire = self._wire if not self._hindrance else None
        self._light(None)
        super().released(at, spot, modifiers)
        if not self.travelled:
            if self._click_selects:
                self._select_grabbed()
            return
        if self._copy:
            self.view.editor.duplicate(self._start, self._shift.x(), self._shift.y())
            return
        shown = self.view.places() if wire is not None else {}
        if not self.view.editor.move(
            self._places(), wire, dots=self._dot_places(), taken_out=self._taken_out
        ):
            # Refused, or back where it began: what is shown must be the project again.
            self._put_back()
        elif wire is not None:
            self.view.rearranged.emit(shown)

    def cancel(self) -> None:
        self._light(None)
        if not self._copy:
            self._put_back()

    def paint(self, painter: QPainter) -> None:
        if not self.travelled:
            return
        accent = QColor(tokens().accent)
        self._paint_instead(painter, accent)
        pen = QPen(accent, 1, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._guides:
            painter.drawLines(self._guides)
        if self._copy:
            for node in self._start:
                x, y, width, height = self.view.model.nodes.rect(node)
                accent.setAlpha(40)
                painter.setBrush(accent)
                box = QRectF(x, y, width, height).translated(self._shift)
                painter.drawRoundedRect(box, 7, 7)
        if self._hindrance:
            text = f"{self._hindrance}\nDropped here it stays beside the wire."
            room = self.view.viewport().size()
            paint_remark(painter, text, self._spot, room, QColor(tokens().error))

    # ------------------------------------------------------------------ what moves

    @property
    def _is_single(self) -> bool:
        return len(self._start) == 1 and not self._copy and isinstance(self._grabbed, str)

    def _places(self) -> dict[str, Place]:
        return {node: self._shifted(at) for node, at in self._start.items()}

    def _dot_places(self) -> dict[Dot, Place]:
        return {dot: self._shifted(at) for dot, at in self._dots.items()}

    def _shifted(self, at: Place) -> Place:
        return round(at[0] + self._shift.x(), 1), round(at[1] + self._shift.y(), 1)

    def _between(self) -> set[Dot]:
        """The dots of wires between cards that move."""
        model, found = self.view.model, set[Dot]()
        for key, _number in model.wires.dots.owners:
            wire = model.graph.wires[key]
            if wire.source in self._start and wire.target in self._start:
                found |= {(key, number) for number in range(len(wire.points))}
        return found

    def _places_of(self, dots: set[Dot]) -> dict[Dot, Place]:
        index = self.view.model.wires.dots
        return {dot: at for dot in dots if (at := index.place(dot)) is not None}

    def _put_back(self) -> None:
        self.view.model.move(self._start, self._dots)
        self.view.refresh()

    def _select_grabbed(self) -> None:
        if isinstance(self._grabbed, str):
            self.view.selection.select((self._grabbed,))
        else:
            self.view.selection.select((), (self._grabbed,))

    # ------------------------------------------------------------------ out of wires

    def _take_out(self) -> None:
        """Show the cards without their wires, and what their neighbours will have instead."""
        view = self.view
        wires = view.model.wires
        gone = {wires.keys[slot] for slot in wires.touching(view.model.nodes.slots_of(self._start))}
        keys = {key for key in gone if key is not None}
        if not keys:
            return
        self._taken_out = True
        self._can_splice = self._is_single
        graph = view.editor.graph_id
        after = edits.take_out(view.editor.project, list(self._start), graph).graphs[graph].wires
        before = view.editor.graph.wires
        self._instead = [wire for key, wire in after.items() if before.get(key) != wire]
        view.emphasis.hidden_wires = frozenset(keys)

    def _paint_instead(self, painter: QPainter, color: QColor) -> None:
        if not self._instead:
            return
        pen = cosmetic(color, 2.0, self.view.viewport().devicePixelRatioF())
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        model = self.view.model
        for wire in self._instead:
            first = port_point(model, End(wire.source, wire.output))
            number = model.ports(wire.target).place(wire.port)
            last = port_point(model, End(wire.target, number, wire.port))
            points = bezier(np.array([first]), np.array([last]), model.wires.down)[0]
            painter.drawPolyline([QPointF(x, y) for x, y in points.tolist()])

    # ------------------------------------------------------------------ into a wire

    def _is_loose(self) -> bool:
        model = self.view.model
        return not model.wires.touching(model.nodes.slots_of(self._start))

    def _wire_below(self) -> str | None:
        """The wire that runs under the middle of the card."""
        model = self.view.model
        (node,) = self._start
        ports = model.ports(node)
        if not ports.inputs or not ports.outputs:
            return None
        x, y, width, height = model.nodes.rect(node)
        hidden = self.view.emphasis.hidden_wires
        return model.wires.wire_at(x + width / 2, y + height / 2, height * 0.3, hidden)

    def _judge(self) -> None:
        """Light the wire: in the accent when the card may go into it, red with a reason when
        not."""
        self._hindrance = ""
        if self._wire is not None:
            (node,) = self._start
            self._hindrance = self.view.splicing.hindrance(self._wire, node, self._taken_out)
        self._light(self._wire)

    def _light(self, wire: str | None) -> None:
        lit = frozenset({wire} if wire else ())
        emphasis = self.view.emphasis
        emphasis.bright_wires = frozenset() if self._hindrance else lit
        emphasis.doomed_wires = lit if self._hindrance else frozenset()

    # ------------------------------------------------------------------ where

    def _on_grid(self, shift: QPointF) -> QPointF:
        x, y = self._origin()
        self._guides = []
        return QPointF(
            round((x + shift.x()) / GRID) * GRID - x, round((y + shift.y()) / GRID) * GRID - y
        )

    def _origin(self) -> Place:
        """Where what is in hand was at first."""
        if isinstance(self._grabbed, str):
            return self._start[self._grabbed]
        return self._dots.get(self._grabbed, (0.0, 0.0))

    def _aligned(self, shift: QPointF) -> QPointF:
        """Lay the grabbed card in line with the nearest visible one, where that is a small step."""
        self._guides = []
        if not isinstance(self._grabbed, str):
            return shift
        model = self.view.model
        seen = self.view.visible_box()
        moving = set(model.nodes.slots_of(self._start))
        others = np.array(
            [slot for slot in model.nodes.within(*seen).tolist() if slot not in moving], np.intp
        )
        if not len(others) or len(others) > 400:
            return shift
        rects = model.nodes.rects[others]
        _x, _y, width, height = model.nodes.rect(self._grabbed)
        x0, y0 = self._start[self._grabbed]
        x, y = x0 + shift.x(), y0 + shift.y()
        reach = SNAP / self.view.zoom
        lefts = rects[:, 0] - x
        middles = rects[:, 1] + rects[:, 3] / 2 - (y + height / 2)
        best_x, best_y = int(np.abs(lefts).argmin()), int(np.abs(middles).argmin())
        if abs(lefts[best_x]) <= reach:
            x += float(lefts[best_x])
            edge = float(rects[best_x, 1])
            self._guides.append(QLineF(x, min(y, edge) - 8, x, max(y, edge) + height + 8))
        if abs(middles[best_y]) <= reach:
            y += float(middles[best_y])
            edge, line = float(rects[best_y, 0]), y + height / 2
            self._guides.append(
                QLineF(min(x, edge) - 8, line, max(x + width, edge + width) + 8, line)
            )
        return QPointF(x - x0, y - y0)
