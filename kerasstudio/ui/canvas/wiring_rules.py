"""What a wire being drawn may be dropped on, and why not."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kerasstudio.graph.catalogue import Port
from kerasstudio.graph.inspection import TensorSpec, shape_text
from kerasstudio.graph.loops import downstream, upstream, would_cycle
from kerasstudio.graph.ports import PortSlot
from kerasstudio.ui.canvas.scene_model import SceneModel


class End(msgspec.Struct, frozen=True):
    """A port: `port` is None for an output, else the name of an input port; `number` is its
    position on the card."""

    node: str
    number: int
    port: str | None = None

    @property
    def is_output(self) -> bool:
        return self.port is None


class Verdict(msgspec.Struct, frozen=True):
    """`possible` wires can be drawn; those that are not `fitting` give an error that the person
    mends afterwards. `loop` are the nodes of the loop it would close."""

    possible: bool
    fitting: bool
    reason: str = ""
    loop: tuple[str, ...] = ()


FINE = Verdict(True, True)


class WiringRules:
    """Judges ends for one wire that begins at `start`. Built once for each drag."""

    def __init__(self, model: SceneModel, start: End) -> None:
        self.model, self.start = model, start
        graph = model.graph
        reach = upstream if start.is_output else downstream
        # Everything that feeds the source (or is fed by the target) would close a loop.
        self._behind = reach(graph, [start.node])

    def judge(self, end: End, named: bool = True) -> Verdict:
        """Whether the wire may go to `end`. A loop is looked for only when it is to be `named`:
        in a large drawing that takes a while."""
        model, start = self.model, self.start
        if end.node == start.node:
            return Verdict(False, False, "A layer cannot feed itself.")
        if end.is_output == start.is_output:
            side = "outputs" if end.is_output else "inputs"
            return Verdict(False, False, f"Both ends are {side}.")
        source, target = (start, end) if start.is_output else (end, start)
        if end.node in self._behind:
            loop: list[str] = []
            if named:
                loop = would_cycle(model.project, source.node, target.node, model.graph_id)
            return Verdict(False, False, "This would close a loop.", tuple(loop))
        slot = self._slot(target)
        if slot is None:
            return Verdict(False, False, "There is no such port.")
        reason = misfit(model.tensor(source.node, source.number), slot)
        if reason:
            return Verdict(True, False, f"{model.face(target.node).title} takes {reason}.")
        return FINE

    def loops(self, node: str) -> bool:
        """Whether any wire to a node would close a loop; `judge` names it, which takes longer."""
        return node == self.start.node or node in self._behind

    def fits(self, node: str) -> bool:
        """Whether any port of a node takes this wire; the others are dimmed."""
        return any(self.judge(end, named=False).fitting for end in self.ends(node))

    def ends(self, node: str) -> Iterable[End]:
        """The ports of a node on the side that the wire must end at."""
        ports = self.model.ports(node)
        if self.start.is_output:
            return [End(node, number, slot.name) for number, slot in enumerate(ports.inputs)]
        return [End(node, number) for number in range(len(ports.outputs))]

    def best(self, node: str) -> End | None:
        """Where a wire dropped on the card itself goes: a free required port, a free one, any."""
        ends = list(self.ends(node))
        if not ends:
            return None
        if not self.start.is_output:
            return ends[0]
        slots = self.model.ports(node).inputs

        def order(end: End) -> tuple[bool, bool, int]:
            slot = slots[end.number]
            return (not slot.is_free, not slot.required, end.number)

        return min(ends, key=order)

    def _slot(self, end: End) -> PortSlot | None:
        slots = self.model.ports(end.node).inputs
        return slots[end.number] if end.number < len(slots) else None


def misfit(spec: TensorSpec | None, slot: PortSlot | Port) -> str:
    """What the port takes, in words, when the tensor is not that; empty when it fits or nothing is
    known."""
    if spec is None:
        return ""
    rank = len(spec.shape)
    # The catalogue tries ranks up to 5; what takes several of them takes more, too.
    endless = rank > 5 and 5 in slot.ranks and len(slot.ranks) > 1
    if slot.ranks and rank not in slot.ranks and not endless:
        wanted = rank_words(slot.ranks)
        return f"{wanted}, this is {shape_text(spec)} ({len(spec.shape)}-D with the batch)"
    if slot.dtypes and _kind(spec.dtype) not in {_kind(dtype) for dtype in slot.dtypes}:
        return f"{' or '.join(slot.dtypes[:3])}, this is {spec.dtype}"
    return ""


def rank_words(ranks: tuple[int, ...]) -> str:
    """ "4-D tensors", "3-D to 5-D tensors", "2-D or 4-D tensors"."""
    ranks = tuple(sorted(ranks))
    if len(ranks) == 1:
        return f"{ranks[0]}-D tensors"
    if len(ranks) > 2 and ranks == tuple(range(ranks[0], ranks[-1] + 1)):
        return f"{ranks[0]}-D to {ranks[-1]}-D tensors"
    return f"{' or '.join(f'{rank}-D' for rank in ranks)} tensors"


def _kind(dtype: str) -> str:
    """Keras casts within a kind, not between them."""
    if dtype in {"string", "bool"}:
        return dtype
    return "float" if "float" in dtype else "int"
