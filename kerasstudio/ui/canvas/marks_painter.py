"""Paints what stands out for the moment over the cards: selection, hover, focus, loops, errors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from kerasstudio.ui.canvas import frames_painter, notes_painter
from kerasstudio.ui.canvas.card_painter import RADIUS
from kerasstudio.ui.canvas.emphasis import Emphasis
from kerasstudio.ui.canvas.link_marks import link_color
from kerasstudio.ui.canvas.node_index import Slots
from kerasstudio.ui.canvas.rectangles import draw_lines, draw_rects
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.theme import tokens

_WIDE_MARKS = 400
_FAR = 0.35


class MarksPainter:
    """Apart from the cards' pictures: these marks come and go with every move of the mouse."""

    def __init__(self, model: SceneModel) -> None:
        self._model = model

    def paint(self, painter: QPainter, seen: Slots, emphasis: Emphasis, ratio: float) -> None:
        """Rings around cards that show their words."""
        theme, zoom = tokens(), painter.worldTransform().m11()
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
                    _paint_focus(painter, rects[slot].tolist(), zoom, ratio)
                continue
            painter.setPen(cosmetic(QColor(color), width, ratio))
            _paint_ring(painter, rects[slot].tolist(), 1.5 / zoom)
            if node == emphasis.focused and len(emphasis.selected) > 1:
                _paint_focus(painter, rects[slot].tolist(), zoom, ratio)

    def paint_far(self, painter: QPainter, seen: Slots, emphasis: Emphasis, ratio: float) -> None:
        """From far away: frames of one colour at a time, and the wires that are told apart."""
        theme, model = tokens(), self._model
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        nodes = model.nodes
        bad, chosen = nodes.slots_of(model.erroneous), nodes.chosen(emphasis.selected)
        target = nodes.slots_of([emphasis.target] if emphasis.target else [])
        linked = nodes.slots_of(emphasis.linked)
        shared = self._link_color(next(iter(emphasis.linked))) if linked else theme.accent
        groups: tuple[tuple[Sequence[int] | Slots, str], ...] = (
            *((linked, shared), (bad, theme.error)),
            *((chosen, theme.accent), (target, theme.accent)),
        )
        for slots, color in groups:
            if not len(slots):
                continue
            marked = np.zeros(len(model.nodes.ids), bool)
            marked[slots] = True
            visible = seen[marked[seen]]
            if len(visible) > _WIDE_MARKS:
                # Frames around thousands of cards would cost more than all the cards.
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(color))
            else:
                painter.setPen(cosmetic(QColor(color), 2, ratio))
                painter.setBrush(Qt.BrushStyle.NoBrush)
            draw_rects(painter, model.nodes.rects[visible])
        for keys, color in (
            (emphasis.bright_wires, theme.accent),
            (emphasis.doomed_wires, theme.error),
        ):
            spans = model.wires.spans_of(keys)
            if spans:
                painter.setPen(QPen(QColor(color), 0))
                draw_lines(painter, model.wires.far_lines(np.array(spans)))

    def paint_decorations(self, painter: QPainter, emphasis: Emphasis, ratio: float) -> None:
        """Rings around selected frames and notes, and the note under the mouse."""
        decorations, hovered = self._model.decorations, emphasis.hovered_decoration
        theme, zoom = tokens(), painter.worldTransform().m11()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        chosen = [key for key in emphasis.decorations if key in decorations]
        painter.setPen(cosmetic(QColor(theme.accent), 2.0, ratio))
        if zoom < _FAR:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            rects = np.array([decorations.rect(key) for key in chosen]).reshape(-1, 4)
            draw_rects(painter, rects)
        else:
            for key in chosen:
                self._paint_decoration(painter, key, 2 / zoom)
        if hovered is not None and hovered in decorations.notes and hovered not in chosen:
            painter.setPen(cosmetic(QColor(theme.text_faint), 1.2, ratio))
            self._paint_decoration(painter, hovered, 2 / zoom)

    def _paint_decoration(self, painter: QPainter, key: str, grow: float) -> None:
        decorations = self._model.decorations
        x, y, w, h = decorations.rect(key)
        radius = min(frames_painter.RADIUS, h / 4)
        if key in decorations.notes:
            radius = notes_painter.RADIUS
        ring = QRectF(x - grow, y - grow, w + 2 * grow, h + 2 * grow)
        painter.drawRoundedRect(ring, radius + grow, radius + grow)

    def _link_color(self, node: str) -> str:
        link = self._model.links.get(self._model.layer(node).id)
        return link_color(link.number).name() if link is not None else tokens().accent


def cosmetic(color: QColor, width: float, ratio: float) -> QPen:
    """A pen of `width` logical pixels at any zoom."""
    pen = QPen(color, width * ratio)
    pen.setCosmetic(True)
    return pen


def _paint_ring(painter: QPainter, rect: list[float], grow: float) -> None:
    x, y, w, h = rect
    painter.drawRoundedRect(
        QRectF(x - grow, y - grow, w + 2 * grow, h + 2 * grow), RADIUS + grow, RADIUS + grow
    )


def _paint_focus(painter: QPainter, rect: list[float], zoom: float, ratio: float) -> None:
    """Where the keyboard is, when that is not plain from the selection."""
    pen = cosmetic(QColor(tokens().accent), 1.2, ratio)
    pen.setStyle(Qt.PenStyle.DotLine)
    painter.setPen(pen)
    _paint_ring(painter, rect, 5 / zoom)
