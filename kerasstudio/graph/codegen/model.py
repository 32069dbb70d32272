"""`build_model()`: the drawing as Keras code."""

from __future__ import annotations

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.codegen.body import Line
from kerasstudio.graph.codegen.constants import Constants
from kerasstudio.graph.codegen.functions import Functions
from kerasstudio.graph.codegen.source import Names
from kerasstudio.graph.project import Project

RESERVED = ("keras", "layers", "np", "csv", "Path", "build_model", "main", "load_data")


def model_code(
    project: Project,
    catalogue: Catalogue,
    names: Names | None = None,
    constants: Constants | None = None,
    custom: frozenset[str] = frozenset(),
) -> list[list[Line]]:
    """Lines of the functions that make the model; the last one is `build_model`.

    Raises `StudioError` when the drawing cannot be put into code (a loop, a missing wire)."""
    names = names or Names(RESERVED)
    return Functions(project, catalogue, names, constants or Constants(names), custom).write()
