"""Dragging cards: one undo step, lines that help to align, a wire to be dropped into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from kerasstudio.ui.canvas.gestures.gesture import Gesture, Modifiers
from kerasstudio.ui.theme import tokens

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

GRID = 8.0
SNAP = 6.0


class MoveNodes(Gesture):
    """Moves the selected cards with `grabbed`. Shift snaps to the grid instead of to other cards
    and keeps the card out of wires. With `copy`, copies move and the originals stay."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(
        self,
        view: CanvasView,
        at: QPointF,
        spot: QPointF,
        grabbed: str,
        copy: bool = False,
        click_selects: bool = False,
    ) -> None:
        super().__init__(view, at, spot)
        self._grabbed, self._copy, self._click_selects = grabbed, copy, click_selects
        nodes = view.model.nodes
        chosen = view.selection.nodes if grabbed in view.selection.nodes else {grabbed}
        self._start = {node: nodes.rect(node)[:2] for node in chosen if node in nodes}
        self._shift = QPointF()
        self._guides: list[QLineF] = []
        self._wire: str | None = None
        self._can_splice = len(self._start) == 1 and not copy and self._is_loose(grabbed)

    def moved(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        if not self.has_travelled(spot):
            return
        shift = at - self.first_at
        to_grid = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self._shift = self._on_grid(shift) if to_grid else self._aligned(shift)
        if not self._copy:
            self.view.model.move(self._places())
        self._wire = None
        if self._can_splice and not to_grid:
            self._wire = self._wire_below()
        self.view.emphasis.bright_wires = frozenset({self._wire} if self._wire else ())
        self.view.refresh()

    def released(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        self.view.emphasis.bright_wires = frozenset()
        places, wire = self._places(), self._wire
        super().released(at, spot, modifiers)
        if not self.travelled:
            if self._click_selects:
                self.view.selection.select((self._grabbed,))
            return
        if self._copy:
            self.view.editor.duplicate(self._start, self._shift.x(), self._shift.y())
        elif not self.view.editor.move(places, wire):
            # Refused, or back where it began: what is shown must be the project again.
            self.view.model.move(self._start)
            self.view.refresh()

    def cancel(self) -> None:
        self.view.emphasis.bright_wires = frozenset()
        if not self._copy:
            self.view.model.move(self._start)

    def paint(self, painter: QPainter) -> None:
        if not self.travelled:
            return
        accent = QColor(tokens().accent)
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

    # ------------------------------------------------------------------ inside

    def _places(self) -> dict[str, tuple[float, float]]:
        dx, dy = self._shift.x(), self._shift.y()
        return {node: (round(x + dx, 1), round(y + dy, 1)) for node, (x, y) in self._start.items()}

    def _is_loose(self, node: str) -> bool:
        model = self.view.model
        return not model.wires.touching(model.nodes.slots_of((node,)))

    def _wire_below(self) -> str | None:
        """The wire that runs under the middle of the card."""
        model = self.view.model
        ports = model.ports(self._grabbed)
        if not ports.inputs or not ports.outputs:
            return None
        x, y, width, height = model.nodes.rect(self._grabbed)
        return model.wires.wire_at(x + width / 2, y + height / 2, height * 0.3)

    def _on_grid(self, shift: QPointF) -> QPointF:
        x, y = self._start[self._grabbed]
        self._guides = []
        return QPointF(
            round((x + shift.x()) / GRID) * GRID - x, round((y + shift.y()) / GRID) * GRID - y
        )

    def _aligned(self, shift: QPointF) -> QPointF:
        """Lay the grabbed card in line with the nearest visible one, where that is a small step."""
        self._guides = []
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
