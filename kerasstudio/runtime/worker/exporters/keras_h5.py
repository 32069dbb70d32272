"""`.h5`: a normal Keras HDF5 file, and in its group `kerasstudio/` what Keras does not keep (see
`own_group`). Keras opens of it what it can; KerasStudio opens all of it and trains on."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import h5py
import keras
from keras.src.legacy.saving import legacy_h5_format

from kerasstudio.runtime.protocol import Format
from kerasstudio.runtime.worker.build import build_model
from kerasstudio.runtime.worker.checking import compare, predictions
from kerasstudio.runtime.worker.checkpoints import Snapshot, restore_arrays
from kerasstudio.runtime.worker.exporters.exporter import Exporter, Samples, Subject
from kerasstudio.runtime.worker.exporters.saved_form import saved_form
from kerasstudio.runtime.worker.failures import first_lines
from kerasstudio.runtime.worker.layer_weights import describe
from kerasstudio.runtime.worker.own_group import read_group, widen, write_group


def write(subject: Subject, path: Path) -> None:
    model = subject.model
    # In a Sequential Keras keeps masks when it reads the file back, elsewhere not.
    written = saved_form(subject, chains=True)
    # Taken first: writing to .h5 removes the optimizer from the model's own configuration.
    compiled = copy.deepcopy(written.get_compile_config()) if written.compiled else None
    state = describe(subject.project, subject.built.layers, model)
    with h5py.File(path, "w") as file:
        known = _write_as_keras(file, written, subject)
        if compiled is not None:
            written._compile_config.config = copy.deepcopy(compiled)
        write_group(file, subject.project, state, model, written if known else None, compiled)


def recipe(subject: Subject, path: Path, folder: Path) -> dict[str, Any]:
    return {"kind": "model", "path": str(path), "compiled": subject.trained}


def second_look(subject: Subject, path: Path, samples: Samples) -> str:
    """What KerasStudio reads back from the file, where plain Keras cannot."""
    own = read_group(path)
    if own is None or own.state is None:
        return "KerasStudio cannot open it either"
    again = build_model(own.project).model
    restore_arrays(again, Snapshot(own.arrays, own.state.learned), path, optimizer=False)
    ours, theirs = predictions(subject.model, samples), predictions(again, samples)
    verdict = compare(ours, theirs, len(next(iter(samples.values()))), "KerasStudio")
    return f"KerasStudio opens it whole ({verdict.text})"


def _write_as_keras(file: h5py.File, model: keras.Model, subject: Subject) -> bool:
    """What Keras itself writes; False, and only the architecture, where it cannot (layers of the
    same names in two blocks)."""
    try:
        legacy_h5_format.save_model_to_hdf5(model, file)
    except (ValueError, TypeError, RuntimeError, NotImplementedError) as error:
        for name in list(file):
            del file[name]
        subject.notes.append(
            f"Keras cannot write this model as .h5 ({first_lines(error)}): "
            "the file opens in KerasStudio only"
        )
        return False
    widen(file["model_weights"], model)
    return True


EXPORTER = Exporter(
    Format(
        "h5",
        "HDF5 model",
        ".h5",
        "Architecture, weights and compilation for Keras; drawing and optimizer for KerasStudio.",
    ),
    write,
    recipe,
    second_look=second_look,
)
