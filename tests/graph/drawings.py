"""A catalogue of seven classes made by hand, and short ways to draw with it."""

from __future__ import annotations

import itertools
import random
from typing import Any

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import Argument, Catalogue, LayerType, Port
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire


def layer_type(name: str, *arguments: Argument, **more: Any) -> LayerType:
    more.setdefault("ports", (Port("inputs"),))
    return LayerType(name, "keras.layers", "Core", arguments=arguments, **more)


SMALL = Catalogue(
    keras_version="3.15.1",
    layers=(
        layer_type(
            "InputLayer",
            Argument("shape", "shape", required=True),
            Argument("dtype", "choice", optional=True),
            ports=(),
            example={"shape": [28, 28, 1]},
        ),
        layer_type(
            "Dense",
            Argument("units", "int", required=True),
            Argument("activation", "object", family="activations"),
            Argument("use_bias", "bool", default=True),
            example={"units": 64},
        ),
        layer_type("Dropout", Argument("rate", "float", required=True), example={"rate": 0.3}),
        layer_type("Flatten"),
        layer_type(
            "TimeDistributed",
            Argument("layer", "object", required=True, family="layers"),
        ),
        layer_type("Add", ports=(Port("inputs", many=True, minimum=2),)),
        layer_type(
            "LSTM",
            Argument("units", "int", required=True),
            Argument("return_state", "bool", default=False),
            ports=(
                Port("sequences"),
                Port("initial_state", role="state", required=False, many=True),
                Port("mask", role="mask", required=False),
            ),
            outputs=("output", "state h", "state c"),
            example={"units": 64},
        ),
        layer_type(
            "MultiHeadAttention",
            Argument("num_heads", "int", required=True),
            Argument("key_dim", "int", required=True),
            ports=(Port("query"), Port("value"), Port("key", required=False)),
            example={"num_heads": 4, "key_dim": 32},
        ),
    ),
    objects=(),
)


class Drawing:
    """A project while it is drawn; nodes are known by their layers' names."""

    def __init__(self, project: Project | None = None, catalogue: Catalogue = SMALL) -> None:
        self.project = project or Project()
        self.catalogue = catalogue

    def add(self, class_name: str, name: str | None = None, **arguments: Any) -> str:
        kind = self.catalogue.named(class_name)
        assert kind is not None
        x = 240.0 * len(self.project.graph.nodes)
        self.project, node = edits.add_layer(
            self.project, kind, x, 0, name=name, arguments=arguments
        )
        return node

    def wire(self, *nodes: str) -> None:
        """Wire nodes one after the other, each into its first free port."""
        for source, target in itertools.pairwise(nodes):
            kind = self.catalogue.layer_type(self.layer(target))
            assert kind is not None
            self.project = edits.connect(
                self.project, source, target, kind.ports[0].name, catalogue=self.catalogue
            )

    def layer(self, node: str) -> Layer:
        return self.project.layers[self.project.graph.nodes[node].layer]


def chain(*classes: str) -> tuple[Drawing, list[str]]:
    """Layers one after the other, wired."""
    drawing = Drawing()
    nodes = [drawing.add(name) for name in classes]
    drawing.wire(*nodes)
    return drawing, nodes


def drawn(count: int, edges: list[tuple[int, int]], flow: str = "right") -> Project:
    """`count` layers called d0, d1 ...; made directly, so that loops are possible."""
    layers = {f"l{i}": Layer(f"l{i}", "Add", f"d{i}") for i in range(count)}
    nodes = {f"n{i}": Node(f"n{i}", f"l{i}") for i in range(count)}
    wires: dict[str, Wire] = {}
    taken: dict[int, int] = {}
    for source, target in edges:
        index = taken.get(target, 0)
        taken[target] = index + 1
        wire = Wire(f"n{source}", f"n{target}", f"inputs.{index}")
        wires[wire.key] = wire
    graph = Graph("main", nodes=nodes, wires=wires)
    return Project(layers=layers, graphs={"main": graph}, serial=count, flow=flow)


def random_edges(count: int, seed: int = 7) -> list[tuple[int, int]]:
    """A connected graph without loops whose nodes have one to five wires in."""
    chance = random.Random(seed)
    return [
        (source, target)
        for target in range(1, count)
        for source in chance.sample(
            range(max(0, target - 20), target), min(target, chance.choice([1, 1, 2, 5]))
        )
    ]


def refused(error: StudioError) -> Problem:
    return error.problem
