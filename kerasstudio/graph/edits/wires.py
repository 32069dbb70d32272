"""Edits of wires: connect, disconnect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.edits.values import graph_of, node_of, refusal, replace, with_graph
from kerasstudio.graph.loops import would_cycle
from kerasstudio.graph.ports import layer_ports, split_port, taken_slots
from kerasstudio.graph.problems import Place
from kerasstudio.graph.project import ROOT, Graph, Node, Point, Project, Wire, wire_key


def connect(
    project: Project,
    source: str,
    target: str,
    port: str,
    output: int = 0,
    graph: str = ROOT,
    catalogue: Catalogue | None = None,
    points: tuple[Point, ...] = (),
) -> Project:
    """Wire output number `output` of `source` into `port` of `target`, drawn through `points`.

    A taken port gets the new wire instead of the old one. In a list port, an index behind the
    taken ones means the first free one, so that indices stay dense; the bare name of a list port
    ("inputs") appends, which needs the catalogue while the port is empty. Raises `StudioError` for
    a missing node, for an Output as the source, an Input as the target, and for a loop.
    """
    drawing = graph_of(project, graph)
    start, end = node_of(project, source, graph), node_of(project, target, graph)
    _check_ends(project, start, end, graph)
    port = _slot_name(project, drawing, end, port, catalogue)
    wire = Wire(source, target, port, output, points)
    present = drawing.wires.get(wire.key)
    if present is not None and (present.source, present.output) == (source, output):
        return project
    loop = would_cycle(project, source, target, graph)
    if loop:
        names = [project.layers[drawing.nodes[node].layer].name for node in loop]
        raise refusal(
            "structure.cycle",
            f"This wire would close a loop: {' → '.join([*names, names[0]])}.",
            Place(graph=graph, node=source),
            expected="a graph without loops: values flow from Inputs to Outputs once",
        )
    return with_graph(project, replace(drawing, wires={**drawing.wires, wire.key: wire}))


def move_wires(
    project: Project,
    keys: Iterable[str],
    source: str,
    output: int = 0,
    graph: str = ROOT,
) -> Project:
    """Let wires begin at output number `output` of `source`; they keep their ends and dots. Raises
    `StudioError` as `connect` does."""
    drawing = graph_of(project, graph)
    for key in keys:
        wire = drawing.wires.get(key)
        if wire is not None:
            project = connect(
                project, source, wire.target, wire.port, output, graph, points=wire.points
            )
    return project


def disconnect(project: Project, keys: Iterable[str], graph: str = ROOT) -> Project:
    """Remove wires by key; unknown keys are ignored. List ports are numbered anew, in order."""
    drawing = graph_of(project, graph)
    wires = without_wires(drawing, keys)
    return project if wires is drawing.wires else with_graph(project, replace(drawing, wires=wires))


def without_wires(drawing: Graph, keys: Iterable[str]) -> dict[str, Wire]:
    """The wires of a graph without `keys`, list ports dense again; the same dictionary when
    nothing goes."""
    gone = {key for key in keys if key in drawing.wires}
    if not gone:
        return drawing.wires
    lists: set[tuple[str, str]] = set()
    for key in gone:
        wire = drawing.wires[key]
        base, index = split_port(wire.port)
        node = drawing.nodes.get(wire.target)
        # An imported call names its ports itself: closing a gap there would change their meaning.
        if index is not None and (node is None or node.call is None):
            lists.add((wire.target, base))
    wires = {key: wire for key, wire in drawing.wires.items() if key not in gone}
    return renumbered(wires, lists) if lists else wires


def renumbered(wires: Mapping[str, Wire], lists: set[tuple[str, str]]) -> dict[str, Wire]:
    """The wires with the list ports `lists`, pairs of (target, base), numbered 0, 1, 2 ... in
    their order."""
    indices: dict[tuple[str, str], list[int]] = {}
    for wire in wires.values():
        base, index = split_port(wire.port)
        if index is not None and (wire.target, base) in lists:
            indices.setdefault((wire.target, base), []).append(index)
    places = {
        where: {index: place for place, index in enumerate(sorted(found))}
        for where, found in indices.items()
    }
    result: dict[str, Wire] = {}
    for key, wire in wires.items():
        base, index = split_port(wire.port)
        if index is not None and (wire.target, base) in places:
            place = places[wire.target, base][index]
            if place != index:
                wire = replace(wire, port=f"{base}.{place}")
                key = wire.key
        result[key] = wire
    return result


def _slot_name(
    project: Project, drawing: Graph, target: Node, port: str, catalogue: Catalogue | None
) -> str:
    """The port a wire really goes to: dense in list ports."""
    if target.call is not None:
        return port
    base, index = split_port(port)
    if index is not None:
        if wire_key(target.id, port) in drawing.wires:
            return port
        return f"{base}.{min(index, taken_slots(drawing, target.id, base))}"
    if wire_key(target.id, f"{port}.0") in drawing.wires or _is_list(
        project, target, port, catalogue
    ):
        return f"{port}.{taken_slots(drawing, target.id, port)}"
    return port


def _is_list(project: Project, target: Node, port: str, catalogue: Catalogue | None) -> bool:
    if catalogue is None:
        return False
    ports = layer_ports(project, project.layers[target.layer], catalogue)
    return any(known.many and known.name == port for known in ports or ())


def _check_ends(project: Project, source: Node, target: Node, graph: str) -> None:
    start, end = project.layers[source.layer], project.layers[target.layer]
    if start.is_output:
        raise refusal(
            "structure.wire_output",
            f'"{start.name}" is an Output: nothing comes out of it.',
            Place(graph=graph, node=source.id),
            expected="a wire that starts at an Input or a layer",
        )
    if end.is_input:
        raise refusal(
            "structure.wire_port",
            f'"{end.name}" is an Input: it takes its values from the data, not from a wire.',
            Place(graph=graph, node=target.id),
            expected="a wire that ends at a layer or an Output",
        )
