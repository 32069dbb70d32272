"""Whether something may be put into a wire: asked of the port first, then of Keras."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.inspection import TensorSpec
from kerasstudio.graph.project import Project
from kerasstudio.graph.saved_blocks import block_title
from kerasstudio.ui.canvas.supposing import Variant
from kerasstudio.ui.canvas.wiring_rules import misfit

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView


class Splicing:
    """The answers are reasons why not, in words; "" when nothing is known against it."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view

    def hindrance(self, wire: str, node: str, taken_out: bool = False) -> str:
        """Why a card should not go into a wire. `taken_out`: its own wires are removed before."""
        model, editor = self._view.model, self._view.editor
        ports = model.ports(node).inputs
        slot = next((slot for slot in ports if slot.required and slot.is_free), None) or ports[0]
        reason = misfit(self._tensor(wire), slot)
        if reason:
            return f"{model.face(node).title} takes {reason}."

        def variant() -> tuple[Project, tuple[str, ...]]:
            project, graph = editor.project, editor.graph_id
            if taken_out:
                project = edits.take_out(project, [node], graph)
            return edits.insert_between(project, wire, node, editor.catalogue, graph), ()

        return self._keras_says(("splice", wire, node, taken_out), variant)

    def hindrance_of_new(self, wire: str, kind: LayerType) -> str:
        """Why a new layer should not go into a wire."""
        reason = misfit(self._tensor(wire), kind.ports[0])
        if reason:
            return f"{block_title(kind)} takes {reason}."
        editor = self._view.editor

        def variant() -> tuple[Project, tuple[str, ...]]:
            project, node = edits.insert_layer(
                editor.project, wire, kind, editor.catalogue, graph=editor.graph_id
            )
            return project, (node,)

        return self._keras_says(("insert", wire, kind.module, kind.class_name), variant)

    def _tensor(self, wire: str) -> TensorSpec | None:
        value = self._view.model.graph.wires[wire]
        return self._view.model.tensor(value.source, value.output)

    def _keras_says(self, key: Hashable, variant: Variant) -> str:
        found = self._view.supposing.about(key, variant)
        return found.problems[0].message if found is not None and found.problems else ""
