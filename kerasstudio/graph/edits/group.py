"""Grouping nodes into a block; `ungroup` is the exact inverse."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from kerasstudio.graph.cards import CARD_GAP, CARD_HEIGHT, CARD_WIDTH, flow_axis
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.edits.embed import BLOCK_MODULE
from kerasstudio.graph.edits.grouping_limits import group_refusal
from kerasstudio.graph.edits.values import graph_of, refusal, replace, without
from kerasstudio.graph.inspection import Inspection, TensorSpec
from kerasstudio.graph.names import free_serial, unique_name
from kerasstudio.graph.ports import input_ports
from kerasstudio.graph.problems import Place, StudioError
from kerasstudio.graph.project import (
    INPUT_CLASS,
    OUTPUT_CLASS,
    ROOT,
    STUDIO_MODULE,
    Frame,
    Graph,
    Layer,
    Node,
    Note,
    Point,
    Project,
    Wire,
)

Tensor = tuple[str, int]
"""A node and the number of its output."""
Box = tuple[float, float, float, float]
BLOCK_NAME = "block"
# Ports with these names say nothing about what goes in.
_PLAIN_PORTS = ("inputs", "sequences", "x", "x1", "x2")
_SPREAD = 16.0


def group(
    project: Project,
    nodes: Iterable[str],
    catalogue: Catalogue,
    graph: str = ROOT,
    inspection: Inspection | None = None,
    name: str = BLOCK_NAME,
) -> tuple[Project, str]:
    """Put nodes into a block, in whose place one card stands then; returns that card's node.

    Each tensor from outside becomes an Input of the block, and so does each port that still wants
    a wire; each tensor that goes out an Output (where none does, what ends in there). `inspection`
    tells the Inputs' shapes; what it does not know waits for the person (see `shape_inputs`).
    Nodes, wires, dots, and the frames around nothing else keep their ids and places. Raises
    `StudioError` for what cannot be a block, with what can be as fixes."""
    drawing = graph_of(project, graph)
    chosen = {node for node in nodes if node in drawing.nodes}
    problem = group_refusal(project, chosen, graph)
    if problem is not None:
        raise StudioError(problem)
    return _Grouping(project, drawing, chosen, catalogue, inspection).grouped(name)


def block_place(nodes: Iterable[Node]) -> Point:
    """Where the card of a block stands for what is inside it: in the middle of it."""
    x0, y0, x1, y1 = bounds(nodes)
    return round((x0 + x1 - CARD_WIDTH) / 2), round((y0 + y1 - CARD_HEIGHT) / 2)


def bounds(nodes: Iterable[Node]) -> Box:
    """The box around cards, scene pixels; one of no size for none."""
    places = [(node.x, node.y) for node in nodes]
    if not places:
        return 0.0, 0.0, CARD_WIDTH, CARD_HEIGHT
    return (
        min(x for x, _ in places),
        min(y for _, y in places),
        max(x for x, _ in places) + CARD_WIDTH,
        max(y for _, y in places) + CARD_HEIGHT,
    )


class _Grouping:
    def __init__(
        self,
        project: Project,
        drawing: Graph,
        chosen: set[str],
        catalogue: Catalogue,
        inspection: Inspection | None,
    ) -> None:
        self._project, self._drawing, self._catalogue = project, drawing, catalogue
        self._inspection = inspection or Inspection()
        self._nodes = {key: node for key, node in drawing.nodes.items() if key in chosen}
        self._serial = project.serial
        self._layers: dict[str, Layer] = {}
        self._ends: dict[str, Node] = {}
        self._taken = {project.layers[node.layer].name for node in self._nodes.values()}
        self._wires: dict[str, Wire] = {}
        """Those inside."""
        self._outer: dict[str, Wire] = {}
        """Those at the card."""
        self._box = bounds(self._nodes.values())

    def grouped(self, name: str) -> tuple[Project, str]:
        project, drawing = self._project, self._drawing
        layer_id, graph_id, card = (self._new_id(prefix) for prefix in "lgn")
        for wire in drawing.wires.values():
            if wire.source in self._nodes and wire.target in self._nodes:
                self._wires[wire.key] = wire
        inputs = self._inputs(card)
        outputs = self._outputs(card)
        if not inputs or not outputs:
            raise self._no_ends(bool(inputs))
        x, y = block_place(self._nodes.values())
        node = Node(card, layer_id, x, y)
        frames, notes = self._decorations()
        inner = Graph(
            id=graph_id,
            name=name,
            nodes={**inputs, **self._nodes, **outputs},
            wires=self._wires,
            frames=frames,
            notes=notes,
            stood_behind=self._order(),
        )
        gone = [
            key
            for key, wire in drawing.wires.items()
            if wire.source in self._nodes or wire.target in self._nodes
        ]
        around: dict[str, Node] = {}
        for key, each in drawing.nodes.items():
            if key in self._nodes:
                around.setdefault(card, node)
            else:
                around[key] = each
        # The wires that leave keep their keys: list ports stay as they are.
        kept = without(drawing.wires, gone)
        outside = replace(
            drawing,
            nodes=around,
            wires={**kept, **self._outer},
            frames=without(drawing.frames, frames),
            notes=without(drawing.notes, notes),
        )
        layer = Layer(
            layer_id,
            "Functional",
            unique_name(name, {each.name for each in project.layers.values()}),
            module=BLOCK_MODULE,
            graph=graph_id,
        )
        made = replace(
            project,
            layers={**project.layers, layer_id: layer, **self._layers},
            graphs={**project.graphs, drawing.id: outside, graph_id: inner},
            serial=self._serial,
        )
        return made, card

    # ------------------------------------------------------------------ what goes in

    def _inputs(self, card: str) -> dict[str, Node]:
        """Inputs for what comes from outside and for what is missing, with the wires to them."""
        tensors: dict[Tensor, list[Wire]] = {}
        missing: list[tuple[str, str]] = []
        for key in self._nodes:
            for slot in input_ports(self._project, key, self._catalogue, self._drawing.id):
                wire = self._drawing.wires.get(slot.wire or "")
                if wire is None:
                    if slot.required and slot.role == "tensor":
                        missing.append((key, slot.name))
                elif wire.source not in self._nodes:
                    tensors.setdefault((wire.source, wire.output), []).append(wire)
        # Wires into ports that nobody knows (a damaged drawing) come along.
        seen = {wire.key for wires in tensors.values() for wire in wires}
        for wire in self._drawing.wires.values():
            known = wire.key in seen or wire.source in self._nodes
            if wire.target in self._nodes and not known:
                tensors.setdefault((wire.source, wire.output), []).append(wire)
        single = len(tensors) + len(missing) == 1
        made: dict[str, Node] = {}
        for (source, output), wires in tensors.items():
            node, port = self._input(wires[0].port, self._spec(source, output), wires[0].target)
            made[node.id] = node
            outside = _shared_beginning([wire.points for wire in wires], self._box)
            outer = Wire(source, card, "inputs" if single else port, output, outside)
            self._outer[outer.key] = outer
            for wire in wires:
                inner = replace(wire, source=node.id, output=0, points=wire.points[len(outside) :])
                self._wires[inner.key] = inner
        for target, name in missing:
            node, _port = self._input(name, None, target)
            made[node.id] = node
            wire = Wire(node.id, target, name)
            self._wires[wire.key] = wire
        return self._spread(made, ahead=False)

    def _input(self, port: str, spec: TensorSpec | None, beside: str) -> tuple[Node, str]:
        base = port.rpartition(".")[0] if port.rpartition(".")[2].isdecimal() else port
        base = base or port
        arguments: dict[str, object] = {}
        if spec is not None:
            arguments["shape"] = list(spec.shape[1:])
            if spec.dtype != "float32":
                arguments["dtype"] = spec.dtype
        name = self._free_name("input" if base in _PLAIN_PORTS else base)
        layer = Layer(self._new_id("l"), INPUT_CLASS, name, arguments=arguments)
        return self._end(layer, beside), name

    def _spec(self, node: str, output: int) -> TensorSpec | None:
        info = self._inspection.nodes.get(node)
        return info.outputs[output] if info is not None and output < len(info.outputs) else None

    # ------------------------------------------------------------------ what goes out

    def _outputs(self, card: str) -> dict[str, Node]:
        """Outputs for what goes outside (in the order of the nodes), with the wires to them."""
        leaving: dict[Tensor, list[Wire]] = {}
        feeding: set[str] = set()
        for wire in self._drawing.wires.values():
            if wire.source in self._nodes:
                feeding.add(wire.source)
                if wire.target not in self._nodes:
                    leaving.setdefault((wire.source, wire.output), []).append(wire)
        if not leaving:
            leaving = {(key, 0): [] for key in self._nodes if key not in feeding}
        rank = {key: number for number, key in enumerate(self._nodes)}
        made: dict[str, Node] = {}
        ordered = sorted(leaving, key=lambda tensor: (rank[tensor[0]], tensor[1]))
        for number, (source, output) in enumerate(ordered):
            layer = Layer(
                self._new_id("l"), OUTPUT_CLASS, self._free_name("output"), module=STUDIO_MODULE
            )
            node = self._end(layer, source)
            made[node.id] = node
            inner = Wire(source, node.id, "inputs", output)
            self._wires[inner.key] = inner
            for wire in leaving[source, output]:
                outer = replace(wire, source=card, output=number)
                self._outer[outer.key] = outer
        return self._spread(made, ahead=True)

    def _end(self, layer: Layer, beside: str) -> Node:
        """The node of an Input or Output, on the height of the node that it belongs to."""
        self._layers[layer.id] = layer
        neighbour = self._nodes[beside]
        return Node(self._new_id("n"), layer.id, neighbour.x, neighbour.y)

    def _spread(self, ends: Mapping[str, Node], ahead: bool) -> dict[str, Node]:
        """Inputs before all cards, Outputs behind them, none over another one."""
        x0, y0, x1, y1 = self._box
        axis = flow_axis(self._project.flow)
        if axis == 0:
            along = x1 + CARD_GAP if ahead else x0 - CARD_GAP - CARD_WIDTH
        else:
            along = y1 + CARD_GAP if ahead else y0 - CARD_GAP - CARD_HEIGHT
        step = (CARD_HEIGHT if axis == 0 else CARD_WIDTH) + _SPREAD
        placed: dict[str, Node] = {}
        last: float | None = None
        for node in sorted(ends.values(), key=lambda node: node.y if axis == 0 else node.x):
            across = node.y if axis == 0 else node.x
            across = across if last is None else max(across, last + step)
            last = across
            x, y = (along, across) if axis == 0 else (across, along)
            placed[node.id] = replace(node, x=x, y=y)
        return {key: placed[key] for key in ends}

    # ------------------------------------------------------------------ the rest

    def _decorations(self) -> tuple[dict[str, Frame], dict[str, Note]]:
        """Frames around grouped nodes alone, and the notes in them."""
        frames = {}
        for key, frame in self._drawing.frames.items():
            held = {
                node.id for node in self._drawing.nodes.values() if _covers(frame, *_middle(node))
            }
            if held and held <= self._nodes.keys():
                frames[key] = frame
        notes = {
            key: note
            for key, note in self._drawing.notes.items()
            if any(
                _covers(frame, note.x + note.width / 2, note.y + note.height / 2)
                for frame in frames.values()
            )
        }
        return frames, notes

    def _order(self) -> dict[str, str]:
        """Where the order of nodes cannot be told from the place of the card alone."""
        behind: dict[str, str] = {}
        between, started = "", False
        for key in self._drawing.nodes:
            if key not in self._nodes:
                between = key
                continue
            if started and between:
                behind[key] = between
            between, started = "", True
        return behind

    def _no_ends(self, has_inputs: bool) -> StudioError:
        return refusal(
            "edit.block_ends",
            "Nothing would come out of this block."
            if has_inputs
            else "Nothing would go into this block: none of these layers takes a tensor.",
            Place(graph=self._drawing.id, node=next(iter(self._nodes))),
            expected="layers that take a tensor and give one",
        )

    def _new_id(self, prefix: str) -> str:
        number = free_serial(self._project, prefix, self._serial)
        self._serial = number + 1
        return f"{prefix}{number}"

    def _free_name(self, wanted: str) -> str:
        name = unique_name(wanted, self._taken)
        self._taken.add(name)
        return name


def _shared_beginning(lines: Collection[tuple[Point, ...]], box: Box) -> tuple[Point, ...]:
    """The dots that all these lines begin with and that lie outside of a box: they stay outside."""
    x0, y0, x1, y1 = box
    shared: list[Point] = []
    for points in zip(*lines, strict=False):
        x, y = points[0]
        if any(point != points[0] for point in points) or (x0 <= x <= x1 and y0 <= y <= y1):
            break
        shared.append(points[0])
    return tuple(shared)


def _middle(node: Node) -> Point:
    return node.x + CARD_WIDTH / 2, node.y + CARD_HEIGHT / 2


def _covers(frame: Frame, x: float, y: float) -> bool:
    return frame.x <= x <= frame.x + frame.width and frame.y <= y <= frame.y + frame.height
