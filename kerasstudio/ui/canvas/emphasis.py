"""What stands out on the canvas for the moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from kerasstudio.graph.edits import Dot
from kerasstudio.ui.canvas.hits import Hit


@dataclass
class Emphasis:
    """What stands out for the moment: node ids and wire keys."""

    selected: frozenset[str] = frozenset()
    hovered: str | None = None
    focused: str | None = None
    hovered_wire: str | None = None
    selected_wire: str | None = None
    target: str | None = None
    """The card that a wire in hand would go to."""
    linked: Collection[str] = frozenset()
    """Cards that call the same layer as the hovered or a selected one."""
    dimmed: Collection[str] = frozenset()
    loop: Collection[str] = frozenset()
    doomed_wires: Collection[str] = frozenset()
    hidden_wires: Collection[str] = frozenset()
    bright_wires: Collection[str] = field(default_factory=frozenset)
    selected_dots: Collection[Dot] = frozenset()
    hovered_dot: Dot | None = None
    decorations: Collection[str] = frozenset()
    """Frames and notes that are selected."""
    hovered_decoration: str | None = None
    taking_frame: str | None = None
    """The frame that what is in the hand would come to lie in."""
    lifted: Collection[str] = frozenset()
    """Cards in the hand: they lie above all others."""

    @property
    def below(self) -> tuple[object, ...]:
        """What of it is painted among wires and cards, but for `wires` and `dots`."""
        return self.dimmed, self.lifted, self.hovered_decoration, self.taking_frame

    @property
    def dots(self) -> frozenset[Dot]:
        """The reroute dots that do not look as they do alone; one under the mouse that is selected
        looks selected."""
        hovered = self.hovered_dot
        if hovered is None or hovered in self.selected_dots:
            return frozenset(self.selected_dots)
        return frozenset(self.selected_dots) | {hovered}

    @property
    def wires(self) -> tuple[frozenset[str | None], ...]:
        """Keys of the wires that do not look as they do alone, a set for each way they look."""
        return (
            *(frozenset({self.hovered_wire}), frozenset({self.selected_wire})),
            *(frozenset(self.doomed_wires), frozenset(self.bright_wires)),
            frozenset(self.hidden_wires),
        )

    def hover(self, found: Hit) -> bool:
        """The mouse is over something; whether that is another thing than before."""
        now = (found.node, found.wire, found.dot, found.decoration)
        before = (self.hovered, self.hovered_wire, self.hovered_dot, self.hovered_decoration)
        self.hovered, self.hovered_wire, self.hovered_dot, self.hovered_decoration = now
        return now != before
