"""How a file says it was compiled becomes the training settings of the project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import pytest
from keras import layers

from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import KerasObject, OutputTraining
from kerasstudio.runtime.protocol import ImportModel
from kerasstudio.runtime.worker.build import build_model
from kerasstudio.runtime.worker.compiling import compile_model
from kerasstudio.runtime.worker.importing import import_model

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def one_output(units: int = 3, activation: str = "softmax") -> keras.Model:
    x = keras.Input((4,), name="x")
    return keras.Model(x, layers.Dense(units, activation=activation, name="kind")(x))


def two_outputs(named: bool) -> keras.Model:
    x = keras.Input((4,), name="x")
    kind = layers.Dense(3, activation="softmax", name="kind")(x)
    size = layers.Dense(1, name="size")(x)
    return keras.Model(x, {"a": size, "b": kind} if named else [kind, size])


def read(model: keras.Model, folder: Path, suffix: str = "keras") -> tuple[Project, list[str]]:
    path = folder / f"model.{suffix}"
    model.save(path)
    answer = import_model(ImportModel(1, str(path)), lambda *said: None)
    return answer.project, list(answer.notes)


def by_name(project: Project) -> dict[str, OutputTraining]:
    return {layer.name: project.training.outputs[layer.id] for _, layer in project.outputs()}


def loss(kind: str, **config: Any) -> KerasObject:
    return KerasObject(kind, "keras.losses", config)


def metric(kind: str, **config: Any) -> KerasObject:
    return KerasObject(kind, "keras.metrics", config)


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_names_become_classes_and_accuracy_follows_the_loss(suffix: str, tmp_path: Path) -> None:
    model = one_output()
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy", "mae"])
    project, notes = read(model, tmp_path, suffix)
    assert notes == []
    assert project.training.optimizer == KerasObject(
        "SGD", "keras.optimizers", {} if suffix == "keras" else project.training.optimizer.config
    )
    assert by_name(project)["kind"] == OutputTraining(
        loss=loss("SparseCategoricalCrossentropy"),
        metrics=(
            metric("SparseCategoricalAccuracy", name="accuracy"),
            metric("MeanAbsoluteError", name="mae"),
        ),
    )


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_arguments_of_objects_are_kept_where_they_differ(suffix: str, tmp_path: Path) -> None:
    model = one_output(1, "sigmoid")
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.9, staircase=True)
    model.compile(
        keras.optimizers.AdamW(schedule, weight_decay=0.02, clipnorm=1.5),
        keras.losses.BinaryCrossentropy(label_smoothing=0.1),
        metrics=[keras.metrics.AUC(num_thresholds=50, name="auc"), "acc"],
    )
    project, notes = read(model, tmp_path, suffix)
    assert notes == []
    optimizer = project.training.optimizer
    assert optimizer.class_name == "AdamW"
    assert optimizer.config["weight_decay"] == 0.02
    assert optimizer.config["clipnorm"] == 1.5
    assert optimizer.config["learning_rate"] == {
        "module": "keras.optimizers.schedules",
        "class_name": "ExponentialDecay",
        "config": {
            "initial_learning_rate": 0.1, "decay_steps": 100, "decay_rate": 0.9, "staircase": True,
        },
        "registered_name": None,
    }  # fmt: skip
    assert set(optimizer.config) == {"weight_decay", "clipnorm", "learning_rate"}
    found = by_name(project)["kind"]
    assert found.loss == loss("BinaryCrossentropy", label_smoothing=0.1)
    assert found.metrics is not None
    assert found.metrics[0].config["num_thresholds"] == 50
    assert found.metrics[1] == metric("BinaryAccuracy", name="acc")
    built = build_model(project).model
    compile_model(built, project)
    assert type(built.optimizer) is keras.optimizers.AdamW
    assert float(built.optimizer.learning_rate) == pytest.approx(0.1)


def test_learning_rate_is_read_as_it_was_meant(tmp_path: Path) -> None:
    model = one_output()
    model.compile(keras.optimizers.RMSprop(0.0003), "mse")
    assert read(model, tmp_path)[0].training.optimizer.config == {"learning_rate": 0.0003}


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize("form", ["list", "names", "one for all"])
def test_several_outputs(form: str, suffix: str, tmp_path: Path) -> None:
    model = two_outputs(named=False)
    if form == "one for all":
        model.compile("adam", "mse")
    elif form == "list":
        model.compile(
            "adam",
            ["categorical_crossentropy", "mse"],
            metrics=[["accuracy"], ["mae", "mse"]],
            loss_weights=[1.0, 0.5],
        )
    else:
        model.compile(
            "adam",
            {"size": "mse", "kind": "categorical_crossentropy"},
            metrics={"size": ["mae", "mse"], "kind": "accuracy"},
            loss_weights={"size": 0.5},
        )
    found = by_name(read(model, tmp_path, suffix)[0])
    if form == "one for all":
        assert found["kind"].loss == found["size"].loss == loss("MeanSquaredError")
        return
    assert found["kind"].loss == loss("CategoricalCrossentropy")
    assert found["kind"].metrics == (metric("CategoricalAccuracy", name="accuracy"),)
    assert found["size"] == OutputTraining(
        loss=loss("MeanSquaredError"),
        loss_weight=0.5,
        metrics=(metric("MeanAbsoluteError", name="mae"), metric("MeanSquaredError", name="mse")),
    )


def test_outputs_in_a_dictionary_go_by_their_keys(tmp_path: Path) -> None:
    model = two_outputs(named=True)
    model.compile("adam", {"a": "mae", "b": keras.losses.CategoricalCrossentropy(True)})
    found = by_name(read(model, tmp_path)[0])
    assert found["a"].loss == loss("MeanAbsoluteError")
    assert found["b"].loss == loss("CategoricalCrossentropy", from_logits=True)


def test_what_cannot_be_taken_over_is_told(tmp_path: Path) -> None:
    @keras.saving.register_keras_serializable("mine")
    def strange(y_true: Any, y_pred: Any) -> Any:
        return keras.ops.mean(y_true - y_pred)

    model = two_outputs(named=False)
    model.compile(
        "adam",
        [strange, None],
        weighted_metrics=[["mae"], []],
        steps_per_execution=4,
        jit_compile=True,
    )
    path = tmp_path / "model.keras"
    model.save(path)
    from kerasstudio.runtime.worker.importer import import_config
    from kerasstudio.runtime.worker.model_in_memory import model_in_memory

    notes = import_config(model_in_memory(model)).notes
    said = "\n".join(notes)
    assert 'the loss "mine>strange": not one of Keras\'s own' in said
    assert 'the output "size" had no loss' in said
    assert "weighted metrics" in said
    assert "steps per execution (4)" in said
    assert "XLA compilation" in said


def test_mixed_precision_wrapper_is_left_to_keras(tmp_path: Path) -> None:
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(2, dtype="mixed_float16")(x))
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.Nadam(0.01)), "mse")
    project, _ = read(model, tmp_path)
    assert project.training.optimizer == KerasObject(
        "Nadam", "keras.optimizers", {"learning_rate": 0.01}
    )


def test_file_that_was_not_compiled_leaves_training_open(tmp_path: Path) -> None:
    project, notes = read(one_output(), tmp_path)
    assert project.training.outputs == {}
    assert notes == []
