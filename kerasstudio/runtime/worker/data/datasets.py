"""Prepared arrays as `tf.data`.

Small data in small batches goes through TensorFlow's own slicing, which starts an epoch in a
millisecond; otherwise whole batches are gathered at once, which costs 20 ms an epoch but nothing
per row. Data beyond memory is gathered from its file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from kerasstudio.runtime.worker.data.columns import Array

if TYPE_CHECKING:
    from kerasstudio.runtime.worker.data.loading import LoadedData

BY_ROWS = 64 << 20
"""Up to this many bytes rows are sliced one by one: shuffling holds a copy of each."""
LARGE_BATCH = 512
IN_MEMORY = 1 << 30
"""Parts up to this many bytes are held as tensors; bigger ones are read from the file by batch."""


def batches(
    data: LoadedData, part: str, batch_size: int, shuffle: bool, seed: int
) -> tf.data.Dataset:
    """Batches of (x, y); see `LoadedData.dataset`."""
    index = data.indices[part]
    inputs = {port.name: data.inputs[port.name] for port in data.fitted.inputs}
    dtypes = {port.name: port.dtype for port in data.fitted.inputs}
    size = sum(_bytes(values, len(index)) for values in (*inputs.values(), *data.targets.values()))
    if size <= BY_ROWS and batch_size < LARGE_BATCH:
        return _sliced(data, index, batch_size, shuffle, seed)
    if size <= IN_MEMORY:
        take = _from_memory(inputs, data.targets, index)
    else:
        take = _from_file(inputs, data.targets, index)
    orders = _orders(len(index), shuffle, seed)
    steps = -(-len(index) // batch_size)

    def one_batch(order: Any, step: Any) -> Any:
        x, y = take(order[step * batch_size : (step + 1) * batch_size])
        x = {name: _cast(value, dtypes[name]) for name, value in x.items()}
        return _structured(x), _structured(y)

    batched = orders.flat_map(
        lambda order: tf.data.Dataset.range(steps).map(
            lambda step: one_batch(order, step), num_parallel_calls=1, deterministic=True
        )
    )
    batched = batched.apply(tf.data.experimental.assert_cardinality(steps))
    return batched.prefetch(tf.data.AUTOTUNE)


def _sliced(
    data: LoadedData, index: Array, batch_size: int, shuffle: bool, seed: int
) -> tf.data.Dataset:
    """Rows sliced from tensors and put together again; another order in every iteration."""
    x = {
        port.name: tf.cast(tf.constant(data.inputs[port.name][index]), port.dtype)
        if port.dtype != "string"
        else tf.constant(data.inputs[port.name][index])
        for port in data.fitted.inputs
    }
    y = {name: tf.constant(values[index]) for name, values in data.targets.items()}
    rows = tf.data.Dataset.from_tensor_slices((_structured(x), _structured(y)))
    if shuffle:
        rows = rows.shuffle(len(index), seed=seed, reshuffle_each_iteration=True)
    # Looking for a better plan costs more than it saves in a plan of three steps.
    options = tf.data.Options()
    options.autotune.enabled = False
    options.experimental_optimization.apply_default_optimizations = False
    return rows.batch(batch_size).prefetch(2).with_options(options)


def _orders(count: int, shuffle: bool, seed: int) -> tf.data.Dataset:
    """One order of the samples an iteration: another one each time when shuffled."""
    if not shuffle:
        return tf.data.Dataset.from_tensors(tf.range(count, dtype=tf.int64))
    seeds = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True).take(1)
    return seeds.map(
        lambda drawn: tf.random.experimental.stateless_shuffle(
            tf.range(count, dtype=tf.int64), seed=tf.stack([drawn, tf.constant(seed, tf.int64)])
        )
    )


def _from_memory(inputs: dict[str, Array], targets: dict[str, Array], index: Array) -> Any:
    """Batches gathered from tensors that hold the whole part."""
    x = {name: tf.constant(values[index]) for name, values in inputs.items()}
    y = {name: tf.constant(values[index]) for name, values in targets.items()}

    def take(positions: Any) -> Any:
        return (
            {name: tf.gather(values, positions) for name, values in x.items()},
            {name: tf.gather(values, positions) for name, values in y.items()},
        )

    return take


def _from_file(inputs: dict[str, Array], targets: dict[str, Array], index: Array) -> Any:
    """Batches gathered from arrays mapped from disk, by NumPy."""
    arrays = [*inputs.values(), *targets.values()]
    types = [tf.as_dtype(values.dtype) for values in arrays]

    def gather(positions: Array) -> list[Array]:
        return [np.ascontiguousarray(values[index[positions]]) for values in arrays]

    def take(positions: Any) -> Any:
        found = tf.numpy_function(gather, [positions], types, stateful=False)
        for value, array in zip(found, arrays, strict=True):
            value.set_shape((None, *array.shape[1:]))
        count = len(inputs)
        return (
            dict(zip(inputs, found[:count], strict=True)),
            dict(zip(targets, found[count:], strict=True)),
        )

    return take


def _cast(value: Any, dtype: str) -> Any:
    return value if value.dtype.name == dtype else tf.cast(value, dtype)


def _structured(values: dict[str, Any]) -> Any:
    return next(iter(values.values())) if len(values) == 1 else values


def _bytes(values: Array, samples: int) -> int:
    return values.nbytes // max(1, len(values)) * samples
