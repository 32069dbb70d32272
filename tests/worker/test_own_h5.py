"""Our `.h5`: plain Keras opens of it what it can, KerasStudio all of it, and trains on."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from keras import layers, ops

from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.training_spec import KerasObject
from kerasstudio.runtime.protocol import ImportModel
from kerasstudio.runtime.worker.build import BuiltModel, build_model
from kerasstudio.runtime.worker.exporters.exporter import Subject
from kerasstudio.runtime.worker.exporters.keras_h5 import write
from kerasstudio.runtime.worker.importer import import_keras
from kerasstudio.runtime.worker.importing import import_model
from kerasstudio.runtime.worker.layer_weights import give_optimizer, give_weights
from kerasstudio.runtime.worker.sampling import random_samples, structured

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

Input = keras.Input


def chain() -> keras.Model:
    return keras.Sequential(
        [
            Input((6,)),
            layers.Dense(5, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Dense(2),
        ]
    )


def masked() -> keras.Model:
    words = Input((7,), dtype="int32")
    h = layers.LSTM(4)(layers.Embedding(20, 8, mask_zero=True)(words))
    return keras.Model(words, layers.Add()([layers.Dense(2)(h), layers.Dense(2)(h)]))


def operations() -> keras.Model:
    i = Input((6, 4))
    x = ops.relu(i * 2.0 + 1.0)
    return keras.Model(i, layers.Dense(2)(x[:, 0]))


def attention() -> keras.Model:
    i = Input((5, 8))
    return keras.Model(i, layers.Dense(2)(layers.Attention()([i, layers.Dense(8)(i)])))


def same_names_in_two_blocks() -> keras.Model:
    def block(name: str) -> keras.Model:
        i = Input((4,))
        return keras.Model(i, layers.Dense(4, name="dense")(i), name=name)

    i = Input((4,))
    return keras.Model(i, layers.Dense(2)(block("two")(block("one")(i))))


def deep() -> keras.Model:
    made: keras.Model | None = None
    for depth in range(3):
        i = Input((4,))
        h = layers.Dense(4, name="dense")(i)
        made = keras.Model(i, made(h) if made is not None else h, name=f"level{depth}")
    return made


def several() -> keras.Model:
    a, b = Input((4,), name="a"), Input((6,), name="b")
    x = layers.Concatenate()([layers.Dense(3)(a), layers.Dense(5)(b)])
    outputs = {"u": layers.Dense(1, name="u")(x), "v": layers.Dense(2, name="v")(x)}
    return keras.Model({"a": a, "b": b}, outputs)


def mixed() -> keras.Model:
    i = Input((6,))
    h = layers.Dense(4, dtype="mixed_float16")(i)
    return keras.Model(i, layers.Dense(2, dtype="mixed_float16")(h))


def small_floats() -> keras.Model:
    i = Input((6,))
    return keras.Model(i, layers.Dense(2, dtype="bfloat16")(i))


KINDS = [
    chain, masked, operations, attention, same_names_in_two_blocks, deep, several, mixed,
    small_floats,
]  # fmt: skip
BY_KERAS = {chain, several, mixed, small_floats}


def fitted(built: BuiltModel) -> keras.Model:
    model = built.model
    model.compile(keras.optimizers.Adam(0.01), keras.losses.MeanSquaredError())
    x = structured(model, random_samples(model, 16))
    y = keras.tree.map_structure(
        lambda tensor: np.random.default_rng(0).normal(size=(16, *tensor.shape[1:])), model.output
    )
    model.fit(x, y, epochs=1, verbose=0)
    return model


def reloaded(path: Path, optimizer: KerasObject) -> BuiltModel:
    """What KerasStudio makes of the file, compiled."""
    weights = path.with_suffix(".npz")
    project = import_model(ImportModel(1, str(path), str(weights)), lambda *said: None).project
    built = build_model(project)
    given = give_weights(project, built.layers, built.model, weights)
    assert given.same
    built.model.compile(
        keras.optimizers.get({"class_name": optimizer.class_name, "config": optimizer.config}),
        keras.losses.MeanSquaredError(),
    )
    assert give_optimizer(project, built.layers, built.model, weights, given)
    return built


def with_adam(project: Project) -> Project:
    from kerasstudio.graph import edits

    for _, layer in project.outputs():
        loss = KerasObject("MeanSquaredError", "keras.losses")
        project = edits.set_output_training(project, layer.id, loss=loss)
    return edits.set_optimizer(
        project, KerasObject("Adam", "keras.optimizers", {"learning_rate": 0.01})
    )


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_every_model_comes_back_whole(make: Callable[[], keras.Model], tmp_path: Path) -> None:
    project = with_adam(import_keras(make())[0])
    keras.utils.set_random_seed(1)
    built = build_model(project)
    model = fitted(built)
    path = tmp_path / "m.h5"
    subject = Subject(project, built, tmp_path, trained=True)
    write(subject, path)
    again = reloaded(path, project.training.optimizer)
    pairs = [(model.variables, again.model.variables)]
    pairs += [(model.optimizer.variables, again.model.optimizer.variables)]
    for ours, theirs in pairs:
        for one, two in zip(ours, theirs, strict=True):
            assert one.dtype == two.dtype
            np.testing.assert_array_equal(one.numpy(), two.numpy())
    x = structured(model, random_samples(model, 4))
    for one, two in zip(
        keras.tree.flatten(model(x, training=False)),
        keras.tree.flatten(again.model(x, training=False)),
        strict=True,
    ):
        np.testing.assert_array_equal(one, two)
    if make in BY_KERAS:
        plain = keras.models.load_model(path)
        for one, two in zip(
            keras.tree.flatten(model(x, training=False)),
            keras.tree.flatten(plain(x, training=False)),
            strict=True,
        ):
            np.testing.assert_array_equal(one, two)
    if make in (deep, same_names_in_two_blocks):
        assert "opens in KerasStudio only" in subject.notes[0]
    else:
        assert subject.notes == []


def test_plain_keras_can_train_the_file(tmp_path: Path) -> None:
    """With Keras's own files `fit` fails after loading: it builds the optimizer for no weights."""
    project = with_adam(import_keras(chain())[0])
    built = build_model(project)
    model = fitted(built)
    write(Subject(project, built, tmp_path, trained=True), tmp_path / "m.h5")
    plain = keras.models.load_model(tmp_path / "m.h5")
    assert isinstance(plain, keras.Sequential)
    assert type(plain.optimizer).__name__ == "Adam"
    x = np.random.default_rng(0).normal(size=(16, 6))
    plain.fit(x, np.zeros((16, 2)), verbose=0)
    assert type(model.optimizer).__name__ == "Adam"
    model.fit(x, np.zeros((16, 2)), verbose=0)


def test_nothing_is_written_twice(tmp_path: Path) -> None:
    i = Input((400,))
    project = with_adam(import_keras(keras.Model(i, layers.Dense(500)(i)))[0])
    built = build_model(project)
    model = fitted(built)
    write(Subject(project, built, tmp_path, trained=True), tmp_path / "m.h5")
    held = sum(each.numpy().nbytes for each in [*model.variables, *model.optimizer.variables])
    assert (tmp_path / "m.h5").stat().st_size < held + 100_000


SCRIPT = """
    import sys
    from pathlib import Path
    import keras, numpy as np, tensorflow as tf
    from kerasstudio.graph.templates import project_from
    from kerasstudio.graph import edits
    from kerasstudio.runtime.protocol import ImportModel
    from kerasstudio.runtime.worker.build import build_model
    from kerasstudio.runtime.worker.exporters.exporter import Subject
    from kerasstudio.runtime.worker.exporters.keras_h5 import write
    from kerasstudio.runtime.worker.importing import import_model
    from kerasstudio.runtime.worker.layer_weights import give_optimizer, give_weights

    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(7)
    folder = Path(sys.argv[1])
    project = project_from("digits_cnn")
    x = np.random.default_rng(0).normal(size=(96, 8, 8, 1)).astype("float32")
    y = np.arange(96) % 10

    def compiled(built):
        built.model.compile(keras.optimizers.Adam(), keras.losses.SparseCategoricalCrossentropy())
        return built

    built = compiled(build_model(project))
    assert any(isinstance(layer, keras.layers.Dropout) for layer in built.model.layers)
    built.model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    write(Subject(project, built, folder, trained=True), folder / "m.h5")
    asked = ImportModel(1, str(folder / "m.h5"), str(folder / "w.npz"))
    loaded = import_model(asked, lambda *said: None).project
    keras.utils.set_random_seed(99)
    again = compiled(build_model(loaded))
    given = give_weights(loaded, again.layers, again.model, folder / "w.npz")
    assert give_optimizer(loaded, again.layers, again.model, folder / "w.npz", given)
    ours = built.model.fit(x, y, epochs=3, shuffle=False, verbose=0).history["loss"]
    theirs = again.model.fit(x, y, epochs=3, shuffle=False, verbose=0).history["loss"]
    assert ours == theirs, (ours, theirs)
    for one, two in zip(built.model.variables, again.model.variables, strict=True):
        assert one.numpy().tobytes() == two.numpy().tobytes(), one.path
    for one, two in zip(
        built.model.optimizer.variables, again.model.optimizer.variables, strict=True
    ):
        assert one.numpy().tobytes() == two.numpy().tobytes(), one.path
    print("bit for bit", ours)
"""


def test_fit_goes_on_bit_for_bit(tmp_path: Path) -> None:
    """Convolutions, dropout and Adam, in a process of its own: deterministic operations cannot be
    switched off again."""
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT))
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "bit for bit" in done.stdout


def test_files_of_the_first_version_still_open(tmp_path: Path) -> None:
    project = with_adam(import_keras(chain())[0])
    built = build_model(project)
    model = fitted(built)
    path = tmp_path / "m.h5"
    write(Subject(project, built, tmp_path, trained=True), path)
    with h5py.File(path, "a") as file:
        for name in ("state", "weights"):
            del file[f"kerasstudio/{name}"]
    out = tmp_path / "w.npz"
    loaded = import_model(ImportModel(1, str(path), str(out)), lambda *said: None).project
    again = build_model(loaded)
    starts = give_weights(loaded, again.layers, again.model, out).starts
    assert {told.state for told in starts.values()} == {"kept"}
    for one, two in zip(model.weights, again.model.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy())


@pytest.mark.parametrize("damage", ["link", "external", "huge", "state", "project"])
def test_a_crafted_group_is_refused(damage: str, tmp_path: Path) -> None:
    project = with_adam(import_keras(chain())[0])
    built = build_model(project)
    path = tmp_path / "m.h5"
    write(Subject(project, built, tmp_path, trained=False), path)
    (tmp_path / "secret").write_bytes(b"x" * 4000)
    with h5py.File(path, "a") as file:
        weights = file["kerasstudio/weights"]
        del weights["0"]
        if damage == "link":
            weights["0"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/secret")
        elif damage == "external":
            weights.create_dataset(
                "0", (6, 5), "float32", external=[(str(tmp_path / "secret"), 0, 120)]
            )
        elif damage == "huge":
            weights.create_dataset("0", (1 << 20, 1 << 12), "float32", chunks=(1024, 1024))
        else:
            weights.create_dataset("0", data=np.zeros((6, 5), "float32"))
            del file[f"kerasstudio/{damage}"]
            file[f"kerasstudio/{damage}"] = np.frombuffer(b'{"layers": 3}', np.uint8)
    with pytest.raises(StudioError):
        import_model(ImportModel(1, str(path), str(tmp_path / "w.npz")), lambda *said: None)
    assert not (tmp_path / "w.npz").exists()
