"""Linked nodes: several calls of one layer, or of one block. Edits that tie and untie them."""

from __future__ import annotations

from kerasstudio.graph.clipboard import take_clip
from kerasstudio.graph.edits.nodes import drop_unused
from kerasstudio.graph.edits.paste import Copier
from kerasstudio.graph.edits.values import graph_of, layer_of, node_of, refusal, replace, with_graph
from kerasstudio.graph.linked_layers import is_linked
from kerasstudio.graph.problems import Place
from kerasstudio.graph.project import ROOT, Layer, Project


def make_independent(project: Project, node: str, graph: str = ROOT) -> Project:
    """Give a node a layer of its own: a copy, with all that is inside, which begins with new
    weights. The same project where no other node calls its layer."""
    found = node_of(project, node, graph)
    if not is_linked(project, found.layer):
        return project
    copier = Copier(project, take_clip(project, [node], graph))
    layer = copier.layer(found.layer)
    project = replace(
        project,
        layers={**project.layers, **copier.layers},
        graphs={**project.graphs, **copier.graphs},
        serial=copier.serial,
    )
    return _with_layer_of(project, node, layer, graph)


def link(project: Project, node: str, layer: str, graph: str = ROOT) -> Project:
    """Let a node call `layer` in place of the layer it has, which goes when nothing else calls it.
    The node keeps its wires. Raises `StudioError` for layers of different kinds, and for an Input
    or Output, which stand in a model once."""
    found, wanted = node_of(project, node, graph), layer_of(project, layer)
    old = project.layers[found.layer]
    if old.id == layer:
        return project
    if wanted.is_input or wanted.is_output or not _alike(project, old, wanted):
        raise refusal(
            "edit.link",
            f'"{old.name}" cannot be linked to "{wanted.name}".',
            Place(graph=graph, node=node, layer=old.id),
            expected=f"a {wanted.class_name} with the same ports",
            received=old.class_name,
        )
    return drop_unused(_with_layer_of(project, node, layer, graph), {old.id})


def _with_layer_of(project: Project, node: str, layer: str, graph: str) -> Project:
    drawing = graph_of(project, graph)
    nodes = {**drawing.nodes, node: replace(drawing.nodes[node], layer=layer)}
    return with_graph(project, replace(drawing, nodes=nodes))


def _alike(project: Project, one: Layer, other: Layer) -> bool:
    """Of one class, and as blocks with the same Inputs and Outputs."""
    if (one.module, one.class_name) != (other.module, other.class_name):
        return False
    if one.graph is None or other.graph is None:
        return one.graph is other.graph
    return _ends(project, one.graph) == _ends(project, other.graph)


def _ends(project: Project, graph: str) -> list[tuple[bool, str]]:
    layers = (project.layers[node.layer] for node in project.graphs[graph].nodes.values())
    return [(each.is_input, each.name) for each in layers if each.is_input or each.is_output]
