"""What the axes of Inputs mean: what they feed says what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kerasstudio.graph.axes import expected_axes, passes_axes
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.project import Graph, Layer, Project

_FURTHEST = 24


def input_axes(
    project: Project, graph: Graph, outgoing: Mapping[str, Sequence[str]], catalogue: Catalogue
) -> dict[str, str]:
    """Letters by node id of the Inputs for which the drawing tells. `outgoing` has the nodes that
    each node feeds."""
    found: dict[str, str] = {}
    for node in graph.nodes.values():
        layer = project.layers[node.layer]
        if layer.is_input:
            axes = _meaning(project, graph, node.id, layer, outgoing, catalogue)
            if axes:
                found[node.id] = axes
    return found


def _meaning(
    project: Project,
    graph: Graph,
    node: str,
    layer: Layer,
    outgoing: Mapping[str, Sequence[str]],
    catalogue: Catalogue,
) -> str:
    shape = layer.arguments.get("shape")
    rank = len(shape) + 1 if isinstance(shape, list) else 0
    waiting = list(outgoing.get(node, ()))
    for other in waiting:
        target = project.layers[graph.nodes[other].layer]
        kind = catalogue.layer_type(target)
        axes = expected_axes(target, kind)
        if axes is not None and len(axes) == rank:
            return axes
        if axes is not None and rank == 3 and len(axes) == 4:
            return axes.replace("C", "")  # pictures without an axis of channels
        if passes_axes(target, kind) and len(waiting) < _FURTHEST:
            waiting += outgoing.get(other, ())
    return ""
