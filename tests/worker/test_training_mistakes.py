"""Mistakes in data and training settings, on real data and with the real Keras: each mend that is
offered takes the problem away and brings no other error."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fixes_page import promised
from projects import digits_cnn, digits_mlp

from kerasstudio.graph import edits
from kerasstudio.graph.catalogue import shipped
from kerasstudio.graph.data_spec import Column, DataSpec, Source
from kerasstudio.graph.fixes import apply_fix
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.preflight import preflight_problems
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.graph.sketch import Sketch
from kerasstudio.graph.structure import structure_problems
from kerasstudio.graph.training_spec import EarlyStopping, KerasObject
from kerasstudio.runtime.protocol import Inspect
from kerasstudio.runtime.worker.data import describe
from kerasstudio.runtime.worker.inspector import Inspector

pytestmark = pytest.mark.worker

Make = Callable[[Path], Project]


class Case(NamedTuple):
    name: str
    make: Make
    code: str
    fix: str


def layer(project: Project, name: str) -> str:
    return next(each.id for each in project.layers.values() if each.name == name)


def with_layer(name: str, **arguments: Any) -> Make:
    """The small net on digits, with one layer's arguments changed."""

    def make(_folder: Path) -> Project:
        project = digits_mlp()
        return edits.set_arguments(project, layer(project, name), arguments)

    return make


def with_loss(class_name: str, **config: Any) -> Make:
    def make(_folder: Path) -> Project:
        project = digits_mlp()
        loss = KerasObject(class_name, "keras.losses", config)
        return edits.set_output_training(project, layer(project, "digit"), loss=loss)

    return make


def with_training(**changes: Any) -> Make:
    return lambda _folder: edits.set_training(digits_mlp(), **changes)


def no_softmax(_folder: Path) -> Project:
    project = digits_mlp()
    project = edits.set_argument(project, layer(project, "scores"), "activation", None)
    loss = KerasObject("SparseCategoricalCrossentropy", "keras.losses")
    return edits.set_output_training(project, layer(project, "digit"), loss=loss)


def frozen(_folder: Path) -> Project:
    project = digits_mlp()
    for name in ("hidden", "scores"):
        project = edits.set_trainable(project, layer(project, name), False)
    return project


def without_pooling(_folder: Path) -> Project:
    """A map at the Output, where one label a picture is wanted."""
    project = digits_cnn()
    nodes = {project.layers[node.layer].name: node.id for node in project.graph.nodes.values()}
    for name in ("flat", "drop"):
        project = edits.delete_and_reconnect(project, [nodes[name]])
    return project


def table(rows: list[list[Any]], scaled: bool = True, **columns: Any) -> Make:
    """A table with the columns a, b and y, and a small net for it."""

    def make(folder: Path) -> Project:
        with (folder / "table.csv").open("w", newline="") as file:
            csv.writer(file).writerows([["a", "b", "y"], *rows])
        described = {
            "a": Column("a", "s", "number"),
            "b": Column("b", "s", "number"),
            "y": Column("y", "s", "number", "target"),
        } | columns
        sketch = Sketch()
        x = sketch.input("inputs", [2])
        if scaled:
            x = sketch.layer("Normalization", x, name="scale")
        sketch.output("y", sketch.layer("Dense", x, name="last", units=1))
        data = DataSpec((Source("s", "table.csv", "csv"),), tuple(described.values()))
        return sketch.project(data)

    return make


NUMBERS = [[i * 0.1, (i * 7) % 5, i * 0.3 + 1] for i in range(40)]
HOLES = [*NUMBERS[:5], [0.5, "", 2.0], *NUMBERS[5:]]
WORDS = [[i * 0.1, "red" if i % 2 else "blue", i * 0.3] for i in range(40)]

CASES = (
    Case("too few units", with_layer("scores", units=7), "train.label_range", "set units to 10"),
    Case("no softmax", no_softmax, "train.activation", "set activation to softmax"),
    Case("other labels", with_loss("CategoricalCrossentropy"), "train.loss_labels",
         "use SparseCategoricalCrossentropy"),
    Case("logits after softmax", with_loss("SparseCategoricalCrossentropy", from_logits=True),
         "train.from_logits", "set from_logits off"),
    Case("error of class numbers", with_loss("MeanSquaredError"), "train.loss_labels",
         "use SparseCategoricalCrossentropy"),
    Case("two classes for ten", with_loss("BinaryCrossentropy"), "train.loss_labels",
         "use SparseCategoricalCrossentropy"),
    Case("another shape", with_layer("image", shape=[7, 9]), "train.input_shape",
         "set shape to 8 × 8"),
    Case("texts of numbers", with_layer("image", dtype="string"), "train.input_dtype",
         "set dtype to float32"),
    Case("large values", table([[1000 * row[0], *row[1:]] for row in NUMBERS], scaled=False),
         "train.unscaled", "insert Normalization"),
    Case("a map at the end", without_pooling, "train.output_rank", "insert Flatten"),
    Case("nothing to train", frozen, "train.nothing_trainable", "train scores"),
    Case("misspelt monitor", with_training(early_stopping=EarlyStopping("val_acuracy")),
         "train.monitor", "watch val_accuracy"),
    Case("no validation", with_training(validate=False), "train.monitor_validation",
         "validate after each epoch"),
    Case("no epochs", with_training(epochs=0), "train.epochs", "set the default"),
    Case("batch larger than the data", with_training(batch_size=5000), "train.batch_too_large",
         "set batch size to 128"),
    Case("unknown optimizer", with_training(optimizer=KerasObject("Adamm", "keras.optimizers")),
         "train.unknown_object", "take Adam"),
    Case("empty cells", table(HOLES), "data.missing", "drop these rows"),
    Case("words as numbers", table(WORDS, b=Column("b", "s", "category")), "data.words",
         "encode as one-hot"),
    Case("a constant column", table([[1, *row[1:]] for row in NUMBERS]), "data.constant_feature",
         'ignore "a"'),
)  # fmt: skip


def look(project: Project, folder: Path) -> list[Problem]:
    """All that the program would say of it."""
    report = Inspector().inspect(Inspect(id=1, revision=1, project=project, thorough=True))
    inspection = Inspection(
        1, report.nodes, report.problems, report.total, report.total_trainable, report.memory
    )
    summary = describe(project.data, folder)
    return [
        *structure_problems(project, shipped()),
        *report.problems,
        *summary.problems,
        *preflight_problems(project, inspection, summary, shipped()),
    ]


def errors(problems: list[Problem]) -> list[str]:
    return [f"{each.code}: {each.message}" for each in problems if each.severity == "error"]


@pytest.mark.parametrize("case", [case for case in CASES if case.code], ids=lambda case: case.name)
def test_mistake_is_told_and_mended(case: Case, tmp_path: Path) -> None:
    project = case.make(tmp_path)
    before = look(project, tmp_path)
    found = [problem for problem in before if problem.code == case.code]
    assert found, [problem.code for problem in before]
    labels = [fix.label for problem in found for fix in problem.fixes]
    assert any(label.startswith(case.fix) for label in labels), labels
    for problem in found:
        for fix in problem.fixes:
            mended = apply_fix(project, fix, shipped())
            after = look(mended, tmp_path)
            still = [
                each for each in after if (each.code, each.place) == (problem.code, problem.place)
            ]
            assert not still, f"{fix.label} does not mend: {still}"
            worse = {each.split(":")[0] for each in errors(after)}
            worse -= {each.split(":")[0] for each in errors(before)}
            assert not worse, f"{fix.label} brings {errors(after)}"


def test_a_sound_project_has_no_error(tmp_path: Path) -> None:
    assert errors(look(digits_mlp(), tmp_path)) == []


def test_the_page_of_mends_promises_what_is_offered() -> None:
    labels = promised("Data and training")
    assert len(labels) > 12
    assert labels <= {case.fix for case in CASES}
