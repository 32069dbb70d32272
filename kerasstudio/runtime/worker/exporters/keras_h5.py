"""`.h5`: a normal Keras HDF5 file, and in its group `kerasstudio/` what Keras does not keep.

| in `kerasstudio/` | holds |
|---|---|
| `project` | the project as JSON (a dataset of bytes: attributes end at 64 KB) |
| `compile` | Keras's compile configuration as JSON |
| `optimizer/0` ... | the optimizer's variables, in order |

Keras reads its own part and ignores ours; the importer reads ours back, so that training goes on.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

from kerasstudio.graph.chains import chain_of
from kerasstudio.graph.files import encode_project
from kerasstudio.runtime.protocol import Format
from kerasstudio.runtime.worker.exporters.exporter import Exporter, Subject

GROUP = "kerasstudio"
VERSION = 1


def write(subject: Subject, path: Path) -> None:
    model = subject.model
    # Taken first: saving to .h5 removes the optimizer from the model's own configuration.
    compiled = model.get_compile_config() if model.compiled else None
    _as_chain(subject).save(path)
    with h5py.File(path, "a") as file:
        group = file.create_group(GROUP)
        group.attrs["version"] = VERSION
        group.create_dataset("project", data=_bytes(encode_project(subject.project)))
        if compiled is not None:
            group.create_dataset("compile", data=_bytes(json.dumps(compiled).encode()))
        optimizer = getattr(model, "optimizer", None)
        if optimizer is not None and optimizer.built:
            kept = group.create_group("optimizer")
            for index, variable in enumerate(optimizer.variables):
                kept.create_dataset(str(index), data=keras.ops.convert_to_numpy(variable.value))


def recipe(subject: Subject, path: Path, folder: Path) -> dict[str, Any]:
    return {"kind": "model", "path": str(path), "compiled": subject.trained}


def _as_chain(subject: Subject) -> keras.Model:
    """A chain of layers as Sequential: in that form Keras keeps masks when it reads .h5 back."""
    model = subject.model
    if not chain_of(subject.project, subject.project.graph):
        return model
    chain = keras.Sequential(model.layers, name=model.name)
    if model.compiled:
        chain.compile_from_config(model.get_compile_config())
        if model.optimizer.built:
            chain.optimizer.build(chain.trainable_variables)
            for mine, theirs in zip(
                chain.optimizer.variables, model.optimizer.variables, strict=True
            ):
                mine.assign(theirs)
    return chain


def _bytes(data: bytes) -> np.ndarray:
    return np.frombuffer(data, np.uint8)


EXPORTER = Exporter(
    Format(
        "h5",
        "HDF5 model",
        ".h5",
        "Architecture, weights and compilation for Keras; drawing and optimizer for KerasStudio.",
    ),
    write,
    recipe,
)
