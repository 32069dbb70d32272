"""Epochs, batch size, validation, seed; EarlyStopping and ModelCheckpoint."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kerasstudio.graph.catalogue import Argument, Catalogue
from kerasstudio.graph.training_spec import Checkpoint, EarlyStopping, TrainingSpec
from kerasstudio.ui.inspector.argument_form import ArgumentForm
from kerasstudio.ui.widgets.amounts import plural
from kerasstudio.ui.widgets.card import Card
from kerasstudio.ui.widgets.fields import FieldSwitch
from kerasstudio.ui.widgets.labels import TextBlock

_DEFAULTS = TrainingSpec()
_FIELDS = (
    Argument(
        "epochs",
        "int",
        default=_DEFAULTS.epochs,
        minimum=1,
        help="How often training goes through all training rows.",
    ),
    Argument(
        "batch_size",
        "int",
        default=_DEFAULTS.batch_size,
        minimum=1,
        help="Rows that go through the model together; the weights change once for each batch.",
    ),
    Argument(
        "validate",
        "bool",
        default=_DEFAULTS.validate,
        help="Measure loss and metrics on the validation part after every epoch.",
    ),
    Argument(
        "shuffle",
        "bool",
        default=_DEFAULTS.shuffle,
        help="Take the training rows in another order in every epoch.",
    ),
    Argument(
        "seed",
        "int",
        default=_DEFAULTS.seed,
        minimum=0,
        help="Starting weights and shuffling follow from it: the same seed repeats a run.",
    ),
)
_MODE_HELP = "Whether a smaller or a larger value is better; auto tells it from the name."
_MODES = ("auto", "min", "max")


class FitCard(Card):
    """`changed(field, value, merge)`: a field of `TrainingSpec`."""

    changed = Signal(str, object, str)
    finished = Signal()
    fix_chosen = Signal(object)

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__("Fit", parent=parent)
        self.form = ArgumentForm(_FIELDS, catalogue, label_width=96)
        self.form.argument_changed.connect(lambda name, value: self.changed.emit(name, value, name))
        self.form.argument_reset.connect(
            lambda name: self.changed.emit(name, getattr(_DEFAULTS, name), name)
        )
        self.form.editing_finished.connect(lambda _name: self.finished.emit())
        self.form.fix_chosen.connect(self.fix_chosen)
        self.steps = TextBlock("", "muted")
        self.body.addWidget(self.form)
        self.body.addWidget(self.steps)

    def show_training(
        self,
        training: TrainingSpec,
        parts: tuple[int, int, int] | None,
        errors: dict[str, str],
        fixes: dict[str, Any],
    ) -> None:
        given = {field.name: getattr(training, field.name) for field in _FIELDS}
        changed = {
            field.name: given[field.name] for field in _FIELDS if given[field.name] != field.default
        }
        self.form.set_values(changed, errors, fixes=fixes)
        self.steps.setText(steps_text(training, parts))


class WatchCard(Card):
    """EarlyStopping and ModelCheckpoint: `changed(field, value, merge)`, the value a whole
    `EarlyStopping` or `Checkpoint`, or None for off. Monitors come from `names` alone."""

    changed = Signal(str, object, str)
    finished = Signal()
    fix_chosen = Signal(object)

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__("Stop and keep", parent=parent)
        self.stopping = WatchPart(
            "early_stopping", "EarlyStopping", "Stop when it gets no better", catalogue
        )
        self.checkpoint = WatchPart(
            "checkpoint", "ModelCheckpoint", "Keep the best epoch", catalogue
        )
        for part in (self.stopping, self.checkpoint):
            part.changed.connect(self.changed)
            part.finished.connect(self.finished)
            part.fix_chosen.connect(self.fix_chosen)
            self.body.addWidget(part)

    def show_training(
        self,
        training: TrainingSpec,
        names: list[str],
        errors: dict[str, str],
        fixes: dict[str, Any],
    ) -> None:
        self.stopping.show_value(training.early_stopping, names, errors, fixes)
        self.checkpoint.show_value(training.checkpoint, names, errors, fixes)


class WatchPart(QWidget):
    """One of the two: a switch, and its settings while it is on."""

    changed = Signal(str, object, str)
    finished = Signal()
    fix_chosen = Signal(object)

    def __init__(self, field: str, name: str, words: str, catalogue: Catalogue) -> None:
        super().__init__()
        self.setProperty("helpTopic", f"callbacks/{name}")
        self._field, self._catalogue = field, catalogue
        self._value: EarlyStopping | Checkpoint | None = None
        self._names: list[str] = []
        self._arguments: tuple[Argument, ...] = ()
        self.form: ArgumentForm | None = None
        self.switch = FieldSwitch(boxed=False)
        self.switch.setText(words)
        self.switch.setToolTip(f"Keras: {name}")
        self.switch.setAccessibleName(f"{name}: {words}")
        self.switch.clicked.connect(self._switched)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self.switch)

    def show_value(
        self,
        value: EarlyStopping | Checkpoint | None,
        names: list[str],
        errors: dict[str, str],
        fixes: dict[str, Any],
    ) -> None:
        self._value, self._names = value, names
        self.switch.setChecked(value is not None)
        if value is None:
            if self.form is not None:
                self.form.hide()
            return
        arguments = _watch_arguments(self._field, names)
        if self.form is None or arguments != self._arguments:
            self._make_form(arguments)
        if self.form is None:
            return
        given = msgspec.structs.asdict(value)
        shown = {one.name: given[one.name] for one in arguments if given[one.name] != one.default}
        prefix = f"{self._field}."
        self.form.set_values(shown, _inside(errors, prefix), fixes=_inside(fixes, prefix))
        self.form.show()

    def _make_form(self, arguments: tuple[Argument, ...]) -> None:
        if self.form is not None:
            self._column.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
        self._arguments = arguments
        self.form = ArgumentForm(arguments, self._catalogue, label_width=140)
        self.form.argument_changed.connect(self._argument_changed)
        self.form.argument_reset.connect(self._argument_reset)
        self.form.editing_finished.connect(lambda _name: self.finished.emit())
        self.form.fix_chosen.connect(self.fix_chosen)
        self._column.addWidget(self.form)

    def _switched(self, on: bool) -> None:
        fresh = EarlyStopping() if self._field == "early_stopping" else Checkpoint()
        if self._names and fresh.monitor not in self._names:
            # No validation part: the loss on the training rows is always there.
            fresh = msgspec.structs.replace(fresh, monitor=self._names[0])
        self.changed.emit(self._field, fresh if on else None, "")

    def _argument_changed(self, name: str, value: Any) -> None:
        if self._value is not None:
            changed = msgspec.structs.replace(self._value, **{name: value})
            self.changed.emit(self._field, changed, f"{self._field}.{name}")

    def _argument_reset(self, name: str) -> None:
        default = next(one.default for one in self._arguments if one.name == name)
        self._argument_changed(name, default)


def steps_text(training: TrainingSpec, parts: tuple[int, int, int] | None) -> str:
    """ "4 steps an epoch, 80 in all: 106 rows in batches of 32"."""
    if parts is None or not parts[0]:
        return "The number of steps is known when the data has been read."
    steps = -(-parts[0] // training.batch_size)
    total = steps * training.epochs
    return (
        f"{plural(steps, 'step')} an epoch, {total:,} in all: "
        f"{plural(parts[0], 'training row')} in batches of {training.batch_size}."
    )


def _watch_arguments(field: str, names: list[str]) -> tuple[Argument, ...]:
    monitor = Argument(
        "monitor",
        "choice",
        default=EarlyStopping().monitor,
        choices=tuple(names),
        help="What is watched, of the values that this training will report.",
    )
    mode = Argument("mode", "choice", default="auto", choices=_MODES, help=_MODE_HELP)
    if field == "checkpoint":
        return (monitor, mode)
    fresh = EarlyStopping()
    return (
        monitor,
        Argument(
            "patience",
            "int",
            default=fresh.patience,
            minimum=0,
            help="Epochs without improvement after which training stops.",
        ),
        Argument(
            "min_delta",
            "float",
            default=fresh.min_delta,
            minimum=0,
            help="Improvements smaller than this do not count.",
        ),
        mode,
        Argument(
            "restore_best_weights",
            "bool",
            default=fresh.restore_best_weights,
            help="Go back to the weights of the best epoch at the end.",
        ),
    )


def _inside(table: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {
        key.removeprefix(prefix): value for key, value in table.items() if key.startswith(prefix)
    }
