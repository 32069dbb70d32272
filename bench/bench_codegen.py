"""All constructors of `keras.applications` through a drawing and Python code back into a model.

Each is built without pretrained weights and drawn; the code of the drawing is run in a namespace
of its own, where it knows of nothing but Keras and NumPy. Counted is an application whose model
has the same parameters and weights in the same order, under the same names of layers, and, given
the same weights, predictions that differ by 0 at the image size it is made for.

Beside that: how long the code of large drawings takes, in seconds of processor time.

TensorFlow computes with one thread here: with several it is not repeatable itself. Arguments are
names of applications, to try only those.
"""

from __future__ import annotations

import gc
import json
import os
import random
import sys
import time
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np
import tensorflow as tf

from kerasstudio.graph.codegen import python_code
from kerasstudio.graph.project import Graph, Layer, Node, Project, Wire
from kerasstudio.runtime.worker.importer import import_keras

OPEN_AXIS = 224
"""MobileNetV3 takes images of any size and is made for this one."""
LARGE = 5000


def main(wanted: list[str]) -> None:
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    names = [name for name in dir(keras.applications) if name[0].isupper()]
    chosen = [name for name in names if not wanted or name in wanted]
    passed, slowest = 0, 0.0
    for name in chosen:
        try:
            complaint, lines, seconds = there_and_back(name)
        except Exception as error:  # noqa: BLE001 (one that fails must not hide the others)
            complaint, lines, seconds = f"{type(error).__name__}: {error}", 0, 0.0
        passed += not complaint
        slowest = max(slowest, seconds)
        said = f"{name}: {complaint or 'equal'}, {lines} lines in {seconds:.2f} s"
        print(said, file=sys.stderr, flush=True)
        gc.collect()
    figure("applications through Python code: equal", passed, len(chosen), "higher")
    figure("code of the slowest application (s)", round(slowest, 2), 5.0, "lower")
    begun = time.process_time()
    python_code(without_pattern(LARGE))
    spent = round(time.process_time() - begun, 2)
    figure(f"code of {LARGE} layers without a pattern (s)", spent, 8.0, "lower")


def figure(name: str, value: float, limit: float, better: str) -> None:
    line = {"figure": name, "value": value, "limit": limit, "better": better}
    print(json.dumps(line), flush=True)


def there_and_back(name: str) -> tuple[str, int, float]:
    """What is not equal ("" when all is), the lines of the code, the seconds it took."""
    keras.utils.clear_session()
    original = getattr(keras.applications, name)(weights=None)
    project, notes = import_keras(original)
    begun = time.process_time()
    code = python_code(project)
    seconds = time.process_time() - begun
    script: dict[str, Any] = {"__name__": "script"}
    exec(compile(code, name, "exec"), script)
    made = script["build_model"]()
    return complaint(original, made) or "; ".join(notes), code.count("\n"), seconds


def complaint(original: keras.Model, made: keras.Model) -> str:
    if [w.shape for w in made.weights] != [w.shape for w in original.weights]:
        return "other weights, or another order of them"
    if names_of(made) != names_of(original):
        return "other names of layers, or another order of them"
    if made.count_params() != original.count_params():
        return "another number of parameters"
    generator = np.random.default_rng(1)
    for ours, theirs in zip(made.weights, original.weights, strict=True):
        values = generator.normal(0, 0.05, theirs.shape).astype("float32")
        values = np.abs(values) + 0.5 if "variance" in theirs.path else values
        ours.assign(values)
        theirs.assign(values)
    _, *shape = original.input_shape
    image = generator.uniform(0, 255, (1, *(axis or OPEN_AXIS for axis in shape)))
    image = image.astype("float32")
    one, other = made(image, training=False).numpy(), original(image, training=False).numpy()
    difference = float(np.abs(one - other).max())
    return f"predictions differ by {difference:.3g}" if difference or np.isnan(one).any() else ""


def names_of(model: keras.Model) -> list[str]:
    inputs = keras.layers.InputLayer
    return [layer.name for layer in model.layers if not isinstance(layer, inputs)]


def without_pattern(count: int) -> Project:
    """A drawing with shortcuts in which nothing repeats."""
    chance = random.Random(0)
    layers = {"l0": Layer("l0", "InputLayer", "x", arguments={"shape": [16]})}
    wires: dict[str, Wire] = {}
    for number in range(1, count):
        key, before = f"n{number}", f"n{number - 1}"
        kind = chance.choice(("Dense", "Dropout", "ReLU", "LayerNormalization", "Add"))
        given: dict[str, Any] = {
            "Dense": {"units": 16, "activation": chance.choice(("relu", "tanh", "gelu"))},
            "Dropout": {"rate": round(chance.random(), 2)},
        }.get(kind, {})
        layers[f"l{number}"] = Layer(f"l{number}", kind, f"{kind}_{number}", arguments=given)
        ports = ["inputs"]
        if kind == "Add":
            ports = ["inputs.0", "inputs.1"]
        for port in ports:
            far = port == "inputs.1"
            source = f"n{chance.randrange(max(0, number - 30), number)}" if far else before
            wire = Wire(source, key, port)
            wires[wire.key] = wire
    layers["y"] = Layer("y", "Output", "y", module="kerasstudio")
    nodes = {f"n{number}": Node(f"n{number}", f"l{number}") for number in range(count)}
    nodes["y"] = Node("y", "y")
    last = Wire(f"n{count - 1}", "y", "inputs")
    wires[last.key] = last
    return Project(layers=layers, graphs={"main": Graph("main", "large", nodes, wires)})


if __name__ == "__main__":
    main(sys.argv[1:])
