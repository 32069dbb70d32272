"""`.weights.h5`: weights alone, to be loaded into the same architecture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kerasstudio.runtime.protocol import Format
from kerasstudio.runtime.worker.exporters.exporter import Exporter, Subject
from kerasstudio.runtime.worker.exporters.saved_form import saved_form


def write(subject: Subject, path: Path) -> None:
    saved_form(subject).save_weights(path)


def recipe(subject: Subject, path: Path, folder: Path) -> dict[str, Any]:
    config = folder / "config.json"
    config.write_text(saved_form(subject).to_json(), encoding="utf-8")
    return {"kind": "weights", "path": str(path), "config": str(config)}


EXPORTER = Exporter(
    Format("weights", "Weights", ".weights.h5", "The weights alone, for the same architecture."),
    write,
    recipe,
)
