"""Crafted model files never reach Keras; honest ones do."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from malicious_files import Malicious, dense, entry, make_all, sequential

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.vetting.known_objects import known_objects
from kerasstudio.graph.vetting.models import vet_config
from kerasstudio.runtime.worker.model_files import sniff_model
from kerasstudio.runtime.worker.vetting import VettedConfig, vet
from kerasstudio.runtime.worker.vetting.hdf5_files import name_attribute
from kerasstudio.runtime.worker.vetting.listing import list_known

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Malicious], Path]:
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "files").mkdir()
    return make_all(folder / "files", folder / "marker"), folder / "marker"


def vetted(config: dict[str, Any]) -> VettedConfig:
    return vet_config(json.loads(json.dumps(config)), known_objects())


def settings() -> tuple[Any, ...]:
    """Everything global of Keras that a file could turn."""
    from keras.src.saving.serialization_lib import in_safe_mode

    return (
        keras.config.floatx(),
        keras.config.epsilon(),
        keras.config.image_data_format(),
        keras.config.dtype_policy().name,
        keras.config.is_traceback_filtering_enabled(),
        in_safe_mode(),
    )


def test_every_malicious_file_is_refused_or_left_undone(
    corpus: tuple[list[Malicious], Path],
) -> None:
    files, marker = corpus
    assert len(files) > 100
    assert len({each.name for each in files}) == len(files)
    before, memory = settings(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wrong = []
    for each in files:
        try:
            found = vet(each.path, sniff_model(each.path))
            outcome = "placeholder" if found.foreign else "opened"
        except StudioError as error:
            outcome = "refused"
            problem = error.problem
            assert problem.code in ("import.unsafe", "import.kind", "import.damaged"), each.name
            assert problem.place.file == str(each.path)
            assert problem.expected
            assert problem.received
            assert problem.advice
        if outcome != each.outcome:
            wrong.append((each.name, outcome))
    assert wrong == []
    assert not marker.exists()
    assert settings() == before
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    assert grown < 300 << (20 if sys.platform == "darwin" else 10)


def test_the_list_of_known_objects_is_that_of_the_installed_keras() -> None:
    assert known_objects() == list_known()


def test_known_objects_hold_nothing_that_runs_code() -> None:
    known = known_objects()
    for name in ("Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"):
        assert not known.is_class("keras.layers", name)
        assert not known.is_class(None, name)
        assert known.is_code_layer(name)
    modules = {*known.classes, *known.functions}
    for word in ("utils", "saving", "datasets", "config", "export", "callbacks", "backend"):
        assert not [module for module in modules if word in module.split(".")]
    assert not known.is_function("keras.activations", "deserialize")
    assert known.is_function("builtins", "relu")


def test_every_layer_of_keras_passes() -> None:
    foreign: dict[str, tuple[str, ...]] = {}
    for kind in shipped().layers:
        found = getattr(keras.layers, kind.class_name, None)
        if found is None or kind.needs or kind.class_name in ("Lambda", "RNN", "Wrapper"):
            continue
        try:
            layer = found(**kind.example)
        except (TypeError, ValueError):  # abstract, or it wants another layer
            continue
        config = keras.saving.serialize_keras_object(layer)
        for reasons in (each.reasons for each in vetted(sequential(config)).foreign):
            foreign[kind.class_name] = reasons
    assert foreign == {}


@pytest.mark.parametrize("make", ["ConvNeXtTiny", "MobileNetV3Small"])
def test_applications_pass(make: str) -> None:
    model = getattr(keras.applications, make)(weights=None)
    found = vetted(keras.saving.serialize_keras_object(model))
    assert found.foreign == ()
    assert not found.altered


def test_a_compiled_model_passes_with_its_compilation(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="swish")])
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 100)
    model.compile(keras.optimizers.SGD(schedule), keras.losses.Huber(), ["mae"])
    for name in ("m.keras", "m.h5"):
        model.save(tmp_path / name)
        found = vet(tmp_path / name, sniff_model(tmp_path / name))
        assert found.foreign == ()
        assert found.compiled
        assert not found.model.get("compile_config")
        assert not found.altered


def test_what_is_code_is_named_with_its_place() -> None:
    config = sequential(dense(), entry("my_layers", "Swirl", {"turns": 3}, "swirl"))
    (foreign,) = vetted(config).foreign
    assert foreign.path == ("config", "layers", 2)
    assert foreign.entry["config"]["turns"] == 3
    assert foreign.reasons == ("the class Swirl of my_layers",)
    (foreign,) = vetted(sequential(dense(activation="wobble"))).foreign
    assert "wobble" in foreign.reasons[0]
    (foreign,) = vetted(sequential(entry("keras.layers", "Dense4", {}))).foreign
    assert "Dense4, which Keras" in foreign.reasons[0]


def test_compilations_inside_are_taken_out() -> None:
    inner = {**sequential(dense(), compile_config={"optimizer": "adam"}), "name": "inner"}
    found = vetted(sequential(inner))
    assert found.altered
    assert "compile_config" not in found.model["config"]["layers"][1]
    assert "compile_config" in inner


def test_a_model_class_of_its_own_is_drawn_by_its_graph() -> None:
    class Mine(keras.Model):
        pass

    x = keras.Input((4,))
    found = vetted(keras.saving.serialize_keras_object(Mine(x, keras.layers.Dense(2)(x))))
    assert found.model["class_name"] == "Functional"
    assert "Mine is a class of its own" in found.notes[0]


def test_names_in_several_attributes_are_put_together(tmp_path: Path) -> None:
    names = [f"layer_{number}" for number in range(9)]
    with h5py.File(tmp_path / "x.h5", "w") as file:
        for part in range(3):
            file.attrs[f"layer_names{part}"] = np.array(names[3 * part : 3 * part + 3], "S10")
        file.attrs["weight_names"] = np.array(["a", "b"], "S1")
        assert name_attribute(file, "layer_names") == names
        assert name_attribute(file, "weight_names") == ["a", "b"]
