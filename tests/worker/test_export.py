"""Exported files, read back in plain Keras in a fresh process."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import keras
import msgspec
import numpy as np
import pytest

from kerasstudio.graph.data_spec import Column, DataSpec, Source, Split
from kerasstudio.graph.edits import set_output_training
from kerasstudio.graph.export_limits import export_limits
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.sketch import Sketch
from kerasstudio.graph.templates import project_from
from kerasstudio.graph.training_spec import KerasObject
from kerasstudio.runtime.protocol import Export, Exported, ImportModel
from kerasstudio.runtime.worker import exporters
from kerasstudio.runtime.worker.build import build_model
from kerasstudio.runtime.worker.checking import check_file, compare, small
from kerasstudio.runtime.worker.data import load
from kerasstudio.runtime.worker.exporters.exporter import Subject
from kerasstudio.runtime.worker.exporters.keras_h5 import write as write_h5
from kerasstudio.runtime.worker.exporters.python_script import write as write_script
from kerasstudio.runtime.worker.importer import import_keras
from kerasstudio.runtime.worker.importing import import_model
from kerasstudio.runtime.worker.own_group import own_project
from kerasstudio.runtime.worker.sampling import random_samples, structured

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

RUNTIME = {"savedmodel": "TensorFlow", "tflite": "TensorFlow Lite", "onnx": "ONNX Runtime"}
SUFFIX = {each.id: each.suffix for each in exporters.formats()}


def silent(text: str, done: float | None = None) -> None:
    """Nobody listens."""


def exported(project: Project, format_id: str, folder: Path) -> Exported:
    path = folder / f"model{SUFFIX[format_id]}"
    return exporters.export(Export(1, format_id, str(path), project, str(folder)), silent)


@pytest.mark.parametrize("format_id", list(SUFFIX))
def test_every_format_gives_the_same_predictions_in_its_own_runtime(
    format_id: str, tmp_path: Path
) -> None:
    answer = exported(project_from("two_inputs_two_outputs"), format_id, tmp_path)
    runtime = RUNTIME.get(format_id, "plain Keras")
    assert answer.checked.startswith(f"checked: same predictions on 32 samples in {runtime} ")
    assert answer.agrees
    assert answer.difference == pytest.approx(0, abs=1e-5)
    assert f"largest difference {small(answer.difference)}" in answer.checked
    assert [path.name for path in tmp_path.iterdir()] == [f"model{SUFFIX[format_id]}"]


def test_what_keras_cannot_read_back_is_said(tmp_path: Path) -> None:
    x = keras.Input((4, 3), name="x")
    model = keras.Model(x, keras.layers.Attention()([x, keras.layers.Dense(3)(x)]))
    project = import_keras(model)[0]
    (limit,) = export_limits(project, "h5")
    assert "attention" in limit.message
    assert "KerasStudio can." in limit.message
    answer = exported(project, "h5", tmp_path)
    assert not answer.agrees
    assert "KerasStudio opens it whole (checked: same predictions on 32 samples" in answer.checked


def test_masked_chain_survives_in_h5(tmp_path: Path) -> None:
    sketch = Sketch()
    node = sketch.input("words", [6], dtype="int32")
    node = sketch.layer("Embedding", node, input_dim=9, output_dim=4, mask_zero=True)
    sketch.output("y", sketch.layer("LSTM", node, units=3))
    project = sketch.project()
    built = build_model(project)
    model = built.model
    write_h5(Subject(project, built, tmp_path, trained=False), tmp_path / "m.h5")
    again = keras.models.load_model(tmp_path / "m.h5")
    words = np.array([[1, 2, 3, 0, 0, 0], [4, 0, 0, 0, 0, 0]], "int32")
    np.testing.assert_allclose(
        again.predict(words, verbose=0), model.predict(words, verbose=0), atol=1e-6
    )


def test_h5_holds_drawing_and_optimizer_and_leaves_the_model_whole(tmp_path: Path) -> None:
    project = project_from("iris_mlp")
    (output,) = [layer.id for _, layer in project.outputs()]
    loss = KerasObject("SparseCategoricalCrossentropy", "keras.losses")
    project = set_output_training(project, output, loss=loss)
    built = build_model(project)
    model = built.model
    model.compile(keras.optimizers.Adam(), keras.losses.SparseCategoricalCrossentropy())
    x, y = np.random.default_rng(0).normal(size=(16, 4)), np.arange(16) % 3
    model.fit(x, y, epochs=2, verbose=0)
    path = tmp_path / "m.h5"
    write_h5(Subject(project, built, tmp_path, trained=True), path)
    assert own_project(path) == project
    with h5py.File(path) as file:
        kept = file["kerasstudio/optimizer"]
        assert len(kept) == len(model.optimizer.variables)
        first = kept["2"][()]
        json.loads(file["kerasstudio/compile"][()].tobytes())
    np.testing.assert_array_equal(first, model.optimizer.variables[2].numpy())
    model.save(tmp_path / "after.keras")
    after = keras.models.load_model(tmp_path / "after.keras")
    assert type(after.optimizer).__name__ == "Adam"
    after.fit(x, y, verbose=0)
    plain = keras.models.load_model(path)
    assert plain.loss.name == "sparse_categorical_crossentropy"
    imported = import_model(ImportModel(1, str(path)), silent)
    assert imported.project == project


def test_unwritable_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    project = project_from("iris_mlp")
    for path, code in ((tmp_path / "none" / "m.keras", "file.write"),):
        with pytest.raises(StudioError) as caught:
            exporters.export(Export(1, "keras", str(path), project, str(tmp_path)), silent)
        assert caught.value.problem.code == code
        assert str(path) == caught.value.problem.place.file
    with pytest.raises(StudioError) as unknown:
        exporters.export(Export(1, "tfjs", "m.tfjs", project, "."), silent)
    assert "tfjs" in unknown.value.problem.message


def test_full_disk_is_named_and_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.json"
    path.write_text("old")

    def full(self: Path, *args: Any, **more: Any) -> int:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StudioError) as caught:
        exporters.export(
            Export(1, "json", str(path), project_from("iris_mlp"), str(tmp_path)), silent
        )
    assert caught.value.problem.code == "file.disk_full"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_check_sees_other_predictions_and_broken_files(tmp_path: Path) -> None:
    model = build_model(project_from("iris_mlp")).model
    samples = random_samples(model, 4)
    other = keras.models.clone_model(model)
    other.set_weights([weight + 1 for weight in model.get_weights()])
    other.save(tmp_path / "other.keras")
    recipe = {"kind": "model", "path": str(tmp_path / "other.keras")}
    verdict = check_file(recipe, model, samples, tmp_path)
    assert not verdict.agrees
    assert verdict.difference is not None
    assert verdict.difference > 0.01
    assert "differ by up to" in verdict.text
    one, two = np.ones((2, 3)), np.ones((2, 4))
    assert not compare([one], [two], 2).agrees
    assert not compare([one], [one * np.nan], 2).agrees
    assert compare([one], [one + 1e-7], 2).agrees


@pytest.mark.parametrize(
    "template", ["digits_cnn", "iris_mlp", "two_inputs_two_outputs", "lstm_sunspots"]
)
def test_script_loads_the_same_samples_and_builds_the_same_model(
    template: str, tmp_path: Path
) -> None:
    project = project_from(template)
    built = build_model(project)
    model = built.model
    path = tmp_path / "script.py"
    write_script(Subject(project, built, tmp_path, trained=False), path)
    script = runpy.run_path(str(path))
    data = load(project, tmp_path)
    for part, found in zip(("train", "validation", "test"), script["load_data"](), strict=True):
        for ours, theirs in zip(data.arrays(part), found, strict=True):
            same(ours, theirs)
    built = script["build_model"]()
    built.set_weights(model.get_weights())
    samples = structured(model, random_samples(model, 3))
    same(model.predict(samples, verbose=0), built.predict(samples, verbose=0))
    if "adapt_layers" in script:
        layer = next(each for each in built.layers if hasattr(each, "adapt"))
        script["adapt_layers"](built, script["load_data"]()[0][0], [layer.name])
        assert not np.allclose(layer.variance, 1)
    script["compile_model"](built)
    assert built.compiled


def test_script_trains_by_itself(tmp_path: Path) -> None:
    project = project_from("iris_mlp")
    training = msgspec.structs.replace(project.training, epochs=2)
    project = msgspec.structs.replace(project, training=training)
    built = build_model(project)
    path = tmp_path / "iris.py"
    write_script(Subject(project, built, tmp_path, trained=False), path)
    done = subprocess.run(
        [sys.executable, "-I", str(path)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "'accuracy':" in done.stdout
    keras.models.load_model(tmp_path / "model.keras")


def test_script_reads_a_table_with_gaps_words_and_commas(tmp_path: Path) -> None:
    rows = ["size;colour;weight;kind"]
    for index in range(40):
        size = "" if index == 7 else f"{index},5"
        weight = "NA" if index == 9 else str(index * 2)
        rows.append(f"{size};{'red' if index % 3 else 'blue'};{weight};{'ab'[index % 2]}")
    (tmp_path / "things.csv").write_text("\n".join(rows))
    data = DataSpec(
        sources=(Source("s1", "things.csv", "csv"),),
        columns=(
            Column("size", "s1", "number", missing="mean"),
            Column("colour", "s1", "category", encoding="one_hot"),
            Column("weight", "s1", "integer", missing="drop_row"),
            Column("kind", "s1", "category", "target", "index"),
        ),
        split=Split(seed=3),
    )
    sketch = Sketch()
    node = sketch.input("things", [4])
    sketch.output("kind", sketch.layer("Dense", node, units=2, activation="softmax"))
    project = sketch.project(data)
    bindings = {next(project.inputs())[1].id: ("size", "colour", "weight")}
    data = msgspec.structs.replace(data, bindings=bindings)
    project = msgspec.structs.replace(project, data=data)
    path = tmp_path / "script.py"
    subject = Subject(project, build_model(project), tmp_path, trained=False)
    write_script(subject, path)
    assert subject.notes == []
    found = runpy.run_path(str(path))["load_data"]()
    loaded = load(project, tmp_path)
    assert loaded.count("train") == len(found[0][0])
    for part, theirs in zip(("train", "validation", "test"), found, strict=True):
        for ours, read in zip(loaded.arrays(part), theirs, strict=True):
            same(ours, read)


def same(ours: Any, theirs: Any) -> None:
    """Equal arrays, in dictionaries or alone, in equal dtypes."""
    if isinstance(ours, dict):
        assert set(ours) == set(theirs)
        for name, values in ours.items():
            same(values, theirs[name])
        return
    assert np.asarray(ours).dtype == np.asarray(theirs).dtype
    np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-6)
