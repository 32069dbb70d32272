"""The Train page: how the model is trained, and what would go wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kerasstudio.graph import edits
from kerasstudio.graph.bindings import resolve
from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.defaults import training_for_output
from kerasstudio.graph.heads import head_of
from kerasstudio.graph.metric_names import metric_names
from kerasstudio.graph.problems import Fix, Problem
from kerasstudio.graph.project import Project
from kerasstudio.graph.switches import live_project
from kerasstudio.graph.training_spec import KerasObject, OutputTraining
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.inspector.fix_step import apply_fix_step
from kerasstudio.ui.run_feed import RunFeed
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.train import train_checks
from kerasstudio.ui.train.fit_card import FitCard, WatchCard
from kerasstudio.ui.train.keras_object_editor import KerasObjectEditor
from kerasstudio.ui.train.output_card import OutputCard
from kerasstudio.ui.train.run_card import RunCard
from kerasstudio.ui.train.start_card import StartCard
from kerasstudio.ui.warm_start import WarmStart
from kerasstudio.ui.widgets.card import Card
from kerasstudio.ui.widgets.labels import TextBlock
from kerasstudio.ui.widgets.problem_row import CheckList

_WIDE = 1400


class TrainPage(QScrollArea):
    """Shows and edits `Project.training`. `start` begins a run of the open project; left out,
    the run feed is asked directly."""

    def __init__(
        self,
        store: DocumentStore,
        feed: InspectionFeed,
        run_feed: RunFeed,
        catalogue: Catalogue,
        warm: WarmStart,
        start: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._feed, self._catalogue = store, feed, catalogue
        self._edit = 0
        self.outputs: dict[str, OutputCard] = {}
        self._build(run_feed, warm, start or (lambda: run_feed.start(store.project)))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Train")
        store.project_changed.connect(self.refresh)
        store.document_replaced.connect(self.refresh)
        feed.summary_changed.connect(self.refresh)
        feed.problems_changed.connect(self.refresh)
        feed.inspection_changed.connect(self.refresh)

    def refresh(self, _change: object = None) -> None:
        """Show the settings and what is known of them; while hidden, when shown next."""
        if self.isVisible():
            self.prepare()

    def prepare(self) -> None:
        """The same although hidden: the forms are there when the page is shown."""
        project, summary = self._store.project, self._feed.summary
        inspection, problems = self._feed.inspection, self._feed.problems
        errors, mends = _at_arguments(problems)
        names = metric_names(project, summary, self._catalogue, inspection)
        self.optimizer.show_value(project.training.optimizer, errors=_optimizer_errors(errors))
        self._show_outputs(project)
        parts = summary.parts if summary is not None else None
        self.fit.show_training(project.training, parts, errors, mends)
        self.watch.show_training(project.training, names, errors, mends)
        fine = train_checks.fine_points(project, summary, inspection, problems, names)
        self.checks.show_checks(fine, problems)
        self.no_checks.setVisible(not fine and not problems)

    # ------------------------------------------------------------------ building

    def _build(self, run_feed: RunFeed, warm: WarmStart, start: Callable[[], object]) -> None:
        # From the outside to the inside: what is put somewhere is styled again with all it holds.
        inside = QWidget()
        self.setWidget(inside)
        self.optimizer = KerasObjectEditor("optimizers", self._catalogue)
        self.optimizer.changed.connect(self._optimizer_changed)
        self.optimizer.finished.connect(self._end_edit)
        optimizer_card = Card("Optimizer")
        optimizer_card.body.addWidget(self.optimizer)
        self.fit = FitCard(self._catalogue)
        self.watch = WatchCard(self._catalogue)
        for card in (self.fit, self.watch):
            card.changed.connect(self._field_changed)
            card.finished.connect(self._end_edit)
            card.fix_chosen.connect(self._apply_fix)
        self.start = StartCard(warm, run_feed)
        self.run = RunCard(run_feed, warm, start)
        checks_card = Card("Before the first batch")
        self.checks = CheckList()
        self.checks.fix_chosen.connect(self._apply_fix)
        self.no_checks = TextBlock("Nothing is known yet: the model is empty.", "muted")
        checks_card.body.addWidget(self.no_checks)
        checks_card.body.addWidget(self.checks)
        self.no_outputs = TextBlock(
            "The model has no Output yet. Connect its last layer to an Output on the Model page.",
            "muted",
        )
        self._empty_card = Card("Outputs")
        self._empty_card.body.addWidget(self.no_outputs)

        row = QHBoxLayout(inside)
        row.setContentsMargins(14, 14, 14, 14)
        row.setSpacing(14)
        self._left, left = _column(optimizer_card)
        row.addWidget(self._left, 4)
        self._middle, self._output_column = _column(self._empty_card)
        row.addWidget(self._middle, 4)
        settings, self._settings_column = _column(self.fit, self.watch)
        row.addWidget(settings, 4)
        self._right, _right = _column(self.start, self.run, checks_card)
        row.addWidget(self._right, 4)
        self._left_column = left
        self._settings = settings
        self._is_wide = True

    def _show_outputs(self, project: Project) -> None:
        summary, inspection = self._feed.summary, self._feed.inspection
        project = live_project(project, self._catalogue)
        bindings = resolve(project, summary)
        found = {layer.id: (node, layer) for node, layer in project.outputs()}
        for key in [key for key in self.outputs if key not in found]:
            card = self.outputs.pop(key)
            self._output_column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._empty_card.setVisible(not found)
        for index, (key, (node, layer)) in enumerate(found.items()):
            card = self.outputs.get(key) or self._add_output(key, index)
            chosen = project.training.outputs.get(key, OutputTraining())
            card.show_output(
                layer.name,
                chosen,
                training_for_output(project, key, summary, inspection),
                bindings.outputs.get(key),
                head_of(project, node.id, inspection).activation,
                several=len(found) > 1,
                problems=tuple(one for one in self._feed.problems if one.place.output == key),
            )

    def _add_output(self, key: str, index: int) -> OutputCard:
        card = OutputCard(self._catalogue)
        card.changed.connect(
            lambda field, value, merge: self._output_changed(key, field, value, merge)
        )
        card.finished.connect(self._end_edit)
        card.fix_chosen.connect(self._apply_fix)
        self.outputs[key] = card
        self._output_column.insertWidget(index, card)
        return card

    # ------------------------------------------------------------------ edits

    def _optimizer_changed(self, optimizer: KerasObject, merge: str) -> None:
        project = edits.set_optimizer(self._store.project, optimizer)
        what = merge.partition(".")[2] or optimizer.class_name
        self._apply(project, f"Change optimizer: {what}", merge)

    def _field_changed(self, field: str, value: Any, merge: str) -> None:
        project = edits.set_training(self._store.project, **{field: value})
        self._apply(project, f"Change {field.replace('_', ' ')}", merge)

    def _output_changed(self, key: str, field: str, value: Any, merge: str) -> None:
        project = edits.set_output_training(self._store.project, key, **{field: value})
        name = project.layers[key].name
        self._apply(
            project, f"Change {field.replace('_', ' ')} of {name}", merge and f"{key}.{merge}"
        )

    def _apply(self, project: Project, text: str, merge: str) -> None:
        self._store.apply(project, text, f"train:{merge}:{self._edit}" if merge else None)

    def _apply_fix(self, fix: Fix) -> None:
        apply_fix_step(self._store, fix, self._catalogue, self)

    def _end_edit(self) -> None:
        self._edit += 1

    # ------------------------------------------------------------------ Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(self.width() >= _WIDE)

    def _arrange(self, wide: bool) -> None:
        """Four columns where there is room, else three: the settings go below the optimizer."""
        if wide == self._is_wide:
            return
        self._is_wide = wide
        into = self._settings_column if wide else self._left_column
        for index, card in enumerate((self.fit, self.watch)):
            into.insertWidget(index if wide else index + 1, card)
            card.show()
        self._settings.setVisible(wide)


def _column(*cards: QWidget) -> tuple[QWidget, QVBoxLayout]:
    """Cards below each other, and empty space below them."""
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(14)
    for card in cards:
        layout.addWidget(card)
    layout.addStretch(1)
    return column, layout


def _at_arguments(
    problems: tuple[Problem, ...],
) -> tuple[dict[str, str], dict[str, tuple[Fix, ...]]]:
    """Errors and fixes by the training setting they speak of ("early_stopping.monitor")."""
    errors: dict[str, str] = {}
    mends: dict[str, tuple[Fix, ...]] = {}
    for problem in problems:
        name = problem.place.argument
        if problem.severity != "error":
            continue  # red is for what cannot go on; the list of checks has the rest
        if name is not None and problem.code.startswith("train.") and problem.place.layer is None:
            errors[name] = problem.message
            mends[name] = problem.fixes
    return errors, mends


def _optimizer_errors(errors: dict[str, str]) -> dict[str, str]:
    prefix = "optimizer."
    return {
        name.removeprefix(prefix): text for name, text in errors.items() if name.startswith(prefix)
    }
