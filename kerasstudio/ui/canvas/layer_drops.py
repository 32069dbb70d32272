"""Layers dragged from the palette onto the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QDropEvent, QPainter

from kerasstudio.graph.catalogue import LayerType
from kerasstudio.ui.canvas.remarks import paint_remark
from kerasstudio.ui.palette.layer_mime import dragged_layer
from kerasstudio.ui.theme import tokens

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

# How near a wire the mouse must be, in screen and in scene pixels.
_REACH, _SCENE_REACH = 14.0, 24.0

BESIDE = ""
"""In place of a wire that a layer must not go into: where it covers no other card."""


class LayerDrops:
    """Takes only drags of layers. The wire that a layer would go into is lit; it turns red, with
    the reason, where the layer does not suit it, and the layer then stays beside it. Shift keeps
    it out of wires."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._held: LayerType | None = None
        self._wire: str | None = None
        self._hindrance = ""
        self._spot = QPointF()

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
        self._aim(kind, event)
        event.acceptProposedAction()

    def left(self) -> None:
        self._let_go()

    def dropped(self, event: QDropEvent) -> None:
        kind = self._kind(event)
        if kind is None:
            self._let_go()
            event.ignore()
            return
        self._aim(kind, event)
        wire = self._wire if not self._hindrance else BESIDE
        self._let_go()
        event.acceptProposedAction()
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        self._view.layer_dropped.emit(kind, self._view.to_scene(event.position()), wire)

    def answered(self) -> None:
        """Keras has said something: of the layer as it is held, perhaps."""
        self._judge()

    def paint(self, painter: QPainter) -> None:
        if self._hindrance:
            text = f"{self._hindrance}\nDropped here it stays beside the wire."
            room = self._view.viewport().size()
            paint_remark(painter, text, self._spot, room, QColor(tokens().error))

    # ------------------------------------------------------------------ inside

    def _kind(self, event: QDropEvent) -> LayerType | None:
        return dragged_layer(event.mimeData(), self._view.model.catalogue)

    def _aim(self, kind: LayerType, event: QDropEvent) -> None:
        self._held, self._spot = kind, event.position()
        self._wire = self._wire_at(kind, self._view.to_scene(event.position()), event.modifiers())
        self._judge()

    def _judge(self) -> None:
        self._hindrance = ""
        if self._wire is not None and self._held is not None:
            self._hindrance = self._view.splicing.hindrance_of_new(self._wire, self._held)
        self._light()

    def _let_go(self) -> None:
        self._held = self._wire = None
        self._hindrance = ""
        self._light()

    def _light(self) -> None:
        lit = frozenset({self._wire} if self._wire else ())
        emphasis = self._view.emphasis
        emphasis.bright_wires = frozenset() if self._hindrance else lit
        emphasis.doomed_wires = lit if self._hindrance else frozenset()
        self._view.refresh()

    def _wire_at(self, kind: LayerType, at: QPointF, keys: Qt.KeyboardModifier) -> str | None:
        """The wire a layer dropped here goes into."""
        if keys & Qt.KeyboardModifier.ShiftModifier or not kind.ports or not kind.outputs:
            return None
        model = self._view.model
        if model.nodes.node_at(at.x(), at.y()) is not None:
            return None
        return model.wires.wire_at(at.x(), at.y(), max(_REACH / self._view.zoom, _SCENE_REACH))
