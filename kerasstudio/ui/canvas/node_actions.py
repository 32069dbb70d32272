"""What can be done with the layers of the selected nodes: the actions of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasstudio.graph.catalogue import LayerType
from kerasstudio.graph.project import Mode
from kerasstudio.graph.switches import can_bypass

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas import Canvas


class NodeActions:
    """The methods without arguments are actions."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas

    def mute(self) -> None:
        """Leave the selected nodes out of the model, or take them in again."""
        self._switch(self._chosen(), "muted")

    def bypass(self) -> None:
        """Let the inputs of the selected nodes pass through them, or take them in again."""
        chosen = self._chosen()
        able = [node for node in chosen if can_bypass(self._canvas.model.layer(node))]
        self._switch(able or chosen, "bypassed")

    def call_again(self) -> None:
        """A further call of the selected node's layer: the same weights."""
        chosen = self._chosen()
        if len(chosen) == 1:
            self._canvas.editor.call_again(chosen[0])

    def toggle_trainable(self) -> None:
        """Freeze the weights of the selected layers; unfreeze them where all are frozen."""
        chosen = self._chosen()
        if chosen:
            frozen = not any(self._canvas.model.layer(node).trainable for node in chosen)
            self._canvas.editor.set_trainable(chosen, frozen)

    def swap_layer(self) -> None:
        """Choose another type for the layers of the selected nodes."""
        canvas = self._canvas
        able = [node for node in self._chosen() if can_bypass(canvas.model.layer(node))]
        if able:
            canvas.placing.ask_instead(able, self._swap)
        else:
            canvas.view.say("An Input or Output cannot be swapped.", canvas.view.mouse_spot())

    # ------------------------------------------------------------------ inside

    def _chosen(self) -> list[str]:
        canvas = self._canvas
        return [node for node in canvas.model.nodes.slots if node in canvas.view.selection.nodes]

    def _switch(self, nodes: list[str], mode: Mode) -> None:
        graph = self._canvas.editor.graph
        if nodes:
            already = all(graph.nodes[node].mode == mode for node in nodes)
            self._canvas.editor.set_mode(nodes, "on" if already else mode)

    def _swap(self, kind: LayerType) -> None:
        able = [node for node in self._chosen() if can_bypass(self._canvas.model.layer(node))]
        self._canvas.editor.swap(able, kind)
