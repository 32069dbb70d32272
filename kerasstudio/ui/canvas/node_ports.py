"""The ports of one node as they are drawn."""

from __future__ import annotations

import msgspec

from kerasstudio.graph.ports import PortSlot


class NodePorts(msgspec.Struct, frozen=True):
    """Inputs and outputs in drawing order; `place` finds an input by its name. `outputs` are all of
    them, by number; those in `hidden` are not drawn."""

    inputs: tuple[PortSlot, ...]
    outputs: tuple[str, ...]
    hidden: frozenset[int] = frozenset()

    @property
    def outputs_drawn(self) -> int:
        return len(self.outputs) - len(self.hidden)

    def place(self, port: str) -> int:
        """The position of a port; the last one for a name that is not drawn."""
        for number, slot in enumerate(self.inputs):
            if slot.name == port:
                return number
        return max(0, len(self.inputs) - 1)

    def output_place(self, number: int) -> int:
        """The position of an output among those that are drawn."""
        return number - sum(other < number for other in self.hidden)
