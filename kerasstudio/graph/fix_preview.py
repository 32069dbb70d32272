"""What a fix would change, without changing it: the fix is applied, and both drawings compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from kerasstudio.graph.cards import (
    CARD_GAP,
    argument_text,
    card_lines,
    card_size,
    card_title,
    flow_axis,
)
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.diff import describe, diff
from kerasstudio.graph.fixes import apply_fix
from kerasstudio.graph.ports import output_names, visible_ports
from kerasstudio.graph.problems import Fix
from kerasstudio.graph.project import ROOT, Layer, Project, Wire

_ABOVE = 36.0


class GhostNode(msgspec.Struct, frozen=True):
    """A card that would appear. `ports` are the names of its inputs, `outputs` counts the others;
    (x, y) is its corner, `size` its width and height in scene pixels."""

    id: str
    title: str
    lines: tuple[str, ...]
    x: float
    y: float
    size: tuple[float, float]
    ports: tuple[str, ...]
    outputs: int


class FixPreview(msgspec.Struct, frozen=True):
    """The changes of one graph. `removed` are wires and nodes that would go, `wires` those that
    would come, `notes` what changes on cards that stay ("units 32 → 10"), by node. `settings` are
    changes of data and training in words."""

    graph: str = ROOT
    ghosts: tuple[GhostNode, ...] = ()
    wires: tuple[Wire, ...] = ()
    removed_wires: tuple[str, ...] = ()
    removed_nodes: tuple[str, ...] = ()
    notes: Mapping[str, tuple[str, ...]] = {}
    settings: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(
            self.ghosts
            or self.wires
            or self.removed_wires
            or self.removed_nodes
            or self.notes
            or self.settings
        )


def preview_fix(project: Project, fix: Fix, catalogue: Catalogue, graph: str = ROOT) -> FixPreview:
    """What `fix` would do to one graph of the project. Raises `StudioError` as the fix would."""
    mended = apply_fix(project, fix, catalogue)
    changes = diff(project, mended)
    here = changes.of_graph(graph)
    old, new = project.graphs.get(graph), mended.graphs.get(graph)
    settings = tuple(_settings(project, mended)) if changes.data or changes.training else ()
    if old is None or new is None:
        return FixPreview(graph, settings=settings)
    gone = here.nodes.removed
    notes: dict[str, tuple[str, ...]] = {}
    for node in old.nodes.values():
        if node.layer in changes.layers.changed and node.id not in gone:
            lines = tuple(layer_changes(project.layers[node.layer], mended.layers[node.layer]))
            if lines:
                notes[node.id] = lines
    ghosts = [
        _ghost(mended, node, catalogue, graph) for node in new.nodes if node in here.nodes.added
    ]
    wires = tuple(
        new.wires[key] for key in new.wires if key in here.wires.added | here.wires.changed
    )
    removed = tuple(
        key
        for key, wire in old.wires.items()
        if key in here.wires.removed | here.wires.changed
        and not (wire.source in gone and wire.target in gone)
    )
    if here.moved:
        # Neighbours would move aside; they stay for now, so the new cards go where there is room.
        ghosts = _above(project, ghosts, removed, graph)
    return FixPreview(graph, tuple(ghosts), wires, removed, tuple(sorted(gone)), notes, settings)


def layer_changes(old: Layer, new: Layer) -> Iterator[str]:
    """What differs between two states of a layer, in few words: "units 32 → 10"."""
    if (old.class_name, old.module) != (new.class_name, new.module):
        yield f"{card_title(old)} → {card_title(new)}"
        return
    if old.name != new.name:
        yield f"{old.name} → {new.name}"
    if old.trainable != new.trainable:
        yield "unfrozen" if new.trainable else "frozen"
    for name in dict.fromkeys([*old.arguments, *new.arguments]):
        before, after = old.arguments.get(name, _UNSET), new.arguments.get(name, _UNSET)
        if before is not after and before != after:
            yield f"{name} {_text(before)} → {_text(after)}"


_UNSET = object()


def _text(value: object) -> str:
    return "default" if value is _UNSET else argument_text(value)


def _settings(project: Project, mended: Project) -> Iterator[str]:
    """Changes of data and training only."""
    yield from describe(
        project, msgspec.structs.replace(project, data=mended.data, training=mended.training)
    )


def _ghost(mended: Project, node: str, catalogue: Catalogue, graph: str) -> GhostNode:
    found = mended.graphs[graph].nodes[node]
    layer = mended.layers[found.layer]
    ports = tuple(slot.name for slot in visible_ports(mended, node, catalogue, graph))
    outputs = len(output_names(mended, node, catalogue, graph))
    kind = catalogue.layer_type(layer)
    return GhostNode(
        node,
        card_title(layer),
        card_lines(layer, kind),
        found.x,
        found.y,
        card_size(len(ports), outputs, mended.flow),
        ports,
        outputs,
    )


def _above(
    project: Project, ghosts: Sequence[GhostNode], removed: Sequence[str], graph: str
) -> list[GhostNode]:
    """The new cards in a row above (left of, when values flow down) the wire they are put into."""
    drawing = project.graphs[graph]
    cut = [drawing.wires[key] for key in removed]
    ends = [drawing.nodes[end] for wire in cut for end in (wire.source, wire.target)]
    if not ends or not ghosts:
        return list(ghosts)
    axis = flow_axis(project.flow)
    length = card_size(1, 1, project.flow)[axis]
    along = [node.x if axis == 0 else node.y for node in ends]
    across = [node.y if axis == 0 else node.x for node in ends]
    widths = [ghost.size[axis] for ghost in ghosts]
    depth = max(ghost.size[1 - axis] for ghost in ghosts)
    total = sum(widths) + CARD_GAP * (len(widths) - 1)
    start = (min(along) + max(along) + length - total) / 2
    beside = min(across) - depth - _ABOVE
    placed = []
    for ghost, width in zip(ghosts, widths, strict=True):
        x, y = (start, beside) if axis == 0 else (beside, start)
        placed.append(msgspec.structs.replace(ghost, x=x, y=y))
        start += width + CARD_GAP
    return placed
