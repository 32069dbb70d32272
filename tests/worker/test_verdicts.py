"""Predictions read as the loss reads them, and errors of TensorFlow in words."""

from __future__ import annotations

import errno

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.runtime.worker.failures import crash_report, first_lines, problem_of
from kerasstudio.runtime.worker.monitors import Monitor, direction
from kerasstudio.runtime.worker.verdicts import judge, verdict

pytestmark = pytest.mark.worker

LOGITS = np.array([[2.0, 0.0, 1.0], [0.0, 3.0, 0.0], [1.0, 0.5, 0.0]], np.float32)


def test_class_numbers_with_and_without_logits() -> None:
    true = np.array([[0], [1], [2]])
    found = verdict(LOGITS, true, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert found.predicted.tolist() == [0, 1, 0]
    assert found.scores is not None
    np.testing.assert_allclose(found.scores.sum(-1), 1, rtol=1e-6)
    result = judge("out", found, ("ant", "bee", "cow"))
    assert result.kind == "classes"
    assert result.matrix == ((1, 0, 0), (0, 1, 0), (1, 0, 0))
    assert result.accuracy == pytest.approx(2 / 3)
    ant, _, cow = result.classes
    assert (ant.name, ant.precision, ant.recall) == ("ant", 0.5, 1.0)
    assert (cow.precision, cow.recall, cow.f1) == (None, 0.0, 0.0)


def test_one_hot_binary_labels_and_numbers() -> None:
    one_hot = verdict(LOGITS, np.eye(3)[[0, 1, 2]], keras.losses.CategoricalCrossentropy())
    assert one_hot.true is not None
    assert one_hot.true.tolist() == [0, 1, 2]
    binary = verdict(
        np.array([[0.9], [0.2], [0.6]], np.float32),
        np.array([1, 0, 0]),
        keras.losses.BinaryCrossentropy(),
    )
    assert judge("out", binary, ()).matrix == ((1, 1), (0, 1))
    logit = verdict(np.array([[-0.1], [0.1]]), None, keras.losses.BinaryCrossentropy(True))
    assert logit.predicted.tolist() == [0, 1]
    labels = verdict(
        np.array([[0.9, 0.1], [0.8, 0.7]]),
        np.array([[1, 0], [0, 1]]),
        keras.losses.BinaryCrossentropy(),
    )
    result = judge("out", labels, ("wet", "cold"))
    assert result.kind == "labels"
    assert [score.precision for score in result.classes] == [0.5, 1.0]
    numbers = verdict(np.array([[1.0], [2.0], [4.0]]), np.array([1.0, 2.0, 3.0]), None)
    result = judge("out", numbers, ())
    assert result.mean_absolute_error == pytest.approx(1 / 3)
    assert result.r2 == pytest.approx(0.5)
    assert result.bias == pytest.approx(1 / 3)


def test_sequences_are_counted_by_position() -> None:
    raw = np.stack([LOGITS, LOGITS])  # 2 samples of 3 positions
    found = verdict(raw, np.zeros((2, 3)), keras.losses.SparseCategoricalCrossentropy())
    assert np.sum(judge("out", found, ()).matrix) == 6


def test_a_page_of_graph_error_becomes_a_sentence() -> None:
    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.layers.Dense(3, "softmax", name="scores")(inputs))
    model.compile(keras.optimizers.SGD(), keras.losses.SparseCategoricalCrossentropy())
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        model.fit(np.zeros((4, 2)), np.array([0, 1, 2, 7]), verbose=0)
    assert len(str(caught.value)) > 1000
    problem = problem_of(caught.value, "training")
    assert problem.code == "train.label_range"
    assert "7" in problem.message
    assert problem.expected == "class numbers from 0 to 2, or 8 units"

    @tf.function(input_signature=[tf.TensorSpec((None, 2))])
    def broken(x: tf.Tensor) -> tf.Tensor:
        return tf.reshape(x, (7, -1))

    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        broken(tf.zeros((3, 2)))
    text = first_lines(caught.value)
    assert "\n" not in text
    assert "Input to reshape" in text
    assert "Detected at" not in text
    assert "node" not in text


def test_a_file_that_the_system_refuses_is_no_crash() -> None:
    report = crash_report(4, OSError(30, "Read-only file system", "/ro/predictions.npz"))
    assert not report.crash
    assert report.problem.code == "file.write"
    assert report.problem.place.file == "/ro/predictions.npz"


def test_errors_that_people_can_mend_are_named() -> None:
    full = problem_of(
        OSError(errno.ENOSPC, "No space left on device", "a/points.jsonl"), "training"
    )
    assert full.code == "file.disk_full"
    memory = tf.errors.ResourceExhaustedError(
        None, None, "OOM when allocating tensor with shape[64,9000,9000] and type float"
    )
    problem = problem_of(memory, "training")
    assert problem.code == "worker.out_of_memory"
    assert "[64,9000,9000]" in problem.received
    known = Problem("data.x", "x")
    assert problem_of(StudioError(known), "training") is known
    report = crash_report(4, ValueError("\x1b[1mbad\x1b[0m\n\nArguments received by Dense: ..."))
    assert report.crash
    assert report.problem.message == "An unexpected error: ValueError: bad"


def test_a_monitor_follows_as_keras_does() -> None:
    falling = Monitor("val_loss", "min", min_delta=0.1)
    improved = [falling.follow(i, value) for i, value in enumerate([1.0, 0.95, 0.8, None, 0.9])]
    assert improved == [True, False, True, False, False]
    assert (falling.best, falling.best_epoch, falling.wait) == (0.8, 2, 2)
    again = Monitor("val_loss", "min", min_delta=0.1)
    again.restore(falling.state())
    assert again.state() == falling.state()
    other = Monitor("val_accuracy", "max")
    other.restore(falling.state())
    assert other.best is None
    rising = Monitor("val_accuracy", "max")
    assert [rising.follow(i, v) for i, v in enumerate([0.1, 0.1, 0.2, float("nan")])] == [
        True,
        False,
        True,
        False,
    ]


def test_the_direction_of_a_metric() -> None:
    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    model.compile(
        loss=keras.losses.MeanSquaredError(),
        metrics=[keras.metrics.MeanAbsoluteError(name="mae"), keras.metrics.BinaryAccuracy("hits")],
    )
    x = np.zeros((2, 2), np.float32)
    model.evaluate(x, x[:, :1], verbose=0)
    assert direction(model, "val_loss", "auto") == "min"
    assert direction(model, "val_mae", "auto") == "min"
    assert direction(model, "hits", "auto") == "max"
    assert direction(model, "val_loss", "max") == "max"
    assert direction(model, "val_digit_accuracy", "auto") == "max"
