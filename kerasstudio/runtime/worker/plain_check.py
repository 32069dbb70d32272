"""Load an exported file in its own runtime and predict: run by path, in a process of its own.

    python -I plain_check.py TASK.json

Nothing of KerasStudio is imported, so what works here works for anybody; and of each runtime only
what it needs itself. The task names the file ("path"), its "kind" ("model", "weights", "json",
"script", "notebook": plain Keras; "savedmodel": TensorFlow; "tflite"; "onnx"), the "samples"
(.npz: "names" and one array for each input, by number) and where predictions go ("out", with the
"runtime"). "code" are files of Python by name that the model needs and the person trusts.

Exit code 0 when predictions were written, 3 when this runtime cannot run the file here although
others can (said on the standard error), 1 for everything else that goes wrong.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

os.environ["KERAS_BACKEND"] = "tensorflow"

UNABLE = 3


class Unable(Exception):  # noqa: N818 (an answer)
    """The file cannot be run here; that says nothing about the file."""


def main(path: str) -> None:
    with open(path, encoding="utf-8") as file:
        task = json.load(file)
    with np.load(task["samples"]) as file:
        names = [str(name) for name in file["names"]]
        values = [as_objects(file[str(index)]) for index in range(len(names))]
    predict = RUNTIMES.get(task["kind"], with_keras)
    found, runtime = predict(task, names, values)
    outputs: Any = {str(i): np.asarray(each) for i, each in enumerate(found)}
    np.savez(task["out"], runtime=np.array(runtime), **outputs)


def with_keras(task: Any, names: list[str], values: list[Any]) -> tuple[list[Any], str]:
    import keras
    import tensorflow as tf

    model = load_keras(task)
    if task.get("compiled") and getattr(model, "optimizer", None) is None:
        raise ValueError("the model comes back without its optimizer, loss and metrics")
    given = dict(zip(names, values, strict=True))
    flat = [tf.constant(given[tensor.name]) for tensor in model.inputs]
    functional = getattr(model, "_functional", None) or model
    arranged = keras.tree.pack_sequence_as(functional._inputs_struct, flat)
    found = model.predict(flat[0] if len(flat) == 1 else arranged, verbose=0)
    return keras.tree.flatten(found), f"plain Keras {keras.__version__}"


def load_keras(task: Any) -> Any:
    """The model as somebody without KerasStudio gets it."""
    import keras

    kind, path = task["kind"], task["path"]
    objects = {} if "code" not in task else run_code(task["code"])
    with keras.saving.custom_object_scope(objects):
        if "code" in task:
            keras.config.enable_unsafe_deserialization()
        return load_kind(task, kind, path)


def load_kind(task: Any, kind: str, path: str) -> Any:
    import keras

    if kind == "model":
        return keras.models.load_model(path, safe_mode="code" not in task)
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


def run_code(files: Any) -> dict[str, Any]:
    """Run files of code that the person trusts, by their names; what they define."""
    objects: dict[str, Any] = {}
    for name, text in files.items():
        module = types.ModuleType(f"kstudio_project.{name.removesuffix('.py')}")
        sys.modules[module.__name__] = module
        exec(compile(text, name, "exec"), vars(module))  # noqa: S102 (trusted)
        objects |= {
            key: value
            for key, value in vars(module).items()
            if getattr(value, "__module__", None) == module.__name__
        }
    return objects


def run_cells(path: str) -> dict[str, Any]:
    """What the cells of a notebook define that are marked as the model."""
    with open(path, encoding="utf-8") as file:
        cells = json.load(file)["cells"]
    made: dict[str, Any] = {"__name__": "notebook"}
    for cell in cells:
        if "model" in cell["metadata"].get("tags", ()):
            exec(compile("".join(cell["source"]), path, "exec"), made)  # noqa: S102
    return made


def with_tensorflow(task: Any, names: list[str], values: list[Any]) -> tuple[list[Any], str]:
    import tensorflow as tf

    function = tf.saved_model.load(task["path"]).signatures["serving_default"]
    given = {name: tf.constant(value) for name, value in zip(task["inputs"], values, strict=True)}
    found = function(**given)
    if len(found) == 1:
        return list(found.values()), f"TensorFlow {tf.__version__}"
    return [found[name] for name in task["outputs"]], f"TensorFlow {tf.__version__}"


def with_tflite(task: Any, names: list[str], values: list[Any]) -> tuple[list[Any], str]:
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(model_path=task["path"])
    try:
        runner = interpreter.get_signature_runner("serving_default")
        found = run_tflite(runner, dict(zip(task["inputs"], values, strict=True)))
    except RuntimeError as error:
        if "Select TensorFlow op" in str(error) or "Flex" in str(error):
            raise Unable("it needs the Flex delegate, which TensorFlow brings no more") from error
        raise
    return [found[name] for name in task["outputs"]], f"TensorFlow Lite {tf.__version__}"


def run_tflite(runner: Any, given: dict[str, Any]) -> dict[str, Any]:
    """All rows at once, or one by one where the model wants that."""
    try:
        return dict(runner(**given))
    except (RuntimeError, ValueError):
        rows = len(next(iter(given.values())))
        parts = [
            runner(**{name: value[row : row + 1] for name, value in given.items()})
            for row in range(rows)
        ]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def with_onnx(task: Any, names: list[str], values: list[Any]) -> tuple[list[Any], str]:
    import onnxruntime

    session = onnxruntime.InferenceSession(task["path"], providers=["CPUExecutionProvider"])
    wanted = {each.name for each in session.get_inputs()}
    given = dict(zip(task["inputs"], values, strict=True))
    found = session.run(task["outputs"], {name: given[name] for name in given if name in wanted})
    return list(found), f"ONNX Runtime {onnxruntime.__version__}"


def as_objects(values: np.ndarray) -> Any:
    return values.astype(object) if values.dtype.kind == "U" else values


RUNTIMES: dict[str, Callable[[Any, list[str], list[Any]], tuple[list[Any], str]]] = {
    "savedmodel": with_tensorflow,
    "tflite": with_tflite,
    "onnx": with_onnx,
}

if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Exception as error:
        text = " ".join(str(error).split())
        name = "" if isinstance(error, Unable) else f"{type(error).__name__}: "
        print(f"plain_check: {name}{text}", file=sys.stderr)
        raise SystemExit(UNABLE if isinstance(error, Unable) else 1) from error
