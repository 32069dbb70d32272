"""All constructors of `keras.applications`, from a file into a drawing and back into a file.

Each is built without pretrained weights, its weights shaken, and saved. The file is opened as a
project, the project built again with the weights of the file, and saved; plain Keras loads that
file. Counted is an application whose parameters, order of weights and paths of weights are equal
and whose predictions differ by 0, at the image size it is made for. Paths may differ in ConvNeXt
and NASNet, whose Sequential models inside get another prefix when Keras reloads them itself; there
the paths must be those of Keras's own reload.

TensorFlow computes with one thread here: with several it is not repeatable itself (ConvNeXt
differs from run to run by 1e-9).

Arguments are names of applications, to try only those.
"""

from __future__ import annotations

import gc
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np
import tensorflow as tf

from kerasstudio.graph.files import decode_project, encode_project
from kerasstudio.runtime.protocol import ImportModel
from kerasstudio.runtime.worker.file_weights import build_with_weights, finalize
from kerasstudio.runtime.worker.importing import import_model

OPEN_AXIS = 224
"""MobileNetV3 takes images of any size and is made for this one."""
PREFIXED = ("ConvNeXt", "NASNet")


def main(wanted: list[str]) -> None:
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    names = [name for name in dir(keras.applications) if name[0].isupper()]
    chosen = [name for name in names if not wanted or name in wanted]
    passed = 0
    for name in chosen:
        start = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="kerasstudio-bench-") as folder:
            try:
                complaint = there_and_back(name, Path(folder))
            except Exception as error:  # noqa: BLE001 (one that fails must not hide the others)
                complaint = f"{type(error).__name__}: {error}"
        passed += not complaint
        seconds = time.perf_counter() - start
        print(f"{name}: {complaint or 'equal'} ({seconds:.0f} s)", file=sys.stderr, flush=True)
        keras.backend.clear_session()
        gc.collect()
    print(
        json.dumps(
            {
                "figure": f"applications equal after file, graph, file (of {len(chosen)})",
                "value": passed,
                "limit": len(chosen),
                "better": "higher",
            }
        )
    )


def there_and_back(name: str, folder: Path) -> str:
    """What differs, in words; "" when nothing does."""
    first, second = folder / "first.keras", folder / "second.keras"
    keras.utils.set_random_seed(0)
    model = getattr(keras.applications, name)(weights=None)
    shake(model)
    size = tuple(axis or OPEN_AXIS for axis in model.input_shape[1:])
    image = np.random.default_rng(1).uniform(0, 255, (1, *size)).astype("float32")
    expected = facts(model, image)
    while not np.isfinite(expected["prediction"]).all():
        calm(model)
        expected = facts(model, image)
    model.save(first)
    del model
    again = expected
    if name.startswith(PREFIXED):
        again = facts(keras.models.load_model(first, compile=False), image)
    answer = import_model(ImportModel(1, str(first)), lambda *said: None)
    project = decode_project(encode_project(answer.project))
    build_with_weights(project, first, "keras").model.save(second)
    gc.collect()
    made = facts(keras.models.load_model(second, compile=False), image)
    return difference(expected, made, again["paths"])


def shake(model: keras.Model) -> None:
    """Weights that show every mistake in their order."""
    generator = np.random.default_rng(0)
    values = []
    for value in model.get_weights():
        noise = generator.normal(size=value.shape)
        values.append(value * (1 + 0.1 * np.clip(noise, -3, 3)) + 0.003 * np.abs(noise))
    model.set_weights(values)
    finalize(model)


def calm(model: keras.Model) -> None:
    """Smaller weights, for the deepest models, whose numbers leave float32's range else."""
    model.set_weights([0.8 * value for value in model.get_weights()])


def facts(model: keras.Model, image: np.ndarray) -> dict[str, Any]:
    prediction = model.predict(image, verbose=0)
    return {
        "class": type(model).__name__,
        "parameters": model.count_params(),
        "shapes": [tuple(weight.shape) for weight in model.weights],
        # A weight without a name gets the next free number: LayerScale has such.
        "paths": [re.sub(r"/variable(_\d+)?$", "/variable", w.path) for w in model.weights],
        "trainable": [weight.trainable for weight in model.weights],
        "layers": [(layer.name, type(layer).__name__) for layer in model.layers],
        "sum": [float(np.sum(value, dtype=np.float64)) for value in model.get_weights()],
        "prediction": prediction,
    }


def difference(expected: dict[str, Any], made: dict[str, Any], paths: list[str]) -> str:
    for key in ("class", "parameters", "shapes", "trainable", "layers", "sum"):
        if made[key] != expected[key]:
            return f"other {key}"
    if made["paths"] not in (expected["paths"], paths):
        return "other paths"
    gap = float(np.abs(made["prediction"] - expected["prediction"]).max())
    return f"predictions differ by {gap:.3g}" if gap else ""


if __name__ == "__main__":
    main(sys.argv[1:])
