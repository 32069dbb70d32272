"""`.json`: the architecture alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kerasstudio.runtime.protocol import Format
from kerasstudio.runtime.worker.exporters.exporter import Exporter, Subject
from kerasstudio.runtime.worker.exporters.saved_form import saved_form
from kerasstudio.runtime.worker.exporters.weights import save_in_order


def write(subject: Subject, path: Path) -> None:
    text = json.dumps(json.loads(saved_form(subject).to_json()), indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def recipe(subject: Subject, path: Path, folder: Path) -> dict[str, Any]:
    weights = save_in_order(saved_form(subject), folder / "weights.npz")
    return {"kind": "json", "path": str(path), "weights": str(weights)}


EXPORTER = Exporter(
    Format(
        "json",
        "Architecture",
        ".json",
        "The architecture without weights, for keras.models.model_from_json.",
    ),
    write,
    recipe,
)
