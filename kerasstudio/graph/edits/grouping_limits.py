"""Why nodes cannot become a block, or a block cannot be unpacked, and what can be done instead."""

from __future__ import annotations

from collections.abc import Collection

from kerasstudio.graph.edits.values import graph_of
from kerasstudio.graph.loops import path, predecessors, reach, successors
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.graph.project import Graph, Project

_MOST_NAMES = 3


def group_refusal(project: Project, nodes: Collection[str], graph: str) -> Problem | None:
    """Why these nodes cannot be a block; None when they can."""
    drawing = graph_of(project, graph)
    if not nodes:
        return Problem(
            "edit.block_empty",
            "Select the layers that are to become a block first.",
            place=Place(graph=graph),
        )
    return _ends_inside(project, drawing, nodes) or _re_entering(project, drawing, nodes)


def _ends_inside(project: Project, drawing: Graph, nodes: Collection[str]) -> Problem | None:
    ends = [
        node
        for node in drawing.nodes
        if node in nodes
        and (
            project.layers[drawing.nodes[node].layer].is_input
            or project.layers[drawing.nodes[node].layer].is_output
        )
    ]
    if not ends:
        return None
    rest = [node for node in drawing.nodes if node in nodes and node not in ends]
    layer = project.layers[drawing.nodes[ends[0]].layer]
    kind = "Input" if layer.is_input else "Output"
    whose = "the model" if drawing.id == project.root else "this block"
    fixes = []
    if rest and _re_entering(project, drawing, rest) is None:
        fixes.append(
            _fix(project, drawing, rest, "without it" if len(ends) == 1 else "without them")
        )
    return Problem(
        "edit.block_ends",
        f'"{layer.name}" is an {kind} of {whose}: it stays outside of a block.',
        expected="layers alone: a block gets Inputs and Outputs of its own",
        received=_names(project, drawing, ends),
        place=Place(graph=drawing.id, node=ends[0], layer=layer.id),
        fixes=tuple(fixes),
    )


def _re_entering(project: Project, drawing: Graph, nodes: Collection[str]) -> Problem | None:
    """A way that leaves the nodes and comes back: the block would feed itself."""
    chosen = set(nodes)
    behind = reach(successors(drawing), chosen)
    before = reach(predecessors(drawing), chosen)
    between = (behind & before) - chosen
    if not between:
        return None
    first = next(node for node in drawing.nodes if node in between)
    way = _way_through(drawing, chosen, first)
    names = [project.layers[drawing.nodes[node].layer].name for node in way]
    fixes = []
    whole = chosen | between
    if _ends_inside(project, drawing, whole) is None:
        fixes.append(
            Fix(
                f"take {_names(project, drawing, between)} in, too",
                "group",
                {"graph": drawing.id, "nodes": _ordered(drawing, whole)},
            )
        )
    # What no such way leads to: nothing comes back into it.
    start = chosen - reach(successors(drawing), between)
    if start and len(start) < len(chosen):
        fixes.append(_fix(project, drawing, start, ""))
    return Problem(
        "edit.block_reentered",
        "A way leaves these layers and comes back into them: "
        f"{' → '.join(names)}. The block would feed itself.",
        expected="layers with nothing between them that is left outside",
        received=f"{_names(project, drawing, between)} outside",
        place=Place(graph=drawing.id, node=first),
        fixes=tuple(fixes),
    )


def _way_through(drawing: Graph, chosen: set[str], outside: str) -> list[str]:
    """From a chosen node through one outside back to a chosen one."""
    ways_in = [way for node in chosen if (way := path(drawing, node, outside))]
    ways_out = [way for node in chosen if (way := path(drawing, outside, node))]
    return [*min(ways_in, key=len), *min(ways_out, key=len)[1:]]


def _fix(project: Project, drawing: Graph, nodes: Collection[str], how: str) -> Fix:
    nodes = _ordered(drawing, nodes)
    label = f"group {_names(project, drawing, nodes)}"
    return Fix(f"{label} {how}".strip(), "group", {"graph": drawing.id, "nodes": nodes})


def _ordered(drawing: Graph, nodes: Collection[str]) -> list[str]:
    return [node for node in drawing.nodes if node in nodes]


def _names(project: Project, drawing: Graph, nodes: Collection[str]) -> str:
    """ "a, b", "7 layers (a … h)"."""
    names = [project.layers[drawing.nodes[node].layer].name for node in _ordered(drawing, nodes)]
    if len(names) > _MOST_NAMES:
        return f"{len(names)} layers ({names[0]} … {names[-1]})"
    return ", ".join(names)
