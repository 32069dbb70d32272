"""One kind of old model: how it is built, what it is fed, what Keras 2 predicts of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras
from tf_keras.src.applications import convnext, inception_resnet_v2

Arrays = list[np.ndarray]
SAMPLES = 3


@dataclass(frozen=True)
class Kind:
    """`build` makes a tf_keras model. Integer inputs are below `below`. `compiled` holds keyword
    arguments of compile, made when needed. `whole`: floating inputs get whole numbers too.
    `is_slow`: it takes seconds, and is left to the benchmark."""

    name: str
    build: Callable[[], Any]
    below: int = 6
    compiled: Callable[[], dict[str, Any]] | None = None
    texts: tuple[str, ...] = ()
    whole: bool = False
    is_slow: bool = False

    def write(self, path: Path, seed: int = 0) -> Any:
        """Save the model with random weights; returns it."""
        rng = np.random.default_rng(seed)
        tf_keras.utils.set_random_seed(seed)
        model = self.build()
        if self.compiled is not None:
            model.compile(**self.compiled())
        randomize(model, rng)
        model.save(path)
        return model

    def inputs(self, model: Any, seed: int) -> Arrays:
        """Random arrays for the model's inputs, in its order."""
        rng = np.random.default_rng(seed)
        return [self._array(rng, tensor) for tensor in tf.nest.flatten(model.inputs)]

    def _array(self, rng: np.random.Generator, tensor: Any) -> np.ndarray:
        batch, *rest = tensor.shape
        shape = [batch or SAMPLES, *(5 if axis is None else axis for axis in rest)]
        if tensor.dtype == tf.string:
            return rng.choice(list(self.texts), shape).astype(object)
        if tensor.dtype.is_integer or self.whole:
            return rng.integers(0, self.below, shape).astype(tensor.dtype.as_numpy_dtype)
        return rng.normal(size=shape).astype(tensor.dtype.as_numpy_dtype)


def randomize(model: Any, rng: np.random.Generator) -> None:
    """Random numbers into every weight, statistics too; counts and states of generators stay."""
    for variable in model.weights:
        if not isinstance(variable, tf.Variable) or not variable.dtype.is_floating:
            continue
        fan_in = max(1, int(np.prod(variable.shape[:-1])))
        values = rng.normal(scale=min(0.4, 1 / fan_in**0.5), size=variable.shape)
        if "variance" in variable.name or "stddev" in variable.name:
            values = 0.5 + rng.random(size=variable.shape)
        variable.assign(values.astype(variable.dtype.as_numpy_dtype))
    for layer in model._flatten_layers():
        layer.finalize_state()


def predicted(path: Path, arrays: Arrays) -> Arrays:
    """What Keras 2 predicts of the file."""
    custom = {  # which it does not find by itself
        "RandomFourierFeatures": tf_keras.layers.experimental.RandomFourierFeatures,
        "LayerScale": convnext.LayerScale,
        "Custom>CustomScaleLayer": inception_resnet_v2.CustomScaleLayer,
    }
    model = tf_keras.models.load_model(path, compile=False, custom_objects=custom)
    return flat(model(structured(model, arrays), training=False))


def structured(model: Any, arrays: Arrays) -> Any:
    tensors = [tf.constant(array) for array in arrays]
    return tf.nest.pack_sequence_as(model._nested_inputs, tensors)


def flat(outputs: Any) -> Arrays:
    return [np.asarray(each) for each in tf.nest.flatten(outputs)]
