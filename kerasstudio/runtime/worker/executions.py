"""Several batches in one call of TensorFlow, every batch's own values kept.

`Model.fit` calls TensorFlow once a batch; for small models that call costs more than the
mathematics. Keras's own `steps_per_execution` runs several batches a call, but is fixed before
training and reports only running means at the end of each call. An `Executor` takes the place of
`model.train_function` (or `test_function`): one traced function runs any number of batches, the
number being chosen while running so that a call stays short (stopping stays prompt), and the
values of every batch come back as one table.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from kerasstudio.runtime.worker.monitors import leaf_metrics

TARGET_SECONDS = 0.03
GROWTH = 4
MAX_BATCHES = 4096

Table = NDArray[np.float32]


class Executor:
    """Callable as `fit` calls its train function: once a batch.

    `step` is `model.train_step` or `model.test_step`, `batches` the data set of one epoch and
    `steps` its number of batches. The executor reads the data set itself, through one iterator
    that goes on from epoch to epoch: making one takes 5 to 20 ms, and Keras makes two an epoch.
    `fit` only counts (give it `counter(steps)`).
    Before each execution `before` is called, after it `after(table)` with one row per batch and
    one column per metric in the order of `names`; both may raise to leave `fit`. The metrics must
    have their variables already.

    Own values: the state of every metric is set aside before a batch and added again after it.
    That is right for metrics whose state is a sum (`is_additive`); the others keep running, and
    their column holds what Keras shows, the mean of the epoch so far.
    """

    def __init__(
        self,
        model: keras.Model,
        step: Callable[[Any], dict[str, Any]],
        batches: tf.data.Dataset,
        steps: int,
        before: Callable[[], None],
        after: Callable[[Table], None],
        own_values: bool = True,
    ) -> None:
        self.names = tuple(model.get_metrics_result())
        self._step = (
            tf.function(step, jit_compile=True, autograph=False) if model.jit_compile else step
        )
        self._dataset = batches.repeat()
        self._iterator = iter(self._dataset)
        self._steps = steps
        self._before = before
        self._after = after
        self._states = [
            variable
            for metric in leaf_metrics(model.metrics)
            if own_values and is_additive(metric)
            for variable in metric.variables
        ]
        self._ahead = 0
        self._position = 0
        self._batches = 1
        self._traced = False
        # `fit` replaces these by the metrics' own results, because the names agree.
        self._logs = dict.fromkeys(self.names, 0.0)
        self._function = tf.function(self._execute, reduce_retracing=True, autograph=False)

    def __call__(self, _: Iterator[Any]) -> dict[str, float]:
        """One batch as `fit` counts them; most of the time it has been computed already."""
        if self._position >= self._steps:
            self._position = 0
        if self._ahead == 0:
            self._run()
        self._ahead -= 1
        self._position += 1
        return self._logs

    def _run(self) -> None:
        self._before()
        batches = min(self._batches, self._steps - self._position)
        begun = time.perf_counter()
        table = self._function(self._iterator, tf.constant(batches)).numpy()
        seconds = time.perf_counter() - begun
        if self._traced:  # the first call traces: it says nothing about speed
            self._choose(seconds / batches)
        self._traced = True
        self._ahead = batches
        self._after(table)

    def _choose(self, seconds: float) -> None:
        """Batches of the next execution, from the seconds one batch took."""
        wanted = int(TARGET_SECONDS / max(seconds, 1e-7))
        self._batches = max(1, min(wanted, self._batches * GROWTH, MAX_BATCHES))

    def _execute(self, iterator: Any, batches: tf.Tensor) -> tf.Tensor:
        """`batches` steps in a graph loop; a table (batches, metrics) of their values."""

        states = self._states
        sums = [tf.identity(state.value) for state in states]
        zeros = [tf.zeros(state.shape, state.dtype) for state in states]

        def body(
            index: tf.Tensor, rows: tf.TensorArray, sums: list[tf.Tensor]
        ) -> tuple[tf.Tensor, tf.TensorArray, list[tf.Tensor]]:
            for state, zero in zip(states, zeros, strict=True):
                state.assign(zero)
            logs = self._step(iterator.get_next())
            row = tf.stack([tf.cast(logs[name], tf.float32) for name in self.names])
            sums = [total + state.value for total, state in zip(sums, states, strict=True)]
            return index + 1, rows.write(index, row), sums

        rows = tf.TensorArray(tf.float32, size=batches, element_shape=(len(self.names),))
        _, rows, sums = tf.while_loop(
            lambda index, *_: index < batches,
            body,
            (tf.constant(0), rows, sums),
            parallel_iterations=1,
        )
        for state, total in zip(states, sums, strict=True):
            state.assign(total)
        return rows.stack()


def counter(steps: int) -> tf.data.Dataset:
    """What `fit` iterates over while an `Executor` reads the data: nothing, `steps` times."""
    return tf.data.Dataset.range(steps)


def is_additive(metric: keras.metrics.Metric) -> bool:
    """Whether the state over two batches is the sum of the two states: all of Keras's own
    metrics, whose state begins at zero; nothing is known of others."""
    if not type(metric).__module__.startswith("keras."):
        return False
    return all(
        variable.dtype.startswith("float") or variable.dtype.startswith("int")
        for variable in metric.variables
    )
