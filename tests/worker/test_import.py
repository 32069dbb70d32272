"""Keras models as projects: the same weights in the same order, the same predictions."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers, ops

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.codegen import python_code
from kerasstudio.graph.files import decode_project, encode_project
from kerasstudio.graph.placeholders import placeholders
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.structure import structure_problems
from kerasstudio.runtime.protocol import Export, ImportModel
from kerasstudio.runtime.worker import exporters
from kerasstudio.runtime.worker.build import build_model
from kerasstudio.runtime.worker.importer import import_keras
from kerasstudio.runtime.worker.importing import import_model
from kerasstudio.runtime.worker.sampling import random_samples, structured

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

Input = keras.Input


def cnn() -> keras.Model:
    model = keras.Sequential(
        [
            Input((12, 12, 3)),
            layers.Conv2D(4, 3, activation="relu", padding="same", kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(5, activation="softmax", kernel_initializer="he_normal"),
        ]
    )
    model.layers[0].trainable = False
    return model


def masked_rnn() -> keras.Model:
    return keras.Sequential(
        [
            Input((7,), dtype="int32"),
            layers.Embedding(20, 8, mask_zero=True),
            layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
            layers.GRU(3),
        ]
    )


def masking() -> keras.Model:
    x = Input((5, 3))
    return keras.Model(x, layers.LSTM(2)(layers.Dense(4)(layers.Masking()(x))))


def several() -> keras.Model:
    a, b = Input((4,), name="a"), Input((6,), name="b")
    x = layers.Concatenate()([layers.Dense(3)(a), layers.Dense(5)(b)])
    outputs = {"u": layers.Dense(1, name="u")(x), "v": layers.Dense(2, name="w")(x)}
    return keras.Model({"a": a, "b": b}, outputs)


def residual() -> keras.Model:
    x = Input((8, 8, 3))
    y = layers.Add()([x, layers.ReLU()(layers.Conv2D(3, 3, padding="same")(x))])
    y = layers.GlobalAveragePooling2D()(y)
    return keras.Model(x, [layers.Dense(2)(y), layers.Dense(3)(y)])


def shared() -> keras.Model:
    a, b, twin = Input((4,)), Input((4,)), layers.Dense(3)
    return keras.Model([a, b], layers.Subtract()([twin(a), twin(b)]))


def operations() -> keras.Model:
    i = Input((6, 4))
    x = ops.relu(i * 2.0 + 1.0)
    y = ops.concatenate([x[:, 0], ops.mean(x, axis=1)], axis=-1)
    return keras.Model(i, layers.Dense(2)(y))


def attention() -> keras.Model:
    i = Input((5, 8))
    x = layers.MultiHeadAttention(2, 4)(i, i, use_causal_mask=True)
    return keras.Model(i, layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x + i)))


def nested() -> keras.Model:
    a, b = Input((4,), name="p"), Input((3,), name="q")
    inner = keras.Model([a, b], [layers.Dense(2)(a), layers.Dense(2)(b)], name="inner")
    twice = keras.Sequential([Input((2,)), layers.Dense(2)], name="twice")
    x, y = Input((4,)), Input((3,))
    u, v = inner([x, y])
    return keras.Model([x, y], layers.Add()([twice(u), twice(v)]))


def states() -> keras.Model:
    i = Input((5, 3))
    s, h, c = layers.LSTM(4, return_state=True, return_sequences=True)(i)
    return keras.Model(i, layers.LSTM(4)(s, initial_state=[h, c]))


def wrapped() -> keras.Model:
    i = Input((5, 8, 8, 3))
    x = layers.TimeDistributed(layers.Conv2D(2, 3, strides=2))(i)
    return keras.Model(i, layers.GRU(2)(layers.TimeDistributed(layers.Flatten())(x)))


def mobile() -> keras.Model:
    return keras.applications.MobileNetV3Small(
        weights=None, input_shape=(64, 64, 3), classes=4, dropout_rate=0.0
    )


MODELS = [
    cnn, masked_rnn, masking, several, residual, shared, operations, attention, nested, states,
    wrapped, mobile,
]  # fmt: skip


def randomise(model: keras.Model) -> None:
    """Weights that make every mistake in their order visible."""
    generator = np.random.default_rng(1)
    values = []
    for weight in model.weights:
        random = generator.normal(0, 0.2, weight.shape)
        values.append(np.abs(random) + 0.5 if "variance" in weight.path else random)
    model.set_weights(values)


def same_model(ours: keras.Model, theirs: keras.Model, names: list[str]) -> None:
    assert [w.shape for w in ours.weights] == [w.shape for w in theirs.weights]
    theirs.set_weights(ours.get_weights())
    x = keras.tree.flatten(structured(ours, random_samples(ours, 3)))
    given = x[0] if len(x) == 1 else dict(zip(names, x, strict=True))
    # Called, not `predict`: that traces a function for each model first.
    expected = keras.tree.flatten(ours(structured(ours, random_samples(ours, 3)), training=False))
    found = keras.tree.flatten(theirs(given, training=False))
    for one, other in zip(expected, found, strict=True):
        assert np.isfinite(one).all()
        np.testing.assert_allclose(other, one, atol=1e-6)


def inputs_of(project: Project) -> list[str]:
    return [layer.name for _, layer in project.inputs()]


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_drawing_and_code_give_the_same_model(make: Callable[[], keras.Model]) -> None:
    model = make()
    randomise(model)
    project = import_keras(model)[0]
    assert structure_problems(project, shipped()) == []
    assert decode_project(encode_project(project)) == project
    built = build_model(project).model
    same_model(model, built, inputs_of(project))
    assert len(model.trainable_weights) == len(built.trainable_weights)
    script: dict[str, object] = {"__name__": "script"}
    exec(compile(python_code(project), "script", "exec"), script)
    same_model(model, script["build_model"](), inputs_of(project))  # type: ignore[operator]


@pytest.mark.parametrize("make", [masked_rnn, masking, operations], ids=lambda make: make.__name__)
def test_saving_adds_nothing_to_the_drawing(
    make: Callable[[], keras.Model], tmp_path: Path
) -> None:
    model = make()
    model.save(tmp_path / "m.keras")
    imported = import_model(ImportModel(1, str(tmp_path / "m.keras")), lambda *said: None)
    project = import_keras(model)[0]
    kinds = [layer.class_name for layer in project.layers.values()]
    assert sorted(each.class_name for each in imported.project.layers.values()) == sorted(kinds)


def test_only_changed_arguments_are_kept() -> None:
    project = import_keras(cnn())[0]
    arguments = {layer.class_name: layer.arguments for layer in project.layers.values()}
    assert arguments["BatchNormalization"] == {}
    assert arguments["Dropout"] == {"rate": 0.2}
    conv = arguments["Conv2D"]
    assert set(conv) == {"filters", "kernel_size", "padding", "activation", "kernel_regularizer"}
    assert conv["activation"] == "relu"
    frozen = next(layer for layer in project.layers.values() if layer.class_name == "Conv2D")
    assert not frozen.trainable


@pytest.mark.parametrize("suffix", [".keras", ".h5", ".json"])
def test_file_is_known_by_its_content(suffix: str, tmp_path: Path) -> None:
    model = cnn()
    path = tmp_path / f"model{suffix}"
    if suffix == ".json":
        path.write_text(model.to_json())
    else:
        model.save(path)
    disguised = tmp_path / "model.dat"
    shutil.copy(path, disguised)
    answer = import_model(ImportModel(1, str(disguised)), lambda *said: None)
    assert [node.class_name for node in answer.project.layers.values()][:3] == [
        "InputLayer",
        "Conv2D",
        "BatchNormalization",
    ]


def test_converting_keeps_the_weights(tmp_path: Path) -> None:
    model = several()
    randomise(model)
    model.save(tmp_path / "in.keras")
    weights = tmp_path / "stored.npz"
    asked = ImportModel(1, str(tmp_path / "in.keras"), str(weights))
    project = import_model(asked, lambda *said: None).project
    assert project.training.start.words == "in.keras"
    request = Export(
        1, "h5", str(tmp_path / "out.h5"), project, str(tmp_path), weights=str(weights)
    )
    answer = exporters.export(request, lambda *said: None)
    assert (answer.agrees, answer.difference) == (True, 0.0)
    assert answer.notes == ("weights of in.keras. Every layer keeps its weights.",)
    for one, other in zip(
        model.get_weights(),
        keras.models.load_model(tmp_path / "out.h5").get_weights(),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


def test_layers_that_are_code_are_drawn_and_models_that_are_code_refused() -> None:
    class Own(keras.layers.Layer):
        def call(self, x: object) -> object:
            return x

    i = Input((3,))
    for layer in (layers.Lambda(lambda x: x * 2, name="twice"), Own(name="own")):
        project, _ = import_keras(keras.Model(i, layer(i)))
        assert [each.name for each in placeholders(project)] == [layer.name]

    class Written(keras.Model):
        pass

    with pytest.raises(StudioError, match="written as code"):
        import_keras(Written())
