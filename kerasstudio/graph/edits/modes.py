"""Edits that switch nodes off and on: mute, bypass."""

from __future__ import annotations

from collections.abc import Iterable

from kerasstudio.graph.edits.values import graph_of, node_of, refusal, replace, with_graph
from kerasstudio.graph.problems import Place
from kerasstudio.graph.project import ROOT, Mode, Project


def set_mode(project: Project, nodes: Iterable[str], mode: Mode, graph: str = ROOT) -> Project:
    """Mute nodes, bypass them, or switch them on again (see `switches`). Inputs and Outputs cannot
    be bypassed: among others they are left as they are, alone they are refused (`StudioError`)."""
    drawing = graph_of(project, graph)
    found = [node_of(project, node, graph) for node in nodes]
    able = [node for node in found if mode != "bypassed" or _passes(project, node.layer)]
    if found and not able:
        layer = project.layers[found[0].layer]
        kind = "Input" if layer.is_input else "Output"
        raise refusal(
            "edit.bypass",
            f'"{layer.name}" is an {kind}: it has nothing to pass on. Mute it instead.',
            Place(graph=graph, node=found[0].id),
            expected="a layer between an Input and an Output",
        )
    changed = {node.id: replace(node, mode=mode) for node in able if node.mode != mode}
    if not changed:
        return project
    return with_graph(project, replace(drawing, nodes={**drawing.nodes, **changed}))


def _passes(project: Project, layer: str) -> bool:
    found = project.layers[layer]
    return not (found.is_input or found.is_output)
