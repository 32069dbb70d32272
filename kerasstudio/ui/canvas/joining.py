"""Offers to join the tensor of a wire that was replaced with the new one."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.runtime.protocol import Supposed
from kerasstudio.ui.canvas.canvas_view import CanvasView
from kerasstudio.ui.canvas.editing import CanvasEditor
from kerasstudio.ui.canvas.join_offer import JoinOffer
from kerasstudio.ui.canvas.supposing import Ask
from kerasstudio.ui.canvas.wire_edits import Join

WAYS = ("Add", "Concatenate")


class Joining(QObject):
    """Opens `offer` beside the mouse, asks Keras what each way gives, and does what is chosen."""

    def __init__(
        self, view: CanvasView, editor: CanvasEditor, offer: JoinOffer, suppose: Ask | None
    ) -> None:
        super().__init__(view)
        self._view, self._editor, self._offer, self._suppose = view, editor, offer, suppose
        self._join: Join | None = None
        self._after = editor.project
        editor.wires.joinable.connect(self._begin)
        offer.chosen.connect(self._chosen)
        view.gesture_changed.connect(lambda running: offer.close_offer() if running else None)

    def drawing_changed(self) -> None:
        """Another edit was made: the offer is over."""
        if self._join is not None and self._editor.project is not self._after:
            self._offer.close_offer()
            self._join = None

    def _begin(self, join: Join) -> None:
        kinds = [kind for name in WAYS if (kind := self._editor.catalogue.named(name)) is not None]
        able = [kind for kind in kinds if self._variant(join, kind) is not None]
        if not able:
            return
        self._join, self._after = join, self._editor.project
        self._offer.open_at(self._view.mouse_spot(), self._editor.name(join.wire.source), able)
        if self._view.by_keys:
            self._offer.take_keys()
        for kind in able:
            found = self._variant(join, kind)
            if found is not None and self._suppose is not None:
                project, node = found
                self._suppose(project, (node,), partial(self._answered, join, kind, node))

    def _variant(self, join: Join, kind: LayerType) -> tuple[Project, str] | None:
        try:
            return self._editor.wires.with_join(join, kind)
        except StudioError:
            return None

    def _answered(self, join: Join, kind: LayerType, node: str, report: Supposed) -> None:
        if join is self._join:
            own = [each.message for each in report.problems if each.place.node == node]
            self._offer.tell(kind, report.nodes.get(node), own[0] if own else "")

    def _chosen(self, kind: LayerType) -> None:
        join, self._join = self._join, None
        if join is not None:
            self._editor.wires.join(join, kind)
