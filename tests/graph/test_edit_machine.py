"""Any sequence of edits leaves a whole project, and undo and redo bring back the same objects."""

from __future__ import annotations

from typing import Any

import pytest
from drawings import SMALL
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kerasstudio.graph import edits, files
from kerasstudio.graph.arranging import arrange
from kerasstudio.graph.clipboard import copy_nodes, read_clip
from kerasstudio.graph.diff import diff
from kerasstudio.graph.frames import carried, decoration_rects, node_rects
from kerasstudio.graph.linked_layers import is_linked
from kerasstudio.graph.loops import would_cycle
from kerasstudio.graph.names import name_error
from kerasstudio.graph.ports import input_ports, output_count, split_port
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import ROOT, Project
from kerasstudio.graph.structure import structure_problems
from kerasstudio.graph.switches import switched

KINDS = st.sampled_from([*SMALL.layers, SMALL.named("Output")])
PLACES = st.floats(-1_000, 1_000)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=3), st.lists(st.integers(0, 9))
)


class Editing(RuleBasedStateMachine):
    """What a person does, with undo by swapping values."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[Project] = [Project()]
        self.place = 0

    @property
    def project(self) -> Project:
        return self.stack[self.place]

    def do(self, project: Project) -> None:
        if project is self.project:
            return
        assert diff(self.project, project) or project.serial != self.project.serial
        assert not diff(project, project)
        self.stack[self.place + 1 :] = [project]
        self.place += 1

    def node(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.project.graph.nodes)))

    def some(self, data: st.DataObject) -> list[str]:
        nodes = sorted(self.project.graph.nodes)
        return data.draw(st.lists(st.sampled_from(nodes), max_size=6, unique=True))

    @rule(kind=KINDS, x=PLACES, y=PLACES)
    def add(self, kind: Any, x: float, y: float) -> None:
        self.do(edits.add_layer(self.project, kind, x, y)[0])

    @precondition(lambda self: self.project.graph.nodes)
    @rule(data=st.data())
    def connect(self, data: st.DataObject) -> None:
        source, target = self.node(data), self.node(data)
        slots = input_ports(self.project, target, SMALL)
        outputs = output_count(self.project, source, SMALL)
        if not slots or not outputs:
            return
        slot = data.draw(st.sampled_from(slots))
        if would_cycle(self.project, source, target):
            with pytest.raises(StudioError, match="loop"):
                edits.connect(self.project, source, target, slot.name)
            return
        self.do(edits.connect(self.project, source, target, slot.name))
        wire = self.project.graph.wires.get(f"{target}:{slot.name}")
        assert slot.many or (wire is not None and wire.source == source)

    @precondition(lambda self: self.project.graph.wires)
    @rule(data=st.data())
    def disconnect(self, data: st.DataObject) -> None:
        keys = sorted(self.project.graph.wires)
        chosen = data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=3))
        before = len(self.project.graph.wires)
        self.do(edits.disconnect(self.project, chosen))
        assert len(self.project.graph.wires) == before - len(set(chosen))

    @precondition(lambda self: self.project.graph.nodes)
    @rule(data=st.data(), reconnect=st.booleans())
    def delete(self, data: st.DataObject, reconnect: bool) -> None:
        chosen = self.some(data)
        function = edits.delete_and_reconnect if reconnect else edits.delete_nodes
        self.do(function(self.project, chosen))

    @precondition(lambda self: 0 < len(self.project.graph.nodes) < 40)
    @rule(data=st.data(), x=PLACES, y=PLACES, keep=st.booleans())
    def copy_and_paste(self, data: st.DataObject, x: float, y: float, keep: bool) -> None:
        chosen = self.some(data)
        decorations = sorted(decoration_rects(self.project.graph))[:3]
        clip = read_clip(copy_nodes(self.project, chosen, decorations=decorations))
        assert clip is not None
        project, new = edits.paste(self.project, clip, x, y, keep_incoming=keep)
        assert len(new) == len(chosen)
        assert not set(new) & set(self.project.graph.nodes)
        self.do(project)

    @precondition(lambda self: self.project.graph.nodes)
    @rule(data=st.data(), x=PLACES, y=PLACES)
    def move(self, data: st.DataObject, x: float, y: float) -> None:
        self.do(edits.move_nodes(self.project, dict.fromkeys(self.some(data), (x, y))))

    @precondition(lambda self: self.project.graph.nodes)
    @rule(data=st.data(), name=st.sampled_from(["units", "rate", "x"]), value=VALUES)
    def set_argument(self, data: st.DataObject, name: str, value: Any) -> None:
        layer = self.project.graph.nodes[self.node(data)].layer
        self.do(edits.set_argument(self.project, layer, name, value))

    @precondition(lambda self: self.project.graph.nodes)
    @rule(data=st.data(), name=st.sampled_from(["a", "b", "dense", "dense_1", "a/b", ""]))
    def rename(self, data: st.DataObject, name: str) -> None:
        layer = self.project.graph.nodes[self.node(data)].layer
        kind = self.project.layers[layer].is_output
        beside = {
            node.layer
            for graph in self.project.graphs.values()
            if any(node.layer == layer for node in graph.nodes.values())
            for node in graph.nodes.values()
        } - {layer}
        taken = {
            other.name
            for other in map(self.project.layers.__getitem__, beside)
            if other.is_output == kind
        }
        if name in taken or name_error(name):
            with pytest.raises(StudioError):
                edits.rename_layer(self.project, layer, name)
            return
        self.do(edits.rename_layer(self.project, layer, name))

    @precondition(lambda self: self.project.graph.wires)
    @rule(data=st.data(), kind=st.sampled_from(["Dropout", "Flatten", "Add"]))
    def insert(self, data: st.DataObject, kind: str) -> None:
        wire = data.draw(st.sampled_from(sorted(self.project.graph.wires)))
        found = SMALL.named(kind)
        assert found is not None
        self.do(edits.insert_layer(self.project, wire, found, SMALL)[0])

    @precondition(lambda self: self.project.graph.nodes)
    @rule(data=st.data(), kind=KINDS)
    def replace(self, data: st.DataObject, kind: Any) -> None:
        layer = self.project.layers[self.project.graph.nodes[self.node(data)].layer]
        if not (layer.is_input or layer.is_output or kind.class_name in ("InputLayer", "Output")):
            self.do(edits.replace_layer(self.project, layer.id, kind, SMALL))

    @precondition(lambda self: self.project.graph.nodes)
    @rule(data=st.data(), mode=st.sampled_from(["on", "muted", "bypassed"]))
    def switch(self, data: st.DataObject, mode: Any) -> None:
        layers = self.project.layers
        chosen = [
            node
            for node in self.some(data)
            if not layers[self.project.graph.nodes[node].layer].is_input
            and not layers[self.project.graph.nodes[node].layer].is_output
        ]
        self.do(edits.set_mode(self.project, chosen, mode))

    @precondition(lambda self: self.project.graph.wires)
    @rule(data=st.data(), x=PLACES, y=PLACES)
    def reroute(self, data: st.DataObject, x: float, y: float) -> None:
        before = self.project
        wire = data.draw(st.sampled_from(sorted(before.graph.wires)))
        number = data.draw(st.integers(0, len(before.graph.wires[wire].points)))
        self.do(edits.add_dot(before, wire, number, (x, y)))
        assert not diff(before, self.project).affects_model
        assert diff(before, self.project).only_moved

    @precondition(lambda self: any(wire.points for wire in self.project.graph.wires.values()))
    @rule(data=st.data(), x=PLACES, y=PLACES, remove=st.booleans())
    def dots(self, data: st.DataObject, x: float, y: float, remove: bool) -> None:
        wires = self.project.graph.wires
        dots = [(key, i) for key in sorted(wires) for i in range(len(wires[key].points))]
        chosen = data.draw(st.lists(st.sampled_from(dots), min_size=1, max_size=3, unique=True))
        if remove:
            self.do(edits.remove_dots(self.project, chosen))
        else:
            self.do(edits.move_dots(self.project, dict.fromkeys(chosen, (x, y))))

    @precondition(lambda self: self.project.graph.nodes)
    @rule(data=st.data(), look=st.sampled_from(["collapsed", "hides_ports", "pinned"]),
          value=st.booleans())  # fmt: skip
    def look(self, data: st.DataObject, look: Any, value: bool) -> None:
        before = self.project
        self.do(edits.set_look(before, self.some(data), look, value))
        assert not diff(before, self.project).affects_model

    @precondition(lambda self: self.project.graph.nodes)
    @rule(data=st.data())
    def frame(self, data: st.DataObject) -> None:
        rects = node_rects(self.project, ROOT)
        chosen = self.some(data)
        if chosen:
            project, frame = edits.frame_nodes(self.project, [rects[node] for node in chosen])
            held = carried(project.graph, [frame], rects)
            assert held.nodes >= set(chosen)
            self.do(project)

    @rule(text=st.text(max_size=8), x=PLACES, y=PLACES)
    def note(self, text: str, x: float, y: float) -> None:
        self.do(edits.add_note(self.project, text, x, y)[0])

    @precondition(lambda self: decoration_rects(self.project.graph))
    @rule(data=st.data(), x=PLACES, y=PLACES, what=st.sampled_from(["move", "size", "delete"]))
    def decorate(self, data: st.DataObject, x: float, y: float, what: str) -> None:
        before = self.project
        key = data.draw(st.sampled_from(sorted(decoration_rects(before.graph))))
        if what == "move":
            rects = node_rects(before, ROOT)
            held = carried(before.graph, [key], rects)
            self.do(edits.move_items(before, {key: (x, y)}, carrying=rects))
            free = [n for n in held.nodes if not before.graph.nodes[n].pinned]
            now = carried(self.project.graph, [key], node_rects(self.project, ROOT))
            assert now.nodes >= set(free), "what lay in a frame still does"
        elif what == "size":
            self.do(edits.set_rect(before, key, (x, y, abs(x), abs(y))))
        else:
            self.do(edits.delete_decorations(before, [key]))
        assert not diff(before, self.project).affects_model

    @precondition(lambda self: self.project.graph.nodes)
    @rule(data=st.data(), some=st.booleans())
    def lay_out(self, data: st.DataObject, some: bool) -> None:
        before = self.project
        chosen = self.some(data) if some else None
        rects = node_rects(before, ROOT)
        self.do(edits.rearrange(before, arrange(before, ROOT, rects, chosen)))
        after = self.project.graph.nodes
        assert all(after[n] == each for n, each in before.graph.nodes.items() if each.pinned)
        if chosen is not None:
            assert all(after[n] == before.graph.nodes[n] for n in after.keys() - set(chosen))

    @precondition(lambda self: 0 < len(self.project.graph.nodes) < 40)
    @rule(data=st.data())
    def group(self, data: st.DataObject) -> None:
        before, chosen = self.project, self.some(data)
        try:
            grouped, card = edits.group(before, chosen, SMALL)
        except StudioError as error:
            self.refused(error, "edit.block_")
            return
        self.do(grouped)
        again, _out = edits.ungroup(grouped, card)
        assert again == before
        assert list(again.graph.nodes) == list(before.graph.nodes)

    @precondition(lambda self: self.blocks())
    @rule(data=st.data())
    def ungroup(self, data: st.DataObject) -> None:
        card = data.draw(st.sampled_from(self.blocks()))
        try:
            self.do(edits.ungroup(self.project, card)[0])
        except StudioError as error:
            self.refused(error, "edit.block_empty", "edit.block_bypassed")

    @precondition(lambda self: self.blocks())
    @rule(data=st.data(), kind=KINDS)
    def edit_inside(self, data: st.DataObject, kind: Any) -> None:
        """A layer more in a block (an Input or Output too: a port of its cards), one less."""
        layer = self.project.graph.nodes[data.draw(st.sampled_from(self.blocks()))].layer
        graph = self.project.layers[layer].graph or ""
        self.do(edits.add_layer(self.project, kind, 0, 0, graph)[0])
        inner = self.project.graphs[graph]
        gone = data.draw(st.sampled_from(sorted(inner.nodes)))
        self.do(edits.delete_nodes(self.project, [gone], graph))

    @precondition(lambda self: 0 < len(self.project.graph.nodes) < 40)
    @rule(data=st.data())
    def call_again(self, data: st.DataObject) -> None:
        node = self.node(data)
        layer = self.project.layers[self.project.graph.nodes[node].layer]
        if layer.is_input or layer.is_output:
            with pytest.raises(StudioError, match="stands in a model once"):
                edits.call_again(self.project, layer.id, 0, 0)
            return
        self.do(edits.call_again(self.project, layer.id, 0, 0)[0])
        assert is_linked(self.project, layer.id)

    @precondition(lambda self: self.project.graph.nodes)
    @rule(data=st.data())
    def make_independent(self, data: st.DataObject) -> None:
        node = self.node(data)
        self.do(edits.make_independent(self.project, node))
        assert not is_linked(self.project, self.project.graph.nodes[node].layer)

    @precondition(lambda self: 0 < len(self.project.graph.nodes) < 20)
    @rule(data=st.data(), times=st.integers(2, 3))
    def repeat(self, data: st.DataObject, times: int) -> None:
        chosen = self.some(data)
        try:
            self.do(edits.repeat(self.project, chosen, times, SMALL)[0])
        except StudioError as error:
            self.refused(error, "edit.block_", "edit.repeat_")

    @staticmethod
    def refused(error: StudioError, *codes: str) -> None:
        assert error.problem.code.startswith(codes)
        assert error.problem.message

    def blocks(self) -> list[str]:
        project = self.project
        return sorted(
            key for key, node in project.graph.nodes.items() if project.layers[node.layer].graph
        )

    @precondition(lambda self: self.place > 0)
    @rule()
    def undo_and_redo(self) -> None:
        now = self.project
        self.place -= 1
        self.place += 1
        assert self.project is now

    @precondition(lambda self: self.place > 0)
    @rule()
    def undo(self) -> None:
        self.place -= 1

    @precondition(lambda self: self.place < len(self.stack) - 1)
    @rule()
    def redo(self) -> None:
        self.place += 1

    @invariant()
    def holds_together(self) -> None:
        project = self.project
        assert files.find_faults(project) == []
        assert called_layers(project) == set(project.layers)
        lists: dict[tuple[str, str], set[int]] = {}
        for graph in project.graphs.values():
            layers = [project.layers[key] for key in {n.layer for n in graph.nodes.values()}]
            names = [(layer.is_output, layer.name) for layer in layers]
            assert len(names) == len(set(names))
            for key, wire in graph.wires.items():
                assert key == wire.key
                base, index = split_port(wire.port)
                if index is not None:
                    lists.setdefault((wire.target, base), set()).add(index)
        for found in lists.values():
            assert found == set(range(len(found)))
        wrong = {problem.code for problem in structure_problems(project, SMALL)}
        assert not wrong & {
            "structure.cycle",
            "structure.wire_node",
            "structure.wire_port",
            "structure.wire_output",
            "structure.name",
            "structure.name_taken",
            "structure.shared_port",
        }

    @invariant()
    def what_is_on_holds_together(self) -> None:
        live, effects = switched(self.project, SMALL)
        assert files.find_faults(live) == []
        assert called_layers(live) == set(live.layers)
        gone = {node for effect in effects.values() for node in (*effect.off, *effect.passing)}
        assert live.graph.nodes.keys() == self.project.graph.nodes.keys() - gone
        for key, wire in live.graph.wires.items():
            assert key == wire.key

    @invariant()
    def survives_saving(self) -> None:
        data = files.encode_project(self.project)
        again = files.decode_project(data)
        assert again == self.project
        assert list(again.graph.nodes) == list(self.project.graph.nodes)
        assert not diff(self.project, again)


def called_layers(project: Project) -> set[str]:
    return {node.layer for graph in project.graphs.values() for node in graph.nodes.values()}


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
