"""Copy and paste as text, between documents, with shared layers and blocks."""

from __future__ import annotations

import json

import pytest
from drawings import Drawing, chain, drawn, random_edges

from kerasstudio.graph import edits
from kerasstudio.graph.clipboard import copy_nodes, read_clip, take_clip
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire


def test_paste_into_another_document() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Output")
    text = copy_nodes(drawing.project, nodes[:2])
    assert json.loads(text)["format"] == "kerasstudio-clip"
    clip = read_clip(text)
    assert clip is not None
    project, new = edits.paste(Project(), clip, 100, 50)
    assert [project.layer_of(project.graph.nodes[node]).name for node in new] == ["input", "dense"]
    assert list(project.graph.wires.values()) == [Wire(new[0], new[1], "inputs")]
    places = [(project.graph.nodes[node].x, project.graph.nodes[node].y) for node in new]
    assert places == [(100, 50), (340, 50)]


def test_names_are_unique_and_ids_new() -> None:
    drawing, nodes = chain("InputLayer", "Dense", "Output")
    project = drawing.project
    for _ in range(3):
        project, new = edits.duplicate(project, nodes)
        assert len(new) == 3
    names = [layer.name for layer in project.layers.values()]
    assert len(set(names)) == len(names) == 12
    assert {"dense", "dense_1", "dense_2", "dense_3"} <= set(names)
    assert len(project.graph.nodes) == 12


def test_shared_layers_stay_shared() -> None:
    drawing, (source, dense) = chain("InputLayer", "Dense")
    project, again = edits.call_again(drawing.project, drawing.layer(dense).id, 0, 0)
    project, new = edits.duplicate(project, [dense, again])
    first, second = (project.graph.nodes[node].layer for node in new)
    assert first == second != drawing.layer(dense).id
    assert source in project.graph.nodes


def test_keep_incoming() -> None:
    drawing, (source, dense, _) = chain("InputLayer", "Dense", "Output")
    project, new = edits.duplicate(drawing.project, [dense], keep_incoming=True)
    assert project.graph.wires[f"{new[0]}:inputs"].source == source
    project, new = edits.duplicate(drawing.project, [dense])
    assert f"{new[0]}:inputs" not in project.graph.wires
    elsewhere = Drawing()
    elsewhere.add("Dropout")
    clip = take_clip(drawing.project, [dense])
    project, new = edits.paste(elsewhere.project, clip, 0, 0, keep_incoming=True)
    assert not project.graph.wires


def test_keep_incoming_keeps_list_ports_dense() -> None:
    project = drawn(4, [(0, 3), (1, 3), (2, 3)])
    clip = take_clip(project, ["n3", "n1"])
    pasted, new = edits.paste(project, clip, 0, 0)
    copy = new[-1]
    assert [wire.port for wire in pasted.graph.wires.values() if wire.target == copy] == [
        "inputs.0"
    ]
    gone = edits.delete_nodes(project, ["n0"])
    pasted, new = edits.paste(gone, clip, 0, 0, keep_incoming=True)
    ports = {
        wire.port: wire.source for wire in pasted.graph.wires.values() if wire.target == new[-1]
    }
    assert ports == {"inputs.0": new[0], "inputs.1": "n2"}


def test_blocks_are_copied_with_what_is_inside() -> None:
    project = Project(
        layers={
            "b": Layer("b", "Functional", "block", graph="inner"),
            "a": Layer("a", "Dense", "a"),
            "o": Layer("o", "Output", "out", module="kerasstudio"),
        },
        graphs={
            "main": Graph("main", nodes={"n1": Node("n1", "b")}),
            "inner": Graph(
                "inner",
                nodes={"n3": Node("n3", "a"), "n4": Node("n4", "o")},
                wires={"n4:inputs": Wire("n3", "n4", "inputs")},
            ),
        },
    )
    clip = read_clip(copy_nodes(project, ["n1"]))
    assert clip is not None
    pasted, (new,) = edits.paste(project, clip, 0, 0)
    inside = pasted.layers[pasted.graph.nodes[new].layer].graph
    assert inside is not None
    assert inside not in ("inner", "main")
    copied = pasted.graphs[inside]
    assert len(copied.nodes) == 2
    assert not set(copied.nodes) & {"n3", "n4"}
    (wire,) = copied.wires.values()
    assert wire.source in copied.nodes
    assert {pasted.layers[node.layer].name for node in copied.nodes.values()} == {"a_1", "out"}


def test_a_large_paste_is_exact() -> None:
    project = drawn(500, random_edges(500))
    clip = take_clip(project, project.graph.nodes)
    pasted, new = edits.paste(project, clip, 0, 5_000)
    assert len(new) == 500
    assert len(pasted.graph.wires) == 2 * len(project.graph.wires)
    renamed = dict(zip(project.graph.nodes, new, strict=True))
    for wire in project.graph.wires.values():
        copy = pasted.graph.wires[f"{renamed[wire.target]}:{wire.port}"]
        assert copy.source == renamed[wire.source]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "kerasstudio-clip",
        '{"format": "kerasstudio-clip", "version": 2}',
        '{"format": "kerasstudio-clip", "nodes": 3}',
        '{"format": "kerasstudio-clip", "nodes": [{"id": "n", "layer": "gone"}]}',
        '{"format": "other", "note": "kerasstudio-clip"}',
        '"kerasstudio-clip' + "[" * 100_000,
    ],
)
def test_other_text_is_no_clip(text: str) -> None:
    assert read_clip(text) is None


def test_an_empty_clip_changes_nothing() -> None:
    project = Project()
    clip = read_clip(copy_nodes(project, ["n99"]))
    assert clip is not None
    assert edits.paste(project, clip, 0, 0) == (project, [])
