"""Where the keyboard's menu key opens the menu, and of what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from kerasstudio.ui.canvas.hits import Hit, hit

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

_INSIDE = 16.0


def menu_place(view: CanvasView) -> tuple[QPointF, Hit]:
    """At the selected cards, else at the selected frame or note, else in the middle of the view."""
    chosen, model = view.selection, view.model
    box = model.nodes.bounds(chosen.nodes) if chosen.nodes else None
    if box is not None:
        at = QPointF((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        return view.to_spot(at), hit(model, at.x(), at.y(), view.zoom)
    for key in sorted(chosen.decorations):
        if key in model.decorations:
            x, y, _width, _height = model.decorations.rect(key)
            spot = view.to_spot(QPointF(x + _INSIDE, y + _INSIDE))
            return spot, Hit("frame", decoration=key)
    spot = QPointF(view.viewport().rect().center())
    at = view.to_scene(spot)
    return spot, hit(model, at.x(), at.y(), view.zoom)
