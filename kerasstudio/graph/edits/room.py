"""Making room: what lies in the way moves along the flow, each card only as far as it must."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from kerasstudio.graph.cards import CARD_GAP, card_size, flow_axis
from kerasstudio.graph.edits.nodes import move_nodes
from kerasstudio.graph.edits.values import graph_of
from kerasstudio.graph.project import ROOT, Graph, Project

_CLOSEST = 16.0
"""Between a card that was pushed and another one that no wire joins to it, scene pixels."""


def push(project: Project, node: str, distance: float, graph: str = ROOT) -> Project:
    """Move a card along the flow by `distance`, and what it would run into or come too near to:
    the cards it feeds keep `CARD_GAP`, or the gap they had where that was less."""
    if distance <= 0:
        return project
    drawing = graph_of(project, graph)
    shifts = _Pushing(drawing, project.flow).shifts(node, distance)
    axis = flow_axis(project.flow)
    places = {
        key: (
            drawing.nodes[key].x + (shift if axis == 0 else 0.0),
            drawing.nodes[key].y + (shift if axis == 1 else 0.0),
        )
        for key, shift in shifts.items()
    }
    return move_nodes(project, places, graph)


class _Pushing:
    """Works with (along, across) instead of (x, y)."""

    def __init__(self, drawing: Graph, flow: str) -> None:
        axis = flow_axis(flow)
        inputs: dict[str, int] = {}
        outputs: dict[str, int] = {}
        self._fed: dict[str, list[str]] = {}
        for wire in drawing.wires.values():
            inputs[wire.target] = inputs.get(wire.target, 0) + 1
            outputs[wire.source] = max(outputs.get(wire.source, 1), wire.output + 1)
            self._fed.setdefault(wire.source, []).append(wire.target)
        self._starts: dict[str, float] = {}
        self._bands: dict[str, tuple[float, float]] = {}
        self._length = card_size(1, 1, flow)[axis]
        self._band = card_size(1, 1, flow)[1 - axis]
        self._rows: dict[int, list[tuple[float, str]]] = {}
        for key, node in drawing.nodes.items():
            along, across = (node.x, node.y) if axis == 0 else (node.y, node.x)
            ports = inputs.get(key, 1), outputs.get(key, 1)
            size = card_size(*ports, flow, node.collapsed)[1 - axis]
            self._starts[key], self._bands[key] = along, (across, across + size)
            for row in self._rows_of(key):
                insort(self._rows.setdefault(row, []), (along, key))

    def shifts(self, node: str, distance: float) -> dict[str, float]:
        """How far each card moves. One card after the other is pushed until none is in the way;
        cards only ever move ahead, past each at most the distance that pushes it."""
        found = {node: distance}
        waiting = [node]
        while waiting:
            key = waiting.pop()
            for other, needed in self._pushed_by(key, found[key]):
                if needed > found.get(other, 0.0) + 0.05:
                    found[other] = needed
                    waiting.append(other)
        return found

    def _pushed_by(self, key: str, shift: float) -> Iterator[tuple[str, float]]:
        start = self._starts[key]
        end = start + self._length
        for other in self._fed.get(key, ()):
            gap = self._starts[other] - end
            if gap >= 0:  # not for a wire that goes back
                yield other, shift - gap + min(gap, CARD_GAP)
        for other in self._ahead(key, start, end + shift + _CLOSEST):
            gap = self._starts[other] - end
            # Those that lay on each other before go together.
            yield other, shift - gap + min(gap, _CLOSEST)

    def _ahead(self, key: str, start: float, until: float) -> Iterator[str]:
        """Cards beside the way of a card, which begin behind its start and before `until`."""
        low, high = self._bands[key]
        fed = self._fed.get(key, ())
        for row in self._rows_of(key):
            line = self._rows.get(row, [])
            for place in range(bisect_left(line, (start, "")), len(line)):
                along, other = line[place]
                if along >= until:
                    break
                first, last = self._bands[other]
                if other != key and other not in fed and first < high and last > low:
                    yield other

    def _rows_of(self, key: str) -> range:
        low, high = self._bands[key]
        return range(int(low // self._band), int(high // self._band) + 1)
