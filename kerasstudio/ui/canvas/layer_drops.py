"""Layers dragged from the palette onto the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDropEvent

from kerasstudio.graph.catalogue import LayerType
from kerasstudio.ui.palette.layer_mime import dragged_layer

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

# How near a wire the mouse must be, in screen and in scene pixels.
_REACH, _SCENE_REACH = 14.0, 24.0


class LayerDrops:
    """Takes only drags of layers; the wire that a layer would go into is lit. Shift keeps it out
    of wires."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view

    def entered(self, event: QDropEvent) -> None:
        if self._kind(event) is None:
            event.ignore()
        else:
            event.acceptProposedAction()

    def moved(self, event: QDropEvent) -> None:
        kind = self._kind(event)
        if kind is None:
            event.ignore()
            return
        self._light(self._wire(kind, self._view.to_scene(event.position()), event.modifiers()))
        event.acceptProposedAction()

    def left(self) -> None:
        self._light(None)

    def dropped(self, event: QDropEvent) -> None:
        kind = self._kind(event)
        self._light(None)
        if kind is None:
            event.ignore()
            return
        at = self._view.to_scene(event.position())
        wire = self._wire(kind, at, event.modifiers())
        event.acceptProposedAction()
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        self._view.layer_dropped.emit(kind, at, wire)

    def _kind(self, event: QDropEvent) -> LayerType | None:
        return dragged_layer(event.mimeData(), self._view.model.catalogue)

    def _light(self, wire: str | None) -> None:
        self._view.emphasis.bright_wires = frozenset({wire} if wire else ())
        self._view.refresh()

    def _wire(self, kind: LayerType, at: QPointF, keys: Qt.KeyboardModifier) -> str | None:
        """The wire a layer dropped here goes into."""
        if keys & Qt.KeyboardModifier.ShiftModifier or not kind.ports or not kind.outputs:
            return None
        model = self._view.model
        if model.nodes.node_at(at.x(), at.y()) is not None:
            return None
        return model.wires.wire_at(at.x(), at.y(), max(_REACH / self._view.zoom, _SCENE_REACH))
