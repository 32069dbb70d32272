"""The Code pane: the open project as a runnable Python script, up to date while it is shown."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from kerasstudio.graph.catalogue import Catalogue
from kerasstudio.graph.codegen import python_code
from kerasstudio.graph.problems import StudioError
from kerasstudio.ui.code.python_highlighter import PythonHighlighter
from kerasstudio.ui.inspection_feed import InspectionFeed
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.theme import mono_font, theme_changed
from kerasstudio.ui.widgets.labels import Label

DELAY_MS = 150


class CodePane(QWidget):
    """Written anew a moment after an edit, only while it can be seen."""

    def __init__(self, store: DocumentStore, feed: InspectionFeed, catalogue: Catalogue) -> None:
        super().__init__()
        self._store, self._feed, self._catalogue = store, feed, catalogue
        self._stale = True
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(mono_font())
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName("Python code of the model and its training")
        self._highlighter = PythonHighlighter(self.text.document())
        self._note = Label("Runs with Keras alone: python script.py", "muted")
        copy = QPushButton("Copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        row = QHBoxLayout()
        row.addWidget(self._note)
        row.addStretch(1)
        row.addWidget(copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 10)
        column.addLayout(row)
        column.addWidget(self.text, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self._write)
        store.project_changed.connect(self._changed)
        feed.summary_changed.connect(self._changed)
        theme_changed.connect(self._highlighter.recolor)

    def _changed(self, *_: object) -> None:
        self._stale = True
        if self.isVisible():
            self._timer.start()

    def _write(self) -> None:
        self._stale = False
        try:
            code = python_code(self._store.project, self._catalogue, self._feed.summary)
        except StudioError as error:
            self._note.setText(f"No code yet: {error.problem.message}")
            return
        self._note.setText("Runs with Keras alone: python script.py")
        if code == self.text.toPlainText():
            return
        bar = self.text.verticalScrollBar()
        at = bar.value()
        self.text.setPlainText(code)
        bar.setValue(at)

    # ------------------------------------------------------------ Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._write()
