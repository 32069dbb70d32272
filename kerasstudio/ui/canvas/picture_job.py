"""Writing a picture file: painted in turns of the event loop, packed in another thread."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPainter

from kerasstudio.graph.atomic import write_atomic
from kerasstudio.graph.files import encode_project
from kerasstudio.graph.png_text import with_text
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.graph.project import Project
from kerasstudio.ui.canvas.picture import Picture
from kerasstudio.ui.tasks import Tasks, os_problem

TURN_SECONDS = 0.012


class PictureJob(QObject):
    """`begin` once; then `progressed(part)` and at last `written(path)` or `failed(problem)`.
    `project` goes into a PNG, so that the picture can be opened again."""

    progressed = Signal(float)
    written = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        picture: Picture,
        path: Path,
        project: Project | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._picture, self._path, self._project = picture, path, project
        self._tasks = Tasks(self)
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._turn)
        self._steps: Iterator[float] = iter(())
        self._painter: QPainter | None = None
        # Qt writes SVG and PDF as it paints: into a file of another name until all is there.
        self._fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")

    def begin(self) -> None:
        try:
            self._fresh.touch()  # Qt does not say why it cannot write
        except OSError as error:
            self._failed(os_problem(error))
            return
        device = self._picture.device(str(self._fresh))
        self._device = device  # a painter does not own what it paints on
        painter = QPainter()
        if not painter.begin(device):
            self._fail("the file cannot be written")
            return
        self._painter = painter
        self._steps = self._picture.steps(painter)
        self._timer.start()

    def cancel(self) -> None:
        """Leave no file behind; what was there before stays."""
        self._stop()
        self._fresh.unlink(missing_ok=True)

    def close(self) -> None:
        self.cancel()
        self._tasks.wait()

    def _turn(self) -> None:
        end = time.perf_counter() + TURN_SECONDS
        part = 1.0
        for part in self._steps:
            if time.perf_counter() > end:
                self.progressed.emit(part * 0.9)
                return
        self._stop()
        self.progressed.emit(0.9)
        self._tasks.run(self._pack, lambda _done: self._done(), self._failed)

    def _stop(self) -> None:
        self._timer.stop()
        if self._painter is not None:
            self._painter.end()
            self._painter = None

    def _pack(self) -> None:
        """In another thread. Raises `OSError`, `StudioError`."""
        image = self._picture.image
        if image is None:
            self._fresh.replace(self._path)
            return
        self._fresh.unlink()
        data = png_bytes(image)
        if self._project is not None:
            data = with_text(data, encode_project(self._project).decode())
        write_atomic(self._path, data)

    def _done(self) -> None:
        self.progressed.emit(1.0)
        self.written.emit(self._path)

    def _failed(self, problem: Problem) -> None:
        with contextlib.suppress(OSError):
            self._fresh.unlink(missing_ok=True)
        self._fail(problem.message)

    def _fail(self, why: str) -> None:
        self.failed.emit(
            Problem(
                code="picture.unwritable",
                message=f"The picture “{self._path.name}” was not written: {why}",
                expected="a folder to write to, and room on the disk",
                place=Place(file=str(self._path)),
            )
        )


def png_bytes(image: QImage) -> bytes:
    """The image as a PNG file. Raises `StudioError` when Qt cannot pack it."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise StudioError(Problem("picture.unwritable", "The picture is too large to be packed."))
    return bytes(buffer.data().data())
