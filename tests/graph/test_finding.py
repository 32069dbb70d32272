"""Finding by words, argument values and shapes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.finding import Finder, Found, read_query
from kerasstudio.graph.inspection import Inspection, NodeInfo, TensorSpec
from kerasstudio.graph.project import ROOT, Graph, Layer, Node, Project

CATALOGUE = shipped()


def model() -> tuple[Project, Inspection, dict[str, str]]:
    project, names, infos = Project(), {}, {}
    for name, class_name, arguments, shape in (
        ("image", "InputLayer", {"shape": [28, 28, 1]}, (None, 28, 28, 1)),
        ("conv_a", "Conv2D", {"filters": 32, "kernel_size": [3, 3], "activation": "relu"},
         (None, 28, 28, 32)),
        ("conv_b", "Conv2D", {"filters": 64, "kernel_size": [5, 5], "padding": "same"},
         (None, 14, 14, 64)),
        ("drop", "Dropout", {"rate": 0.4}, (None, 14, 14, 64)),
        ("hidden", "Dense", {"units": 64, "activation": "relu",
         "kernel_regularizer": {"class_name": "L2", "module": "keras.regularizers",
                                "config": {"l2": 0.01}, "registered_name": None}}, (None, 64)),
        ("words", "Embedding", {"input_dim": 100, "output_dim": 8}, (None, None, 8)),
    ):  # fmt: skip
        kind = CATALOGUE.named(class_name)
        assert kind is not None
        project, node = edits.add_layer(project, kind, name=name, arguments=arguments)
        names[name] = node
        infos[node] = NodeInfo("ok", (TensorSpec(shape),))
    return project, Inspection(0, infos), names


PROJECT, INSPECTION, NODES = model()
NAMES = {node: name for name, node in NODES.items()}


def found(text: str) -> list[str]:
    return [NAMES[each.key] for each in Finder(CATALOGUE).find(PROJECT, text, INSPECTION, ROOT)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("   ", []),
        ("relu", ["conv_a", "hidden"]),
        ("CONV", ["conv_a", "conv_b"]),
        ("conv relu", ["conv_a"]),
        ("dense", ["hidden"]),
        ("input", ["image"]),
        ("nothing like it", []),
        ("units=64", ["hidden"]),
        ("units = 64", ["hidden"]),
        ("units:64", ["hidden"]),
        ("filters>32", ["conv_b"]),
        ("filters>=32", ["conv_a", "conv_b"]),
        ("filters<64", ["conv_a"]),
        ("rate=0.4", ["drop"]),
        ("rate>0.5", []),
        ("kernel_size=3", ["conv_a"]),
        ("kernel_size=3x3", ["conv_a"]),
        ("kernel_size=(5, 5)", ["conv_b"]),
        ("kernel_s=5", ["conv_b"]),
        ("padding=same", ["conv_b"]),
        ("padding=valid", ["conv_a"]),
        ("padding!=same", ["conv_a"]),
        ("kernel_regularizer=L2", ["hidden"]),
        ("use_bias=false", []),
        ("use_bias=true filters=32", ["conv_a"]),
        ("name=drop", ["drop"]),
        ("28, 28, *", ["image", "conv_a"]),
        ("28,28,32", ["conv_a"]),
        ("28 x 28 x 32", ["conv_a"]),
        ("(None, 28, 28, 32)", ["conv_a"]),
        ("[14, 14, *]", ["conv_b", "drop"]),
        ("*, 14, 14, 64 dropout", ["drop"]),
        ("*, 64", ["hidden"]),
        ("*, 8", ["words"]),
        ("5 × 5", ["conv_b"]),
        ("7, 7, 7", []),
        ("filters=abc", []),
        ("rate>abc", []),
        ("=64", []),
        ("(((", []),
    ],
)
def test_what_is_found(text: str, names: list[str]) -> None:
    assert found(text) == names


def test_blocks_frames_and_notes_are_found_behind_what_is_shown() -> None:
    project = PROJECT
    inner = Graph("g1", nodes={"n90": Node("n90", "l90")})
    layers = {**project.layers, "l90": Layer("l90", "Dense", "hidden_inside")}
    project = Project(layers=layers, graphs={**project.graphs, "g1": inner})
    project, frame = edits.add_frame(project, "Hidden part", 0, 0, 10, 10)
    project, note = edits.add_note(project, "the hidden reason", 0, 0)
    finder = Finder(CATALOGUE)
    first = [Found(ROOT, NODES["hidden"]), Found(ROOT, frame), Found(ROOT, note)]
    inside = Found("g1", "n90")
    assert finder.find(project, "hidden", INSPECTION, ROOT) == [*first, inside]
    assert finder.find(project, "hidden", INSPECTION, "g1") == [inside, *first]
    assert finder.find(project, "hidden units=64", INSPECTION, ROOT) == first[:1]


def test_words_of_a_layer_are_those_of_now() -> None:
    finder = Finder(CATALOGUE)
    assert len(finder.find(PROJECT, "relu", INSPECTION)) == 2
    layer = PROJECT.graph.nodes[NODES["hidden"]].layer
    changed = edits.set_argument(PROJECT, layer, "activation", "tanh")
    assert [each.key for each in finder.find(changed, "tanh", INSPECTION)] == [NODES["hidden"]]
    assert len(finder.find(changed, "relu", INSPECTION)) == 1


@given(st.text(max_size=40))
def test_any_text_is_a_query(text: str) -> None:
    read_query(text)
    found(text)
