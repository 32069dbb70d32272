"""Going from node to node by arrow keys, and moving nodes by keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from kerasstudio.graph.frames import carried
from kerasstudio.ui.canvas.node_index import NodeIndex

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas import Canvas

Step = tuple[float, float]
LEFT, RIGHT, UP, DOWN = (-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)
NUDGE, GRID = 1.0, 8.0
# How much a step aside counts against a step in the arrow's direction.
_ASIDE = 2.5


class Navigation:
    """The methods without arguments are actions (`canvas.*`)."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas

    def go_left(self) -> None:
        self._go(LEFT)

    def go_right(self) -> None:
        self._go(RIGHT)

    def go_up(self) -> None:
        self._go(UP)

    def go_down(self) -> None:
        self._go(DOWN)

    def extend_left(self) -> None:
        self._go(LEFT, extend=True)

    def extend_right(self) -> None:
        self._go(RIGHT, extend=True)

    def extend_up(self) -> None:
        self._go(UP, extend=True)

    def extend_down(self) -> None:
        self._go(DOWN, extend=True)

    def nudge_left(self) -> None:
        self._move(LEFT, NUDGE)

    def nudge_right(self) -> None:
        self._move(RIGHT, NUDGE)

    def nudge_up(self) -> None:
        self._move(UP, NUDGE)

    def nudge_down(self) -> None:
        self._move(DOWN, NUDGE)

    def push_left(self) -> None:
        self._push(LEFT)

    def push_right(self) -> None:
        self._push(RIGHT)

    def push_up(self) -> None:
        self._push(UP)

    def push_down(self) -> None:
        self._push(DOWN)

    def inspect(self) -> None:
        """Bring the keyboard to the arguments of the selected node."""
        nodes = self._canvas.view.selection.nodes
        if len(nodes) == 1:
            self._canvas.inspect_requested.emit(next(iter(nodes)))

    # ------------------------------------------------------------------ inside

    def _go(self, step: Step, extend: bool = False) -> None:
        node = self.neighbour(step)
        if node is None:
            return
        selection = self._canvas.view.selection
        if extend:
            selection.add((node,))
        else:
            selection.select((node,))
        self._canvas.view.by_keys = True
        self._canvas.view.emphasis.focused = node
        self._canvas.view.reveal(node)

    def _move(self, step: Step, length: float) -> None:
        nodes = self._canvas.model.nodes
        places = {}
        canvas = self._canvas
        chosen = canvas.view.selection
        decorations = canvas.model.decorations
        inside = carried(canvas.model.graph, chosen.decorations, canvas.model.node_rects())
        moving = chosen.nodes | chosen.decorations | inside.nodes | inside.decorations
        for key in moving:
            if key in nodes or key in decorations:
                x, y, _width, _height = canvas.model.rect(key)
                places[key] = (x + step[0] * length, y + step[1] * length)
        index = self._canvas.model.wires.dots
        dots = {
            dot: (at[0] + step[0] * length, at[1] + step[1] * length)
            for dot in self._canvas.view.selection.dots
            if (at := index.place(dot)) is not None
        }
        if places or dots:
            self._canvas.editor.move(places, steps=True, dots=dots)

    def _push(self, step: Step) -> None:
        """To the next grid line of the focused node; the others keep their places beside it."""
        leader = self._focused() or min(self._canvas.view.selection.decorations, default=None)
        if leader is None:
            return
        x, y, _width, _height = self._canvas.model.rect(leader)
        at, sign = (x, step[0]) if step[0] else (y, step[1])
        line = (np.floor(at / GRID) + 1 if sign > 0 else np.ceil(at / GRID) - 1) * GRID
        self._move(step, abs(float(line) - at))

    def _focused(self) -> str | None:
        """The focused node where it is selected, else one of the selected."""
        canvas = self._canvas
        chosen = canvas.view.selection.nodes
        focused = canvas.view.emphasis.focused
        if focused in chosen and focused in canvas.model.nodes:
            return focused
        return next((node for node in canvas.model.nodes.slots if node in chosen), None)

    def neighbour(self, step: Step) -> str | None:
        """The nearest node in a direction, seen from the focused one; the first one when there is
        none yet."""
        canvas = self._canvas
        nodes = canvas.model.nodes
        focused = canvas.view.emphasis.focused
        if focused is None or focused not in nodes:
            chosen = [node for node in canvas.view.selection.nodes if node in nodes]
            if not chosen:
                return next(iter(nodes.slots), None)
            focused = chosen[0]
        return next(
            iter(in_direction(nodes, nodes.slots.values(), nodes.rect(focused), step)), None
        )


def in_direction(
    nodes: NodeIndex, slots: Iterable[int], start: tuple[float, float, float, float], step: Step
) -> list[str]:
    """The nodes whose middles lie ahead, the nearest first; steps aside count more than steps
    ahead."""
    rows = np.array(list(slots), np.intp)
    rects = nodes.rects[rows]
    x, y, width, height = start
    away = rects[:, :2] + rects[:, 2:] / 2 - np.array((x + width / 2, y + height / 2))
    ahead = away @ np.array(step)
    cost = ahead + _ASIDE * np.abs(away @ np.array((step[1], step[0])))
    order = np.argsort(cost, kind="stable")
    return nodes.names(rows[order[ahead[order] > 1.0]])
