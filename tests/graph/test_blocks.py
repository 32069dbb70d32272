"""Blocks and layers inside layers as values: edits, copies, files, structure."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import pytest

from kerasstudio.graph.blocks import graphs_in, holders, inner_first
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.clipboard import copy_nodes, read_clip
from kerasstudio.graph.diff import describe, diff
from kerasstudio.graph.edits import (
    delete_nodes,
    duplicate,
    embed_model,
    paste,
    rename_layer,
    replace_layer,
    reset_argument,
    set_argument,
    set_trainable_up_to,
)
from kerasstudio.graph.ends import in_words, leaves, structure_of
from kerasstudio.graph.files import decode_project, encode_project
from kerasstudio.graph.ports import input_ports, output_names
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire
from kerasstudio.graph.references import reference, referenced, users, with_references
from kerasstudio.graph.structure import structure_problems

replace = msgspec.structs.replace


def graph(key: str, *layers: str, **fields: Any) -> Graph:
    nodes = [Node(f"{key}_{layer}", layer) for layer in layers]
    wires = [Wire(one.id, other.id, "inputs") for one, other in pairwise(nodes)]
    return Graph(key, nodes={n.id: n for n in nodes}, wires={w.key: w for w in wires}, **fields)


def project() -> Project:
    """in → block → times (a wrapper around the block `deep`) → out; deep is inside block too."""
    layers = [
        Layer("i", "InputLayer", "in", arguments={"shape": [4, 3]}),
        Layer("i1", "InputLayer", "x", arguments={"shape": [3]}),
        Layer("i2", "InputLayer", "x", arguments={"shape": [3]}),
        Layer("block", "Functional", "block", module="keras.models", graph="g1"),
        Layer("deep", "Functional", "deep", module="keras.models", graph="g2"),
        Layer("times", "TimeDistributed", "times", arguments={"layer": reference("deep")}),
        Layer("dense", "Dense", "dense", arguments={"units": 3}),
        Layer("o", "Output", "out", module="kerasstudio"),
        Layer("o1", "Output", "y", module="kerasstudio"),
        Layer("o2", "Output", "y", module="kerasstudio"),
    ]
    graphs = [
        graph("main", "i", "block", "times", "o"),
        graph("g1", "i1", "deep", "o1", structure={"inputs": [{"$node": "g1_i1"}]}),
        graph("g2", "i2", "dense", "o2", kind="sequential"),
    ]
    return Project(
        layers={layer.id: layer for layer in layers},
        graphs={each.id: each for each in graphs},
        serial=50,
    )


def test_what_lies_inside() -> None:
    found = project()
    assert list(graphs_in(found, found.layers["block"])) == ["g1", "g2"]
    assert list(graphs_in(found, found.layers["times"])) == ["g2"]
    assert holders(found, "main") == {"g1": ["main_block"], "g2": ["main_block", "main_times"]}
    assert inner_first(found) == ["g2", "g1", "main"]
    assert users(found, {"deep"}) == {"times"}


def test_blocks_survive_files() -> None:
    found = project()
    assert structure_problems(found, shipped()) == []
    assert decode_project(encode_project(found)) == found


@pytest.mark.parametrize(
    ("layer", "changes", "told"),
    [
        ("times", {"arguments": {"layer": reference("gone")}}, "holds the layer"),
        ("times", {"arguments": {"layer": reference("times")}}, "inside itself"),
        ("deep", {"graph": "g1"}, "inside itself"),
        ("block", {"graph": "g9"}, "lost its graph"),
    ],
)
def test_damaged_blocks_are_refused(layer: str, changes: dict[str, Any], told: str) -> None:
    found = project()
    broken = replace(found.layers[layer], **changes)
    found = replace(found, layers={**found.layers, layer: broken})
    with pytest.raises(StudioError, match=told):
        decode_project(encode_project(found))


def test_copies_have_everything_of_their_own() -> None:
    found = project()
    copied, nodes = duplicate(found, ["main_block", "main_times"])
    new = [copied.layers[copied.graph.nodes[node].layer] for node in nodes]
    assert [layer.name for layer in new] == ["block_1", "times_1"]
    (held,) = referenced(new[1])
    assert copied.layers[held].name == "deep_1"
    assert copied.layers[held].graph not in (None, "g2")
    inner = copied.graphs[new[0].graph or ""]
    assert inner.nodes.keys().isdisjoint(found.graphs["g1"].nodes)
    assert set(leaves((inner.structure or {})["inputs"])) <= inner.nodes.keys()
    # The layer inside the wrapper is the one inside the block, as it was before.
    assert held in {node.layer for node in inner.nodes.values()}
    assert decode_project(encode_project(copied)) == copied


def test_copies_go_into_another_document() -> None:
    clip = read_clip(copy_nodes(project(), ["main_times"]))
    assert clip is not None
    pasted, (node,) = paste(Project(), clip, 0, 0)
    assert len(pasted.graphs) == 2
    names = {layer.name for layer in pasted.layers.values()}
    assert names == {"times", "deep", "x", "dense", "y"}
    assert decode_project(encode_project(pasted)) == pasted
    assert pasted.layers[pasted.graph.nodes[node].layer].class_name == "TimeDistributed"


def test_deleting_takes_what_nothing_else_holds() -> None:
    found = project()
    without_block = delete_nodes(found, ["main_block"])
    assert "g1" not in without_block.graphs
    assert "deep" in without_block.layers, "the wrapper holds it"
    nothing = delete_nodes(without_block, ["main_times"])
    assert nothing.layers.keys() == {"i", "o"}
    assert nothing.graphs.keys() == {"main"}


def test_layer_let_go_by_an_argument_goes() -> None:
    found = delete_nodes(project(), ["main_block"])
    dense = {"module": "keras.layers", "class_name": "Dense", "config": {"units": 2}}
    for changed in (
        set_argument(found, "times", "layer", dense),
        reset_argument(found, "times", "layer"),
        replace_layer(found, "times", shipped().named("Dropout"), shipped()),  # type: ignore[arg-type]
    ):
        assert "deep" not in changed.layers
        assert changed.graphs.keys() == {"main"}
    kept = set_argument(project(), "times", "layer", dense)
    assert "deep" in kept.layers, "the block calls it"


def test_references_are_found_at_any_depth() -> None:
    nested = {"cells": [{"config": {"layer": reference("a")}}, reference("b")], "units": 3}
    layer = Layer("l", "RNN", "rnn", arguments=nested)
    assert list(referenced(layer)) == ["a", "b"]
    changed = with_references(nested, {"b": "c"})
    assert changed["cells"][1] == reference("c")
    assert changed["cells"][0] is nested["cells"][0]
    assert with_references(nested, {"x": "y"}) is nested


def test_ports_of_a_block() -> None:
    found = project()
    slots = input_ports(found, "main_block", shipped())
    assert [slot.name for slot in slots] == ["inputs"]
    optional = Layer("i3", "InputLayer", "extra", arguments={"shape": [2], "optional": True})
    second = Layer("o3", "Output", "z", module="kerasstudio")
    inner = found.graphs["g1"]
    nodes = {**inner.nodes, "n1": Node("n1", "i3"), "n2": Node("n2", "o3")}
    found = replace(
        found,
        layers={**found.layers, "i3": optional, "o3": second},
        graphs={**found.graphs, "g1": replace(inner, nodes=nodes)},
    )
    slots = input_ports(found, "main_block", shipped())
    assert [(slot.name, slot.required) for slot in slots] == [("x", True), ("extra", False)]
    assert output_names(found, "main_block", shipped()) == ("y", "z")
    structure = structure_of(found, found.graphs["g1"], "inputs")
    assert in_words(structure, lambda node: node) == "[g1_i1, n1]"
    assert in_words(structure_of(found, found.graphs["g1"], "outputs"), str) == "{y: g1_o1, z: n2}"


def test_model_put_into_itself_is_a_block_of_its_own() -> None:
    found = project()
    nested, node = embed_model(found, found, "whole", 10, 20)
    card = nested.graph.nodes[node]
    assert (card.x, card.y) == (10, 20)
    assert nested.layers[card.layer].graph not in found.graphs
    assert len(nested.graphs) == 2 * len(found.graphs)
    assert decode_project(encode_project(nested)) == nested


def test_freezing_up_to_a_node() -> None:
    found = project()
    frozen = set_trainable_up_to(found, "main_times", False)
    assert {key for key, layer in frozen.layers.items() if not layer.trainable} == {
        "block", "times",
    }  # fmt: skip
    assert set_trainable_up_to(frozen, "main_block", True).layers["times"].trainable is False


def test_differences_in_words() -> None:
    found = project()
    kind = replace(found.graphs["g2"], kind="functional", name="new")
    changed = replace(found, graphs={**found.graphs, "g2": kind})
    assert diff(found, changed).affects_model
    assert describe(found, changed) == ["model renamed new", "new sequential → functional"]
    node = replace(found.graph.nodes["main_block"], positional=2)
    main = replace(found.graph, nodes={**found.graph.nodes, "main_block": node})
    changed = replace(found, graphs={**found.graphs, "main": main})
    assert describe(found, changed) == ["call of block changed"]


def test_output_may_be_called_like_a_layer() -> None:
    found = rename_layer(project(), "o", "block")
    assert structure_problems(found, shipped()) == []
    with pytest.raises(StudioError, match="already has the name"):
        rename_layer(found, "times", "block")
