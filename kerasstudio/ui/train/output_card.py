"""Loss, loss weight and metrics of one Output."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from kerasstudio.graph.bindings import Binding
from kerasstudio.graph.catalogue import Argument, Catalogue
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.training_spec import KerasObject, OutputTraining
from kerasstudio.ui.inspector import objects
from kerasstudio.ui.inspector.argument_form import ArgumentForm
from kerasstudio.ui.train.keras_object_editor import KerasObjectEditor
from kerasstudio.ui.train.metrics_editor import MetricsEditor
from kerasstudio.ui.widgets.amounts import plural
from kerasstudio.ui.widgets.card import Card
from kerasstudio.ui.widgets.labels import Label, TextBlock
from kerasstudio.ui.widgets.problem_row import CheckList

_WEIGHT = (
    Argument(
        "loss weight",
        "float",
        default=1.0,
        help="The total loss is the sum of every Output's loss times its weight.",
    ),
)


class OutputCard(Card):
    """`changed(field, value, merge)`: a field of `OutputTraining` with its new value."""

    changed = Signal(str, object, str)
    finished = Signal()
    fix_chosen = Signal(object)

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__("", parent=parent)
        self.loss = KerasObjectEditor("losses", catalogue, automatic=True, folded=True)
        self.loss.changed.connect(lambda value, merge: self.changed.emit("loss", value, merge))
        self.loss.finished.connect(self.finished)
        self.why = TextBlock("", "muted")
        self.weight = ArgumentForm(_WEIGHT, catalogue)
        self.weight.argument_changed.connect(
            lambda _name, value: self.changed.emit("loss_weight", float(value), "weight")
        )
        self.weight.argument_reset.connect(
            lambda _name: self.changed.emit("loss_weight", 1.0, "weight")
        )
        self.weight.editing_finished.connect(lambda _name: self.finished.emit())
        self.metrics = MetricsEditor(catalogue)
        self.metrics.changed.connect(
            lambda value, merge: self.changed.emit("metrics", value, merge)
        )
        self.metrics.finished.connect(self.finished)
        self.problems = CheckList()
        self.problems.fix_chosen.connect(self.fix_chosen)
        self.body.addWidget(self.problems)
        self.body.addWidget(Label("Loss", "muted"))
        self.body.addWidget(self.loss)
        self.body.addWidget(self.why)
        self.body.addWidget(self.weight)
        self.body.addSpacing(4)
        self.metrics_title = Label("Metrics", "muted")
        self.body.addWidget(self.metrics_title)
        self.body.addWidget(self.metrics)

    def show_output(
        self,
        name: str,
        chosen: OutputTraining,
        automatic: OutputTraining,
        binding: Binding | None,
        activation: str | None,
        several: bool,
        problems: tuple[Problem, ...] = (),
    ) -> None:
        """`chosen` is what the person set, `automatic` what is taken for the rest."""
        self.title.setText(name)
        self.set_note(compared_with(binding))
        self.problems.setVisible(bool(problems))
        self.problems.show_checks((), problems)
        self.loss.show_value(chosen.loss, automatic.loss)
        self.why.setVisible(chosen.loss is None)
        self.why.setText(reason(automatic.loss, binding, activation))
        weight = {} if chosen.loss_weight == 1.0 else {"loss weight": chosen.loss_weight}
        self.weight.set_values(weight)
        self.weight.setVisible(several or bool(weight))
        self.metrics_title.setText(
            "Metrics, chosen automatically" if chosen.metrics is None else "Metrics"
        )
        self.metrics.show_metrics(chosen.metrics, automatic.metrics or ())


def compared_with(binding: Binding | None) -> str:
    """ "compared with species"."""
    if binding is None or not binding.columns:
        return "has no target column yet"
    return "compared with " + ", ".join(binding.columns)


def reason(
    automatic: KerasObject | None,
    binding: Binding | None,
    activation: str | None,
) -> str:
    """Why this loss was chosen, in a sentence."""
    facts = [target_words(binding)]
    if activation is not None:
        facts.append(
            "no activation at the end" if activation == "linear" else f"{activation} at the end"
        )
    words = ", ".join(fact for fact in facts if fact)
    options = _options(automatic)
    return f"Because of {words}{options}." if words else "No target is known yet."


def target_words(binding: Binding | None) -> str:
    """How the target is written: "3 classes as integer labels"."""
    if binding is None:
        return ""
    classes = plural(binding.classes, "class", "classes") if binding.classes else "classes"
    return {
        "index": f"{classes} as integer labels",
        "one_hot": f"{classes} as one-hot labels",
        "array": "a target of numbers",
        "text": "a target of text",
    }.get(binding.kind, "a numeric target")


def _options(automatic: KerasObject | None) -> str:
    if automatic is None or not automatic.config:
        return ""
    parts: list[Any] = [
        f"{key}={objects.in_short(value)}" for key, value in automatic.config.items()
    ]
    return "; with " + ", ".join(parts)
