"""Autosave: the document is journaled a moment after each edit, and offered after a crash."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from kerasstudio.graph.history import History
from kerasstudio.graph.journal import Journal, Recovery, find_recoverable
from kerasstudio.graph.problems import Problem
from kerasstudio.ui.dialogs.recovery_dialog import RecoveryDialog
from kerasstudio.ui.documents import Documents
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.tasks import Tasks

DELAY_MS = 250


class Autosave(QObject):
    """Writes the journal in another thread at most `DELAY_MS` after an edit, from the first edit
    on. `failed(Problem)` once when it cannot be written; the next edit tries again."""

    failed = Signal(object)

    def __init__(self, store: DocumentStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._journal = Journal()
        self._tasks = Tasks(self)
        self._told = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(DELAY_MS)
        self._later.timeout.connect(self.write)
        store.project_changed.connect(self._changed)
        store.document_replaced.connect(self._replaced)
        store.clean_changed.connect(self._changed)
        store.path_changed.connect(self._changed)

    @property
    def file(self) -> Path:
        return self._journal.file

    def write(self) -> None:
        """Journal the document as it is now."""
        self._later.stop()
        history, path = self._store.history(), self._store.path
        if history.steps or not history.saved:
            self._tasks.run(lambda: self._journal.record(history, path), self._kept, self._failed)

    def write_now(self) -> None:
        """The same, and wait for it (an unexpected error was caught)."""
        self.write()
        self._tasks.wait(2000)

    def close(self) -> None:
        """The document is closed in order: what is unsaved was given up by the person."""
        self._later.stop()
        self._tasks.run(self._journal.discard)
        self._tasks.wait()

    def _changed(self, _change: object = None) -> None:
        # Started once, not again with every edit: typing on must not put it off.
        if not self._later.isActive():
            self._later.start()

    def _replaced(self) -> None:
        """Another document: the one before was saved, or given up by the person."""
        self._tasks.run(self._journal.discard)
        self._changed()

    def _kept(self, _written: object) -> None:
        self._told = False

    def _failed(self, problem: Problem) -> None:
        if not self._told:
            self._told = True
            self.failed.emit(problem)


class RecoveryOffer(QObject):
    """Looks for what dead processes have left and offers it. `window_requested(show)` wants a
    window for each further document; only the first window of a program looks (`enabled`)."""

    failed = Signal(object)
    window_requested = Signal(object)

    def __init__(
        self, window: QWidget, documents: Documents, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window, self._documents = window, documents
        self._tasks = Tasks(self)
        self.enabled = True
        self.question: RecoveryDialog | None = None

    def look(self) -> None:
        if self.enabled:
            self._tasks.run(find_recoverable, self._found, self.failed.emit)

    def close(self) -> None:
        self._tasks.wait()

    def bring_back(self, recovery: Recovery) -> None:
        """Show a document in this window, with its undo list, as unsaved edits of its file."""
        self._tasks.run(recovery.read, partial(self._recovered, recovery), self.failed.emit)

    def _found(self, found: list[Recovery]) -> None:
        if not found:
            return
        self.question = RecoveryDialog(found, self._window)
        self.question.answered.connect(self._answered)
        self.question.finished.connect(self.question.deleteLater)
        self.question.open()

    def _answered(self, answer: str, chosen: tuple[Recovery, ...]) -> None:
        self.question = None
        if answer == "discard":
            for recovery in chosen:
                self._tasks.run(recovery.discard)
        elif answer == "recover":
            here, *others = chosen
            if self._documents.is_fresh:
                self.bring_back(here)
            else:
                others = list(chosen)
            for recovery in others:
                self.window_requested.emit(partial(_show, recovery))

    def _recovered(self, recovery: Recovery, history: History) -> None:
        name = recovery.path.stem if recovery.path is not None else "recovered"
        self._documents.recover(history, recovery.path, name)
        self._tasks.run(recovery.discard)


def _show(recovery: Recovery, studio: Any) -> None:
    """Fill a new window."""
    studio.show_template("blank")
    studio.recovery.bring_back(recovery)
