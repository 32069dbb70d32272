"""Preprocessing layers with their state, and augmentation."""

from __future__ import annotations

from typing import Any

import numpy as np
import tf_keras as k

from legacy_zoo.kind import Kind

L = k.layers
WORDS = ("red", "green", "blue", "violet")


def normalization() -> Any:
    layer = L.Normalization(axis=-1)
    layer.adapt(np.random.default_rng(1).normal(2.0, 3.0, (50, 4)).astype("float32"))
    return k.Sequential([k.Input((4,)), layer, L.Dense(3)])


def fixed_normalization() -> Any:
    made = L.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 5.0, 6.0])
    return k.Sequential([k.Input((3,)), made, L.Rescaling(0.5, offset=-1.0)])


def discretization() -> Any:
    layer = L.Discretization(bin_boundaries=[-1.0, 0.0, 0.5], output_mode="one_hot")
    return k.Sequential([k.Input((1,)), layer, L.Dense(2)])


def category_encoding() -> Any:
    x = k.Input((4,), dtype="int32")
    return k.Model(x, L.CategoryEncoding(6, output_mode="multi_hot")(x))


def hashing() -> Any:
    x = k.Input((3,), dtype="int64")
    return k.Model(x, L.Hashing(7)(x))


def integer_lookup() -> Any:
    x = k.Input((3,), dtype="int64")
    return k.Model(x, L.IntegerLookup(vocabulary=[1, 3, 4])(x))


def string_lookup() -> Any:
    x = k.Input((3,), dtype="string")
    return k.Model(x, L.StringLookup(vocabulary=list(WORDS[:3]), num_oov_indices=2)(x))


def text() -> Any:
    x = k.Input((1,), dtype="string")
    layer = L.TextVectorization(vocabulary=list(WORDS[:3]), output_sequence_length=4)
    return k.Model(x, L.Embedding(8, 3)(layer(x)))


def resizing() -> Any:
    x = k.Input((9, 8, 3))
    return k.Model(x, [L.Resizing(5, 6)(x), L.CenterCrop(4, 4)(x)])


def augmentation() -> Any:
    return k.Sequential(
        [
            k.Input((8, 8, 3)),
            L.RandomFlip("horizontal"),
            L.RandomRotation(0.1),
            L.RandomZoom(0.2),
            L.RandomContrast(0.1),
            L.RandomTranslation(0.1, 0.1),
            L.RandomBrightness(0.2),
            L.RandomHeight(0.1),
            L.RandomWidth(0.1),
            L.Conv2D(2, 3),
            L.GlobalAveragePooling2D(),
        ]
    )


KINDS = (
    Kind("adapted normalization", normalization),
    Kind("normalization by arguments", fixed_normalization),
    Kind("discretization", discretization),
    Kind("category encoding", category_encoding),
    Kind("hashing", hashing),
    Kind("integer lookup", integer_lookup),
    Kind("string lookup", string_lookup, texts=WORDS),
    Kind("text vectorization", text, texts=("red green", "blue violet red", "nothing")),
    Kind("resizing and cropping", resizing),
    Kind("augmentation", augmentation),
)
