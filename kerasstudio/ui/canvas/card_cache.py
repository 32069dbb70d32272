"""Pictures of cards, one for each zoom step; the longest unseen go first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from math import ceil

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap

from kerasstudio.ui.canvas.card_face import CardFace
from kerasstudio.ui.canvas.card_painter import (
    FAR_STEP,
    MARGIN,
    paint_plate,
    paint_words,
    picture_size,
    plate_key,
    top_margin,
)

# Enough for several screens at one zoom; a card on a plate at hand is painted in a tenth of a
# millisecond.
LIMIT_BYTES = 8 * 1024 * 1024
_MOST_BYTES = 64 * 1024 * 1024
_BYTES_PER_PIXEL = 9
# A stand-in may be this much smaller or larger than the card it is shown for.
_SMALLEST, _LARGEST = 0.3, 2.6
STEPS = (FAR_STEP, 0.75, 1.0, 1.5, 2.0)
_MOVING_SIZE = 0.6
_PLATES_BYTES = 2 * 1024 * 1024

PlateKey = tuple[object, ...]


def moving_step(zoom: float) -> float:
    """The zoom step for cards that come into view while the zoom is moving: small enough to be
    quick and to fit the memory in numbers, but with all words where the others have them."""
    if _is_far(zoom):
        return FAR_STEP
    return min(STEPS[1:], key=lambda step: abs(step - zoom * _MOVING_SIZE))


def _is_far(zoom: float) -> bool:
    """Whether cards show their titles only."""
    return zoom < (FAR_STEP + STEPS[1]) / 2


class CardCache:
    """`picture(node, face, step, ratio)` is the card painted at `step` times the device pixel
    ratio. A node's pictures are thrown away by `forget`."""

    def __init__(self, limit: int = LIMIT_BYTES) -> None:
        self._least = self._limit = limit
        self._bytes = 0
        self._pictures: OrderedDict[tuple[str, float, float], QPixmap] = OrderedDict()
        self._keys: dict[str, set[tuple[str, float, float]]] = {}
        self._plates: OrderedDict[PlateKey, QPixmap] = OrderedDict()
        self._plates_bytes = 0

    def __len__(self) -> int:
        return len(self._pictures)

    @property
    def bytes(self) -> int:
        return self._bytes

    def fit(self, pixels: float) -> None:
        """Keep more where a screen of `pixels` device pixels shows more cards."""
        self._limit = min(max(self._least, int(pixels * _BYTES_PER_PIXEL)), _MOST_BYTES)

    def nearest(self, node: str, zoom: float, ratio: float) -> tuple[float, QPixmap] | None:
        """A picture made for another zoom that may stand in for a while, and that zoom; the
        smallest of the larger ones, else the largest."""
        best: float | None = None
        least = zoom / _LARGEST if _is_far(zoom) else max(zoom / _LARGEST, FAR_STEP + 1e-6)
        for _node, step, made_for in self._keys.get(node, ()):
            if made_for != ratio or not least <= step <= zoom / _SMALLEST:
                continue
            if best is None or (zoom <= step < best) or (best < step and best < zoom):
                best = step
        if best is None:
            return None
        found = self.found(node, best, ratio)
        return None if found is None else (best, found)

    def found(self, node: str, step: float, ratio: float) -> QPixmap | None:
        """The picture, if it is at hand."""
        key = (node, step, ratio)
        found = self._pictures.get(key)
        if found is not None:
            self._pictures.move_to_end(key)
        return found

    def picture(
        self, node: str, face: Callable[[str], CardFace], step: float, ratio: float
    ) -> QPixmap:
        found = self.found(node, step, ratio)
        if found is not None:
            return found
        key = (node, step, ratio)
        value = face(node)
        made = _written(self.plate(value, step, ratio), value, step)
        self._pictures[key] = made
        self._keys.setdefault(node, set()).add(key)
        self._bytes += _size(made)
        while self._bytes > self._limit and len(self._pictures) > 1:
            self._drop(next(iter(self._pictures)))
        return made

    def plate(self, face: CardFace, step: float, ratio: float) -> QPixmap:
        """The card without words; cards of one kind share it."""
        key = (plate_key(face), step, ratio)
        found = self._plates.get(key)
        if found is not None:
            self._plates.move_to_end(key)
            return found
        made = self._plates[key] = _plate(face, step, ratio)
        self._plates_bytes += _size(made)
        limit = _PLATES_BYTES * max(1.0, ratio * ratio)
        while self._plates_bytes > limit and len(self._plates) > 1:
            _key, oldest = self._plates.popitem(last=False)
            self._plates_bytes -= _size(oldest)
        return made

    def has_plate(self, face: CardFace, step: float, ratio: float) -> bool:
        return (plate_key(face), step, ratio) in self._plates

    def has(self, node: str, step: float, ratio: float) -> bool:
        return (node, step, ratio) in self._pictures

    def forget(self, nodes: Iterable[str]) -> None:
        for node in nodes:
            for key in tuple(self._keys.get(node, ())):
                self._drop(key)

    def clear(self) -> None:
        self._pictures.clear()
        self._keys.clear()
        self._plates.clear()
        self._bytes = self._plates_bytes = 0

    def _drop(self, key: tuple[str, float, float]) -> None:
        self._bytes -= _size(self._pictures.pop(key))
        keys = self._keys[key[0]]
        keys.discard(key)
        if not keys:
            del self._keys[key[0]]


def render(face: CardFace, step: float, ratio: float) -> QPixmap:
    """The card as a pixmap whose logical size is that of the card times `step`."""
    return _written(_plate(face, step, ratio), face, step)


def _plate(face: CardFace, step: float, ratio: float) -> QPixmap:
    width, height = picture_size(face)
    scale = step * ratio
    picture = QPixmap(ceil(width * scale), ceil(height * scale))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = _painter(picture, face, step)
    paint_plate(painter, face, step)
    painter.end()
    return picture


def _written(plate: QPixmap, face: CardFace, step: float) -> QPixmap:
    picture = plate.copy()
    painter = _painter(picture, face, step)
    paint_words(painter, face, step)
    painter.end()
    return picture


def _painter(picture: QPixmap, face: CardFace, step: float) -> QPainter:
    painter = QPainter(picture)
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing
        | QPainter.RenderHint.TextAntialiasing
        | QPainter.RenderHint.SmoothPixmapTransform
    )
    painter.scale(step, step)
    painter.translate(MARGIN, top_margin(face))
    return painter


def _size(picture: QPixmap) -> int:
    return picture.width() * picture.height() * 4
