"""Linked nodes, and layers repeated in series."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from drawings import SMALL, Drawing, chain, refused
from hypothesis import given, settings
from hypothesis import strategies as st
from random_drawings import drawn_projects

from kerasstudio.graph import edits
from kerasstudio.graph.files import decode_project, encode_project, find_faults
from kerasstudio.graph.inspection import Inspection, NodeInfo, TensorSpec
from kerasstudio.graph.linked_layers import Link, is_linked, linked_layers
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.references import reference

replace = msgspec.structs.replace


def block(*classes: str) -> tuple[Project, str, list[str]]:
    """Input → a block of layers → Output; the block's card and the ends."""
    drawing, nodes = chain("InputLayer", *classes, "Output")
    project, card = edits.group(drawing.project, nodes[1:-1], SMALL)
    return project, card, [nodes[0], nodes[-1]]


def layer_of(project: Project, node: str) -> str:
    return project.graph.nodes[node].layer


def order(project: Project) -> list[str]:
    """Names along the wires of a chain."""
    following = {wire.source: wire.target for wire in project.graph.wires.values()}
    node = next(key for key in following if key not in following.values())
    names = [project.layers[layer_of(project, node)].name]
    while node in following:
        node = following[node]
        names.append(project.layers[layer_of(project, node)].name)
    return names


def test_shared_layers_are_numbered() -> None:
    project, card, _ends = block("Dense", "Dropout")
    assert linked_layers(project) == {}
    shared = layer_of(project, card)
    project, again = edits.call_again(project, shared, 0, 0)
    inner = project.graphs[project.layers[shared].graph or ""]
    dense = next(
        node.layer
        for node in inner.nodes.values()
        if project.layers[node.layer].class_name == "Dense"
    )
    project, _node = edits.call_again(project, dense, 0, 0)
    assert linked_layers(project) == {dense: Link(1, 2), shared: Link(2, 2)}
    assert is_linked(project, shared)
    project = edits.delete_nodes(project, [again])
    assert linked_layers(project) == {dense: Link(1, 2)}


def test_a_layer_held_by_a_wrapper_is_linked() -> None:
    project, card, _ends = block("Dense")
    project, times = edits.add_layer(project, SMALL.named("Dropout"), 0, 0)  # type: ignore[arg-type]
    shared = layer_of(project, card)
    project = edits.set_argument(project, layer_of(project, times), "layer", reference(shared))
    assert linked_layers(project) == {shared: Link(1, 2)}
    alone = edits.make_independent(project, card)
    assert linked_layers(alone) == {}
    assert shared in alone.layers, "the wrapper holds it"


def test_an_independent_copy_has_everything_of_its_own() -> None:
    project, card, _ends = block("Dense", "Dropout")
    shared = layer_of(project, card)
    assert edits.make_independent(project, card) is project
    linked, again = edits.call_again(project, shared, 0, 0)
    apart = edits.make_independent(linked, again)
    assert layer_of(apart, card) == shared
    own = apart.layers[layer_of(apart, again)]
    assert own.name == "block_1"
    assert linked_layers(apart) == {}
    mine, theirs = (apart.graphs[key or ""] for key in (own.graph, apart.layers[shared].graph))
    assert mine.nodes.keys().isdisjoint(theirs.nodes)
    assert find_faults(apart) == []
    back = edits.link(apart, again, shared)
    assert back.layers == linked.layers
    assert back.graphs == linked.graphs


def test_only_alike_layers_are_linked() -> None:
    project, card, _ends = block("Dense")
    project, dense = edits.add_layer(project, SMALL.named("Dense"), 0, 0)  # type: ignore[arg-type]
    project, flat = edits.add_layer(project, SMALL.named("Flatten"), 0, 0)  # type: ignore[arg-type]
    for one, other in ((dense, flat), (dense, card)):
        with pytest.raises(StudioError, match="cannot be linked"):
            edits.link(project, one, layer_of(project, other))
    assert edits.link(project, dense, layer_of(project, dense)) is project


@settings(max_examples=80, deadline=None)
@given(drawn_projects(), st.data())
def test_independence_changes_one_node_alone(project: Project, data: st.DataObject) -> None:
    node = data.draw(st.sampled_from(sorted(project.graph.nodes)))
    apart = edits.make_independent(project, node)
    assert find_faults(apart) == []
    assert apart.graph.wires == project.graph.wires
    others = {key: each for key, each in project.graph.nodes.items() if key != node}
    assert {key: each for key, each in apart.graph.nodes.items() if key != node} == others
    assert not is_linked(apart, layer_of(apart, node))
    assert decode_project(encode_project(apart)) == apart


# ------------------------------------------------------------------ repeated


@pytest.mark.parametrize("times", [2, 3, 7])
def test_a_block_is_repeated_in_series(times: int) -> None:
    project, card, (start, end) = block("Dense", "Dropout")
    repeated, made = edits.repeat(project, [card], times, SMALL)
    assert order(repeated) == ["input", "block", *(f"block_{n}" for n in range(1, times)), "output"]
    assert len({layer_of(repeated, node) for node in (card, *made)}) == times
    places = [repeated.graph.nodes[node].x for node in (start, card, *made, end)]
    assert places == sorted(places)
    assert all(two - one >= 176 for one, two in pairwise(places[1:]))
    assert find_faults(repeated) == []


def test_a_selection_is_repeated_as_it_is() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Dropout", "Output")
    repeated, made = edits.repeat(drawing.project, nodes[1:3], 3, SMALL)
    assert order(repeated) == [
        "input", "dense", "dropout", "dense_1", "dropout_1", "dense_2", "dropout_2", "output",
    ]  # fmt: skip
    assert len(made) == 4
    assert edits.repeat(drawing.project, nodes[1:3], 1, SMALL) == (drawing.project, [])


def test_other_tensors_go_into_each_copy() -> None:
    """As in a decoder: the memory is the same for all, what comes out goes into the query."""
    drawing = Drawing()
    words, memory = drawing.add("InputLayer", "words"), drawing.add("InputLayer", "memory")
    attention, end = drawing.add("MultiHeadAttention"), drawing.add("Output")
    project = edits.connect(drawing.project, words, attention, "query")
    project = edits.connect(project, memory, attention, "value")
    project = edits.connect(project, attention, end, "inputs")
    repeated, (copy,) = edits.repeat(project, [attention], 2, SMALL)
    wires = repeated.graph.wires
    assert wires[f"{copy}:query"].source == attention
    assert wires[f"{copy}:value"].source == memory
    assert wires[f"{end}:inputs"].source == copy


def shapes(**found: tuple[int, ...]) -> Inspection:
    return Inspection(
        nodes={key: NodeInfo("ok", (TensorSpec((None, *shape)),)) for key, shape in found.items()}
    )


def test_what_comes_out_must_fit_what_goes_in() -> None:
    project, card, (start, _end) = block("Dense")
    with pytest.raises(StudioError, match="gives 64 and takes 28") as caught:
        edits.repeat(project, [card], 3, SMALL, inspection=shapes(**{start: (28,), card: (64,)}))
    assert refused(caught.value).received == "64"
    # A layer takes another size with other weights, but not another number of axes.
    drawing, nodes = chain("InputLayer", "Flatten", "Output")
    known: dict[str, Any] = {nodes[0]: (28, 28), nodes[1]: (784,)}
    with pytest.raises(StudioError, match="28 × 28"):
        edits.repeat(drawing.project, [nodes[1]], 2, SMALL, inspection=shapes(**known))
    known[nodes[0]] = (28,)
    repeated, _made = edits.repeat(
        drawing.project, [nodes[1]], 2, SMALL, inspection=shapes(**known)
    )
    assert order(repeated) == ["input", "flatten", "flatten_1", "output"]


def test_what_cannot_be_repeated_is_told() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Dropout", "Dense", "Output")
    project = drawing.project
    with pytest.raises(StudioError, match="is an Input"):
        edits.repeat(project, nodes[:2], 2, SMALL)
    with pytest.raises(StudioError, match="comes back"):
        edits.repeat(project, [nodes[1], nodes[3]], 2, SMALL)
    with pytest.raises(StudioError, match="2 to 100 times"):
        edits.repeat(project, nodes[1:2], 101, SMALL)
    two, second = edits.add_layer(project, SMALL.named("Dense"), 0, 0)  # type: ignore[arg-type]
    two, end = edits.add_layer(two, SMALL.named("Output"), 0, 0)  # type: ignore[arg-type]
    two = edits.connect(two, second, end, "inputs")
    with pytest.raises(StudioError, match="2 tensors come out"):
        edits.repeat(two, [nodes[2], second], 2, SMALL)


@settings(max_examples=80, deadline=None)
@given(drawn_projects(), st.data())
def test_repeating_leaves_a_whole_project(project: Project, data: st.DataObject) -> None:
    nodes = sorted(project.graph.nodes)
    chosen = data.draw(st.lists(st.sampled_from(nodes), min_size=1, max_size=4, unique=True))
    times = data.draw(st.integers(2, 4))
    try:
        repeated, made = edits.repeat(project, chosen, times, SMALL)
    except StudioError:
        return
    assert find_faults(repeated) == []
    assert len(made) == (times - 1) * len(chosen)
    assert set(made) == repeated.graph.nodes.keys() - project.graph.nodes.keys()
