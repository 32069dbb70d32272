"""Hard models come out of a drawing as they went in, from memory and from files."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hard_models import HARD
from keras import layers
from same_models import assert_same_model, assert_same_numbers, randomise, weights

from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.edits import move_nodes, rename_layer
from kerasstudio.graph.files import decode_project, encode_project
from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.graph.structure import structure_problems
from kerasstudio.runtime.protocol import ImportModel, Inspect
from kerasstudio.runtime.worker.build import build_model, build_saved, saved_form
from kerasstudio.runtime.worker.file_weights import build_with_weights
from kerasstudio.runtime.worker.importer import import_config, import_keras
from kerasstudio.runtime.worker.importing import import_model
from kerasstudio.runtime.worker.inspector import Inspector
from kerasstudio.runtime.worker.model_files import ModelKind

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    # Masked tensors go through layers that drop the mask; Keras says so.
    pytest.mark.filterwarnings("ignore:Layer .* does not support masking:UserWarning"),
    pytest.mark.filterwarnings("ignore:Layer InputLayer does not have a `quantize`:UserWarning"),
]

OTHER_PATHS = {"sequential", "recurrent_wrappers"}
"""A Sequential that was built within another layer gets that one's prefix; Keras itself reloads
these under other paths too."""


@pytest.mark.parametrize("name", [name for name in HARD if name != "sequential_repeats"])
def test_model_in_memory(name: str) -> None:
    model = HARD[name]()
    project, notes = import_keras(model)
    assert decode_project(encode_project(project)) == project
    assert [p for p in structure_problems(project, shipped()) if p.severity != "hint"] == []
    assert notes == () or name == "frozen_whole"
    assert_same_model(build_saved(project).model, model, name not in OTHER_PATHS)


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize(
    "name",
    [
        "masked_attention", "transformer", "dictionaries", "operations", "recurrent_wrappers",
        "several_in_block", "partly_frozen", "sequential", "text",
    ],
)  # fmt: skip
def test_model_file(name: str, suffix: ModelKind, tmp_path: Path) -> None:
    model = HARD[name]()
    randomise(model)
    project, path = saved_and_drawn(model, tmp_path / f"model.{suffix}")
    made = build_with_weights(project, path, suffix).model
    assert weights(made, False) == weights(model, False)
    assert_same_numbers(made, model)


@pytest.mark.parametrize(
    "name", ["shared_across_levels", "wrapper_shares_layer", "wrapped_model", "nested_thrice"]
)
def test_file_that_keras_cannot_read_back(name: str, tmp_path: Path) -> None:
    """Keras loses track of what is shared between levels, or of names, and we do not."""
    model = HARD[name]()
    randomise(model)
    project, path = saved_and_drawn(model, tmp_path / "model.keras")
    made = build_with_weights(project, path, "keras").model
    assert weights(made, False) == weights(model, False)
    assert_same_numbers(made, model)


def saved_and_drawn(model: keras.Model, path: Path) -> tuple[Project, Path]:
    model.save(path)
    answer = import_model(ImportModel(1, str(path)), lambda *said: None)
    return answer.project, path


def test_what_layers_have_learnt_is_in_the_drawing(tmp_path: Path) -> None:
    model = HARD["adapted"]()
    project, path = saved_and_drawn(model, tmp_path / "model.keras")
    known = {layer.class_name: layer.arguments for layer in project.layers.values()}
    assert sorted(known["StringLookup"]["vocabulary"]) == ["a", "b", "c"]
    vector = known["TextVectorization"]
    assert len(vector["vocabulary"]) == len(vector["idf_weights"]) == 9
    assert len(known["Discretization"]["bin_boundaries"]) == 3
    assert_same_numbers(build_with_weights(project, path, "keras").model, model)


def test_second_call_in_a_sequential_is_kept() -> None:
    """Keras leaves it out when it saves a Sequential, so it becomes Functional."""
    model = HARD["sequential_repeats"]()
    made = build_saved(import_keras(model)[0]).model
    assert not isinstance(made, keras.Sequential)
    made.set_weights(model.get_weights())
    assert_same_numbers(made, model)
    again = keras.models.model_from_json(made.to_json())
    again.set_weights(model.get_weights())
    assert_same_numbers(again, model)


@pytest.mark.parametrize("name", ["dictionaries", "list_block", "sequential", "shared_calls"])
def test_model_for_training_has_the_layers_of_the_one_for_files(name: str) -> None:
    model = HARD[name]()
    project, _ = import_keras(model)
    built = build_model(project)
    made = saved_form(project, built)
    assert type(made) is type(model)
    assert weights(made, False) == weights(model, False)
    built.model.set_weights([np.full(w.shape, 0.5) for w in built.model.weights])
    assert all((weight == 0.5).all() for weight in made.get_weights())
    outputs = [layer.name for _, layer in project.outputs()]
    if len(outputs) > 1:
        assert list(built.model.output) == outputs
    wide = {tensor.name: np.ones((2, *tensor.shape[1:])) for tensor in built.model.inputs}
    built.model(wide if len(wide) > 1 else next(iter(wide.values())))


def test_moving_and_renaming_change_nothing_of_the_rest() -> None:
    model = HARD["dictionaries"]()
    project, _ = import_keras(model)
    moved = move_nodes(project, dict.fromkeys(project.graph.nodes, (5.0, 6.0)))
    assert_same_model(build_saved(moved).model, model)
    head = next(layer.id for _, layer in project.outputs() if layer.name == "z")
    renamed = build_saved(rename_layer(project, head, "score")).model
    assert list(renamed.output) == ["score", "pair", "list"]
    named = next(layer.id for _, layer in project.inputs() if layer.name == "a")
    assert set(build_saved(rename_layer(project, named, "c")).model.input) == {"b", "c"}


def test_lost_and_new_outputs_find_a_place_in_the_structure() -> None:
    from kerasstudio.graph.catalogue import OUTPUT_TYPE
    from kerasstudio.graph.edits import add_connected, delete_nodes

    project, _ = import_keras(HARD["list_block"]())
    first, second = (node for node, _ in project.outputs())
    source = project.graph.wires[f"{first.id}:inputs"].source
    project = delete_nodes(project, [second.id])
    assert isinstance(build_saved(project).model.output, tuple)
    project, _ = add_connected(project, OUTPUT_TYPE, shipped(), source=(source, 0))
    assert len(build_saved(project).model.output) == 2


def test_implicit_masks_are_not_drawn_and_own_ones_are() -> None:
    drawn = {
        name: kinds(import_keras(HARD[name]())[0]) for name in ("mask_chains", "explicit_mask")
    }
    assert (
        not {"NotEqual", "Any", "LogicalOr", "LogicalAnd", "Concatenate_op"} & drawn["mask_chains"]
    )
    assert "NotEqual" in drawn["explicit_mask"]


def kinds(project: Project) -> set[str]:
    operations = {layer.class_name for layer in project.layers.values() if ".ops." in layer.module}
    return operations | {layer.class_name for layer in project.layers.values()}


def test_sequential_without_an_input_is_drawn_and_says_what_it_lacks() -> None:
    project, _ = import_keras(keras.Sequential([layers.Dense(3), layers.Dense(2)], name="open"))
    assert [layer.class_name for layer in project.layers.values()] == ["Dense", "Dense", "Output"]
    codes = [problem.code for problem in structure_problems(project, shipped())]
    assert "structure.no_input" in codes
    with pytest.raises(StudioError, match="no Input"):
        build_saved(project)


def test_sequential_that_begins_with_a_model_has_its_input() -> None:
    x = keras.Input((6,), dtype="int32")
    base = keras.Model(x, layers.Embedding(5, 3)(x), name="base")
    model = keras.Sequential([base])
    made = build_saved(import_keras(model)[0]).model
    assert isinstance(made, keras.Sequential)
    assert made.input_shape == (None, 6)
    randomise(model)
    made.set_weights(model.get_weights())
    words = np.arange(12).reshape(2, 6) % 5
    np.testing.assert_array_equal(made(words), model(words))


def test_long_chain() -> None:
    """Longer than Python's limit of calls within calls, by which Keras walks a graph."""
    config = chain_config(1500)
    project = import_config(config).project
    assert len(project.graph.nodes) == 1502
    columns = {node.y for node in project.graph.nodes.values()}
    assert len(columns) > 10, "a long chain is laid out in columns"
    report = Inspector().inspect(Inspect(1, 1, project))
    assert report.problems == ()
    assert len(build_saved(project).model.layers) == 1501


def chain_config(length: int) -> dict[str, Any]:
    def tensor(name: str) -> dict[str, Any]:
        history = {"shape": [None, 4], "dtype": "float32", "keras_history": [name, 0, 0]}
        return {"class_name": "__keras_tensor__", "config": history}

    def layer(kind: str, name: str, config: dict[str, Any], before: str | None) -> dict[str, Any]:
        calls = [] if before is None else [{"args": [tensor(before)], "kwargs": {}}]
        return {
            "module": "keras.layers", "class_name": kind, "config": {"name": name, **config},
            "registered_name": None, "name": name, "inbound_nodes": calls,
        }  # fmt: skip

    names = ["x", *(f"step_{number}" for number in range(length))]
    made = [layer("InputLayer", "x", {"batch_shape": [None, 4], "dtype": "float32"}, None)]
    made += [layer("ReLU", name, {"trainable": True}, before) for before, name in pairwise(names)]
    graph = {"name": "chain", "trainable": True, "layers": made}
    ends = {"input_layers": ["x", 0, 0], "output_layers": [names[-1], 0, 0]}
    return {"module": "keras", "class_name": "Functional", "config": {**graph, **ends}}


def broken(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    config = chain_config(2)
    change(config["config"])
    return config


@pytest.mark.parametrize(
    "change",
    [
        lambda graph: graph["layers"].pop(1),
        lambda graph: graph.pop("output_layers"),
        lambda graph: graph["layers"][1].pop("class_name"),
        lambda graph: graph["layers"].append("nonsense"),
        lambda graph: graph["layers"][2]["inbound_nodes"][0].pop("args"),
        lambda graph: graph.update(output_layers=[["nobody", 0, 0]]),
        lambda graph: graph["layers"][1].update(inbound_nodes=7),
    ],
)
def test_damaged_configuration_is_told(change: Callable[[dict[str, Any]], Any]) -> None:
    with pytest.raises(StudioError, match="damaged"):
        import_config(broken(change))


def test_file_written_by_json_has_the_same_drawing(tmp_path: Path) -> None:
    model = HARD["transformer"]()
    path = tmp_path / "model.json"
    path.write_text(model.to_json())
    answer = import_model(ImportModel(1, str(path)), lambda *said: None)
    assert "the file holds no weights" in answer.notes
    assert_same_model(build_saved(answer.project).model, model)
    assert json.loads(path.read_text())["config"]["name"] == answer.project.graph.name


def test_names_that_files_cannot_have_are_cleaned(tmp_path: Path) -> None:
    config = chain_config(1)
    long = "n" * 240
    text = json.dumps(config).replace("step_0", long)
    assert import_config(json.loads(text)).notes == ()
    text = json.dumps(config).replace("step_0", " a\\u0007/b ")
    imported = import_config(json.loads(text))
    names = [layer.name for layer in imported.project.layers.values()]
    assert "a__b" in names
    assert any("is called 'a__b' here" in note for note in imported.notes)
    assert structure_problems(imported.project, shipped()) == []
