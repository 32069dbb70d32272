"""Wiring without a mouse: the actions of it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeyEvent

from kerasstudio.graph.loops import downstream
from kerasstudio.ui.canvas.gestures.key_wire import KeyWire
from kerasstudio.ui.canvas.wiring_rules import End, WiringRules

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas import Canvas


class WiringKeys:
    """The methods without arguments are actions."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas

    def start_wire(self) -> None:
        """Begin a wire at the selected node; the same key again: at its next port."""
        view = self._canvas.view
        node = self._chosen()
        if node is None:
            view.announced.emit("Select one layer to begin a wire at.")
        elif not KeyWire.possible(view, node):
            view.announced.emit(f"{self._canvas.editor.name(node)} has no port.")
        else:
            view.setFocus()
            view.begin_gesture(KeyWire(view, node, self._again))

    def connect_selected(self) -> None:
        """Wire the selected nodes one after the other, along the flow; one undo step."""
        canvas = self._canvas
        chosen = [node for node in canvas.view.selection.nodes if node in canvas.model.nodes]
        if len(chosen) < 2:
            return
        links = []
        order = self._along_the_flow(chosen)
        for first, second in pairwise(order):
            link = self._link(first, second) or self._link(second, first)
            if link is None:
                names = f"{canvas.editor.name(first)} and {canvas.editor.name(second)}"
                canvas.view.say(f"{names} cannot be wired.", canvas.view.mouse_spot())
                return
            links.append(link)
        canvas.editor.wire_chain(links)

    def detach(self) -> None:
        """Take the selected nodes out of their wires."""
        nodes = self._canvas.view.selection.nodes
        if nodes:
            self._canvas.editor.take_out(nodes)

    def move_on(self) -> None:
        self._move_along(1)

    def move_back(self) -> None:
        self._move_along(-1)

    # ------------------------------------------------------------------ inside

    def _again(self, event: QKeyEvent) -> bool:
        return self._canvas.actions_set.find(event) == "model.start_wire"

    def _move_along(self, step: int) -> None:
        node = self._chosen()
        if node is not None:
            self._canvas.editor.move_along(node, step)

    def _chosen(self) -> str | None:
        nodes = self._canvas.view.selection.nodes
        node = next(iter(nodes)) if len(nodes) == 1 else None
        return node if node is not None and node in self._canvas.model.nodes else None

    def _along_the_flow(self, nodes: list[str]) -> list[str]:
        model = self._canvas.model
        axis = 1 if model.wires.down else 0
        return sorted(
            nodes, key=lambda node: (model.nodes.rect(node)[axis], model.nodes.rect(node))
        )

    def _link(self, source: str, target: str) -> tuple[End, End] | None:
        """A wire from one node to another: to a port that fits and is free, if there is one."""
        model = self._canvas.model
        if not model.ports(source).outputs or source in downstream(model.graph, (target,)):
            return None
        rules = WiringRules(model, End(source, 0))
        ends = [(rules.judge(end), end) for end in rules.ends(target)]
        able = [(verdict, end) for verdict, end in ends if verdict.possible]
        if not able:
            return None
        taken = model.wires
        best = min(
            able, key=lambda pair: (not pair[0].fitting, f"{target}:{pair[1].port}" in taken)
        )
        return End(source, 0), best[1]
