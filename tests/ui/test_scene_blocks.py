"""A block's card shows what is wrong inside the block, at any depth."""

from __future__ import annotations

from itertools import pairwise

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire
from kerasstudio.graph.references import reference
from kerasstudio.ui.canvas.scene_model import SceneModel


def graph(key: str, *layers: str) -> Graph:
    nodes = [Node(f"{key}_{layer}", layer) for layer in layers]
    wires = [Wire(one.id, other.id, "inputs") for one, other in pairwise(nodes)]
    return Graph(key, nodes={n.id: n for n in nodes}, wires={w.key: w for w in wires})


def project() -> Project:
    """in → block (holds deep) → wrapper around deep too → out."""
    layers = [
        Layer("i", "InputLayer", "in", arguments={"shape": [4]}),
        Layer("i1", "InputLayer", "in", arguments={"shape": [4]}),
        Layer("i2", "InputLayer", "in", arguments={"shape": [4]}),
        Layer("block", "Functional", "block", module="keras.models", graph="g1"),
        Layer("deep", "Functional", "deep", module="keras.models", graph="g2"),
        Layer("wrapper", "TimeDistributed", "times", arguments={"layer": reference("deep")}),
        Layer("dense", "Dense", "dense", arguments={"units": -1}),
        Layer("o", "Output", "out", module="kerasstudio"),
        Layer("o1", "Output", "out", module="kerasstudio"),
        Layer("o2", "Output", "out", module="kerasstudio"),
    ]
    graphs = [
        graph("main", "i", "block", "wrapper", "o"),
        graph("g1", "i1", "deep", "o1"),
        graph("g2", "i2", "dense", "o2"),
    ]
    return Project(
        layers={layer.id: layer for layer in layers}, graphs={each.id: each for each in graphs}
    )


def test_cards_around_a_problem_show_it() -> None:
    fix = Fix("set units", "set_argument", {"layer": "dense", "name": "units", "value": 1})
    place = Place(graph="g2", node="g2_dense", layer="dense", argument="units")
    problem = Problem("shape.refused", "units must be positive.", place=place, fixes=(fix,))
    scene = SceneModel(shipped())
    scene.load(project())
    scene.set_problems([problem])
    for card, name in (("main_block", "block"), ("main_wrapper", "times")):
        (shown,) = scene.problems_of(card)
        assert shown.message == f'Inside "{name}": units must be positive.'
        assert shown.fixes == (fix,)
    assert scene.problems_of("main_i") == ()
    scene.load(project(), "g2")
    scene.set_problems([problem])
    assert scene.problems_of("g2_dense") == (problem,)
