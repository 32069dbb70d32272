"""What a person does on the Data page, each as one undo step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject

from kerasstudio.graph import edits
from kerasstudio.graph.data_spec import DataSpec, Source
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.project import Project
from kerasstudio.ui.data import column_edits
from kerasstudio.ui.inspector.input_shapes import take_input_shapes
from kerasstudio.ui.store import DocumentStore

_WORDS = {"role": "role", "kind": "type", "encoding": "preparation", "missing": "missing values"}


class DataSteps(QObject):
    """Edits of `Project.data` through the store. Changes with the same `merge` text (one drag,
    one typing) are one step, until `end_edit`."""

    def __init__(self, store: DocumentStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._edit = 0

    def take_data(self, guessed: DataSpec, keep: bool) -> None:
        """Train on these files, beside the present ones or in their place."""
        project = self._store.project
        if keep:
            self._store.apply(column_edits.add_data(project, guessed), "Add data")
        else:
            self._store.apply(column_edits.replace_data(project, guessed), "Choose data")

    def remove_source(self, source: Source) -> None:
        project = column_edits.remove_source(self._store.project, source)
        self._store.apply(project, f"Remove {source.path}")

    def set_column(self, name: str, field: str, value: str) -> None:
        project = column_edits.set_column(self._store.project, name, **{field: value})
        self._store.apply(project, f"Change {_WORDS[field]} of {name}")

    def set_split(self, changes: dict[str, Any], merge: str) -> None:
        project = edits.set_split(self._store.project, **changes)
        self._merge(project, "Change the split", f"split:{merge}" if merge else "")

    def set_window(self, changes: dict[str, Any], merge: str) -> None:
        project = column_edits.set_window(self._store.project, **changes)
        self._merge(project, "Change time windows", f"window:{merge}")

    def end_edit(self) -> None:
        """The next change is a step of its own."""
        self._edit += 1

    def match(self, layer: str, names: Sequence[str]) -> None:
        """Which columns an Input or Output gets; none: by name and order."""
        project = edits.set_binding(self._store.project, layer, names)
        name = project.layers[layer].name
        self._store.apply(project, f"Match {name} with {', '.join(names) or 'data by name'}")

    def take_shapes(self, summary: DataSummary | None) -> None:
        project = take_input_shapes(self._store.project, summary)
        self._store.apply(project, "Take Input shapes from data")

    def draw_model(self, summary: DataSummary) -> None:
        """A sensible model for the data. Raises `StudioError` when there is none."""
        from kerasstudio.graph.templates import model_for_data  # needed once, if at all

        project = model_for_data(self._store.project.data, summary)
        self._store.apply(project, "Draw a model for the data")

    def _merge(self, project: Project, text: str, merge: str) -> None:
        self._store.apply(project, text, f"data:{merge}:{self._edit}" if merge else None)
