"""New, open, save, close: the files behind the document store."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from kerasstudio.graph.files import read_project, write_project
from kerasstudio.graph.history import History
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.runtime.runs import studio_folder
from kerasstudio.runtime.weight_store import WeightStore, names_in, sweep_shared
from kerasstudio.ui.dialogs.messages import unsaved_question
from kerasstudio.ui.settings import Settings, data_folder
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.tasks import Tasks

SUFFIX = ".kstudio"
FILTER = f"KerasStudio projects (*{SUFFIX});;All files (*)"

Then = Callable[[], None]


class Documents(QObject):
    """Files are read and written in another thread. Nothing is lost without a question.

    A project without a file keeps its runs in a folder of the user's data folder, which moves
    beside the file when the project is first saved."""

    failed = Signal(object)
    saved = Signal(object)
    opened = Signal()
    title_changed = Signal()
    kept_open = Signal()

    def __init__(
        self,
        window: QWidget,
        store: DocumentStore,
        settings: Settings,
        is_running: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._store, self._settings = window, store, settings
        self._is_running = is_running
        self.prepare: Callable[[Project], None] = lambda _project: None
        """Called in another thread with a project that is about to be shown."""
        self._tasks = Tasks(self)
        self._untitled = _untitled_folder()
        self._name = "untitled"
        self._move_later: tuple[Path, Path] | None = None
        self.question: QMessageBox | None = None
        store.path_changed.connect(self.title_changed)
        store.clean_changed.connect(lambda _clean: self.title_changed.emit())

    # ------------------------------------------------------------------ what is open

    @property
    def name(self) -> str:
        """The document's name without suffix."""
        return self._store.path.stem if self._store.path is not None else self._name

    @property
    def is_fresh(self) -> bool:
        """Whether nothing was opened or drawn here yet."""
        store = self._store
        empty = not store.project.graph.nodes
        return store.path is None and empty and store.is_clean

    def studio(self) -> Path:
        """The folder of the project's runs."""
        path = self._store.path
        return studio_folder(path) if path is not None else self._untitled / "untitled.studio"

    def base(self) -> str:
        """The folder that relative paths of data start from."""
        path = self._store.path
        return str(path.parent if path is not None else Path.cwd())

    def weights(self) -> WeightStore:
        """The stored weights that the project can start from."""
        path = self._store.path
        return WeightStore(None if path is None else studio_folder(path))

    # ------------------------------------------------------------------ commands

    def new(self, project: Project, name: str = "untitled", saved: bool = True) -> None:
        """Show a project that has no file, after asking about unsaved work."""
        self.ask_unsaved(lambda: self._show(History(project, saved=saved), None, name))

    def open(self, path: Path) -> None:
        """Open a file; a failure leaves the open project alone."""
        self.ask_unsaved(lambda: self._read(path))

    def choose(self, chosen: Callable[[Path], object], kinds: str = FILTER) -> None:
        """Ask for a file of these `kinds` (a filter as Qt writes it)."""
        dialog = self._dialog("Open", QFileDialog.AcceptMode.AcceptOpen, kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: chosen(Path(path)))
        dialog.open()

    def open_now(self, path: Path) -> None:
        """Read a file at once (before the window is shown). Raises `StudioError`."""
        path = path.resolve()
        self._show(History(read_project(path), saved=True), path, path.stem)

    def recover(self, history: History, path: Path | None, name: str) -> None:
        """Show recovered work with its undo list, as unsaved edits of its file."""
        self._show(history, path, name)

    def save(self, then: Then | None = None) -> None:
        """Save where it came from; asks for a name the first time. `then` follows a success."""
        if self._store.path is None:
            self.save_as(then)
        else:
            self._write(self._store.path, then)

    def save_as(self, then: Then | None = None) -> None:
        dialog = self._dialog("Save as", QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(f"{self.name}{SUFFIX}")
        dialog.fileSelected.connect(lambda path: self._write(Path(path), then))
        dialog.open()

    def ask_unsaved(self, then: Then) -> None:
        """Run `then` once unsaved edits are saved or given up; not at all on Cancel."""
        if self._store.is_clean:
            then()
            return

        def answered(answer: str) -> None:
            self.question = None
            if answer == "save":
                self.save(then)
            elif answer == "discard":
                then()
            else:
                self.kept_open.emit()

        self.question = unsaved_question(self._window, self.name, answered, self._is_running())

    def move_runs(self, then: Then) -> None:
        """No run goes on any more: bring the runs beside a file saved meanwhile."""
        move, self._move_later = self._move_later, None
        if move is not None:
            self._tasks.run(lambda: _move_runs(*move), lambda _result: then(), self.failed.emit)

    def close(self) -> None:
        """Wait for files being written; drop the folder of an unsaved project without runs."""
        self._sweep(set())  # edits that were not saved are given up
        self._tasks.wait(10_000)
        if self._untitled.is_dir() and not any(self._untitled.glob("untitled.studio/runs/*")):
            shutil.rmtree(self._untitled, ignore_errors=True)

    # ------------------------------------------------------------------ files

    def _read(self, path: Path) -> None:
        path = path.resolve()

        def read(project: Any) -> None:
            self._show(History(project, saved=True), path, path.stem)

        def failed(problem: Problem) -> None:
            self._settings.remove_recent(path)
            self.failed.emit(problem)

        def load() -> Project:
            project = read_project(path)
            self.prepare(project)
            return project

        self._tasks.run(load, read, failed)

    def _write(self, path: Path, then: Then | None) -> None:
        path = path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)
        path = path.resolve()
        project = self._store.project
        untitled = self._untitled if self._store.path is None else None
        old = self._store.path

        # What undo can bring back is taken along too.
        names, before = names_in(self._store.history().projects()), self.weights()
        move = None if untitled is None else (untitled / "untitled.studio", studio_folder(path))
        if move is not None and self._is_running():
            self._move_later, move = move, None  # a worker writes there: see `move_runs`

        def write() -> None:
            if move is not None:
                _move_runs(*move)
            _bring(names, before, path)  # first: a saved project has what it names
            write_project(path, project)

        def written(_result: object) -> None:
            self._settings.add_recent(path)
            if untitled is not None:
                self._untitled = _untitled_folder()
            self._store.mark_saved(project, path)
            self.saved.emit(path)
            if path != old:
                self.opened.emit()  # other runs lie beside it
            if then is not None:
                then()

        self._tasks.run(write, written, self.failed.emit)

    def _show(self, history: History, path: Path | None, name: str) -> None:
        self._name = name
        if path is None:
            self._untitled = _untitled_folder()
        else:
            self._settings.add_recent(path)
        self._store.restore(history, path)
        self.title_changed.emit()
        self.opened.emit()
        self._sweep(names_in(history.projects()))

    def _sweep(self, named: set[str]) -> None:
        """Delete stored weights that nothing names any more."""
        weights, path = self.weights(), self._store.path
        self._tasks.run(lambda: (weights.sweep(named, path), sweep_shared()))

    def _dialog(self, title: str, mode: QFileDialog.AcceptMode, kinds: str = FILTER) -> QFileDialog:
        folder = self._store.path.parent if self._store.path is not None else Path.home()
        dialog = QFileDialog(self._window, title, str(folder), kinds)
        dialog.setObjectName("fileDialog")
        dialog.setAcceptMode(mode)
        dialog.finished.connect(dialog.deleteLater)
        return dialog


def _untitled_folder() -> Path:
    """A folder that no other project without a file has; it is made when a run needs it."""
    return data_folder() / "untitled" / secrets.token_hex(6)


def _move_runs(source: Path, target: Path) -> None:
    """Move the runs of a project that gets its file now. Runs at the target stay."""
    if not (source / "runs").is_dir() or (target / "runs").exists():
        return
    target.mkdir(parents=True, exist_ok=True)
    shutil.move(str(source / "runs"), str(target / "runs"))
    for folder in (source, source.parent):
        if not any(folder.iterdir()):
            folder.rmdir()


def _bring(names: set[str], before: WeightStore, path: Path) -> None:
    """See that the weights a project starts from lie beside its file. Raises `StudioError`."""
    after = WeightStore(studio_folder(path))
    try:
        after.bring(names, before)
    except OSError as error:
        raise StudioError(
            Problem(
                code="file.unwritable",
                message=f"“{path.name}” was not saved: its weights cannot be kept beside it: "
                f"{error.strerror or error}.",
                expected="a place where this user may write, with room on the disk",
                place=Place(file=str(after.folder)),
                detail=str(error),
            )
        ) from error
