"""Projects as hypothesis draws them: nodes, wires, dots, shared layers, frames, in any order."""

from __future__ import annotations

from typing import Any

import msgspec
from drawings import SMALL
from hypothesis import strategies as st

from kerasstudio.graph import edits
from kerasstudio.graph.inspection import Inspection, NodeInfo, TensorSpec
from kerasstudio.graph.loops import would_cycle
from kerasstudio.graph.ports import input_ports, output_count
from kerasstudio.graph.project import Project

KINDS = [kind.class_name for kind in SMALL.layers] + ["Output", "Dense", "Add", "Add"]
PLACES = st.integers(-600, 600)
replace = msgspec.structs.replace


@st.composite
def drawn_projects(draw: Any, most: int = 9) -> Project:
    """A drawing without loops."""
    project = Project()
    for _number in range(draw(st.integers(1, most))):
        kind = SMALL.named(draw(st.sampled_from(KINDS)))
        assert kind is not None
        x, y = draw(PLACES), draw(PLACES)
        project = edits.add_layer(project, kind, float(x), float(y))[0]
    callable_layers = [
        layer.id for layer in project.layers.values() if not (layer.is_input or layer.is_output)
    ]
    for layer in (
        draw(st.lists(st.sampled_from(callable_layers), max_size=2)) if (callable_layers) else ()
    ):
        project = edits.call_again(project, layer, 0.0, 0.0)[0]
    nodes = sorted(project.graph.nodes)
    for source, target in draw(
        st.lists(st.tuples(st.sampled_from(nodes), st.sampled_from(nodes)), max_size=14)
    ):
        slots = input_ports(project, target, SMALL)
        outputs = output_count(project, source, SMALL)
        if slots and outputs and not would_cycle(project, source, target):
            slot = draw(st.sampled_from(slots))
            project = edits.connect(project, source, target, slot.name, catalogue=SMALL)
    for wire in list(project.graph.wires):
        for number in range(draw(st.sampled_from([0, 0, 1, 2]))):
            at = float(draw(PLACES)), float(draw(PLACES))
            project = edits.add_dot(project, wire, number, at)
    if draw(st.booleans()):
        x, y = draw(PLACES), draw(PLACES)
        project, _frame = edits.add_frame(project, "frame", x, y, 700.0, 500.0)
        project, _note = edits.add_note(project, "note", x + 20.0, y + 20.0)
    if draw(st.booleans()):
        order = draw(st.permutations(list(project.graph.nodes)))
        graph = replace(project.graph, nodes={key: project.graph.nodes[key] for key in order})
        project = replace(project, graphs={project.root: graph})
    node = draw(st.sampled_from(nodes))
    if draw(st.booleans()):
        project = edits.set_literal(project, node, "training", False)
    layer = project.graph.nodes[node].layer
    if project.layers[layer].is_output:
        project = edits.set_output_training(project, layer, loss_weight=2.0)
        project = edits.set_binding(project, layer, ["column"])
    return replace(project, flow=draw(st.sampled_from(["right", "down"])))


def known_shapes(project: Project) -> Inspection:
    """An inspection in which each tensor has a shape of its own."""
    nodes = {
        key: NodeInfo("ok", (TensorSpec((None, number + 1)), TensorSpec((None, 7), "int64")))
        for number, key in enumerate(project.graph.nodes)
    }
    return Inspection(nodes=nodes)
