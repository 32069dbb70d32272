"""Load a model file in plain Keras and predict: run by path, in a process of its own.

    python -I plain_check.py TASK.json

Nothing of KerasStudio is imported, so what works here works for anybody. The task names the file
("path"), its "kind" ("model", "weights", "json", "script", "notebook"), the "samples" (.npz:
"names" and one array for each input, by number) and where predictions go ("out").
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from typing import Any

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np


def main(path: str) -> None:
    with open(path, encoding="utf-8") as file:
        task = json.load(file)
    with np.load(task["samples"]) as file:
        names = [str(name) for name in file["names"]]
        values = {name: file[str(index)] for index, name in enumerate(names)}
    model = load(task)
    if task.get("compiled") and getattr(model, "optimizer", None) is None:
        raise ValueError("the model comes back without its optimizer, loss and metrics")
    found = model.predict(arranged(model, values), verbose=0)
    outputs: Any = {str(i): np.asarray(each) for i, each in enumerate(keras.tree.flatten(found))}
    np.savez(task["out"], **outputs)


def load(task: dict[str, str]) -> keras.Model:
    """The model as somebody without KerasStudio gets it."""
    kind, path = task["kind"], task["path"]
    if kind == "model":
        return keras.models.load_model(path)
    if kind == "weights":
        with open(task["config"], encoding="utf-8") as file:
            model = keras.models.model_from_json(file.read())
        model.load_weights(path)
        return model
    if kind == "json":
        with open(path, encoding="utf-8") as file:
            model = keras.models.model_from_json(file.read())
    elif kind == "notebook":
        model = run_cells(path)["build_model"]()
    else:
        model = runpy.run_path(path)["build_model"]()
    with np.load(task["weights"]) as file:
        model.set_weights([file[str(index)] for index in range(len(file.files))])
    for layer in model.layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()  # it computes with constants made from its weights
    return model


def run_cells(path: str) -> dict[str, Any]:
    """What the cells of a notebook define that are marked as the model."""
    with open(path, encoding="utf-8") as file:
        cells = json.load(file)["cells"]
    made: dict[str, Any] = {"__name__": "notebook"}
    for cell in cells:
        if "model" in cell["metadata"].get("tags", ()):
            exec(compile("".join(cell["source"]), path, "exec"), made)  # noqa: S102
    return made


def arranged(model: keras.Model, values: dict[str, np.ndarray]) -> object:
    """The samples in the structure of the model's inputs."""
    flat = [tensor_of(values[tensor.name]) for tensor in model.inputs]
    return (
        flat[0] if len(flat) == 1 else {t.name: v for t, v in zip(model.inputs, flat, strict=True)}
    )


def tensor_of(values: np.ndarray) -> object:
    return values.astype(object) if values.dtype.kind == "U" else values


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Exception as error:
        text = " ".join(str(error).split())
        print(f"plain_check: {type(error).__name__}: {text}", file=sys.stderr)
        raise SystemExit(1) from error
