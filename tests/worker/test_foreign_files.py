"""Whatever is given as a model: what it is, what was expected, what to do."""

from __future__ import annotations

import io
import json
import os
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.runtime.worker.model_files import sniff_model
from kerasstudio.runtime.worker.vetting import vet

pytestmark = [
    pytest.mark.worker,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def problem_of(path: Path) -> Problem:
    with pytest.raises(StudioError) as caught:
        vet(path, sniff_model(path))
    problem = caught.value.problem
    assert path.name in problem.message
    assert problem.expected
    assert problem.place.file == str(path)
    return problem


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, b"x")
    return buffer.getvalue()


def tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        info = tarfile.TarInfo("model.h5")
        info.size = 4
        file.addfile(info, io.BytesIO(b"data"))
    return buffer.getvalue()


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 98765432\n"
CONTENTS: dict[str, tuple[bytes, str, str]] = {
    # name: content, words of what it is, words of what to do
    "empty.keras": (b"", "an empty file", "again"),
    "zeros.h5": (bytes(5000), "zero bytes", "again"),
    "blank.h5": (b" \n \n", "blank", "again"),
    "pointer.h5": (POINTER, "Git LFS pointer for a file of 98.8 MB", "git lfs pull"),
    "picture.png": (b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG picture", "Data page"),
    "photo.h5": (b"\xff\xd8\xff\xe0" + bytes(50), "JPEG picture", "Data page"),
    "paper.pdf": (b"%PDF-1.4 ...", "PDF", ""),
    "page.h5": (b"<!DOCTYPE html><html>404", "web page", "download link"),
    "table.h5": (b"a,b,c\n1,2,3\n4,5,6\n7,8,9\n", "table of text", "Data page"),
    "notes.keras": (b"Meeting notes of Monday\nnothing to see\n", "text", "Keras file"),
    "train.keras": (b"import keras\nmodel = keras.Sequential()\n", "Python script", "model.save"),
    "book.ipynb": (b'{"nbformat": 4, "cells": []}', "Jupyter notebook", "model.save"),
    "mine.json": (b'{"format": "kerasstudio"}', "KerasStudio project", "File > Open"),
    "other.json": (b'{"a": 1, "b": 2}', "the keys a, b", ""),
    "list.json": (b'{"class_name_": []}', "class_name_", ""),
    "web.json": (b'{"modelTopology": {}}', "TensorFlow.js", ""),
    "model.onnx": (b"\x08\x08\x12\x07pytorch\x1a\x051.9.0" + bytes(40), "ONNX", "Keras file"),
    "model.tflite": (b"\x1c\0\0\0TFL3" + bytes(40), "TensorFlow Lite", "Keras file"),
    "old.pt": (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." + bytes(9), "PyTorch", "Keras file"),
    "new.pt": (zipped("archive/data.pkl", "archive/version"), "PyTorch", "Keras file"),
    "forest.h5": (pickle.dumps({"a": [1, 2]}, 4), "pickle", "any code"),
    "w.safetensors": (
        (34).to_bytes(8, "little") + b'{"w":{"dtype":"F32","shape":[1]}}  ',
        "safetensors",
        "",
    ),
    "packed.h5": (tar(), "tar archive", "Unpack"),
    "packed.keras": (b"\x1f\x8b\x08" + bytes(20), "gzip archive", "Unpack"),
    "packed.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(20), "packed archive", "Unpack"),
    "held.zip": (zipped("model.h5", "readme.txt"), "with model.h5 in it", "Unpack"),
    "folder.keras": (
        zipped("model/config.json", "model/model.weights.h5"),
        "packed with its folder model/",
        "without the folder",
    ),
    "saved.zip": (zipped("m/saved_model.pb", "m/variables/variables.index"), "SavedModel", "again"),
    "photos.zip": (zipped("a.jpg", "b.jpg"), "zip archive that holds a.jpg", ""),
    "arrays.keras": (zipped("x.npy", "y.npy"), "NumPy archive", "Data page"),
    "array.npy": (b"\x93NUMPY\x01\0" + bytes(60), "NumPy array", "Data page"),
    "graph.pb": (bytes(range(1, 200)), "TensorFlow graph", "save"),
    "strange.h5": (bytes(range(128, 256)) * 3, "unknown kind", ""),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_a_file_of_another_kind_is_named(name: str, tmp_path: Path) -> None:
    content, what, advice = CONTENTS[name]
    (tmp_path / name).write_bytes(content)
    problem = problem_of(tmp_path / name)
    assert problem.code == "import.kind"
    assert what in problem.received
    assert advice in problem.advice
    assert problem.advice


def folder_of(*names: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        for name in names:
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(b"x")

    return make


@pytest.mark.parametrize(
    ("make", "what", "advice"),
    [
        (folder_of("saved_model.pb", "variables/variables.index"), "SavedModel", "tf_keras"),
        (folder_of("config.json", "model.weights.h5"), "unpacked .keras", "zip"),
        (folder_of("checkpoint", "model.index"), "checkpoints", ""),
        (folder_of("x.txt"), "a folder", "Choose a file"),
    ],
)
def test_a_folder_is_named(
    make: Callable[[Path], None], what: str, advice: str, tmp_path: Path
) -> None:
    folder = tmp_path / "my model"
    folder.mkdir()
    make(folder)
    problem = problem_of(folder)
    assert what in problem.received
    assert advice in problem.advice


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.keras")
    assert "pipe" in problem_of(tmp_path / "model.keras").received


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "gone.keras"
    problem = problem_of(path)
    assert problem.code == "import.unreadable"
    assert "No such file" in problem.message


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one model as .keras, .h5 and .json, and its weights in both ways."""
    folder = tmp_path_factory.mktemp("whole")
    model = keras.Sequential(
        [keras.Input((30,)), keras.layers.Dense(20, name="a"), keras.layers.Dense(2, name="b")]
    )
    model.save(folder / "m.keras")
    model.save(folder / "m.h5")
    (folder / "m.json").write_text(model.to_json())
    model.save_weights(folder / "m.weights.h5")
    from keras.src.legacy.saving import legacy_h5_format

    with h5py.File(folder / "old.h5", "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)
    return folder


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.json"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.999])
def test_a_file_that_is_cut_off_says_so(
    name: str, share: float, whole: Path, tmp_path: Path
) -> None:
    data = (whole / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(data[: int(len(data) * share)])
    problem = problem_of(path)
    assert problem.code == "import.damaged"
    assert "damaged or cut short" in problem.message
    assert "bytes" in problem.received
    assert "again" in problem.advice


def test_a_cut_off_hdf5_file_says_how_long_it_should_be(whole: Path, tmp_path: Path) -> None:
    data = (whole / "m.h5").read_bytes()
    (tmp_path / "m.h5").write_bytes(data[:-100])
    message = problem_of(tmp_path / "m.h5").message
    assert f"should have {len(data):,} bytes and has {len(data) - 100:,}" in message


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8])
def test_a_spoilt_archive_does_not_pass(place: float, whole: Path, tmp_path: Path) -> None:
    """Bytes overwritten in the middle: the check sums tell."""
    data = bytearray((whole / "m.keras").read_bytes())
    at = data.find(b"config.json") + 40
    data[at : at + 20] = bytes(20)
    (tmp_path / "m.keras").write_bytes(data)
    assert problem_of(tmp_path / "m.keras").code in ("import.damaged", "import.kind")


@pytest.mark.parametrize("name", ["m.weights.h5", "old.h5"])
def test_weights_alone_ask_for_a_model(name: str, whole: Path) -> None:
    problem = problem_of(whole / name)
    assert problem.code == "import.weights_only"
    assert "2 layers" in problem.message
    assert "Start from the weights" in problem.advice


def test_hdf5_of_something_else_is_named(tmp_path: Path) -> None:
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file["measurements"] = np.ones(4)
    assert "holds measurements" in problem_of(path).received
    matlab = tmp_path / "data.mat"
    with h5py.File(matlab, "w", userblock_size=512) as file:
        file["x"] = np.ones(4)
    with matlab.open("r+b") as opened:
        opened.write(b"MATLAB 7.3 MAT-file")
    assert "holds x" in problem_of(matlab).received


def test_hdf5_under_another_name_is_read(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes((whole / "m.h5").read_bytes())
    assert sniff_model(path) == "h5"
    assert vet(path, "h5").model["class_name"] == "Sequential"
    text = tmp_path / "quoted.json"
    text.write_text(json.dumps((whole / "m.json").read_text()))
    assert vet(text, sniff_model(text)).model["class_name"] == "Sequential"
