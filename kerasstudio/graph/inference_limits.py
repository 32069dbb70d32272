"""What formats for inference (TensorFlow Lite, ONNX, SavedModel) cannot hold.

Found by exporting every layer of the catalogue and predicting with the file in its own runtime
(TensorFlow 2.21, ONNX Runtime 1.32): `bench/bench_exports.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.problems import Place, Problem
from kerasstudio.graph.project import Graph, Layer, Node, Project

_SUFFIX = {"tflite": ".tflite", "onnx": ".onnx", "savedmodel": "SavedModel"}

_ONNX = {
    "Discretization": "ONNX cannot sort numbers into bins",
    "HashedCrossing": "ONNX cannot hash",
    "Hashing": "ONNX cannot hash",
    "IntegerLookup": "ONNX only looks up words",
    "MelSpectrogram": "ONNX has no real Fourier transform of this kind",
    "STFTSpectrogram": "ONNX has no real Fourier transform of this kind",
    "TextVectorization": "ONNX cannot split text into words",
}
_LOOPS = "its loop is none that TensorFlow Lite knows"
_FLEX = {
    "AdaptiveAveragePooling3D": "TensorFlow Lite pools in two dimensions",
    "AdaptiveMaxPooling3D": "TensorFlow Lite pools in two dimensions",
    "AveragePooling3D": "TensorFlow Lite pools in two dimensions",
    "MaxPooling3D": "TensorFlow Lite pools in two dimensions",
    "CategoryEncoding": "TensorFlow Lite cannot count",
    "ConvLSTM1D": _LOOPS,
    "ConvLSTM2D": _LOOPS,
    "ConvLSTM3D": _LOOPS,
    "HashedCrossing": "TensorFlow Lite cannot hash",
    "Hashing": "TensorFlow Lite cannot hash",
    "IntegerLookup": "TensorFlow Lite only looks up words",
    "TextVectorization": "TensorFlow Lite cannot split text into words",
}
_RECURRENT = {"LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional"}
_FOREIGN = {"JaxLayer", "FlaxLayer", "TorchModuleWrapper"}


def inference_limits(project: Project, format_id: str, inspection: Inspection) -> Iterator[Problem]:
    """Warnings by layer. Without shapes in `inspection` nothing is said of time steps."""
    for graph in project.graphs.values():
        for node in graph.nodes.values():
            layer = project.layers[node.layer]
            if layer.class_name in _FOREIGN:
                yield _limit(format_id, "it computes outside TensorFlow", graph, node, layer)
            elif format_id == "onnx" and layer.class_name in _ONNX:
                yield _limit(format_id, _ONNX[layer.class_name], graph, node, layer)
            elif format_id == "tflite":
                reason = _FLEX.get(layer.class_name) or _steps(graph, node, layer, inspection)
                if reason:
                    yield _flex(reason, graph, node, layer)


def _steps(graph: Graph, node: Node, layer: Layer, inspection: Inspection) -> str:
    """Why a recurrent layer cannot be unrolled."""
    if layer.class_name not in _RECURRENT:
        return ""
    for wire in graph.wires.values():
        info = inspection.nodes.get(wire.source)
        first = wire.port in ("inputs", "sequences", "sequence")
        if wire.target != node.id or not first or info is None or wire.output >= len(info.outputs):
            continue
        shape = info.outputs[wire.output].shape
        if len(shape) > 1 and shape[1] is None:
            return "the number of time steps is open, so that it cannot be unrolled"
    return ""


def _limit(format_id: str, reason: str, graph: Graph, node: Node, layer: Layer) -> Problem:
    suffix = _SUFFIX[format_id]
    return Problem(
        code=f"export.{format_id}",
        message=f'{suffix} cannot hold "{layer.name}" ({layer.class_name}): {reason}.',
        severity="warning",
        expected=".keras or a SavedModel, which hold it" if format_id == "onnx" else ".keras",
        received=suffix,
        place=Place(graph=graph.id, node=node.id, layer=layer.id),
    )


def _flex(reason: str, graph: Graph, node: Node, layer: Layer) -> Problem:
    return Problem(
        code="export.tflite",
        message=f'"{layer.name}" ({layer.class_name}) needs the Flex delegate beside TensorFlow '
        f"Lite: {reason}. The file cannot be checked here.",
        severity="warning",
        expected="a SavedModel, which runs without; or a program with Select TensorFlow ops",
        received=".tflite",
        place=Place(graph=graph.id, node=node.id, layer=layer.id),
    )
