"""Dragging cards, frames, notes and reroute dots: one undo step, lines that help to align, a wire
to be dropped into, shaken out of wires."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from kerasstudio.graph import edits
from kerasstudio.graph.edits import Dot
from kerasstudio.graph.frames import Rect, around, carried
from kerasstudio.graph.project import Wire
from kerasstudio.ui.canvas.gestures.gesture import Gesture, Modifiers
from kerasstudio.ui.canvas.gestures.guides import Guides
from kerasstudio.ui.canvas.gestures.shaking import Shaking
from kerasstudio.ui.canvas.hits import port_point
from kerasstudio.ui.canvas.marks_painter import cosmetic
from kerasstudio.ui.canvas.remarks import paint_remark
from kerasstudio.ui.canvas.wire_index import bezier
from kerasstudio.ui.canvas.wiring_rules import End
from kerasstudio.ui.theme import tokens

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

Place = tuple[float, float]


class MoveNodes(Gesture):
    """Moves what is selected with `grabbed`: a node, a dot, a frame (with what lies in it) or a
    note. Shift snaps to the grid instead of to other cards and keeps the card out of wires, Ctrl
    snaps to nothing. With `copy`, copies move and the originals stay. `taken_out` begins with the
    cards out of their wires, as shaking does. Pinned cards stay."""

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
        self.clicked: Callable[[], object] | None = None
        """What a press means that does not travel."""
        self._spot = spot
        chosen = view.selection
        together = (
            grabbed in chosen.nodes or grabbed in chosen.dots or grabbed in chosen.decorations
        )
        moving: set[str] = set(chosen.nodes | chosen.decorations) if together else set()
        dots: set[Dot] = set(chosen.dots) if together else set()
        if isinstance(grabbed, str):
            moving.add(grabbed)
        else:
            dots.add(grabbed)
        self._start, self._decorations = self._taken_along(moving)
        self._home = self._frame_below(QPointF())
        self._dots = {} if copy else self._places_of(dots | self._between())
        self._shift = QPointF()
        self._wire: str | None = None
        self._hindrance = ""
        self._shaking = Shaking(spot)
        self._taken_out = False
        self._instead: list[Wire] = []
        self._can_splice = self._is_single and self._is_loose()
        self._guides = Guides(view, self._grip(), self._start, self._decorations)
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
        self._shift = self._guides.placed(shift, modifiers)
        if not self._copy:
            dx, dy = self._shift.x(), self._shift.y()
            self.view.model.move(
                {
                    key: (x + dx, y + dy)
                    for table in (self._start, self._decorations)
                    for key, (x, y) in table.items()
                },
                {dot: (x + dx, y + dy) for dot, (x, y) in self._dots.items()},
            )
        kept_out = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self._wire = self._wire_below() if self._can_splice and not kept_out else None
        self._judge()
        below = self._frame_below(self._shift)
        self.view.emphasis.taking_frame = below if below != self._home else None
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
            if self.clicked is not None:
                self.clicked()
            return
        if self._copy:
            dx, dy = self._shift.x(), self._shift.y()
            self.view.editor.duplicate(self._start, dx, dy, self._decorations)
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
        self._guides.paint(painter)
        if self._copy:
            pen = QPen(accent, 1, Qt.PenStyle.DashLine)
            pen.setCosmetic(True)
            painter.setPen(pen)
            accent.setAlpha(40)
            painter.setBrush(accent)
            for rect in self._rects():
                painter.drawRoundedRect(QRectF(*rect).translated(self._shift), 7, 7)
        if self._hindrance:
            text = f"{self._hindrance}\nDropped here it stays beside the wire."
            room = self.view.viewport().size()
            paint_remark(painter, text, self._spot, room, QColor(tokens().error))

    # ------------------------------------------------------------------ what moves

    @property
    def _is_single(self) -> bool:
        one = len(self._start) == 1 and not self._decorations
        return one and not self._copy and self._grabbed in self._start

    def _taken_along(self, moving: set[str]) -> tuple[dict[str, Place], dict[str, Place]]:
        """Where the nodes that move lie, and the frames and notes: what is in a frame comes
        along."""
        view = self.view
        model, drawing = view.model, view.model.graph
        rects = model.nodes.rects
        frames = [key for key in moving if key in model.decorations.frames]
        if frames:
            ids = model.nodes.slots
            places = {node: tuple(rects[slot].tolist()) for node, slot in ids.items()}
            inside = carried(drawing, frames, places)
            moving = moving | inside.nodes | inside.decorations
        nodes = {
            node: model.nodes.rect(node)[:2]
            for node in moving
            if node in model.nodes and (self._copy or not drawing.nodes[node].pinned)
        }
        others = {
            key: model.decorations.rect(key)[:2] for key in moving if key in model.decorations
        }
        return nodes, others

    def _rects(self) -> list[Rect]:
        model = self.view.model
        rects = [model.nodes.rect(node) for node in self._start]
        return rects + [model.decorations.rect(key) for key in self._decorations]

    def _grip(self) -> Rect:
        """What comes into line: the card or frame in the hand, or all that moves."""
        model = self.view.model
        if not isinstance(self._grabbed, str):
            return (*self._dots.get(self._grabbed, (0.0, 0.0)), 0.0, 0.0)
        if self._grabbed in self._decorations:
            return model.decorations.rect(self._grabbed)
        rects = self._rects()
        return around(rects) if rects else (0.0, 0.0, 0.0, 0.0)

    def _frame_below(self, shift: QPointF) -> str | None:
        """The frame in which what is in the hand would come to lie."""
        model = self.view.model
        if not isinstance(self._grabbed, str) or not len(model.decorations.frames):
            return None
        if self._grabbed in self._start:
            x, y = self._start[self._grabbed]
            width, height = model.nodes.rect(self._grabbed)[2:]
        elif model.decorations.note(self._grabbed) is not None:
            x, y = self._decorations[self._grabbed]
            width, height = model.decorations.rect(self._grabbed)[2:]
        else:
            return None
        at = x + shift.x() + width / 2, y + shift.y() + height / 2
        return model.decorations.top_frame(*at, without=self._decorations)

    def _places(self) -> dict[str, Place]:
        tables = (self._start, self._decorations)
        return {key: self._shifted(at) for table in tables for key, at in table.items()}

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
        self.view.model.move({**self._start, **self._decorations}, self._dots)
        self.view.refresh()

    def _select_grabbed(self) -> None:
        if self._grabbed in self._decorations:
            self.view.selection.select((), (), (str(self._grabbed),))
        elif isinstance(self._grabbed, str):
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
