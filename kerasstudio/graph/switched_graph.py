"""One graph without what is switched off in it (see `switches`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kerasstudio.graph.catalogue import Catalogue, Port
from kerasstudio.graph.edits.wires import renumbered
from kerasstudio.graph.loops import reach
from kerasstudio.graph.ports import layer_ports, split_port
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire

Tensor = tuple[str, int]
"""A node and the number of its output."""

NOT_WIRED: Tensor = ("", 0)
"""What comes out of a bypassed node that nothing feeds."""


class Effect(NamedTuple):
    """What switched-off nodes do to one graph. `off` are the nodes left out; `passing` those that
    only pass on a tensor, with that tensor."""

    off: frozenset[str] = frozenset()
    passing: Mapping[str, Tensor] = {}


class BlockLoss(NamedTuple):
    """What a graph has lost as seen from outside: where an output, and the Input behind a port,
    are now; None for left out."""

    outputs: Mapping[int, int | None]
    ports: Mapping[str, str | None]


class GraphSwitching:
    """One graph; `blocks` has those inside of it that have lost something. Only what lies behind a
    switched-off node is looked at."""

    def __init__(
        self,
        project: Project,
        graph: Graph,
        blocks: Mapping[str, BlockLoss],
        catalogue: Catalogue,
    ) -> None:
        self._project, self._graph, self._blocks = project, graph, blocks
        self._catalogue = catalogue
        self._incoming: dict[str, list[tuple[str, Wire]]] = {}
        self._outgoing: dict[str, list[tuple[str, Wire]]] = {}
        for item in graph.wires.items():
            self._incoming.setdefault(item[1].target, []).append(item)
            self._outgoing.setdefault(item[1].source, []).append(item)
        self._off: set[str] = set()
        self._passing: dict[str, Tensor] = {}
        # What each wire behind a switched-off node is in the live graph; None: it is dropped.
        self._kept: dict[str, Wire | None] = {}
        for key in self._order():
            self._look_at(graph.nodes[key])
        self._leave_out_idle()
        self.effect = Effect(frozenset(self._off), self._passing)
        self.wires = self._wires()

    # ------------------------------------------------------------------ forwards

    def _order(self) -> list[str]:
        """Switched-off nodes and those behind them, after what feeds them; those of a loop in any
        order."""
        starts = [
            node.id
            for node in self._graph.nodes.values()
            if node.mode != "on" or self._block(node.id) is not None
        ]
        following = {
            key: [wire.target for _key, wire in wires] for key, wires in self._outgoing.items()
        }
        behind = reach(following, starts)
        # One after the other as soon as all before it are done (Kahn 1962).
        waiting = {
            key: sum(wire.source in behind for _key, wire in self._incoming.get(key, ()))
            for key in behind
        }
        order = [key for key, number in waiting.items() if not number]
        for key in order:
            for target in following.get(key, ()):
                waiting[target] -= 1
                if not waiting[target]:
                    order.append(target)
        return [*order, *behind.difference(order)] if len(order) < len(behind) else order

    def _look_at(self, node: Node) -> None:
        wires = self._incoming.get(node.id, [])
        lost: list[Wire] = []
        for key, wire in wires:
            tensor = self._tensor(wire)
            self._kept[key] = self._carried(node, wire, tensor)
            if tensor is None:
                lost.append(wire)
        layer = self._project.layers[node.layer]
        if node.mode == "muted":
            self._off.add(node.id)
        elif node.mode == "bypassed" and can_bypass(layer):
            ports = self._ports(node, layer)
            first = min(wires, key=lambda item: _call_place(ports, item[1]), default=None)
            self._pass_on(node, NOT_WIRED if first is None else self._tensor(first[1]))
        elif lost:
            self._lose(node, self._ports(node, layer), lost)

    def _tensor(self, wire: Wire) -> Tensor | None:
        """What a wire carries; None when that is left out."""
        source, output = wire.source, wire.output
        if source in self._off:
            return None
        if source in self._passing:
            return self._passing[source] if output == 0 else None
        block = self._block(source)
        place = output if block is None else block.outputs.get(output, output)
        return None if place is None else (source, place)

    def _carried(self, node: Node, wire: Wire, tensor: Tensor | None) -> Wire | None:
        """The wire as it is in the live graph."""
        block = self._block(node.id)
        port = wire.port if block is None else block.ports.get(wire.port, wire.port)
        if tensor is None or tensor == NOT_WIRED or port is None:
            return None
        if (wire.source, wire.output, wire.port) == (*tensor, port):
            return wire
        return Wire(tensor[0], wire.target, port, tensor[1])

    def _block(self, node: str) -> BlockLoss | None:
        if not self._blocks:
            return None
        return self._blocks.get(self._project.layers[self._graph.nodes[node].layer].graph or "")

    def _pass_on(self, node: Node, tensor: Tensor | None) -> None:
        if tensor is None:
            self._off.add(node.id)
        else:
            self._passing[node.id] = tensor

    def _lose(self, node: Node, ports: tuple[Port, ...] | None, lost: list[Wire]) -> None:
        """A node that some tensors do not reach."""
        by_port: dict[str, list[tuple[str, Wire]]] = {}
        found = {port.name: port for port in ports or ()}
        for key, wire in self._incoming[node.id]:
            port = _port_of(ports, wire)
            by_port.setdefault("" if port is None else port.name, []).append((key, wire))
        for name, mine in by_port.items():
            left = [wire for _key, wire in mine if wire not in lost]
            if len(left) == len(mine):
                continue
            port = found.get(name)
            if port is not None and not port.required:
                # States belong together: none of them, or all.
                self._kept.update((key, None) for key, _wire in mine)
            elif port is None or not port.many or not left:
                self._off.add(node.id)
            elif len(left) < min(port.minimum, len(mine)):
                self._pass_on(node, self._tensor(left[0]))

    # ------------------------------------------------------------------ backwards

    def _leave_out_idle(self) -> None:
        """Leave out what fed something and does not any more."""
        gone = self._off | self._passing.keys()
        # A node that only passes on and feeds nothing is a loose end, like one that is on.
        deaf = self._off | (self._passing.keys() & self._outgoing.keys())
        further: dict[str, list[str]] = {}
        for wire in self._kept.values():
            if wire is not None:
                further.setdefault(wire.source, []).append(wire.target)
        waiting = [
            wire.source
            for key, kept in self._kept.items()
            for wire in (self._graph.wires[key],)
            if kept is not wire or wire.target in deaf
        ]
        while waiting:
            node = waiting.pop()
            if node in gone:
                continue
            fed = [
                wire.target for key, wire in self._outgoing[node] if key not in self._kept
            ] + further.get(node, [])
            if deaf.issuperset(fed):
                self._off.add(node)
                gone.add(node)
                deaf.add(node)
                waiting += (wire.source for _key, wire in self._incoming.get(node, ()))

    def _wires(self) -> dict[str, Wire]:
        gone = self._off | self._passing.keys()
        kept: dict[str, Wire] = {}
        lists: set[tuple[str, str]] = set()
        changed = False
        for key, old in self._graph.wires.items():
            if old.target in gone:
                changed = True
                continue
            now = self._kept.get(key, old)
            if now is old and old.source not in gone:
                kept[key] = old
                continue
            changed = True
            if now is not None and now.source not in gone:
                kept[now.key] = now
                continue
            base, index = split_port(old.port)
            if index is not None and self._graph.nodes[old.target].call is None:
                lists.add((old.target, base))
        if not changed:
            return self._graph.wires
        return renumbered(kept, lists) if lists else kept

    def _ports(self, node: Node, layer: Layer) -> tuple[Port, ...] | None:
        """None where every tensor counts: an imported call, an unknown class."""
        return None if node.call is not None else layer_ports(self._project, layer, self._catalogue)


def can_bypass(layer: Layer) -> bool:
    """Inputs and Outputs have nothing to pass on, or nobody to pass it to."""
    return not (layer.is_input or layer.is_output)


def _port_of(ports: tuple[Port, ...] | None, wire: Wire) -> Port | None:
    base, index = split_port(wire.port)
    for port in ports or ():
        if port.name == (base if port.many and index is not None else wire.port):
            return port
    return None


def _call_place(ports: tuple[Port, ...] | None, wire: Wire) -> tuple[int, int]:
    """Where in the call a wire comes: by port, then by its place in a list."""
    port = _port_of(ports, wire)
    place = ports.index(port) if ports and port is not None else 0
    return place, split_port(wire.port)[1] or 0
