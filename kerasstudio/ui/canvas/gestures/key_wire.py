"""Drawing a wire by keys alone: arrows and Tab choose where it goes, Enter connects; or a click on
the card it shall go to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent

from kerasstudio.graph.inspection import shape_text
from kerasstudio.ui.canvas.gestures.draw_wire import DrawWire
from kerasstudio.ui.canvas.gestures.gesture import Modifiers
from kerasstudio.ui.canvas.hits import port_point
from kerasstudio.ui.canvas.navigation import DOWN, LEFT, RIGHT, UP, Step, in_direction
from kerasstudio.ui.canvas.wiring_rules import FINE, End, rank_words

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView

_ARROWS: dict[int, Step] = {
    Qt.Key.Key_Left: LEFT,
    Qt.Key.Key_Right: RIGHT,
    Qt.Key.Key_Up: UP,
    Qt.Key.Key_Down: DOWN,
}
_LARGE = 500
# How much a step against the flow counts beside one anywhere.
_AGAINST = 3.0
_HOW = "Arrows and Tab choose, Enter connects, Space adds a new layer, Escape gives up."


class KeyWire(DrawWire):
    """Begins at the first output of `node`, or at its first input where it has no output; a key
    that is `again` changes between the ports it may begin at. The mouse does not aim it."""

    scrolls_at_edges = False

    def __init__(
        self, view: CanvasView, node: str, again: Callable[[QKeyEvent], bool] = lambda _event: False
    ) -> None:
        self._starts, self._again = list(_starts(view, node)), again
        self._known: list[End] = []
        self._more: Iterator[End] = iter(())
        start = self._starts[0]
        at = QPointF(*port_point(view.model, start))
        super().__init__(view, at, view.to_spot(at), start)
        self.travelled = True
        self._first(_HOW)

    @staticmethod
    def possible(view: CanvasView, node: str) -> bool:
        """Whether a wire can begin at a node."""
        return next(_starts(view, node), None) is not None

    # ------------------------------------------------------------------ keys

    def key_pressed(self, event: QKeyEvent) -> bool:
        key = event.key()
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in _ARROWS:
            self._to_node(_ARROWS[key])
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._to_port(-1 if back or key == Qt.Key.Key_Backtab else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take_it()
        elif key == Qt.Key.Key_Space:
            self._new_layer()
        elif key == Qt.Key.Key_Escape:
            self.view.cancel_gesture()
            self.view.announced.emit("No wire drawn.")
        elif self._again(event):
            self.next_start()
        return True  # nothing else happens while a wire is in hand

    def next_start(self) -> None:
        """Begin at the next port of the node."""
        place = (self._starts.index(self.start) + 1) % len(self._starts)
        self._begin_at(self._starts[place])
        self._first("")

    # ------------------------------------------------------------------ aiming

    def _first(self, how: str) -> None:
        """Aim at the nearest port that fits, or at the nearest that is possible at all."""
        fitting = next(self._by_distance(fitting=True), None) is not None
        self._known, self._more = [], self._by_distance(fitting)
        end = next(self._more, None)
        if end is not None:
            self._known.append(end)
        self._aim_at(end, how)

    def _by_distance(self, fitting: bool) -> Iterator[End]:
        """Ports that the wire may go to, those of the nearest nodes first; against the flow is
        farther. Judged one by one: a drawing has thousands."""
        model = self.view.model
        slots = np.array(list(model.nodes.slots.values()), np.intp)
        middles = model.nodes.rects[slots, :2] + model.nodes.rects[slots, 2:] / 2
        x, y = port_point(model, self.start)
        away = middles - np.array((x, y))
        back = away[:, 1 if model.wires.down else 0] * (-1.0 if self.start.is_output else 1.0)
        cost = np.hypot(away[:, 0], away[:, 1]) + _AGAINST * np.maximum(back, 0.0)
        order = np.argsort(cost, kind="stable")
        for node in model.nodes.names(slots[order]):
            if self._rules.loops(node):
                continue
            ends = sorted(self._rules.ends(node), key=self._is_taken)
            for end in ends:
                verdict = self._rules.judge(end)
                if verdict.fitting if fitting else verdict.possible:
                    yield end

    def _is_taken(self, end: End) -> bool:
        return end.port is not None and f"{end.node}:{end.port}" in self.view.model.wires

    def _to_port(self, step: int) -> None:
        """The next port by distance (1), or the one before (-1), round and round; in a large
        drawing not back from the nearest to the farthest, which is nowhere near."""
        now = self._known.index(self.target) if self.target in self._known else -1
        if now + step < 0:
            if len(self.view.model.nodes) > _LARGE:
                return
            self._known += self._more
        elif now + step == len(self._known) and (end := next(self._more, None)) is not None:
            self._known.append(end)
        if self._known:
            self._aim_at(self._known[(now + step) % len(self._known)])

    def _to_node(self, step: Step) -> None:
        """The nearest node in a direction that the wire may go to."""
        nodes = self.view.model.nodes
        origin = self.target.node if self.target is not None else self.start.node
        for node in in_direction(nodes, nodes.slots.values(), nodes.rect(origin), step):
            end = None if self._rules.loops(node) else self._best(node)
            if end is not None:
                self._aim_at(end)
                return

    def _best(self, node: str) -> End | None:
        """The port of a node that the wire goes to first: fitting and free, fitting, possible."""
        ends = [(self._rules.judge(end), end) for end in self._rules.ends(node)]
        able = [(verdict, end) for verdict, end in ends if verdict.possible]
        if not able:
            return None
        return min(able, key=lambda pair: (not pair[0].fitting, self._is_taken(pair[1])))[1]

    def _aim_at(self, end: End | None, how: str = "") -> None:
        view = self.view
        self.target, self.verdict = None, FINE
        view.emphasis.doomed_wires = frozenset()
        if end is None:
            view.announced.emit(
                "No port here takes this wire. Space adds a layer that does, Escape gives up."
            )
            view.refresh()
            return
        self._take(end)
        self._warn()
        view.reveal(end.node)
        self._at = QPointF(*port_point(view.model, end))
        self._spot = view.to_spot(self._at)
        view.announced.emit(f"{self._words(end)} {how}".strip())
        view.refresh()

    def _words(self, end: End) -> str:
        """Where the wire would go, what that port takes, and what comes."""
        model = self.view.model
        source, entry = (self.start, end) if self.start.is_output else (end, self.start)
        tensor = model.tensor(source.node, source.number)
        gives = f"{shape_text(tensor)} {tensor.dtype}" if tensor is not None else "an unknown shape"
        slot = model.ports(entry.node).inputs[entry.number]
        takes = f"takes {rank_words(slot.ranks)}" if slot.ranks else "takes any shape"
        words = f"Wire {_name(self.view, source)}, {gives}, to {_name(self.view, entry)}: {takes}"
        if self._is_taken(entry):
            words += ", replaces the wire there"
        reason = self.verdict.reason if not self.verdict.fitting else "fits"
        return f"{words}. {reason[:1].upper()}{reason[1:].rstrip('.')}."

    def _remark(self) -> str:
        """For those who see: where it goes, in few words."""
        if self.target is None:
            return "Space: a new layer · Esc: give up"
        entry = self.target if self.start.is_output else self.start
        slot = self.view.model.ports(entry.node).inputs[entry.number]
        takes = f" takes {rank_words(slot.ranks)}" if slot.ranks else ""
        where = (
            f"{_name(self.view, self.target)}:{takes}" if takes else _name(self.view, self.target)
        )
        if not self.verdict.fitting:
            where = self.verdict.reason
        return f"{where} · Enter: connect · Tab: another\n{self._loss()}".strip()

    def answered(self) -> None:
        before = self.verdict
        super().answered()
        if self.target is not None and self.verdict != before:
            self.view.announced.emit(self._words(self.target))

    # ------------------------------------------------------------------ endings

    def _take_it(self) -> None:
        target = self.target
        self.view.end_gesture()
        if target is not None:
            self._connect(target)
            self.view.selection.select((target.node,))

    def _new_layer(self) -> None:
        self.view.end_gesture()
        self.view.layer_wanted.emit(self.start)

    # The mouse is only on its way.
    def moved(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        pass

    def pressed(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        """A click on a card, anywhere, wires it; one on nothing lets the wire go."""
        self._aim(at)
        if self.target is not None and self.verdict.possible:
            self._take_it()
        else:
            self.view.cancel_gesture()

    def released(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        pass


def _starts(view: CanvasView, node: str) -> Iterator[End]:
    """The ports of a node that a wire can begin at: outputs, then inputs."""
    ports = view.model.ports(node)
    for number in range(len(ports.outputs)):
        yield End(node, number)
    for number, slot in enumerate(ports.inputs):
        yield End(node, number, slot.name)


def _name(view: CanvasView, end: End) -> str:
    """The layer of an end, with the port where there are several on that side."""
    ports = view.model.ports(end.node)
    name = view.model.layer(end.node).name
    if end.is_output:
        return f"{name}, output {ports.outputs[end.number]}" if len(ports.outputs) > 1 else name
    return f"{name}, {end.port}" if len(ports.inputs) > 1 else name
