"""Arguments on the clipboard: copied, read from other texts, pasted into layers of any class."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kerasstudio.graph import edits
from kerasstudio.graph.argument_clip import (
    ArgumentClip,
    copy_arguments,
    misfit,
    paste_arguments,
    read_arguments,
)
from kerasstudio.graph.catalogue import Argument, shipped
from kerasstudio.graph.clipboard import copy_nodes
from kerasstudio.graph.project import Project


def drawn(*layers: tuple[str, dict[str, Any]]) -> tuple[Project, list[str]]:
    """A project of unwired layers, and their layer ids."""
    project, ids = Project(), []
    for class_name, arguments in layers:
        kind = shipped().named(class_name)
        assert kind is not None
        project, node = edits.add_layer(project, kind, arguments=arguments)
        ids.append(project.graph.nodes[node].layer)
    return project, ids


CONV = {"filters": 16, "kernel_size": [5, 5], "padding": "same", "activation": "relu"}


def test_the_same_class_becomes_equal() -> None:
    project, (one, two) = drawn(
        ("Conv2D", CONV), ("Conv2D", {"filters": 8, "kernel_size": 3, "strides": 2})
    )
    clip = read_arguments(copy_arguments(project.layers[one]))
    assert clip is not None
    pasted, told = paste_arguments(project, [two], clip, shipped())
    assert pasted.layers[two].arguments == CONV
    assert set(told.taken) == {*CONV, "strides"}
    assert told.left == {}
    assert paste_arguments(pasted, [two], clip, shipped())[0] is pasted


def test_other_classes_take_what_has_the_same_name_and_kind() -> None:
    project, (conv, dense, line, drop) = drawn(
        ("Conv2D", CONV), ("Dense", {"units": 4}), ("Conv1D", {"filters": 2, "kernel_size": 3}),
        ("Dropout", {"rate": 0.1}),
    )  # fmt: skip
    clip = read_arguments(copy_arguments(project.layers[conv]))
    assert clip is not None
    pasted, told = paste_arguments(project, [dense], clip, shipped())
    assert pasted.layers[dense].arguments == {"units": 4, "activation": "relu"}
    assert told.taken == ("activation",)
    assert told.left["filters"] == "Dense has no such argument"
    pasted, told = paste_arguments(project, [line], clip, shipped())
    assert pasted.layers[line].arguments == {
        "filters": 16, "kernel_size": 3, "padding": "same", "activation": "relu",
    }  # fmt: skip
    assert "one for each axis" in told.left["kernel_size"]
    pasted, told = paste_arguments(project, [drop], clip, shipped())
    assert pasted is project
    assert not told.taken


def test_defaults_are_not_written_down() -> None:
    project, (dense,) = drawn(("Dense", {"units": 4, "activation": "relu"}))
    pasted, _told = paste_arguments(
        project, [dense], ArgumentClip({"activation": None, "use_bias": True}), shipped()
    )
    assert pasted.layers[dense].arguments == {"units": 4}


def test_a_written_json_object_is_checked() -> None:
    project, (conv,) = drawn(("Conv2D", CONV))
    clip = read_arguments('{"filters": -3, "padding": "smae", "use_bias": 1, "strides": 2}')
    assert clip is not None
    pasted, told = paste_arguments(project, [conv], clip, shipped())
    assert pasted.layers[conv].arguments == {**CONV, "strides": 2}
    assert told.left == {
        "filters": "at least 1 is needed",
        "padding": '"smae" is none of valid, same',
        "use_bias": "1 is no yes or no",
    }


def test_copied_nodes_and_layers_of_keras_give_their_arguments() -> None:
    project, (conv,) = drawn(("Conv2D", CONV))
    node = next(iter(project.graph.nodes))
    assert read_arguments(copy_nodes(project, [node])) == ArgumentClip(
        CONV, "Conv2D", "keras.layers"
    )
    kept = {"class_name": "Dense", "config": {"name": "x", "trainable": True, "units": 3}}
    assert read_arguments(json.dumps(kept)) == ArgumentClip({"units": 3})
    assert project.layers[conv].arguments == CONV


@pytest.mark.parametrize(
    "text",
    ["", "hello", "[1, 2]", "3", '{"a b": 1}', '{"format": "kerasstudio-arguments"}',
     '{"format": "something else"}', "{" * 100_000, '{"class_name": "Dense", "config": 3}'],
)  # fmt: skip
def test_other_texts_are_no_arguments(text: str) -> None:
    assert read_arguments(text) is None


def test_layers_that_are_gone_are_passed_over() -> None:
    project, _ids = drawn(("Dense", {"units": 4}))
    assert paste_arguments(project, ["l99"], ArgumentClip({"units": 3}), shipped())[0] is project


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("int", 3, True), ("int", 3.5, False), ("int", True, False), ("float", 3, True),
        ("float", "3", False), ("bool", False, True), ("text", "a", True), ("text", 1, False),
        ("shape", [3, None], True), ("shape", 3, False), ("int_or_tuple", 3, True),
        ("int_or_tuple", [1, 2], True), ("int_or_tuple", "x", False), ("object", "relu", True),
        ("object", {"class_name": "L2"}, True), ("object", 3, False), ("list", [1], True),
        ("any", {"x": 1}, True), ("int", None, False),
    ],
)  # fmt: skip
def test_values_fit_kinds(kind: Any, value: Any, fits: bool) -> None:
    assert (misfit(Argument("x", kind), value) == "") == fits
