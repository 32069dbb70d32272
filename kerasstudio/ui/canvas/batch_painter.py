"""Paints everything visible in one go: wires from arrays, cards from pictures.

Nothing here walks the whole graph in Python: what is visible is found by comparing arrays, and
lines reach Qt straight from NumPy memory.
"""

from __future__ import annotations

from math import floor
from time import perf_counter

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap

from kerasstudio.ui.canvas.card_cache import CardCache, moving_step
from kerasstudio.ui.canvas.card_face import LEFT_OUT, tensor_label
from kerasstudio.ui.canvas.card_painter import HEADER, MARGIN, top_margin, wire_colors
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
from kerasstudio.ui.canvas.wire_labels import label_picture
from kerasstudio.ui.canvas.wire_styles import (
    COLOR_COUNT,
    DASHED,
    UNKNOWN_COLOR,
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
_LABELS_AT_MOST = 150
_ROOMY = 96
_LABELS_KEPT = 400
_CURVES_AT_MOST = 40
_DIM = 0.35
# Whether a wire suits a card takes some microseconds to find out.
_DIMMED_AT_MOST = 400
_RENDER_SECONDS, _RENDER_AT_LEAST = 0.002, 2
_SMOOTH_PIXELS = 450_000


class BatchPainter:
    """`paint` draws the part `exposed` of a scene through the painter's transform. `exact` zoom
    pictures are made once the zoom rests; until then the nearest step serves."""

    def __init__(self, model: SceneModel) -> None:
        self._model = model
        self.cache = CardCache()
        self.frames = FramesPainter(model.decorations)
        self.notes = NotesPainter(model.decorations)
        self.heat = Heat(model)
        self.marks = MarksPainter(model)
        self.exact: float | None = None
        self.unfinished = False
        """Whether the last frame left cards for the next one, to stay quick."""
        self._ratio = 1.0
        self._pens: list[QPen] = []
        self._far_pens: list[QPen] = []
        self._brushes: dict[str, QBrush] = {}
        self._labels: dict[tuple[str, float], QPixmap] = {}
        self.theme_changed()

    def theme_changed(self) -> None:
        self.cache.clear()
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
        self._labels.clear()

    def paint(
        self, painter: QPainter, exposed: QRectF, emphasis: Emphasis, area: ShownArea
    ) -> bool:
        """Paint a part of the scene but the marks; whether nothing was left for later."""
        self.cache.forget(self._model.take_changed_faces())
        self.unfinished = False
        ratio = area.ratio
        if ratio != self._ratio:
            # The window went to another screen.
            self._ratio = ratio
            self.theme_changed()
        zoom = painter.worldTransform().m11()
        self.cache.fit(area.width * area.height * ratio * ratio)
        box = (exposed.left(), exposed.top(), exposed.right(), exposed.bottom())
        if len(self._model.decorations):
            self._paint_decorations(painter, box, emphasis)
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
            return not self.unfinished
        seen = nodes.within(*box, _REACH)
        self.paint_wires(painter, seen_wires, emphasis)
        paint_dots(painter, wires, box, hidden, emphasis.selected_dots, emphasis.hovered_dot)
        if zoom >= LABEL_ZOOM or (zoom >= DETAIL_ZOOM and self._are_few(area)):
            self._paint_labels(painter, seen_wires, zoom, ratio)
        if emphasis.lifted:
            lifted = np.zeros(len(nodes.ids), bool)
            lifted[nodes.slots_of(emphasis.lifted)] = True
            seen = np.concatenate([seen[~lifted[seen]], seen[lifted[seen]]])
        self._paint_cards(painter, seen, emphasis, zoom, ratio)
        return not self.unfinished

    def paint_marks(self, painter: QPainter, emphasis: Emphasis, area: ShownArea) -> None:
        """What stands out for the moment, over all that `paint` paints."""
        zoom = painter.worldTransform().m11()
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

    def _are_few(self, area: ShownArea) -> bool:
        # Heat is told by whole cards.
        if self.heat.measure is not None:
            return False
        nodes = self._model.nodes
        return len(nodes) <= _FEW_CARDS or len(nodes.within(*area.box, _REACH)) <= _FEW_CARDS

    def _paint_decorations(self, painter: QPainter, box: Box, emphasis: Emphasis) -> None:
        chosen, hovered = emphasis.decorations, emphasis.hovered_decoration
        self.frames.paint(painter, box, chosen, hovered, emphasis.taking_frame)
        self.notes.paint(painter, box, chosen, hovered, self.exact)
        self.unfinished = self.notes.unfinished

    # ------------------------------------------------------------------ wires

    def paint_wires(self, painter: QPainter, seen: Slots, emphasis: Emphasis) -> None:
        if not len(seen):
            return
        wires = self._model.wires
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        scale = painter.worldTransform().m11() * self._ratio
        whole = DASHED[wires.colors[seen]]
        if len(wires) <= _CURVES_AT_MOST:
            whole[:] = True
        self.paint_curves(painter, seen[whole])
        lines, colors = wires.lines(seen[~whole], scale)
        for color in np.flatnonzero(np.bincount(colors, minlength=COLOR_COUNT)).tolist():
            painter.setPen(self._pens[color])
            draw_lines(painter, lines[colors == color])
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

    def _paint_labels(self, painter: QPainter, seen: Slots, zoom: float, ratio: float) -> None:
        """Shapes on wires, where there is room between the cards."""
        model = self._model
        axis = 1 if model.wires.down else 0
        roomy = roomy_wires(model, seen)[:_LABELS_AT_MOST]
        if not len(roomy):
            return
        transform = painter.worldTransform()
        lengths = np.abs(model.wires.ends[roomy, axis + 2] - model.wires.ends[roomy, axis]) * zoom
        painter.save()
        painter.resetTransform()
        for slot, length in zip(roomy.tolist(), lengths.tolist(), strict=True):
            key = model.wires.keys[slot]
            wire = model.graph.wires.get(key) if key is not None else None
            spec = model.tensor(wire.source, wire.output) if wire is not None else None
            if spec is None or model.wires.colors[slot] >= UNKNOWN_COLOR:
                continue
            label = self._label(tensor_label(spec), ratio)
            width, height = label.width() / ratio, label.height() / ratio
            if width + 36 > length:
                continue
            at = transform.map(QPointF(*model.wires.middle(slot)))
            left, top = at.x() - width / 2, at.y() - height / 2
            painter.drawPixmap(
                QPointF(floor(left * ratio + 0.5) / ratio, floor(top * ratio + 0.5) / ratio), label
            )
        painter.restore()

    def _label(self, text: str, ratio: float) -> QPixmap:
        """A shape as a small picture; there are few different ones in a model."""
        key = (text, ratio)
        found = self._labels.get(key)
        if found is None:
            if len(self._labels) > _LABELS_KEPT:
                self._labels.clear()
            found = self._labels[key] = label_picture(text, ratio)
        return found

    # ------------------------------------------------------------------ cards

    def _paint_cards(
        self, painter: QPainter, seen: Slots, emphasis: Emphasis, zoom: float, ratio: float
    ) -> None:
        model, cache = self._model, self.cache
        moving = zoom != self.exact
        # What comes into view meanwhile is painted small: quick to make, and many fit the memory.
        step = moving_step(zoom) if moving else zoom
        transform = painter.worldTransform()
        dx, dy = transform.dx(), transform.dy()
        if self.heat.measure is not None:
            self.heat.paint_rims(painter, seen)
        painter.save()
        painter.resetTransform()
        # A screen full of cards in motion: the eye does not see the difference, the clock does.
        sizes = model.nodes.rects[seen, 2:]
        pixels = float((sizes[:, 0] * sizes[:, 1]).sum()) * (zoom * ratio) ** 2
        smooth = step != zoom and pixels <= _SMOOTH_PIXELS
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        ids, rects = model.nodes.ids, model.nodes.rects[seen, :2]
        lefts = (rects[:, 0] - MARGIN) * zoom + dx
        tops = rects[:, 1] * zoom + dy
        dimmed = emphasis.dimmed
        spent, fresh = 0.0, 0
        places = zip(seen.tolist(), lefts.tolist(), tops.tolist(), strict=True)
        for slot, left, middle in places:
            node = ids[slot]
            if node is None:
                continue
            wanted = step
            if moving:
                # A picture made for any zoom will do; it rests soon.
                picture = cache.found(node, step, ratio)
                if picture is None:
                    wanted, picture = cache.nearest(node, zoom, ratio) or (step, None)
            else:
                picture = cache.found(node, step, ratio)
            if picture is None:
                if fresh < _RENDER_AT_LEAST or spent < _RENDER_SECONDS:
                    started = perf_counter()
                    picture = cache.picture(node, model.face, step, ratio)
                    fresh, spent = fresh + 1, spent + perf_counter() - started
                else:
                    # A whole screen of unseen cards would cost several frames: the rest waits.
                    self.unfinished = True
                    wanted, picture = self._spare(node, step, ratio)
                    if picture is None:
                        self._paint_blank(painter, slot, zoom, dx, dy)
                        continue
            top = middle - top_margin(model.face(node)) * zoom
            if dimmed and node in dimmed:
                painter.setOpacity(_DIM)
            if wanted == zoom:
                # Half a pixel must always go the same way: cards move by whole ones.
                at = QPointF(floor(left * ratio + 0.5) / ratio, floor(top * ratio + 0.5) / ratio)
                painter.drawPixmap(at, picture)
            else:
                scale = zoom / wanted / ratio
                width, height = picture.width(), picture.height()
                painter.drawPixmap(
                    QRectF(left, top, width * scale, height * scale),
                    picture,
                    QRectF(0, 0, width, height),
                )
            if dimmed:
                painter.setOpacity(1.0)
        painter.restore()

    def _spare(self, node: str, step: float, ratio: float) -> tuple[float, QPixmap | None]:
        """What may stand in for a card for a few frames: a picture of another size, or the card
        without its words; and the step it was made for."""
        other = self.cache.nearest(node, step, ratio)
        if other is not None:
            return other
        face = self._model.face(node)
        if self.cache.has_plate(face, step, ratio):
            return step, self.cache.plate(face, step, ratio)
        return step, None

    def _paint_blank(self, painter: QPainter, slot: int, zoom: float, dx: float, dy: float) -> None:
        nodes = self._model.nodes
        x, y, width, height = nodes.rects[slot].tolist()
        box = QRectF(x * zoom + dx, y * zoom + dy, width * zoom, height * zoom)
        painter.fillRect(box, QColor(tokens().node))
        category = QColor(tokens().category(self._model.categories[nodes.categories[slot]]))
        category.setAlphaF(0.4)
        painter.fillRect(QRectF(box.x(), box.y(), box.width(), HEADER * zoom), category)

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
        """Cards, apart from those that are dimmed; with too many in view none is."""
        if not emphasis.dimmed or len(self._model.nodes.within(*area.box)) > _DIMMED_AT_MOST:
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


def roomy_wires(model: SceneModel, slots: Slots) -> Slots:
    """The spans of wires that a label is written on, and that have room for it."""
    axis = 1 if model.wires.down else 0
    ends = model.wires.ends[slots]
    wide = np.abs(ends[:, axis + 2] - ends[:, axis]) > _ROOMY
    roomy: Slots = slots[wide & model.wires.labelled[slots]]
    return roomy
