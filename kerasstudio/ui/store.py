"""The open document: one project value, its undo stack, and where it is saved."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from kerasstudio.graph.diff import Diff, diff
from kerasstudio.graph.history import History, Step
from kerasstudio.graph.project import Project


class DocumentStore(QObject):
    """Edits come in through `apply`, everybody learns of them through `project_changed(Diff)`.

    `revision` grows with every change of `project`, undo and redo included. `document_replaced`
    means another document: nothing of the old one is left. `edited(how, text)` follows an undo
    step that was "done", "undone" or "redone".
    """

    project_changed = Signal(object)
    document_replaced = Signal()
    path_changed = Signal()
    clean_changed = Signal(bool)
    edited = Signal(str, str)

    def __init__(self, project: Project | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project if project is not None else Project()
        self._base = self._project
        self._saved: Project | None = self._project
        self._path: Path | None = None
        self._revision = 0
        self._clean = True
        self._edit = 0
        self._restoring = False
        self.undo_stack = QUndoStack(self)

    @property
    def project(self) -> Project:
        return self._project

    @property
    def path(self) -> Path | None:
        """The file of the document; None while it was never saved."""
        return self._path

    @property
    def revision(self) -> int:
        return self._revision

    @property
    def is_clean(self) -> bool:
        """Whether the project is the saved one, by value: undoing all edits makes it clean."""
        return self._clean

    def apply(self, project: Project, text: str, merge_key: str | None = None) -> bool:
        """Make `project` the current one as an undo step called `text`.

        Consecutive edits with the same `merge_key` become one step (typing in a field, one drag);
        an undo or redo in between ends that.
        Returns False, and adds no step, when nothing is different."""
        if project is self._project or project == self._project:
            return False
        key = None if merge_key is None else f"{self._edit}:{merge_key}"
        last = cast("_Swap | None", self.undo_stack.command(self.undo_stack.index() - 1))
        if key is not None and last is not None and last.key == key:
            self._go_on(last, project, text)
        else:
            self.undo_stack.push(_Swap(self, self._project, project, text, key))
        self.edited.emit("done", text)
        return True

    def end_merge(self) -> None:
        """The next edit starts a step of its own, whatever its merge key."""
        self._edit += 1

    def replace_document(
        self, project: Project, path: Path | None = None, saved: bool = True
    ) -> None:
        """Open another document. `saved` False marks it as edited from the start (an import, a
        recovery)."""
        self.restore(History(project, saved=saved), path)

    def history(self) -> History:
        """The document with its undo list, as a value."""
        stack = self.undo_stack
        commands = (cast("_Swap", stack.command(number)) for number in range(stack.count()))
        steps = tuple(Step(command.text(), command.new) for command in commands)
        return History(self._base, steps, stack.index(), self._clean)

    def restore(self, history: History, path: Path | None = None) -> None:
        """Open a document with its undo list."""
        self.undo_stack.clear()
        self._base = last = history.base
        self._restoring = True
        for step in history.steps:
            self.undo_stack.push(_Swap(self, last, step.project, step.text, None))
            last = step.project
        self.undo_stack.setIndex(history.done)
        self._restoring = False
        self._project = history.project
        self._saved = history.project if history.saved else None
        self._path = path
        self._revision += 1
        self._edit += 1
        self.document_replaced.emit()
        self.path_changed.emit()
        self._check_clean(force=True)

    def mark_saved(self, project: Project, path: Path) -> None:
        """`project` has been written to `path` (edits may have gone on meanwhile)."""
        self._saved = project
        self._edit += 1
        if path != self._path:
            self._path = path
            self.path_changed.emit()
        self._check_clean()

    def _go_on(self, last: _Swap, project: Project, text: str) -> None:
        """Let the newest step lead to `project`. Not by Qt's `mergeWith`: PySide keeps the Python
        half of a command that was merged, and all it holds, until the program ends."""
        stack = self.undo_stack
        last.new = project
        last.setText(text)
        self._show(project)
        if project == last.old:  # there is no such step any more
            last.setObsolete(True)
            stack.undo()
        else:
            stack.indexChanged.emit(stack.index())
            stack.undoTextChanged.emit(stack.undoText())

    def _show(self, project: Project) -> None:
        if project is self._project or self._restoring:
            return
        change: Diff = diff(self._project, project)
        self._project = project
        self._revision += 1
        self.project_changed.emit(change)
        self._check_clean()

    def _check_clean(self, force: bool = False) -> None:
        clean = self._saved is not None and (
            self._project is self._saved or self._project == self._saved
        )
        if clean != self._clean or force:
            self._clean = clean
            self.clean_changed.emit(clean)


class _Swap(QUndoCommand):
    """The only undo command there is: it puts one project value or the other in place."""

    def __init__(
        self, store: DocumentStore, old: Project, new: Project, text: str, key: str | None
    ) -> None:
        super().__init__(text)
        self._store, self.old, self.new, self.key = store, old, new, key
        self._pushed = False

    def undo(self) -> None:
        self._store.end_merge()
        self._store._show(self.old)
        self._store.edited.emit("undone", self.text())

    def redo(self) -> None:
        again, self._pushed = self._pushed, True
        if again:
            self._store.end_merge()
        self._store._show(self.new)
        if again:
            self._store.edited.emit("redone", self.text())
