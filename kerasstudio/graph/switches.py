"""Nodes that are switched off: what the model is without them.

A *bypassed* node is as if it were not there: its first input goes on to what it feeds. A *muted*
node is left out, and with it all that cannot be without it: what it feeds, except where the tensor
is optional (a mask, states) or one of a list. A list goes on with its other tensors; a layer that
joins several (Add, Concatenate) and has too few left passes on the one that remains. What leads to
nothing but left-out nodes is left out, too.

The drawing keeps all of them; `live_project` is the drawing as it is inferred, built, trained,
exported and put into code. Node ids and, outside of blocks, ports stay the same: a problem found
in it has its place in the drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import count
from typing import NamedTuple

from kerasstudio.graph.catalogue import Catalogue, Port, shipped
from kerasstudio.graph.edits.nodes import drop_unused
from kerasstudio.graph.edits.values import replace, without
from kerasstudio.graph.edits.wires import renumbered
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


NO_EFFECT = Effect()


def is_switched(project: Project) -> bool:
    """Whether any node of any graph is muted or bypassed."""
    return any(
        node.mode != "on" for graph in project.graphs.values() for node in graph.nodes.values()
    )


class Switched(NamedTuple):
    """The project without what is off (the same object when nothing is), and what is, by graph
    (empty when nothing is)."""

    live: Project
    effects: Mapping[str, Effect] = {}


def switched(project: Project, catalogue: Catalogue | None = None) -> Switched:
    """Work out what muted and bypassed nodes do; `catalogue` is that of the installed Keras by
    default."""
    if not is_switched(project):
        return Switched(project)
    found = _Switching(project, catalogue or shipped())
    return Switched(found.live, found.effects)


def live_project(project: Project, catalogue: Catalogue | None = None) -> Project:
    """The project without what is off; the same object when nothing is."""
    return switched(project, catalogue).live


class _Block(NamedTuple):
    """What a graph has lost as seen from outside: where an output, and the Input behind a port,
    are now; None for left out."""

    outputs: Mapping[int, int | None]
    ports: Mapping[str, str | None]


class _Switching:
    """Works out one project, the graphs inside blocks first: what a block loses inside changes
    its ports outside."""

    def __init__(self, project: Project, catalogue: Catalogue) -> None:
        self.live = project
        self.effects: dict[str, Effect] = {}
        blocks: dict[str, _Block] = {}
        gone: set[str] = set()
        for key in _inner_first(project):
            graph = project.graphs[key]
            found = _GraphSwitching(project, graph, blocks, catalogue)
            self.effects[key] = found.effect
            if found.effect == NO_EFFECT and found.wires is graph.wires:
                continue
            nodes = {*found.effect.off, *found.effect.passing}
            gone |= {graph.nodes[node].layer for node in nodes}
            changed = replace(graph, nodes=without(graph.nodes, nodes), wires=found.wires)
            self.live = replace(self.live, graphs={**self.live.graphs, key: changed})
            blocks[key] = _block(project, graph, changed)
        self.live = drop_unused(self.live, gone)


class _GraphSwitching:
    """One graph; `blocks` has those inside of it that have lost something."""

    def __init__(
        self,
        project: Project,
        graph: Graph,
        blocks: Mapping[str, _Block],
        catalogue: Catalogue,
    ) -> None:
        self._project, self._graph, self._blocks = project, graph, blocks
        self._catalogue = catalogue
        self._incoming: dict[str, list[Wire]] = {}
        for wire in graph.wires.values():
            self._incoming.setdefault(wire.target, []).append(wire)
        self._off: set[str] = set()
        self._passing: dict[str, Tensor] = {}
        # What each wire is in the live graph; None for one that is dropped.
        self._kept: dict[str, Wire | None] = {}
        for key in self._order():
            self._look_at(graph.nodes[key])
        self._leave_out_idle()
        self.effect = Effect(frozenset(self._off), self._passing)
        self.wires = self._wires()

    # ------------------------------------------------------------------ forwards

    def _order(self) -> list[str]:
        """Nodes behind those that feed them; those of a loop in any order."""
        before = {
            key: [wire.source for wire in self._incoming.get(key, ())] for key in self._graph.nodes
        }
        try:
            return list(TopologicalSorter(before).static_order())
        except CycleError:
            return list(before)

    def _look_at(self, node: Node) -> None:
        wires = self._incoming.get(node.id, [])
        given = {wire.key: self._tensor(wire) for wire in wires}
        for wire in wires:
            self._kept[wire.key] = self._carried(node, wire, given[wire.key])
        layer = self._project.layers[node.layer]
        if node.mode == "muted":
            self._off.add(node.id)
        elif node.mode == "bypassed" and can_bypass(layer):
            ports = self._ports(node, layer)
            first = min(wires, key=lambda wire: _call_place(ports, wire), default=None)
            self._pass_on(node, NOT_WIRED if first is None else given[first.key])
        else:
            lost = [wire for wire in wires if given[wire.key] is None]
            if lost:
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

    def _block(self, node: str) -> _Block | None:
        return self._blocks.get(self._project.layers[self._graph.nodes[node].layer].graph or "")

    def _pass_on(self, node: Node, tensor: Tensor | None) -> None:
        if tensor is None:
            self._off.add(node.id)
        else:
            self._passing[node.id] = tensor

    def _lose(self, node: Node, ports: tuple[Port, ...] | None, lost: list[Wire]) -> None:
        """A node that some tensors do not reach."""
        wires = self._incoming[node.id]
        for port in {_port_of(ports, wire) for wire in lost}:
            mine = [wire for wire in wires if _port_of(ports, wire) == port]
            left = [wire for wire in mine if wire not in lost]
            if port is not None and not port.required:
                # States belong together: none of them, or all.
                self._kept.update((wire.key, None) for wire in mine)
            elif port is None or not port.many or not left:
                self._off.add(node.id)
            elif len(left) < min(port.minimum, len(mine)):
                self._pass_on(node, self._tensor(left[0]))

    # ------------------------------------------------------------------ backwards

    def _leave_out_idle(self) -> None:
        """Leave out what fed something and does not any more."""
        feeding = {wire.source for wire in self._graph.wires.values()}
        fed = dict.fromkeys(feeding - self._off - self._passing.keys(), 0)
        # A node that only passes on and feeds nothing is a loose end, like one that is on.
        deaf = self._off | (self._passing.keys() & feeding)
        sources: dict[str, list[str]] = {}
        for wire in self._graph.wires.values():
            now = self._kept[wire.key]
            if now is not None and wire.target not in deaf and now.source in fed:
                fed[now.source] += 1
                sources.setdefault(wire.target, []).append(now.source)
        waiting = [node for node, number in fed.items() if not number]
        while waiting:
            node = waiting.pop()
            self._off.add(node)
            for source in sources.get(node, ()):
                fed[source] -= 1
                if not fed[source]:
                    waiting.append(source)

    def _wires(self) -> dict[str, Wire]:
        gone = self._off | self._passing.keys()
        kept: dict[str, Wire] = {}
        lists: set[tuple[str, str]] = set()
        for key, old in self._graph.wires.items():
            if old.target in gone:
                continue
            now = self._kept[key]
            if now is not None and now.source not in gone:
                kept[now.key] = now
                continue
            base, index = split_port(old.port)
            if index is not None and self._graph.nodes[old.target].call is None:
                lists.add((old.target, base))
        if len(kept) == len(self._graph.wires) and all(
            kept.get(key) is wire for key, wire in self._graph.wires.items()
        ):
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


def _block(project: Project, graph: Graph, live: Graph) -> _Block:
    """What a block with this graph inside has lost."""
    inputs = [key for key, node in graph.nodes.items() if project.layers[node.layer].is_input]
    outputs = [key for key, node in graph.nodes.items() if project.layers[node.layer].is_output]
    left = [key for key in inputs if key in live.nodes]
    places = count()
    names, new = _port_names(project, graph, inputs), _port_names(project, graph, left)
    return _Block(
        {number: next(places) if key in live.nodes else None for number, key in enumerate(outputs)},
        {name: new.get(key) for key, name in names.items()},
    )


def _port_names(project: Project, graph: Graph, inputs: list[str]) -> dict[str, str]:
    """The ports of a block, by the Inputs inside."""
    if len(inputs) == 1:
        return {inputs[0]: "inputs"}
    return {key: project.layers[graph.nodes[key].layer].name for key in inputs}


def _inner_first(project: Project) -> Iterable[str]:
    """Graphs behind those inside their blocks; in any order when a block is in itself."""
    inside = {
        key: [
            inner
            for node in graph.nodes.values()
            if (inner := project.layers[node.layer].graph) is not None and inner in project.graphs
        ]
        for key, graph in project.graphs.items()
    }
    try:
        return list(TopologicalSorter(inside).static_order())
    except CycleError:
        return list(inside)
