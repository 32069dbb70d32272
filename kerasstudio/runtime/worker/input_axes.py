"""What the axes of Inputs mean: what they feed says what they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from kerasstudio.graph.axes import expected_axes, passes_axes
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.project import Graph, Layer, Project, Wire

_FURTHEST = 24
Inside = Callable[[str, str], str]


def input_axes(
    project: Project,
    graph: Graph,
    outgoing: Mapping[str, Sequence[str]],
    incoming: Mapping[str, Sequence[Wire]],
    catalogue: Catalogue,
    inside: Inside,
) -> dict[str, str]:
    """Letters by node id of the Inputs for which the drawing tells. `outgoing` has the nodes that
    each node feeds, `incoming` the wires into each; `inside(graph, node)` gives the letters of an
    Input of a block, "" where they are not known."""
    found: dict[str, str] = {}
    for node in graph.nodes.values():
        layer = project.layers[node.layer]
        if layer.is_input:
            axes = _meaning(project, graph, node.id, layer, outgoing, incoming, catalogue, inside)
            if axes:
                found[node.id] = axes
    return found


def _meaning(
    project: Project,
    graph: Graph,
    node: str,
    layer: Layer,
    outgoing: Mapping[str, Sequence[str]],
    incoming: Mapping[str, Sequence[Wire]],
    catalogue: Catalogue,
    inside: Inside,
) -> str:
    shape = layer.arguments.get("shape")
    rank = len(shape) + 1 if isinstance(shape, list) else 0
    waiting = list(outgoing.get(node, ()))
    came = dict.fromkeys(waiting, node)
    for other in waiting:
        target = project.layers[graph.nodes[other].layer]
        if target.graph is not None:
            wires = [wire for wire in incoming.get(other, ()) if wire.source == came[other]]
            for end in _ends(project, target.graph, wires):
                letters = inside(target.graph, end)
                if len(letters) == rank:
                    return letters
            continue
        kind = catalogue.layer_type(target)
        axes = expected_axes(target, kind)
        if axes is not None and len(axes) == rank:
            return axes
        if axes is not None and rank == 3 and len(axes) == 4:
            return axes.replace("C", "")  # pictures without an axis of channels
        if passes_axes(target, kind) and len(waiting) < _FURTHEST:
            for more in outgoing.get(other, ()):
                if more not in came:
                    came[more] = other
                    waiting.append(more)
    return ""


def _ends(project: Project, block: str, wires: Sequence[Wire]) -> Iterator[str]:
    """The Inputs inside a block that these wires go into."""
    inner = project.graphs[block]
    ends = {
        key: project.layers[node.layer].name
        for key, node in inner.nodes.items()
        if project.layers[node.layer].is_input
    }
    ports = {wire.port for wire in wires}
    for key, name in ends.items():
        if name in ports or len(ends) == 1:
            yield key
