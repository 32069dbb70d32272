"""The Code pane: the open project as Python, up to date while it is shown."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from kerasstudio.graph.problems import Problem
from kerasstudio.ui.code.code_feed import CodeFeed
from kerasstudio.ui.code.code_selection import CodeSelection
from kerasstudio.ui.code.code_view import CodeView
from kerasstudio.ui.icons import icon, pixmap
from kerasstudio.ui.selection import Selection
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.theme import theme_changed, tokens
from kerasstudio.ui.widgets.labels import ElidedLabel, LinkButton
from kerasstudio.ui.widgets.segmented import SegmentedControl

MODEL, TRAINING = "model", "training"


class CodePane(QWidget):
    """`export_requested()`, `move_requested()` to the other place, `training_chosen(bool)`, and
    `problem_chosen(Problem)`: the person wants to see what keeps the code from being written."""

    export_requested = Signal()
    move_requested = Signal()
    training_chosen = Signal(bool)
    problem_chosen = Signal(object)

    def __init__(self, store: DocumentStore, selection: Selection, feed: CodeFeed) -> None:
        super().__init__()
        self._feed = feed
        self._beside = False
        self.view = CodeView()
        self._linked = CodeSelection(store, selection, feed, self.view)
        self.parts = SegmentedControl(((MODEL, "Model"), (TRAINING, "With training")))
        self.parts.setAccessibleName("What the code holds")
        self.parts.set_value(TRAINING if feed.training else MODEL)
        self.parts.chosen.connect(self._choose_parts)
        self._said = ElidedLabel("", "muted")
        self.copy_button = _button("Copy all of the code")
        self.copy_button.clicked.connect(self.copy)
        self.export_button = _button("Export as script or notebook…")
        self.export_button.clicked.connect(self.export_requested)
        self.move_button = _button("")
        self.move_button.clicked.connect(self.move_requested)
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 8, 4)
        head.setSpacing(4)
        head.addWidget(self.parts)
        head.addSpacing(6)
        head.addWidget(self._said, 1)
        for button in (self.copy_button, self.export_button, self.move_button):
            head.addWidget(button)
        self.setMinimumWidth(300)
        self._banner = _Banner()
        self._banner.chosen.connect(self.problem_chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._banner)
        column.addWidget(self.view, 1)
        feed.script_changed.connect(self._show_script)
        feed.problem_changed.connect(self._show_problem)
        theme_changed.connect(self._show_icons)
        self.set_beside(False)
        self._show_problem()

    def set_beside(self, beside: bool) -> None:
        """Where the pane is: beside the drawing, or in the panel below."""
        self._beside = beside
        words = "Move the code below the drawing" if beside else "Move the code beside the drawing"
        self.move_button.setToolTip(words)
        self.move_button.setAccessibleName(words)
        self._show_icons()

    def set_training(self, training: bool) -> None:
        """Show the training too, or the model alone."""
        self.parts.set_value(TRAINING if training else MODEL)
        self._feed.set_training(training)

    def copy(self) -> None:
        """Put the whole code on the clipboard."""
        QGuiApplication.clipboard().setText(self._feed.script.text)
        self._said.setText("copied")

    def _choose_parts(self, value: str) -> None:
        self.set_training(value == TRAINING)
        self.training_chosen.emit(value == TRAINING)

    def _show_script(self) -> None:
        first = not self.view.is_filled or not self.view.toPlainText()
        self.view.show_text(self._feed.script.text)
        if first and self._feed.script.spans:
            # The model before what loads its data.
            self.view.show_line(max(0, self._feed.script.spans[0].first - 2))
        lines = self._feed.script.text.count("\n")
        self._said.setText(f"{lines} lines")

    def _show_problem(self) -> None:
        self._banner.show_problem(self._feed.problem, bool(self._feed.script.text))

    def _show_icons(self) -> None:
        self.copy_button.setIcon(icon("copy"))
        self.export_button.setIcon(icon("export"))
        self.move_button.setIcon(icon("below" if self._beside else "beside"))

    # ------------------------------------------------------------ Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._feed.set_wanted(True)
        self._linked.refresh(reveal=True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._feed.set_wanted(False)


class _Banner(QWidget):
    """Why there is no code, or none of the present drawing; `chosen(Problem)` to go there."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("codeProblem")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._problem: Problem | None = None
        self._sign = QLabel()
        self.words = ElidedLabel("", "text")
        self.link = LinkButton("Show")
        self.link.clicked.connect(lambda: self.chosen.emit(self._problem))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 12, 5)
        row.setSpacing(8)
        row.addWidget(self._sign)
        row.addWidget(self.words, 1)
        row.addWidget(self.link)

    def show_problem(self, problem: Problem | None, has_code: bool) -> None:
        """`has_code`: the code of an earlier state is still there."""
        self._problem = problem
        self.setVisible(problem is not None)
        if problem is None:
            return
        sign = pixmap("warning", tokens().warning, 16, self.devicePixelRatio())
        self._sign.setPixmap(sign)
        beginning = "The code is of an earlier state" if has_code else "No code yet"
        self.words.setText(f"{beginning}: {problem.message}")
        self.words.setToolTip(problem.message)
        place = problem.place
        self.link.setVisible(bool(place.node or place.layer))


def _button(name: str) -> QToolButton:
    button = QToolButton()
    button.setToolTip(name)
    button.setAccessibleName(name)
    button.setIconSize(QSize(16, 16))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
