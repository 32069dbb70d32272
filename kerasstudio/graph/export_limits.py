"""Export formats by suffix, and what a format cannot hold of a model: said before writing.

The formats that have limits are Keras's whole-model HDF5, everything rebuilt from Keras's own
configuration, and those for inference elsewhere (`inference_limits`). What is listed here was
found by writing and reading back with Keras 3.15.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kerasstudio.graph.chains import chain_of
from kerasstudio.graph.codegen.code_layers import why_no_code
from kerasstudio.graph.inference_limits import inference_limits
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.problems import Place, Problem
from kerasstudio.graph.project import Graph, Layer, Node, Project
from kerasstudio.graph.switches import live_project

SUFFIXES = (
    ".keras",
    ".h5",
    ".hdf5",
    ".weights.h5",
    ".json",
    ".py",
    ".ipynb",
    ".savedmodel",
    ".tflite",
    ".onnx",
)
SAVED_MODEL = "savedmodel"

WITHOUT_WEIGHTS = ("json", "python", "notebook")
"""Formats that hold no weights."""

# Suffix → format, longest first.
_FORMATS = {
    ".weights.h5": "weights",
    ".keras": "keras",
    ".hdf5": "h5",
    ".h5": "h5",
    ".json": "json",
    ".py": "python",
    ".savedmodel": SAVED_MODEL,
    ".tflite": "tflite",
    ".onnx": "onnx",
    ".ipynb": "notebook",
}
_OPERATIONS = "keras.src.ops"
_RECURRENT = {"LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D"}
_MASKING = {"Masking"}
_PASSES_MASKS = {"Dropout", "Activation", "SpatialDropout1D", "LayerNormalization", "Dense"}
_LOOKUPS = {"StringLookup", "IntegerLookup", "TextVectorization"}
_CODE = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}


def format_of(name: str) -> str | None:
    """The id of the format that a file name means ("model.weights.h5" → "weights"), or None. A
    name without a suffix is a folder, which is what a SavedModel is.

    Capital letters are no suffix: Keras would write such a file and not load it again."""
    if name and "." not in name:
        return SAVED_MODEL
    return next((kind for suffix, kind in _FORMATS.items() if name.endswith(suffix)), None)


def export_limits(
    project: Project, format_id: str, inspection: Inspection | None = None
) -> list[Problem]:
    """What the format cannot hold of this model: warnings, with a better format in `expected`.
    With an `inspection` more is known, such as the number of time steps. What is switched off is
    in no file."""
    project = live_project(project)
    found: list[Problem] = []
    if format_id == "h5":
        found += _h5_limits(project)
    elif format_id in ("json", "weights"):
        found += _text_limits(project, format_id)
    elif format_id in ("python", "notebook"):
        found += _code_limits(project, format_id)
    elif format_id in ("tflite", "onnx", SAVED_MODEL):
        found += inference_limits(project, format_id, inspection or Inspection())
    return found


def limits_line(limits: Sequence[Problem], project: Project) -> str:
    """The limits of one format in one line: "attention_1 (Attention), and 2 more"."""
    names = [
        f"{layer.name} ({layer.class_name})"
        for each in limits
        if (layer := project.layers.get(each.place.layer or "")) is not None
    ]
    shown = list(dict.fromkeys(names))
    if not shown:
        return ""
    more = f", and {len(shown) - 2} more" if len(shown) > 2 else ""
    return f"{', '.join(shown[:2])}{more}"


def _h5_limits(project: Project) -> Iterator[Problem]:
    for graph in project.graphs.values():
        for node in graph.nodes.values():
            layer = project.layers[node.layer]
            reason = _h5_reason(project, graph, node, layer)
            if reason:
                yield Problem(
                    code="export.h5",
                    message=f'Plain Keras cannot read "{layer.name}" ({layer.class_name}) back '
                    f"from .h5: {reason}. KerasStudio can.",
                    severity="warning",
                    expected=".keras, which plain Keras reads too",
                    received=".h5",
                    place=Place(graph=graph.id, node=node.id, layer=layer.id),
                )


def _h5_reason(project: Project, graph: Graph, node: Node, layer: Layer) -> str:
    """Why plain Keras cannot read this node back from .h5; "" when it can."""
    if layer.module.startswith(_OPERATIONS):
        return "operations on tensors are lost"
    if layer.class_name in _CODE:
        return f"{layer.class_name} holds code, which Keras refuses to load"
    if layer.registered_name and layer.module != "kerasstudio":
        return "a custom class is unknown to plain Keras"
    if layer.class_name in {"Attention", "AdditiveAttention"}:
        return f"{layer.class_name} cannot be read back"
    if layer.class_name in _LOOKUPS and not layer.arguments.get("vocabulary"):
        return "a vocabulary learned from the data is lost"
    recurrent = layer.class_name in _RECURRENT and _masked(project, graph, node.id)
    if recurrent and not chain_of(project, graph):
        return "the mask that reaches it is lost (only a plain chain of layers keeps it)"
    return ""


def _masked(project: Project, graph: Graph, node_id: str) -> bool:
    """Whether a layer that makes a mask feeds this node through layers that pass masks on."""
    waiting, seen = [node_id], set[str]()
    while waiting:
        current = waiting.pop()
        for wire in graph.wires.values():
            if wire.target != current or wire.source in seen:
                continue
            seen.add(wire.source)
            layer = project.layers[graph.nodes[wire.source].layer]
            if layer.class_name in _MASKING or layer.arguments.get("mask_zero"):
                return True
            if layer.class_name in _PASSES_MASKS | _RECURRENT:
                waiting.append(wire.source)
    return False


def _text_limits(project: Project, format_id: str) -> Iterator[Problem]:
    suffix = ".json" if format_id == "json" else ".weights.h5"
    for graph in project.graphs.values():
        for node in graph.nodes.values():
            layer = project.layers[node.layer]
            if layer.class_name in _LOOKUPS and not layer.arguments.get("vocabulary"):
                reason = "a vocabulary learned from the data is not part of this file"
                yield _limit(f"export.{format_id}", suffix, layer, node, graph, reason, ".keras")
            elif format_id == "json" and layer.class_name in _CODE:
                reason = f"{layer.class_name} holds code, which Keras refuses to load"
                yield _limit("export.json", suffix, layer, node, graph, reason, ".py")


def _code_limits(project: Project, format_id: str) -> Iterator[Problem]:
    suffix = ".py" if format_id == "python" else ".ipynb"
    for graph in project.graphs.values():
        for node in graph.nodes.values():
            layer = project.layers[node.layer]
            reason = why_no_code(layer, project)
            if reason:
                yield _limit(f"export.{format_id}", suffix, layer, node, graph, reason, ".keras")


def _limit(
    code: str, suffix: str, layer: Layer, node: Node, graph: Graph, reason: str, better: str
) -> Problem:
    return Problem(
        code=code,
        message=f'{suffix} cannot hold "{layer.name}" ({layer.class_name}): {reason}.',
        severity="warning",
        expected=f"{better}, which holds it",
        received=suffix,
        place=Place(graph=graph.id, node=node.id, layer=layer.id),
    )
