"""Checkpoints: whole or not at all, by index, for every dtype."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasstudio.graph.problems import StudioError
from kerasstudio.runtime.run_weights import CHECKPOINT_FILE, LAST, checkpoint_path
from kerasstudio.runtime.worker.checkpoints import (
    CheckpointState,
    read_state,
    restore_checkpoint,
    snapshot,
    write_checkpoint,
)

pytestmark = pytest.mark.worker


def made(units: int = 3, policy: str = "float32") -> keras.Model:
    inputs = keras.Input((4,), dtype="float32")
    h = keras.layers.Dense(5, dtype=policy)(inputs)
    h = keras.layers.Dropout(0.1, seed=1)(h)
    model = keras.Model(inputs, keras.layers.Dense(units, dtype=policy)(h))
    model.compile(keras.optimizers.Adam(0.1), keras.losses.MeanSquaredError())
    model.optimizer.build(model.trainable_variables)
    return model


def trained(model: keras.Model) -> keras.Model:
    x = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
    model.fit(x, np.zeros((16, 3), "float32"), epochs=2, verbose=0)
    return model


@pytest.mark.parametrize("policy", ["float32", "bfloat16"])
def test_weights_and_optimizer_come_back(tmp_path: Path, policy: str) -> None:
    model = trained(made(policy=policy))
    state = CheckpointState(epochs_done=2, batches_done=2, best={"name": "loss", "best": 0.5})
    write_checkpoint(tmp_path, LAST, snapshot(model, optimizer=True), state)
    other = made(policy=policy)
    found = restore_checkpoint(other, tmp_path)
    assert (found.epochs_done, found.best["best"]) == (2, 0.5)
    for one, two in zip(
        [*model.variables, *model.optimizer.variables],
        [*other.variables, *other.optimizer.variables],
        strict=True,
    ):
        assert one.dtype == two.dtype
        np.testing.assert_array_equal(one.numpy(), two.numpy())


def test_another_model_is_refused_and_left_alone(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, LAST, snapshot(made(), True), CheckpointState())
    other = made(units=7)
    before = [variable.numpy() for variable in other.weights]
    with pytest.raises(StudioError) as caught:
        restore_checkpoint(other, tmp_path)
    assert "5 × 7" in caught.value.problem.expected
    assert "5 × 3" in caught.value.problem.received
    for kept, variable in zip(before, other.weights, strict=True):
        np.testing.assert_array_equal(kept, variable.numpy())


def test_missing_and_damaged_files_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(StudioError) as caught:
        read_state(tmp_path)
    assert caught.value.problem.code == "file.no_checkpoint"
    write_checkpoint(tmp_path, LAST, snapshot(made(), True), CheckpointState())
    path = checkpoint_path(tmp_path, LAST)
    for damage in (path.read_bytes()[:200], b"", b"not a zip file"):
        path.write_bytes(damage)
        with pytest.raises(StudioError) as caught:
            read_state(tmp_path)
        assert caught.value.problem.code == "file.checkpoint"


def test_a_full_disk_keeps_the_checkpoint_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_checkpoint(tmp_path, LAST, snapshot(made(), True), CheckpointState(epochs_done=1))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            write_checkpoint(tmp_path, LAST, snapshot(made(), True), CheckpointState(2))
    assert read_state(tmp_path).epochs_done == 1
    assert [entry.name for entry in (tmp_path / "checkpoints" / LAST).iterdir()] == [
        CHECKPOINT_FILE
    ]


def test_learnt_preprocessing_comes_back(tmp_path: Path) -> None:
    def made() -> keras.Model:
        words = keras.Input((), dtype="string", name="words")
        number = keras.Input((2,), name="number")
        looked_up = keras.layers.StringLookup(output_mode="one_hot")
        looked_up.set_vocabulary(["a", "b", "c"])
        joined = keras.layers.Concatenate()(
            [looked_up(words), keras.layers.Normalization()(number)]
        )
        return keras.Model([words, number], keras.layers.Dense(1)(joined))

    def layer(model: keras.Model, kind: type) -> keras.layers.Layer:
        return next(each for each in model.layers if isinstance(each, kind))

    model, other = made(), made()
    layer(model, keras.layers.StringLookup).set_vocabulary(["c", "b", "a"])
    layer(model, keras.layers.Normalization).adapt(
        np.random.default_rng(0).normal(5, 3, (64, 2)).astype("float32")
    )
    write_checkpoint(tmp_path, LAST, snapshot(model, False), CheckpointState())
    restore_checkpoint(other, tmp_path)
    x = [tf.constant(["a", "c"]), tf.constant([[5.0, 6.0], [1.0, 2.0]])]
    np.testing.assert_array_equal(model(x).numpy(), other(x).numpy())
