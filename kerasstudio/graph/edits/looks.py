"""Edits of how a node is drawn: collapsed, without its unused ports, pinned. The model knows
nothing of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from kerasstudio.graph.edits.values import graph_of, node_of, replace, with_graph
from kerasstudio.graph.project import ROOT, Project

Look = Literal["collapsed", "hides_ports", "pinned"]


def set_look(
    project: Project, nodes: Iterable[str], look: Look, value: bool, graph: str = ROOT
) -> Project:
    """Switch one of the looks of nodes on or off. Raises `StudioError` for a node that is not
    there."""
    drawing = graph_of(project, graph)
    found = [node_of(project, node, graph) for node in nodes]
    changed = {
        node.id: replace(node, **{look: value}) for node in found if getattr(node, look) != value
    }
    if not changed:
        return project
    return with_graph(project, replace(drawing, nodes={**drawing.nodes, **changed}))
