"""Edits that bring in copies: paste, duplicate."""

from __future__ import annotations

from collections.abc import Iterable

from kerasstudio.graph.clipboard import Clip, take_clip
from kerasstudio.graph.edits.block_ports import follow_ends
from kerasstudio.graph.edits.values import graph_of, replace
from kerasstudio.graph.edits.wires import renumbered
from kerasstudio.graph.ends import with_nodes
from kerasstudio.graph.names import free_serial, name_stem, unique_name
from kerasstudio.graph.ports import split_port
from kerasstudio.graph.project import ROOT, Frame, Graph, Layer, Node, Note, Project, Wire
from kerasstudio.graph.references import referenced, with_references


def paste(
    project: Project,
    clip: Clip,
    x: float,
    y: float,
    graph: str = ROOT,
    keep_incoming: bool = False,
) -> tuple[Project, list[str]]:
    """Put a clip's nodes in with their top left corner at (x, y); returns their new ids in order.

    Everything gets new ids, layers unique names; nodes that shared a layer share the new one; wires
    among them stay, pins do not. `keep_incoming` also draws the wires that came from outside again,
    where their sources are still there.
    """
    drawing = graph_of(project, graph)
    if not (clip.nodes or clip.frames or clip.notes):
        return project, []
    copier = Copier(project, clip)
    left, top = clip.corner
    dx, dy = x - left, y - top
    nodes: dict[str, Node] = {}
    renamed: dict[str, str] = {}
    for node in clip.nodes:
        copy = replace(copier.node(node, dx, dy), pinned=False)
        renamed[node.id] = copy.id
        nodes[copy.id] = copy
    wires: dict[str, Wire] = {}
    for wire in clip.wires:
        points = tuple((x + dx, y + dy) for x, y in wire.points)
        wire = Wire(renamed[wire.source], renamed[wire.target], wire.port, wire.output, points)
        wires[wire.key] = wire
    if keep_incoming:
        for incoming in clip.incoming:
            source = drawing.nodes.get(incoming.wire.source)
            if source is not None and project.layers[source.layer].name == incoming.name:
                target = renamed[incoming.wire.target]
                wire = replace(incoming.wire, target=target, points=())
                wires[wire.key] = wire
    # What fed a list port from outside may be gone: the rest moves up.
    lists = {
        (wire.target, base)
        for wire in wires.values()
        for base, index in [split_port(wire.port)]
        if index is not None and nodes[wire.target].call is None
    }
    wires = renumbered(wires, lists)
    frames = copier.frames(clip.frames, dx, dy)
    notes = copier.notes(clip.notes, dx, dy)
    drawing = replace(
        drawing,
        nodes={**drawing.nodes, **nodes},
        wires={**drawing.wires, **wires},
        frames={**drawing.frames, **frames} if frames else drawing.frames,
        notes={**drawing.notes, **notes} if notes else drawing.notes,
    )
    pasted = replace(
        project,
        layers={**project.layers, **copier.layers},
        graphs={**project.graphs, **copier.graphs, graph: drawing},
        serial=copier.serial,
    )
    return follow_ends(project, pasted, graph), list(nodes)


def duplicate(
    project: Project,
    nodes: Iterable[str],
    graph: str = ROOT,
    dx: float = 24.0,
    dy: float = 24.0,
    keep_incoming: bool = False,
    decorations: Iterable[str] = (),
) -> tuple[Project, list[str]]:
    """Copies of nodes (and of frames and notes) beside them, shifted by (dx, dy); returns the new
    ids of the nodes."""
    clip = take_clip(project, nodes, graph, decorations)
    left, top = clip.corner
    return paste(project, clip, left + dx, top + dy, graph, keep_incoming)


class Copier:
    """Gives ids and names to the layers, nodes and inner graphs of one paste."""

    def __init__(self, project: Project, clip: Clip) -> None:
        self._project = project
        self._clip = clip
        self.serial = project.serial
        self.layers: dict[str, Layer] = {}
        self.graphs: dict[str, Graph] = {}
        self._taken = {layer.name for layer in project.layers.values()}
        self._layer_ids: dict[str, str] = {}
        self._graph_ids: dict[str, str] = {}
        # Those of a block are its ports: the copy's are called as the original's.
        self._ends = {
            node.layer
            for graph in clip.graphs.values()
            for node in graph.nodes.values()
            if clip.layers[node.layer].is_input or clip.layers[node.layer].is_output
        }
        # Where the search for a free number starts: 500 copies of one layer stay linear.
        self._next_number: dict[str, int] = {}

    def new_id(self, prefix: str) -> str:
        number = free_serial(self._project, prefix, self.serial)
        self.serial = number + 1
        return f"{prefix}{number}"

    def node(self, node: Node, dx: float, dy: float) -> Node:
        return replace(
            node,
            id=self.new_id("n"),
            layer=self.layer(node.layer),
            x=node.x + dx,
            y=node.y + dy,
        )

    def frames(self, frames: Iterable[Frame], dx: float, dy: float) -> dict[str, Frame]:
        copies = [
            replace(frame, id=self.new_id("f"), x=frame.x + dx, y=frame.y + dy) for frame in frames
        ]
        return {copy.id: copy for copy in copies}

    def notes(self, notes: Iterable[Note], dx: float, dy: float) -> dict[str, Note]:
        copies = [
            replace(note, id=self.new_id("t"), x=note.x + dx, y=note.y + dy) for note in notes
        ]
        return {copy.id: copy for copy in copies}

    def layer(self, old: str) -> str:
        """The id of the copy of a layer of the clip, made when first asked for."""
        if old in self._layer_ids:
            return self._layer_ids[old]
        layer = self._clip.layers[old]
        new = self.new_id("l")
        self._layer_ids[old] = new
        inside = None if layer.graph is None else self._graph(layer.graph)
        name = layer.name
        if old not in self._ends:
            name = self._free_name(name)
            self._taken.add(name)
        arguments = layer.arguments
        if held := {key: self.layer(key) for key in referenced(layer)}:
            arguments = {key: with_references(each, held) for key, each in arguments.items()}
        self.layers[new] = replace(layer, id=new, name=name, graph=inside, arguments=arguments)
        return new

    def _graph(self, old: str) -> str:
        if old in self._graph_ids:
            return self._graph_ids[old]
        graph = self._clip.graphs[old]
        new = self.new_id("g")
        self._graph_ids[old] = new
        copies = {key: self.node(node, 0, 0) for key, node in graph.nodes.items()}
        wires = (
            replace(wire, source=copies[wire.source].id, target=copies[wire.target].id)
            for wire in graph.wires.values()
        )
        ids = {old: copy.id for old, copy in copies.items()}
        self.graphs[new] = replace(
            graph,
            id=new,
            nodes={copy.id: copy for copy in copies.values()},
            wires={wire.key: wire for wire in wires},
            stood_behind={},
            frames=self.frames(graph.frames.values(), 0, 0),
            notes=self.notes(graph.notes.values(), 0, 0),
            structure=graph.structure
            and {side: with_nodes(each, ids) for side, each in graph.structure.items()},
        )
        return new

    def _free_name(self, wanted: str) -> str:
        if wanted not in self._taken:
            return wanted
        stem = name_stem(wanted)
        name = unique_name(wanted, self._taken, self._next_number.get(stem, 1))
        self._next_number[stem] = int(name.rpartition("_")[2]) + 1
        return name
