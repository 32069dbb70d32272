"""What files, switches, code, stored weights and old models have to do with one another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import keras
import msgspec
import numpy as np
import pytest
from legacy_zoo import keras1
from legacy_zoo.opening import difference

from kerasstudio.graph import edits
from kerasstudio.graph.export_limits import export_limits
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Mode, Project
from kerasstudio.graph.templates import project_from
from kerasstudio.runtime.protocol import Export, Exported, ImportModel
from kerasstudio.runtime.worker import exporters
from kerasstudio.runtime.worker.build import build_model
from kerasstudio.runtime.worker.compiling import compile_model, complete_training
from kerasstudio.runtime.worker.importer import import_keras
from kerasstudio.runtime.worker.importing import import_model
from kerasstudio.runtime.worker.layer_weights import give_optimizer, give_weights

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

SUFFIX = {each.id: each.suffix for each in exporters.formats()}


def silent(*_said: Any) -> None:
    """Nobody listens."""


def exported(
    project: Project, format_id: str, folder: Path, weights: Path | None = None
) -> Exported:
    path = str(folder / f"out{SUFFIX[format_id]}")
    given = None if weights is None else str(weights)
    return exporters.export(Export(1, format_id, path, project, str(folder), weights=given), silent)


def opened(path: Path, weights: Path) -> Project:
    return import_model(ImportModel(1, str(path), str(weights)), silent).project


def switched(project: Project, mode: Mode, name: str) -> Project:
    node = next(
        node.id for node in project.graph.nodes.values() if project.layers[node.layer].name == name
    )
    return edits.set_mode(project, [node], mode)


@pytest.mark.parametrize("format_id", ["notebook", "python", "savedmodel", "tflite", "onnx"])
def test_a_muted_output_is_in_no_file(format_id: str, tmp_path: Path) -> None:
    project = project_from("two_inputs_two_outputs")
    name = next(layer.name for _node, layer in project.outputs())
    answer = exported(switched(project, "muted", name), format_id, tmp_path)
    assert answer.agrees, answer.checked


def with_lambda() -> Project:
    i = keras.Input((3,), name="x")
    twice = keras.layers.Lambda(lambda x: x * 2, name="twice")
    return import_keras(keras.Model(i, keras.layers.Dense(2)(twice(i))))[0]


def test_code_that_is_bypassed_hinders_no_file(tmp_path: Path) -> None:
    project = switched(with_lambda(), "bypassed", "twice")
    for format_id in ("h5", "json", "python", "notebook", "onnx"):
        assert export_limits(project, format_id) == []
    assert exported(project, "python", tmp_path).difference == 0


def test_a_script_says_that_it_cannot_contain_a_lambda(tmp_path: Path) -> None:
    project = with_lambda()
    for format_id in ("python", "notebook"):
        (limit,) = export_limits(project, format_id)
        assert '"twice" (Lambda): its function is not in the project' in limit.message
        with pytest.raises(StudioError) as caught:
            exported(project, format_id, tmp_path)
        assert caught.value.problem.code == "export.lambda"
        assert "class of the project" in caught.value.problem.advice
    (layer,) = [key for key, each in project.layers.items() if each.class_name == "Lambda"]
    written = edits.lambda_to_class(project, layer)
    for format_id in ("python", "notebook"):
        assert export_limits(written, format_id) == []
        answer = exported(written, format_id, tmp_path)
        assert answer.checked.startswith("not checked")
        text = (tmp_path / f"out{SUFFIX[format_id]}").read_text()
        assert "class Twice" in text


def test_weights_around_code_that_was_not_run_are_written(tmp_path: Path) -> None:
    answer = exported(with_lambda(), "weights", tmp_path)
    assert answer.checked.startswith("not checked: twice is code")
    with h5py.File(tmp_path / "out.weights.h5") as file:
        assert file["layers/dense/vars/0"].shape == (3, 2)


def test_fit_goes_on_from_a_file_of_plain_keras(tmp_path: Path) -> None:
    keras.utils.set_random_seed(1)
    chain = [keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(3, "softmax")]
    model = keras.Sequential(chain)
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
    y = np.arange(64) % 3
    model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    model.save(tmp_path / "m.keras")
    weights = tmp_path / "w.npz"
    project = opened(tmp_path / "m.keras", weights)
    built = build_model(project)
    training = msgspec.structs.replace(project.training, outputs=complete_training(project, None))
    compile_model(built.model, msgspec.structs.replace(project, training=training))
    given = give_weights(project, built.layers, built.model, weights)
    assert give_optimizer(project, built.layers, built.model, weights, given)
    ours = built.model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
    theirs = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
    assert ours == theirs


def test_a_model_of_keras_1_goes_into_every_file_of_today(tmp_path: Path) -> None:
    written = keras1.KINDS[0].write(tmp_path / "old.h5")
    weights = tmp_path / "w.npz"
    project = opened(tmp_path / "old.h5", weights)
    x = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    expected = written.expected(x)
    expected = expected if isinstance(expected, list) else [expected]
    for format_id in ("keras", "h5", "python"):
        assert exported(project, format_id, tmp_path, weights).difference == 0
    for suffix in (".keras", ".h5"):
        model = keras.models.load_model(tmp_path / f"out{suffix}", compile=False)
        assert difference(expected, [model.predict(x, verbose=0)]) < 1e-5
        again = opened(tmp_path / f"out{suffix}", tmp_path / f"again{suffix}.npz")
        assert len(again.graph.nodes) == len(project.graph.nodes)
