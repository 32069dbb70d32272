"""`.keras`: Keras's own format, which holds everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kerasstudio.runtime.protocol import Format
from kerasstudio.runtime.worker.exporters.exporter import Exporter, Subject
from kerasstudio.runtime.worker.exporters.saved_form import saved_form


def write(subject: Subject, path: Path) -> None:
    saved_form(subject).save(path)


def recipe(subject: Subject, path: Path, folder: Path) -> dict[str, Any]:
    return {"kind": "model", "path": str(path), "compiled": subject.trained}


EXPORTER = Exporter(
    Format(
        "keras",
        "Keras model",
        ".keras",
        "Everything: architecture, weights, optimizer, loss and metrics.",
    ),
    write,
    recipe,
)
