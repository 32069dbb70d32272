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
from kerasstudio.ui.canvas.card_painter import HEADER, MARGIN, RADIUS, top_margin, wire_colors
from kerasstudio.ui.canvas.decorations import Box
from kerasstudio.ui.canvas.dots_painter import paint_dots
from kerasstudio.ui.canvas.emphasis import Emphasis
from kerasstudio.ui.canvas.frames_painter import FramesPainter
from kerasstudio.ui.canvas.heat import Heat
from kerasstudio.ui.canvas.link_marks import link_color
from kerasstudio.ui.canvas.node_index import Slots
from kerasstudio.ui.canvas.notes_painter import NotesPainter
from kerasstudio.ui.canvas.rectangles import draw_lines, draw_rects
from kerasstudio.ui.canvas.scene_model import SceneModel
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
_WIDE_MARKS = 400


class BatchPainter:
    """`paint` draws the part `exposed` of a scene through the painter's transform. `exact` zoom
    pictures are made once the zoom rests; until then the nearest step serves."""

    def __init__(self, model: SceneModel) -> None:
        self._model = model
        self.cache = CardCache()
        self.frames = FramesPainter(model.decorations)
        self.notes = NotesPainter(model.decorations)
        self.heat = Heat(model)
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

    def paint(self, painter: QPainter, exposed: QRectF, emphasis: Emphasis, ratio: float) -> None:
        self.cache.forget(self._model.take_changed_faces())
        self.unfinished = False
        if ratio != self._ratio:
            # The window went to another screen.
            self._ratio = ratio
            self.theme_changed()
        zoom = painter.worldTransform().m11()
        device = painter.device()
        self.cache.fit(device.width() * device.height() * ratio * ratio)
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
        seen = nodes.within(*box, _REACH)
        # Heat is told by whole cards.
        few = len(seen) <= _FEW_CARDS and self.heat.measure is None
        if zoom < (_FEW_ZOOM if few else DETAIL_ZOOM):
            self._paint_far(
                painter,
                seen_wires,
                nodes.within(*box, reach),
                emphasis,
                zoom,
            )
            return
        self.paint_wires(painter, seen_wires, emphasis)
        paint_dots(painter, wires, box, hidden, emphasis.selected_dots, emphasis.hovered_dot)
        if zoom >= (DETAIL_ZOOM if few else LABEL_ZOOM):
            self._paint_labels(painter, seen_wires, zoom, ratio)
        if emphasis.lifted:
            lifted = np.zeros(len(nodes.ids), bool)
            lifted[nodes.slots_of(emphasis.lifted)] = True
            seen = np.concatenate([seen[~lifted[seen]], seen[lifted[seen]]])
        self._paint_cards(painter, seen, emphasis, zoom, ratio)

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
        self._paint_rings(painter, seen, emphasis, zoom)

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

    def _paint_rings(self, painter: QPainter, seen: Slots, emphasis: Emphasis, zoom: float) -> None:
        """Selection, hover, focus and loops: around the card, apart from its picture."""
        theme = tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rects, ids = self._model.nodes.rects, self._model.nodes.ids
        for slot in seen.tolist():
            node = ids[slot]
            if node in emphasis.loop:
                color, width = theme.error, 2.4
            elif node == emphasis.target:
                color, width = theme.accent, 2.4
            elif node in emphasis.selected:
                color, width = theme.accent, 2.0
            elif node in emphasis.linked:
                color, width = self._link_color(node), 2.4
            elif node == emphasis.hovered:
                color, width = theme.text_faint, 1.2
            else:
                if node == emphasis.focused:
                    self._paint_focus(painter, rects[slot].tolist(), zoom)
                continue
            pen = cosmetic(QColor(color), width, self._ratio)
            painter.setPen(pen)
            x, y, w, h = rects[slot].tolist()
            grow = 1.5 / zoom
            painter.drawRoundedRect(
                QRectF(x - grow, y - grow, w + 2 * grow, h + 2 * grow), RADIUS + grow, RADIUS + grow
            )
            if node == emphasis.focused and len(emphasis.selected) > 1:
                self._paint_focus(painter, rects[slot].tolist(), zoom)

    def _link_color(self, node: str) -> str:
        link = self._model.links.get(self._model.layer(node).id)
        return link_color(link.number).name() if link is not None else tokens().accent

    def _paint_focus(self, painter: QPainter, rect: list[float], zoom: float) -> None:
        """Where the keyboard is, when that is not plain from the selection."""
        x, y, w, h = rect
        pen = cosmetic(QColor(tokens().accent), 1.2, self._ratio)
        pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        grow = 5 / zoom
        painter.drawRoundedRect(
            QRectF(x - grow, y - grow, w + 2 * grow, h + 2 * grow), RADIUS + grow, RADIUS + grow
        )

    # ------------------------------------------------------------------ from far away

    def _paint_far(
        self, painter: QPainter, wires: Slots, nodes: Slots, emphasis: Emphasis, zoom: float
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
            self._paint_far_cards(painter, nodes, emphasis)
        self._paint_far_marks(painter, nodes, emphasis)
        self._paint_special_far(painter, emphasis)

    def _paint_far_cards(self, painter: QPainter, nodes: Slots, emphasis: Emphasis) -> None:
        model = self._model
        painter.setPen(Qt.PenStyle.NoPen)
        for part, opacity in self._by_dimness(nodes, emphasis):
            painter.setOpacity(opacity)
            categories = model.nodes.categories[part]
            for number in np.flatnonzero(np.bincount(categories)).tolist():
                painter.setBrush(self._brush(model.categories[number]))
                draw_rects(painter, model.nodes.rects[part[categories == number]])
        painter.setOpacity(1.0)

    def _by_dimness(self, nodes: Slots, emphasis: Emphasis) -> list[tuple[Slots, float]]:
        """Cards, apart from those that are dimmed; with too many in view none is."""
        if not emphasis.dimmed or len(nodes) > _DIMMED_AT_MOST:
            return [(nodes, 1.0)]
        ids = self._model.nodes.ids
        dim = np.array([ids[slot] in emphasis.dimmed for slot in nodes.tolist()], bool)
        return [(nodes[~dim], 1.0), (nodes[dim], _DIM)]

    def _paint_far_marks(self, painter: QPainter, nodes: Slots, emphasis: Emphasis) -> None:
        theme = tokens()
        model = self._model
        painter.setBrush(Qt.BrushStyle.NoBrush)
        bad = [
            slot for node in model.erroneous if (slot := model.nodes.slots.get(node)) is not None
        ]
        chosen = model.nodes.slots_of(emphasis.selected)
        chosen += model.nodes.slots_of([emphasis.target] if emphasis.target else [])
        linked = model.nodes.slots_of(emphasis.linked)
        shared = self._link_color(next(iter(emphasis.linked))) if linked else theme.accent
        for slots, color in ((linked, shared), (bad, theme.error), (chosen, theme.accent)):
            if not slots:
                continue
            marked = np.zeros(len(model.nodes.ids), bool)
            marked[slots] = True
            visible = nodes[marked[nodes]]
            if len(visible):
                # Wide lines around thousands of cards would cost more than the cards.
                width = 2 if len(visible) <= _WIDE_MARKS else 1 / self._ratio
                painter.setPen(cosmetic(QColor(color), width, self._ratio))
                draw_rects(painter, model.nodes.rects[visible])

    def _paint_special_far(self, painter: QPainter, emphasis: Emphasis) -> None:
        wires = self._model.wires
        for keys, color in (
            (emphasis.bright_wires, tokens().accent),
            (emphasis.doomed_wires, tokens().error),
        ):
            slots = wires.spans_of(keys)
            if slots:
                painter.setPen(QPen(QColor(color), 0))
                draw_lines(painter, wires.far_lines(np.array(slots)))

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


def cosmetic(color: QColor, width: float, ratio: float) -> QPen:
    """A pen of `width` logical pixels at any zoom."""
    pen = QPen(color, width * ratio)
    pen.setCosmetic(True)
    return pen
