"""Patches: what they make of the old value is the new one, order and kinds of numbers included."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from drawings import drawn, random_edges
from hypothesis import given
from hypothesis import strategies as st

from kerasstudio.graph import edits
from kerasstudio.graph.patch import patch, patched
from kerasstudio.graph.project import Project
from kerasstudio.graph.templates import project_from
from kerasstudio.graph.training_spec import EarlyStopping

TEMPLATES = ("blank", "iris_mlp", "residual_cnn", "two_inputs_two_outputs")


def through_json(change: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(change))


@pytest.mark.parametrize("old", TEMPLATES)
@pytest.mark.parametrize("new", TEMPLATES)
def test_any_document_becomes_any_other(old: str, new: str) -> None:
    one, other = project_from(old), project_from(new)
    result = patched(one, through_json(patch(one, other)))
    assert result == other
    assert list(result.graph.nodes) == list(other.graph.nodes)
    assert list(result.layers) == list(other.layers)


def test_a_patch_is_as_small_as_the_edit() -> None:
    project = drawn(500, random_edges(500))
    moved = edits.move_nodes(project, {"n7": (1.0, 2.0)})
    change = patch(project, moved)
    assert len(msgspec.json.encode(change)) < 200
    result = patched(project, change)
    assert result == moved
    assert result.layers is project.layers, "what is not touched is the same object"
    assert patch(project, project) is None
    assert patched(project, None) is project


def test_the_order_of_layers_is_kept_when_one_comes_back() -> None:
    project = project_from("residual_cnn")
    nodes = list(project.graph.nodes)
    without = edits.delete_nodes(project, nodes[2:5])
    back = patched(without, through_json(patch(without, project)))
    assert list(back.graph.nodes) == nodes
    assert back == project


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (1, True), (0, False), ([1], [1.0])])
def test_numbers_of_different_kinds_differ(one: Any, other: Any) -> None:
    project = project_from("iris_mlp")
    layer = next(iter(project.layers))
    before = edits.set_argument(project, layer, "thing", one)
    layers = dict(before.layers)
    layers[layer] = msgspec.structs.replace(
        layers[layer], arguments={**layers[layer].arguments, "thing": other}
    )
    after = msgspec.structs.replace(before, layers=layers)
    result = patched(before, through_json(patch(before, after))).layers[layer].arguments["thing"]
    assert repr(result) == repr(other)


def test_optional_settings_come_and_go() -> None:
    project = project_from("iris_mlp")
    training = msgspec.structs.replace(project.training, early_stopping=EarlyStopping(patience=3))
    after = edits.set_training(project, training)
    assert patched(project, through_json(patch(project, after))) == after
    assert patched(after, through_json(patch(after, project))) == project


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=2), VALUES), st.dictionaries(st.text(max_size=2), VALUES))
def test_arguments_of_any_kind(one: dict[str, Any], other: dict[str, Any]) -> None:
    result = patched(one, through_json(patch(one, other)))
    assert repr(result) == repr(other)


@pytest.mark.parametrize(
    "change",
    [
        ["s", {"nothing": ["=", 1]}],
        ["s", {"serial": ["=", "x"]}],
        ["d", {}, [], None],
        ["?"],
        [],
        ["s", {"layers": ["d", {"l1": ["s", {"x": ["=", 1]}]}, [], None]}],
        ["s", {"graphs": ["d", {}, [], ["other"]]}],
    ],
)
def test_a_patch_for_something_else_is_refused(change: Any) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        patched(Project(), change)
