"""How rows are divided into training, validation and test; and windows for series."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from kerasstudio.graph.catalogue import Argument, Catalogue
from kerasstudio.graph.data_spec import DataSpec, Split, Window
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.ui.data.split_bar import SplitBar
from kerasstudio.ui.inspector.argument_form import ArgumentForm
from kerasstudio.ui.widgets.amounts import count_text
from kerasstudio.ui.widgets.card import Card
from kerasstudio.ui.widgets.fold import Fold
from kerasstudio.ui.widgets.labels import TextBlock
from kerasstudio.ui.widgets.segmented import SegmentedControl

METHODS = (("stratified", "by class"), ("random", "shuffled"), ("ordered", "in order"))
_ABOUT = {
    "stratified": "Shuffled so that each class has the same share in every part.",
    "random": "Shuffled; which row goes where depends on the seed alone.",
    "ordered": "Cut in file order: first training, then validation, then test. For time series.",
}
_SPLIT = Split()
_FIELDS = (
    Argument(
        "validation %",
        "float",
        default=_SPLIT.validation * 100,
        minimum=0,
        help="Part of the rows that training does not see; checked after every epoch.",
    ),
    Argument(
        "test %",
        "float",
        default=_SPLIT.test * 100,
        minimum=0,
        help="Part of the rows that is used once, after training.",
    ),
    Argument(
        "seed",
        "int",
        default=_SPLIT.seed,
        minimum=0,
        help="The same seed gives the same split.",
    ),
)
_WINDOW = Window()
_WINDOW_FIELDS = (
    Argument(
        "length",
        "int",
        default=_WINDOW.length,
        minimum=0,
        help="Rows that go into the model together. 0: each row is a sample of its own.",
    ),
    Argument(
        "horizon",
        "int",
        default=_WINDOW.horizon,
        minimum=1,
        help="How many rows after the window's last row the target is taken.",
    ),
)


class SplitCard(Card):
    """`split_changed(changes, merge)`: fields of `Split`; equal `merge` texts of one drag or one
    typing make one undo step. `window_changed(changes, merge)` likewise for `Window`."""

    split_changed = Signal(object, str)
    window_changed = Signal(object, str)
    edit_ended = Signal()

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__("Split", parent=parent)
        self._split = Split()
        self.bar = SplitBar()
        self.bar.moved.connect(self._bar_moved)
        self.bar.released.connect(self.edit_ended)
        self.counts = TextBlock("", "muted")
        self.method = SegmentedControl(METHODS)
        self.method.setAccessibleName("how rows are divided")
        self.method.chosen.connect(self._method_chosen)
        self.about = TextBlock("", "muted")
        self.form = ArgumentForm(_FIELDS, catalogue, label_width=96)
        self.form.argument_changed.connect(self._field_changed)
        self.form.argument_reset.connect(self._field_reset)
        self.form.editing_finished.connect(lambda _name: self.edit_ended.emit())
        self.error = TextBlock("", "error")
        self.error.hide()
        self.windows = Fold("Time windows")
        self.window_about = TextBlock("", "muted")
        self.window_form = ArgumentForm(_WINDOW_FIELDS, catalogue, label_width=96)
        self.window_form.argument_changed.connect(self._window_changed)
        self.window_form.argument_reset.connect(self._window_reset)
        self.window_form.editing_finished.connect(lambda _name: self.edit_ended.emit())
        self.windows.body.addWidget(self.window_form)
        self.windows.body.addWidget(self.window_about)
        for widget in (self.bar, self.counts, self.method, self.about, self.form, self.error):
            self.body.addWidget(widget)
        self.body.addWidget(self.windows)

    def show_data(self, data: DataSpec, summary: DataSummary | None) -> None:
        split, window = data.split, data.window
        self._split = split
        self.error.hide()
        self.bar.set_fractions(split.validation, split.test)
        self.counts.setText(counts_text(split, summary))
        self.method.set_value(split.method)
        self.about.setText(_ABOUT[split.method])
        given = {
            "validation %": round(split.validation * 100, 4),
            "test %": round(split.test * 100, 4),
            "seed": split.seed,
        }
        self.form.set_values(_changed(_FIELDS, given))
        self.window_form.set_values(
            _changed(_WINDOW_FIELDS, {"length": window.length, "horizon": window.horizon})
        )
        self.window_about.setText(window_text(window))
        self.windows.set_note(f"{window.length} rows" if window.length else "")
        if window.length and not self.windows.touched:
            self.windows.set_open(True)

    def _bar_moved(self, validation: float, test: float) -> None:
        self.split_changed.emit({"validation": validation, "test": test}, "bar")

    def _method_chosen(self, method: str) -> None:
        if method != self._split.method:
            self.split_changed.emit({"method": method}, "")

    def _field_changed(self, name: str, value: Any) -> None:
        if name == "seed":
            self.split_changed.emit({"seed": value}, name)
            return
        part = name.removesuffix(" %")
        other = self._split.test if part == "validation" else self._split.validation
        if value / 100 + other > 0.95 + 1e-9:
            self.error.setText(
                f"At least 5 % must be left for training; {value:g} % and {other * 100:g} % "
                f"leave {100 - value - other * 100:g} %."
            )
            self.error.show()
            return
        self.split_changed.emit({part: round(value / 100, 6)}, name)

    def _field_reset(self, name: str) -> None:
        default = next(field.default for field in _FIELDS if field.name == name)
        self._field_changed(name, default)

    def _window_changed(self, name: str, value: Any) -> None:
        self.window_changed.emit({name: value}, name)

    def _window_reset(self, name: str) -> None:
        default = next(field.default for field in _WINDOW_FIELDS if field.name == name)
        self.window_changed.emit({name: default}, name)


def counts_text(split: Split, summary: DataSummary | None) -> str:
    """ "train 105 · validation 23 · test 22", in percents while the counts are not known."""
    if summary is not None and any(summary.parts):
        train, validation, test = (count_text(part) for part in summary.parts)
        return f"train {train} · validation {validation} · test {test}"
    rest = 1 - split.validation - split.test
    return f"train {rest:.0%} · validation {split.validation:.0%} · test {split.test:.0%}"


def window_text(window: Window) -> str:
    """What the windows mean, in a sentence."""
    if not window.length:
        return "Each row is a sample of its own."
    later = "the next row" if window.horizon == 1 else f"the row {window.horizon} later"
    return f"{window.length} rows in a row are one sample; the target is taken from {later}."


def _changed(fields: tuple[Argument, ...], given: dict[str, Any]) -> dict[str, Any]:
    """Only what differs from its default, as forms want it."""
    return {field.name: given[field.name] for field in fields if given[field.name] != field.default}
