"""Every layer of the catalogue is made, inferred, built, called on data and read back."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from kerasstudio.graph.catalogue import LayerType, shipped
from kerasstudio.graph.project import INPUT_CLASS, OUTPUT_CLASS, Layer, Node, Project
from kerasstudio.runtime.worker import catalogue_overrides as overrides
from kerasstudio.runtime.worker.keras_objects import layer_class, make_layer, with_tuples
from kerasstudio.runtime.worker.layer_inference import LayerInference
from kerasstudio.runtime.worker.probing import arguments_for
from kerasstudio.runtime.worker.stateless import symbolic

pytestmark = pytest.mark.worker

# Not run here, each for the reason that the catalogue gives in `needs`.
NOT_RUN = {
    "FlaxLayer": "Flax and Python code",
    "JaxLayer": "JAX and Python code",
    "Lambda": "Python code, which Keras refuses to load back from files",
    "MaxNumBoundingBoxes": "bounding boxes, which come as a dictionary",
    "STFTSpectrogram": "the package scipy",
    "TFSMLayer": "a TensorFlow SavedModel on disk",
    "TorchModuleWrapper": "PyTorch and Python code",
}
# Hidden ones that make no sense alone: cells run inside RNN, Wrapper is abstract.
NOT_CALLED = {"GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells", "Wrapper"}
RANK_OF = {
    "RNN": 3, "Pipeline": 4, "ConvLSTM3D": 6, "Flatten": 3, "Permute": 3, "EinsumDense": 3,
    "Bidirectional": 3, "TimeDistributed": 3, "SpectralNormalization": 2,
}  # fmt: skip

LAYERS = [
    kind
    for kind in shipped().layers
    if kind.class_name not in {INPUT_CLASS, OUTPUT_CLASS} and kind.needs is None
]
CALLED = [kind for kind in LAYERS if kind.class_name not in NOT_CALLED]


def test_only_listed_layers_are_not_run() -> None:
    assert {kind.class_name: kind.needs for kind in shipped().layers if kind.needs} == NOT_RUN
    assert {kind.class_name for kind in LAYERS} >= NOT_CALLED
    assert all(kind.hidden for kind in LAYERS if kind.class_name in NOT_CALLED)


@pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.class_name)
def test_configuration_round_trip(kind: LayerType) -> None:
    layer = made(kind)
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert layer.name == "it"


@pytest.mark.parametrize("kind", CALLED, ids=lambda kind: kind.class_name)
def test_inferred_shape_is_that_of_data(kind: LayerType) -> None:
    arguments = small_arguments(kind)
    rank, dtype = accepted(kind)
    args = data(kind, rank, dtype)
    layer = made(kind)
    outputs = keras.tree.flatten(layer(*args))
    assert layer.built

    specs: dict[str, Any] = {}
    for port, value in zip([port for port in kind.ports if port.required], args, strict=True):
        values = value if isinstance(value, list) else [value]
        for index, tensor in enumerate(values):
            key = f"{port.name}.{index}" if isinstance(value, list) else port.name
            specs[key] = spec_of(tensor)
    drawn = Layer("l1", kind.class_name, "it", arguments=arguments)
    with symbolic():
        found = LayerInference(shipped()).infer(
            Project(layers={"l1": drawn}), drawn, Node("n1", "l1"), specs, None
        )
    assert found.refusal is None
    assert found.problem is None
    assert len(found.outputs) == len(outputs)
    for inferred, output in zip(found.outputs, outputs, strict=True):
        real = tuple(output.shape)
        assert len(inferred.shape) == len(real)
        assert all(axis in (None, size) for axis, size in zip(inferred.shape, real, strict=True)), (
            inferred.shape,
            real,
        )
    assert found.parameters == layer.count_params()
    weights = layer.trainable_weights
    assert found.trainable == sum(int(np.prod(weight.shape)) for weight in weights)


@pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.class_name)
def test_dropped_layer_is_complete(kind: LayerType) -> None:
    """What a layer gets when it is dropped suffices to make it."""
    required = {argument.name for argument in kind.arguments if argument.required}
    assert required <= kind.example.keys()
    arguments = {name: kind.example[name] for name in required}
    drawn = Layer("l1", kind.class_name, "it", arguments=arguments)
    made_layer = make_layer(layer_class(drawn), with_tuples(arguments, shipped(), drawn), "it")
    assert isinstance(made_layer, keras.Layer)


def small_arguments(kind: LayerType) -> dict[str, Any]:
    return {**kind.example, **overrides.PROBE_ARGUMENTS.get(kind.class_name, {})}


def made(kind: LayerType) -> Any:
    drawn = Layer("l1", kind.class_name, "it", arguments=small_arguments(kind))
    arguments = with_tuples(drawn.arguments, shipped(), drawn)
    return make_layer(layer_class(drawn), arguments, "it")


def accepted(kind: LayerType) -> tuple[int, str]:
    port = kind.ports[0]
    rank = RANK_OF.get(kind.class_name) or port.ranks[0]
    return rank, port.dtypes[0] if port.dtypes else "float32"


def data(kind: LayerType, rank: int, dtype: str) -> list[Any]:
    if rank == 6:
        return [keras.ops.ones((2, 3, 5, 5, 5, 2))]
    return arguments_for(kind.ports, rank, dtype)


def spec_of(tensor: Any) -> Any:
    from kerasstudio.graph.inspection import TensorSpec

    return TensorSpec((None, *tensor.shape[1:]), keras.backend.standardize_dtype(tensor.dtype))
