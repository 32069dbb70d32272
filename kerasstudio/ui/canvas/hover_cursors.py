"""The shape of the mouse over what lies on the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from kerasstudio.ui.canvas.gestures.resize import edge_cursor
from kerasstudio.ui.canvas.hits import Hit

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

_SHAPES = {
    "port": Qt.CursorShape.CrossCursor,
    "wire": Qt.CursorShape.PointingHandCursor,
    "dot": Qt.CursorShape.SizeAllCursor,
    "frame": Qt.CursorShape.SizeAllCursor,
}


def hover_cursor(view: CanvasView, found: Hit) -> Qt.CursorShape | None:
    """None for the usual one. A link in a note tells where it leads."""
    if view.mouse.held == "Space":
        return Qt.CursorShape.OpenHandCursor
    link = link_below(view, found, view.mouse_at)
    if link != view.viewport().toolTip():
        view.viewport().setToolTip(link)
    if link:
        return Qt.CursorShape.PointingHandCursor
    if found.kind == "edge":
        return edge_cursor(found.edge)
    return _SHAPES.get(found.kind)


def link_below(view: CanvasView, found: Hit, at: QPointF) -> str:
    """The target of the link in a note at a scene position; "" for none."""
    if found.kind != "note" or found.decoration is None:
        return ""
    x, y, _width, _height = view.model.decorations.rect(found.decoration)
    page = view.painter.notes.page(found.decoration)
    return page.link_at(QPointF(at.x() - x, at.y() - y))
