"""Edits of reroute dots: the points a wire is drawn through. The model knows nothing of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import hypot

from kerasstudio.graph.edits.values import graph_of, refusal, replace, with_graph
from kerasstudio.graph.problems import Place
from kerasstudio.graph.project import ROOT, Graph, Node, Point, Project, Wire

Dot = tuple[str, int]
"""The key of a wire and the number of a dot on it, counted from the source."""


def add_dot(project: Project, wire: str, number: int, at: Point, graph: str = ROOT) -> Project:
    """Put a dot on a wire at `at` (scene pixels), before the one that is `number` now."""
    drawing = graph_of(project, graph)
    found = drawing.wires.get(wire)
    if found is None:
        raise refusal(
            "edit.no_wire", f'There is no wire "{wire}" any more.', Place(graph=graph, wire=wire)
        )
    points = list(found.points)
    points.insert(number, _rounded(at))
    return _with_points(project, drawing, {wire: tuple(points)})


def move_dots(project: Project, places: Mapping[Dot, Point], graph: str = ROOT) -> Project:
    """Put dots elsewhere; unknown ones are ignored."""
    drawing = graph_of(project, graph)
    changed: dict[str, list[Point]] = {}
    for (wire, number), at in places.items():
        found = drawing.wires.get(wire)
        if found is not None and 0 <= number < len(found.points):
            changed.setdefault(wire, list(found.points))[number] = _rounded(at)
    return _with_points(project, drawing, {key: tuple(each) for key, each in changed.items()})


def remove_dots(project: Project, dots: Iterable[Dot], graph: str = ROOT) -> Project:
    """Take dots away; unknown ones are ignored. The wires stay."""
    drawing = graph_of(project, graph)
    gone: dict[str, set[int]] = {}
    for wire, number in dots:
        if wire in drawing.wires:
            gone.setdefault(wire, set()).add(number)
    left = {
        key: tuple(
            at for number, at in enumerate(drawing.wires[key].points) if number not in numbers
        )
        for key, numbers in gone.items()
    }
    return _with_points(project, drawing, left)


def carried_wires(drawing: Graph, moved: Mapping[str, Node]) -> dict[str, Wire]:
    """Wires whose dots follow when both their ends move: by the same way, or so that they lie
    between the ends as before."""
    changed: dict[str, Wire] = {}
    for key, wire in drawing.wires.items():
        if not wire.points or wire.source not in moved or wire.target not in moved:
            continue
        old = drawing.nodes[wire.source], drawing.nodes[wire.target]
        points = _carried(wire.points, old, (moved[wire.source], moved[wire.target]))
        if points != wire.points:
            changed[key] = replace(wire, points=points)
    return changed


def piece_at(line: Sequence[Point], at: Point) -> int:
    """The number of the piece of a line through points that lies nearest to `at`: a node put there
    has so many of the wire's dots before it."""
    pieces = list(pairwise(line))
    return min(range(len(pieces)), key=lambda number: _off(*pieces[number], at))


def _carried(
    points: tuple[Point, ...], old: tuple[Node, Node], new: tuple[Node, Node]
) -> tuple[Point, ...]:
    shifts = [
        _rounded((after.x - before.x, after.y - before.y))
        for before, after in zip(old, new, strict=True)
    ]
    if shifts[0] == shifts[1]:
        dx, dy = shifts[0]
        return tuple(_rounded((x + dx, y + dy)) for x, y in points)
    return tuple(_rounded(_between(point, old, new)) for point in points)


def _between(point: Point, old: tuple[Node, Node], new: tuple[Node, Node]) -> Point:
    """The same part of the way along the line from end to end, and as far beside it."""
    (ax, ay), (bx, by) = ((node.x, node.y) for node in old)
    (cx, cy), (dx, dy) = ((node.x, node.y) for node in new)
    length = hypot(bx - ax, by - ay) or 1.0
    ux, uy = (bx - ax) / length, (by - ay) / length
    along = (point[0] - ax) * ux + (point[1] - ay) * uy
    beside = (point[1] - ay) * ux - (point[0] - ax) * uy
    now = hypot(dx - cx, dy - cy) or 1.0
    vx, vy = (dx - cx) / now, (dy - cy) / now
    along *= now / length
    return cx + along * vx - beside * vy, cy + along * vy + beside * vx


def _with_points(
    project: Project, drawing: Graph, points: Mapping[str, tuple[Point, ...]]
) -> Project:
    changed = {
        key: replace(drawing.wires[key], points=each)
        for key, each in points.items()
        if drawing.wires[key].points != each
    }
    if not changed:
        return project
    return with_graph(project, replace(drawing, wires={**drawing.wires, **changed}))


def _rounded(at: Point) -> Point:
    return round(float(at[0]), 1), round(float(at[1]), 1)


def _off(start: Point, end: Point, at: Point) -> float:
    """How far a point lies off a straight piece."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = ((at[0] - start[0]) * dx + (at[1] - start[1]) * dy) / ((dx * dx + dy * dy) or 1.0)
    along = min(1.0, max(0.0, along))
    return hypot(start[0] + along * dx - at[0], start[1] + along * dy - at[1])
