"""Structure checks on many kinds of graphs: all problems, one for each cause, fixes that work."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from drawings import SMALL, Drawing, chain, drawn, random_edges
from hypothesis import given
from hypothesis import strategies as st

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.fixes import apply_fix
from kerasstudio.graph.ports import input_ports
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire
from kerasstudio.graph.structure import structure_problems, would_cycle


def found(project: Project) -> list[Problem]:
    return structure_problems(project, SMALL)


def codes(project: Project) -> Counter[str]:
    return Counter(problem.code.removeprefix("structure.") for problem in found(project))


def only(project: Project, code: str) -> Problem:
    (problem,) = [one for one in found(project) if one.code == f"structure.{code}"]
    return problem


def with_wires(project: Project, *wires: Wire) -> Project:
    graph = msgspec.structs.replace(
        project.graph, wires={**project.graph.wires, **{wire.key: wire for wire in wires}}
    )
    return msgspec.structs.replace(project, graphs={"main": graph})


def with_layer(project: Project, layer: str, **changes: object) -> Project:
    changed = msgspec.structs.replace(project.layers[layer], **changes)
    return msgspec.structs.replace(project, layers={**project.layers, layer: changed})


def test_a_whole_model_has_no_problems() -> None:
    assert found(chain("InputLayer", "Dense", "Dropout", "Output")[0].project) == []


def test_an_empty_canvas_is_a_hint() -> None:
    (problem,) = found(Project())
    assert (problem.code, problem.severity) == ("structure.empty", "hint")


@pytest.mark.parametrize("kind", ["InputLayer", "Dense", "Add", "MultiHeadAttention", "Output"])
def test_a_dropped_node_is_one_hint(kind: str) -> None:
    drawing, _ = chain("InputLayer", "Dense", "Output")
    node = drawing.add(kind)
    (problem,) = found(drawing.project)
    assert (problem.code, problem.severity) == ("structure.unconnected", "hint")
    assert problem.place.node == node


def test_no_output_offers_one() -> None:
    drawing, nodes = chain("InputLayer", "Dense")
    problem = only(drawing.project, "no_output")
    assert codes(drawing.project) == {"no_output": 1}
    mended = apply_fix(drawing.project, problem.fixes[0], SMALL)
    assert found(mended) == []
    (wire,) = [wire for wire in mended.graph.wires.values() if wire.source == nodes[1]]
    assert mended.layers[mended.graph.nodes[wire.target].layer].is_output


def test_no_input_offers_one() -> None:
    drawing, _ = chain("Dense", "Output")
    assert codes(drawing.project) == {"no_input": 1, "port_unfed": 1}
    for code in ("no_input", "port_unfed"):
        fix = next(fix for fix in only(drawing.project, code).fixes if fix.kind == "add_input")
        assert found(apply_fix(drawing.project, fix, SMALL)) == []


def test_an_unfed_port_is_told_once_and_suggests_what_is_near() -> None:
    drawing, (source, first, second, output) = chain("InputLayer", "Dense", "Dense", "Output")
    project = edits.disconnect(drawing.project, [f"{second}:inputs"])
    assert codes(project) == {"port_unfed": 1, "dead_end": 1}
    problem = only(project, "port_unfed")
    assert problem.severity == "error"
    assert (problem.place.node, problem.place.port) == (second, "inputs")
    assert problem.fixes[0].arguments["source"] == first
    assert apply_fix(project, problem.fixes[0], SMALL) == drawing.project
    assert {source, output} <= set(project.graph.nodes)


def test_a_part_beside_the_model_is_a_warning() -> None:
    drawing, _ = chain("InputLayer", "Dense", "Output")
    drawing.wire(drawing.add("Dense"), drawing.add("Dropout"))
    assert {problem.severity for problem in found(drawing.project)} == {"warning"}
    assert codes(drawing.project) == {"port_unfed": 1, "dead_end": 1}


def test_a_dead_end_offers_a_waiting_output() -> None:
    drawing, (source, dense, _) = chain("InputLayer", "Dense", "Output")
    side = drawing.add("Dropout")
    drawing.wire(dense, side)
    waiting = drawing.add("Output")
    problem = only(drawing.project, "dead_end")
    assert problem.place.node == side
    mended = apply_fix(drawing.project, problem.fixes[0], SMALL)
    assert found(mended) == []
    assert mended.graph.wires[f"{waiting}:inputs"].source == side
    for fix in problem.fixes:
        assert "structure.dead_end" not in {
            one.code for one in found(apply_fix(drawing.project, fix, SMALL))
        }
    assert source in mended.graph.nodes


def test_list_ports_need_their_minimum() -> None:
    drawing, (source, dense) = chain("InputLayer", "Dense")
    add, output = drawing.add("Add"), drawing.add("Output")
    drawing.wire(dense, add, output)
    problem = only(drawing.project, "port_unfed")
    assert "at least 2 wires and has 1" in problem.message
    drawing.wire(source, add)
    assert found(drawing.project) == []


def test_several_ports_are_named_together() -> None:
    drawing = Drawing()
    source = drawing.add("InputLayer")
    attention, output = drawing.add("MultiHeadAttention"), drawing.add("Output")
    drawing.wire(attention, output)
    drawing.wire(source, drawing.add("Output"))
    problem = only(drawing.project, "port_unfed")
    assert '"query", "value"' in problem.message
    assert "key" not in problem.message.replace("query", "")


def test_every_loop_is_named_and_can_be_broken() -> None:
    project = drawn(6, [(0, 1), (1, 2), (2, 0), (3, 4), (4, 3), (5, 5)])
    loops = [problem for problem in found(project) if problem.code == "structure.cycle"]
    assert sorted(problem.message.partition(": ")[2] for problem in loops) == [
        "d0 → d1 → d2 → d0.",
        "d3 → d4 → d3.",
        "d5 → d5.",
    ]
    for problem in loops:
        for fix in problem.fixes:
            assert codes(apply_fix(project, fix, SMALL))["cycle"] == 2


def test_a_tangle_of_loops_ends_soon() -> None:
    everything = [(a, b) for a in range(12) for b in range(12)]
    assert 1 <= codes(drawn(12, everything))["cycle"] <= 20


def test_would_cycle_names_the_loop() -> None:
    project = drawn(5, [(0, 1), (1, 2), (2, 3), (0, 3)])
    assert would_cycle(project, "n3", "n0") == ["n3", "n0"]
    assert would_cycle(project, "n2", "n0") == ["n2", "n0", "n1"]
    assert would_cycle(project, "n1", "n1") == ["n1"]
    assert would_cycle(project, "n0", "n4") == []


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25),
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
)
def test_would_cycle_agrees_with_networkx(
    pairs: list[tuple[int, int]], wire: tuple[int, int]
) -> None:
    import networkx as nx

    edges = [(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]]
    project = drawn(10, edges)
    loop = would_cycle(project, f"n{wire[0]}", f"n{wire[1]}")
    assert bool(loop) is not nx.is_directed_acyclic_graph(nx.DiGraph([*edges, wire]))
    steps = {(f"n{a}", f"n{b}") for a, b in [*edges, wire]}
    assert all(step in steps for step in zip(loop, [*loop[1:], *loop[:1]], strict=True))


def test_names() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Dense", "Output")
    project = with_layer(drawing.project, drawing.layer(nodes[2]).id, name="dense")
    project = with_layer(project, drawing.layer(nodes[0]).id, name="a/b")
    assert codes(project) == {"name_taken": 1, "name": 1}
    for problem in found(project):
        project = apply_fix(project, problem.fixes[0], SMALL)
    assert found(project) == []


def test_wires_to_nothing() -> None:
    drawing, (source, dense, output) = chain("InputLayer", "Dense", "Output")
    project = with_wires(
        drawing.project,
        Wire("n99", dense, "more"),
        Wire(source, dense, "wrong"),
        Wire(dense, dense + "0", "inputs"),
        Wire(source, output, "inputs", output=3),
    )
    counted = codes(project)
    assert counted["wire_node"] == 2
    assert counted["wire_port"] == 1
    assert counted["wire_output"] == 1
    for problem in found(project):
        if problem.code.startswith("structure.wire"):
            project = apply_fix(project, problem.fixes[0], SMALL)
    assert not any(code.startswith("wire") for code in codes(project))


def test_outputs_of_a_layer_that_returns_its_state() -> None:
    drawing = Drawing()
    source, output = drawing.add("InputLayer"), drawing.add("Output")
    lstm = drawing.add("LSTM")
    drawing.wire(source, lstm)
    project = edits.connect(drawing.project, lstm, output, "inputs", 2)
    assert codes(project) == {"wire_output": 1}
    project = edits.set_argument(project, drawing.layer(lstm).id, "return_state", True)
    assert found(project) == []


def test_missing_arguments_and_unknown_classes() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Dense", "Output")
    project = edits.reset_argument(drawing.project, drawing.layer(nodes[1]).id, "units")
    project = with_layer(project, drawing.layer(nodes[2]).id, class_name="Dence")
    assert codes(project) == {"missing_argument": 1, "unknown_class": 1}
    missing = only(project, "missing_argument")
    assert missing.place.argument == "units"
    unknown = only(project, "unknown_class")
    assert unknown.fixes[0].label == "make it Dense"
    for problem in (missing, unknown):
        project = apply_fix(project, problem.fixes[0], SMALL)
    assert found(project) == []
    custom = with_layer(drawing.project, drawing.layer(nodes[2]).id, class_name="Mine")
    assert found(edits.set_code(custom, "a.py", "class Mine(keras.Layer): pass")) == []
    # The catalogue does not list Keras's private layers; the worker builds them all the same.
    private = "keras.src.applications.convnext"
    scaled = {"class_name": "LayerScale", "module": private}
    assert found(with_layer(drawing.project, drawing.layer(nodes[2]).id, **scaled)) == []


def test_an_input_drawn_twice() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Output")
    graph = drawing.project.graph
    twin = Node("n90", drawing.layer(nodes[0]).id)
    graph = msgspec.structs.replace(graph, nodes={**graph.nodes, "n90": twin})
    project = with_wires(
        msgspec.structs.replace(drawing.project, graphs={"main": graph}),
        Wire("n90", nodes[1], "inputs"),
    )
    assert codes(project)["shared_port"] == 1


def test_blocks_are_checked_inside() -> None:
    inner = Graph(
        "inner",
        nodes={"n3": Node("n3", "i"), "n4": Node("n4", "a"), "n5": Node("n5", "o")},
        wires={"n4:inputs": Wire("n3", "n4", "inputs")},
    )
    drawing, (source, _, output) = chain("InputLayer", "Dense", "Output")
    project = msgspec.structs.replace(
        drawing.project,
        layers={
            **drawing.project.layers,
            "b": Layer("b", "Functional", "block", graph="inner"),
            "i": Layer("i", "InputLayer", "inside", arguments={"shape": [3]}),
            "a": Layer("a", "Dense", "a", arguments={"units": 3}),
            "o": Layer("o", "Output", "out", module="kerasstudio"),
        },
        graphs={**drawing.project.graphs, "inner": inner},
    )
    graph = msgspec.structs.replace(
        project.graph, nodes={**project.graph.nodes, "n9": Node("n9", "b")}
    )
    project = msgspec.structs.replace(project, graphs={**project.graphs, "main": graph})
    project = edits.connect(project, source, "n9", "inputs")
    project = edits.connect(project, "n9", output, "inputs")
    places = {(problem.code, problem.place.graph) for problem in found(project)}
    assert ("structure.dead_end", "inner") in places
    assert ("structure.wire_port", "main") not in places


def test_problems_come_worst_first_and_have_a_place() -> None:
    drawing, _ = chain("Dense", "Dense")
    drawing.add("Dropout")
    problems = found(drawing.project)
    rank = ["error", "warning", "hint"]
    assert [rank.index(problem.severity) for problem in problems] == sorted(
        rank.index(problem.severity) for problem in problems
    )
    assert all(problem.place.graph == "main" and problem.expected for problem in problems)


def test_every_fix_of_a_broken_graph_can_be_applied() -> None:
    project = drawn(8, [(0, 1), (1, 2), (2, 1), (3, 4), (5, 5)])
    for problem in found(project):
        for fix in problem.fixes:
            assert apply_fix(project, fix, SMALL) is not project


def test_a_big_graph_has_only_its_own_problems(keras_catalogue: Catalogue) -> None:
    project = drawn(1_000, random_edges(1_000))
    counted = Counter(problem.code for problem in structure_problems(project, keras_catalogue))
    assert counted["structure.no_input"] == counted["structure.no_output"] == 1
    assert "structure.cycle" not in counted


def test_a_gap_in_a_list_port_is_told() -> None:
    project = drawn(4, [(0, 3), (1, 3)])
    project = with_wires(project, Wire("n2", "n3", "inputs.5"))
    problem = only(project, "wire_port")
    assert problem.received == "inputs.0, inputs.1, inputs.5"
    assert codes(apply_fix(project, problem.fixes[0], SMALL))["wire_port"] == 0


def test_every_layer_of_keras_fits_between_inputs_and_an_output(
    keras_catalogue: Catalogue,
) -> None:
    wired = [kind for kind in keras_catalogue.layers if kind.ports and kind.outputs]
    assert len(wired) >= 139  # all but Input, Output and two that say nothing of their call
    for kind in wired:
        drawing = Drawing(catalogue=keras_catalogue)
        node = drawing.add(kind.class_name)
        dropped = structure_problems(drawing.project, keras_catalogue)
        missing = {argument.name for argument in kind.arguments if argument.required}
        missing -= kind.example.keys()
        assert sorted(problem.code for problem in dropped) == sorted(
            ["structure.missing_argument"] * len(missing) + ["structure.unconnected"]
        ), kind.class_name
        for slot in input_ports(drawing.project, node, keras_catalogue):
            if slot.required:
                source = drawing.add("InputLayer")
                drawing.project = edits.connect(drawing.project, source, node, slot.name)
        output = drawing.add("Output")
        drawing.project = edits.connect(drawing.project, node, output, "inputs")
        left = structure_problems(drawing.project, keras_catalogue)
        assert {problem.place.argument for problem in left} == missing, kind.class_name
