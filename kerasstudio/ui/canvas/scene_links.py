"""Which cards of a graph have to do with each other: shared layers, and what is inside blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kerasstudio.graph.blocks import holders
from kerasstudio.graph.diff import Diff
from kerasstudio.graph.linked_layers import Link
from kerasstudio.graph.project import Graph, Project


def siblings(
    graph: Graph,
    links: Mapping[str, Link],
    calls: Mapping[str, set[str]],
    nodes: Iterable[str],
) -> set[str]:
    """The nodes that call the same layers as `nodes`, without these; `calls` are the nodes of each
    layer."""
    chosen, found = set(nodes), set[str]()
    for node in chosen if links else ():
        value = graph.nodes.get(node)
        if value is not None and value.layer in links:
            found |= calls.get(value.layer, set())
    return found - chosen


def cards_around(project: Project, graph: str, change: Diff) -> set[str]:
    """Cards of a graph that hold another one in which something changed: what they say of it, and
    their ports, may be other ones now."""
    inner = {key for key, each in change.graphs.items() if each.affects_model and key != graph}
    ends = any(
        (layer := project.layers.get(key)) is not None and (layer.is_input or layer.is_output)
        for key in change.layers.changed
    )
    if not inner and not ends:
        return set()
    return {
        card
        for key, cards in holders(project, graph).items()
        if ends or key in inner
        for card in cards
    }
