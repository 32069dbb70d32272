"""Old files of other kinds than whole models that open: architectures, code inside, damage."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
import tf_keras
from legacy_zoo import keras1, recurrent
from legacy_zoo.kind import predicted, randomize
from legacy_zoo.opening import Opened, difference

from kerasstudio.graph.problems import StudioError
from kerasstudio.runtime.protocol import ImportModel, ModelImported
from kerasstudio.runtime.worker.importing import import_model

pytestmark = [
    pytest.mark.worker,
    pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5:UserWarning"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

L = tf_keras.layers


def imported(path: Path) -> ModelImported:
    return import_model(ImportModel(1, str(path)), lambda *said: None)


def layer_names(answer: ModelImported) -> list[str]:
    return [layer.name for layer in answer.project.layers.values()]


@pytest.fixture
def mlp(tmp_path: Path) -> Path:
    path = tmp_path / "mlp.h5"
    keras1.KINDS[0].write(path)
    return path


def test_an_architecture_without_weights(tmp_path: Path) -> None:
    model = tf_keras.Sequential(
        [L.Dense(4, activation="hard_sigmoid", input_shape=(3,)), L.LeakyReLU(0.1)]
    )
    path = tmp_path / "model.json"
    path.write_text(model.to_json())
    opened = Opened(path)
    assert "the file holds no weights" in opened.notes
    assert "no weights" in str([change.why for change in opened.report.done])
    assert opened.model.layers[-1].negative_slope == pytest.approx(0.1)


def test_an_architecture_of_keras_1(tmp_path: Path) -> None:
    config = keras1.sequential(keras1.dense("d", 3, **keras1.first(4)))
    path = tmp_path / "old.json"
    path.write_text(json.dumps({**config, "keras_version": "1.2.0", "backend": "theano"}))
    opened = Opened(path)
    assert opened.report.wrote == "Keras 1.2.0"
    assert opened.model.output_shape == (None, 3)


def test_words_that_a_layer_learnt(tmp_path: Path) -> None:
    layer = L.TextVectorization(output_sequence_length=3)
    layer.adapt(np.array([["red green"], ["green blue"]]))
    x = tf_keras.Input((1,), dtype="string")
    model = tf_keras.Model(x, L.Embedding(6, 2)(layer(x)))
    randomize(model, np.random.default_rng(0))
    path = tmp_path / "text.keras"
    model.save(path)
    texts = [np.array([["green red"], ["blue violet"]], object)]
    assert difference(predicted(path, texts), Opened(path).predict(texts)) <= 1e-5


def test_training_settings_come_along(mlp: Path) -> None:
    training = imported(mlp).project.training
    assert training.optimizer.class_name == "SGD"
    assert training.optimizer.config["momentum"] == 0.9
    rate = training.optimizer.config["learning_rate"]
    assert rate["class_name"] == "InverseTimeDecay"
    assert rate["config"]["decay_rate"] == pytest.approx(1e-4)
    (output,) = training.outputs.values()
    assert output.loss is not None
    assert output.loss.class_name == "CategoricalCrossentropy"


def test_a_keras_file_from_windows(tmp_path: Path) -> None:
    """There the place of a layer was one name, with backslashes."""
    kind = next(kind for kind in recurrent.KINDS if kind.name == "cells")
    model = kind.write(tmp_path / "plain.keras", seed=2)
    path = tmp_path / "windows.keras"
    with zipfile.ZipFile(tmp_path / "plain.keras") as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, with_backslashes(data) if name.endswith(".h5") else data)
    arrays = kind.inputs(model, seed=1)
    expected = predicted(tmp_path / "plain.keras", arrays)
    assert difference(expected, Opened(path).predict(arrays)) <= 1e-5


def with_backslashes(data: bytes) -> bytes:
    out = io.BytesIO()
    with h5py.File(io.BytesIO(data)) as old, h5py.File(out, "w") as new:

        def copy(name: str, item: Any) -> None:
            if name.rpartition("/")[2] == "vars" and "/" in name:
                group = new.require_group(name.removesuffix("/vars").replace("/", "\\"))
                old.copy(item, group, "vars")

        old.visititems(copy)
    return out.getvalue()


# ---------------------------------------------------------------- code


@tf_keras.utils.register_keras_serializable("mine")
class Scale(L.Layer):  # type: ignore[misc]
    """With a weight of each kind, so that the order of weights depends on it."""

    def build(self, shape: Any) -> None:
        self.factor = self.add_weight(name="factor", shape=(shape[-1],))
        self.seen = self.add_weight(name="seen", shape=(2,), trainable=False)
        super().build(shape)

    def call(self, x: Any) -> Any:
        return x * self.factor


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
def test_code_becomes_a_placeholder_and_other_weights_stay_right(
    tmp_path: Path, suffix: str
) -> None:
    p = tf_keras.Input((4,))
    y = L.BatchNormalization(name="norm")(Scale(name="own")(L.Dense(4, name="first")(p)))
    inner = tf_keras.Model(p, y, name="inner")
    x = tf_keras.Input((4,))
    y = L.Lambda(lambda t: t * 2.0, name="twice")(inner(x))
    model = tf_keras.Model(x, L.Dense(3, name="last")(y))
    randomize(model, np.random.default_rng(0))
    path = tmp_path / f"code{suffix}"
    model.save(path)
    answer = imported(path)
    assert {"own", "twice", "first", "norm", "last"} <= set(layer_names(answer))
    assert any("code that was not run" in note for note in answer.notes)
    own = next(layer for layer in answer.project.layers.values() if layer.name == "own")
    assert (own.class_name, own.registered_name) == ("Scale", "mine>Scale")


# ---------------------------------------------------------------- bad files


def spoilt(path: Path, change: Any) -> StudioError:
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(StudioError) as caught:
        Opened(path)
    return caught.value


def test_weights_of_another_shape_are_told_with_their_layer(mlp: Path) -> None:
    def change(file: Any) -> None:
        group = file["model_weights/dense_2"]
        del group["dense_2_W"]
        group["dense_2_W"] = np.zeros((6, 4))

    problem = spoilt(mlp, change).problem
    assert problem.code == "import.weights"
    assert "dense_2" in problem.message
    assert "(6, 3)" in problem.expected
    assert "dense_2_W (6, 4)" in problem.received


def test_missing_and_surplus_weights_are_told(mlp: Path) -> None:
    def without(file: Any) -> None:
        file["model_weights/dense_1"].attrs["weight_names"] = [b"dense_1_W"]

    assert "2 weights" in spoilt(mlp, without).problem.expected

    def more(file: Any) -> None:
        group = file["model_weights"]
        group["dense_1"].attrs["weight_names"] = [b"dense_1_W", b"dense_1_b"]
        group.create_group("dense_9")["w"] = np.zeros(3)
        group["dense_9"].attrs["weight_names"] = [b"w"]
        names = list(group.attrs["layer_names"].astype("S"))
        group.attrs["layer_names"] = [*names, b"dense_9"]

    assert "dense_9" in spoilt(mlp, more).problem.message


def test_weights_go_by_their_order_where_names_say_nothing(mlp: Path) -> None:
    arrays = [np.random.default_rng(1).normal(size=(3, 5)).astype("float32")]
    expected = Opened(mlp).predict(arrays)
    with h5py.File(mlp, "r+") as file:
        group = file["model_weights"]
        for number, name in enumerate(("dense_1", "dropout_1", "dense_2", "activation_1")):
            group.move(name, f"layer_{number}")
        group.attrs["layer_names"] = [f"layer_{number}".encode() for number in range(4)]
    assert difference(expected, Opened(mlp).predict(arrays)) == 0


@pytest.mark.parametrize(
    "layers",
    [
        [{"class_name": "Dense", "config": {"units": [1, 2], "name": {"a": 1}}}],
        [{"class_name": "Bidirectional", "config": {"layer": {"class_name": "LSTM"}}}],
        [{"class_name": "Merge", "config": {"layers": [3]}}],
        [{"class_name": "TimeDistributed", "config": {"layer": None}}],
    ],
)
def test_a_damaged_description_is_refused_in_words(mlp: Path, layers: list[Any]) -> None:
    def change(file: Any) -> None:
        config = {"class_name": "Sequential", "config": layers}
        file.attrs["model_config"] = json.dumps(config).encode()

    assert spoilt(mlp, change).problem.code.startswith(("import.", "shape.", "structure."))


def test_a_trap_in_an_old_file_is_refused(mlp: Path) -> None:
    """What an old spelling hides is vetted after it was brought up."""

    def change(file: Any) -> None:
        config = json.loads(file.attrs["model_config"])
        config["config"][0]["config"]["output_dim"] = 10**12
        file.attrs["model_config"] = json.dumps(config).encode()

    assert spoilt(mlp, change).problem.code == "import.unsafe"


def test_keras_3_can_load_what_comes_out(mlp: Path, tmp_path: Path) -> None:
    opened = Opened(mlp)
    opened.model.save(tmp_path / "new.keras")
    again = keras.models.load_model(tmp_path / "new.keras")
    arrays = [np.random.default_rng(1).normal(size=(3, 5)).astype("float32")]
    received = [np.asarray(again(arrays[0], training=False))]
    assert difference(opened.predict(arrays), received) == 0
