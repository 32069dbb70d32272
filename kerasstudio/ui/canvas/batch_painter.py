"""Paints everything visible in one go: wires from arrays, cards from pictures.

Nothing here walks the whole graph in Python: what is visible is found by comparing arrays, and
lines reach Qt straight from NumPy memory.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from kerasstudio.ui.canvas.card_face import LEFT_OUT
from kerasstudio.ui.canvas.card_painter import wire_colors
from kerasstudio.ui.canvas.cards_painter import CardsPainter
from kerasstudio.ui.canvas.decorations import Box
from kerasstudio.ui.canvas.dots_painter import paint_dots
from kerasstudio.ui.canvas.emphasis import Emphasis
from kerasstudio.ui.canvas.frames_painter import FramesPainter
from kerasstudio.ui.canvas.heat import Heat
from kerasstudio.ui.canvas.marks_painter import MarksPainter, cosmetic
from kerasstudio.ui.canvas.node_index import Slots
from kerasstudio.ui.canvas.notes_painter import NotesPainter
from kerasstudio.ui.canvas.rectangles import draw_lines, draw_rects
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.canvas.shown_area import ShownArea
from kerasstudio.ui.canvas.wire_labels import LabelsPainter
from kerasstudio.ui.canvas.wire_styles import (
    COLOR_COUNT,
    DASHED,
    wire_dashes,
    wire_width,
)
from kerasstudio.ui.theme import tokens

DETAIL_ZOOM = 0.5
"""Below this zoom cards are plain rectangles and wires straight lines."""
LABEL_ZOOM = 0.62
# A badge stands above its card.
_REACH = 36.0
_FEW_ZOOM, _FEW_CARDS = 0.22, 120
"""So far away, no more cards than this still have their titles."""
_CURVES_AT_MOST = 40
_SMOOTH_WIRES = 60
_DIM = 0.35
# Whether a wire suits a card takes some microseconds to find out.
_DIMMED_AT_MOST = 400


class BatchPainter:
    """`paint` draws the part `exposed` of a scene through the painter's transform. `exact` zoom
    pictures are made once the zoom rests; until then the nearest step serves."""

    def __init__(self, model: SceneModel) -> None:
        self._model = model
        self.cards = CardsPainter(model)
        self.labels = LabelsPainter(model)
        self.frames = FramesPainter(model.decorations)
        self.notes = NotesPainter(model.decorations)
        self.heat = Heat(model)
        self.marks = MarksPainter(model)
        self.exact: float | None = None
        self._ratio = 1.0
        self._pens: list[QPen] = []
        self._far_pens: list[QPen] = []
        self._brushes: dict[str, QBrush] = {}
        self.theme_changed()

    def theme_changed(self) -> None:
        self.cards.clear()
        self.labels.clear()
        self.frames.clear()
        self.notes.clear()
        colors = wire_colors(tokens())
        self._far_pens = [QPen(color, 0) for color in colors]
        self._pens = []
        for index, color in enumerate(colors):
            pen = cosmetic(color, wire_width(index), self._ratio)
            # Square caps close the joints of the pieces; round ones cost eight times as much.
            pen.setCapStyle(Qt.PenCapStyle.SquareCap)
            if wire_dashes(index):
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                pen.setDashPattern(wire_dashes(index))
            self._pens.append(pen)
        self._brushes.clear()

    def paint(
        self, painter: QPainter, exposed: QRectF, emphasis: Emphasis, area: ShownArea
    ) -> bool:
        """Paint a part of the scene but the marks; whether nothing was left for later."""
        self.cards.forget(self._model.take_changed_faces())
        finished = True
        ratio = area.ratio
        if ratio != self._ratio:
            # The window went to another screen.
            self._ratio = ratio
            self.theme_changed()
        zoom = painter.worldTransform().m11()
        self.cards.cache.fit(area.width * area.height * ratio * ratio)
        box = (exposed.left(), exposed.top(), exposed.right(), exposed.bottom())
        if len(self._model.decorations):
            finished = self._paint_decorations(painter, box, emphasis)
        nodes, wires = self._model.nodes, self._model.wires
        # A wire's line is wider than nothing, at any zoom.
        reach = 3.0 / zoom
        seen_wires = wires.within(*box, reach)
        hidden = wires.spans_of(emphasis.hidden_wires)
        if hidden:
            shown = np.ones(len(wires.colors), bool)
            shown[hidden] = False
            seen_wires = seen_wires[shown[seen_wires]]
        if self.is_far(zoom, area):
            self._paint_far(painter, seen_wires, nodes.within(*box, reach), emphasis, area)
            return finished
        seen = nodes.within(*box, _REACH)
        self.paint_wires(painter, seen_wires, emphasis)
        paint_dots(painter, wires, box, hidden, emphasis.selected_dots, emphasis.hovered_dot)
        if self._has_labels(zoom, area):
            self.labels.paint(painter, seen_wires, ratio)
        if emphasis.lifted:
            lifted = np.zeros(len(nodes.ids), bool)
            lifted[nodes.slots_of(emphasis.lifted)] = True
            seen = np.concatenate([seen[~lifted[seen]], seen[lifted[seen]]])
        if self.heat.measure is not None:
            self.heat.paint_rims(painter, seen, zoom == self.exact)
        rests = zoom == self.exact
        return self.cards.paint(painter, seen, emphasis.dimmed, rests, ratio) and finished

    def paint_marks(self, painter: QPainter, emphasis: Emphasis, area: ShownArea) -> None:
        """What stands out for the moment, over all that `paint` paints."""
        zoom = painter.worldTransform().m11()
        self.marks.paint_decorations(painter, emphasis, area.ratio)
        if self.is_far(zoom, area):
            seen = self._model.nodes.within(*area.box, 3.0 / zoom)
            self.marks.paint_far(painter, seen, emphasis, area.ratio)
        else:
            seen = self._model.nodes.within(*area.box, _REACH)
            self.marks.paint(painter, seen, emphasis, area.ratio)

    def is_far(self, zoom: float, area: ShownArea) -> bool:
        """Whether cards are plain rectangles: a matter of all that is in view, not of the part
        that is painted."""
        if zoom >= DETAIL_ZOOM or zoom < _FEW_ZOOM:
            return zoom < DETAIL_ZOOM
        return not self._are_few(area)

    def _has_labels(self, zoom: float, area: ShownArea) -> bool:
        return zoom >= LABEL_ZOOM or (zoom >= DETAIL_ZOOM and self._are_few(area))

    def level(self, emphasis: Emphasis, zoom: float, area: ShownArea) -> tuple[bool, ...]:
        """How much of each card and wire is told with so many in view: it may change as the view
        travels."""
        dims = bool(emphasis.dimmed) and self._dims(area)
        return self.is_far(zoom, area), self._has_labels(zoom, area), dims

    def _dims(self, area: ShownArea) -> bool:
        """With too many in view no card is dimmed from far away."""
        return len(self._model.nodes.within(*area.box)) <= _DIMMED_AT_MOST

    def _are_few(self, area: ShownArea) -> bool:
        # Heat is told by whole cards.
        if self.heat.measure is not None:
            return False
        nodes = self._model.nodes
        return len(nodes) <= _FEW_CARDS or len(nodes.within(*area.box, _REACH)) <= _FEW_CARDS

    def _paint_decorations(self, painter: QPainter, box: Box, emphasis: Emphasis) -> bool:
        self.frames.paint(painter, box, emphasis.hovered_decoration, emphasis.taking_frame)
        self.notes.paint(painter, box, self.exact)
        return not self.notes.unfinished

    # ------------------------------------------------------------------ wires

    def paint_wires(self, painter: QPainter, seen: Slots, emphasis: Emphasis) -> None:
        if not len(seen):
            return
        wires = self._model.wires
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        zoom = painter.worldTransform().m11()
        if zoom != self.exact and len(seen) > _SMOOTH_WIRES:
            # A screen full of lines in motion: smooth ones cost eight times as much.
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        whole = DASHED[wires.colors[seen]]
        if len(wires) <= _CURVES_AT_MOST:
            whole[:] = True
        self.paint_curves(painter, seen[whole])
        lines, colors = wires.lines(seen[~whole], zoom * self._ratio)
        for color in np.flatnonzero(np.bincount(colors, minlength=COLOR_COUNT)).tolist():
            painter.setPen(self._pens[color])
            draw_lines(painter, lines[colors == color])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self._paint_special(painter, emphasis)

    def paint_curves(self, painter: QPainter, slots: Slots, paper: bool = False) -> None:
        """Wires as whole lines: for few of them, and for pictures on paper, where a line grows
        with the picture."""
        for slot in slots.tolist():
            self._paint_curve(painter, slot, paper)

    def _paint_curve(self, painter: QPainter, slot: int, paper: bool) -> None:
        """A wire as one line without joints: nicer, and dearer, than its pieces."""
        wires = self._model.wires
        style = int(wires.colors[slot])
        pen = self._pens[style]
        if paper:
            pen = QPen(pen)
            pen.setCosmetic(False)
            pen.setWidthF(wire_width(style))
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        segments = wires.segments[slot]
        points = [QPointF(x, y) for x, y in segments[:, :2].tolist()]
        points.append(QPointF(*segments[-1, 2:].tolist()))
        painter.drawPolyline(points)

    def _paint_special(self, painter: QPainter, emphasis: Emphasis) -> None:
        theme = tokens()
        wires = self._model.wires
        for keys, color, width in (
            (emphasis.bright_wires, theme.accent, 2.6),
            ((emphasis.hovered_wire,), theme.text, 2.4),
            ((emphasis.selected_wire,), theme.accent, 2.8),
            (emphasis.doomed_wires, theme.error, 4.0),
        ):
            slots = wires.spans_of(keys)
            if slots:
                pen = cosmetic(QColor(color), width, self._ratio)
                painter.setPen(pen)
                draw_lines(painter, wires.segments[slots].reshape(-1, 4))

    # ------------------------------------------------------------------ from far away

    def _paint_far(
        self, painter: QPainter, wires: Slots, nodes: Slots, emphasis: Emphasis, area: ShownArea
    ) -> None:
        model = self._model
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        colors = model.wires.colors[wires]
        for color in np.flatnonzero(np.bincount(colors, minlength=COLOR_COUNT)).tolist():
            painter.setPen(self._far_pens[color])
            draw_lines(painter, model.wires.far_lines(wires[colors == color]))
        if self.heat.measure is not None:
            self.heat.paint_far(painter, nodes)
        else:
            self._paint_far_cards(painter, nodes, emphasis, area)

    def _paint_far_cards(
        self, painter: QPainter, nodes: Slots, emphasis: Emphasis, area: ShownArea
    ) -> None:
        model = self._model
        painter.setPen(Qt.PenStyle.NoPen)
        for part, opacity in self._by_dimness(nodes, emphasis, area):
            painter.setOpacity(opacity)
            categories = model.nodes.categories[part]
            for number in np.flatnonzero(np.bincount(categories)).tolist():
                painter.setBrush(self._brush(model.categories[number]))
                draw_rects(painter, model.nodes.rects[part[categories == number]])
        painter.setOpacity(1.0)

    def _by_dimness(
        self, nodes: Slots, emphasis: Emphasis, area: ShownArea
    ) -> list[tuple[Slots, float]]:
        """Cards, apart from those that are dimmed."""
        if not emphasis.dimmed or not self._dims(area):
            return [(nodes, 1.0)]
        ids = self._model.nodes.ids
        dim = np.array([ids[slot] in emphasis.dimmed for slot in nodes.tolist()], bool)
        return [(nodes[~dim], 1.0), (nodes[dim], _DIM)]

    def _brush(self, category: str) -> QBrush:
        if category not in self._brushes:
            theme = tokens()
            color = theme.node_border if category == LEFT_OUT else theme.category(category)
            self._brushes[category] = QBrush(QColor(color))
        return self._brushes[category]
