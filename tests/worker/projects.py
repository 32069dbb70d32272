"""Small projects for tests with a real worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerasstudio.graph.data_spec import Column, DataSpec, Source, Split
from kerasstudio.graph.project import (
    OUTPUT_CLASS,
    STUDIO_MODULE,
    Graph,
    Layer,
    Node,
    Project,
    Wire,
)
from kerasstudio.graph.training_spec import TrainingSpec

DIGITS = DataSpec(
    sources=(Source("s1", "sample:digits.npz", "npz"),),
    columns=(
        Column("images", "s1", "array"),
        Column("labels", "s1", "integer", "target", "index"),
    ),
    split=Split(validation=0.15, test=0.15, seed=1),
)

Step = tuple[str, str, dict[str, Any]]


def chain(steps: Sequence[Step], data: DataSpec, training: TrainingSpec) -> Project:
    """A project of layers in a row: (class name, layer name, arguments), Input to Output."""
    links = {name: [steps[i - 1][1]] if i else [] for i, (_, name, _) in enumerate(steps)}
    return wired(steps, links, data, training)


def wired(
    steps: Sequence[Step], links: dict[str, list[str]], data: DataSpec, training: TrainingSpec
) -> Project:
    """A project of layers, `links` naming what goes into each; several go to a list port."""
    layers: dict[str, Layer] = {}
    nodes: dict[str, Node] = {}
    wires: dict[str, Wire] = {}
    ids = {name: f"n{number}" for number, (_, name, _) in enumerate(steps, start=1)}
    for number, (class_name, name, arguments) in enumerate(steps, start=1):
        module = STUDIO_MODULE if class_name == OUTPUT_CLASS else "keras.layers"
        layers[f"l{number}"] = Layer(f"l{number}", class_name, name, module, arguments=arguments)
        nodes[ids[name]] = Node(ids[name], f"l{number}")
        sources = links.get(name, [])
        for index, source in enumerate(sources):
            port = "inputs" if len(sources) == 1 else f"inputs.{index}"
            wire = Wire(ids[source], ids[name], port)
            wires[wire.key] = wire
    return Project(
        layers=layers,
        graphs={"main": Graph("main", nodes=nodes, wires=wires)},
        data=data,
        training=training,
        serial=100,
    )


def digits_mlp(**training: Any) -> Project:
    """64 → 32 → 10, on the shipped digits."""
    return chain(
        [
            ("InputLayer", "image", {"shape": [8, 8]}),
            ("Rescaling", "scale", {"scale": 0.0625}),
            ("Flatten", "flat", {}),
            ("Dense", "hidden", {"units": 32, "activation": "relu"}),
            ("Dense", "scores", {"units": 10, "activation": "softmax"}),
            ("Output", "digit", {}),
        ],
        DIGITS,
        TrainingSpec(**{"epochs": 5, "seed": 3, **training}),
    )


def digits_cnn(**training: Any) -> Project:
    """A small convolutional net on the shipped digits."""
    return chain(
        [
            ("InputLayer", "image", {"shape": [8, 8, 1]}),
            ("Rescaling", "scale", {"scale": 0.0625}),
            ("Conv2D", "conv_a", {"filters": 16, "kernel_size": [3, 3], "activation": "relu"}),
            ("Conv2D", "conv_b", {"filters": 32, "kernel_size": [3, 3], "activation": "relu"}),
            ("MaxPooling2D", "pool", {}),
            ("Flatten", "flat", {}),
            ("Dropout", "drop", {"rate": 0.25}),
            ("Dense", "scores", {"units": 10, "activation": "softmax"}),
            ("Output", "digit", {}),
        ],
        DIGITS,
        TrainingSpec(**{"epochs": 30, "seed": 3, **training}),
    )
