"""Taking all wires of an output in hand and putting them on another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from kerasstudio.ui.canvas.gestures.draw_wire import DrawWire
from kerasstudio.ui.canvas.hits import port_point
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.canvas.wiring_rules import FINE, End, Verdict, WiringRules

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView


class AllOf(WiringRules):
    """Rules for several wires at once: what holds for all of them."""

    def __init__(self, model: SceneModel, starts: list[End]) -> None:
        super().__init__(model, starts[0])
        self._each = [WiringRules(model, start) for start in starts]

    def judge(self, end: End, named: bool = True) -> Verdict:
        worst = FINE
        for rules in self._each:
            verdict = rules.judge(end, named)
            if not verdict.possible:
                return verdict
            if not verdict.fitting:
                worst = verdict
        return worst


class MoveWires(DrawWire):
    """The far ends of the wires stay; what is held are their beginnings. Dropped on nothing, they
    stay where they are."""

    def __init__(self, view: CanvasView, at: QPointF, spot: QPointF, keys: list[str]) -> None:
        graph, model = view.model.graph, view.model
        self._keys = keys
        self._ends = [
            End(wire.target, model.ports(wire.target).place(wire.port), wire.port)
            for wire in (graph.wires[key] for key in keys)
        ]
        super().__init__(view, at, spot, self._ends[0])
        view.emphasis.hidden_wires = frozenset(keys)

    def _make_rules(self, start: End) -> WiringRules:
        return AllOf(self.view.model, self._ends)

    def _lines(self) -> list[tuple[tuple[float, float], tuple[float, float]]]:
        held = (self._at.x(), self._at.y())
        if self.target is not None and self.verdict.possible:
            held = port_point(self.view.model, self.target)
        return [(held, port_point(self.view.model, end)) for end in self._ends]

    def _replaced(self) -> str | None:
        return None

    def _ask_keras(self, end: End) -> Verdict:
        wires = self.view.editor.wires
        question = ("move", *self._keys, end.node, end.number)
        found = self.view.supposing.about(
            question, lambda: (wires.with_moved(self._keys, end.node, end.number), ())
        )
        if found is None or not found.problems:
            return FINE
        return Verdict(True, False, found.problems[0].message)

    def _connect(self, target: End) -> None:
        self.view.editor.wires.move(self._keys, target.node, target.number)

    def _drop_on_paper(self, at: QPointF, spot: QPointF) -> None:
        """Nothing changes."""
