"""The drawing as the canvas holds it: index arrays and card faces, kept up by diffs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
import numpy as np

from kerasstudio.graph.bindings import Bindings, resolve
from kerasstudio.graph.blocks import opened_by
from kerasstudio.graph.cards import (
    Side,
    block_lines,
    card_lines,
    card_size,
    card_title,
    port_spot,
)
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.code_words import card_lines as code_lines
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.diff import Diff
from kerasstudio.graph.edits import Dot
from kerasstudio.graph.frames import Rect
from kerasstudio.graph.inspection import Inspection, NodeInfo, TensorSpec
from kerasstudio.graph.linked_layers import Link, linked_layers, may_relink
from kerasstudio.graph.placeholders import is_placeholder
from kerasstudio.graph.ports import hidden_outputs, output_names, used_outputs, visible_ports
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import ROOT, Graph, Layer, Point, Project, Wire
from kerasstudio.graph.switches import NO_EFFECT, Effect, switched
from kerasstudio.graph.warm_start import LayerStart
from kerasstudio.ui.canvas.card_face import (
    LEFT_OUT,
    CardFace,
    CardLook,
    Presence,
    card_state,
    count_line,
    shapes_line,
    trouble_line,
)
from kerasstudio.ui.canvas.card_problems import card_problems
from kerasstudio.ui.canvas.decorations import Box, Decorations, joined
from kerasstudio.ui.canvas.node_index import NodeIndex
from kerasstudio.ui.canvas.node_ports import NodePorts
from kerasstudio.ui.canvas.port_marks import port_marks, way_through
from kerasstudio.ui.canvas.scene_links import cards_around, siblings
from kerasstudio.ui.canvas.stale_area import StaleArea
from kerasstudio.ui.canvas.wire_index import WireIndex
from kerasstudio.ui.canvas.wire_styles import (
    ERROR_COLOR,
    UNKNOWN_COLOR,
    WAITING_COLOR,
    tensor_style,
)

replace = msgspec.structs.replace


class SceneModel:
    """One graph of the project, ready to be painted and hit. Knows nothing of views.

    `changed_faces` collects nodes whose pixels are stale until the painter takes them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.project = Project()
        self.graph_id = ROOT
        self.nodes = NodeIndex()
        self.wires = WireIndex(self.nodes)
        self.decorations = Decorations()
        self.categories: list[str] = []
        self.inspection = Inspection()
        self.bindings = Bindings()
        self.changed_faces: set[str] = set()
        self.stale = StaleArea()
        self.look = CardLook()
        self._summary: DataSummary | None = None
        self._starts: Mapping[str, LayerStart] = {}
        self._problems: dict[str, tuple[Problem, ...]] = {}
        self._erroneous: tuple[object, list[str]] = (None, [])
        self._bad_wires: frozenset[str] = frozenset()
        self._category_numbers: dict[str, int] = {}
        self._ports: dict[str, NodePorts] = {}
        self._faces: dict[str, CardFace] = {}
        self._nodes_of_layer: dict[str, set[str]] = {}
        self._switched = NO_EFFECT
        self.links: dict[str, Link] = {}
        """The shared layers of the project."""
        self._used: tuple[object, dict[str, set[int]]] = (None, {})

    @property
    def graph(self) -> Graph:
        return self.project.graphs[self.graph_id]

    def layer(self, node: str) -> Layer:
        return self.project.layers[self.graph.nodes[node].layer]

    # ------------------------------------------------------------------ keeping up

    def load(self, project: Project, graph_id: str = ROOT) -> None:
        """Show another document or another graph: everything anew."""
        self.stale.add_all()
        self.project, self.graph_id = project, graph_id
        self.nodes.clear()
        self.wires.clear()
        self.wires.down = project.flow == "down"
        self._ports.clear()
        self._faces.clear()
        self._nodes_of_layer.clear()
        self.changed_faces.clear()
        self._resolve()
        self._switched = self._effect()
        self.links = linked_layers(project)
        self.nodes.reserve(len(self.graph.nodes))
        self.wires.reserve(len(self.graph.wires))
        self._place_nodes(self.graph.nodes)
        self._place_wires(self.graph.wires.items())
        self.wires.place(self.wires.slots.values())
        self.decorations.load(self.graph)

    def adopt(self, other: SceneModel) -> None:
        """Become what another model is, which is not used any more: one that was loaded in
        another thread."""
        kept = self.decorations
        vars(self).update(vars(other))
        # Painters hold on to it.
        self.decorations = kept
        kept.load(self.graph)

    def apply(self, project: Project, change: Diff) -> None:
        """Follow one edit; only what the diff names is looked at."""
        if change.flow or self.graph_id not in project.graphs:
            self.load(project, self.graph_id if self.graph_id in project.graphs else project.root)
            return
        self.stale.add_all()
        before, old_project = self.graph, self.project
        self.project = project
        here = change.of_graph(self.graph_id)
        self.decorations.follow(self.graph, here)
        stale: set[str] = set()
        for key in here.wires.removed | here.wires.changed:
            old = before.wires[key]
            stale |= {old.source, old.target}
            self.wires.remove(key)
        for node in here.nodes.removed:
            stale |= set(self._nodes_of_layer.get(before.nodes[node].layer, ()))
            self._forget(node, before.nodes[node].layer)
        for key in here.wires.added | here.wires.changed:
            new = self.graph.wires[key]
            stale |= {new.source, new.target}
        for layer in change.layers.all:
            stale |= self._nodes_of_layer.get(layer, set())
        stale |= cards_around(project, self.graph_id, change)
        named = here.nodes.added | (here.nodes.changed - here.moved) | stale
        redrawn = {node for node in named | self._switch(change) if node in self.graph.nodes}
        for node in here.nodes.changed - here.moved:
            self._loosen_layer(node, before.nodes[node].layer)
        for node in redrawn:
            self._ports.pop(node, None)
        self._place_nodes(redrawn)
        self._stale_faces(redrawn)
        self._relink(old_project, change)
        moved = here.moved - redrawn
        if moved:
            places = [(self.graph.nodes[node].x, self.graph.nodes[node].y) for node in moved]
            self.nodes.move(moved, places)
        if change.data or here.nodes or change.layers:
            self._resolve()
            self._stale_faces(self._ends())
        touched = self.wires.touching(self.nodes.slots_of(redrawn))
        again = {found for slot in touched if (found := self.wires.keys[slot]) is not None}
        names = again | here.wires.added | here.wires.changed
        self._place_wires((name, self.graph.wires[name]) for name in names)
        self.wires.place(
            {
                *touched,
                *self.wires.touching(self.nodes.slots_of(moved)),
                *(self.wires.slots[key] for key in here.wires.added | here.wires.changed),
            }
        )

    def set_inspection(self, inspection: Inspection, nodes: Collection[str]) -> None:
        """New shapes of these nodes."""
        self.inspection = inspection
        here = [node for node in nodes if node in self.nodes]
        self.stale.add_all()
        self._recolor(here)

    def set_problems(self, problems: Iterable[Problem]) -> None:
        """All problems there are; those of this graph's nodes are kept, and those inside its
        blocks, which the blocks' cards show."""
        new, bad = card_problems(self.project, self.graph_id, problems, self._nodes_of_layer)
        changed = {
            node
            for node in self._problems.keys() | new.keys()
            if self._problems.get(node) != new.get(node) and node in self.nodes
        }
        wires = self._bad_wires ^ bad
        self._problems, self._bad_wires = new, bad
        self.stale.add_all()
        self._recolor(changed)
        for key in wires:
            if key in self.wires:
                self.wires.color(key, self.wire_color(self.graph.wires[key]))

    def set_summary(self, summary: DataSummary | None) -> None:
        """What the data looks like; it decides the badges of Inputs and Outputs."""
        self._summary = summary
        self.stale.add_all()
        self._resolve()
        self._stale_faces(self._ends())

    def set_look(self, look: CardLook) -> None:
        """Another overlay, batch size, or other cards that are marked."""
        before, self.look = self.look, look
        self.stale.add_all()
        counted = before.measure != look.measure
        if counted or (before.batch != look.batch and look.measure == "memory"):
            self._stale_faces(list(self._faces))
        self._stale_faces(before.changed ^ look.changed)

    def set_starts(self, starts: Mapping[str, LayerStart], layers: Iterable[str]) -> None:
        """What the layers begin training with; it is another thing for `layers`."""
        self._starts = starts
        self.stale.add_all()
        for layer in layers:
            self._stale_faces(self._nodes_of_layer.get(layer, ()))

    def move(
        self, positions: Mapping[str, Sequence[float]], dots: Mapping[Dot, Point] | None = None
    ) -> None:
        """Show nodes, frames, notes and reroute dots elsewhere for now (a drag, an animation); the
        project is not touched."""
        here = {node: place for node, place in positions.items() if node in self.nodes}
        slots = self.nodes.slots_of(here)
        wires = {*self.wires.touching(slots), *self.wires.slots_of(dot[0] for dot in dots or ())}
        decorated = [key for key in positions if key in self.decorations]
        spans = self.wires.all_spans(wires)
        self._add_stale(slots, spans, decorated)
        self.decorations.move({key: positions[key] for key in decorated})
        self.nodes.move(here, [(place[0], place[1]) for place in here.values()])
        led: dict[str, list[Point]] = {}
        for (wire, number), at in (dots or {}).items():
            if wire in self.wires:
                led.setdefault(wire, list(self.wires.dots.of_wire(wire)))[number] = at
        for wire, points in led.items():
            self.wires.lead(wire, tuple(points))
        self.wires.place(wires)
        self._add_stale(slots, spans, decorated)

    def repaint_wires(self, wires: Iterable[str | None]) -> None:
        """These look different now; those that are not here do not matter."""
        self.stale.add_bounds(self.wires.bounds[self.wires.spans_of(wires)])

    def repaint_dots(self, dots: Iterable[Dot]) -> None:
        """These look different now; those that are not here do not matter."""
        places = [at for dot in dots if (at := self.wires.dots.place(dot)) is not None]
        self.stale.add_bounds(np.array([(*at, *at) for at in places]).reshape(-1, 4))

    def lead(self, wire: str, dots: Sequence[Point]) -> None:
        """Show a wire led through these dots for now."""
        self.stale.add_bounds(self.wires.bounds[self.wires.spans(wire)])
        self.wires.lead(wire, tuple(dots))
        self.wires.place((self.wires.slots[wire],))
        self.stale.add_bounds(self.wires.bounds[self.wires.spans(wire)])

    # ------------------------------------------------------------------ questions

    def has(self, key: str) -> bool:
        """Whether there is such a node, frame or note."""
        return key in self.nodes or key in self.decorations

    def rect(self, key: str) -> Rect:
        """Of a node, frame or note. Raises `KeyError` for an unknown one."""
        return self.nodes.rect(key) if key in self.nodes else self.decorations.rect(key)

    def node_rects(self) -> dict[str, Rect]:
        rows = self.nodes.rects.tolist()
        return {node: tuple(rows[slot]) for node, slot in self.nodes.slots.items()}

    def bounds(
        self, nodes: Iterable[str] | None = None, decorations: Iterable[str] | None = None
    ) -> Box | None:
        """Around nodes, frames and notes: all there are by default."""
        return joined(self.nodes.bounds(nodes), self.decorations.bounds(decorations))

    def problems_of(self, node: str) -> tuple[Problem, ...]:
        return self._problems.get(node, ())

    @property
    def erroneous(self) -> list[str]:
        """Nodes with an error. Asked for in every frame: worked out once for all problems."""
        if self._erroneous[0] is not self._problems:
            found = [
                node
                for node, problems in self._problems.items()
                if any(problem.severity == "error" for problem in problems)
            ]
            self._erroneous = self._problems, found
        return self._erroneous[1]

    def info(self, node: str) -> NodeInfo | None:
        return self.inspection.nodes.get(node)

    def tensor(self, node: str, output: int = 0) -> TensorSpec | None:
        """The tensor that comes out of a node, where Keras has told it."""
        info = self.info(node)
        return info.outputs[output] if info is not None and output < len(info.outputs) else None

    def ports(self, node: str) -> NodePorts:
        found = self._ports.get(node)
        if found is None:
            names = output_names(self.project, node, self.catalogue, self.graph_id)
            found = self._ports[node] = NodePorts(
                tuple(visible_ports(self.project, node, self.catalogue, self.graph_id)),
                names,
                hidden_outputs(self.graph.nodes[node], len(names), self._used_outputs(node)),
            )
        return found

    def _used_outputs(self, node: str) -> Collection[int]:
        if not self.graph.nodes[node].hides_ports:
            return ()
        if self._used[0] is not self.graph.wires:
            self._used = self.graph.wires, used_outputs(self.graph)
        return self._used[1].get(node, ())

    def input_offset(self, node: str, number: int) -> tuple[float, float]:
        """The centre of an input port from the card's corner."""
        return self._offset(node, "input", number)

    def output_offset(self, node: str, number: int) -> tuple[float, float]:
        return self._offset(node, "output", number)

    def face(self, node: str) -> CardFace:
        found = self._faces.get(node)
        if found is None:
            found = self._faces[node] = self._make_face(node)
        return found

    def take_changed_faces(self) -> set[str]:
        """Nodes whose cards must be painted anew, since the last call."""
        changed, self.changed_faces = self.changed_faces, set()
        return changed

    @property
    def off(self) -> frozenset[str]:
        """Nodes that are no part of the model."""
        return self._switched.off

    def presence(self, node: str) -> Presence:
        """Whether a node is in the model."""
        if node in self._switched.off:
            return "muted" if self.graph.nodes[node].mode == "muted" else "left out"
        return "bypassed" if node in self._switched.passing else "on"

    def linked_with(self, nodes: Iterable[str]) -> set[str]:
        """The other nodes here that call the same layers."""
        return siblings(self.graph, self.links, self._nodes_of_layer, nodes)

    # ------------------------------------------------------------------ inside

    def _add_stale(self, nodes: list[int], wires: list[int], decorations: Iterable[str]) -> None:
        """What is shown of these must be painted anew, where it is now."""
        self.stale.add_rects(self.nodes.rects[nodes])
        self.stale.add_bounds(self.wires.bounds[wires])
        rects = [self.decorations.rect(key) for key in decorations]
        if rects:
            self.stale.add_rects(np.array(rects))

    def _relink(self, old: Project, change: Diff) -> None:
        """Follow which layers are shared, and under which numbers."""
        before = self.links
        if may_relink(old, self.project, change):
            self.links = linked_layers(self.project)
        for layer in before.keys() | self.links.keys() if before is not self.links else ():
            if before.get(layer) != self.links.get(layer):
                self._stale_faces(self._nodes_of_layer.get(layer, ()))

    def _effect(self) -> Effect:
        return switched(self.project, self.catalogue).effects.get(self.graph_id, NO_EFFECT)

    def _switch(self, change: Diff) -> frozenset[str]:
        """Follow what is muted and bypassed; returns the nodes that are so now or no longer."""
        before = self._switched
        if change.affects_model:
            self._switched = self._effect()
        now = self._switched
        return (before.off ^ now.off) | (before.passing.keys() ^ now.passing.keys())

    def _offset(self, node: str, side: Side, number: int) -> tuple[float, float]:
        ports = self.ports(node)
        if side == "output" and ports.hidden:
            number = ports.output_place(number)
        inputs, outputs = len(ports.inputs), ports.outputs_drawn
        collapsed = self.graph.nodes[node].collapsed
        return port_spot(side, number, inputs, outputs, self.project.flow, collapsed)

    def _place_nodes(self, nodes: Collection[str]) -> None:
        """Put these where the project has them."""
        values, layers, flow = self.graph.nodes, self.project.layers, self.project.flow
        off = self._switched.off
        rows, categories = [], []
        for node in nodes:
            value = values[node]
            self._nodes_of_layer.setdefault(value.layer, set()).add(node)
            ports = self.ports(node)
            size = card_size(len(ports.inputs), ports.outputs_drawn, flow, value.collapsed)
            rows.append((value.x, value.y, *size))
            categories.append(self._category_number(layers[value.layer], node in off))
        self.nodes.add_all(nodes, rows, categories)

    def _place_wires(self, wires: Iterable[tuple[str, Wire]]) -> None:
        """Put these between their ports; their curves are computed by `wires.place`."""
        slots, ports, offset = self.nodes.slots, self.ports, self._offset
        keys, colors, ends, offsets, led = [], [], [], [], []
        for key, wire in wires:
            source, target = wire.source, wire.target
            if source not in slots or target not in slots:
                continue
            keys.append(key)
            colors.append(self.wire_color(wire))
            ends.append((slots[source], slots[target]))
            output = min(wire.output, max(0, len(ports(source).outputs) - 1))
            place = ports(target).place(wire.port)
            offsets.append((*offset(source, "output", output), *offset(target, "input", place)))
            if wire.points or self.wires.is_led(key):
                led.append((key, wire.points))
        self.wires.add_all(keys, ends, offsets, colors)
        for key, points in led:
            self.wires.lead(key, points)

    def wire_color(self, wire: Wire) -> int:
        """The style of a wire, by its tensor and its problems."""
        if self._bad_wires and wire.key in self._bad_wires:
            return ERROR_COLOR
        off = self._switched.off
        if off and (wire.source in off or wire.target in off):
            return WAITING_COLOR
        info = self.info(wire.source)
        if info is None:
            return UNKNOWN_COLOR
        if info.status == "waiting" or info.status == "error":
            return WAITING_COLOR
        return tensor_style(self.tensor(wire.source, wire.output))

    def _recolor(self, nodes: Collection[str]) -> None:
        """These nodes' cards, wires, and the ports at the far ends of the wires."""
        stale = set(nodes)
        for slot in self.wires.touching(self.nodes.slots_of(nodes)):
            key = self.wires.keys[slot]
            if key is not None:
                wire = self.graph.wires[key]
                self.wires.color(key, self.wire_color(wire))
                stale |= {wire.source, wire.target}
        self._stale_faces(stale)

    def _stale_faces(self, nodes: Iterable[str]) -> None:
        for node in nodes:
            if self._faces.pop(node, None) is not None:
                self.changed_faces.add(node)

    def _forget(self, node: str, layer: str) -> None:
        self.nodes.remove(node)
        self._ports.pop(node, None)
        self._stale_faces((node,))
        self._loosen_layer(node, layer)

    def _loosen_layer(self, node: str, layer: str) -> None:
        calls = self._nodes_of_layer.get(layer)
        if calls is not None:
            calls.discard(node)
            if not calls:
                del self._nodes_of_layer[layer]

    def _category_number(self, layer: Layer, is_off: bool) -> int:
        kind = self.catalogue.layer_type(layer)
        name = kind.category if kind is not None else "other"
        if is_off:
            name = LEFT_OUT
        elif layer.graph is not None:
            name = "blocks"
        number = self._category_numbers.get(name)
        if number is None:
            number = self._category_numbers[name] = len(self.categories)
            self.categories.append(name)
        return number

    def _resolve(self) -> None:
        self.bindings = resolve(self.project, self._summary)

    def _ends(self) -> set[str]:
        """Nodes of Inputs and Outputs."""
        layers = self.bindings.inputs.keys() | self.bindings.outputs.keys()
        return {node for layer in layers for node in self._nodes_of_layer.get(layer, ())}

    def _make_face(self, node: str) -> CardFace:
        layer = self.layer(node)
        info = self.info(node)
        problems = self.problems_of(node)
        state = card_state(info, problems)
        known = info is not None and info.status == "ok"
        presence = self.presence(node)
        badge, kind = self._badge(layer) if node not in self._switched.off else ("", False)
        slot = self.nodes.slots[node]
        code = is_placeholder(layer)
        lines = code_lines(layer) if code else card_lines(layer, self.catalogue.layer_type(layer))
        if layer.graph is not None:
            lines = block_lines(self.project, layer.graph)
        link = self.links.get(layer.id)
        return CardFace(
            title=card_title(layer),
            name=layer.name,
            category=self.categories[int(self.nodes.categories[slot])],
            size=self.nodes.rect(node)[2:],
            lines=lines,
            shape=shapes_line(info) if known and info else "",
            count=count_line(info, self.look) if known and info else "",
            state=state,
            trouble=trouble_line(problems),
            badge=badge,
            badge_kind="missing" if kind else "data",
            calls=link.calls if link is not None else 1,
            link=link.number if link is not None else 0,
            is_block=opened_by(self.project, layer) is not None,
            frozen=not layer.trainable,
            changed=node in self.look.changed,
            start=self._starts[layer.id].state if layer.id in self._starts else "",
            code=code,
            ports=port_marks(self, node),
            presence=presence,
            through=way_through(self, node) if presence == "bypassed" else None,
            collapsed=self.graph.nodes[node].collapsed,
            pinned=self.graph.nodes[node].pinned,
        )

    def _badge(self, layer: Layer) -> tuple[str, bool]:
        """The data behind an Input or Output in words, and whether there is none although the
        project has data."""
        if not (layer.is_input or layer.is_output) or self.graph_id != self.project.root:
            return "", False
        table = self.bindings.inputs if layer.is_input else self.bindings.outputs
        binding = table.get(layer.id)
        if binding is None or not binding.columns:
            if not self.project.data.columns:
                return "", False
            return ("no data" if layer.is_input else "no target"), True
        columns = binding.columns
        what = columns[0] if len(columns) == 1 else f"{len(columns)} columns"
        return f"{layer.name} ← {what}", False
