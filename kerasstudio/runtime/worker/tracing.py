"""A second look at calls that Keras accepts symbolically: TensorFlow traces them.

Symbolic calls check neither types nor many sizes (an initial state of the wrong width, the name of
an interpolation); a trace does, and takes some 30 ms a layer, so it is for idle time."""

from __future__ import annotations

from typing import Any

import keras
from keras.src import backend

from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Layer, Node, Project
from kerasstudio.runtime.worker.call_template import call_arguments
from kerasstudio.runtime.worker.keras_errors import Refusal
from kerasstudio.runtime.worker.layer_inference import Inputs, LayerInference
from kerasstudio.runtime.worker.stateless import symbolic

UNTRACED = {
    "StringLookup", "IntegerLookup", "TextVectorization", "Discretization", "Normalization",
    "Lambda",
}  # fmt: skip
"""Their state comes from `adapt` (or from code): nothing can be said before."""


def trace_refusal(
    inference: LayerInference, project: Project, layer: Layer, node: Node, inputs: Inputs
) -> Refusal | None:
    """What TensorFlow has against a call that Keras accepted; None when it traces."""
    if layer.class_name in UNTRACED or layer.graph is not None:
        return None

    def call(tensors: dict[str, Any]) -> Any:
        args, kwargs = call_arguments(node, type(made), tensors)
        return made(*args, **kwargs)

    tensors = {
        port: keras.KerasTensor(spec.shape, dtype=spec.dtype) for port, spec in inputs.items()
    }
    try:
        with symbolic():
            made = inference.make(project, layer)
        backend.compute_output_spec(call, tensors)
    except StudioError:
        return None
    except Exception as error:  # noqa: BLE001 (TensorFlow raises errors of every class)
        return Refusal(type(error).__name__, str(error), called=True)
    return None
