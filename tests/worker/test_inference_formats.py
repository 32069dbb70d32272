"""SavedModel, TensorFlow Lite, ONNX: named inputs, words, open axes, half precision, loops, and
what cannot be held or checked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers, ops

from kerasstudio.graph.export_limits import export_limits, limits_line
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.runtime.protocol import Export
from kerasstudio.runtime.worker import checking, exporters
from kerasstudio.runtime.worker.build import build_model
from kerasstudio.runtime.worker.checking import Verdict, check_file, compare, predictions
from kerasstudio.runtime.worker.exporters import EXPORTERS, onnx_file
from kerasstudio.runtime.worker.exporters.exporter import Subject
from kerasstudio.runtime.worker.exporters.exporting import write_beside
from kerasstudio.runtime.worker.exporters.serving import safe_names
from kerasstudio.runtime.worker.importer import import_keras
from kerasstudio.runtime.worker.plain_check import RUNTIMES, Unable
from kerasstudio.runtime.worker.sampling import random_samples

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of, and TensorFlow
    # says of its own interpreter that it is to move elsewhere.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated:UserWarning"),
]

Input = keras.Input
FORMATS = ("savedmodel", "tflite", "onnx")
EXPORTER = {each.format.id: each for each in EXPORTERS}


def several() -> keras.Model:
    a, b = Input((4,), name="größe in m"), Input((6,), name="1.x")
    x = layers.Concatenate(name="das ganze")([a, b])
    return keras.Model(
        {"größe in m": a, "1.x": b},
        {"z": layers.Dense(1, name="z")(x), "a b": layers.Dense(2, name="o")(x)},
    )


def open_image() -> keras.Model:
    i = Input((None, None, 3), name="image")
    x = layers.RandomFlip()(layers.Resizing(12, 12)(i))
    x = layers.BatchNormalization()(layers.Conv2D(4, 3)(x))
    return keras.Model(i, layers.GlobalAveragePooling2D()(x))


def words() -> keras.Model:
    i = Input((1,), dtype="string", name="word")
    looked_up = layers.StringLookup(vocabulary=["alpha", "beta"], output_mode="one_hot")
    return keras.Model(i, layers.Dense(2)(looked_up(i)))


def recurrent() -> keras.Model:
    i = Input((4, 3), name="series")
    return keras.Model(i, layers.Bidirectional(layers.LSTM(4))(i))


def half() -> keras.Model:
    i = Input((6,), name="x")
    h = layers.Dense(4, dtype="mixed_float16", activation="relu")(i)
    return keras.Model(i, layers.Dense(2, dtype="float32")(h))


def attention() -> keras.Model:
    i = Input((5, 8), name="x")
    x = layers.MultiHeadAttention(2, 4)(i, i, use_causal_mask=True)
    return keras.Model(i, ops.mean(layers.LayerNormalization()(x + i), axis=1))


def written(model: keras.Model, format_id: str, folder: Path, variant: str = "") -> Subject:
    """The subject whose file now lies in `folder`, with other weights than new ones."""
    project = import_keras(model)[0]
    built = build_model(project)
    generator = np.random.default_rng(1)
    for weight in built.model.weights:
        random = generator.normal(0, 0.3, weight.shape)
        weight.assign(np.abs(random) + 0.5 if "variance" in weight.path else random)
    subject = Subject(project, built, folder, trained=False, variant=variant)
    EXPORTER[format_id].write(subject, path_of(format_id, folder))
    return subject


def path_of(format_id: str, folder: Path) -> Path:
    return folder / f"m{EXPORTER[format_id].format.suffix}"


def verdict_of(subject: Subject, format_id: str, folder: Path, tolerance: float = 1e-4) -> Verdict:
    """The check, in this process: another one would take seconds."""
    model = subject.model
    samples = random_samples(model, 4)
    ours = predictions(model, samples)
    recipe = EXPORTER[format_id].recipe(subject, path_of(format_id, folder), folder)
    names = [tensor.name for tensor in model.inputs]
    found, runtime = RUNTIMES[format_id](recipe, names, [samples[name] for name in names])
    return compare(ours, [np.asarray(each, np.float64) for each in found], 4, runtime, tolerance)


@pytest.mark.parametrize("format_id", FORMATS)
@pytest.mark.parametrize(
    "make", [several, open_image, words, recurrent, attention], ids=lambda make: make.__name__
)
def test_predictions_are_the_same(
    make: Callable[[], keras.Model], format_id: str, tmp_path: Path
) -> None:
    subject = written(make(), format_id, tmp_path)
    verdict = verdict_of(subject, format_id, tmp_path)
    assert verdict.agrees, verdict.text
    assert verdict.text.startswith("checked: same predictions on 4 samples in ")
    if make is several:
        assert '"größe in m" is called gr__e_in_m in the file' in subject.notes
        assert '"a b" is called a_b in the file' in subject.notes
    if make is recurrent and format_id == "tflite":
        assert "recurrent layers are unrolled: one copy for each time step" in subject.notes
    assert export_limits(subject.project, format_id) == []


@pytest.mark.parametrize("format_id", ["tflite", "onnx"])
def test_half_precision_is_computed_in_full(format_id: str, tmp_path: Path) -> None:
    subject = written(half(), format_id, tmp_path)
    assert verdict_of(subject, format_id, tmp_path, tolerance=0.01).agrees
    assert "computed in 32-bit floats: layers had mixed_float16" in subject.notes


def test_quantised_files_are_smaller_and_said_to_be_nearly_the_same(tmp_path: Path) -> None:
    def net() -> keras.Model:
        i = Input((64,), name="x")
        h = layers.Dense(128, activation="relu")(i)
        return keras.Model(i, layers.Dense(10, activation="softmax")(h))

    sizes = {}
    for variant in ("", "float16", "dynamic"):
        subject = written(net(), "tflite", tmp_path, variant)
        verdict = verdict_of(subject, "tflite", tmp_path, tolerance=0.1)
        assert verdict.agrees, verdict.text
        sizes[variant] = path_of("tflite", tmp_path).stat().st_size
        if variant == "dynamic":
            assert verdict.text.startswith("checked: nearly the same predictions")
            assert "the same highest score on" in verdict.text
    assert sizes["dynamic"] < sizes["float16"] < sizes[""]


def test_saved_model_is_at_inference_whatever_keras_thinks(tmp_path: Path) -> None:
    """Plain `model.export` writes this one with batch statistics."""
    import tensorflow as tf

    subject = written(open_image(), "savedmodel", tmp_path)
    loaded = tf.saved_model.load(str(path_of("savedmodel", tmp_path)))
    serve = loaded.serve
    x = np.random.default_rng(0).normal(size=(3, 16, 16, 3)).astype("float32")
    together = np.asarray(serve(tf.constant(x)))
    alone = np.concatenate([serve(tf.constant(x[row : row + 1])) for row in range(3)])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    expected = subject.model(keras.ops.convert_to_tensor(x), training=False)
    np.testing.assert_allclose(together, expected, atol=1e-5)


def open_steps() -> keras.Model:
    i = Input((None, 3), name="series")
    return keras.Model(i, layers.LSTM(4)(i))


def test_what_needs_the_flex_delegate_is_said_and_not_called_checked(tmp_path: Path) -> None:
    subject = written(open_steps(), "tflite", tmp_path)
    (note,) = [note for note in subject.notes if "Flex" in note]
    assert "TensorList" in note
    with pytest.raises(Unable, match="Flex"):
        verdict_of(subject, "tflite", tmp_path)


def test_a_runtime_that_cannot_run_a_file_here_says_nothing_about_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "check.py"
    script.write_text("import sys; print('plain_check: no delegate', file=sys.stderr); sys.exit(3)")
    monkeypatch.setattr(checking, "SCRIPT", script)
    model = build_model(import_keras(half())[0]).model
    samples = random_samples(model, 2)
    verdict = check_file({"kind": "tflite"}, model, samples, tmp_path)
    assert (verdict.agrees, verdict.text) == (None, "not checked: no delegate")
    script.write_text("import sys; print('plain_check: broken', file=sys.stderr); sys.exit(1)")
    verdict = check_file({"kind": "tflite"}, model, samples, tmp_path, "TensorFlow Lite")
    assert verdict.agrees is False
    assert verdict.text == "TensorFlow Lite cannot use the file: broken"


def text() -> keras.Model:
    i = Input((), dtype="string", name="text")
    ids = layers.TextVectorization(vocabulary=["a", "b"], output_sequence_length=4, name="ids")(i)
    return keras.Model(i, layers.GlobalAveragePooling1D()(layers.Embedding(10, 3)(ids)))


def test_what_onnx_cannot_hold_is_said_before_and_refused(tmp_path: Path) -> None:
    project = import_keras(text())[0]
    (limit,) = export_limits(project, "onnx")
    assert "cannot split text" in limit.message
    assert limits_line([limit], project) == "ids (TextVectorization)"
    path = tmp_path / "m.onnx"
    with pytest.raises(StudioError) as caught:
        exporters.export(
            Export(1, "onnx", str(path), project, str(tmp_path)), lambda *said, **more: None
        )
    assert "StringSplitV2" in caught.value.problem.message
    assert "SavedModel" in caught.value.problem.expected
    assert list(tmp_path.iterdir()) == []


def test_missing_packages_are_named_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = import_keras(half())[0]
    monkeypatch.setattr(onnx_file, "find_spec", lambda name: None)
    assert onnx_file.missing() == 'pip install "kerasstudio[onnx]"'
    subject = Subject(project, build_model(project), tmp_path, trained=False)
    with pytest.raises(StudioError) as caught:
        onnx_file.write(subject, tmp_path / "m.onnx")
    assert caught.value.problem.expected == 'pip install "kerasstudio[onnx]"'
    # The file may be there without the runtime: then nothing is claimed.
    recipe = onnx_file.recipe(subject, tmp_path / "m.onnx", tmp_path)
    verdict = check_file(recipe, subject.model, {}, tmp_path)
    assert verdict.agrees is None
    assert "pip install onnxruntime" in verdict.text


def test_a_slow_check_is_no_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_command: object, **_more: object) -> None:
        raise subprocess.TimeoutExpired("python", 1)

    monkeypatch.setattr(checking.subprocess, "run", slow)
    model = build_model(import_keras(half())[0]).model
    verdict = check_file({"kind": "onnx"}, model, random_samples(model, 2), tmp_path)
    assert verdict.agrees is None
    assert verdict.text.startswith("not checked")


def test_a_folder_of_other_things_is_never_replaced(tmp_path: Path) -> None:
    project: Project = import_keras(half())[0]
    exporter = EXPORTER["savedmodel"]
    subject = Subject(project, build_model(project), tmp_path, trained=False)
    folder = tmp_path / "m.savedmodel"
    folder.mkdir()
    (folder / "precious").write_text("mine")
    with pytest.raises(StudioError, match="holds other things"):
        write_beside(exporter, subject, folder)
    assert (folder / "precious").read_text() == "mine"
    (folder / "precious").unlink()
    for _again in range(2):
        write_beside(exporter, subject, folder)
        assert (folder / "saved_model.pb").is_file()
        assert [each.name for each in tmp_path.iterdir()] == ["m.savedmodel"]


def test_an_unknown_variant_is_refused(tmp_path: Path) -> None:
    project = import_keras(half())[0]
    for format_id in ("tflite", "keras"):
        request = Export(1, format_id, str(tmp_path / "m"), project, ".", variant="int4")
        with pytest.raises(StudioError, match="int4"):
            exporters.export(request, lambda *said, **more: None)


def test_names_in_files_are_plain_and_different() -> None:
    assert safe_names(["a", "a b", "a_b", "1", "größe", ""]) == [
        "a", "a_b", "a_b_1", "x1", "gr__e", "x",
    ]  # fmt: skip


def test_the_check_of_onnx_files_needs_no_tensorflow(tmp_path: Path) -> None:
    """Each file is used as somebody without KerasStudio and Keras does."""
    subject = written(recurrent(), "onnx", tmp_path)
    recipe = onnx_file.recipe(subject, path_of("onnx", tmp_path), tmp_path)
    verdict = check_file(recipe, subject.model, random_samples(subject.model, 4), tmp_path)
    assert verdict.agrees, verdict.text
    code = (
        "import sys, runpy; sys.argv[1:] = [sys.argv[1]];"
        f"runpy.run_path({str(checking.SCRIPT)!r}, run_name='__main__');"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(tmp_path / "task.json")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
