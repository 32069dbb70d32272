"""Random samples of the right shape and dtype for a model."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

OPEN_AXIS = 16
MOST_NUMBERS = 50_000_000


def random_samples(model: keras.Model, count: int, seed: int = 0) -> dict[str, np.ndarray]:
    """`count` samples by Input name (fewer for huge inputs). Open axes get a length of 16;
    integers are small, so that they are valid indices of any sensible table."""
    generator = np.random.default_rng(seed)
    samples = {}
    for tensor in model.inputs:
        shape = tuple(OPEN_AXIS if axis is None else axis for axis in tensor.shape[1:])
        rows = max(1, min(count, MOST_NUMBERS // max(1, int(np.prod(shape)))))
        samples[tensor.name] = _values(generator, (rows, *shape), str(tensor.dtype))
    rows = min(len(values) for values in samples.values())
    return {name: values[:rows] for name, values in samples.items()}


def structured(model: keras.Model, samples: dict[str, np.ndarray]) -> Any:
    """Samples in the structure the model takes: by its own Input names and order."""
    names = [tensor.name for tensor in model.inputs]
    values = [samples[name] for name in names]
    struct = model.input if not isinstance(model, keras.Sequential) else model.inputs[0]
    nested = isinstance(struct, dict | list | tuple)
    return keras.tree.pack_sequence_as(struct, values) if nested else values[0]


def _values(generator: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    if dtype == "string":
        words = np.array(["alpha", "beta", "gamma", "delta"], dtype=object)
        return words[generator.integers(0, len(words), shape)]
    if dtype == "bool":
        return generator.random(shape) > 0.5
    if "int" in dtype:
        return generator.integers(0, 2, shape).astype(dtype)
    return generator.normal(size=shape).astype("float32")
