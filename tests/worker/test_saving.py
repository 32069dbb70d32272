"""A trained model in the form that files have goes on as it would have here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import pytest
from keras import layers
from same_models import structure

from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import KerasObject, OutputTraining
from kerasstudio.runtime.worker.build import BuiltModel, build_model
from kerasstudio.runtime.worker.compiling import compile_model
from kerasstudio.runtime.worker.importer import import_keras
from kerasstudio.runtime.worker.saving import saved_model

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

MSE = KerasObject("MeanSquaredError", "keras.losses")
MAE = KerasObject("MeanAbsoluteError", "keras.metrics")


def two_headed(form: str) -> keras.Model:
    """Outputs whose order by name is not their order."""
    a, b = keras.Input((4,), name="zeta"), keras.Input((3,), name="alpha")
    last = layers.Dense(2, name="last")(layers.Dense(3, name="from_a")(a))
    first = layers.Dense(1, name="first")(layers.Dense(3, name="from_b")(b))
    outputs: Any = {"list": [last, first], "tuple": (last, first)}.get(form)
    if form == "keys":
        outputs = {"y": last, "x": first}
    elif form == "nested":
        outputs = {"one": (last,), "two": [first]}
    return keras.Model([a, b], outputs)


def trained(model: keras.Model, optimizer: KerasObject) -> tuple[Project, BuiltModel]:
    project = import_keras(model)[0]
    outputs = {
        layer.id: OutputTraining(MSE, 0.5 if number else 1.0, (MAE,))
        for number, (_, layer) in enumerate(project.outputs())
    }
    training = msgspec.structs.replace(project.training, optimizer=optimizer, outputs=outputs)
    project = msgspec.structs.replace(project, training=training)
    built = build_model(project)
    compile_model(built.model, project)
    step(built.model, by_name(built.model))
    return project, built


def by_name(model: keras.Model) -> Any:
    return {name: np.ones((5, *t.shape[1:])) for name, t in model.output.items()}


def step(model: keras.Model, y: Any) -> float:
    x = {
        tensor.name: np.linspace(0, 1, 5 * tensor.shape[1]).reshape(5, -1)
        for tensor in model.inputs
    }
    return float(model.train_on_batch(x, y, return_dict=True)["loss"])


ADAM = KerasObject("Adam", "keras.optimizers", {"learning_rate": 0.05})
MOMENTUM = KerasObject("SGD", "keras.optimizers", {"momentum": 0.9})


@pytest.mark.parametrize(
    ("form", "optimizer"),
    [
        ("list", ADAM),
        ("tuple", MOMENTUM),
        ("keys", KerasObject("SGD", "keras.optimizers")),
        ("nested", ADAM),
    ],
)
def test_training_goes_on_from_the_saved_form(
    form: str, optimizer: KerasObject, tmp_path: Path
) -> None:
    original = two_headed(form)
    project, built = trained(original, optimizer)
    made = saved_model(project, built)
    assert structure(made) == structure(original)
    made.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    targets = keras.tree.map_structure(lambda t: np.ones((5, *t.shape[1:])), made.output)
    if form == "nested":  # Keras has no losses for nested outputs by their structure
        return
    expected = [step(built.model, by_name(built.model)) for _ in range(3)]
    found = [step(loaded, targets) for _ in range(3)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_single_output_and_sequential(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(1)])
    project = import_keras(model)[0]
    (output,) = (layer.id for _, layer in project.outputs())
    training = msgspec.structs.replace(
        project.training, outputs={output: OutputTraining(MSE, 1.0, (MAE,))}
    )
    project = msgspec.structs.replace(project, training=training)
    built = build_model(project)
    compile_model(built.model, project)
    x, y = np.ones((4, 4)), np.ones((4, 1))
    built.model.train_on_batch(x, y)
    made = saved_model(project, built)
    assert isinstance(made, keras.Sequential)
    made.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    expected = built.model.train_on_batch(x, y, return_dict=True)
    found = loaded.train_on_batch(x, y, return_dict=True)
    assert found == pytest.approx(expected)


def test_model_that_is_not_compiled_stays_so() -> None:
    project = import_keras(two_headed("list"))[0]
    assert not saved_model(project, build_model(project)).compiled
