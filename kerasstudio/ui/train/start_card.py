"""Which weights training starts from, on the Train page."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from kerasstudio.graph.training_spec import Start
from kerasstudio.runtime.run_weights import run_label
from kerasstudio.ui.dialogs.weights_dialog import choose_weights
from kerasstudio.ui.run_feed import RunFeed, RunView
from kerasstudio.ui.theme import ui_font
from kerasstudio.ui.warm_start import WarmStart
from kerasstudio.ui.widgets.card import Card
from kerasstudio.ui.widgets.fields import FieldCombo
from kerasstudio.ui.widgets.labels import LinkButton, TextBlock

FRESH = "Fresh weights"
MOST_RUNS = 12
_FRESH_TEXT = "Every layer starts with new random weights; the seed says which."
_WARM_TEXT = (
    "A layer keeps its weights where their shapes still fit. The optimizer goes on as well where "
    "every weight is kept."
)


# What it says, and what is chosen: a start that the store has, or a run's folder and which weights.
Choice = tuple[str, Start | tuple[str, str]]


class StartCard(Card):
    """Fresh weights, those the project starts from, of the newest runs, or of a file."""

    def __init__(self, warm: WarmStart, runs: RunFeed, parent: QWidget | None = None) -> None:
        super().__init__("Start from", parent=parent)
        self._warm, self._runs = warm, runs
        self._choices: list[Choice] = []
        self.choice = FieldCombo()
        self.choice.setFont(ui_font())
        self.choice.setAccessibleName("Start from")
        self.choice.activated.connect(self._chosen)
        self.file = LinkButton("From a model file…")
        self.file.setToolTip("Take the weights of layers that have the same names there")
        self.file.clicked.connect(self._ask_for_file)
        self.summary = TextBlock("")
        self.explanation = TextBlock("", "muted")
        self.keep = LinkButton("Keep the weights of all layers")
        self.keep.clicked.connect(lambda: warm.keep_weights(warm.start.anew))
        row = QHBoxLayout()
        row.addWidget(self.file)
        row.addStretch(1)
        row.addWidget(self.keep)
        self.body.addWidget(self.choice)
        self.body.addWidget(self.summary)
        self.body.addWidget(self.explanation)
        self.body.addLayout(row)
        warm.start_changed.connect(self.refresh)
        warm.starts_changed.connect(self._tell)
        runs.runs_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """The choices there are, and the one that holds."""
        choices = self._offered()
        if choices != self._choices:
            self._choices = choices
            self.choice.clear()
            self.choice.addItems([text for text, _value in choices])
        self._show_current()
        self._tell()

    def _offered(self) -> list[Choice]:
        """Fresh, what the project starts from, files it started from before, runs."""
        start = self._warm.start
        choices: list[Choice] = [(FRESH, Start())]
        if not start.is_fresh:
            choices.append((_words(start), start))
        choices += [(_words(each), each) for each in self._warm.earlier()]
        taken = (start.run, start.checkpoint)
        choices += [
            (_run_text(view, which), (view.key, which))
            for view in list(reversed(self._runs.runs))[:MOST_RUNS]
            for which in _checkpoints(view)
            if taken != (view.number, which)
        ]
        return choices

    def _show_current(self) -> None:
        start = self._warm.start
        for place, (_text, value) in enumerate(self._choices):
            if value == start:
                self.choice.setCurrentIndex(place)

    def _tell(self, _layers: object = None) -> None:
        start, problem = self._warm.start, self._warm.problem
        self.summary.setVisible(not start.is_fresh)
        self.summary.set_tone("error" if problem is not None else "text")
        self.summary.setText(self._warm.summary)
        self.explanation.setText(_FRESH_TEXT if start.is_fresh else _WARM_TEXT)
        count = len(start.anew)
        self.keep.setVisible(bool(count))
        self.keep.setText(
            f"{count} layer{' is' if count == 1 else 's are'} set to start fresh: keep all"
        )

    def _chosen(self, index: int) -> None:
        _text, value = self._choices[index]
        if isinstance(value, Start):
            self._warm.use(value)
        else:
            self._warm.use_run(*value)
        self._show_current()  # until the choice has been carried out

    def _ask_for_file(self) -> None:
        choose_weights(self.window(), self._warm.use_file)


def _checkpoints(view: RunView) -> tuple[str, ...]:
    """What a run keeps that can be started from."""
    record = view.record
    if not view.ended or not record.epochs_done:
        return ()
    return ("best", "last") if record.best_epoch is not None else ("last",)


def _run_text(view: RunView, which: str) -> str:
    """ "Run 3, best epoch · val_loss 0.12"."""
    text = _sentence(run_label(view.number, which))  # type: ignore[arg-type]
    values = view.record.history.get("val_loss") or view.record.history.get("loss") or []
    place = view.record.best_epoch if which == "best" else len(values) - 1
    value = values[place] if place is not None and 0 <= place < len(values) else None
    name = "val_loss" if view.record.history.get("val_loss") else "loss"
    return text if value is None else f"{text} · {name} {value:.4g}"


def _words(start: Start) -> str:
    """Names of files stay as they are."""
    return start.words if start.run is None else _sentence(start.words)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
