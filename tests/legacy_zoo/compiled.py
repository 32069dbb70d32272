"""Models that were compiled: optimizers, losses and metrics of Keras 2 in the file."""

from __future__ import annotations

from typing import Any

import tf_keras as k

from legacy_zoo.kind import Kind

L = k.layers
OPTIMIZERS = k.optimizers


def small() -> Any:
    return k.Sequential([k.Input((4,)), L.Dense(5, activation="relu"), L.Dense(3)])


def two_outputs() -> Any:
    x = k.Input((4,))
    y = L.Dense(5)(x)
    return k.Model(x, [L.Dense(1, name="a")(y), L.Dense(3, activation="softmax", name="b")(y)])


KINDS = (
    Kind("compiled by names", small, compiled=lambda: {"optimizer": "adam", "loss": "mse"}),
    Kind(
        "an old optimizer with decay",
        small,
        compiled=lambda: {
            "optimizer": OPTIMIZERS.legacy.SGD(0.1, decay=0.01, momentum=0.9, nesterov=True),
            "loss": k.losses.MeanSquaredError(),
            "metrics": ["mae", k.metrics.RootMeanSquaredError()],
        },
    ),
    Kind(
        "a schedule and a loss object",
        small,
        compiled=lambda: {
            "optimizer": OPTIMIZERS.Adam(
                OPTIMIZERS.schedules.ExponentialDecay(0.1, 100, 0.9), clipnorm=1.0
            ),
            "loss": k.losses.SparseCategoricalCrossentropy(from_logits=True),
            "metrics": ["accuracy"],
        },
    ),
    Kind(
        "losses by output",
        two_outputs,
        compiled=lambda: {
            "optimizer": OPTIMIZERS.legacy.Nadam(),
            "loss": {"a": "mse", "b": "categorical_crossentropy"},
            "loss_weights": {"a": 0.5, "b": 2.0},
            "metrics": {"a": ["mae"], "b": ["acc", k.metrics.AUC()]},
        },
    ),
)
