"""Where the view goes when it is asked to show something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

Box = tuple[float, float, float, float]
LEAST_ZOOM, MOST_ZOOM = 0.03, 3.0
COMFORTABLE_ZOOM = 1.0
# What stands on a card can be read from here on.
READABLE_ZOOM = 0.55
_MARGIN = 56.0
_EMPTY_CORNER = QPointF(-80, -120)


def limited(zoom: float) -> float:
    return min(max(zoom, LEAST_ZOOM), MOST_ZOOM)


def frame(view: CanvasView, box: Box | None) -> None:
    """Show x0, y0, x1, y1 as a whole; where a drawing will begin when there is none."""
    if box is None:
        view.look(COMFORTABLE_ZOOM, _EMPTY_CORNER, QPointF(0, 0))
        return
    x0, y0, x1, y1 = box
    area = view.viewport().size()
    zoom = _whole(view, box)
    middle = QPointF((x0 + x1) / 2, (y0 + y1) / 2)
    view.look(limited(zoom), middle, QPointF(area.width() / 2, area.height() / 2))


def begin(view: CanvasView, box: Box | None) -> None:
    """Show a drawing that was just opened: as a whole when its cards can be read then, else its
    beginning."""
    if box is None or _whole(view, box) >= READABLE_ZOOM:
        frame(view, box)
        return
    x0, y0, x1, y1 = box
    area = view.viewport().size()
    # Where there is room in one direction, the drawing stands in the middle of it.
    left = max(_MARGIN, (area.width() - (x1 - x0) * READABLE_ZOOM) / 2)
    top = max(_MARGIN, (area.height() - (y1 - y0) * READABLE_ZOOM) / 2)
    view.look(READABLE_ZOOM, QPointF(x0, y0), QPointF(left, top))


def _whole(view: CanvasView, box: Box) -> float:
    """The zoom at which a box is in view as a whole, never larger than life."""
    x0, y0, x1, y1 = box
    area = view.viewport().size()
    return min(
        (area.width() - 2 * _MARGIN) / max(1.0, x1 - x0),
        (area.height() - 2 * _MARGIN) / max(1.0, y1 - y0),
        COMFORTABLE_ZOOM,
    )


def reveal(view: CanvasView, node: str) -> None:
    """Bring a node, frame or note into view, larger when it is only a speck."""
    if not view.model.has(node):
        return
    x, y, width, height = view.model.rect(node)
    first, last = view.to_spot(QPointF(x, y)), view.to_spot(QPointF(x + width, y + height))
    area = QRectF(view.viewport().rect()).adjusted(40, 40, -40, -60)
    zoom = view.zoom
    if node in view.model.decorations.frames:
        if not (area.contains(first) and area.contains(last)):
            frame(view, (x, y, x + width, y + height))
        return
    if zoom >= 0.5 and area.contains(first) and area.contains(last):
        return
    middle = QPointF(x + width / 2, y + height / 2)
    view.look(zoom if zoom >= 0.5 else COMFORTABLE_ZOOM, middle, area.center())
