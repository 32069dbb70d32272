"""Models with code in them, on the command line: refused in words, run where a person says so."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from kerasstudio.cli import main
from kerasstudio.graph.files import read_project

pytestmark = [
    pytest.mark.e2e,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

Run = Callable[..., tuple[int, dict[str, Any], str]]
SOURCE = """
import keras


@keras.saving.register_keras_serializable("mine")
class Scale(keras.layers.Layer):
    def __init__(self, factor=2.0, **more):
        super().__init__(**more)
        self.factor = factor

    def build(self, shape):
        self.shift = self.add_weight(shape=(shape[-1],), initializer="ones", name="shift")

    def call(self, x):
        return x * self.factor + self.shift

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}
"""


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run one command with --json: (exit code, the object, standard error)."""

    def call(*arguments: object) -> tuple[int, dict[str, Any], str]:
        code = main([*map(str, arguments), "--json"])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return code, json.loads(out), err

    return call


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "scale.py"
    path.write_text(SOURCE)
    return path


@pytest.fixture
def model(tmp_path: Path, source: Path) -> Path:
    """A file with a class of its author; Keras has forgotten that class when it is opened."""
    names: dict[str, Any] = {"__name__": "theirs"}
    exec(compile(SOURCE, str(source), "exec"), names)
    keras.utils.set_random_seed(1)
    chain = [keras.Input((4,)), layers.Dense(3), names["Scale"](3.0, name="scale")]
    path = tmp_path / "theirs.keras"
    keras.Sequential(chain, name="theirs").save(path)
    keras.saving.get_custom_objects().clear()
    return path


def test_code_is_named_and_runs_only_when_a_person_says_so(
    run: Run, model: Path, source: Path, tmp_path: Path
) -> None:
    project = tmp_path / "theirs.kstudio"
    code, answer, _ = run("convert", model, project)
    assert code == 0
    assert any("code that was not run: scale" in note for note in answer["notes"])
    code, answer, err = run("check", project)
    assert code == 1
    (problem,) = [each for each in answer["problems"] if each["code"] == "placeholder.code"]
    assert "Scale is not one of Keras's" in problem["message"]
    assert "--trust-code" in err

    copy = tmp_path / "copy.keras"
    code, answer, _ = run("convert", model, copy)
    assert code == 0
    assert "not checked" in answer["checked"]

    mine = tmp_path / "mine.kstudio"
    code, _, _ = run("convert", model, mine, "--code", source)
    assert read_project(mine).code == {"scale.py": SOURCE}
    code, answer, _ = run("check", mine)
    assert code == 1
    code, answer, _ = run("check", mine, "--trust-code")
    assert (code, answer["errors"]) == (0, 0)

    whole = tmp_path / "whole.h5"
    code, answer, _ = run("convert", model, whole, "--code", source, "--trust-code")
    assert code == 0
    assert answer["difference"] == 0
    names: dict[str, Any] = {"__name__": "theirs"}
    exec(compile(SOURCE, str(source), "exec"), names)
    x = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made = [
            np.asarray(keras.models.load_model(path, compile=False)(x))
            for path in (model, copy, whole)
        ]
    keras.saving.get_custom_objects().clear()
    np.testing.assert_array_equal(made[0], made[1])
    np.testing.assert_array_equal(made[0], made[2])


def test_code_that_fails_is_told(run: Run, model: Path, tmp_path: Path) -> None:
    broken = tmp_path / "scale.py"
    broken.write_text("import keras\nclass Scale(keras.layers.Layr):\n    pass\n")
    code, answer, err = run("convert", model, tmp_path / "out.h5", "--code", broken, "--trust-code")
    assert code == 1
    assert answer["problems"][0]["code"] == "code.failed"
    assert "scale.py, line 2 fails: AttributeError" in err
