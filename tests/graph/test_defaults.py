"""Loss and metrics chosen from the target and the end of the model."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from kerasstudio.graph.data_spec import Column, DataSpec
from kerasstudio.graph.data_summary import ColumnSummary, DataSummary
from kerasstudio.graph.defaults import training_for_output
from kerasstudio.graph.heads import head_of
from kerasstudio.graph.metric_names import metric_names
from kerasstudio.graph.project import Layer, Project
from kerasstudio.graph.sketch import Sketch
from kerasstudio.graph.templates import project_from
from kerasstudio.graph.training_spec import KerasObject, OutputTraining, TrainingSpec

CLASSES = {2: ("no", "yes"), 3: ("a", "b", "c")}


def model(
    target: Column, *layers: tuple[str, dict[str, object]], training: TrainingSpec | None = None
) -> tuple[Project, str]:
    sketch = Sketch()
    node = sketch.input("inputs", [4])
    for class_name, arguments in layers:
        node = sketch.layer(class_name, node, **arguments)
    output = sketch.output("out", node)
    data = DataSpec(columns=(Column("x", "s", "number"), target))
    return sketch.project(data, training), sketch.layer_id(output)


def summary(target: Column, count: int = 3, **found: object) -> DataSummary:
    classes = CLASSES[count] if target.encoding != "none" else None
    column = ColumnSummary(target.name, "s", target.kind, classes=classes, **found)  # type: ignore[arg-type]
    return DataSummary(rows=100, columns=(ColumnSummary("x", "s", "number"), column))


INDEX = Column("y", "s", "category", "target", "index")
ONE_HOT = Column("y", "s", "category", "target", "one_hot")
NUMBER = Column("y", "s", "number", "target")


@pytest.mark.parametrize(
    ("target", "count", "units", "activation", "loss", "logits", "metric"),
    [
        (
            INDEX,
            3,
            3,
            "softmax",
            "SparseCategoricalCrossentropy",
            False,
            "SparseCategoricalAccuracy",
        ),
        (INDEX, 3, 3, None, "SparseCategoricalCrossentropy", True, "SparseCategoricalAccuracy"),
        (
            INDEX,
            2,
            2,
            "softmax",
            "SparseCategoricalCrossentropy",
            False,
            "SparseCategoricalAccuracy",
        ),
        (INDEX, 2, 1, "sigmoid", "BinaryCrossentropy", False, "BinaryAccuracy"),
        (INDEX, 2, 1, None, "BinaryCrossentropy", True, "BinaryAccuracy"),
        (ONE_HOT, 3, 3, "softmax", "CategoricalCrossentropy", False, "CategoricalAccuracy"),
        (ONE_HOT, 3, 3, None, "CategoricalCrossentropy", True, "CategoricalAccuracy"),
        (ONE_HOT, 3, 3, "sigmoid", "BinaryCrossentropy", False, "BinaryAccuracy"),
        (NUMBER, 3, 1, None, "MeanSquaredError", False, "MeanAbsoluteError"),
    ],
)
def test_loss_and_metric(
    target: Column,
    count: int,
    units: int,
    activation: str | None,
    loss: str,
    logits: bool,
    metric: str,
) -> None:
    project, output = model(target, ("Dense", {"units": units, "activation": activation}))
    chosen = training_for_output(project, output, summary(target, count))
    assert chosen.loss is not None
    assert chosen.metrics is not None
    assert (chosen.loss.class_name, chosen.loss.module) == (loss, "keras.losses")
    assert chosen.loss.config.get("from_logits", False) == logits
    assert [each.class_name for each in chosen.metrics] == [metric]
    if metric == "BinaryAccuracy":
        assert chosen.metrics[0].config.get("threshold", 0.5) == (0.0 if logits else 0.5)


def test_zero_and_one_with_sigmoid_are_two_classes() -> None:
    target = Column("y", "s", "integer", "target")
    project, output = model(target, ("Dense", {"units": 1, "activation": "sigmoid"}))
    found = summary(target, minimum=0.0, maximum=1.0, dtype="int64")
    chosen = training_for_output(project, output, found)
    assert chosen.loss is not None
    assert chosen.loss.class_name == "BinaryCrossentropy"


@pytest.mark.parametrize(
    ("layers", "units", "activation"),
    [
        ([("Dense", {"units": 3}), ("Softmax", {})], 3, "softmax"),
        ([("Dense", {"units": 3}), ("Activation", {"activation": "softmax"})], 3, "softmax"),
        (
            [("Dense", {"units": 3, "activation": "softmax"}), ("Dropout", {"rate": 0.1})],
            3,
            "softmax",
        ),
        ([("Dense", {"units": 3}), ("Rescaling", {"scale": 10.0})], 3, "linear"),
        (
            [("Dense", {"units": 3, "activation": "sigmoid"}), ("Rescaling", {"scale": 9.0})],
            3,
            None,
        ),
        ([("LSTM", {"units": 5})], 5, "tanh"),
        ([("Conv1D", {"filters": 7, "kernel_size": 3})], 7, "linear"),
        ([("Flatten", {})], None, None),
        (
            [("Dense", {"units": 2, "activation": {"class_name": "Softmax", "config": {}}})],
            2,
            "softmax",
        ),
        (
            [("Dense", {"units": 2, "activation": {"class_name": "function", "config": "relu"}})],
            2,
            "relu",
        ),
    ],
)
def test_the_end_of_the_model(
    layers: list[tuple[str, dict[str, object]]], units: int | None, activation: str | None
) -> None:
    project, output = model(INDEX, *layers)
    node = next(node.id for node, layer in project.outputs() if layer.id == output)
    head = head_of(project, node)
    assert (head.units, head.activation) == (units, activation)


def test_the_end_of_a_block() -> None:
    """The layer that counts is inside: a block's own Output leads to it."""
    inner, _ = model(INDEX, ("Dense", {"units": 4, "activation": "softmax"}))
    outer, output = model(INDEX, ("Dense", {"units": 9}))
    block = Layer("b", "Functional", "block", graph="inside")
    moved = {f"in_{key}": replace(layer, id=f"in_{key}") for key, layer in inner.layers.items()}
    nodes = {
        key: replace(node, layer=f"in_{node.layer}") for key, node in inner.graph.nodes.items()
    }
    dense = next(key for key, layer in outer.layers.items() if layer.class_name == "Dense")
    project = replace(
        outer,
        layers={**outer.layers, **moved, dense: replace(block, id=dense)},
        graphs={**outer.graphs, "inside": replace(inner.graph, id="inside", nodes=nodes)},
    )
    node = next(node.id for node, layer in project.outputs() if layer.id == output)
    head = head_of(project, node)
    assert (head.units, head.activation) == (4, "softmax")


def test_a_layer_for_each_step() -> None:
    inner = {"class_name": "Dense", "config": {"units": 6, "activation": "sigmoid"}}
    project, _ = model(INDEX, ("TimeDistributed", {"layer": inner}))
    head = head_of(project, next(node.id for node, _ in project.outputs()))
    assert (head.units, head.activation) == (6, "sigmoid")


def test_what_the_person_chose_stays() -> None:
    project, output = model(INDEX, ("Dense", {"units": 3}))
    mine = KerasObject("Huber", "keras.losses")
    training = TrainingSpec(outputs={output: OutputTraining(loss=mine, loss_weight=2.0)})
    project, output = model(INDEX, ("Dense", {"units": 3}), training=training)
    chosen = training_for_output(project, output, summary(INDEX))
    assert (chosen.loss, chosen.loss_weight) == (mine, 2.0)
    assert chosen.metrics is not None
    assert len(chosen.metrics) == 1


def test_without_data_there_is_still_a_loss() -> None:
    project, output = model(INDEX, ("Dense", {"units": 3, "activation": "softmax"}))
    assert training_for_output(project, output, None).loss is not None


def test_metric_names_of_one_output() -> None:
    assert metric_names(project_from("digits_mlp")) == [
        "loss",
        "accuracy",
        "val_loss",
        "val_accuracy",
    ]


def test_metric_names_of_two_outputs() -> None:
    names = metric_names(project_from("two_inputs_two_outputs"))
    assert names[:5] == [
        "loss",
        "cultivar_loss",
        "alcohol_loss",
        "cultivar_accuracy",
        "alcohol_mean_absolute_error",
    ]
    assert names[5:] == [f"val_{name}" for name in names[:5]]
