"""The files the project trains on, and the way to other ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from kerasstudio.graph.data_spec import DataSpec, Source
from kerasstudio.graph.data_summary import DataSummary
from kerasstudio.ui.data.samples import SAMPLE
from kerasstudio.ui.theme import tokens
from kerasstudio.ui.widgets.amounts import plural
from kerasstudio.ui.widgets.card import Card
from kerasstudio.ui.widgets.glyph_button import GlyphButton
from kerasstudio.ui.widgets.labels import Label, LinkButton, TextBlock

KINDS = {"csv": "table", "npz": "NumPy arrays", "npy": "NumPy array"}


class SourcesCard(Card):
    """`choose_requested(keep)`: open the file dialog, to add to the files there are or to put
    other data in their place. `decided(paths, keep)`: the answer after files were dropped."""

    choose_requested = Signal(bool)
    samples_requested = Signal()
    decided = Signal(object, bool)
    removed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Sources", parent=parent)
        self._shown: object = None
        self.boxes: list[SourceBox] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.body.addLayout(self._list)
        self.question = Question()
        self.question.decided.connect(self.decided)
        self.question.hide()
        self.body.addWidget(self.question)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(4)
        self.progress.hide()
        self.progress_text = TextBlock("", "muted")
        self.progress_text.hide()
        self.error = TextBlock("", "error")
        self.error.hide()
        self.body.addWidget(self.progress)
        self.body.addWidget(self.progress_text)
        self.body.addWidget(self.error)
        self.replace_button = QPushButton("Use other data…")
        self.replace_button.clicked.connect(lambda: self.choose_requested.emit(False))
        self.add_button = QPushButton("Add data…")
        self.add_button.clicked.connect(lambda: self.choose_requested.emit(True))
        self.body.addWidget(self.replace_button)
        self.body.addWidget(self.add_button)
        self.hint = TextBlock("CSV, .npz or .npy. Files can be dropped on this page.", "muted")
        self.body.addWidget(self.hint)
        samples = LinkButton("Choose a sample")
        samples.clicked.connect(self.samples_requested)
        self.body.addWidget(samples)
        self.body.addStretch(1)

    def show_sources(self, data: DataSpec, summary: DataSummary | None) -> None:
        rows = summary.rows if summary is not None else None
        shown = (data.sources, len(data.columns), rows)
        if shown == self._shown:
            return
        self._shown = shown
        for box in self.boxes:
            self._list.removeWidget(box)
            box.hide()
            box.deleteLater()
        self.boxes = []
        for source in data.sources:
            columns = sum(column.source == source.id for column in data.columns)
            box = SourceBox(source, columns, rows)
            box.removed.connect(self.removed)
            self.boxes.append(box)
            self._list.addWidget(box)

    def show_progress(self, text: str, done: float | None = None) -> None:
        """Say that files are being read; "" when they are not any more."""
        self.progress.setVisible(bool(text))
        self.progress_text.setVisible(bool(text))
        self.progress_text.setText(text)
        self.progress.setRange(0, 0 if done is None else 1000)
        if done is not None:
            self.progress.setValue(int(done * 1000))

    def show_error(self, text: str) -> None:
        """Why the chosen files were not taken; "" when they were."""
        self.error.setText(text)
        self.error.setVisible(bool(text))

    def ask(self, paths: Sequence[str]) -> None:
        """Files came while there are some: instead of them, or besides?"""
        self.question.ask(paths)


class SourceBox(QWidget):
    """One file: its name, what it is, and a button to take it out."""

    removed = Signal(object)

    def __init__(self, source: Source, columns: int, rows: int | None) -> None:
        super().__init__()
        name = source.path.removeprefix(SAMPLE)
        title = Label(Path(name).name, bold=True)
        facts = [KINDS.get(source.kind, source.kind)]
        if rows:
            facts.append(plural(rows, "row"))
        facts.append(plural(columns, "column"))
        where = "sample" if source.path.startswith(SAMPLE) else str(Path(source.path).parent)
        self.remove = GlyphButton("✕", f"Remove {Path(name).name} and its columns")
        self.remove.clicked.connect(lambda: self.removed.emit(source))
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 8)
        column.setSpacing(1)
        column.addLayout(head)
        column.addWidget(TextBlock(" · ".join(facts), "muted"))
        column.addWidget(TextBlock("sample data" if where == "sample" else where, "muted"))
        self.setToolTip(source.path)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens().accent), 1))
        ground = QColor(tokens().accent)
        ground.setAlphaF(0.08)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


class Question(QWidget):
    """Replace or add, asked in place."""

    decided = Signal(object, bool)

    def __init__(self) -> None:
        super().__init__()
        self._paths: tuple[str, ...] = ()
        self.text = TextBlock("")
        self.replace_button = QPushButton("Use it instead")
        self.replace_button.clicked.connect(lambda: self._answer(False))
        self.add_button = QPushButton("Use both, row by row")
        self.add_button.clicked.connect(lambda: self._answer(True))
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.hide)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(6)
        column.addWidget(self.text)
        for button in (self.replace_button, self.add_button, cancel):
            column.addWidget(button)

    def ask(self, paths: Sequence[str]) -> None:
        self._paths = tuple(paths)
        names = ", ".join(Path(path).name for path in paths)
        self.text.setText(f"There is data already. What about {names}?")
        self.show()
        self.replace_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _answer(self, keep: bool) -> None:
        self.hide()
        self.decided.emit(self._paths, keep)
