"""What layers learn from data beside their weights: vocabularies and boundaries.

Keras keeps these in files of their own or not at all; here they are plain values. Statistics of
`Normalization` are weights like others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import msgspec
import numpy as np


class Learned(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one layer knows. `words` without the special tokens; `idf` their weights (tf-idf only:
    Keras makes that of unknown words from them)."""

    words: tuple[str | int | float, ...] | None = None
    idf: tuple[float, ...] | None = None
    boundaries: tuple[float, ...] | None = None

    @property
    def said(self) -> str:
        """In words: "vocabulary of 812 words"."""
        if self.words is not None:
            return f"vocabulary of {len(self.words):,} word{'' if len(self.words) == 1 else 's'}"
        return f"{len(self.boundaries or ())} boundaries"


def learns(layer: Any) -> bool:
    """Whether the layer learns from data before training and was given nothing in its arguments."""
    if not hasattr(layer, "adapt"):
        return False
    if isinstance(layer, keras.layers.Normalization):
        return layer.input_mean is None
    if isinstance(layer, keras.layers.Discretization):
        return layer.num_bins is not None
    lookup = getattr(layer, "_lookup_layer", layer)
    return not getattr(lookup, "_has_input_vocabulary", False)


def has_learned(layer: keras.layers.Normalization) -> bool:
    """Whether the statistics are other than those of a new layer."""
    mean, variance = (np.asarray(each) for each in (layer.adapt_mean, layer.adapt_variance))
    return bool((mean != 0).any() or (variance != 1).any())


def learned_by(layer: keras.layers.Layer) -> Learned | None:
    """What the layer has learned; None when it is of no such kind, or has learned nothing."""
    if isinstance(layer, keras.layers.Discretization):
        bins = layer.bin_boundaries
        return None if bins is None else Learned(boundaries=tuple(float(each) for each in bins))
    if not hasattr(layer, "get_vocabulary"):
        return None
    words = tuple(_plain(word) for word in layer.get_vocabulary(include_special_tokens=False))
    if not words:
        return None
    lookup = getattr(layer, "_lookup_layer", layer)
    idf = getattr(lookup, "idf_weights", None) if lookup.output_mode == "tf_idf" else None
    if idf is None:
        return Learned(words)
    special = len(layer.get_vocabulary()) - len(words)
    return Learned(words, tuple(float(each) for each in np.asarray(idf)[special:][: len(words)]))


def teach(layer: keras.layers.Layer, known: Learned) -> None:
    """Give a layer what another of its kind has learned."""
    if known.boundaries is not None:
        layer.bin_boundaries = list(known.boundaries)
    elif known.words is not None:
        idf = () if known.idf is None else (np.array(known.idf),)
        layer.set_vocabulary(list(known.words), *idf)


def learners(model: keras.Model) -> Iterator[tuple[int, keras.layers.Layer]]:
    """Layers that may have learned, with their number among all layers of the model, those in
    blocks included. A layer that another one is made of is not counted for itself."""
    parts: set[int] = set()
    for number, layer in enumerate(model._flatten_layers(include_self=False)):
        lookup = getattr(layer, "_lookup_layer", None)
        if lookup is not None:
            parts.add(id(lookup))
        if id(layer) not in parts and learns(layer):
            yield number, layer


def learned_in(model: keras.Model) -> dict[str, Learned]:
    """By the number of the layer in the model."""
    return {
        str(number): known
        for number, layer in learners(model)
        if (known := learned_by(layer)) is not None
    }


def finalize(model: keras.Model) -> None:
    """Layers that compute with constants made from their weights make them anew."""
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.Normalization) and layer.built:
            layer.finalize_state()


def _plain(word: Any) -> Any:
    return word.item() if isinstance(word, np.generic) else word
