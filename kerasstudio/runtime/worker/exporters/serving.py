"""A model as a TensorFlow function with named inputs and outputs, always at inference.

Keras's own `model.export` traces some models as if they were training (a preprocessing layer
before BatchNormalization is enough); here `training=False` is given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from kerasstudio.graph.names import unique_name
from kerasstudio.runtime.worker.exporters.exporter import Subject

_STRANGE = re.compile(r"[^A-Za-z0-9_]")


def input_names(model: keras.Model) -> list[str]:
    """What the inputs are called in the file, in the order of `model.inputs`."""
    return safe_names([tensor.name for tensor in model.inputs])


def output_names(subject: Subject) -> list[str]:
    """What the outputs are called in the file, in the order in which predictions are flattened
    (by name, where there are several)."""
    names = [layer.name for _, layer in subject.live.outputs()]
    return safe_names(sorted(names) if len(names) > 1 else names)


def note_names(subject: Subject) -> None:
    """Say which Inputs and Outputs have other names in the file."""
    inputs = [tensor.name for tensor in subject.model.inputs]
    outputs = sorted(layer.name for _, layer in subject.live.outputs())
    pairs = [*zip(inputs, input_names(subject.model), strict=True)]
    pairs += zip(outputs, output_names(subject), strict=True)
    subject.notes += [
        f'"{name}" is called {safe} in the file' for name, safe in pairs if name != safe
    ]


def write_saved_model(
    subject: Subject, model: keras.Model, folder: Path, named: bool = False
) -> None:
    """Write `model` as a SavedModel with one function, `serve`.

    It takes a tensor, or a dictionary where there are several inputs, and gives the like; with
    `named` always dictionaries."""
    archive = keras.export.ExportArchive()
    archive.track(model)
    names, results = input_names(model), output_names(subject)
    specs = {
        name: tf.TensorSpec(tuple(tensor.shape), tensor.dtype, name=name)
        for name, tensor in zip(names, model.inputs, strict=True)
    }
    alone = len(names) == 1 and not named

    def serve(given: Any) -> Any:
        values = [given] if alone else [given[name] for name in names]
        found = keras.tree.flatten(model(arranged(model, values), training=False))
        if len(found) == 1 and not named:
            return found[0]
        return dict(zip(results, found, strict=True))

    signature = [specs[names[0]] if alone else specs]
    archive.add_endpoint("serve", fn=serve, input_signature=signature)
    archive.write_out(folder, verbose=False)


def arranged(model: keras.Model, values: Sequence[Any]) -> Any:
    """Tensors in the order of `model.inputs` as the model takes them."""
    if len(values) == 1:
        return values[0]
    return keras.tree.pack_sequence_as(model._inputs_struct, list(values))


def safe_names(names: Sequence[str]) -> list[str]:
    """Names that TensorFlow, TensorFlow Lite and ONNX take for tensors, all different."""
    made: list[str] = []
    for name in names:
        plain = _STRANGE.sub("_", name)
        made.append(unique_name(plain if plain[:1].isalpha() else f"x{plain}", made))
    return made
