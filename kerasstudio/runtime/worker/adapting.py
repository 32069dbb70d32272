"""Layers that learn from the data before training: Normalization, lookup and text layers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import keras
import tensorflow as tf

from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.runtime.worker.build import BuiltModel
from kerasstudio.runtime.worker.learned import learns


def adapt_layers(
    built: BuiltModel,
    training_part: Callable[[], tf.data.Dataset],
    said: Callable[[str], None],
    but: Collection[str] = (),
) -> list[str]:
    """Call `adapt` of every layer that needs it, in graph order, on the training part alone.

    `training_part` makes its batches; `but` are ids of layers that have learned already. Each
    layer sees the data as it arrives there: through the part of the model before it. Returns the
    names of the adapted layers. Raises `StudioError` naming a layer that could not be adapted."""
    model = built.model
    ids = {id(layer): key for key, layer in built.layers.items()}
    adapted = []
    for layer in model.layers:
        if not learns(layer) or ids.get(id(layer)) in but:
            continue
        said(f"Adapting {layer.name} to the training data")
        try:
            layer.adapt(_arriving(model, layer, training_part()))
        except (ValueError, TypeError, tf.errors.OpError) as error:
            raise StudioError(
                Problem(
                    code="train.adapt",
                    message=f"The layer {layer.name} cannot learn from the data: {error}",
                    place=Place(layer=ids.get(id(layer))),
                    detail=str(error),
                )
            ) from error
        adapted.append(layer.name)
    return adapted


def _arriving(
    model: keras.Model, layer: keras.layers.Layer, training_part: tf.data.Dataset
) -> tf.data.Dataset:
    """The tensors that come to `layer`, batch by batch."""
    wanted = layer.input
    names = [tensor.name for tensor in model.inputs]

    def pick(x: Any) -> Any:
        if isinstance(x, dict):
            return x[wanted.name] if wanted.name in x else x[names[_index(model, wanted)]]
        return x

    if any(tensor is wanted for tensor in model.inputs):
        return training_part.map(lambda x, *_: pick(x))
    before = keras.Model(model.input, wanted)
    return training_part.map(lambda x, *_: before(x, training=False))


def _index(model: keras.Model, wanted: Any) -> int:
    return next(i for i, tensor in enumerate(model.inputs) if tensor is wanted)
