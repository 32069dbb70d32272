"""What copy puts on the clipboard: JSON text, so that it goes between windows and into mails."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kerasstudio.graph.project import ROOT, Frame, Graph, Layer, Node, Note, Project, Wire
from kerasstudio.graph.references import referenced

FORMAT = "kerasstudio-clip"
VERSION = 1
MAX_CHARACTERS = 32 * 1024 * 1024


class Incoming(msgspec.Struct, frozen=True, omit_defaults=True):
    """A wire from outside the copied nodes. `name` is the layer name of its source: pasted into
    the same document, the wire is drawn again; elsewhere the id means another node."""

    wire: Wire
    name: str


class Clip(msgspec.Struct, frozen=True, omit_defaults=True):
    """Copied nodes in graph order, the layers they call, the wires among them, and the graphs
    inside copied blocks."""

    format: str = FORMAT
    version: int = VERSION
    nodes: tuple[Node, ...] = ()
    layers: dict[str, Layer] = {}
    wires: tuple[Wire, ...] = ()
    graphs: dict[str, Graph] = {}
    incoming: tuple[Incoming, ...] = ()
    frames: tuple[Frame, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def corner(self) -> tuple[float, float]:
        """The top left corner of everything copied, scene pixels."""
        places = [(node.x, node.y) for node in self.nodes]
        places += [(frame.x, frame.y) for frame in self.frames]
        places += [(note.x, note.y) for note in self.notes]
        if not places:
            return (0.0, 0.0)
        return min(x for x, _ in places), min(y for _, y in places)


def take_clip(
    project: Project, nodes: Iterable[str], graph: str = ROOT, decorations: Iterable[str] = ()
) -> Clip:
    """Copy nodes of a graph (and frames and notes by id); unknown ids are ignored."""
    drawing = project.graphs[graph]
    wanted = set(nodes)
    chosen = tuple(node for key, node in drawing.nodes.items() if key in wanted)
    ids = {node.id for node in chosen}
    layers: dict[str, Layer] = {}
    graphs: dict[str, Graph] = {}
    waiting = [node.layer for node in chosen]
    while waiting:
        layer = project.layers[waiting.pop()]
        if layer.id in layers:
            continue
        layers[layer.id] = layer
        waiting += [held for held in referenced(layer) if held in project.layers]
        if layer.graph is not None and layer.graph in project.graphs:
            graphs[layer.graph] = project.graphs[layer.graph]
            waiting += [node.layer for node in graphs[layer.graph].nodes.values()]
    wires: list[Wire] = []
    incoming: list[Incoming] = []
    for wire in drawing.wires.values():
        if wire.target not in ids:
            continue
        if wire.source in ids:
            wires.append(wire)
        else:
            source = drawing.nodes.get(wire.source)
            if source is not None:
                incoming.append(Incoming(wire, project.layers[source.layer].name))
    kept = set(decorations)
    return Clip(
        nodes=chosen,
        layers=layers,
        wires=tuple(wires),
        graphs=graphs,
        incoming=tuple(incoming),
        frames=tuple(frame for key, frame in drawing.frames.items() if key in kept),
        notes=tuple(note for key, note in drawing.notes.items() if key in kept),
    )


def copy_nodes(
    project: Project, nodes: Iterable[str], graph: str = ROOT, decorations: Iterable[str] = ()
) -> str:
    """The clip of `nodes` as JSON text."""
    clip = take_clip(project, nodes, graph, decorations)
    # Written out, the marker must be there although it is the default.
    body = msgspec.to_builtins(clip) | {"format": FORMAT, "version": VERSION}
    return msgspec.json.encode(body).decode()


def read_clip(text: str) -> Clip | None:
    """The clip in a text; None for any other text, also one that a newer version wrote."""
    if FORMAT not in text or len(text) > MAX_CHARACTERS:
        return None
    try:
        clip = msgspec.json.decode(text.encode("utf-8", "replace"), type=Clip)
    except (msgspec.DecodeError, RecursionError):
        return None
    if clip.format != FORMAT or clip.version > VERSION or not is_whole(clip):
        return None
    return clip


def is_whole(clip: Clip) -> bool:
    """Whether every id named in the clip is in it."""
    ids = {node.id for node in clip.nodes}
    if any(key != layer.id for key, layer in clip.layers.items()) or len(ids) < len(clip.nodes):
        return False
    inside = [node for graph in clip.graphs.values() for node in graph.nodes.values()]
    return (
        all(node.layer in clip.layers for node in (*clip.nodes, *inside))
        and all(wire.source in ids and wire.target in ids for wire in clip.wires)
        and all(layer.graph is None or layer.graph in clip.graphs for layer in clip.layers.values())
        and all(held in clip.layers for layer in clip.layers.values() for held in referenced(layer))
        and all(
            wire.source in graph.nodes and wire.target in graph.nodes
            for graph in clip.graphs.values()
            for wire in graph.wires.values()
        )
    )
