"""The Data page: what the model is trained on, column by column."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.data_spec import DataSpec
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.graph.problems import Fix, Problem, StudioError
from kerasstudio.ui.data import data_checks
from kerasstudio.ui.data.columns_table import ColumnsTable
from kerasstudio.ui.data.data_guess import DataGuess
from kerasstudio.ui.data.data_steps import DataSteps
from kerasstudio.ui.data.empty_data import EmptyData
from kerasstudio.ui.data.matching_card import MatchingCard
from kerasstudio.ui.data.preview_table import PreviewTable
from kerasstudio.ui.data.sources_card import SourcesCard
from kerasstudio.ui.data.split_card import SplitCard
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.inspector.fix_step import apply_fix_step
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.theme import px
from kerasstudio.ui.widgets.amounts import plural
from kerasstudio.ui.widgets.card import Card
from kerasstudio.ui.widgets.problem_row import CheckList, details_of
from kerasstudio.ui.workers import WorkerClient

FILES = "Data (*.csv *.tsv *.tab *.txt *.npz *.npy);;All files (*)"
_WIDE = 1400


class DataPage(QScrollArea):
    """Shows and edits `Project.data`; files are read by the worker, the window never waits.

    `train_page_requested`: the person wants to change loss or metrics."""

    train_page_requested = Signal()

    def __init__(
        self,
        store: DocumentStore,
        feed: InspectionFeed,
        worker: WorkerClient,
        catalogue: Catalogue,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._feed, self._catalogue = store, feed, catalogue
        self.steps = DataSteps(store, self)
        self._wants_samples = False
        self.guess = DataGuess(store, worker, self)
        self.guess.guessed.connect(self._guessed)
        self.guess.failed.connect(self._failed)
        self.guess.progressed.connect(self._progressed)
        self._build(catalogue)
        self.setAcceptDrops(True)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Data")
        store.project_changed.connect(self.refresh)
        store.document_replaced.connect(self._document_replaced)
        feed.summary_changed.connect(self._summary_changed)
        feed.problems_changed.connect(self._show_checks)
        feed.inspection_changed.connect(self._show_matching)
        feed.data_busy_changed.connect(self._busy_changed)
        self._show_page()

    # ------------------------------------------------------------------ asked from outside

    def choose_files(self, keep: bool = False) -> None:
        """Ask for files in a dialog; `keep` puts them beside those there are."""
        dialog = QFileDialog(self, "Choose data", "", FILES)
        dialog.setObjectName("chooseData")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda paths: self.guess.ask(paths, keep))
        dialog.open()

    def open_files(self, paths: Sequence[str]) -> None:
        """Take files that were dropped; asks first when there is data already."""
        if not self._store.project.data.sources:
            self.guess.ask(paths, keep=False)
            return
        self._wants_samples = False
        self._show_page()
        self.sources.ask(paths)

    def use_sample(self, path: str) -> None:
        """Take a shipped file ("sample:iris.csv")."""
        self.guess.ask([path], keep=False)

    def refresh(self, _diff: object = None) -> None:
        """Show the project's data and what is known of it; while hidden, when shown next."""
        if not self.isVisible():
            return
        data, summary = self._store.project.data, self._feed.summary
        self._show_page()
        if not data.sources:
            return
        self.sources.show_sources(data, summary)
        self.columns.show_data(data, summary)
        self.columns_card.set_note(plural(len(data.columns), "column"))
        self.preview.show_summary(summary)
        self.preview_card.set_note(preview_note(summary))
        self.preview_card.setVisible(summary is not None and bool(summary.preview))
        self.split.show_data(data, summary)
        self._show_matching()
        self._show_checks()

    # ------------------------------------------------------------------ building

    def _build(self, catalogue: Catalogue) -> None:
        # From the outside to the inside: what is put somewhere is styled again with all it holds.
        self._pages = QStackedWidget()
        self.setWidget(self._pages)
        self._full = full = QWidget()
        self._pages.addWidget(full)
        row = QHBoxLayout(full)
        self.empty = EmptyData()
        self.empty.choose_requested.connect(self.choose_files)
        self.empty.sample_chosen.connect(self.use_sample)
        self.empty.closed.connect(self._leave_samples)
        self.sources = SourcesCard()
        self.sources.choose_requested.connect(self.choose_files)
        self.sources.samples_requested.connect(self._show_samples)
        self.sources.decided.connect(self.guess.ask)
        self.sources.removed.connect(self.steps.remove_source)
        self.columns = ColumnsTable()
        self.columns.chosen.connect(self.steps.set_column)
        self.columns_card = Card("Columns")
        self.columns_card.body.addWidget(self.columns)
        self.preview = PreviewTable()
        self.preview_card = Card("Preview")
        self.preview_card.body.addWidget(self.preview)
        self.split = SplitCard(catalogue)
        self.split.split_changed.connect(self.steps.set_split)
        self.split.window_changed.connect(self.steps.set_window)
        self.split.edit_ended.connect(self.steps.end_edit)
        self.matching = MatchingCard()
        self.matching.matched.connect(self.steps.match)
        self.matching.shapes_requested.connect(lambda: self.steps.take_shapes(self._feed.summary))
        self.matching.model_requested.connect(self._draw_model)
        self.matching.training_requested.connect(self.train_page_requested)
        self.checks_card = Card("Checks")
        self.checks = CheckList()
        self.checks.fix_chosen.connect(self._apply_fix)
        self.checks_card.body.addWidget(self.checks)

        row.setContentsMargins(14, 14, 14, 14)
        row.setSpacing(14)
        row.addWidget(self.sources)
        middle = QVBoxLayout()
        middle.setSpacing(14)
        middle.addWidget(self.columns_card)
        middle.addWidget(self.preview_card, 100)
        middle.addStretch(1)
        row.addLayout(middle, 1)
        self._right = QWidget()
        self._right_column = right = QVBoxLayout(self._right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(14)
        for card in (self.split, self.matching, self.checks_card):
            right.addWidget(card)
        right.addStretch(1)
        row.addWidget(self._right)
        self._pages.addWidget(self.empty)
        self._pages.setCurrentWidget(self.empty)
        self._set_widths()

    def _set_widths(self) -> None:
        wide = self.width() >= _WIDE
        self.sources.setFixedWidth(px(250 if wide else 196))
        self._right.setFixedWidth(px(330 if wide else 290))

    def _show_page(self) -> None:
        has_data = bool(self._store.project.data.sources)
        self.empty.back.setVisible(has_data)
        page = self._full if has_data and not self._wants_samples else self.empty
        if self._pages.currentWidget() is not page:
            self._pages.setCurrentWidget(page)

    def _show_samples(self) -> None:
        self._wants_samples = True
        self._show_page()
        next(iter(self.empty.samples.values())).setFocus()

    def _leave_samples(self) -> None:
        self._wants_samples = False
        self._show_page()

    def _show_matching(self, _nodes: object = None) -> None:
        if self.isVisible() and self._store.project.data.sources:
            self.matching.show_project(
                self._store.project, self._feed.summary, self._feed.inspection
            )

    def _show_checks(self) -> None:
        if not self.isVisible():
            return
        problems = data_checks.data_problems(self._feed.problems)
        fine = data_checks.fine_points(self._store.project, self._feed.summary, problems)
        self.checks.show_checks(fine, problems)
        self.checks_card.setVisible(bool(problems or fine))
        # What keeps the data from being used must not be below the edge of a small window.
        first = any(problem.severity == "error" for problem in problems)
        if first != (self._right_column.indexOf(self.checks_card) == 0):
            self._right_column.insertWidget(0 if first else 2, self.checks_card)
            self.checks_card.show()

    # ------------------------------------------------------------------ files

    def _guessed(self, data: DataSpec, _summary: DataSummary, keep: bool) -> None:
        self._wants_samples = False
        self._say("")
        project = self._store.project
        self.steps.take_data(data, keep and bool(project.data.sources))
        self._show_page()

    def _failed(self, problem: Problem) -> None:
        self._say(_in_lines(problem))

    def _say(self, text: str) -> None:
        """Why chosen files were not taken; else why the project's own cannot be read."""
        unreadable = self._feed.data_problem
        self.sources.show_error(text or (_in_lines(unreadable) if unreadable else ""))
        self.empty.show_error(text)

    def _progressed(self, text: str, done: float | None) -> None:
        if text:
            self._say("")
        self.sources.show_progress(text, done)
        self.empty.show_progress(text)

    def _summary_changed(self) -> None:
        self._say("")
        self.refresh()

    def _busy_changed(self, busy: bool) -> None:
        if not self.guess.is_busy:
            self.sources.show_progress("reading the data" if busy else "")

    def _document_replaced(self) -> None:
        self._wants_samples = False
        self.guess.forget()
        self._say("")
        self.sources.question.hide()
        self.refresh()

    def _draw_model(self) -> None:
        if self._feed.summary is None:
            return
        try:
            self.steps.draw_model(self._feed.summary)
        except StudioError as error:
            self._say(error.problem.message)

    def _apply_fix(self, fix: Fix) -> None:
        apply_fix_step(self._store, fix, self._catalogue, self)

    # ------------------------------------------------------------------ Qt

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open_files(paths)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_widths()


def preview_note(summary: DataSummary | None) -> str:
    """ "first 12 of 150 rows"."""
    if summary is None or not summary.preview:
        return ""
    return f"first {len(summary.preview)} of {plural(summary.rows, 'row')}"


def _in_lines(problem: Problem) -> str:
    return "\n".join((problem.message, *details_of(problem)))
