"""Grouping into a block and unpacking it again: exact inverses, whatever is drawn."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from drawings import SMALL, Drawing, chain, refused
from hypothesis import given, settings
from hypothesis import strategies as st
from random_drawings import drawn_projects, known_shapes

from kerasstudio.graph import edits
from kerasstudio.graph.files import decode_project, encode_project, find_faults
from kerasstudio.graph.fixes import apply_fix
from kerasstudio.graph.ports import input_ports, output_names
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Frame, Project
from kerasstudio.graph.structure import structure_problems

replace = msgspec.structs.replace


def names(project: Project, graph: str = "main") -> list[str]:
    return [project.layers[node.layer].name for node in project.graphs[graph].nodes.values()]


def inside(project: Project, card: str, graph: str = "main") -> str:
    key = project.layers[project.graphs[graph].nodes[card].layer].graph
    assert key is not None
    return key


def same(one: Project, other: Project) -> None:
    """Equal, and with the same order of nodes: it is the order of weights."""
    for key, graph in one.graphs.items():
        assert list(graph.nodes) == list(other.graphs[key].nodes)
    assert one == other


@settings(max_examples=400, deadline=None)
@given(drawn_projects(), st.data())
def test_ungroup_is_the_exact_inverse(project: Project, data: st.DataObject) -> None:
    nodes = sorted(project.graph.nodes)
    chosen = data.draw(st.lists(st.sampled_from(nodes), min_size=1, unique=True))
    inspection = known_shapes(project) if data.draw(st.booleans()) else None
    try:
        grouped, card = edits.group(project, chosen, SMALL, inspection=inspection)
    except StudioError as error:
        problem = refused(error)
        assert problem.code.startswith("edit.block_")
        for fix in problem.fixes:
            mended = apply_fix(project, fix, SMALL)
            assert len(mended.graphs) == 2
        return
    assert find_faults(grouped) == []
    codes = {problem.code for problem in structure_problems(grouped, SMALL)}
    assert not codes & {"structure.cycle", "structure.wire_port", "structure.wire_output"}
    assert decode_project(encode_project(grouped)) == grouped
    assert not set(chosen) & grouped.graph.nodes.keys()
    assert set(chosen) <= grouped.graphs[inside(grouped, card)].nodes.keys()
    again, out = edits.ungroup(grouped, card)
    same(again, project)
    assert set(out) == set(chosen)


@settings(max_examples=100, deadline=None)
@given(drawn_projects(), st.data())
def test_blocks_in_blocks_come_apart_again(project: Project, data: st.DataObject) -> None:
    """Grouped step by step, each time with what was grouped before, and unpacked backwards."""
    steps: list[tuple[Project, str]] = []
    now = project
    for _step in range(3):
        nodes = sorted(now.graph.nodes)
        chosen = data.draw(st.lists(st.sampled_from(nodes), min_size=1, unique=True))
        if steps and steps[-1][1] in nodes:
            chosen = [*{*chosen, steps[-1][1]}]
        try:
            grouped, card = edits.group(now, chosen, SMALL)
        except StudioError:
            continue
        steps.append((now, card))
        now = grouped
    for before, card in reversed(steps):
        now, _out = edits.ungroup(now, card)
        same(now, before)


@settings(max_examples=100, deadline=None)
@given(drawn_projects(), st.data())
def test_grouping_inside_a_block_comes_apart_again(project: Project, data: st.DataObject) -> None:
    layers = project.layers
    chosen = [
        key
        for key, node in project.graph.nodes.items()
        if not (layers[node.layer].is_input or layers[node.layer].is_output)
    ]
    try:
        outer, card = edits.group(project, chosen, SMALL)
        graph = inside(outer, card)
        some = data.draw(st.lists(st.sampled_from(chosen), min_size=1, unique=True))
        inner, deep = edits.group(outer, some, SMALL, graph)
    except StudioError:
        return
    assert find_faults(inner) == []
    same(edits.ungroup(inner, deep, graph)[0], outer)


@settings(max_examples=100, deadline=None)
@given(drawn_projects(), st.data())
def test_unpacking_one_of_two_calls_keeps_the_other(project: Project, data: st.DataObject) -> None:
    nodes = sorted(project.graph.nodes)
    chosen = data.draw(st.lists(st.sampled_from(nodes), min_size=1, unique=True))
    try:
        grouped, card = edits.group(project, chosen, SMALL)
    except StudioError:
        return
    layer = grouped.graph.nodes[card].layer
    twice, other = edits.call_again(grouped, layer, 900, 900)
    unpacked, out = edits.ungroup(twice, card)
    assert find_faults(unpacked) == []
    assert unpacked.graphs[inside(unpacked, other)] == grouped.graphs[inside(grouped, card)]
    assert not set(out) & grouped.graphs[inside(grouped, card)].nodes.keys()
    shared = {unpacked.graph.nodes[node].layer for node in out}
    assert shared == {project.graph.nodes[node].layer for node in chosen}
    alone, out = edits.ungroup(unpacked, other)
    assert len(alone.graphs) == 1
    assert find_faults(alone) == []


def test_a_chain_becomes_a_block() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Dropout", "Dense", "Output")
    project, card = edits.group(
        drawing.project, nodes[1:4], SMALL, inspection=known_shapes(drawing.project)
    )
    assert names(project) == ["input", "block", "output"]
    assert names(project, inside(project, card)) == [
        "input", "dense", "dropout", "dense_1", "output",
    ]  # fmt: skip
    assert [wire.key for wire in project.graph.wires.values()] == [
        f"{card}:inputs", f"{nodes[4]}:inputs",
    ]  # fmt: skip
    made = project.graphs[inside(project, card)].nodes
    first = project.layers[next(iter(made.values())).layer]
    assert first.arguments == {"shape": [1]}, "the shape of what comes in"
    assert structure_problems(project, SMALL) == []
    node = project.graph.nodes[card]
    middle = project.graphs[inside(project, card)].nodes[nodes[2]]
    assert (node.x, node.y) == (middle.x, middle.y)


def test_tensors_from_outside_are_ports() -> None:
    """A tensor that is used twice is one Input; several Inputs are called by their ports."""
    drawing = Drawing()
    words = drawing.add("InputLayer", "words")
    other = drawing.add("InputLayer", "other")
    attention = drawing.add("MultiHeadAttention")
    add = drawing.add("Add")
    end = drawing.add("Output")
    project = drawing.project
    for source, target, port in (
        (words, attention, "query"),
        (other, attention, "value"),
        (attention, add, "inputs.0"),
        (words, add, "inputs.1"),
        (add, end, "inputs"),
    ):
        project = edits.connect(project, source, target, port)
    project, card = edits.group(project, [attention, add], SMALL)
    slots = input_ports(project, card, SMALL)
    assert [(slot.name, slot.is_free) for slot in slots] == [("query", False), ("value", False)]
    assert output_names(project, card, SMALL) == ("output",)
    inner = project.graphs[inside(project, card)]
    query = next(iter(inner.nodes))
    assert {wire.key for wire in inner.wires.values() if wire.source == query} == {
        f"{attention}:query", f"{add}:inputs.1",
    }  # fmt: skip


def test_open_ports_become_inputs() -> None:
    drawing, nodes = chain("Dense", "Dense")
    project, card = edits.group(drawing.project, nodes, SMALL)
    assert [slot.is_free for slot in input_ports(project, card, SMALL)] == [True]
    assert output_names(project, card, SMALL) == ("output",)
    same(edits.ungroup(project, card)[0], drawing.project)


def test_a_way_that_comes_back_is_told_with_what_would_work() -> None:
    drawing, (_start, one, _two, three, _end) = chain(
        "InputLayer", "Dense", "Dropout", "Dense", "Output"
    )
    with pytest.raises(StudioError, match="dense → dropout → dense_1") as caught:
        edits.group(drawing.project, [one, three], SMALL)
    problem = refused(caught.value)
    assert [fix.label for fix in problem.fixes] == ["take dropout in, too", "group dense"]
    whole = apply_fix(drawing.project, problem.fixes[0], SMALL)
    assert names(whole) == ["input", "block", "output"]
    part = apply_fix(drawing.project, problem.fixes[1], SMALL)
    assert names(part) == ["input", "block", "dropout", "dense_1", "output"]


def test_inputs_and_outputs_stay_outside() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Output")
    with pytest.raises(StudioError, match='"input" is an Input of the model') as caught:
        edits.group(drawing.project, nodes, SMALL)
    (fix,) = refused(caught.value).fixes
    assert fix.label == "group dense without them"
    assert names(apply_fix(drawing.project, fix, SMALL)) == ["input", "block", "output"]
    with pytest.raises(StudioError, match="stays outside"):
        edits.group(drawing.project, nodes[:1], SMALL)
    with pytest.raises(StudioError, match="Select the layers"):
        edits.group(drawing.project, ["gone"], SMALL)


def test_what_gives_nothing_is_no_block() -> None:
    kind = replace(SMALL.named("Dense"), class_name="Source", ports=())  # type: ignore[type-var]
    catalogue = replace(SMALL, layers=(*SMALL.layers, kind))
    project, node = edits.add_layer(Project(), kind, 0, 0)
    with pytest.raises(StudioError, match="Nothing would go into this block"):
        edits.group(project, [node], catalogue)


def test_frames_around_the_nodes_go_in_and_come_out() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Dense", "Output")
    frame, wide = Frame("f90", "both", 230, -20, 460, 140), Frame("f91", "all", -50, -50, 2000, 900)
    graph = replace(drawing.project.graph, frames={"f90": frame, "f91": wide})
    project = replace(drawing.project, graphs={"main": graph})
    grouped, card = edits.group(project, nodes[1:3], SMALL)
    assert grouped.graph.frames == {"f91": wide}
    assert grouped.graphs[inside(grouped, card)].frames == {"f90": frame}
    same(edits.ungroup(grouped, card)[0], project)
    moved = edits.move_nodes(grouped, {card: (1000.0, 300.0)})
    out, _nodes = edits.ungroup(moved, card)
    place = grouped.graph.nodes[card]
    assert out.graph.frames["f90"].x == 230 + 1000 - place.x
    assert out.graph.nodes[nodes[1]].x == 240 + 1000 - place.x


def test_order_is_kept_around_a_block_made_of_nodes_here_and_there() -> None:
    """Nodes of other ways lie between in the order: after other edits it is still right."""
    drawing = Drawing()
    start = drawing.add("InputLayer")
    ways = [drawing.add("Dense") for _number in range(6)]
    ends = [drawing.add("Output") for _number in range(6)]
    for way, end in zip(ways, ends, strict=True):
        drawing.wire(start, way, end)
    project, card = edits.group(drawing.project, [ways[1], ways[3], ways[4]], SMALL)
    assert project.graphs[inside(project, card)].stood_behind == {ways[3]: ways[2]}
    project = edits.delete_nodes(project, [ways[5]])
    out, _nodes = edits.ungroup(project, card)
    assert [node for node in out.graph.nodes if node in ways] == ways[:5]
    without = edits.delete_nodes(project, [ways[2]])
    out, _nodes = edits.ungroup(without, card)
    order = [node for node in out.graph.nodes if node in ways]
    assert order == [ways[0], ways[1], ways[3], ways[4]]


def test_names_are_kept_apart_when_a_block_is_unpacked() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Output")
    project, card = edits.group(drawing.project, nodes[1:2], SMALL)
    project, outside = edits.add_layer(project, SMALL.named("Dense"), 0, 500)  # type: ignore[arg-type]
    layer = project.graph.nodes[outside].layer
    project = edits.rename_layer(project, layer, "dense")
    out, _nodes = edits.ungroup(project, card)
    assert sorted(names(out)) == ["dense", "dense_1", "input", "output"]
    assert out.layers[layer].name == "dense"


@pytest.mark.parametrize("how", ["frozen", "muted"])
def test_what_holds_for_a_block_holds_for_its_layers(how: str) -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Dropout", "Output")
    project, card = edits.group(drawing.project, nodes[1:3], SMALL)
    if how == "frozen":
        project = edits.set_trainable(project, project.graph.nodes[card].layer, False)
    else:
        project = edits.set_mode(project, [card], "muted")
    out, layers = edits.ungroup(project, card)
    for node in layers:
        found = out.graph.nodes[node]
        assert out.layers[found.layer].trainable == (how != "frozen")
        assert found.mode == ("muted" if how == "muted" else "on")


def test_a_call_with_arguments_is_unpacked_on_request_alone() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Output")
    project, card = edits.group(drawing.project, nodes[1:2], SMALL)
    project = edits.set_literal(project, card, "training", False)
    with pytest.raises(StudioError, match="training=False") as caught:
        edits.ungroup(project, card)
    (fix,) = refused(caught.value).fixes
    same(apply_fix(project, fix, SMALL), drawing.project)


def test_what_is_no_block_is_not_unpacked() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Output")
    with pytest.raises(StudioError, match='"dense" is no block'):
        edits.ungroup(drawing.project, nodes[1])
    with pytest.raises(StudioError, match="no node"):
        edits.ungroup(drawing.project, "gone")


def test_cards_make_room_for_what_comes_out() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Dense", "Dense", "Output")
    project, card = edits.group(drawing.project, nodes[1:4], SMALL)
    place = project.graph.nodes[card]
    closer = {nodes[0]: (place.x - 230.0, 0.0), nodes[4]: (place.x + 230.0, 0.0)}
    project = edits.move_nodes(project, closer)
    out, layers = edits.ungroup(project, card)
    roomy = edits.open_up(out, layers)
    line = sorted(node.x for node in roomy.graph.nodes.values())
    assert all(two - one >= 176 + 40 for one, two in pairwise(line))
    assert edits.open_up(roomy, layers) is roomy


# ------------------------------------------------------------------ ports follow the ends inside


def two_inputs() -> tuple[Project, str, str, list[str]]:
    """A block with the ports "query" and "value", wired outside; its graph and nodes."""
    drawing = Drawing()
    words, other = drawing.add("InputLayer", "words"), drawing.add("InputLayer", "other")
    attention, end = drawing.add("MultiHeadAttention"), drawing.add("Output")
    project = edits.connect(drawing.project, words, attention, "query")
    project = edits.connect(project, other, attention, "value")
    project = edits.connect(project, attention, end, "inputs")
    project, card = edits.group(project, [attention], SMALL)
    return project, card, inside(project, card), [words, other, attention, end]


def wired(project: Project, card: str) -> dict[str, str]:
    return {wire.port: wire.source for wire in project.graph.wires.values() if wire.target == card}


def test_renaming_an_input_inside_renames_the_port() -> None:
    project, card, graph, (words, other, *_rest) = two_inputs()
    first = next(iter(project.graphs[graph].nodes.values()))
    project = edits.rename_layer(project, first.layer, "question")
    assert wired(project, card) == {"question": words, "value": other}


def test_an_input_that_goes_takes_its_wire_along() -> None:
    project, card, graph, (words, other, *_rest) = two_inputs()
    first, second, *_others = project.graphs[graph].nodes
    assert wired(edits.delete_nodes(project, [first], graph), card) == {"inputs": other}
    assert wired(edits.delete_nodes(project, [second], graph), card) == {"inputs": words}


def test_a_second_input_names_the_ports() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Output")
    project, card = edits.group(drawing.project, nodes[1:2], SMALL)
    graph = inside(project, card)
    assert wired(project, card) == {"inputs": nodes[0]}
    kind: Any = SMALL.named("InputLayer")
    project, added = edits.add_layer(project, kind, 0, 0, graph, name="more")
    assert wired(project, card) == {"input": nodes[0]}
    assert wired(edits.delete_nodes(project, [added], graph), card) == {"inputs": nodes[0]}


def test_outputs_keep_their_wires_when_others_go() -> None:
    drawing, nodes = chain("InputLayer", "LSTM", "Output")
    project = drawing.project
    project, second = edits.add_layer(project, SMALL.named("Output"), 0, 0)  # type: ignore[arg-type]
    lstm = project.graph.nodes[nodes[1]].layer
    project = edits.set_argument(project, lstm, "return_state", True)
    project = edits.connect(project, nodes[1], second, "inputs", 1)
    project, card = edits.group(project, [nodes[1]], SMALL)
    graph = inside(project, card)
    outputs = [
        key
        for key, node in project.graphs[graph].nodes.items()
        if project.layers[node.layer].is_output
    ]
    assert [wire.output for wire in project.graph.wires.values() if wire.source == card] == [0, 1]
    less = edits.delete_nodes(project, outputs[:1], graph)
    assert [(w.target, w.output) for w in less.graph.wires.values() if w.source == card] == [
        (second, 0)
    ]


def test_copies_of_a_block_keep_their_ports() -> None:
    project, card, _graph, _nodes = two_inputs()
    copied, (copy,) = edits.duplicate(project, [card], keep_incoming=True)
    assert [slot.name for slot in input_ports(copied, copy, SMALL)] == ["query", "value"]
    assert set(wired(copied, copy)) == {"query", "value"}
    codes = {problem.code for problem in structure_problems(copied, SMALL)}
    assert not codes & {"structure.wire_port", "structure.port_unfed"}
