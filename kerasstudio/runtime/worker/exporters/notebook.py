"""`.ipynb`: model and training as a Jupyter notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.codegen import notebook
from kerasstudio.runtime.protocol import Format
from kerasstudio.runtime.worker.exporters.exporter import Exporter, Subject
from kerasstudio.runtime.worker.exporters.python_script import described, titled
from kerasstudio.runtime.worker.exporters.weights import save_in_order


def write(subject: Subject, path: Path) -> None:
    project, summary = described(subject)
    cells = notebook(project, shipped(), summary, titled(subject, path))
    text = json.dumps(cells, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(f"{text}\n", encoding="utf-8")


def recipe(subject: Subject, path: Path, folder: Path) -> dict[str, Any]:
    weights = save_in_order(subject.model, folder / "weights.npz")
    return {"kind": "notebook", "path": str(path), "weights": str(weights)}


EXPORTER = Exporter(
    Format("notebook", "Notebook", ".ipynb", "Model and training in Jupyter, without weights."),
    write,
    recipe,
)
