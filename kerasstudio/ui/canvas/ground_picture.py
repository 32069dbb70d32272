"""The drawing as it was painted last, kept while it looks the same.

Travelling shows another part of the picture, and paints what comes into view in strips; a card in
the hand costs the part of the view that it and its wires lie in; a box, a lasso or a wire in the
hand cost nothing but themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QPainter, QPixmap, QRegion, QTransform

from kerasstudio.ui.canvas.decorations import Box
from kerasstudio.ui.canvas.shown_area import ShownArea

REACH = 48.0
"""Scene pixels that a card, its badge and its rim reach beyond its rectangle."""
_PIXELS = 26
"""Logical pixels that lines of fixed width and the tab of a frame reach beyond that."""
PAD = 160
"""Logical pixels that the picture is larger than the view, on each side."""
_AHEAD = 48
"""Logical pixels that are painted ahead of a view that travels: little at a time."""
_MOST_PARTS = 4
_WORTH = 0.7
"""With more than this part of the view to paint, all of it is painted at once."""
_FARTHEST = 1e6

Paint = Callable[[QPainter, QRectF, ShownArea], bool]


class GroundPicture:
    """`paint(painter, box, area)` paints a part of the scene, and tells whether nothing is left
    for later. Only for whole device pixel ratios: with others a step of a logical pixel is none of
    the picture's."""

    def __init__(self, paint: Paint) -> None:
        self._paint = paint
        self._picture: QPixmap | None = None
        self._missing = QRegion()
        """Of the picture, what is not painted or not as it should be."""
        self._origin = QPoint()
        """Where the scene's origin lies in the picture."""
        self._shown = QRect()
        self._of: tuple[Any, ...] | None = None

    def forget(self) -> None:
        """Nothing of the picture is as it should be."""
        self._of = None

    def clear(self) -> None:
        """Keep nothing."""
        self._picture = self._of = None

    def show(
        self,
        painter: QPainter,
        exposed: QRect,
        area: ShownArea,
        of: tuple[Any, ...],
        stale: Box | None,
    ) -> bool:
        """Paint the part `exposed` of a view; whether nothing is left for later. `of` is what the
        picture depends on beside the place; of the drawing only the box `stale` is not as it
        was."""
        transform, ratio = painter.worldTransform(), int(area.ratio)
        picture, before = self._fitting(area), self._shown
        corner = QPoint(round(transform.dx() * ratio), round(transform.dy() * ratio))
        shown = self._shown = self._placed(picture, corner, area)
        whole = self._of != of
        if whole:
            self._missing = QRegion(QRect(QPoint(), picture.size()))
        inside = QTransform(transform)
        shift = self._origin - corner
        inside *= QTransform.fromTranslate(shift.x() / ratio, shift.y() / ratio)
        if stale is not None:
            self._missing += _pixels(stale, inside, ratio)
        region = self._missing & shown
        if not region.isEmpty() and not whole and before != shown:
            region = self._missing & _ahead(before, shown, _AHEAD * ratio)
        elif _pixels_in(region) > _WORTH * shown.width() * shown.height():
            region = QRegion(shown)
        if region.rectCount() > _MOST_PARTS:
            region = QRegion(region.boundingRect())
        self._of = of
        done = self._renew(picture, region, inside, area)
        self._missing -= done
        painter.save()
        painter.resetTransform()
        corner = shown.topLeft() + exposed.topLeft() * ratio
        painter.drawPixmap(QRectF(exposed), picture, QRectF(QRect(corner, exposed.size() * ratio)))
        painter.restore()
        return (region - done).isEmpty()

    def _fitting(self, area: ShownArea) -> QPixmap:
        """A picture of the right size: the one there is, or one without anything on it."""
        pad, ratio = 2 * PAD, int(area.ratio)
        size = QSize(area.width + pad, area.height + pad) * ratio
        picture = self._picture
        if picture is None or picture.size() != size or picture.devicePixelRatio() != ratio:
            picture = self._picture = QPixmap(size)
            picture.setDevicePixelRatio(ratio)
            self._of = None
        return picture

    def _placed(self, picture: QPixmap, corner: QPoint, area: ShownArea) -> QRect:
        """Which part of the picture the view shows, now that the scene's origin lies at `corner`
        in it; what the picture has is moved where it does not reach so far."""
        ratio = int(area.ratio)
        all_of_it, size = QRect(QPoint(), picture.size()), QSize(area.width, area.height) * ratio
        shown = QRect(self._origin - corner, size)
        if self._of is None or not all_of_it.contains(shown):
            origin = corner + QPoint(PAD, PAD) * ratio
            shift = origin - self._origin
            self._origin, shown = origin, QRect(origin - corner, size)
            far = abs(shift.x()) >= picture.width() or abs(shift.y()) >= picture.height()
            if self._of is None or far:
                self._missing = QRegion(all_of_it)
            else:
                self._missing.translate(shift)
                bared = QRegion()
                picture.scroll(shift.x(), shift.y(), all_of_it, bared)
                self._missing += bared
        return shown

    def _renew(
        self, picture: QPixmap, region: QRegion, transform: QTransform, area: ShownArea
    ) -> QRegion:
        """Paint a part of the picture; the parts of it of which nothing is left for later."""
        done = QRegion()
        if region.isEmpty():
            return done
        ratio = area.ratio
        back, _possible = transform.inverted()
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        for part in _parts(region):
            painter.save()
            box = QRectF(
                part.x() / ratio, part.y() / ratio, part.width() / ratio, part.height() / ratio
            )
            painter.setClipRect(box)
            painter.setWorldTransform(transform)
            if self._paint(painter, back.mapRect(box), area):
                done += part
            painter.restore()
        painter.end()
        return done


def _ahead(before: QRect, now: QRect, far: int) -> QRect:
    """What is shown now, and what will be if the view goes on as it did."""
    dx, dy = now.x() - before.x(), now.y() - before.y()
    return now.adjusted(
        -far if dx < 0 else 0, -far if dy < 0 else 0, far if dx > 0 else 0, far if dy > 0 else 0
    )


def _pixels(box: Box, transform: QTransform, ratio: int) -> QRect:
    """Where a part of the scene lies in the picture, with all that reaches out of it."""
    x0, y0, x1, y1 = box
    around = QRectF(x0 - REACH, y0 - REACH, x1 - x0 + 2 * REACH, y1 - y0 + 2 * REACH)
    shown, reach = transform.mapRect(around), _PIXELS * ratio
    left, top = max(shown.left() * ratio, -_FARTHEST), max(shown.top() * ratio, -_FARTHEST)
    right, bottom = min(shown.right() * ratio, _FARTHEST), min(shown.bottom() * ratio, _FARTHEST)
    return QRect(
        QPoint(int(left) - reach, int(top) - reach), QPoint(int(right) + reach, int(bottom) + reach)
    )


def _parts(region: QRegion) -> Iterator[QRect]:
    """The rectangles of a region."""
    parts: Any = region  # iterable, which the stubs do not tell
    yield from parts


def _pixels_in(region: QRegion) -> int:
    return sum(part.width() * part.height() for part in _parts(region))
