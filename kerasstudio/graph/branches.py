"""Sensible pieces of models: what to do with an image, a table, a series, a text; how to end."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import msgspec

from kerasstudio.graph.sketch import Sketch


class Feature(msgspec.Struct, frozen=True):
    """One Input to be drawn. `shape` is that of the data; `maximum` the largest value, where
    known; `samples` how many samples there are to learn from (small data: small layers)."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "float32"
    minimum: float | None = None
    maximum: float | None = None
    samples: int = 1000


Branch = Callable[[Sketch, Feature], str]


def table(sketch: Sketch, feature: Feature) -> str:
    """Numbers side by side: normalise, then dense layers."""
    node = sketch.input(feature.name, list(feature.shape))
    if len(feature.shape) > 1:
        node = sketch.layer("Flatten", _scaled(sketch, feature, node))
    else:
        node = sketch.layer("Normalization", node)
    units = 32 if feature.samples < 1000 else 64
    node = sketch.layer("Dense", node, units=units, activation="relu")
    return sketch.layer("Dense", node, units=units // 2, activation="relu")


def image(sketch: Sketch, feature: Feature) -> str:
    """Two or three blocks of convolutions with pooling, by the size of the image."""
    node, side = _image_input(sketch, feature)
    filters = 32
    for _ in range(_blocks(side)):
        node = _convolution(sketch, node, filters)
        node = _convolution(sketch, node, filters)
        node = sketch.layer("MaxPooling2D", node, pool_size=2)
        filters = min(2 * filters, 128)
        side //= 2
    node = sketch.layer("Flatten" if side <= 8 else "GlobalAveragePooling2D", node)
    node = sketch.layer("Dense", node, units=128, activation="relu")
    return sketch.layer("Dropout", node, rate=0.3)


def residual(sketch: Sketch, feature: Feature) -> str:
    """Convolutions whose result is added to what came in (He et al. 2016, "Deep Residual
    Learning for Image Recognition")."""
    node, side = _image_input(sketch, feature)
    filters = 32
    node = sketch.layer("Conv2D", node, filters=filters, kernel_size=3, padding="same")
    for number in range(_blocks(side) + 1):
        if number:
            filters = min(2 * filters, 128)
        node = _residual_block(sketch, node, filters, strides=2 if number else 1)
    node = sketch.layer("BatchNormalization", node, momentum=0.9)
    node = sketch.layer("Activation", node, activation="relu")
    return sketch.layer("GlobalAveragePooling2D", node)


def series(sketch: Sketch, feature: Feature) -> str:
    """Steps in time: normalise, then an LSTM."""
    node = sketch.input(feature.name, list(feature.shape))
    node = sketch.layer("Normalization", node)
    return sketch.layer("LSTM", node, units=32 if feature.samples < 5000 else 64)


def text(sketch: Sketch, feature: Feature) -> str:
    """Words: a vocabulary learned from the data, then the mean of word vectors."""
    words = 5000
    node = sketch.input(feature.name, [], dtype="string")
    node = sketch.layer("TextVectorization", node, max_tokens=words, output_sequence_length=64)
    node = sketch.layer("Embedding", node, input_dim=words, output_dim=32)
    node = sketch.layer("GlobalAveragePooling1D", node)
    return sketch.layer("Dense", node, units=32, activation="relu")


def volume(sketch: Sketch, feature: Feature) -> str:
    """Images with depth, or short films: convolutions in three axes."""
    shape = list(feature.shape)
    node = sketch.input(feature.name, shape if len(shape) == 4 else [*shape, 1])
    node = _scaled(sketch, feature, node)
    for filters in (16, 32):
        node = sketch.layer(
            "Conv3D", node, filters=filters, kernel_size=3, padding="same", activation="relu"
        )
        if min(feature.shape[:3]) >= 8:
            node = sketch.layer("MaxPooling3D", node, pool_size=2)
    node = sketch.layer("GlobalAveragePooling3D", node)
    return sketch.layer("Dense", node, units=64, activation="relu")


def looks_like_image(shape: tuple[int, ...], dtype: str) -> bool:
    """(28, 28), (32, 32, 3), (3, 32, 32); two axes of floats of unequal length are rather steps
    and features of a series."""
    if len(shape) == 3:
        return shape[-1] in (1, 2, 3, 4) or shape[0] in (1, 3)
    if len(shape) != 2 or min(shape) < 6:
        return False
    return dtype.startswith("uint8") or shape[0] == shape[1]


def branch_for(shape: tuple[int, ...], dtype: str) -> Branch:
    """The branch for data of this shape (windows and time steps have two axes)."""
    if dtype == "string":
        return text
    if looks_like_image(shape, dtype):
        return image
    if len(shape) == 2:
        return series
    if len(shape) in (3, 4):
        return volume
    return table


def class_head(sketch: Sketch, node: str, name: str, classes: int) -> str:
    """An Output that tells classes apart."""
    arguments: dict[str, Any] = (
        {"units": 1, "activation": "sigmoid"}
        if classes == 2
        else {"units": classes, "activation": "softmax"}
    )
    node = sketch.layer("Dense", node, name=f"{_plain(name)}_scores", **arguments)
    return sketch.output(name, node)


def number_head(
    sketch: Sketch, node: str, name: str, units: int, center: float, spread: float
) -> str:
    """An Output of numbers. Targets far from 0 or far apart get a fixed scale, so that the layer
    before it works with small numbers."""
    node = sketch.layer("Dense", node, name=f"{_plain(name)}_value", units=units)
    if spread > 0 and (abs(center) > 3 or not 0.1 < spread < 10):
        node = sketch.layer(
            "Rescaling",
            node,
            name=f"{_plain(name)}_scale",
            scale=_short(spread),
            offset=_short(center),
        )
    return sketch.output(name, node)


def array_head(
    sketch: Sketch, node: str, name: str, shape: tuple[int, ...], maximum: float | None
) -> str:
    """An Output of a whole array: dense layers, then its shape."""
    node = sketch.layer("Dense", node, units=64, activation="relu")
    node = sketch.layer("Dense", node, name=f"{_plain(name)}_values", units=prod(shape))
    node = sketch.layer("Reshape", node, target_shape=list(shape))
    if maximum is not None and maximum > 3:
        node = sketch.layer("Rescaling", node, scale=_short(maximum))
    return sketch.output(name, node)


def _image_input(sketch: Sketch, feature: Feature) -> tuple[str, int]:
    """The Input, with a channel axis and values from 0 to 1; and the shorter side."""
    shape = list(feature.shape)
    if len(shape) == 2:
        shape.append(1)
    node = sketch.input(feature.name, shape)
    if shape[-1] not in (1, 2, 3, 4) and shape[0] in (1, 3):
        node = sketch.layer("Permute", node, name="channels_last", dims=[2, 3, 1])
        shape = [*shape[1:], shape[0]]
    return _scaled(sketch, feature, node), min(shape[:2])


def _scaled(sketch: Sketch, feature: Feature, node: str) -> str:
    if feature.maximum is None or feature.maximum <= 1.5 or (feature.minimum or 0) < 0:
        return node
    return sketch.layer("Rescaling", node, scale=1.0 / feature.maximum)


def _blocks(side: int) -> int:
    return 1 if side < 16 else 2 if side < 48 else 3


def _convolution(sketch: Sketch, node: str, filters: int) -> str:
    return sketch.layer(
        "Conv2D", node, filters=filters, kernel_size=3, padding="same", activation="relu"
    )


def _residual_block(sketch: Sketch, node: str, filters: int, strides: int) -> str:
    """Pre-activation block; the shortcut gets a 1 × 1 convolution where the size changes."""
    inner = sketch.layer("BatchNormalization", node, momentum=0.9)
    inner = sketch.layer("Activation", inner, activation="relu")
    arguments: dict[str, Any] = {"filters": filters, "padding": "same"}
    steps: dict[str, Any] = {"strides": strides} if strides > 1 else {}
    first = sketch.layer("Conv2D", inner, kernel_size=3, **arguments, **steps)
    second = sketch.layer("BatchNormalization", first, momentum=0.9)
    second = sketch.layer("Activation", second, activation="relu")
    second = sketch.layer("Conv2D", second, kernel_size=3, **arguments)
    shortcut = node
    if strides > 1:
        shortcut = sketch.layer(
            "Conv2D", inner, name="shortcut", kernel_size=1, **arguments, **steps
        )
    return sketch.layer("Add", second, shortcut)


def _plain(name: str) -> str:
    """A column's name as part of a layer name."""
    return "".join(sign if sign.isalnum() else "_" for sign in name.lower()).strip("_") or "output"


def _short(value: float) -> float:
    """Three significant figures: a scale to be read by people."""
    return float(f"{value:.3g}")
