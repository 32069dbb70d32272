"""Several batches in one call give exactly what Keras gives, and every batch's own values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasstudio.graph.training_spec import Checkpoint, EarlyStopping, TrainingSpec
from kerasstudio.runtime.curves import read_curves
from kerasstudio.runtime.protocol import EpochEnded, Message, Points
from kerasstudio.runtime.worker.control import RunControl
from kerasstudio.runtime.worker.executions import is_additive
from kerasstudio.runtime.worker.feed import Feed
from kerasstudio.runtime.worker.fitting import Fit, FitResult, NotFinite
from kerasstudio.runtime.worker.monitors import leaf_metrics

pytestmark = pytest.mark.worker

STEPS = 7
SAMPLES = 7 * 16 - 5  # the last batch is smaller


def made() -> tuple[keras.Model, tf.data.Dataset, tf.data.Dataset]:
    """A model with everything that changes while training: BatchNormalization, Dropout, L2."""
    keras.utils.set_random_seed(7)
    chance = np.random.default_rng(1)
    x = chance.normal(size=(SAMPLES, 6)).astype("float32")
    y = (x.sum(1) > 0).astype("int32")
    inputs = keras.Input((6,))
    h = keras.layers.Dense(8, "tanh", kernel_regularizer=keras.regularizers.L2(0.01))(inputs)
    h = keras.layers.BatchNormalization()(h)
    h = keras.layers.Dropout(0.2, seed=3)(h)
    outputs = keras.layers.Dense(2, "softmax", activity_regularizer="l2")(h)
    model = keras.Model(inputs, outputs)
    model.compile(
        keras.optimizers.Adam(0.01),
        keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)
    return model, data, data.take(3)


def warm(model: keras.Model, data: tf.data.Dataset) -> None:
    """What `preparing.check_one_batch` does: create the variables of metrics and optimizer."""
    x, y = next(iter(data))
    predicted = model(x, training=False)
    model.compute_loss(x=x, y=y, y_pred=predicted, training=False)
    model.compute_metrics(x, y, predicted)
    model.reset_metrics()
    model.optimizer.build(model.trainable_variables)


def fit(
    folder: Path, model: keras.Model, data: Any, validation: Any, control: Any = None, **spec: Any
) -> tuple[FitResult, list[Message]]:
    sent: list[Message] = []
    training = TrainingSpec(**{"epochs": 3, **spec})
    with Feed(1, folder, sent.append, STEPS, training.epochs) as feed:
        fitting = Fit(
            model,
            training,
            STEPS,
            folder,
            feed,
            control or RunControl(),
            on_pause=lambda paused: None,
            on_epoch=lambda fit: None,
            said=lambda text: None,
            validates=validation is not None,
            validation_steps=3 if validation is not None else 0,
        )
        return fitting.run(data, validation), sent


def test_the_same_numbers_as_keras(tmp_path: Path) -> None:
    plain, data, validation = made()
    history = plain.fit(
        data, epochs=3, validation_data=validation, verbose=0, shuffle=False
    ).history
    model, data, validation = made()
    warm(model, data)
    result, sent = fit(tmp_path, model, data, validation)
    assert set(result.history) == set(history)
    for name, values in history.items():
        np.testing.assert_allclose(result.history[name], values, rtol=2e-5, err_msg=name)
    for ours, theirs in zip(model.weights, plain.weights, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=2e-4, atol=1e-6)
    assert result.batches_done == 3 * STEPS
    assert sum(isinstance(message, EpochEnded) for message in sent) == 3


def test_every_batch_has_its_own_values(tmp_path: Path) -> None:
    plain, data, _ = made()
    losses, accuracies = [], []
    for _ in range(2):
        for x, y in data:
            logs = plain.train_on_batch(x, y, return_dict=True)  # resets the metrics first
            losses.append(logs["loss"])
            accuracies.append(logs["accuracy"])
    model, data, _ = made()
    warm(model, data)
    _, sent = fit(tmp_path, model, data, None, epochs=2)
    points = [message for message in sent if isinstance(message, Points)]
    assert [value for each in points for value in each.values["loss"]] == pytest.approx(
        losses, rel=2e-4
    )
    assert [value for each in points for value in each.values["accuracy"]] == pytest.approx(
        accuracies
    )
    np.testing.assert_allclose(read_curves(tmp_path).batch["loss"], losses, rtol=2e-4)


def test_batch_by_batch_where_executions_are_impossible(tmp_path: Path) -> None:
    """Eager mode takes the plain way; own values come from running means there."""
    fast, data, validation = made()
    warm(fast, data)
    expected, sent = fit(tmp_path / "..", fast, data, validation, epochs=1)
    model, data, validation = made()
    model.run_eagerly = True
    warm(model, data)
    folder = tmp_path / "plain"
    folder.mkdir()
    result, plain_sent = fit(folder, model, data, validation, epochs=1)
    for name, values in expected.history.items():
        np.testing.assert_allclose(result.history[name], values, rtol=1e-4)

    def own(messages: list[Message]) -> list[float | None]:
        points = [message for message in messages if isinstance(message, Points)]
        return [value for each in points for value in each.values["loss"]]

    assert len(own(plain_sent)) == STEPS
    np.testing.assert_allclose(own(plain_sent)[:-1], own(sent)[:-1], rtol=1e-3)


def test_all_of_kerass_metrics_may_be_set_aside() -> None:
    """`is_additive` holds for Keras's metrics: the state over two batches is the sum of two."""
    chance = np.random.default_rng(0)
    batches = [
        (chance.integers(0, 2, (8, 2)).astype("float32"), chance.random((8, 2)).astype("float32"))
        for _ in range(2)
    ]
    checked = 0
    for name in dir(keras.metrics):
        kind = getattr(keras.metrics, name)
        if not (isinstance(kind, type) and issubclass(kind, keras.metrics.Metric)):
            continue
        try:
            metric = kind()
            for batch in batches:
                metric.update_state(*batch)
        except (TypeError, ValueError, AttributeError, NotImplementedError, tf.errors.OpError):
            continue  # it wants arguments or other labels
        together = [variable.numpy() for variable in metric.variables]
        sums = [np.zeros_like(value) for value in together]
        for batch in batches:
            metric.reset_state()
            assert all(not variable.numpy().any() for variable in metric.variables), name
            metric.update_state(*batch)
            sums = [s + v.numpy() for s, v in zip(sums, metric.variables, strict=True)]
        for one, other in zip(together, sums, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5, err_msg=name)
        assert is_additive(metric), name
        checked += 1
    assert checked > 25


def test_another_metric_keeps_running(tmp_path: Path) -> None:
    class Largest(keras.metrics.Metric):
        def __init__(self) -> None:
            super().__init__(name="largest")
            self.value = self.add_weight(name="value", initializer="zeros")

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            self.value.assign(keras.ops.maximum(self.value, keras.ops.max(y_pred)))

        def result(self) -> Any:
            return self.value

    model, data, _ = made()
    model.compile(
        keras.optimizers.Adam(0.01),
        keras.losses.SparseCategoricalCrossentropy(),
        metrics=[Largest()],
    )
    warm(model, data)
    assert not all(is_additive(metric) for metric in leaf_metrics(model.metrics))
    result, sent = fit(tmp_path, model, data, None, epochs=1)
    values = [v for m in sent if isinstance(m, Points) for v in m.values["largest"]]
    assert values == sorted(values)
    assert result.history["largest"] == [pytest.approx(values[-1])]


def test_not_finite_values_stop_at_their_batch(tmp_path: Path) -> None:
    model, data, _ = made()
    warm(model, data)
    bad = data.enumerate().map(
        lambda i, batch: (tf.where(i == 4, np.float32("nan"), 1.0) * batch[0], batch[1])
    )
    bad = bad.apply(tf.data.experimental.assert_cardinality(STEPS))
    with pytest.raises(NotFinite) as caught:
        fit(tmp_path, model, bad, None)
    assert (caught.value.epoch, caught.value.step) == (1, 5)
    assert np.isnan(read_curves(tmp_path).batch["loss"][4])
    assert len(read_curves(tmp_path).batch["loss"]) == 5


def test_stopping_does_not_validate_first(tmp_path: Path) -> None:
    model, data, validation = made()
    warm(model, data)
    control = RunControl()
    control.steer("stop_batch")
    result, sent = fit(tmp_path, model, data, validation, control)
    assert result.by_person
    assert result.epochs_done == 0
    assert not any(isinstance(message, EpochEnded) for message in sent)


@pytest.mark.parametrize("restore", [True, False])
def test_patience_as_in_keras(tmp_path: Path, restore: bool) -> None:
    def monitor() -> dict[str, Any]:
        return {"monitor": "val_loss", "patience": 2, "min_delta": 0.002}

    plain, data, validation = made()
    plain.optimizer.learning_rate = 0.2
    callback = keras.callbacks.EarlyStopping(restore_best_weights=restore, **monitor())
    history = plain.fit(
        data, epochs=60, validation_data=validation, verbose=0, shuffle=False, callbacks=[callback]
    ).history
    model, data, validation = made()
    warm(model, data)
    model.optimizer.learning_rate = 0.2
    result, _ = fit(
        tmp_path,
        model,
        data,
        validation,
        epochs=60,
        early_stopping=EarlyStopping(restore_best_weights=restore, **monitor()),
        checkpoint=Checkpoint("val_loss"),
    )
    assert result.epochs_done == len(history["loss"]) < 60
    assert "Early stopping" in result.stopped
    np.testing.assert_allclose(result.history["val_loss"], history["val_loss"], rtol=1e-3)
    for ours, theirs in zip(model.weights, plain.weights, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=2e-2, atol=1e-3)


def test_compiled_by_xla(tmp_path: Path) -> None:
    """On a GPU Keras compiles the step with XLA; the loop around it works the same way."""

    def made() -> tuple[keras.Model, tf.data.Dataset]:
        keras.utils.set_random_seed(7)
        inputs = keras.Input((2,))
        model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
        model.compile(keras.optimizers.SGD(), keras.losses.MeanSquaredError(), jit_compile=True)
        x = np.random.default_rng(1).normal(size=(STEPS * 4, 2)).astype("float32")
        return model, tf.data.Dataset.from_tensor_slices((x, x[:, :1])).batch(4)

    plain, data = made()
    history = plain.fit(data, epochs=2, verbose=0, shuffle=False).history
    model, data = made()
    warm(model, data)
    result, sent = fit(tmp_path, model, data, None, epochs=2)
    np.testing.assert_allclose(result.history["loss"], history["loss"], rtol=1e-5)
    points = [message for message in sent if isinstance(message, Points)]
    assert sum(len(each.values["loss"]) for each in points) == 2 * STEPS
