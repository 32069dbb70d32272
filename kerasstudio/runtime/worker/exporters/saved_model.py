"""SavedModel: a folder for TensorFlow, TensorFlow Serving and what is made from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kerasstudio.runtime.protocol import Format
from kerasstudio.runtime.worker.exporters.exporter import Exporter, Subject
from kerasstudio.runtime.worker.exporters.inference_model import inference_model
from kerasstudio.runtime.worker.exporters.serving import (
    input_names,
    note_names,
    output_names,
    write_saved_model,
)


def write(subject: Subject, path: Path) -> None:
    write_saved_model(subject, inference_model(subject), path)
    note_names(subject)


def recipe(subject: Subject, path: Path, folder: Path) -> dict[str, Any]:
    return {
        "kind": "savedmodel",
        "path": str(path),
        "inputs": input_names(subject.model),
        "outputs": output_names(subject),
    }


EXPORTER = Exporter(
    Format(
        "savedmodel",
        "SavedModel",
        ".savedmodel",
        "A folder for TensorFlow and TensorFlow Serving: predictions only, no Keras needed.",
        folder=True,
    ),
    write,
    recipe,
    runtime="TensorFlow",
)
