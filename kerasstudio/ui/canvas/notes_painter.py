"""Paints notes from pictures that are kept; a note is laid out again only when its text or width
changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from math import ceil, floor
from time import perf_counter

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from kerasstudio.ui.canvas.decorations import Box, Decorations
from kerasstudio.ui.canvas.note_page import NotePage
from kerasstudio.ui.canvas.rectangles import draw_rects
from kerasstudio.ui.theme import tokens

RADIUS = 6.0
MARGIN = 6.0
"""Room for the shadow around a note in its picture, scene pixels."""
_LIMIT_BYTES = 12 * 1024 * 1024
_PAGES_KEPT = 200
_SECONDS, _AT_LEAST = 0.003, 1
_FAR = 0.3
"""Below this zoom a note is a coloured sheet."""

_Key = tuple[str, float, float]


class NotesPainter:
    """`unfinished` tells whether the last frame left notes for the next one."""

    def __init__(self, decorations: Decorations) -> None:
        self._decorations = decorations
        self._pages: OrderedDict[str, NotePage] = OrderedDict()
        self._pictures: OrderedDict[_Key, QPixmap] = OrderedDict()
        self._bytes = 0
        self.unfinished = False

    def clear(self) -> None:
        """The theme is another one."""
        self._pages.clear()
        self._pictures.clear()
        self._bytes = 0

    def page(self, key: str) -> NotePage:
        """The text of a note, laid out. Raises `KeyError` for an unknown one."""
        self._forget()
        found = self._pages.get(key)
        if found is None:
            note = self._decorations.note(key)
            if note is None:
                raise KeyError(key)
            found = self._pages[key] = NotePage(note.text, self._decorations.rect(key)[2])
            while len(self._pages) > _PAGES_KEPT:
                self._pages.popitem(last=False)
        return found

    def paint(
        self,
        painter: QPainter,
        box: Box,
        exact: float | None,
    ) -> None:
        """The notes in a part of the scene. While the zoom moves (it is not `exact`), pictures of
        another zoom will do."""
        self._forget()
        self.unfinished = False
        keys = self._decorations.notes_within(box, painter.worldTransform().m11())
        if not keys:
            return
        zoom = painter.worldTransform().m11()
        ratio = painter.device().devicePixelRatioF()
        if zoom < _FAR:
            self._paint_far(painter, keys)
        spent, made = 0.0, 0
        for key in keys:
            rect = QRectF(*self._decorations.rect(key))
            if zoom >= _FAR:
                step, picture = self._at_hand(key, zoom, ratio, zoom == exact)
                if picture is None and (made < _AT_LEAST or spent < _SECONDS):
                    started = perf_counter()
                    step, picture = zoom, self._make(key, zoom, ratio)
                    made, spent = made + 1, spent + perf_counter() - started
                if picture is None:
                    self.unfinished = True
                    paint_sheet(painter, rect, RADIUS)
                else:
                    _put(painter, picture, rect, zoom, step, ratio)

    def _paint_far(self, painter: QPainter, keys: Collection[str]) -> None:
        index, theme = self._decorations.notes, tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(theme.note_border), 0))
        painter.setBrush(QColor(theme.note))
        draw_rects(painter, index.rects[index.slots_of(keys)])

    def _at_hand(
        self, key: str, zoom: float, ratio: float, rests: bool
    ) -> tuple[float, QPixmap | None]:
        found = self._pictures.get((key, zoom, ratio))
        if found is not None:
            self._pictures.move_to_end((key, zoom, ratio))
            return zoom, found
        if rests:
            return zoom, None
        near = [step for name, step, made_for in self._pictures if (name, made_for) == (key, ratio)]
        if not near:
            return zoom, None
        step = min(near, key=lambda each: abs(each - zoom))
        return step, self._pictures[key, step, ratio]

    def _make(self, key: str, zoom: float, ratio: float) -> QPixmap:
        _x, _y, width, height = self._decorations.rect(key)
        scale = zoom * ratio
        # A long note at a large zoom would be a large picture for what is seen of it.
        picture = QPixmap(
            min(ceil((width + 2 * MARGIN) * scale), 6000),
            min(ceil((height + 2 * MARGIN) * scale), 6000),
        )
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing
        )
        painter.scale(zoom, zoom)
        painter.translate(MARGIN, MARGIN)
        paint_note(painter, self.page(key), QRectF(0, 0, width, height))
        painter.end()
        self._pictures[key, zoom, ratio] = picture
        self._bytes += _size(picture)
        while self._bytes > _LIMIT_BYTES and len(self._pictures) > 1:
            _name, oldest = self._pictures.popitem(last=False)
            self._bytes -= _size(oldest)
        return picture

    def _forget(self) -> None:
        stale = self._decorations.stale
        if not stale:
            return
        for key in [key for key in self._pictures if key[0] in stale]:
            self._bytes -= _size(self._pictures.pop(key))
        for name in stale:
            self._pages.pop(name, None)
        stale.clear()


def paint_note(painter: QPainter, page: NotePage, rect: QRectF) -> None:
    """A note with its text; for pictures on paper as well."""
    shade = QColor(tokens().shadow)
    painter.setPen(Qt.PenStyle.NoPen)
    for spread, alpha in ((3.0, 24), (1.5, 34)):
        shade.setAlpha(alpha)
        painter.setBrush(shade)
        box = rect.adjusted(1 - spread, 2 - spread, spread - 1, spread + 1)
        painter.drawRoundedRect(box, RADIUS + spread, RADIUS + spread)
    paint_sheet(painter, rect, RADIUS)
    page.paint(painter, rect)


def paint_sheet(painter: QPainter, rect: QRectF, radius: float) -> None:
    """A note without its text."""
    theme = tokens()
    pen = QPen(QColor(theme.note_border), 1)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setBrush(QColor(theme.note))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def _put(
    painter: QPainter, picture: QPixmap, rect: QRectF, zoom: float, step: float, ratio: float
) -> None:
    transform = painter.worldTransform()
    corner = transform.map(rect.topLeft() - QPointF(MARGIN, MARGIN))
    painter.save()
    painter.resetTransform()
    if step == zoom:
        at = QPointF(
            floor(corner.x() * ratio + 0.5) / ratio, floor(corner.y() * ratio + 0.5) / ratio
        )
        painter.drawPixmap(at, picture)
    else:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        scale = zoom / step / ratio
        target = QRectF(corner.x(), corner.y(), picture.width() * scale, picture.height() * scale)
        painter.drawPixmap(target, picture, QRectF(picture.rect()))
    painter.restore()


def _size(picture: QPixmap) -> int:
    return picture.width() * picture.height() * 4
