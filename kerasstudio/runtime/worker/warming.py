"""Training in miniature, so that a waiting worker has done everything once before a person asks.

The first model, the first data set and the first trace of a process cost about half a second of
loading and set-up. Nothing is left behind: `train` sets every seed anew.
"""

from __future__ import annotations

import itertools
from pathlib import Path

from kerasstudio.graph.data_spec import Column, DataSpec, Source
from kerasstudio.graph.project import (
    OUTPUT_CLASS,
    ROOT,
    STUDIO_MODULE,
    Graph,
    Layer,
    Node,
    Project,
    Wire,
)
from kerasstudio.graph.training_spec import TrainingSpec
from kerasstudio.runtime.worker.executions import Executor
from kerasstudio.runtime.worker.preparing import prepare

STEPS = 2


def warm_up() -> None:
    """Prepare a tiny model on the shipped digits and train it for two batches, in memory."""
    prepared = prepare(_project(), Path(), lambda *_: None)
    step = Executor(
        prepared.model,
        prepared.model.train_step,
        prepared.training,
        STEPS,
        before=lambda: None,
        after=lambda table: None,
    )
    step(iter(()))


def _project() -> Project:
    layers = (
        Layer("l1", "InputLayer", "warm_input", arguments={"shape": [8, 8]}),
        Layer("l2", "Flatten", "warm_flat"),
        Layer("l3", "Dense", "warm_dense", arguments={"units": 10, "activation": "softmax"}),
        Layer("l4", OUTPUT_CLASS, "warm_output", STUDIO_MODULE),
    )
    nodes = [Node(f"n{number}", layer.id) for number, layer in enumerate(layers, start=1)]
    wires = [Wire(source.id, target.id, "inputs") for source, target in itertools.pairwise(nodes)]
    return Project(
        layers={layer.id: layer for layer in layers},
        graphs={
            ROOT: Graph(
                ROOT,
                nodes={node.id: node for node in nodes},
                wires={wire.key: wire for wire in wires},
            )
        },
        data=DataSpec(
            sources=(Source("s1", "sample:digits.npz", "npz"),),
            columns=(
                Column("images", "s1", "array"),
                Column("labels", "s1", "integer", "target", "index"),
            ),
        ),
        training=TrainingSpec(validate=False),
    )
