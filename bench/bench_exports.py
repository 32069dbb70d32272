"""Every layer of the catalogue in a small model, written for inference and predicted with in the
format's own runtime: SavedModel, TensorFlow Lite, ONNX. A layer counts when its predictions are the
same, or when `export_limits` names it beforehand; what is neither is printed on standard error.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np

from kerasstudio.graph.catalogue import LayerType, shipped
from kerasstudio.graph.export_limits import export_limits
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import INPUT_CLASS, OUTPUT_CLASS, Layer, Project
from kerasstudio.runtime.worker import catalogue_overrides as overrides
from kerasstudio.runtime.worker.build import BuiltModel, build_model
from kerasstudio.runtime.worker.checking import predictions
from kerasstudio.runtime.worker.exporters import EXPORTERS
from kerasstudio.runtime.worker.exporters.exporter import Exporter, Subject
from kerasstudio.runtime.worker.importer import import_keras
from kerasstudio.runtime.worker.keras_objects import layer_class, make_layer, with_tuples
from kerasstudio.runtime.worker.plain_check import RUNTIMES, Unable
from kerasstudio.runtime.worker.probing import arguments_for
from kerasstudio.runtime.worker.sampling import random_samples

SAMPLES = 4
NOT_CALLED = {"GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells", "Wrapper"}
RANK_OF = {
    "RNN": 3, "Pipeline": 4, "ConvLSTM3D": 6, "Flatten": 3, "Permute": 3, "EinsumDense": 3,
    "Bidirectional": 3, "TimeDistributed": 3, "SpectralNormalization": 2,
}  # fmt: skip


def main() -> None:
    warnings.simplefilter("ignore")
    exporters = [each for each in EXPORTERS if each.format.id in RUNTIMES]
    right = {each.format.id: 0 for each in exporters}
    told = dict(right)
    count = 0
    for name, project, built in models():
        count += 1
        samples = random_samples(built.model, SAMPLES)
        expected = predictions(built.model, samples)
        for exporter in exporters:
            key = exporter.format.id
            if export_limits(project, key):
                told[key] += 1
                continue
            why = wrong(exporter, project, built, samples, expected)
            right[key] += not why
            if why:
                print(f"{name} as {exporter.format.suffix}: {why}", file=sys.stderr)
    for exporter in exporters:
        key = exporter.format.id
        figure(
            f"layers that {exporter.format.label} predicts the same with, of {count - told[key]} "
            f"it is not said of beforehand that it cannot ({told[key]} more)",
            right[key] / (count - told[key]),
        )


def models() -> Iterator[tuple[str, Project, BuiltModel]]:
    """A model of each layer that runs alone."""
    for kind in shipped().layers:
        hidden = {INPUT_CLASS, OUTPUT_CLASS} | NOT_CALLED
        if kind.class_name in hidden or kind.needs is not None:
            continue
        try:
            project = import_keras(model_of(kind))[0]
            yield kind.class_name, project, build_model(project)
        except (StudioError, ValueError) as error:
            print(f"{kind.class_name} makes no model here: {error}"[:200], file=sys.stderr)


def model_of(kind: LayerType) -> keras.Model:
    arguments = {**kind.example, **overrides.PROBE_ARGUMENTS.get(kind.class_name, {})}
    drawn = Layer("l1", kind.class_name, "it", arguments=arguments)
    layer = make_layer(layer_class(drawn), with_tuples(arguments, shipped(), drawn), "it")
    port = kind.ports[0]
    rank = RANK_OF.get(kind.class_name) or port.ranks[0]
    dtype = port.dtypes[0] if port.dtypes else "float32"
    data: list[Any] = [keras.ops.ones((2, 3, 5, 5, 5, 2))]
    if rank != 6:
        data = arguments_for(kind.ports, rank, dtype)
    inputs: list[Any] = []

    def input_like(tensor: Any) -> Any:
        dtype = keras.backend.standardize_dtype(tensor.dtype)
        inputs.append(keras.Input(tuple(tensor.shape[1:]), dtype=dtype))
        return inputs[-1]

    call = [
        [input_like(each) for each in value] if isinstance(value, list) else input_like(value)
        for value in data
    ]
    return keras.Model(inputs, layer(*call))


def wrong(
    exporter: Exporter,
    project: Project,
    built: BuiltModel,
    samples: dict[str, np.ndarray],
    expected: list[np.ndarray],
) -> str:
    """What is wrong with the file, "" when it predicts the same."""
    subject = Subject(project, built, Path(), trained=False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"m{exporter.format.suffix}"
        try:
            exporter.write(subject, path)
            recipe = exporter.recipe(subject, path, Path(folder))
            names = [tensor.name for tensor in built.model.inputs]
            run = RUNTIMES[exporter.format.id]
            found, _runtime = run(recipe, names, [samples[name] for name in names])
        except Unable as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 (a runtime may raise anything)
            return " ".join(f"{type(error).__name__}: {error}".split())[:200]
    for ours, theirs in zip(expected, found, strict=True):
        if ours.shape != np.asarray(theirs).shape:
            return f"shape {np.asarray(theirs).shape} instead of {ours.shape}"
        limit = 1e-4 * max(1.0, float(np.nanmax(np.abs(ours), initial=0)))
        difference = np.nanmax(np.abs(ours - np.asarray(theirs, np.float64)), initial=0)
        if difference > limit:
            return f"differs by {difference:.3g}"
    return ""


def figure(name: str, value: float) -> None:
    line = {"figure": name, "value": round(value, 4), "limit": 1.0, "better": "higher"}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
