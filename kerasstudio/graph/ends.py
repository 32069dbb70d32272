"""How a model takes its Inputs and gives its Outputs.

The usual way: one tensor where there is one, else a dictionary keyed by the names of the Inputs or
Outputs. Where an imported model has another structure it is kept in `Graph.structure`, under
"inputs" and "outputs", in these forms:

| form | means |
|---|---|
| `{"$node": id}` | the tensor of an Input or Output |
| `[...]`, `{"$tuple": [...]}` | a list, a tuple |
| `{"$dict": {key: ...}}` | a dictionary |

It names nodes, so it survives renaming. What edits do to the nodes is taken up when it is read:
nodes that are gone are left out, new ones are added at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from kerasstudio.graph.project import Graph, Project

Side = Literal["inputs", "outputs"]
Structure = Any


def end_nodes(project: Project, graph: Graph, side: Side) -> list[str]:
    """The Inputs or Outputs of a graph, in graph order."""
    layers = project.layers
    if side == "inputs":
        return [key for key, node in graph.nodes.items() if layers[node.layer].is_input]
    return [key for key, node in graph.nodes.items() if layers[node.layer].is_output]


def structure_of(
    project: Project, graph: Graph, side: Side, nodes: list[str] | None = None
) -> Structure:
    """The structure that holds now; None when there are no such nodes.

    `nodes` are the ones to be in it (those that are wired, for example), else all."""
    wanted = end_nodes(project, graph, side) if nodes is None else nodes
    kept = (graph.structure or {}).get(side)
    if kept is None:
        return usual_structure(project, graph, wanted)
    pruned = _pruned(kept, set(wanted))
    missing = [node for node in wanted if node not in set(leaves(pruned))]
    if not missing:
        return pruned
    if isinstance(pruned, list):
        return [*pruned, *map(_leaf, missing)]
    if isinstance(pruned, dict) and "$tuple" in pruned:
        return {"$tuple": [*pruned["$tuple"], *map(_leaf, missing)]}
    if isinstance(pruned, dict) and "$dict" in pruned:
        return {"$dict": {**pruned["$dict"], **_named(project, graph, missing)}}
    return usual_structure(project, graph, wanted)


def usual_structure(project: Project, graph: Graph, nodes: list[str]) -> Structure:
    """One tensor, else a dictionary by names; None for no nodes."""
    if not nodes:
        return None
    return _leaf(nodes[0]) if len(nodes) == 1 else {"$dict": _named(project, graph, nodes)}


def leaves(structure: Structure) -> Iterator[str]:
    """Node ids in the order in which Keras flattens the structure: dictionaries by key."""
    if isinstance(structure, list):
        for each in structure:
            yield from leaves(each)
    elif isinstance(structure, dict):
        if "$node" in structure:
            yield structure["$node"]
        elif "$tuple" in structure:
            yield from leaves(structure["$tuple"])
        else:
            for key in sorted(structure["$dict"]):
                yield from leaves(structure["$dict"][key])


def filled(structure: Structure, value: Callable[[str], Any]) -> Any:
    """The structure with `value(node)` in place of each node."""
    if isinstance(structure, list):
        return [filled(each, value) for each in structure]
    if not isinstance(structure, dict):
        return structure
    if "$node" in structure:
        return value(structure["$node"])
    if "$tuple" in structure:
        return tuple(filled(each, value) for each in structure["$tuple"])
    return {key: filled(each, value) for key, each in structure["$dict"].items()}


def with_nodes(structure: Structure, ids: Mapping[str, str]) -> Structure:
    """The structure with other node ids (of copies)."""
    if isinstance(structure, list):
        return [with_nodes(each, ids) for each in structure]
    if not isinstance(structure, dict):
        return structure
    if "$node" in structure:
        return _leaf(ids.get(structure["$node"], structure["$node"]))
    if "$tuple" in structure:
        return {"$tuple": with_nodes(structure["$tuple"], ids)}
    return {"$dict": {key: with_nodes(each, ids) for key, each in structure["$dict"].items()}}


def with_key(structure: Structure, node: str, old: str, new: str) -> Structure:
    """The structure with the key `new` where a dictionary holds `node` under the key `old`: the
    Input or Output behind it was renamed."""
    if isinstance(structure, list):
        return [with_key(each, node, old, new) for each in structure]
    if not isinstance(structure, dict) or "$node" in structure:
        return structure
    if "$tuple" in structure:
        return {"$tuple": with_key(structure["$tuple"], node, old, new)}
    table = structure["$dict"]
    if table.get(old) == _leaf(node) and new not in table:
        table = {new if key == old else key: each for key, each in table.items()}
    return {"$dict": {key: with_key(each, node, old, new) for key, each in table.items()}}


def in_words(structure: Structure, name: Callable[[str], str]) -> str:
    """The structure for people: "(a, [b, c])", "{x: a}"."""
    if isinstance(structure, list):
        return "[" + ", ".join(in_words(each, name) for each in structure) + "]"
    if not isinstance(structure, dict):
        return "nothing"
    if "$node" in structure:
        return name(structure["$node"])
    if "$tuple" in structure:
        return "(" + ", ".join(in_words(each, name) for each in structure["$tuple"]) + ")"
    inside = (f"{key}: {in_words(each, name)}" for key, each in structure["$dict"].items())
    return "{" + ", ".join(inside) + "}"


def _leaf(node: str) -> dict[str, str]:
    return {"$node": node}


def _named(project: Project, graph: Graph, nodes: list[str]) -> dict[str, Structure]:
    return {project.layers[graph.nodes[node].layer].name: _leaf(node) for node in nodes}


def _pruned(structure: Structure, kept: set[str]) -> Structure:
    """Without the nodes that are not `kept`, and what then is empty; None for nothing."""
    if isinstance(structure, list):
        return [found for each in structure if (found := _pruned(each, kept)) is not None] or None
    if not isinstance(structure, dict):
        return None
    if "$node" in structure:
        return structure if structure["$node"] in kept else None
    if "$tuple" in structure:
        inside = _pruned(structure["$tuple"], kept)
        return None if inside is None else {"$tuple": inside}
    table = {
        key: found
        for key, each in structure.get("$dict", {}).items()
        if (found := _pruned(each, kept)) is not None
    }
    return {"$dict": table} if table else None
