"""What every edit needs: replacing one graph, looking things up, and refusing in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kerasstudio.graph.problems import Fix, Place, Problem, StudioError
from kerasstudio.graph.project import Graph, Layer, Node, Project

replace = msgspec.structs.replace


def graph_of(project: Project, graph: str) -> Graph:
    """Raises `StudioError` when the project has no such graph."""
    found = project.graphs.get(graph)
    if found is None:
        raise refusal("edit.no_graph", f'There is no graph "{graph}".', Place(graph=graph))
    return found


def node_of(project: Project, node: str, graph: str) -> Node:
    """Raises `StudioError` when the graph has no such node."""
    found = graph_of(project, graph).nodes.get(node)
    if found is None:
        raise refusal(
            "edit.no_node", f'There is no node "{node}" any more.', Place(graph=graph, node=node)
        )
    return found


def layer_of(project: Project, layer: str) -> Layer:
    """Raises `StudioError` when the project has no such layer."""
    found = project.layers.get(layer)
    if found is None:
        raise refusal("edit.no_layer", f'There is no layer "{layer}" any more.', Place(layer=layer))
    return found


def with_graph(project: Project, graph: Graph) -> Project:
    return replace(project, graphs={**project.graphs, graph.id: graph})


def with_layer(project: Project, layer: Layer) -> Project:
    return replace(project, layers={**project.layers, layer.id: layer})


def without(table: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """A copy without `keys`; the same object when it has none of them."""
    gone = [key for key in keys if key in table]
    if not gone:
        return table
    table = dict(table)
    for key in gone:
        table.pop(key, None)
    return table


def same_json(one: Any, other: Any) -> bool:
    """Equal as JSON: true and 1 differ, 1 and 1.0 do not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            same_json(value, other[key]) for key, value in one.items()
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_json, one, other))
    return (type(one) is type(other) and one == other) or _same_number(one, other)


def _same_number(one: Any, other: Any) -> bool:
    return isinstance(one, int | float) and isinstance(other, int | float) and one == other


def refusal(
    code: str,
    message: str,
    place: Place | None = None,
    *,
    expected: str = "",
    received: str = "",
    fixes: tuple[Fix, ...] = (),
) -> StudioError:
    return StudioError(
        Problem(
            code=code,
            message=message,
            expected=expected,
            received=received,
            place=place or Place(),
            fixes=fixes,
        )
    )
