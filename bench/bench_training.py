"""Steps per second through the window with live plots, every batch's loss kept, against bare `fit`.

Both sides train the same model on the same data in fresh processes, in turns; the first epoch
(tracing) does not count on either side. The figure is the median ratio.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.window import open_window, rest, show, train
from kerasstudio.graph.data_spec import Column, DataSpec, Source, Split
from kerasstudio.graph.project import STUDIO_MODULE, Graph, Layer, Node, Project, Wire
from kerasstudio.graph.training_spec import TrainingSpec
from kerasstudio.runtime.runs import read_curves
from kerasstudio.ui.app import Studio

ROUNDS = 5

MLP = [
    ("InputLayer", {"shape": [20]}),
    ("Dense", {"units": 32, "activation": "relu"}),
    ("Dense", {"units": 32, "activation": "relu"}),
    ("Dense", {"units": 3, "activation": "softmax"}),
]
CNN = [
    ("InputLayer", {"shape": [8, 8, 1]}),
    ("Conv2D", {"filters": 16, "kernel_size": [3, 3], "activation": "relu", "padding": "same"}),
    ("MaxPooling2D", {}),
    ("Conv2D", {"filters": 32, "kernel_size": [3, 3], "activation": "relu", "padding": "same"}),
    ("Flatten", {}),
    ("Dense", {"units": 10, "activation": "softmax"}),
]

BARE = """
import json, os, sys, time
os.environ["KERAS_BACKEND"] = "tensorflow"
import keras, numpy as np
data = np.load({data!r})
model = keras.Sequential()
for name, arguments in json.loads({layers!r}):
    model.add(keras.Input(**arguments) if name == "InputLayer"
              else getattr(keras.layers, name)(**arguments))
model.compile(keras.optimizers.Adam(), keras.losses.SparseCategoricalCrossentropy(),
              metrics=[keras.metrics.SparseCategoricalAccuracy()])
model.fit(data["x"], data["y"], batch_size=32, epochs=1, verbose=0)
begun = time.perf_counter()
model.fit(data["x"], data["y"], batch_size=32, epochs={epochs} - 1, verbose=0)
print("SECONDS", time.perf_counter() - begun)
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, open_window() as studio:
        base = Path(folder)
        chance = np.random.default_rng(0)
        mlp = (chance.random((16_000, 20), np.float32), chance.integers(0, 3, 16_000))
        cnn = (chance.random((4_000, 8, 8, 1), np.float32), chance.integers(0, 10, 4_000))
        for name, layers, (x, y), epochs, limit in (
            ("mlp", MLP, mlp, 8, 2.5),
            ("cnn", CNN, cnn, 8, 1.0),
        ):
            np.savez(base / f"{name}.npz", x=x, y=y)
            ratios = []
            for _ in range(ROUNDS):
                bare = bare_seconds(base / f"{name}.npz", layers, epochs)
                ratios.append(bare / studio_seconds(studio, base, name, layers, epochs))
                print(f"{name}: {ratios[-1]:.2f}", file=sys.stderr)
            report(f"training: steps/s against bare fit, small {name}", ratios, limit)


def report(figure: str, values: list[float], limit: float) -> None:
    value = round(statistics.median(values), 2)
    print(
        json.dumps({"figure": figure, "value": value, "limit": limit, "better": "higher"}),
        flush=True,
    )


def bare_seconds(data: Path, layers: list[tuple[str, dict[str, object]]], epochs: int) -> float:
    """Seconds of epochs 2 to `epochs` in a plain Keras script."""
    script = BARE.format(data=str(data), layers=json.dumps(layers), epochs=epochs)
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    return float(done.stdout.split("SECONDS")[1])


def studio_seconds(
    studio: Studio, base: Path, name: str, layers: list[tuple[str, dict[str, object]]], epochs: int
) -> float:
    """Seconds of epochs 2 to `epochs` as the window hears of them, its plots drawing."""
    show(studio, project_of(name, layers, epochs), base / f"{name}.kstudio")
    rest(3.0)  # another worker is warm again
    _first, ends = train(studio, lambda: False)
    current = studio.run_feed.current
    assert current is not None
    plotted = len(studio.window.panel.widget("charts").curves(current.key).batch["loss"])
    kept = len(read_curves(current.folder).batch["loss"])
    if not plotted == kept == current.batches:
        raise SystemExit(f"{current.batches} batches, {plotted} losses plotted, {kept} kept")
    return ends[-1] - ends[0]


def project_of(name: str, layers: list[tuple[str, dict[str, object]]], epochs: int) -> Project:
    steps = [*layers, ("Output", {})]
    made: dict[str, Layer] = {}
    nodes: dict[str, Node] = {}
    wires: dict[str, Wire] = {}
    for number, (class_name, arguments) in enumerate(steps):
        module = STUDIO_MODULE if class_name == "Output" else "keras.layers"
        made[f"l{number}"] = Layer(
            f"l{number}", class_name, f"layer_{number}", module, arguments=arguments
        )
        nodes[f"n{number}"] = Node(f"n{number}", f"l{number}")
        if number:
            wire = Wire(f"n{number - 1}", f"n{number}", "inputs")
            wires[wire.key] = wire
    data = DataSpec(
        sources=(Source("s1", f"{name}.npz", "npz"),),
        columns=(
            Column("x", "s1", "array"),
            Column("y", "s1", "integer", "target", "index"),
        ),
        split=Split(validation=0.0, test=0.0),
    )
    training = TrainingSpec(epochs=epochs, validate=False, checkpoint=None)
    return Project(
        layers=made,
        graphs={"main": Graph("main", nodes=nodes, wires=wires)},
        data=data,
        training=training,
        serial=100,
    )


if __name__ == "__main__":
    main()
