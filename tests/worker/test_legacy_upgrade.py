"""What the upgrade makes of configurations, and what it says about it."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.upgrade_report import Change, UpgradeReport
from kerasstudio.runtime.worker.legacy.activations import upgrade_activation
from kerasstudio.runtime.worker.legacy.changes import Changes
from kerasstudio.runtime.worker.legacy.compile_settings import upgrade_compiled
from kerasstudio.runtime.worker.legacy.layer_upgrade import upgrade_arguments
from kerasstudio.runtime.worker.legacy.node_ops import NODES
from kerasstudio.runtime.worker.legacy.origin import Origin, is_old
from kerasstudio.runtime.worker.legacy.tf_functions import FUNCTIONS, function_named
from kerasstudio.runtime.worker.legacy.upgrading import Upgraded, upgrade

pytestmark = pytest.mark.worker

KERAS_2 = Origin("2.3.1", "tensorflow")
FIRST = {"batch_input_shape": [None, 4]}


def layer(class_name: str, **config: Any) -> dict[str, Any]:
    config.setdefault("name", class_name.lower())
    return {"class_name": class_name, "config": config}


def sequential(*layers: dict[str, Any]) -> dict[str, Any]:
    return {"class_name": "Sequential", "config": {"name": "s", "layers": [*layers]}}


def upgraded(*layers: dict[str, Any], origin: Origin = KERAS_2) -> Upgraded:
    return upgrade(sequential(*layers), origin)


def layers_of(result: Upgraded) -> list[dict[str, Any]]:
    return list(result.config["config"]["layers"])


def change(report: UpgradeReport, what: str, kind: str) -> Change:
    (found,) = (each for each in report.changes if each.what == what and each.kind == kind)
    return found


def test_a_list_of_layers_gets_an_input() -> None:
    value = {"class_name": "Sequential", "config": [layer("Dense", units=3, **FIRST)]}
    result = upgrade(value, KERAS_2)
    source, dense = layers_of(result)
    assert source["class_name"] == "InputLayer"
    assert source["config"]["batch_shape"] == [None, 4]
    assert dense["config"] == {"units": 3, "name": "dense"}
    assert "Input of shape [None, 4]" in [each.after for each in result.report.changes]
    assert keras.saving.deserialize_keras_object(result.config).output_shape == (None, 3)


def test_alpha_is_never_dropped() -> None:
    result = upgraded(layer("LeakyReLU", alpha=0.17, **FIRST))
    assert layers_of(result)[1]["config"]["negative_slope"] == 0.17
    renamed = change(result.report, "alpha", "renamed")
    assert (renamed.layers, renamed.after) == (("leakyrelu",), "negative_slope")


def test_an_argument_that_mattered_is_told_as_lost() -> None:
    result = upgraded(layer("Dense", units=2, spin="left", **FIRST))
    lost = change(result.report, "spin", "lost")
    assert (lost.before, lost.layer_type) == ("left", "Dense")
    assert result.report.lost == [lost]


def test_alike_changes_are_told_together() -> None:
    zeros = {"class_name": "Zeros", "config": {"dtype": "float32"}}
    result = upgraded(
        layer("Dense", name="a", units=2, bias_initializer=zeros, **FIRST),
        layer("Dense", name="b", units=2, bias_initializer=zeros),
    )
    removed = change(result.report, "bias_initializer.dtype", "removed")
    assert removed.layers == ("a", "b")


def test_own_classes_and_lambdas_stay_as_they_are() -> None:
    code = ["4wEAAAA=", None, None]
    config = {"function": code, "function_type": "lambda", "name": "l", "arguments": {"a": 1}}
    result = upgraded(
        layer("Dense", units=4, **FIRST), layer("Lambda", **config), layer("Mine", size=3)
    )
    _, _, made, own = layers_of(result)
    assert made["config"] == config
    assert (own["module"], own["class_name"], own["registered_name"]) == (None, "Mine", "Mine")
    assert own["config"] == {"size": 3, "name": "mine"}


def test_what_wrappers_hold_is_upgraded() -> None:
    inner = layer("GRU", units=2, implementation=1, recurrent_activation="hard_sigmoid")
    result = upgraded(
        layer("Bidirectional", layer=inner, batch_input_shape=[None, 5, 4], merge_mode="sum")
    )
    held = layers_of(result)[1]["config"]["layer"]
    assert held["module"] == "keras.layers"
    assert held["config"]["reset_after"] is False
    assert "implementation" not in held["config"]
    assert change(result.report, "recurrent_activation", "weights").layers == ("gru",)


def test_a_gru_of_keras_2_4_keeps_its_kind() -> None:
    result = upgraded(layer("GRU", units=2, reset_after=True, batch_input_shape=[None, 5, 4]))
    assert layers_of(result)[1]["config"]["reset_after"] is True


def test_without_weights_nothing_is_said_to_be_multiplied() -> None:
    value = sequential(layer("Dense", units=2, activation="hard_sigmoid", **FIRST))
    report = upgrade(value, KERAS_2, has_weights=False).report
    assert "no weights" in change(report, "activation", "converted").why


@pytest.mark.parametrize(
    ("class_name", "given", "expected"),
    [
        ("Dense", {"output_dim": 3, "init": "normal", "bias": False}, "units use_bias"),
        ("Convolution2D", {"nb_filter": 2, "nb_row": 3, "nb_col": 3}, "filters kernel_size"),
        ("MaxPooling1D", {"pool_length": 2, "stride": 2, "border_mode": "same"}, "pool_size"),
        ("LSTM", {"output_dim": 3, "inner_activation": "tanh"}, "units recurrent_activation"),
        ("Embedding", {"input_dim": 4, "output_dim": 2, "init": "uniform"}, "output_dim"),
        ("GaussianNoise", {"sigma": 0.1}, "stddev"),
        ("Dropout", {"p": 0.3}, "rate"),
        ("UpSampling1D", {"length": 2}, "size"),
    ],
)
def test_names_of_keras_1(class_name: str, given: dict[str, Any], expected: str) -> None:
    today = getattr(keras.layers, class_name).__name__
    found = upgrade_arguments(class_name, today, given, Changes())
    assert set(expected.split()) <= found.keys()
    getattr(keras.layers, today)(**found)


def test_regularizers_and_constraints_of_keras_1() -> None:
    given = {
        "output_dim": 2,
        "W_regularizer": {"name": "WeightRegularizer", "l1": 0.1, "l2": 0.2},
        "W_constraint": {"name": "MaxNorm", "m": 3, "axis": 0},
    }
    made = keras.layers.Dense(**upgrade_arguments("Dense", "Dense", given, Changes()))
    assert made.kernel_regularizer.get_config() == pytest.approx({"l1": 0.1, "l2": 0.2})
    assert made.kernel_constraint.get_config() == {"max_value": 3, "axis": 0}


def test_every_activation_of_keras_2_is_known() -> None:
    import tensorflow as tf
    import tf_keras

    x = tf.reshape(tf.linspace(-3.0, 3.0, 12), (3, 4))
    names = [
        name
        for name in dir(tf_keras.activations)
        if callable(getattr(tf_keras.activations, name)) and name[0].islower()
    ]
    assert len(names) > 12
    for name in set(names) - {"get", "serialize", "deserialize", "hard_sigmoid"}:
        new = upgrade_activation("activation", name, Changes())
        old_values = tf_keras.activations.get(name)(x)
        assert abs(old_values - keras.activations.get(new)(x)).numpy().max() < 1e-6, name


def test_the_tables_name_functions_of_tensorflow() -> None:
    import tensorflow as tf

    def found(name: str, root: Any) -> Any:
        for part in name.split("."):
            root = getattr(root, part, None)
        return root

    for name in FUNCTIONS:
        assert callable(found(name, tf) or found(name, tf.compat.v1)), name
    for node in NODES.values():
        assert node.function == "shape" or function_named(node.function) is not None


# ---------------------------------------------------------------- compilation


def test_a_decaying_rate_becomes_a_schedule() -> None:
    compiled = {
        "optimizer_config": {"class_name": "SGD", "config": {"lr": 0.1, "decay": 0.01}},
        "loss": "mse",
    }
    changes = Changes()
    result = upgrade_compiled(compiled, changes)
    made = keras.saving.deserialize_keras_object(result["optimizer"])
    made.build([keras.Variable(0.0)])
    made.iterations.assign(50)
    assert float(made.learning_rate) == pytest.approx(0.1 / (1 + 0.01 * 50))
    assert {each.what for each in changes.report("").changes} == {"SGD.decay", "SGD.lr"}


def test_losses_and_metrics_of_keras_2() -> None:
    result = upgrade_compiled(
        {
            "optimizer_config": {"class_name": "Custom>Adam", "config": {"learning_rate": 0.5}},
            "loss": {
                "a": {
                    "class_name": "CategoricalCrossentropy",
                    "config": {"reduction": "auto", "from_logits": True, "fn": "x"},
                },
                "b": "kullback_leibler_divergence",
            },
            "metrics": [
                [
                    {
                        "class_name": "MeanMetricWrapper",
                        "config": {"name": "m", "fn": "mean_absolute_error"},
                    }
                ],
                ["acc", "fmeasure"],
            ],
            "sample_weight_mode": None,
        },
        Changes(),
    )
    assert result["optimizer"]["class_name"] == "Adam"
    assert result["loss"]["a"]["config"] == {
        "reduction": "sum_over_batch_size",
        "from_logits": True,
    }
    assert result["loss"]["b"] == "kl_divergence"
    assert result["metrics"] == [["mean_absolute_error"], ["accuracy"]]


# ---------------------------------------------------------------- what is no model


@pytest.mark.parametrize(
    "value",
    [
        {"class_name": "Sequential", "config": {"name": "s"}},
        {"class_name": "Sequential", "config": [3]},
        {"class_name": "Model", "config": {"layers": []}},
        {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": None}]},
        {
            "class_name": "Model",
            "config": {
                "layers": [layer("Dense", units=2)],
                "input_layers": [["no", 0, 0]],
                "output_layers": [["dense", 0, 0]],
            },
        },
    ],
)
def test_what_no_keras_wrote_is_refused_in_words(value: dict[str, Any]) -> None:
    with pytest.raises(StudioError) as caught:
        upgrade(value, KERAS_2)
    assert caught.value.problem.code == "import.legacy"
    assert caught.value.problem.received


def test_files_of_keras_3_are_left_alone() -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    config = keras.saving.serialize_keras_object(model)
    assert not is_old(config, Origin())
    assert not is_old(config, Origin("3.4.0"))
    assert is_old(sequential(layer("Dense", units=1)), Origin())
    assert is_old(config, Origin("2.15.0"))
