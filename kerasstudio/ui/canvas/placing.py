"""Where a new layer goes, and what it is wired to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPointF, QRectF, Signal

from kerasstudio.graph import edits
from kerasstudio.graph.cards import CARD_GAP, card_size
from kerasstudio.graph.catalogue import LayerType
from kerasstudio.ui.canvas import offers
from kerasstudio.ui.canvas.canvas_view import CanvasView
from kerasstudio.ui.canvas.editing import CanvasEditor
from kerasstudio.ui.canvas.layer_drops import BESIDE
from kerasstudio.ui.canvas.offers import Offer
from kerasstudio.ui.canvas.wiring_rules import End
from kerasstudio.ui.palette.search_popup import SearchPopup

GAP = CARD_GAP


class Placing(QObject):
    """Answers the search popup, drops from the palette, and "add this layer" without a place.
    `placed(node)`: a new layer lies where the hand wanted it."""

    placed = Signal(str)

    def __init__(self, view: CanvasView, editor: CanvasEditor, search: SearchPopup) -> None:
        super().__init__(view)
        self._view, self._editor, self._search = view, editor, search
        self._at = QPointF()
        self._end: End | None = None
        self._loose = False
        """Whether the layer may go beside the place where another card is in the way."""
        search.closed.connect(self._closed)

    def ask(self, spot: QPointF, at: QPointF, end: End | None) -> None:
        """Open the search at `spot`; what is chosen is placed at the scene position `at` and wired
        to `end`, if a wire was dropped there."""
        self._at, self._end, self._loose = at, end, False
        model = self._view.model
        offer = offers.anything(model) if end is None else offers.for_end(model, end)
        self._open(spot, offer, self._chosen)

    def ask_instead(self, nodes: Sequence[str], swap: Callable[[LayerType], object]) -> None:
        """Open the search for a layer to stand where these nodes are."""
        x, y, _width, height = self._view.model.nodes.rect(nodes[0])
        spot = self._inside(self._view.to_spot(QPointF(x + 12, y + height / 3)))
        self._open(spot, offers.instead_of(self._view.model, nodes), swap)

    def ask_beside(self, end: End | None) -> None:
        """Open the search for a layer that goes behind a port (before it, for an input) and is
        wired to it; without one, to a free place in the middle of the view."""
        view = self._view
        if end is None:
            spot = QPointF(view.viewport().rect().center())
            self.ask(spot, view.to_scene(spot), None)
        else:
            x, y, width, height = view.model.nodes.rect(end.node)
            down, after = self._editor.project.flow == "down", end.is_output
            if down:
                at = QPointF(x + width / 2, y + height + GAP if after else y - GAP)
            else:
                at = QPointF(x + width + GAP if after else x - GAP, y + height / 2)
            self.ask(self._inside(view.to_spot(at)), at, end)
        self._loose = True

    def ask_for_wire(self, spot: QPointF, wire: str) -> None:
        """Open the search for a layer to be put into a wire."""
        offer = offers.for_wire(self._view.model, wire)
        self._open(spot, offer, lambda kind: self._splice(kind, wire))

    def drop(self, kind: LayerType, at: QPointF, wire: str | None) -> None:
        """A layer from the palette: its middle comes to lie under the mouse; `BESIDE` a wire that
        it does not suit, near by."""
        width, height = card_size(1, 1, self._editor.project.flow)
        corner = (round(at.x() - width / 2), round(at.y() - height / 2))
        if not wire:
            at_hand = self._free(*corner) if wire == BESIDE else corner
            self._tell(self._editor.add(kind, at_hand))
            return
        self._splice(kind, wire, corner)

    def place(self, kind: LayerType) -> str | None:
        """Behind the only selected node and wired to it, else in the middle of the view."""
        project, view = self._editor.project, self._view
        width, height = card_size(1, 1, project.flow)
        chosen = [node for node in view.selection.nodes if node in view.model.nodes]
        if len(chosen) == 1 and kind.ports and view.model.ports(chosen[0]).outputs:
            x, y, node_width, node_height = view.model.nodes.rect(chosen[0])
            if project.flow == "down":
                x, y = x, y + node_height + GAP
            else:
                x, y = x + node_width + GAP, y
            return self._editor.add(kind, self._free(x, y), source=(chosen[0], 0))
        x0, y0, x1, y1 = view.visible_box()
        at = self._free(round((x0 + x1 - width) / 2), round((y0 + y1 - height) / 2))
        return self._editor.add(kind, at)

    def _inside(self, spot: QPointF) -> QPointF:
        """The nearest place that can be seen."""
        area = QRectF(self._view.viewport().rect()).adjusted(8, 8, -8, -8)
        return QPointF(
            min(max(spot.x(), area.left()), area.right()),
            min(max(spot.y(), area.top()), area.bottom()),
        )

    def _free(self, x: float, y: float) -> tuple[float, float]:
        return edits.free_place(self._editor.project, x, y, self._editor.graph_id)

    def _open(self, spot: QPointF, offer: Offer, chosen: Callable[[LayerType], object]) -> None:
        place = self._view.viewport().mapToGlobal(spot.toPoint())
        self._search.open_at(place, offer.kinds, offer.note, chosen)

    def _splice(
        self, kind: LayerType, wire: str, corner: tuple[float, float] | None = None
    ) -> None:
        shown = self._view.places()
        self._tell(self._editor.splice_new(kind, wire, corner))
        self._view.rearranged.emit(shown)

    def _tell(self, node: str | None) -> None:
        if node is not None:
            self.placed.emit(node)

    def _chosen(self, kind: LayerType) -> None:
        end, self._end = self._end, None
        node = self._put(kind, end)
        if node is None:
            return
        if self._loose:
            self._view.reveal(node)
        self._tell(node)
        self._view.by_keys = True

    def _put(self, kind: LayerType, end: End | None) -> str | None:
        width, height = card_size(1, 1, self._editor.project.flow)
        at = self._at
        down = self._editor.project.flow == "down"
        if end is None:
            x, y = at.x() - 12, at.y() - 12
            if self._loose:
                x, y = self._free(round(at.x() - width / 2), round(at.y() - height / 2))
            return self._editor.add(kind, (round(x), round(y)))
        # The port that the wire comes to lies where the wire was dropped.
        x, y = (at.x() - width / 2, at.y()) if down else (at.x(), at.y() - height / 2)
        if not end.is_output:
            x, y = (x, y - height) if down else (x - width, y)
        x, y = self._free(round(x), round(y)) if self._loose else (round(x), round(y))
        if end.is_output:
            return self._editor.add(kind, (x, y), source=(end.node, end.number))
        return self._editor.add(kind, (x, y), target=(end.node, end.port or ""))

    def _closed(self) -> None:
        self._view.setFocus()
