"""Paints cards from pictures that are kept, or stand in for a while."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from time import perf_counter
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPixmap

from kerasstudio.ui.canvas.card_cache import CardCache, moving_step
from kerasstudio.ui.canvas.card_painter import HEADER, MARGIN, PORT_RADIUS, top_margin
from kerasstudio.ui.canvas.node_index import Floats, Slots
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.theme import tokens

_DIM = 0.35
_RENDER_SECONDS, _RENDER_AT_LEAST = 0.002, 2
_SMOOTH_PIXELS = 450_000
# While the zoom moves, a picture that was chosen for one zoom will do this far around it.
_SAME_CHOICE = 1.5
# Scene pixels of a picture's margin that nothing is painted on: left and right, below.
_BARE_SIDE, _BARE_BELOW = MARGIN - PORT_RADIUS, 4.0


class StandIn(NamedTuple):
    """A picture that a card is shown by while the zoom moves, and the zooms for which it was
    chosen. `source` is the part of it that has something on it, `scale` the size of its pixels at
    a zoom of 1, `aside` and `above` what it has left of the card and above."""

    least: float
    most: float
    picture: QPixmap
    source: QRectF
    scale: float
    aside: float
    above: float


class CardsPainter:
    """`cache` holds the pictures."""

    def __init__(self, model: SceneModel) -> None:
        self._model = model
        self.cache = CardCache()
        self._stand_ins: dict[str, StandIn] = {}

    def clear(self) -> None:
        """Other colours, or another drawing."""
        self.cache.clear()
        self._stand_ins.clear()

    def forget(self, nodes: Iterable[str]) -> None:
        """These look different now."""
        self.cache.forget(nodes)
        for node in nodes:
            self._stand_ins.pop(node, None)

    def paint(
        self, painter: QPainter, seen: Slots, dimmed: Collection[str], rests: bool, ratio: float
    ) -> bool:
        """Paint the cards in the slots `seen`, sharp if the zoom `rests`. Whether none was left
        for the next frame."""
        transform = painter.worldTransform()
        zoom = transform.m11()
        rects = self._model.nodes.rects[seen]
        lefts = rects[:, 0] * zoom + transform.dx()
        tops = rects[:, 1] * zoom + transform.dy()
        painter.save()
        painter.resetTransform()
        if rests:
            self._stand_ins.clear()
            finished = self._paint_sharp(painter, seen, lefts, tops, dimmed, zoom, ratio)
        else:
            # A screen full of cards in motion: the eye does not see the difference, the clock
            # does.
            pixels = float((rects[:, 2] * rects[:, 3]).sum()) * (zoom * ratio) ** 2
            painter.setRenderHint(
                QPainter.RenderHint.SmoothPixmapTransform, pixels <= _SMOOTH_PIXELS
            )
            finished = self._paint_moving(painter, seen, lefts, tops, dimmed, zoom, ratio)
        painter.restore()
        return finished

    # ------------------------------------------------------------------ while the zoom rests

    def _paint_sharp(
        self,
        painter: QPainter,
        seen: Slots,
        lefts: Floats,
        tops: Floats,
        dimmed: Collection[str],
        zoom: float,
        ratio: float,
    ) -> bool:
        model, cache, ids = self._model, self.cache, self._model.nodes.ids
        finished, budget = True, _Budget()
        for slot, left, middle in zip(seen.tolist(), lefts.tolist(), tops.tolist(), strict=True):
            node = ids[slot]
            if node is None:
                continue
            face, wanted = model.face(node), zoom
            picture = cache.found(node, zoom, ratio)
            if picture is None and budget.is_left:
                with budget:
                    picture = cache.picture(node, model.face, zoom, ratio)
            elif picture is None:
                # A whole screen of unseen cards would cost several frames: the rest waits.
                finished = False
                wanted, picture = self._spare(node, zoom, ratio)
            if dimmed and node in dimmed:
                painter.setOpacity(_DIM)
            top = middle - top_margin(face) * zoom
            aside = left - MARGIN * zoom
            if picture is None:
                self._paint_blank(painter, slot, zoom, left, middle)
            elif wanted == zoom:
                # Half a pixel must always go the same way: cards move by whole ones.
                at = QPointF((aside * ratio + 0.5) // 1 / ratio, (top * ratio + 0.5) // 1 / ratio)
                painter.drawPixmap(at, picture)
            else:
                _paint_scaled(painter, picture, aside, top, zoom / wanted / ratio)
            if dimmed:
                painter.setOpacity(1.0)
        return finished

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

    # ------------------------------------------------------------------ while it moves

    def _paint_moving(
        self,
        painter: QPainter,
        seen: Slots,
        lefts: Floats,
        tops: Floats,
        dimmed: Collection[str],
        zoom: float,
        ratio: float,
    ) -> bool:
        ids, known = self._model.nodes.ids, self._stand_ins
        finished, budget = True, _Budget()
        for slot, left, middle in zip(seen.tolist(), lefts.tolist(), tops.tolist(), strict=True):
            node = ids[slot]
            if node is None:
                continue
            found = known.get(node)
            if found is None or not found.least <= zoom <= found.most:
                found = self._stand_in(node, zoom, ratio, budget)
            if dimmed and node in dimmed:
                painter.setOpacity(_DIM)
            if found is None:
                finished = False
                self._paint_blank(painter, slot, zoom, left, middle)
            else:
                _least, _most, picture, source, scale, aside, above = found
                scale *= zoom
                target = QRectF(
                    left - aside * zoom,
                    middle - above * zoom,
                    source.width() * scale,
                    source.height() * scale,
                )
                painter.drawPixmap(target, picture, source)
            if dimmed:
                painter.setOpacity(1.0)
        return finished

    def _stand_in(self, node: str, zoom: float, ratio: float, budget: _Budget) -> StandIn | None:
        """A picture made for any zoom; it rests soon. What comes into view meanwhile is painted
        small: quick to make, and many fit the memory."""
        step = moving_step(zoom)
        picture, made_for = self.cache.found(node, step, ratio), step
        if picture is None:
            near = self.cache.nearest(node, zoom, ratio)
            if near is not None:
                made_for, picture = near
        stays = picture is not None or budget.is_left
        if picture is None and budget.is_left:
            with budget:
                picture = self.cache.picture(node, self._model.face, step, ratio)
        elif picture is None:
            made_for, picture = self._spare(node, step, ratio)
            if picture is None:
                return None
        scale = made_for * ratio
        source, above = QRectF(picture.rect()), top_margin(self._model.face(node))
        # Nothing may be painted over what is next to the card, but its shadow and ports.
        bare = int(_BARE_SIDE * scale), int((MARGIN - 1) * scale) if above == MARGIN else 0
        source.adjust(bare[0], bare[1], -bare[0], -int(_BARE_BELOW * scale))
        stand_in = StandIn(
            zoom / _SAME_CHOICE,
            zoom * _SAME_CHOICE,
            picture,
            source,
            1 / scale,
            MARGIN - bare[0] / scale,
            above - bare[1] / scale,
        )
        if stays:
            self._stand_ins[node] = stand_in
        return stand_in

    def _paint_blank(
        self, painter: QPainter, slot: int, zoom: float, left: float, top: float
    ) -> None:
        nodes = self._model.nodes
        _x, _y, width, height = nodes.rects[slot].tolist()
        box = QRectF(left, top, width * zoom, height * zoom)
        painter.fillRect(box, QColor(tokens().node))
        category = QColor(tokens().category(self._model.categories[nodes.categories[slot]]))
        category.setAlphaF(0.4)
        painter.fillRect(QRectF(box.x(), box.y(), box.width(), HEADER * zoom), category)


class _Budget:
    """The time a frame may take to make pictures; a few are always made."""

    def __init__(self) -> None:
        self._made, self._spent, self._begun = 0, 0.0, 0.0

    @property
    def is_left(self) -> bool:
        return self._made < _RENDER_AT_LEAST or self._spent < _RENDER_SECONDS

    def __enter__(self) -> None:
        self._begun = perf_counter()

    def __exit__(self, *_error: object) -> None:
        self._made += 1
        self._spent += perf_counter() - self._begun


def _paint_scaled(
    painter: QPainter, picture: QPixmap, left: float, top: float, scale: float
) -> None:
    width, height = picture.width(), picture.height()
    painter.drawPixmap(
        QRectF(left, top, width * scale, height * scale), picture, QRectF(0, 0, width, height)
    )
