"""The drawing on paper: everything painted once, large enough to print, a little at a time.

Wires and cards are painted as shapes and text, not from the canvas's small pictures, so that SVG
and PDF stay sharp at any size. In an SVG the letters are outlines: it looks the same on machines
without the program's fonts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from math import ceil
from typing import Literal

import msgspec
from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPageSize,
    QPaintDevice,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator

from kerasstudio.graph.frames import carried
from kerasstudio.ui.canvas.batch_painter import BatchPainter
from kerasstudio.ui.canvas.card_face import tensor_label
from kerasstudio.ui.canvas.card_painter import (
    MARGIN,
    draw_text,
    paint_plate,
    paint_words,
    top_margin,
)
from kerasstudio.ui.canvas.dots_painter import paint_dots
from kerasstudio.ui.canvas.frames_painter import paint_sheet, title_color
from kerasstudio.ui.canvas.note_page import NotePage
from kerasstudio.ui.canvas.notes_painter import paint_note
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.canvas.wire_labels import roomy_wires
from kerasstudio.ui.canvas.wire_styles import UNKNOWN_COLOR
from kerasstudio.ui.theme import drawing_font, mono_font, shown_as, tokens
from kerasstudio.ui.tokens import LIGHT, Tokens

Format = Literal["png", "svg", "pdf"]
Ground = Literal["screen", "light", "none"]

PAPER_MARGIN = 28.0
MOST_PIXELS = 16_000
_DETAIL = 1.0
"""Cards are painted in full, as at this zoom."""


class PictureSpec(msgspec.Struct, frozen=True):
    """What a picture is to show. `nodes` None means the whole drawing. `ground`: the theme of
    the screen, light for paper, or light without any ground ("none", transparent). `scale` is
    pixels for each scene pixel, for PNG."""

    format: Format = "png"
    nodes: frozenset[str] | None = None
    ground: Ground = "screen"
    scale: float = 2.0


class Picture:
    """One picture being painted. `steps` paints it bit by bit; then `image` is there, or the file
    that the device writes to is complete after `end`."""

    def __init__(self, model: SceneModel, spec: PictureSpec) -> None:
        self._model, self.spec = model, spec
        self._nodes = [
            node for node in model.nodes.slots if spec.nodes is None or node in spec.nodes
        ]
        self._decorations = _decorations(model, spec.nodes)
        self.box = _box(model, self._nodes, self._decorations)
        self.scale = self._fitting_scale()
        self.image: QImage | None = None

    @property
    def pixels(self) -> QSize:
        """How large the PNG is."""
        return QSize(ceil(self.box.width() * self.scale), ceil(self.box.height() * self.scale))

    @property
    def look(self) -> Tokens:
        return tokens() if self.spec.ground == "screen" else LIGHT

    def device(self, path: str) -> QPaintDevice:
        """What to paint on. PNG has an image in memory; the others write to `path` themselves."""
        if self.spec.format == "png":
            image = QImage(self.pixels, QImage.Format.Format_ARGB32_Premultiplied)
            image.fill(Qt.GlobalColor.transparent)
            self.image = image
            return image
        if self.spec.format == "svg":
            drawing = QSvgGenerator()
            drawing.setFileName(path)
            drawing.setViewBox(QRectF(QPointF(), self.box.size()))
            drawing.setSize(self.box.size().toSize())
            drawing.setTitle(self._model.graph.name)
            drawing.setDescription("Drawn with KerasStudio")
            return drawing
        page = QPdfWriter(path)
        page.setTitle(self._model.graph.name)
        page.setCreator("KerasStudio")
        page.setResolution(288)
        # A scene pixel is three quarters of a point: text of 13 pixels is text of 10 points.
        size = QSizeF(self.box.width() * 0.75, self.box.height() * 0.75)
        page.setPageSize(QPageSize(size, QPageSize.Unit.Point, "drawing"))
        page.setPageMargins(QMarginsF(0, 0, 0, 0))
        return page

    def steps(self, painter: QPainter) -> Iterator[float]:
        """Paint; yields how much is done, from 0 to 1, often. Between two steps the theme of the
        screen is back in place."""
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing
            | QPainter.RenderHint.TextAntialiasing
            | QPainter.RenderHint.SmoothPixmapTransform
        )
        scale = self.scale if self.spec.format == "png" else 1.0
        if self.spec.format == "pdf":
            scale = 288 / 72 * 0.75
        painter.scale(scale, scale)
        painter.translate(-self.box.topLeft())
        with shown_as(self.look):
            if self.spec.ground != "none":
                painter.fillRect(self.box, QColor(tokens().canvas))
            self._paint_decorations(painter)
            self._paint_wires(painter)
        total = len(self._nodes) + 1
        for number, node in enumerate(self._nodes):
            with shown_as(self.look):
                self._paint_card(painter, node)
            yield (number + 1) / total
        yield 1.0

    def _paint_decorations(self, painter: QPainter) -> None:
        """Frames with their titles, then notes."""
        decorations = self._model.decorations
        for key in self._decorations:
            frame, note = decorations.frame(key), decorations.note(key)
            rect = QRectF(*decorations.rect(key))
            if note is not None:
                paint_note(painter, NotePage(note.text, rect.width()), rect)
            if frame is None:
                continue
            strip = QRectF(*decorations.title_box(key, _DETAIL))
            paint_sheet(painter, rect, strip, frame.color, _DETAIL)
            painter.setPen(title_color(frame.color))
            font = drawing_font(14, QFont.Weight.DemiBold)
            draw_text(painter, font, frame.title, strip.adjusted(12, 0, -12, 0))

    def _paint_wires(self, painter: QPainter) -> None:
        model = self._model
        box = self.box
        slots = model.wires.within(box.left(), box.top(), box.right(), box.bottom())
        if self.spec.nodes is not None:
            inside = set(self._nodes)
            wires = model.graph.wires
            slots = slots[
                [
                    (key := model.wires.keys[slot]) is not None
                    and wires[key].source in inside
                    and wires[key].target in inside
                    for slot in slots.tolist()
                ]
            ]
        own = BatchPainter(model)  # its pens have the colours of the picture's theme
        own.paint_curves(painter, slots, paper=True)
        self._paint_dots(painter, set(slots.tolist()))
        for slot in roomy_wires(model, slots).tolist():
            key = model.wires.keys[slot]
            wire = model.graph.wires.get(key) if key is not None else None
            spec = model.tensor(wire.source, wire.output) if wire is not None else None
            if spec is not None and model.wires.colors[slot] < UNKNOWN_COLOR:
                self._paint_label(painter, tensor_label(spec), QPointF(*model.wires.middle(slot)))

    def _paint_dots(self, painter: QPainter, slots: set[int]) -> None:
        """The reroute dots of the wires that are painted."""
        wires, box = self._model.wires, self.box
        corners = (box.left(), box.top(), box.right(), box.bottom())
        hidden = [slot for slot in wires.dots.slots.tolist() if slot not in slots]
        paint_dots(painter, wires, corners, hidden, (), None)

    def _paint_label(self, painter: QPainter, text: str, middle: QPointF) -> None:
        font = mono_font(11)
        width = QFontMetricsF(font).horizontalAdvance(text) + 8
        box = QRectF(middle.x() - width / 2, middle.y() - 8, width, 16)
        ground = QColor(tokens().canvas)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(tokens().text_muted))
        draw_text(painter, font, text, box.adjusted(4, 0, -4, 0))

    def _paint_card(self, painter: QPainter, node: str) -> None:
        face = self._model.face(node)
        x, y, _width, _height = self._model.nodes.rect(node)
        painter.save()
        painter.translate(x, y)
        paint_plate(painter, face, _DETAIL)
        paint_words(painter, face, _DETAIL)
        painter.restore()

    def _fitting_scale(self) -> float:
        return min(self.spec.scale, MOST_PIXELS / max(self.box.width(), self.box.height()))


def _decorations(model: SceneModel, nodes: Collection[str] | None) -> list[str]:
    """Frames and notes that belong in a picture of some nodes (None: of everything): frames that
    hold nothing else, with the notes in them."""
    decorations = model.decorations
    chosen = [*decorations.layers, *decorations.notes.slots]
    if nodes is None or not chosen:
        return chosen
    rects, inside = model.node_rects(), set(nodes)
    kept: set[str] = set()
    for key in decorations.layers:
        held = carried(model.graph, (key,), rects)
        if held.nodes and held.nodes <= inside:
            kept |= {key, *held.decorations}
    return [key for key in chosen if key in kept]


def _box(model: SceneModel, nodes: Collection[str], decorations: Collection[str] = ()) -> QRectF:
    """The part of the scene that shows these nodes with their badges, and frames and notes."""
    around = model.decorations.bounds(decorations)
    bounds = model.nodes.bounds(nodes)
    if bounds is None and around is not None:
        bounds = around
    if bounds is None:
        return QRectF(0, 0, 200, 100)
    inside = set(nodes)
    dots = [
        dot
        for wire in model.graph.wires.values()
        if wire.points and wire.source in inside and wire.target in inside
        for dot in wire.points
    ]
    x0, y0 = (min(values) for values in zip(bounds[:2], *dots, strict=True))
    x1, y1 = (max(values) for values in zip(bounds[2:], *dots, strict=True))
    above = max((top_margin(model.face(node)) for node in nodes), default=MARGIN)
    box = QRectF(x0, y0 - above, x1 - x0, y1 - y0 + above)
    if around is not None:
        box |= QRectF(QPointF(*around[:2]), QPointF(*around[2:]))
    return box.adjusted(-PAPER_MARGIN, -PAPER_MARGIN, PAPER_MARGIN, PAPER_MARGIN)
