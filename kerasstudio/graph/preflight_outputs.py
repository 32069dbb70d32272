"""Checks of the Outputs: loss, labels, units and activation have to agree."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kerasstudio.graph.bindings import Bindings
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.defaults import (
    PROBABILITIES,
    label_kind,
    loss_and_metrics,
    training_for_output,
)
from kerasstudio.graph.heads import head_of
from kerasstudio.graph.inspection import Inspection
from kerasstudio.graph.preflight_facts import (
    Facts,
    activation_fixes,
    argument_fix,
    class_count,
    encode_fixes,
    logits_fix,
    loss_fix,
    output_problem,
    units_fixes,
    whole_numbers,
)
from kerasstudio.graph.preflight_inputs import words
from kerasstudio.graph.problems import Fix, Problem
from kerasstudio.graph.project import Project, wire_key

SPARSE = {"SparseCategoricalCrossentropy"}
CATEGORICAL = {"CategoricalCrossentropy", "CategoricalFocalCrossentropy"}
BINARY = {"BinaryCrossentropy", "BinaryFocalCrossentropy"}
REGRESSION = {
    "MeanSquaredError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredLogarithmicError",
    "Huber",
    "LogCosh",
    "Poisson",
}
# Which labels a metric is for; others take any.
_METRIC_LABELS = {
    "SparseCategoricalAccuracy": "index",
    "SparseTopKCategoricalAccuracy": "index",
    "SparseCategoricalCrossentropy": "index",
    "CategoricalAccuracy": "one_hot",
    "TopKCategoricalAccuracy": "one_hot",
    "CategoricalCrossentropy": "one_hot",
    "BinaryAccuracy": "binary",
    "BinaryCrossentropy": "binary",
}
_RANGES = {"sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0), "relu": (0.0, None)}


def output_problems(
    project: Project,
    bindings: Bindings,
    inspection: Inspection | None,
    summary: DataSummary | None,
) -> Iterator[Problem]:
    """Problems of every Output that has a target."""
    for node, layer in project.outputs():
        binding = bindings.outputs.get(layer.id)
        if binding is None:
            continue
        head = head_of(project, node.id, inspection)
        training = training_for_output(project, layer.id, summary, inspection, bindings)
        if training.loss is None or (head.layer is None and head.shape is None):
            continue
        facts = Facts(
            node=node,
            layer=layer,
            head=head,
            binding=binding,
            training=training,
            loss=training.loss,
            labels=label_kind(binding, head, summary),
            column=summary.column(binding.columns[0]) if summary and binding.columns else None,
        )
        yield from _of_output(project, facts)


def _of_output(project: Project, facts: Facts) -> Iterator[Problem]:
    flat = _too_many_axes(project, facts)
    if flat is not None:
        yield flat
        return
    name = facts.loss.class_name
    problems: list[Problem | None] = []
    if name in SPARSE:
        problems = [_sparse_labels(facts), _activation(facts, {"softmax"})]
    elif name in CATEGORICAL:
        problems = [_categorical_labels(facts), _activation(facts, {"softmax"})]
    elif name in BINARY:
        problems = [_binary_labels(facts), _activation(facts, {"sigmoid"})]
    elif name in REGRESSION:
        problems = [_regression_labels(facts), _reachable(facts)]
    problems.append(_metric_labels(facts))
    yield from (problem for problem in problems if problem is not None)


# ---------------------------------------------------------------- labels against the loss


def _sparse_labels(facts: Facts) -> Problem | None:
    units = facts.head.units
    if facts.binding.kind == "one_hot":
        return _wrong_labels(facts, "class numbers", "one-hot classes", "index")
    if facts.binding.kind != "index" and not whole_numbers(facts.column):
        return _wrong_labels(facts, "class numbers", "numbers that are no classes", "number")
    classes = class_count(facts)
    if classes is None or units is None:
        return None
    low = facts.column.minimum if facts.column and facts.binding.kind != "index" else 0
    if low is not None and low < 0:
        return output_problem(
            facts,
            "train.label_range",
            f'The smallest label of "{facts.binding.columns[0]}" is {low:g}; classes count from 0.',
            expected="labels from 0",
            received=f"{low:g}",
            fixes=encode_fixes(facts, "index"),
        )
    if units == 1:
        binary = [loss_fix(facts, "binary")] if classes == 2 else []
        return output_problem(
            facts,
            "train.one_unit",
            f'Output "{facts.layer.name}" has one unit, with which this loss is always 0.',
            expected=f"{classes} units, one for each class",
            received="1 unit",
            fixes=[*units_fixes(facts, classes), *binary],
        )
    if classes > units:
        return output_problem(
            facts,
            "train.label_range",
            f'Output "{facts.layer.name}" has {units} units for {classes} classes: '
            f"label {classes - 1} has none.",
            expected=f"{classes} units",
            received=f"{units} units",
            fixes=units_fixes(facts, classes),
        )
    if classes < units and facts.binding.kind == "index":
        return output_problem(
            facts,
            "train.spare_units",
            f'Output "{facts.layer.name}" has {units} units, but there are {classes} classes.',
            severity="warning",
            expected=f"{classes} units",
            received=f"{units} units",
            fixes=units_fixes(facts, classes),
        )
    return None


def _categorical_labels(facts: Facts) -> Problem | None:
    units = facts.head.units
    if units == 1:
        classes = class_count(facts) or 2
        fixes = [loss_fix(facts, "binary")] if classes == 2 else []
        if facts.binding.kind == "one_hot":
            fixes = []
        return output_problem(
            facts,
            "train.one_unit",
            f'Output "{facts.layer.name}" has one unit, with which categorical crossentropy is '
            "always 0.",
            expected=f"{classes} units, one for each class",
            received="1 unit",
            fixes=[*units_fixes(facts, classes), *fixes],
        )
    if facts.binding.kind == "index":
        return _wrong_labels(facts, "one-hot classes", "class numbers", "one_hot")
    if facts.binding.kind != "one_hot" and facts.binding.shape == (1,):
        return _wrong_labels(facts, "one-hot classes", "one number for each sample", "one_hot")
    return _different_length(facts)


def _binary_labels(facts: Facts) -> Problem | None:
    units = facts.head.units
    if facts.binding.kind == "index":
        classes = facts.binding.classes
        if units is not None and units > 1:
            return _wrong_labels(facts, "0 or 1 for each unit", "class numbers", "binary")
        if classes is not None and classes > 2:
            return output_problem(
                facts,
                "train.loss_labels",
                f'Output "{facts.layer.name}" tells two classes apart, but there are {classes}.',
                expected="2 classes",
                received=f"{classes} classes",
                fixes=[*units_fixes(facts, classes), loss_fix(facts, "index")],
            )
        return None
    column = facts.column
    if (
        facts.binding.kind == "number"
        and column is not None
        and column.minimum is not None
        and column.maximum is not None
        and (column.minimum < 0 or column.maximum > 1)
    ):
        return output_problem(
            facts,
            "train.label_range",
            f'"{column.name}" goes from {column.minimum:g} to {column.maximum:g}; binary '
            "crossentropy needs values from 0 to 1.",
            expected="values from 0 to 1",
            received=f"{column.minimum:g} to {column.maximum:g}",
            fixes=[loss_fix(facts, "number"), *encode_fixes(facts, "index")],
        )
    return _different_length(facts)


def _regression_labels(facts: Facts) -> Problem | None:
    units = facts.head.units
    if facts.binding.kind == "index":
        classes = facts.binding.classes
        if classes is not None and units == classes and units > 1:
            return _wrong_labels(facts, "numbers", "class numbers", "number")
        if units is not None and units > 1:
            return output_problem(
                facts,
                "train.broadcast",
                f'Output "{facts.layer.name}" gives {units} numbers, its target one class number: '
                "each would be compared with every other.",
                expected="one number, or a loss for classes",
                received=f"{units} units",
                fixes=[loss_fix(facts, "index"), *units_fixes(facts, 1)],
            )
        if classes is not None and classes > 2:
            return output_problem(
                facts,
                "train.class_numbers",
                f'"{facts.binding.columns[0]}" holds classes, whose numbers are no measurements.',
                severity="warning",
                expected="a loss for classes, and a unit for each class",
                received=facts.loss.class_name,
                fixes=[*units_fixes(facts, classes), *encode_fixes(facts, "none")],
            )
        return None
    return _different_length(facts)


def _different_length(facts: Facts) -> Problem | None:
    """Prediction and target of different shapes train by broadcasting, without a word."""
    target, predicted = facts.binding.shape, facts.predicted
    if target is None:
        return None
    if predicted is None:
        predicted = (facts.head.units,) if len(target) == 1 else None
    if predicted is None or any(axis is None for axis in predicted):
        return None
    if tuple(predicted) == target or (not target and tuple(predicted) == (1,)):
        return None
    fixes = units_fixes(facts, target[-1]) if len(predicted) == len(target) else []
    return output_problem(
        facts,
        "train.broadcast",
        f'Output "{facts.layer.name}" and its target have different shapes, so values would be '
        "compared with those of other places.",
        expected=words(target),
        received=words(predicted),
        fixes=fixes,
    )


def _wrong_labels(facts: Facts, expected: str, received: str, encoding: str) -> Problem:
    """The loss is for other labels: the other loss, or the labels written otherwise."""
    fixes = [loss_fix(facts, facts.labels)]
    if encoding in {"index", "one_hot"}:
        fixes += encode_fixes(facts, encoding)
    return output_problem(
        facts,
        "train.loss_labels",
        f'{facts.loss.class_name} of Output "{facts.layer.name}" does not suit the labels '
        f'"{facts.binding.columns[0]}".',
        expected=expected,
        received=received,
        fixes=fixes,
    )


# ---------------------------------------------------------------- activation, axes, metrics


def _activation(facts: Facts, wanted: set[str]) -> Problem | None:
    """Crossentropy needs probabilities, or `from_logits` for values that are none."""
    activation = facts.head.activation
    if activation is None:
        return None
    probability = activation in PROBABILITIES
    best = next(iter(wanted))
    softmax_of_one = activation == "softmax" and facts.head.units == 1 and best == "sigmoid"
    if facts.logits and probability:
        return output_problem(
            facts,
            "train.from_logits",
            f'The loss of Output "{facts.layer.name}" expects values before {activation}, but '
            f"gets them after it.",
            expected="from_logits off",
            received="from_logits on",
            fixes=[logits_fix(facts, False), *activation_fixes(facts, None)],
        )
    if softmax_of_one:
        return output_problem(
            facts,
            "train.softmax_of_one",
            f'Softmax of one unit is always 1, so Output "{facts.layer.name}" learns nothing.',
            expected="sigmoid",
            received="softmax",
            fixes=activation_fixes(facts, "sigmoid"),
        )
    if not probability and not facts.logits:
        logits = [logits_fix(facts, True)] if activation == "linear" else []
        what = "no activation" if activation == "linear" else f"the activation {activation}"
        return output_problem(
            facts,
            "train.activation",
            f'Output "{facts.layer.name}" has {what}, but its loss expects probabilities.',
            expected=f"{best}, or a loss with from_logits",
            received=what,
            fixes=[*activation_fixes(facts, best), *logits],
        )
    if activation not in wanted | {"linear"} and not (probability and best == "sigmoid"):
        return output_problem(
            facts,
            "train.activation",
            f'Output "{facts.layer.name}" has the activation {activation}; for one class of '
            f"several it should be {best}.",
            severity="warning",
            expected=best,
            received=activation,
            fixes=activation_fixes(facts, best),
        )
    return None


def _reachable(facts: Facts) -> Problem | None:
    """Targets that the last activation can never give."""
    column, activation = facts.column, facts.head.activation
    if activation == "softmax" and facts.head.units == 1:
        return output_problem(
            facts,
            "train.softmax_of_one",
            f'Softmax of one unit is always 1, so Output "{facts.layer.name}" learns nothing.',
            expected="linear",
            received="softmax",
            fixes=activation_fixes(facts, None),
        )
    if (
        column is None
        or activation not in _RANGES
        or facts.binding.kind not in {"number", "array"}
        or column.minimum is None
        or column.maximum is None
    ):
        return None
    low, high = _RANGES[activation]
    if (low is None or column.minimum >= low) and (high is None or column.maximum <= high):
        return None
    return output_problem(
        facts,
        "train.out_of_reach",
        f'"{column.name}" goes from {column.minimum:g} to {column.maximum:g}, but {activation} '
        f"gives only values {f'from {low:g} to {high:g}' if high is not None else 'from 0'}.",
        severity="warning" if activation == "relu" else "error",
        expected="linear, or a scaled target",
        received=activation,
        fixes=activation_fixes(facts, None),
    )


def _too_many_axes(project: Project, facts: Facts) -> Problem | None:
    """One label for each sample, but a prediction for each place of an image or step."""
    target, predicted = facts.binding.shape, facts.predicted
    if target is None or predicted is None or len(target) > 1 or len(predicted) < 2:
        return None
    if facts.binding.kind == "array" or facts.head.node is None:
        return None
    key = wire_key(facts.head.node.id, "inputs")
    options = ["Flatten"]
    if len(predicted) in (2, 3, 4):
        options.append(f"GlobalAveragePooling{len(predicted) - 1}D")
    fixes = [
        Fix(f"insert {name}", "insert_layer", {"wire": key, "class_name": name, "arguments": {}})
        for name in options
        if key in project.graph.wires
    ]
    if facts.head.layer is not None and "return_sequences" in facts.head.layer.arguments:
        fixes.insert(
            0, argument_fix(facts.head.layer, "return_sequences", False, "give the last step")
        )
    return output_problem(
        facts,
        "train.output_rank",
        f'Output "{facts.layer.name}" gives {words(predicted)} values for each sample, its target '
        f"is {words(target)}.",
        expected=words((facts.head.units,) if facts.head.units else target),
        received=words(predicted),
        fixes=fixes,
    )


def _metric_labels(facts: Facts) -> Problem | None:
    chosen = facts.training.metrics or ()
    wrong = [
        metric
        for metric in chosen
        if _METRIC_LABELS.get(metric.class_name, facts.labels) != facts.labels
        and not (facts.labels == "number" and facts.binding.kind != "number")
    ]
    if not wrong:
        return None
    automatic = loss_and_metrics(facts.labels, facts.head.activation)[1]
    kept = [metric for metric in chosen if metric not in wrong]
    return output_problem(
        facts,
        "train.metric_labels",
        f'The metric {wrong[0].class_name} of Output "{facts.layer.name}" is for other labels.',
        severity="warning",
        expected=", ".join(metric.class_name for metric in automatic),
        received=wrong[0].class_name,
        fixes=[
            Fix(
                f"use {automatic[0].class_name}",
                "set_output_training",
                {
                    "output": facts.layer.id,
                    "field": "metrics",
                    "value": msgspec.to_builtins([*automatic, *kept]),
                },
            )
        ],
    )
