"""Files a person drops or chooses: projects are opened, data is described, models are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from kerasstudio.graph.files import project_in_picture
from kerasstudio.graph.foreign import content_kind
from kerasstudio.graph.problems import Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.runtime import protocol as p
from kerasstudio.runtime.confined import Confined
from kerasstudio.runtime.weight_store import WeightStore
from kerasstudio.ui.model_reading import MakeRequest, ModelReading
from kerasstudio.ui.store import DocumentStore
from kerasstudio.ui.tasks import Tasks
from kerasstudio.ui.workers import WorkerPool

PROJECT_SUFFIXES = (".kstudio",)
DATA_SUFFIXES = (".csv", ".tsv", ".npz", ".npy")
PICTURE_SUFFIXES = (".png",)
OPEN_FILTER = (
    "Projects and models (*.kstudio *.keras *.h5 *.hdf5 *.json);;"
    "KerasStudio projects (*.kstudio);;All files (*)"
)
FILTER = (
    "Models and data (*.keras *.h5 *.hdf5 *.json *.csv *.tsv *.npz *.npy *.png);;"
    "Models (*.keras *.h5 *.hdf5 *.json);;Data (*.csv *.tsv *.npz *.npy);;"
    "Pictures that carry a project (*.png);;All files (*)"
)


def is_project(path: Path) -> bool:
    """Whether a file is to be opened as a project: it is one, or nothing but its name tells."""
    kind = content_kind(path)
    return kind == "project" or (kind == "other" and path.suffix.casefold() in PROJECT_SUFFIXES)


class Importing(QObject):
    """`open_project` opens a .kstudio file, `use_data` hands data files to the Data page, and
    `new_document(project, name)` shows a project that has no file yet. `upgraded(file name,
    UpgradeReport, Project)` before a model of Keras 1 or 2 is shown.

    Model files are read by a process of their own (`ModelReading`); `reading_changed` tells what
    it is doing, "" when nothing is read (any more)."""

    progressed = Signal(str)
    reading_changed = Signal(str)
    failed = Signal(object)
    noted = Signal(str, list)
    weights_taken = Signal(object)
    upgraded = Signal(str, object, object)

    def __init__(
        self,
        window: QWidget,
        store: DocumentStore,
        pool: WorkerPool,
        open_project: Callable[[Path], None],
        use_data: Callable[[list[str]], None],
        new_document: Callable[[Project, str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._store = window, store
        self._pool, self._worker = pool, pool.analysis
        self._open_project, self._use_data = open_project, use_data
        self._new_document = new_document
        self._tasks = Tasks(self)
        self._request = 0
        self._reading: ModelReading | None = None
        self.question: QMessageBox | None = None

    def open_paths(self, paths: Iterable[Path]) -> None:
        """Take files of any kind; the first decides what happens, by its content wherever that
        tells, whatever its name says."""
        files = list(paths)
        if not files:
            return
        suffix = files[0].suffix.casefold()
        if is_project(files[0]):
            self._open_project(files[0])
        elif suffix in DATA_SUFFIXES and content_kind(files[0]) == "other":
            self._take_data([path for path in files if path.suffix.casefold() in DATA_SUFFIXES])
        elif suffix in PICTURE_SUFFIXES:
            self._open_picture(files[0])
        else:
            self._import_model(files[0])

    def cancel(self) -> None:
        """Stop reading a model file; nothing is opened."""
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            self.reading_changed.emit("")

    # ------------------------------------------------------------------ data

    def _take_data(self, paths: list[Path]) -> None:
        texts = [str(path) for path in paths]
        if self._store.project.graph.nodes:
            self._use_data(texts)
            return
        box = QMessageBox(self._window)
        box.setObjectName("newModelQuestion")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("New model")
        box.setText(f"Draw a model for {paths[0].name}?")
        box.setInformativeText(
            "Its columns decide Inputs, Outputs and layers; change all you like."
        )
        roles = QMessageBox.ButtonRole
        draw = box.addButton("Draw a model", roles.AcceptRole)
        only = box.addButton("Only take the data", roles.ActionRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(draw)

        def finished(_result: int) -> None:
            clicked = box.clickedButton()
            self.question = None
            box.deleteLater()
            if clicked is draw:
                self._guess(texts)
            elif clicked is only:
                self._use_data(texts)

        box.finished.connect(finished)
        self.question = box
        box.open()

    def _guess(self, paths: list[str]) -> None:
        name = Path(paths[0]).stem
        self._ask(
            p.GuessData(self._worker.next_id(), tuple(paths), str(Path(paths[0]).parent)),
            f"reading {Path(paths[0]).name}",
            lambda report: self._guessed(report, name),
        )

    def _guessed(self, report: p.Report, name: str) -> None:
        if isinstance(report, p.DataGuessed):
            from kerasstudio.graph.templates import model_for_data

            try:
                project = model_for_data(report.data, report.summary)
            except StudioError as error:
                self.failed.emit(error.problem)
                return
            self._new_document(project, name)

    # ------------------------------------------------------------------ pictures

    def _open_picture(self, path: Path) -> None:
        """A picture of a drawing carries its project."""
        self._tasks.run(
            lambda: project_in_picture(path),
            lambda project: self._new_document(project, path.stem),
            self.failed.emit,
        )

    # ------------------------------------------------------------------ models

    def _import_model(self, path: Path) -> None:
        store = WeightStore(None)  # the new document has no file yet
        weights = store.new_path(path.name)
        self._read_model(
            path,
            lambda number, cell: p.ImportModel(
                number, str(path.absolute()), str(cell.out / weights.name)
            ),
            lambda report, cell: self._imported(report, path, store, cell.out / weights.name),
            weights.parent,
        )

    def _imported(self, report: p.Report, path: Path, store: WeightStore, weights: Path) -> None:
        if isinstance(report, p.ModelImported):
            if not report.project.training.start.is_fresh:
                store.take(weights)
            if report.upgrade is not None:
                self.upgraded.emit(path.name, report.upgrade, report.project)
            self._new_document(report.project, path.stem)
            if report.notes:
                self.noted.emit(path.name, list(report.notes))

    def take_weights(self, path: Path, store: WeightStore) -> None:
        """Take the weights of a file for layers of the open project; `weights_taken` tells."""
        weights = store.new_path(path.name)
        project = self._store.project

        def taken(report: p.Report, cell: Confined) -> None:
            if isinstance(report, p.WeightsTaken):
                store.take(cell.out / weights.name)
                self.weights_taken.emit(report)

        self._read_model(
            path,
            lambda number, cell: p.TakeWeights(
                number, str(path.absolute()), project, str(cell.out / weights.name)
            ),
            taken,
            weights.parent,
        )

    def _read_model(
        self,
        path: Path,
        make: MakeRequest,
        done: Callable[[p.Report, Confined], None],
        base: Path,
    ) -> None:
        """Have a file read in a cell below the folder `base`; only the newest counts."""
        self.cancel()
        reading = ModelReading(self._pool, path, make, base, self)

        def ended() -> bool:
            if reading is not self._reading:
                return False
            self._reading = None
            self.reading_changed.emit("")
            return True

        def answered(report: p.Report, confined: Confined) -> None:
            if ended():
                done(report, confined)

        def failed(problem: Problem) -> None:
            if ended():
                self.failed.emit(problem)

        reading.progressed.connect(self.reading_changed)
        reading.answered.connect(answered)
        reading.failed.connect(failed)
        self._reading = reading
        self.reading_changed.emit(f"Opening {path.name}")

    # ------------------------------------------------------------------ asking

    def _ask(self, request: p.Request, text: str, done: Callable[[p.Report], None]) -> None:
        """Only the newest request counts."""
        number = self._request = request.id  # type: ignore[union-attr]
        waiting = " (waiting for TensorFlow)" if self._worker.ready is None else ""
        self.progressed.emit(text + waiting)

        def answered(report: p.Report) -> None:
            if number != self._request:
                return
            if isinstance(report, p.Progress):
                self.progressed.emit(report.text)
            elif isinstance(report, p.Failed):
                self.progressed.emit("")
                self.failed.emit(report.problem)
            else:
                self.progressed.emit("")
                done(report)

        self._worker.ask(request, answered)
