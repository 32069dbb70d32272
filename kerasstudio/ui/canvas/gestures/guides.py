"""Lines that help the hand: edges and middles of near cards, ports that a wire joins, the grid."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from kerasstudio.graph.frames import Rect
from kerasstudio.ui.canvas.gestures.gesture import Modifiers
from kerasstudio.ui.canvas.node_index import Floats, NodeIndex
from kerasstudio.ui.theme import tokens

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

GRID = 8.0
REACH = 6.0
"""Screen pixels from which a line draws."""
_NEAR = 60
_WIRES = 40
_BEYOND = 10.0
_SAME = 0.25


class Guides:
    """For one drag of things that lie together in `rect` (scene pixels) when it begins. `nodes` and
    `decorations` are what moves: none of it is a guide."""

    def __init__(
        self, view: CanvasView, rect: Rect, nodes: Collection[str], decorations: Collection[str]
    ) -> None:
        self._view, self._rect = view, rect
        self._nodes, self._decorations = nodes, frozenset(decorations)
        self._moving = view.model.nodes.slots_of(nodes)
        self._joints = self._ports()
        self.lines: list[QLineF] = []

    def placed(self, shift: QPointF, modifiers: Modifiers) -> QPointF:
        """The shift that the hand means. Shift takes the grid instead of the guides (or the other
        way round where the person snaps to the grid always), Ctrl takes neither."""
        self.lines = []
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            return shift
        if bool(modifiers & Qt.KeyboardModifier.ShiftModifier) != self._view.snaps_to_grid:
            return self._on_grid(shift)
        return self._aligned(shift)

    def placed_edge(self, at: float, axis: int, modifiers: Modifiers) -> float:
        """Where a single edge goes that is dragged along x (`axis` 0) or y (1)."""
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            return at
        if bool(modifiers & Qt.KeyboardModifier.ShiftModifier) != self._view.snaps_to_grid:
            return round(at / GRID) * GRID
        others = self._others(self._rect)
        if not len(others):
            return at
        lines = np.concatenate([others[:, axis], others[:, axis] + others[:, axis + 2]])
        best = int(np.abs(lines - at).argmin())
        if abs(lines[best] - at) > REACH / self._view.zoom:
            return at
        found = float(lines[best])
        x, y, width, height = self._rect
        if axis == 0:
            self.lines.append(QLineF(found, y - _BEYOND, found, y + height + _BEYOND))
        else:
            self.lines.append(QLineF(x - _BEYOND, found, x + width + _BEYOND, found))
        return found

    def paint(self, painter: QPainter) -> None:
        if not self.lines:
            return
        pen = QPen(QColor(tokens().accent), 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawLines(self.lines)

    # ------------------------------------------------------------------ inside

    def _on_grid(self, shift: QPointF) -> QPointF:
        x, y = self._rect[:2]
        return QPointF(
            round((x + shift.x()) / GRID) * GRID - x, round((y + shift.y()) / GRID) * GRID - y
        )

    def _aligned(self, shift: QPointF) -> QPointF:
        x, y, width, height = self._rect
        box = (x + shift.x(), y + shift.y(), width, height)
        others = self._others(box)
        down = self._view.model.wires.down
        steps = [
            self._step(box, others, axis, self._joint_steps(shift) if axis != down else None)
            for axis in (0, 1)
        ]
        if not any(step is not None for step in steps):
            return shift
        dx, dy = (step or 0.0 for step in steps)
        box = (box[0] + dx, box[1] + dy, width, height)
        for axis in (0, 1):
            if steps[axis] is not None:
                self._draw(box, others, axis)
        placed = QPointF(shift.x() + dx, shift.y() + dy)
        if steps[0 if down else 1] is not None:
            self._draw_joints(placed)
        return placed

    def _others(self, box: Rect) -> Floats:
        """The rectangles near to a box that are in view and do not move."""
        model = self._view.model
        seen = self._view.visible_box()
        decorations = model.decorations
        rects = _resting(model.nodes, seen, self._moving)
        if len(decorations):
            more = [
                _resting(index, seen, index.slots_of(self._decorations))
                for index in (decorations.frames, decorations.notes)
            ]
            rects = np.concatenate([rects, *more])
        if len(rects) > _NEAR:
            middles = rects[:, :2] + rects[:, 2:] / 2
            away = np.abs(middles - (box[0] + box[2] / 2, box[1] + box[3] / 2)).sum(axis=1)
            rects = rects[np.argpartition(away, _NEAR)[:_NEAR]]
        return rects

    def _step(self, box: Rect, others: Floats, axis: int, joints: Floats | None) -> float | None:
        """The least step that brings an edge or the middle of a box into line."""
        found = [joints] if joints is not None and len(joints) else []
        if len(others):
            start, size = box[axis], box[axis + 2]
            starts, ends = others[:, axis], others[:, axis] + others[:, axis + 2]
            found += [
                (starts + ends) / 2 - (start + size / 2),
                starts - start,
                ends - (start + size),
                ends - start,
                starts - (start + size),
            ]
        if not found:
            return None
        steps = np.concatenate(found)
        best = float(steps[int(np.abs(steps).argmin())])
        return best if abs(best) <= REACH / self._view.zoom else None

    def _draw(self, box: Rect, others: Floats, axis: int) -> None:
        """The lines of one axis on which the box and others lie now."""
        if not len(others):
            return
        start, size = box[axis], box[axis + 2]
        low, high = box[1 - axis], box[1 - axis] + box[3 - axis]
        starts, ends = others[:, axis], others[:, axis] + others[:, axis + 2]
        middle = start + size / 2
        drawn = np.zeros(len(others), bool)
        for at, on_it in (
            (middle, np.abs((starts + ends) / 2 - middle) < _SAME),
            (start, (np.abs(starts - start) < _SAME) | (np.abs(ends - start) < _SAME)),
            (
                start + size,
                (np.abs(ends - start - size) < _SAME) | (np.abs(starts - start - size) < _SAME),
            ),
        ):
            # Cards of one size are in line in three places: the middle tells it.
            if not (on_it & ~drawn).any():
                continue
            drawn |= on_it
            across = others[on_it][:, 1 - axis]
            far = across + others[on_it][:, 3 - axis]
            first = min(low, float(across.min())) - _BEYOND
            last = max(high, float(far.max())) + _BEYOND
            line = QLineF(at, first, at, last) if axis == 0 else QLineF(first, at, last, at)
            self.lines.append(line)

    # ------------------------------------------------------------------ wires run straight

    def _ports(self) -> Floats:
        """Rows of x, y of a moving port and x, y of the port that its wire joins to it."""
        model = self._view.model
        graph, moving = model.graph, set(self._nodes)
        rows = []
        for slot in list(model.wires.touching(self._moving))[:_WIRES]:
            key = model.wires.keys[slot]
            wire = graph.wires.get(key) if key is not None else None
            if wire is None or wire.points or (wire.source in moving) == (wire.target in moving):
                continue
            ends = model.wires.ends[slot].tolist()
            rows.append(ends if wire.source in moving else [*ends[2:], *ends[:2]])
        return np.array(rows).reshape(-1, 4)

    def _joint_steps(self, shift: QPointF) -> Floats:
        across = 0 if self._view.model.wires.down else 1
        moved = shift.x() if across == 0 else shift.y()
        steps: Floats = self._joints[:, across + 2] - self._joints[:, across] - moved
        return steps

    def _draw_joints(self, shift: QPointF) -> None:
        across = 0 if self._view.model.wires.down else 1
        straight = np.abs(self._joint_steps(shift)) < _SAME
        for x0, y0, x1, y1 in self._joints[straight].tolist():
            if across == 1:
                self.lines.append(QLineF(x0 + shift.x(), y1, x1, y1))
            else:
                self.lines.append(QLineF(x1, y0 + shift.y(), x1, y1))


def _resting(index: NodeIndex, box: tuple[float, float, float, float], moving: list[int]) -> Floats:
    """The rectangles in a part of the scene, but for the slots that move."""
    slots = index.within(*box)
    if moving:
        free = np.ones(len(index.ids), bool)
        free[moving] = False
        slots = slots[free[slots]]
    found: Floats = index.rects[slots]
    return found
