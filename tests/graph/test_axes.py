"""The meaning of axes, told from classes, and shapes written with it."""

from __future__ import annotations

from typing import Any

import pytest

from kerasstudio.graph.axes import axes_in_words, expected_axes, output_axes, passes_axes
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.inspection import TensorSpec, lettered, shape_words
from kerasstudio.graph.project import Layer


def layer(class_name: str, **arguments: Any) -> Layer:
    return Layer("l1", class_name, "x", arguments=arguments)


def held(class_name: str, **config: Any) -> dict[str, Any]:
    return {"module": "keras.layers", "class_name": class_name, "config": config}


@pytest.mark.parametrize(
    ("asked", "axes"),
    [
        (layer("Conv2D"), "BHWC"),
        (layer("Conv2D", data_format="channels_first"), "BCHW"),
        (layer("Conv3D"), "BDHWC"),
        (layer("MaxPooling1D"), "BTC"),
        (layer("ConvLSTM2D"), "BTHWC"),
        (layer("LSTM"), "BTF"),
        (layer("Bidirectional", layer=held("LSTM")), "BTF"),
        (layer("MultiHeadAttention"), "BTF"),
        (layer("Embedding"), "BT"),
        (layer("RandomFlip"), "BHWC"),
        (layer("TimeDistributed", layer=held("Conv2D")), "BTHWC"),
        (layer("TimeDistributed", layer=held("Dense")), "BTF"),
        (layer("Dense"), None),
        (layer("Dropout"), None),
        (layer("NoSuchLayer"), None),
    ],
)
def test_what_a_class_expects(asked: Layer, axes: str | None) -> None:
    assert expected_axes(asked, shipped().layer_type(asked)) == axes


@pytest.mark.parametrize(
    ("asked", "inputs", "rank", "axes"),
    [
        (layer("Conv2D"), ["BHWC"], 4, "BHWC"),
        (layer("GlobalAveragePooling2D"), ["BHWC"], 2, "BC"),
        (layer("GlobalAveragePooling2D", keepdims=True), ["BHWC"], 4, "BHWC"),
        (layer("LSTM", return_sequences=True), ["BTF"], 3, "BTF"),
        (layer("LSTM"), ["BTF"], 2, "BF"),
        (layer("ConvLSTM2D"), ["BTHWC"], 4, "BHWC"),
        (layer("Embedding"), ["BT"], 3, "BTF"),
        (layer("Dense"), ["BTC"], 3, "BTF"),
        (layer("Dense"), ["BHWC"], 4, "BHWC"),
        (layer("Permute", dims=[3, 1, 2]), ["BHWC"], 4, "BCHW"),
        (layer("Permute", dims=[9, 9]), ["BTF"], 3, "BTF"),
        (layer("Flatten"), ["BHWC"], 2, "BF"),
        (layer("Reshape"), ["BF"], 4, "BHWC"),
        (layer("Reshape"), ["BCHW"], 4, "BHWC"),
        (layer("Dropout"), ["BCHW"], 4, "BCHW"),
        (layer("Add"), ["BF", "BTC"], 3, "BTC"),
        (layer("TimeDistributed", layer=held("Flatten")), ["BTHWC"], 3, "BTF"),
        (layer("TimeDistributed", layer=held("Conv2D")), ["BTHWC"], 5, "BTHWC"),
        (layer("InputLayer"), [], 3, "BTF"),
        (layer("NoSuchLayer"), ["BCHW"], 4, "BCHW"),
    ],
)
def test_what_comes_out(asked: Layer, inputs: list[str], rank: int, axes: str) -> None:
    assert output_axes(asked, shipped().layer_type(asked), inputs, rank) == axes


def test_states_of_a_recurrent_layer_have_no_time() -> None:
    kind = shipped().named("LSTM")
    found = [output_axes(layer("LSTM"), kind, ["BTF"], rank, number)
             for number, rank in enumerate((3, 2, 2))]  # fmt: skip
    assert found == ["BTF", "BF", "BF"]


def test_layers_that_pass_meanings_on() -> None:
    passing = {"Dropout", "BatchNormalization", "ReLU", "Add"}
    stopping = {"Conv2D", "Reshape", "Flatten", "Dense", "InputLayer"}
    for name in passing | stopping:
        assert passes_axes(layer(name), shipped().named(name)) == (name in passing), name


def test_shapes_with_letters_and_words() -> None:
    image = TensorSpec((None, 28, 28, 1))
    assert lettered(image) == "H28 W28 C1"
    assert shape_words(image) == "(batch, height 28, width 28, channels 1)"
    first = TensorSpec((None, 3, 8, 8), axes="BCHW")
    assert lettered(first) == "C3 H8 W8"
    assert lettered(TensorSpec((None, None, 64))) == "T? F64"
    assert shape_words(TensorSpec((None, None, 64))) == "(batch, time ?, features 64)"
    assert shape_words(TensorSpec((None, 10))) == "(batch, 10)"
    assert lettered(TensorSpec((None,))) == "scalar"
    assert shape_words(TensorSpec((16, 10))) == "(batch 16, 10)"
    assert lettered(TensorSpec((None, 1, 2, 3, 4, 5, 6))) == "1 2 3 4 5 6"
    assert axes_in_words("BHWC") == "(batch, height, width, channels)"
    # A wrong number of letters is no meaning.
    assert TensorSpec((None, 10), axes="BHWC").letters == "BF"
