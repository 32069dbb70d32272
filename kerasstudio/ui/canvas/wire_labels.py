"""Shapes on wires, as small pictures."""

from __future__ import annotations

from math import ceil

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPixmap

from kerasstudio.ui.canvas.card_face import tensor_label
from kerasstudio.ui.canvas.node_index import Slots
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.canvas.wire_index import SEGMENTS
from kerasstudio.ui.canvas.wire_styles import UNKNOWN_COLOR
from kerasstudio.ui.theme import drawing_mono as mono_font
from kerasstudio.ui.theme import tokens

_AT_MOST = 150
_ROOMY = 96
_KEPT = 400
_AROUND = 36


class LabelsPainter:
    """Writes the shape on a wire where there is room between the cards."""

    def __init__(self, model: SceneModel) -> None:
        self._model = model
        self._pictures: dict[tuple[str, float], QPixmap] = {}
        self._of_wires: dict[str, QPixmap | None] = {}
        self._of: tuple[object, object, float] | None = None

    def clear(self) -> None:
        """Other colours."""
        self._pictures.clear()
        self._of_wires.clear()

    def paint(self, painter: QPainter, seen: Slots, ratio: float) -> None:
        wires = self._model.wires
        axis = 1 if wires.down else 0
        roomy = roomy_wires(self._model, seen)
        roomy = roomy[wires.colors[roomy] < UNKNOWN_COLOR][:_AT_MOST]
        if not len(roomy):
            return
        transform = painter.worldTransform()
        zoom = transform.m11()
        rooms = np.abs(wires.ends[roomy, axis + 2] - wires.ends[roomy, axis]) * zoom - _AROUND
        middles = wires.segments[roomy, SEGMENTS // 2, :2] * zoom
        middles += (transform.dx(), transform.dy())
        painter.save()
        painter.resetTransform()
        for slot, room, (x, y) in zip(
            roomy.tolist(), rooms.tolist(), middles.tolist(), strict=True
        ):
            label = self._of_wire(slot, ratio)
            if label is None:
                continue
            width = label.width() / ratio
            if width > room:
                continue
            left, top = x - width / 2, y - label.height() / ratio / 2
            painter.drawPixmap(
                QPointF((left * ratio + 0.5) // 1 / ratio, (top * ratio + 0.5) // 1 / ratio), label
            )
        painter.restore()

    def _of_wire(self, slot: int, ratio: float) -> QPixmap | None:
        """The label of a wire; it is asked for in every frame."""
        model = self._model
        of, now = self._of, (model.graph, model.inspection, ratio)
        if of is None or of[0] is not now[0] or of[1] is not now[1] or of[2] != ratio:
            self._of = now
            self._of_wires.clear()
        key = model.wires.keys[slot]
        if key is None:
            return None
        if key not in self._of_wires:
            wire = model.graph.wires.get(key)
            spec = model.tensor(wire.source, wire.output) if wire is not None else None
            text = tensor_label(spec) if spec is not None else None
            self._of_wires[key] = self._picture(text, ratio) if text is not None else None
        return self._of_wires[key]

    def _picture(self, text: str, ratio: float) -> QPixmap:
        """There are few different shapes in a model."""
        key = (text, ratio)
        found = self._pictures.get(key)
        if found is None:
            if len(self._pictures) > _KEPT:
                self._pictures.clear()
            found = self._pictures[key] = label_picture(text, ratio)
        return found


def roomy_wires(model: SceneModel, slots: Slots) -> Slots:
    """The spans of wires that a label is written on, and that have room for it."""
    axis = 1 if model.wires.down else 0
    ends = model.wires.ends[slots]
    wide = np.abs(ends[:, axis + 2] - ends[:, axis]) > _ROOMY
    roomy: Slots = slots[wide & model.wires.labelled[slots]]
    return roomy


def label_picture(text: str, ratio: float) -> QPixmap:
    """A text on the ground of the canvas."""
    theme = tokens()
    font = mono_font(11)
    width = ceil(QFontMetricsF(font).horizontalAdvance(text)) + 8
    picture = QPixmap(ceil(width * ratio), ceil(16 * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.canvas))
    painter.drawRoundedRect(QRectF(0, 0, width, 16), 4, 4)
    painter.setFont(font)
    painter.setPen(QColor(theme.text_muted))
    painter.drawText(QRectF(0, 0, width, 16), Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return picture
