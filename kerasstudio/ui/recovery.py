"""Autosave: the document is journaled a moment after each edit, and offered after a crash."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from kerasstudio.graph.journal import Journal, Recovery, find_recoverable
from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.ui.dialogs.messages import recovery_question
from kerasstudio.ui.documents import Documents
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.tasks import Tasks

DELAY_MS = 600


class Autosave(QObject):
    """Writes the journal in another thread at most `DELAY_MS` after an edit; a saved document has
    none. `failed(Problem)` once when it cannot be written."""

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
        store.project_changed.connect(self._edited)
        store.document_replaced.connect(self._edited)
        store.clean_changed.connect(self._clean_changed)

    @property
    def file(self) -> Path:
        return self._journal.file

    def write(self) -> None:
        """Journal the document as it is now."""
        self._later.stop()
        if self._store.is_clean:
            return
        project, path = self._store.project, self._store.path
        self._tasks.run(lambda: self._journal.record(project, path), failed=self._failed)

    def write_now(self) -> None:
        """The same, and wait for it (an unexpected error was caught)."""
        self.write()
        self._tasks.wait(2000)

    def close(self) -> None:
        """The program ends in order: what is unsaved was given up by the person."""
        self._later.stop()
        self._tasks.run(self._journal.discard)
        self._tasks.wait()

    def _edited(self, _diff: object = None) -> None:
        # Started once, not again with every edit: typing on must not put it off.
        if not self._later.isActive():
            self._later.start()

    def _clean_changed(self, clean: bool) -> None:
        if clean:
            self._later.stop()
            self._tasks.run(self._journal.discard)
        else:
            self._edited()

    def _failed(self, problem: Problem) -> None:
        if not self._told:
            self._told = True
            self.failed.emit(problem)


class RecoveryOffer(QObject):
    """Looks for what dead processes have left and offers the newest."""

    failed = Signal(object)

    def __init__(
        self, window: QWidget, documents: Documents, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window, self._documents = window, documents
        self._tasks = Tasks(self)
        self._waiting: list[Recovery] = []
        self.question: QMessageBox | None = None

    def look(self) -> None:
        self._tasks.run(find_recoverable, self._found, self.failed.emit)

    def close(self) -> None:
        self._tasks.wait()

    def _found(self, found: list[Recovery]) -> None:
        self._waiting = found
        self._offer()

    def _offer(self) -> None:
        if not self._waiting:
            return
        recovery = self._waiting[0]

        def answered(answer: str) -> None:
            self.question = None
            self._waiting.pop(0)
            if answer == "recover":
                # The next one is offered at the next start: there is one document a window.
                self._tasks.run(
                    recovery.read,
                    lambda project: self._recovered(recovery, project),
                    self.failed.emit,
                )
            elif answer == "discard":
                self._tasks.run(recovery.discard, lambda _result: self._offer())

        self.question = recovery_question(self._window, recovery.name, answered)

    def _recovered(self, recovery: Recovery, project: Project) -> None:
        name = recovery.path.stem if recovery.path is not None else "recovered"

        def show() -> None:
            self._documents.recover(project, recovery.path, name)
            self._tasks.run(recovery.discard)

        self._documents.ask_unsaved(show)
