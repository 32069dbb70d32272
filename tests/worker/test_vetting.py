"""Crafted and broken model files never reach Keras."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from kerasstudio.graph.problems import StudioError
from kerasstudio.runtime.worker.model_files import sniff_model
from kerasstudio.runtime.worker.vetting import vet

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def layer(**changes: Any) -> dict[str, Any]:
    return {
        "module": "keras.layers",
        "class_name": "Dense",
        "config": {"name": "dense", "units": 3},
        "registered_name": None,
    } | changes


def model(inner: Any) -> dict[str, Any]:
    config = {"name": "m", "layers": [inner]}
    return {"module": "keras", "class_name": "Sequential", "config": config}


def refused(path: Path) -> str:
    with pytest.raises(StudioError) as caught:
        vet(path, sniff_model(path))
    problem = caught.value.problem
    assert problem.place.file == str(path)
    assert problem.expected
    assert problem.received or problem.detail
    return problem.code


EVIL = {
    "lambda": layer(class_name="Lambda"),
    "saved model": layer(class_name="TFSMLayer"),
    "bytecode": layer(config={"function": {"class_name": "__lambda__", "config": {"code": "x"}}}),
    "function of another module": layer(
        config={"activation": {"module": "os", "class_name": "function", "config": "system"}}
    ),
    "downloading function": layer(
        config={
            "f": {"module": "keras.datasets.mnist", "class_name": "function", "config": "load_data"}
        }
    ),
    "function with dots": layer(
        config={"a": {"module": "builtins", "class_name": "function", "config": "eval('1')"}}
    ),
    "function of Python": layer(
        config={"a": {"module": "builtins", "class_name": "function", "config": "eval"}}
    ),
    "foreign class": layer(module="subprocess", class_name="Popen"),
    "registered class": layer(module=None, registered_name="Custom>Dense"),
    "inner module": layer(module="keras.src.utils.file_utils", class_name="get_file"),
    "vocabulary path": layer(
        class_name="StringLookup", config={"name": "a", "vocabulary": "/etc/passwd"}
    ),
    "units": layer(config={"name": "a", "units": 10**9}),
    "name": layer(config={"name": "../../x", "units": 1}),
    "class that is no text": layer(class_name=["Dense"]),
}


@pytest.mark.parametrize("inner", EVIL.values(), ids=EVIL.keys())
def test_unsafe_configurations_are_refused(inner: Any, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps(model(inner)))
    assert refused(path) == "import.unsafe"
    archive = tmp_path / "m.keras"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("config.json", json.dumps(model(inner)))
        file.writestr("model.weights.h5", b"")
    assert refused(archive) == "import.unsafe"
    weights = tmp_path / "m.h5"
    with h5py.File(weights, "w") as file:
        file.attrs["model_config"] = json.dumps(model(inner))
    assert refused(weights) == "import.unsafe"


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    text = json.dumps(model(layer()))
    deep = "[" * 400 + "]" * 400
    path.write_text(text.replace('"units": 3', f'"units": 3, "x": {deep}'))
    assert refused(path) == "import.unsafe"
    deeper = "[" * 100_000 + "]" * 100_000
    path.write_text(text.replace('"units": 3', f'"units": 3, "x": {deeper}'))
    assert refused(path) == "import.damaged"


def test_links_and_bombs_in_hdf5_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.h5"
    for make in (
        lambda file: file.__setitem__("x", h5py.ExternalLink("/etc/hosts", "/")),
        lambda file: file.__setitem__("x", h5py.SoftLink("/y")),
        lambda file: file.create_dataset("x", (10**10,), "f4", chunks=(1000,)),
        lambda file: file.create_dataset("x", (4,), "f4", external=[("/etc/hosts", 0, 16)]),
    ):
        with h5py.File(path, "w") as file:
            file.attrs["model_config"] = json.dumps(model(layer()))
            make(file)
        assert refused(path) == "import.unsafe"


def test_archives_that_reach_outside_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    for name in ("../evil", "/abs", "a\\b"):
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("config.json", json.dumps(model(layer())))
            file.writestr(name, b"x")
        assert refused(path) == "import.unsafe"


def test_broken_and_foreign_files_are_named(tmp_path: Path) -> None:
    good = tmp_path / "good.keras"
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(good)
    assert vet(good, sniff_model(good))["class_name"] == "Sequential"
    contents = {
        "empty": b"",
        "pointer": b"version https://git-lfs.github.com/spec/v1\n",
        "words": b"hello",
        "cut": good.read_bytes()[:300],
        "other json": b'{"a": 1}',
        "cut json": b'{"class_name": ',
        "cut hdf5": b"\x89HDF\r\n\x1a\n" + b"x" * 50,
    }
    for name, content in contents.items():
        path = tmp_path / name
        path.write_bytes(content)
        assert refused_any(path).startswith("import."), name
    weights = tmp_path / "w.h5"
    with h5py.File(weights, "w") as file:
        file.create_dataset("x", data=np.ones(3))
    assert refused(weights) == "import.weights_only"


def refused_any(path: Path) -> str:
    with pytest.raises(StudioError) as caught:
        vet(path, sniff_model(path))
    return caught.value.problem.code


def test_a_zip_archive_of_another_kind_is_no_damaged_model(tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=np.zeros(3))
    with pytest.raises(StudioError) as caught:
        vet(tmp_path / "data.npz", "keras")
    assert caught.value.problem.code == "import.kind"
    assert "x.npy" in caught.value.problem.received


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.keras")
    with pytest.raises(StudioError) as caught:
        sniff_model(tmp_path / "model.keras")
    assert "pipe" in caught.value.problem.received
