"""A project as readable Python that needs nothing but Keras and NumPy: a script, or a notebook.

`write_script` gives the text with what its lines stand for, `python_code` the text alone,
`notebook` the cells of a Jupyter notebook. How a drawing becomes code:

| module | does |
|---|---|
| `graph_steps`, `reading_order`, `calls`, `operations`, `values` | a graph as steps |
| `functions`, `patterns` | blocks, and runs of layers that come often, as functions |
| `repeats`, `features`, `passes`, `alike` | repeated steps as loops |
| `columns`, `wording` | what loops run over, names that count |
| `variables` | which variable holds which tensor |
| `body`, `rendering`, `pieces`, `source` | lines of text |
| `data`, `helpers`, `training`, `custom`, `constants` | everything around the model |
"""

from __future__ import annotations

from collections.abc import Callable

from kerasstudio.graph.catalogue import Catalogue, shipped
from kerasstudio.graph.codegen.program import Program
from kerasstudio.graph.codegen.script import Script
from kerasstudio.graph.codegen.steps import CancelledError
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.project import Project
from kerasstudio.graph.switches import live_project

__all__ = ["CancelledError", "Script", "notebook", "python_code", "write_script"]


def write_script(
    project: Project,
    catalogue: Catalogue | None = None,
    summary: DataSummary | None = None,
    title: str = "",
    training: bool = True,
    wanted: Callable[[], bool] = lambda: True,
) -> Script:
    """The whole program: data, model, training. `build_model()` in it makes the model alone.

    Without data, or without `training`, there is `build_model` and a summary of it. Raises
    `StudioError` when the drawing cannot be put into code, `CancelledError` soon after `wanted`
    says no."""
    catalogue = catalogue or shipped()
    project = live_project(project, catalogue)
    return Program(project, catalogue, summary, title, training, wanted).script()


def python_code(
    project: Project,
    catalogue: Catalogue | None = None,
    summary: DataSummary | None = None,
    title: str = "",
) -> str:
    """The text of `write_script`."""
    return write_script(project, catalogue, summary, title).text


def notebook(
    project: Project,
    catalogue: Catalogue | None = None,
    summary: DataSummary | None = None,
    title: str = "",
) -> dict[str, object]:
    """The same program as a Jupyter notebook (nbformat 4.5), ready for JSON. The cells that make
    the model have the tag "model". Raises `StudioError` like `write_script`."""
    from kerasstudio.graph.codegen.notebook import cells_of

    catalogue = catalogue or shipped()
    project = live_project(project, catalogue)
    return cells_of(Program(project, catalogue, summary, title, training=True))
