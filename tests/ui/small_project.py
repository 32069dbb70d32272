"""A drawn model with data and what a worker would have found out about both."""

from __future__ import annotations

from kerasstudio.graph.data_spec import Column, DataSpec, Source
from kerasstudio.graph.data_summary import ColumnSummary, DataSummary
from kerasstudio.graph.inspection import Inspection, NodeInfo, TensorSpec, WeightSpec
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire

NUMBERS = ("length", "width", "height", "weight")


def project(outputs: int = 1, with_data: bool = True) -> Project:
    """Input "measurements" (4) → Dense "hidden" → Dense "scores" → Output "species"; a second
    Output "weight" hangs on another Dense."""
    layers = [
        Layer("l1", "InputLayer", "measurements", arguments={"shape": [4]}),
        Layer("l2", "Dense", "hidden", arguments={"units": 32, "activation": "relu"}),
        Layer("l3", "Dense", "scores", arguments={"units": 3, "activation": "softmax"}),
        Layer("l4", "Output", "species", module="kerasstudio"),
    ]
    wires = [Wire("n1", "n2", "inputs"), Wire("n2", "n3", "inputs"), Wire("n3", "n4", "inputs")]
    if outputs == 2:
        layers += [
            Layer("l5", "Dense", "weigher", arguments={"units": 1}),
            Layer("l6", "Output", "mass", module="kerasstudio"),
        ]
        wires += [Wire("n2", "n5", "inputs"), Wire("n5", "n6", "inputs")]
    nodes = {f"n{layer.id[1:]}": Node(f"n{layer.id[1:]}", layer.id) for layer in layers}
    graph = Graph("main", nodes=nodes, wires={wire.key: wire for wire in wires})
    return Project(
        layers={layer.id: layer for layer in layers},
        graphs={"main": graph},
        data=flowers(outputs) if with_data else DataSpec(),
        serial=20,
    )


def flowers(outputs: int = 1) -> DataSpec:
    columns = [Column(name, "s1", "number") for name in NUMBERS]
    columns.append(Column("species", "s1", "category", "target", "index"))
    if outputs == 2:
        columns.append(Column("mass", "s1", "number", "target"))
    return DataSpec((Source("s1", "/data/flowers.csv", "csv"),), tuple(columns))


def summary(outputs: int = 1, missing: int = 0) -> DataSummary:
    """150 flowers of three species."""
    columns = [
        ColumnSummary(
            name,
            "s1",
            "number",
            missing=missing if name == "width" else 0,
            first_missing_row=7 if missing and name == "width" else None,
            minimum=1.0,
            maximum=9.0,
            mean=4.0,
            distinct=90,
            histogram=(3, 20, 80, 40, 7),
        )
        for name in NUMBERS
    ]
    species = ("lily", "rose", "tulip")
    columns.append(
        ColumnSummary(
            "species",
            "s1",
            "category",
            dtype="str",
            distinct=3,
            classes=species,
            histogram=(60, 50, 40),
        )
    )
    if outputs == 2:
        columns.append(ColumnSummary("mass", "s1", "number", minimum=0.5, maximum=2.0, distinct=80))
    preview = tuple(
        (*(str(row + number) for number in range(4)), species[row % 3]) for row in range(20)
    )
    return DataSummary(150, tuple(columns), preview, (106, 22, 22), "abc")


def inspection(drawn: Project) -> Inspection:
    """All is well: each layer gives as many values as it has units."""
    nodes = {}
    for node in drawn.graph.nodes.values():
        layer = drawn.layers[node.layer]
        units = layer.arguments.get("units") or (4 if layer.is_input else 3)
        weights = 5 * units if layer.class_name == "Dense" else 0
        specs = WeightSpec("kernel", (4, units)), WeightSpec("bias", (units,))
        nodes[node.id] = NodeInfo(
            "ok",
            (TensorSpec((None, units)),),
            weights,
            weights,
            4 * weights,
            4 * units,
            specs if weights else (),
        )
    total = sum(info.parameters for info in nodes.values())
    return Inspection(1, nodes, (), total, total)
