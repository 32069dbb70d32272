"""A Keras model as a project: calls become nodes, layers are kept apart from them.

Works on the configuration alone (see `model_config`): nothing of a file is made or run to draw it,
and no weight is touched. Keras is asked about arguments, and about masks where there are any.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import msgspec

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.layout import layout
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import ROOT, Graph, Project
from kerasstudio.runtime.worker.drawing import Drawing
from kerasstudio.runtime.worker.implicit_masks import has_masks, implicit_masks
from kerasstudio.runtime.worker.keras_objects import module_of
from kerasstudio.runtime.worker.learnt_words import Learnt
from kerasstudio.runtime.worker.model_config import DAMAGE, ConfigReader, Entry, damaged
from kerasstudio.runtime.worker.model_in_memory import model_in_memory
from kerasstudio.runtime.worker.parsed_models import Parsed
from kerasstudio.runtime.worker.placeholder_reading import Stored
from kerasstudio.runtime.worker.training_reading import read_training

Said = Callable[[str], None]


class Imported(msgspec.Struct, frozen=True):
    """`places` maps the ids of the project's layers to where a `.keras` file keeps their state
    ("layers/dense_1"). `notes` say what was left out on the way."""

    project: Project
    notes: tuple[str, ...] = ()
    places: dict[str, str] = {}


def import_keras(model: keras.Model) -> tuple[Project, tuple[str, ...]]:
    """The project of a model in memory, and notes. Raises `StudioError` for what cannot be
    drawn."""
    imported = import_config(model_in_memory(model))
    return imported.project, imported.notes


def import_config(
    config: dict[str, Any],
    said: Said = lambda text: None,
    learnt: Learnt | None = None,
    compiled: dict[str, Any] | None = None,
    stored: Stored | None = None,
) -> Imported:
    """The project of a model's configuration, laid out, with the training settings of `compiled`,
    else of the configuration itself. `stored` tells of the weights of layers that are code.
    Raises `StudioError`."""
    said("Reading the layers")
    try:
        parsed = Parsed(ConfigReader(config, module_of))
        drawing = _drawn(parsed, parsed.root(config), said, learnt, stored)
    except DAMAGE as error:
        raise damaged(_name(config), error) from error
    said("Laying the model out")
    project = drawing.project()
    placed = {key: _placed(project, graph) for key, graph in project.graphs.items() if graph.nodes}
    project = msgspec.structs.replace(project, graphs={**project.graphs, **placed})
    notes = drawing.notes
    compiled = compiled or config.get("compile_config")
    if compiled:
        project, left_out = _trained(project, compiled, drawing)
        notes = [*notes, *left_out]
    return Imported(project, tuple(dict.fromkeys(notes)), drawing.places)


def _trained(project: Project, compiled: Any, drawing: Drawing) -> tuple[Project, tuple[str, ...]]:
    """The project with the training settings of `compiled`; damaged ones stop no drawing."""
    try:
        training, notes = read_training(compiled, project, drawing.outputs)
    except DAMAGE as error:
        return project, (f"the training settings are damaged ({error}): none is taken over",)
    return msgspec.structs.replace(project, training=training), notes


def _drawn(
    parsed: Parsed, root: Entry, said: Said, learnt: Learnt | None, stored: Stored | None
) -> Drawing:
    """The drawing without masks that Keras makes again by itself: to know which those are, it is
    drawn with all of them first, and built symbolically."""
    drawing = Drawing(parsed, shipped(), learnt, stored)
    drawing.draw(root, ROOT)
    if has_masks(parsed.models.values()):
        said("Looking for masks that Keras adds by itself")
        try:
            found = implicit_masks(parsed, drawing)
        except StudioError:
            return drawing  # what does not build keeps its masks; the node will say what is wrong
        if found:
            drawing = Drawing(parsed, shipped(), learnt, stored)
            drawing.draw(root, ROOT)
    return drawing


def _name(config: dict[str, Any]) -> str:
    inner = config.get("config")
    return str(inner.get("name", "")) if isinstance(inner, dict) else ""


def _placed(project: Project, graph: Graph) -> Graph:
    places = layout(project, graph.id)
    nodes = {
        key: msgspec.structs.replace(node, x=float(places[key][0]), y=float(places[key][1]))
        for key, node in graph.nodes.items()
    }
    return msgspec.structs.replace(graph, nodes=nodes)
