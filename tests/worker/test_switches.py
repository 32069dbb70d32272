"""Muted and bypassed nodes with Keras: shapes, the built model, a run's preparation, files."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from kerasstudio.graph import edits
from kerasstudio.graph.inspection import NodeInfo
from kerasstudio.graph.project import Mode, Project
from kerasstudio.graph.sketch import Sketch
from kerasstudio.graph.templates import project_from
from kerasstudio.runtime.protocol import Export, Inspect, Inspected
from kerasstudio.runtime.worker import exporters
from kerasstudio.runtime.worker.build import build_model
from kerasstudio.runtime.worker.inspector import Inspector
from kerasstudio.runtime.worker.own_group import own_project
from kerasstudio.runtime.worker.preparing import prepare

pytestmark = [
    pytest.mark.worker,
    # Keras 3.15 turns its variables into arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def inspect(inspector: Inspector, project: Project) -> Inspected:
    return inspector.inspect(Inspect(id=1, revision=1, project=project))


def switched(project: Project, mode: Mode, *names: str) -> Project:
    return edits.set_mode(project, [node_id(project, name) for name in names], mode)


def node_id(project: Project, name: str) -> str:
    return next(
        node.id for node in project.graph.nodes.values() if project.layers[node.layer].name == name
    )


def two_branches() -> Project:
    sketch = Sketch()
    x = sketch.input("image", [8, 8, 3])
    one = sketch.layer("Conv2D", x, name="one", filters=4, kernel_size=3, padding="same")
    two = sketch.layer("Conv2D", x, name="two", filters=4, kernel_size=1)
    both = sketch.layer("Concatenate", one, two, name="both")
    flat = sketch.layer("Flatten", both, name="flat")
    sketch.output("y", sketch.layer("Dense", flat, name="scores", units=2))
    return sketch.project()


def test_shapes_follow_the_switches_and_come_back() -> None:
    project = two_branches()
    inspector = Inspector()
    before = inspect(inspector, project)
    muted = switched(project, "muted", "two")
    report = inspect(inspector, muted)
    nodes = {name: node_id(project, name) for name in ("both", "flat", "scores", "two")}
    assert report.removed == (nodes["two"],)
    # What only passes on has the shape of what comes in, and no weights.
    passing = report.nodes[nodes["both"]]
    assert passing.outputs[0].shape == (None, 8, 8, 4)
    assert passing.parameters == 0
    assert report.nodes[nodes["flat"]].outputs[0].shape == (None, 256)
    assert report.problems == ()
    assert report.total == build_model(muted).model.count_params()
    again = inspect(inspector, project)
    assert again.total == before.total
    assert again.nodes[nodes["both"]] == before.nodes[nodes["both"]]
    assert inspect(inspector, project).nodes == {}


def test_where_shapes_do_not_allow_a_bypass_the_next_layer_says_so() -> None:
    project = two_branches()
    report = inspect(Inspector(), switched(project, "bypassed", "flat"))
    assert report.nodes[node_id(project, "scores")].status == "ok"  # Dense takes any rank
    sketch = Sketch()
    flat = sketch.layer("Flatten", sketch.input("x", [4, 4, 1]), name="flat")
    wide = sketch.layer("RepeatVector", flat, name="repeat", n=3)
    sketch.output("y", wide)
    broken = inspect(Inspector(), switched(sketch.project(), "bypassed", "flat"))
    assert broken.nodes[node_id(sketch.project(), "repeat")].status == "error"
    assert broken.problems[0].place.node == node_id(sketch.project(), "repeat")


def test_a_bypassed_layer_behind_an_error_waits() -> None:
    sketch = Sketch()
    flat = sketch.layer("Conv2D", sketch.input("x", [4]), name="conv", filters=2, kernel_size=3)
    sketch.output("y", sketch.layer("Dropout", flat, name="drop", rate=0.1))
    project = switched(sketch.project(), "bypassed", "drop")
    report = inspect(Inspector(), project)
    assert report.nodes[node_id(project, "drop")] == NodeInfo("waiting")


def test_the_built_model_is_that_without_the_layers() -> None:
    project = two_branches()
    for mode, names, layers in (
        ("bypassed", ("both",), ["image", "one", "flat", "scores"]),
        ("muted", ("one",), ["image", "two", "flat", "scores"]),
    ):
        model = build_model(switched(project, mode, *names)).model  # type: ignore[arg-type]
        assert [layer.name for layer in model.layers] == layers


def test_a_muted_output_is_neither_trained_nor_asked_for_data() -> None:
    project = project_from("two_inputs_two_outputs")
    names = [layer.name for _node, layer in project.outputs()]
    prepared = prepare(switched(project, "muted", names[0]), Path(), lambda *_args: None)
    assert list(prepared.losses) == [names[1]]
    assert len(prepared.model.outputs) == 1
    assert prepared.project.graph.nodes == switched(project, "muted", names[0]).graph.nodes


def test_files_hold_the_model_without_and_the_drawing_with_what_is_off(tmp_path: Path) -> None:
    project = switched(project_from("iris_mlp"), "bypassed", "dense_1")
    path = tmp_path / "model.h5"
    answer = exporters.export(
        Export(1, "h5", str(path), project, str(tmp_path)), lambda *_args: None
    )
    assert answer.agrees
    assert own_project(path) == project
    plain = keras.models.load_model(path, compile=False)
    assert "dense_1" not in [layer.name for layer in plain.layers]
    assert np.isfinite(plain.predict(np.ones((2, 4)), verbose=0)).all()
