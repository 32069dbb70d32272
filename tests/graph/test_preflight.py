"""Each way to train nonsense is found before the first batch, and its fix mends it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.data_spec import Column, DataSpec, Source, Split
from kerasstudio.graph.data_summary import ColumnSummary, DataSummary
from kerasstudio.graph.fixes import apply_fix
from kerasstudio.graph.inspection import Inspection, NodeInfo, TensorSpec
from kerasstudio.graph.preflight import preflight_problems
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.graph.sketch import Sketch
from kerasstudio.graph.templates import project_from
from kerasstudio.graph.training_spec import (
    Checkpoint,
    EarlyStopping,
    KerasObject,
    OutputTraining,
    TrainingSpec,
)

SOURCES = (Source("s", "data.csv", "csv"),)
FEATURES = (Column("a", "s", "number"), Column("b", "s", "number"))
INDEX = Column("y", "s", "category", "target", "index")
ONE_HOT = Column("y", "s", "category", "target", "one_hot")
NUMBER = Column("y", "s", "number", "target")
CLASSES = ("p", "q", "r")


def found(name: str, **changes: Any) -> ColumnSummary:
    values = {"minimum": -1.0, "maximum": 1.0, "train_deviation": 0.5, **changes}
    return ColumnSummary(name, "s", values.pop("kind", "number"), **values)


def summary(target: Column, *changed: ColumnSummary, **target_changes: Any) -> DataSummary:
    kind = {"kind": target.kind}
    if target.encoding != "none":
        kind |= {"classes": CLASSES, "distinct": 3, "dtype": "str", "minimum": None}  # type: ignore[dict-item]
    last = found(target.name, **{**kind, **target_changes})
    columns = {column.name: column for column in (found("a"), found("b"), *changed, last)}
    return DataSummary(rows=100, columns=tuple(columns.values()), parts=(70, 15, 15))


def model(
    target: Column,
    units: int = 3,
    activation: str | None = "softmax",
    loss: str | None = None,
    shape: tuple[int, ...] = (2,),
    training: TrainingSpec | None = None,
    features: tuple[Column, ...] = FEATURES,
    **config: Any,
) -> Project:
    sketch = Sketch()
    node = sketch.input("inputs", list(shape))
    node = sketch.layer("Dense", node, name="last", units=units, activation=activation)
    output = sketch.layer_id(sketch.output("out", node))
    training = training or TrainingSpec()
    if loss is not None:
        chosen = OutputTraining(loss=KerasObject(loss, "keras.losses", config))
        training = msgspec.structs.replace(training, outputs={output: chosen})
    return sketch.project(DataSpec(sources=SOURCES, columns=(*features, target)), training)


def check(
    project: Project, known: DataSummary | None, shapes: Inspection | None = None
) -> list[Problem]:
    return preflight_problems(project, shapes, known, None)


def the(
    project: Project, known: DataSummary | None, code: str, shapes: Inspection | None = None
) -> Problem:
    problems = check(project, known, shapes)
    assert [problem.code for problem in problems] == [code]
    return problems[0]


def inspected(project: Project, shape: tuple[int | None, ...], **totals: int) -> Inspection:
    """What Keras would say: `shape` arrives at the Output."""
    totals = {"total": 9, "total_trainable": 9, **totals}
    info = NodeInfo("ok", (TensorSpec(shape),))
    return Inspection(nodes=dict.fromkeys(project.graph.nodes, info), **totals)


# ---------------------------------------------------------------- loss, labels, units, activation

WRONG = [
    # what is wrong, target, model, code, label of the first fix
    ("label 2 with 2 units", INDEX, {"units": 2}, "train.label_range", "set units to 3"),
    (
        "class numbers with categorical crossentropy",
        INDEX,
        {"loss": "CategoricalCrossentropy"},
        "train.loss_labels",
        "use SparseCategoricalCrossentropy",
    ),
    (
        "one-hot with sparse crossentropy",
        ONE_HOT,
        {"loss": "SparseCategoricalCrossentropy"},
        "train.loss_labels",
        "use CategoricalCrossentropy",
    ),
    (
        "no softmax",
        INDEX,
        {"activation": None, "loss": "SparseCategoricalCrossentropy"},
        "train.activation",
        "set activation to softmax",
    ),
    (
        "relu before crossentropy",
        INDEX,
        {"activation": "relu"},
        "train.activation",
        "set activation to softmax",
    ),
    (
        "softmax and from_logits",
        INDEX,
        {"loss": "SparseCategoricalCrossentropy", "from_logits": True},
        "train.from_logits",
        "set from_logits off",
    ),
    (
        "categorical crossentropy of one unit",
        ONE_HOT,
        {"units": 1, "activation": "sigmoid", "loss": "CategoricalCrossentropy"},
        "train.one_unit",
        "set units to 3",
    ),
    (
        "one-hot of another length",
        ONE_HOT,
        {"units": 5, "loss": "CategoricalCrossentropy"},
        "train.broadcast",
        "set units to 3",
    ),
    (
        "three numbers against one",
        NUMBER,
        {"units": 3, "activation": None},
        "train.broadcast",
        "set units to 1",
    ),
    (
        "mean squared error of class numbers",
        INDEX,
        {"activation": None, "loss": "MeanSquaredError"},
        "train.loss_labels",
        "use SparseCategoricalCrossentropy",
    ),
    (
        "three classes for one sigmoid",
        INDEX,
        {"units": 1, "activation": "sigmoid", "loss": "BinaryCrossentropy"},
        "train.loss_labels",
        "set units to 3",
    ),
    (
        "no sigmoid",
        NUMBER,
        {"units": 1, "activation": "tanh", "loss": "BinaryCrossentropy"},
        "train.label_range",
        "use MeanSquaredError",
    ),
    (
        "softmax of one unit",
        NUMBER,
        {"units": 1, "activation": "softmax"},
        "train.softmax_of_one",
        "set activation to none",
    ),
    (
        "out of the reach of sigmoid",
        NUMBER,
        {"units": 1, "activation": "sigmoid"},
        "train.out_of_reach",
        "set activation to none",
    ),
    ("spare units", INDEX, {"units": 10}, "train.spare_units", "set units to 3"),
]


@pytest.mark.parametrize(
    ("target", "changes", "code", "label"),
    [row[1:] for row in WRONG],
    ids=[row[0] for row in WRONG],
)
def test_wrong_output_is_found(target: Column, changes: dict, code: str, label: str) -> None:
    known = summary(target)
    codes = {problem.code: problem for problem in check(model(target, **changes), known)}
    assert code in codes
    problem = codes[code]
    assert problem.fixes[0].label == label
    assert problem.expected
    assert problem.received
    assert problem.place.output is not None


@pytest.mark.parametrize(
    ("target", "changes", "code"), [row[1:4] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_each_fix_mends_its_problem(
    target: Column, changes: dict, code: str, keras_catalogue: Catalogue
) -> None:
    known = summary(target)
    project = model(target, **changes)
    problem = next(each for each in check(project, known) if each.code == code)
    for fix in problem.fixes:
        mended = apply_fix(project, fix, keras_catalogue)
        left = [each for each in check(mended, known) if each.code == code]
        assert problem not in left, fix.label


@pytest.mark.parametrize(
    ("target", "changes"),
    [
        (INDEX, {}),
        (INDEX, {"activation": None}),
        (INDEX, {"activation": None, "loss": "SparseCategoricalCrossentropy", "from_logits": True}),
        (ONE_HOT, {}),
        (ONE_HOT, {"activation": "sigmoid"}),
        (NUMBER, {"units": 1, "activation": None}),
        (NUMBER, {"units": 1, "activation": "tanh"}),
        (NUMBER, {"units": 1, "activation": None, "loss": "Huber"}),
    ],
)
def test_sound_models_have_no_problems(target: Column, changes: dict) -> None:
    project = model(target, **changes)
    known = summary(target)
    assert check(project, known) == []
    assert check(project, known, inspected(project, (None, changes.get("units", 3)))) == []


def test_labels_outside_the_units_without_encoding() -> None:
    """Integers used as they are: the largest one needs a unit."""
    target = Column("y", "s", "integer", "target")
    known = summary(target, minimum=0.0, maximum=7.0, dtype="int64", kind="integer")
    project = model(target, units=3, loss="SparseCategoricalCrossentropy")
    problem = the(project, known, "train.label_range")
    assert problem.fixes[0].label == "set units to 8"


def test_negative_labels() -> None:
    target = Column("y", "s", "integer", "target")
    known = summary(
        target, minimum=-1.0, maximum=1.0, dtype="int64", kind="integer", classes=("-1", "1")
    )
    project = model(target, units=3, loss="SparseCategoricalCrossentropy")
    assert the(project, known, "train.label_range").fixes[0].label == "encode y as index"


def test_dense_on_an_image(keras_catalogue: Catalogue) -> None:
    """Dense works on the last axis of an image without a word."""
    features = (Column("image", "s", "array"),)
    project = model(INDEX, shape=(8, 8), features=features)
    known = summary(INDEX, found("image", kind="array", shape=(8, 8)))
    problem = the(project, known, "train.output_rank", inspected(project, (None, 8, 3)))
    labels = [fix.label for fix in problem.fixes]
    assert labels == ["insert Flatten", "insert GlobalAveragePooling1D"]
    mended = apply_fix(project, problem.fixes[0], keras_catalogue)
    kinds = [mended.layer_of(node).class_name for node in mended.graph.nodes.values()]
    assert "Flatten" in kinds


def test_metric_for_other_labels() -> None:
    project = model(INDEX)
    output = next(layer.id for _, layer in project.outputs())
    metrics = (
        KerasObject("CategoricalAccuracy", "keras.metrics"),
        KerasObject("AUC", "keras.metrics"),
    )
    training = TrainingSpec(outputs={output: OutputTraining(metrics=metrics)})
    project = msgspec.structs.replace(project, training=training)
    problem = the(project, summary(INDEX), "train.metric_labels")
    value = problem.fixes[0].arguments["value"]
    assert [each["class_name"] for each in value] == ["SparseCategoricalAccuracy", "AUC"]


# ---------------------------------------------------------------- inputs


def test_input_of_another_shape(keras_catalogue: Catalogue) -> None:
    project = model(INDEX, shape=(5,))
    problem = the(project, summary(INDEX), "train.input_shape")
    assert problem.place.argument == "shape"
    mended = apply_fix(project, problem.fixes[0], keras_catalogue)
    assert check(mended, summary(INDEX)) == []


def test_words_for_a_number_input() -> None:
    features = (Column("a", "s", "text"),)
    known = DataSummary(
        rows=100,
        columns=(found("a", kind="text", dtype="str"), *summary(INDEX).columns[2:]),
        parts=(70, 15, 15),
    )
    project = model(INDEX, shape=(1,), features=features)
    assert "train.input_dtype" in [problem.code for problem in check(project, known)]


@pytest.mark.parametrize(
    ("shape", "kind", "layer"),
    [((), "number", "Normalization"), ((8, 8), "array", "Rescaling")],
)
def test_unscaled_features(
    shape: tuple[int, ...], kind: str, layer: str, keras_catalogue: Catalogue
) -> None:
    features = (Column("a", "s", kind),)  # type: ignore[arg-type]
    known = summary(INDEX, found("a", kind=kind, shape=shape, minimum=0.0, maximum=255.0))
    project = model(INDEX, shape=shape or (1,), features=features)
    problem = the(project, known, "train.unscaled")
    assert problem.severity == "warning"
    mended = apply_fix(project, problem.fixes[0], keras_catalogue)
    assert layer in [mended.layer_of(node).class_name for node in mended.graph.nodes.values()]
    assert check(mended, known) == []


# ---------------------------------------------------------------- data


IGNORE = 'ignore "a", set shape to 1'
"""The Input takes one column less then."""


@pytest.mark.parametrize(
    ("column", "changes", "code", "labels"),
    [
        (
            Column("a", "s", "number"),
            {"missing": 3, "first_missing_row": 17},
            "data.missing",
            ["drop these rows", "fill with the mean", "fill with the most frequent", IGNORE],
        ),
        (
            Column("a", "s", "number"),
            {"missing": 1, "bad_count": 1, "bad_row": 5, "bad_text": "n/k"},
            "data.not_a_number",
            ["drop these rows", "take it as classes", IGNORE],
        ),
        (
            Column("a", "s", "category"),
            {"dtype": "str", "classes": ("u", "v"), "minimum": None},
            "data.words",
            ["encode as one-hot, set shape to 3", "encode as index", IGNORE],
        ),
        (
            Column("a", "s", "category", encoding="one_hot"),
            {"dtype": "str", "distinct": 4000, "minimum": None},
            "data.too_many_classes",
            ['ignore "a"'],
        ),
        (
            Column("a", "s", "number"),
            {"distinct": 1, "classes": ("7",)},
            "data.constant_feature",
            [IGNORE],
        ),
    ],
)
def test_columns_that_cannot_be_used(
    column: Column, changes: dict, code: str, labels: list[str]
) -> None:
    project = model(INDEX, features=(column, FEATURES[1]))
    known = summary(INDEX, found("a", **{"kind": column.kind, **changes}))
    problems = [each for each in check(project, known) if each.code.startswith("data.")]
    assert [problem.code for problem in problems] == [code]
    assert problems[0].place.column == "a"
    assert problems[0].place.file == "data.csv"
    assert [fix.label for fix in problems[0].fixes] == labels


def test_missing_values_name_the_row() -> None:
    known = summary(INDEX, found("a", missing=3, first_missing_row=17))
    problem = next(each for each in check(model(INDEX), known) if each.code == "data.missing")
    assert "row 17 of data.csv" in problem.message
    assert problem.place.row == 17


def test_a_rule_for_missing_values_is_enough(keras_catalogue: Catalogue) -> None:
    known = summary(INDEX, found("a", missing=3, first_missing_row=17))
    project = model(INDEX)
    for fix in check(project, known)[0].fixes[:3]:
        assert check(apply_fix(project, fix, keras_catalogue), known) == []


def test_constant_target() -> None:
    known = summary(INDEX, distinct=1, classes=("p",))
    codes = [problem.code for problem in check(model(INDEX, units=1), known)]
    assert "data.constant_target" in codes


def test_too_few_rows_and_column_that_is_gone() -> None:
    few = msgspec.structs.replace(summary(INDEX), rows=6)
    assert "data.too_few_rows" in [problem.code for problem in check(model(INDEX), few)]
    gone = msgspec.structs.replace(summary(INDEX), columns=summary(INDEX).columns[1:])
    assert "data.missing_column" in [problem.code for problem in check(model(INDEX), gone)]


# ---------------------------------------------------------------- training settings


def test_stopping_on_validation_that_is_not_measured(keras_catalogue: Catalogue) -> None:
    training = TrainingSpec(validate=False, early_stopping=EarlyStopping(), checkpoint=None)
    project = model(INDEX, training=training)
    problem = the(project, summary(INDEX), "train.monitor_validation")
    assert problem.severity == "error"
    for fix in problem.fixes:
        assert check(apply_fix(project, fix, keras_catalogue), summary(INDEX)) == []


def test_no_validation_part(keras_catalogue: Catalogue) -> None:
    training = TrainingSpec(early_stopping=EarlyStopping(), checkpoint=None)
    project = model(INDEX, training=training)
    data = msgspec.structs.replace(project.data, split=Split(validation=0.0))
    project = msgspec.structs.replace(project, data=data)
    problem = the(project, summary(INDEX), "train.monitor_validation")
    assert problem.fixes[0].kind == "set_split"
    assert check(apply_fix(project, problem.fixes[0], keras_catalogue), summary(INDEX)) == []


def test_misspelt_monitor(keras_catalogue: Catalogue) -> None:
    training = TrainingSpec(early_stopping=EarlyStopping(monitor="val_acc"), checkpoint=None)
    project = model(INDEX, training=training)
    problem = the(project, summary(INDEX), "train.monitor")
    assert problem.fixes[0].label == "watch val_accuracy"
    assert check(apply_fix(project, problem.fixes[0], keras_catalogue), summary(INDEX)) == []


def test_checkpoint_on_an_unknown_metric_is_a_warning() -> None:
    project = model(INDEX, training=TrainingSpec(checkpoint=Checkpoint(monitor="val_auc")))
    assert the(project, summary(INDEX), "train.monitor").severity == "warning"


def test_batch_larger_than_the_training_part(keras_catalogue: Catalogue) -> None:
    project = model(INDEX, training=TrainingSpec(batch_size=128))
    problem = the(project, summary(INDEX), "train.batch_too_large")
    assert problem.severity == "warning"
    assert check(apply_fix(project, problem.fixes[0], keras_catalogue), summary(INDEX)) == []


def test_nothing_trainable(keras_catalogue: Catalogue) -> None:
    project = model(INDEX)
    layers = {
        key: msgspec.structs.replace(layer, trainable=layer.name != "last")
        for key, layer in project.layers.items()
    }
    project = msgspec.structs.replace(project, layers=layers)
    shapes = inspected(project, (None, 3), total_trainable=0)
    problem = the(project, summary(INDEX), "train.nothing_trainable", shapes)
    assert problem.fixes[0].label == "train last"
    mended = apply_fix(project, problem.fixes[0], keras_catalogue)
    assert all(layer.trainable for layer in mended.layers.values())


@pytest.mark.parametrize("field", ["epochs", "batch_size"])
def test_amounts_below_one(field: str, keras_catalogue: Catalogue) -> None:
    project = model(INDEX, training=TrainingSpec(**{field: 0}))
    problem = the(project, summary(INDEX), f"train.{field}")
    assert check(apply_fix(project, problem.fixes[0], keras_catalogue), summary(INDEX)) == []


# ---------------------------------------------------------------- partial knowledge


def test_a_model_without_data_is_only_hinted_at() -> None:
    project = msgspec.structs.replace(model(INDEX), data=DataSpec())
    assert the(project, None, "data.no_source").severity == "hint"
    assert check(Project(), None) == []


@pytest.mark.parametrize(
    "template",
    ["digits_mlp", "iris_mlp", "two_inputs_two_outputs", "residual_cnn", "lstm_sunspots"],
)
def test_templates_without_a_summary_are_fine(template: str) -> None:
    assert check(project_from(template), None) == []


def test_wires_to_nowhere_do_not_disturb() -> None:
    project = project_from("residual_cnn")
    graph = project.graph
    for node in graph.nodes:
        left = {key: other for key, other in graph.nodes.items() if key != node}
        broken = msgspec.structs.replace(graph, nodes=left)
        check(msgspec.structs.replace(project, graphs={"main": broken}), None)
    bare = msgspec.structs.replace(graph, wires={})
    check(msgspec.structs.replace(project, graphs={"main": bare}), None)


def test_objects_that_keras_does_not_have(keras_catalogue: Catalogue) -> None:
    project = model(INDEX)
    _, output = next(project.outputs())
    training = msgspec.structs.replace(
        project.training,
        optimizer=KerasObject("system", "os", {"command": "true"}),
        outputs={output.id: OutputTraining(loss=KerasObject("Nope", "keras.losses"))},
    )
    project = msgspec.structs.replace(project, training=training)
    found = [
        problem
        for problem in preflight_problems(project, None, None, keras_catalogue)
        if problem.code == "train.unknown_object"
    ]
    assert [problem.received for problem in found] == ["os.system", "keras.losses.Nope"]
    for problem in found:
        project = apply_fix(project, problem.fixes[0], keras_catalogue)
    assert not [
        problem
        for problem in preflight_problems(project, None, None, keras_catalogue)
        if problem.code == "train.unknown_object"
    ]
