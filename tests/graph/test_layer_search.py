"""Searching the palette as people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.layer_search import distance, search


def names(text: str, **wanted: object) -> list[str]:
    return [kind.class_name for kind in search(shipped(), text, **wanted)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("fc", "Dense"),
        ("fully connected", "Dense"),
        ("Fully-Connected", "Dense"),
        ("dense", "Dense"),
        ("desne", "Dense"),
        ("dnese", "Dense"),
        ("skip", "Add"),
        ("mha", "MultiHeadAttention"),
        ("multi head", "MultiHeadAttention"),
        ("bn", "BatchNormalization"),
        ("batch norm", "BatchNormalization"),
        ("cnn", "Conv2D"),
        ("conv", "Conv2D"),
        ("conv 2d", "Conv2D"),
        ("convolution2d", "Conv2D"),
        ("max_pooling2d", "MaxPooling2D"),
        ("maxpool2d", "MaxPooling2D"),
        ("gap", "GlobalAveragePooling2D"),
        ("lstm", "LSTM"),
        ("ltsm", "LSTM"),
        ("embeding", "Embedding"),
        ("dropuot", "Dropout"),
        ("input", "InputLayer"),
        ("output", "Output"),
        ("deconv", "Conv2DTranspose"),
        ("softmx", "Softmax"),
    ],
)
def test_first_answer(text: str, first: str) -> None:
    assert names(text)[0] == first


def test_conv_gives_all_convolutions() -> None:
    found = names("conv", limit=40)
    assert {"Conv1D", "Conv2D", "Conv3D", "SeparableConv2D", "DepthwiseConv2D"} <= set(found)


def test_layers_that_cannot_be_used_are_not_offered() -> None:
    assert "LSTMCell" not in names("lstm", limit=50)
    assert "JaxLayer" not in names("jax", limit=50)


def test_only_layers_that_take_the_tensor() -> None:
    found = names("", limit=200, rank=3)
    assert "LSTM" in found
    assert "Conv1D" in found
    assert "Conv2D" not in found
    assert "InputLayer" not in found
    words = names("", limit=200, dtype="string")
    assert "TextVectorization" in words
    assert "Dense" not in words
    assert "Embedding" in names("", limit=200, dtype="int64")
    assert "Embedding" not in names("", limit=200, dtype="float32")


def test_common_layers_come_first_when_nothing_is_typed() -> None:
    assert names("", limit=3) == ["Dense", "Conv2D", "MaxPooling2D"]
    assert names("  ") == names("")


def test_nonsense_finds_nothing() -> None:
    assert names("zzzzqqqq") == []


@given(st.text(max_size=30))
def test_any_text_is_answered(text: str) -> None:
    found = names(text, limit=5)
    assert len(found) <= 5
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("dense", "dense", 0), ("desne", "dense", 1), ("dens", "dense", 1), ("abc", "xyz", 3)],
)
def test_distance(one: str, other: str, expected: int) -> None:
    assert distance(one, other, 3) == expected
    assert distance(other, one, 3) == expected
    assert distance(one, other, 1) == min(expected, 2)
