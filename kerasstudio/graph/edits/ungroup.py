"""Unpacking a block: what is inside comes out, in the place of its card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kerasstudio.graph.cards import CARD_GAP, CARD_HEIGHT, CARD_WIDTH, flow_axis
from kerasstudio.graph.edits.block_ports import block_port_names
from kerasstudio.graph.edits.group import block_place, bounds
from kerasstudio.graph.edits.nodes import drop_unused, move_nodes
from kerasstudio.graph.edits.values import graph_of, node_of, refusal, replace, with_layer
from kerasstudio.graph.edits.wires import renumbered
from kerasstudio.graph.ends import end_nodes, leaves, structure_of
from kerasstudio.graph.names import free_serial, unique_name
from kerasstudio.graph.ports import split_port
from kerasstudio.graph.problems import Fix, Place, StudioError
from kerasstudio.graph.project import ROOT, Frame, Graph, Layer, Node, Note, Point, Project, Wire
from kerasstudio.graph.references import referenced

Tensor = tuple[str, int]


def ungroup(
    project: Project, node: str, graph: str = ROOT, drop_arguments: bool = False
) -> tuple[Project, list[str]]:
    """Take what is inside a block out of it, in place of its card; returns the nodes that came
    out. Of a block that `group` made, and nothing was changed of since, everything is as before.

    Where the block stands elsewhere, too, its layers are shared then: called here and in there.
    A block that is muted or frozen leaves its layers so. Raises `StudioError` for what is no
    block, and for a call with arguments of its own (`training=False`) that its layers would be
    called without, unless `drop_arguments`."""
    drawing = graph_of(project, graph)
    card = node_of(project, node, graph)
    layer = project.layers[card.layer]
    if layer.graph is None or layer.graph not in project.graphs:
        raise _no_block(layer, graph, node)
    _check(project, card, layer, graph, drop_arguments)
    return _Ungrouping(project, drawing, card, layer).ungrouped()


def open_up(project: Project, nodes: list[str], graph: str = ROOT) -> Project:
    """Where `nodes` (just unpacked) lie on other cards, move on what is ahead of them."""
    drawing = graph_of(project, graph)
    inside = [drawing.nodes[node] for node in nodes if node in drawing.nodes]
    others = [each for each in drawing.nodes.values() if each.id not in set(nodes)]
    x0, y0, x1, y1 = bounds(inside)
    if not inside or not any(_lie_on_each_other(one, each) for one in inside for each in others):
        return project
    axis = flow_axis(project.flow)
    size = CARD_WIDTH if axis == 0 else CARD_HEIGHT
    start, end = ((x0, x1), (y0, y1))[axis]
    middle = (start + end) / 2
    ahead = [each for each in others if (each.x, each.y)[axis] + size / 2 > middle]
    before = [each for each in others if each not in ahead]
    nearest = min(((each.x, each.y)[axis] for each in ahead), default=end + CARD_GAP)
    last = max(((each.x, each.y)[axis] + size for each in before), default=start - CARD_GAP)
    shift_inside = max(0.0, last + CARD_GAP - start)
    shift_ahead = max(0.0, end + shift_inside + CARD_GAP - nearest)
    places: dict[str, Point] = {}
    for moved, shift in ((inside, shift_inside), (ahead, shift_ahead)):
        for each in moved:
            along = (each.x + shift, each.y) if axis == 0 else (each.x, each.y + shift)
            places[each.id] = along
    return move_nodes(project, places, graph)


class _Ungrouping:
    def __init__(self, project: Project, drawing: Graph, card: Node, layer: Layer) -> None:
        self._project, self._drawing, self._card, self._layer = project, drawing, card, layer
        self._inner = inner = project.graphs[layer.graph or ""]
        self._inputs = end_nodes(project, inner, "inputs")
        self._outputs = end_nodes(project, inner, "outputs")
        ends = {*self._inputs, *self._outputs}
        self._nodes = [node for node in inner.nodes.values() if node.id not in ends]
        self._is_shared = _stands_elsewhere(project, layer.id, card.id)
        self._serial = project.serial
        self._ids: dict[str, str] = {}
        x, y = block_place(self._nodes)
        self._dx, self._dy = (card.x - x, card.y - y) if self._nodes else (0.0, 0.0)

    def ungrouped(self) -> tuple[Project, list[str]]:
        project, inner = self._project, self._inner
        if self._is_shared:
            # What is inside stays there, too.
            tables = (("n", inner.nodes), ("f", inner.frames), ("t", inner.notes))
            self._ids = {key: self._new_id(kind) for kind, table in tables for key in table}
        out = {self._id(node.id): self._moved(node) for node in self._nodes}
        wires = self._wires()
        drawing = replace(
            self._drawing,
            nodes=self._order(out),
            wires=wires,
            frames={**self._drawing.frames, **self._decorations(inner.frames)},
            notes={**self._drawing.notes, **self._decorations(inner.notes)},
        )
        project = replace(
            project, graphs={**project.graphs, drawing.id: drawing}, serial=self._serial
        )
        if not self._is_shared:
            # The nodes are out: only the ends are left in there.
            bare = replace(
                inner,
                nodes={key: inner.nodes[key] for key in (*self._inputs, *self._outputs)},
                wires={},
            )
            project = replace(project, graphs={**project.graphs, inner.id: bare})
        project = drop_unused(project, {self._layer.id})
        project = self._named_apart(project, out.values())
        if not self._layer.trainable:
            for node in out.values():
                project = with_layer(project, replace(project.layers[node.layer], trainable=False))
        return self._with_numbers_back(project), list(out)

    # ------------------------------------------------------------------ wires

    def _wires(self) -> dict[str, Wire]:
        card, inner = self._card.id, self._inner
        into: dict[str, Wire] = {}
        ports = self._ports()
        for wire in self._drawing.wires.values():
            if wire.target == card and wire.port in ports:
                into[ports[wire.port]] = wire
        showing = {wire.target: wire for wire in inner.wires.values()}
        wires = {
            key: wire
            for key, wire in self._drawing.wires.items()
            if card not in (wire.source, wire.target)
        }
        lists: set[tuple[str, str]] = set()

        def put(target: str, port: str, way: list[Wire]) -> None:
            """A wire along these, from the first one's source."""
            source, output, points = way[0].source, way[0].output, list[Point]()
            for wire in way:
                points += self._carried(wire) if wire.key in inner.wires else wire.points
            made = Wire(self._id(source), target, port, output, tuple(points))
            wires[made.key] = made

        def way_from(wire: Wire) -> list[Wire] | None:
            """The wires that a wire inside goes on, beginning outside; None for none."""
            if wire.source not in self._inputs:
                return [wire]
            return [into[wire.source], wire] if wire.source in into else None

        for wire in inner.wires.values():
            if wire.target in self._outputs:
                continue
            way = way_from(wire)
            if way is not None:
                put(self._id(wire.target), wire.port, way)
            else:
                self._note_gap(lists, inner, wire, self._id(wire.target))
        for wire in self._drawing.wires.values():
            if wire.source != card:
                continue
            end = self._outputs[wire.output] if wire.output < len(self._outputs) else ""
            last = showing.get(end)
            way = way_from(last) if last is not None else None
            if way is not None:
                put(wire.target, wire.port, [*way, wire])
            else:
                self._note_gap(lists, self._drawing, wire, wire.target)
        return renumbered(wires, lists) if lists else wires

    def _ports(self) -> dict[str, str]:
        """The Inputs inside, by the ports of the card."""
        call = self._card.call
        if call is not None:
            structure = structure_of(self._project, self._inner, "inputs")
            names = list(_flat_ports((call.get("args") or [None])[0]))
            return dict(zip(names, leaves(structure), strict=False))
        return {name: key for key, name in block_port_names(self._project, self._inner).items()}

    @staticmethod
    def _note_gap(lists: set[tuple[str, str]], graph: Graph, wire: Wire, target: str) -> None:
        base, index = split_port(wire.port)
        if index is not None and graph.nodes[wire.target].call is None:
            lists.add((target, base))

    def _carried(self, wire: Wire) -> list[Point]:
        if not (self._dx or self._dy):
            return list(wire.points)
        return [(x + self._dx, y + self._dy) for x, y in wire.points]

    # ------------------------------------------------------------------ nodes

    def _id(self, key: str) -> str:
        return self._ids.get(key, key)

    def _new_id(self, prefix: str) -> str:
        number = free_serial(self._project, prefix, self._serial)
        self._serial = number + 1
        return f"{prefix}{number}"

    def _moved(self, node: Node) -> Node:
        mode = node.mode if self._card.mode == "on" else self._card.mode
        x, y = node.x + self._dx, node.y + self._dy
        return replace(node, id=self._id(node.id), x=x, y=y, mode=mode)

    def _decorations(self, table: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Frame | Note] = {}
        for key, each in table.items():
            moved = replace(each, id=self._id(key), x=each.x + self._dx, y=each.y + self._dy)
            found[moved.id] = moved
        return found

    def _order(self, out: Mapping[str, Node]) -> dict[str, Node]:
        """The nodes in place of the card; those that stood among others there again."""
        behind = self._inner.stood_behind
        runs: list[tuple[str, list[str]]] = [("", [])]
        for node in self._nodes:
            anchor = behind.get(node.id, "")
            if anchor in self._drawing.nodes and anchor != self._card.id:
                runs.append((anchor, []))
            runs[-1][1].append(self._id(node.id))
        after: dict[str, list[str]] = {}
        for anchor, keys in runs[1:]:
            after.setdefault(anchor, []).extend(keys)
        order: dict[str, Node] = {}
        for key, node in self._drawing.nodes.items():
            if key == self._card.id:
                order.update((each, out[each]) for each in runs[0][1])
            else:
                order[key] = node
            order.update((each, out[each]) for each in after.get(key, ()))
        return order

    def _named_apart(self, project: Project, nodes: Any) -> Project:
        """Names inside a block may be those of layers outside: no two in one graph may."""
        arrived = dict.fromkeys(node.layer for node in nodes)
        drawing = project.graphs[self._drawing.id]
        there = {node.layer for node in drawing.nodes.values()} - arrived.keys()
        taken = {project.layers[key].name for key in there if not project.layers[key].is_output}
        everywhere = {each.name for each in project.layers.values()}
        for key in arrived:
            layer = project.layers[key]
            if layer.name in taken:
                layer = replace(layer, name=unique_name(layer.name, everywhere))
                project = with_layer(project, layer)
                everywhere.add(layer.name)
            taken.add(layer.name)
        return project

    def _with_numbers_back(self, project: Project) -> Project:
        """The numbers of the ids that go are free again, as far as they were counted last. None of
        these had weights: nothing remembers them."""
        if self._is_shared:
            return project
        inner, layers = self._inner, self._project.layers
        ends = [inner.nodes[key] for key in (*self._inputs, *self._outputs)]
        gone = {self._card.id, inner.id, self._layer.id, *(node.id for node in ends)}
        gone |= {node.layer for node in ends if node.layer in layers}
        numbers = {key[1:] for key in gone}
        serial = project.serial
        while str(serial - 1) in numbers:
            serial -= 1
        return replace(project, serial=serial)


def _flat_ports(template: Any) -> Iterator[str]:
    """The ports of a template in the order in which Keras flattens it."""
    if isinstance(template, list):
        for each in template:
            yield from _flat_ports(each)
    elif isinstance(template, dict):
        if set(template) == {"$port"}:
            yield template["$port"]
        elif "$tuple" in template:
            yield from _flat_ports(template["$tuple"])
        else:
            inside = template.get("$dict", template)
            for key in sorted(inside):
                yield from _flat_ports(inside[key])


def _stands_elsewhere(project: Project, layer: str, card: str) -> bool:
    return any(
        node.layer == layer and node.id != card
        for graph in project.graphs.values()
        for node in graph.nodes.values()
    ) or any(layer in referenced(other) for other in project.layers.values())


def _check(project: Project, card: Node, layer: Layer, graph: str, drop_arguments: bool) -> None:
    place = Place(graph=graph, node=card.id, layer=layer.id)
    inner = project.graphs[layer.graph or ""]
    ends = [*end_nodes(project, inner, "inputs"), *end_nodes(project, inner, "outputs")]
    if len(inner.nodes) == len(ends) and not inner.wires:
        raise refusal(
            "edit.block_empty",
            f'There is nothing inside "{layer.name}" to unpack.',
            place,
            fixes=(Fix("delete it", "remove_node", {"node": card.id, "graph": graph}),),
        )
    call = card.call or {}
    given = {**card.literals, **(call.get("kwargs") or {})}
    given = {name: value for name, value in given.items() if value is not None}
    if given and not drop_arguments:
        words = ", ".join(f"{name}={value}" for name, value in given.items())
        raise refusal(
            "edit.block_call",
            f'"{layer.name}" is called with {words}: unpacked, its layers would be called without.',
            place,
            expected="a block that is called with tensors alone",
            received=words,
            fixes=(Fix("unpack it all the same", "ungroup", {"node": card.id, "graph": graph}),),
        )
    if card.mode == "bypassed" and len(inner.nodes) > 3:
        raise refusal(
            "edit.block_bypassed",
            f'"{layer.name}" is bypassed: its first tensor goes past all its layers.',
            place,
            expected="a block that is on",
            fixes=(
                Fix("switch it on", "set_mode", {"node": card.id, "mode": "on", "graph": graph}),
            ),
        )


def _no_block(layer: Layer, graph: str, node: str) -> StudioError:
    place = Place(graph=graph, node=node, layer=layer.id)
    if any(referenced(layer)):
        message = (
            f'"{layer.name}" holds a block as the layer that it wraps: that one cannot stand '
            "without it. Open it to see what is inside."
        )
    else:
        message = f'"{layer.name}" is no block: there is nothing to unpack.'
    return refusal("edit.no_block", message, place, expected="a block", received=layer.class_name)


def _lie_on_each_other(one: Node, other: Node) -> bool:
    return abs(one.x - other.x) < CARD_WIDTH and abs(one.y - other.y) < CARD_HEIGHT
