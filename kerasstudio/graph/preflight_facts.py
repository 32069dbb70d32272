"""What the checks of an Output know, and the fixes they offer."""

from __future__ import annotations

from typing import Any

import msgspec

from kerasstudio.graph.bindings import Binding
from kerasstudio.graph.data_summary import ColumnSummary
from kerasstudio.graph.defaults import LOSSES, loss_and_metrics
from kerasstudio.graph.heads import Head
from kerasstudio.graph.problems import Fix, Place, Problem
from kerasstudio.graph.project import Layer, Node
from kerasstudio.graph.training_spec import KerasObject, OutputTraining


class Facts(msgspec.Struct):
    """What is known of one Output when its checks run."""

    node: Node
    layer: Layer
    head: Head
    binding: Binding
    training: OutputTraining
    loss: KerasObject
    labels: str
    column: ColumnSummary | None

    @property
    def place(self) -> Place:
        return Place(node=self.node.id, layer=self.layer.id, output=self.layer.id)

    @property
    def logits(self) -> bool:
        return bool(self.loss.config.get("from_logits", False))

    @property
    def predicted(self) -> tuple[int | None, ...] | None:
        """The shape of one prediction, without the batch axis."""
        return None if self.head.shape is None else self.head.shape[1:]


def class_count(facts: Facts) -> int | None:
    """How many classes the labels have; None where not known."""
    if facts.binding.kind in {"index", "one_hot"}:
        return facts.binding.classes
    column = facts.column
    return None if column is None or column.maximum is None else int(column.maximum) + 1


def whole_numbers(column: ColumnSummary | None) -> bool:
    """Whether a column may hold class numbers (unknown ones may)."""
    return column is None or column.kind == "integer" or column.dtype.startswith(("int", "uint"))


def loss_fix(facts: Facts, kind: str) -> Fix:
    """The loss for labels of `kind`, with `from_logits` as the activation asks."""
    if kind == "number":
        loss = KerasObject("MeanSquaredError", LOSSES)
    else:
        loss = loss_and_metrics(kind, facts.head.activation)[0]
    return Fix(
        f"use {loss.class_name}",
        "set_loss",
        {"output": facts.layer.id, "loss": msgspec.to_builtins(loss)},
    )


def logits_fix(facts: Facts, value: bool) -> Fix:
    """The same loss with `from_logits` switched."""
    config: dict[str, Any] = {**facts.loss.config, "from_logits": value}
    if not value:
        del config["from_logits"]
    loss = msgspec.structs.replace(facts.loss, config=config)
    return Fix(
        f"set from_logits {'on' if value else 'off'}",
        "set_loss",
        {"output": facts.layer.id, "loss": msgspec.to_builtins(loss)},
    )


def units_fixes(facts: Facts, units: int) -> list[Fix]:
    """Give the last layer that many units."""
    layer = facts.head.layer
    if layer is None:
        return []
    name = next((name for name in ("units", "filters") if name in layer.arguments), None)
    return [] if name is None else [argument_fix(layer, name, units, f"set {name} to {units}")]


def activation_fixes(facts: Facts, activation: str | None) -> list[Fix]:
    """Give the last layer that activation (None: no activation)."""
    layer = facts.head.activation_layer or facts.head.layer
    if layer is None or layer.class_name not in {"Dense", "Activation", "EinsumDense"}:
        return []
    value = "linear" if activation is None and layer.class_name == "Activation" else activation
    return [argument_fix(layer, "activation", value, f"set activation to {activation or 'none'}")]


def encode_fixes(facts: Facts, encoding: str) -> list[Fix]:
    """Write the labels otherwise."""
    if len(facts.binding.columns) != 1 or (
        encoding != "none" and facts.column is not None and facts.column.classes is None
    ):
        return []
    name = facts.binding.columns[0]
    label = f"take {name} as a number" if encoding == "none" else f"encode {name} as {encoding}"
    return [
        Fix(
            label.replace("one_hot", "one-hot"),
            "set_column",
            {"name": name, "field": "encoding", "value": encoding},
        )
    ]


def argument_fix(layer: Layer, name: str, value: Any, label: str) -> Fix:
    """Set one argument of a layer."""
    return Fix(label, "set_argument", {"layer": layer.id, "name": name, "value": value})


def output_problem(
    facts: Facts,
    code: str,
    message: str,
    *,
    severity: Any = "error",
    expected: str = "",
    received: str = "",
    fixes: list[Fix] | None = None,
) -> Problem:
    """A problem at an Output."""
    return Problem(
        code=code,
        message=message,
        severity=severity,
        expected=expected,
        received=received,
        place=facts.place,
        fixes=tuple(fixes or ()),
    )
