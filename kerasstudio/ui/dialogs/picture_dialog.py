"""The drawing as a picture file: what it shows, on what ground, in which format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.graph.problems import Problem
from kerasstudio.graph.project import Project
from kerasstudio.ui.canvas.picture import Picture, PictureSpec
from kerasstudio.ui.canvas.picture_job import PictureJob
from kerasstudio.ui.canvas.scene_model import SceneModel
from kerasstudio.ui.theme import tokens
from kerasstudio.ui.widgets.labels import Label
from kerasstudio.ui.widgets.segmented import SegmentedControl

FORMATS = (("png", "PNG"), ("svg", "SVG"), ("pdf", "PDF"))
GROUNDS = (("screen", "As on screen"), ("light", "Light"), ("none", "Transparent"))
SCALES = (("1", "1 ×"), ("2", "2 ×"), ("3", "3 ×"), ("4", "4 ×"))
PREVIEW = QSize(440, 210)
PREVIEWED_CARDS = 400
_WORDS = {
    "png": "Pixels, for slides and web pages.",
    "svg": "Shapes, for drawing programs and web pages; letters are outlines.",
    "pdf": "Shapes and text, for papers.",
}


class PictureDialog(QDialog):
    """`written(path)` and `failed(problem)`. `name` is what a new file is called."""

    written = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        model: SceneModel,
        project: Project,
        selected: frozenset[str],
        name: str,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("pictureDialog")
        self.setWindowTitle("Export picture")
        self._model, self._project, self._name = model, project, name
        self._selected = selected
        self._job: PictureJob | None = None
        self.preview = _Preview()
        self.format = SegmentedControl(FORMATS)
        self.shown = SegmentedControl((("all", "Whole drawing"), ("selected", "Selected layers")))
        self.ground = SegmentedControl(GROUNDS)
        self.scale = SegmentedControl(SCALES)
        self.carries = QCheckBox("Carry the project: dropped on the window, the picture opens")
        self.facts = Label("", "muted")
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the picture")
        self.progress.hide()
        self._lay_out()
        self.scale.set_value("2")
        self.shown.set_value("selected" if len(selected) > 1 else "all")
        self.shown.setEnabled(bool(selected))
        self.format.set_value("png")
        self.ground.set_value("screen")
        self.carries.setChecked(True)
        for control in (self.format, self.shown, self.ground, self.scale):
            control.chosen.connect(lambda _value: self._changed())
        self._changed()

    @property
    def spec(self) -> PictureSpec:
        """What is chosen."""
        nodes = self._selected if self.shown.value == "selected" and self._selected else None
        return PictureSpec(
            self.format.value,  # type: ignore[arg-type]
            nodes,
            self.ground.value,  # type: ignore[arg-type]
            float(self.scale.value),
        )

    def save(self, path: Path) -> None:
        """Write the picture; the dialog stays until it is there."""
        carried = self._project if self.carries.isChecked() else None
        self._begin(PictureJob(Picture(self._model, self.spec), path, carried, self))

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(10)
        for text, control in (
            ("Format", self.format),
            ("Shows", self.shown),
            ("Ground", self.ground),
            ("Size", self.scale),
        ):
            control.setAccessibleName(text)
            form.addRow(text, control)
        form.addRow("", self.carries)
        self.buttons = QDialogButtonBox()
        roles = QDialogButtonBox.ButtonRole
        self._save = self.buttons.addButton("Save…", roles.AcceptRole)
        self._copy = self.buttons.addButton("Copy", roles.ActionRole)
        self._close = self.buttons.addButton("Close", roles.RejectRole)
        self._save.setDefault(True)
        self._save.clicked.connect(self._choose)
        self._copy.clicked.connect(self._copy_image)
        self._close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(self.facts, 1)
        foot.addWidget(self.progress, 1)
        foot.addWidget(self.buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(14)
        column.addWidget(self.preview, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(form)
        column.addLayout(foot)

    def _changed(self) -> None:
        is_png = self.format.value == "png"
        self.scale.setEnabled(is_png)
        self.carries.setEnabled(is_png)
        picture = Picture(self._model, self.spec)
        if is_png:
            size = picture.pixels
            self.facts.setText(f"{size.width():,} × {size.height():,} pixels")
        else:
            self.facts.setText(_WORDS[self.format.value])
        self.preview.show_picture(self._model, self.spec)

    def _choose(self) -> None:
        suffix = self.format.value
        dialog = QFileDialog(self, "Export picture", f"{self._name}.{suffix}")
        dialog.setObjectName("fileDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"{suffix.upper()} picture (*.{suffix})")
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(f"{self._name}.{suffix}")
        dialog.fileSelected.connect(lambda path: self.save(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _begin(self, job: PictureJob) -> None:
        self._job = job
        job.progressed.connect(lambda part: self.progress.setValue(round(part * 100)))
        job.written.connect(self._written)
        job.failed.connect(self._failed)
        self._show_working(True)
        job.begin()

    def _show_working(self, working: bool) -> None:
        self.progress.setValue(0)
        self.progress.setVisible(working)
        self.facts.setVisible(not working)
        for widget in (self._save, self._copy, self.format, self.ground):
            widget.setEnabled(not working)
        self.scale.setEnabled(not working and self.format.value == "png")
        self._close.setText("Cancel" if working else "Close")

    def _written(self, path: Path) -> None:
        self._forget_job()
        self.accept()
        self.written.emit(path)

    def _failed(self, problem: Problem) -> None:
        self._forget_job()
        self._show_working(False)
        self.failed.emit(problem)

    def _forget_job(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None

    def _copy_image(self) -> None:
        """Put the picture on the clipboard, as pixels."""
        spec = PictureSpec("png", self.spec.nodes, self.spec.ground, self.spec.scale)
        self._show_working(True)

        def done(image: QImage) -> None:
            QGuiApplication.clipboard().setImage(image)
            self._show_working(False)
            self.facts.setText("copied")

        self.preview.paint_soon(Picture(self._model, spec), done)

    def reject(self) -> None:
        if self._job is not None:
            self._job.close()
            self._forget_job()
            self._show_working(False)
            return
        self.preview.stop()
        super().reject()


class _Preview(QWidget):
    """The picture in small, painted in turns; a checkered ground where it is transparent."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(PREVIEW)
        self.setAccessibleName("Preview of the picture")
        self._image: QImage | None = None
        self._words = ""
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._turn)
        self._painter: QPainter | None = None
        self._steps: Iterator[float] = iter(())
        self._done: Callable[[QImage], None] = self._show
        self._painted: Picture | None = None

    def show_picture(self, model: SceneModel, spec: PictureSpec) -> None:
        count = len(model.nodes) if spec.nodes is None else len(spec.nodes)
        if count > PREVIEWED_CARDS:
            self.stop()
            self._image, self._words = None, f"{count:,} layers: too many for a preview"
            self.update()
            return
        box = Picture(model, spec).box
        ratio = self.devicePixelRatioF()
        room = QSize(PREVIEW.width() - 16, PREVIEW.height() - 16)
        scale = min(room.width() / box.width(), room.height() / box.height(), 1.5) * ratio
        self.paint_soon(
            Picture(model, PictureSpec("png", spec.nodes, spec.ground, scale)), self._show
        )

    def paint_soon(self, picture: Picture, done: Callable[[QImage], None]) -> None:
        """Paint a picture in memory; `done(image)` follows."""
        self.stop()
        self._painted, self._done = picture, done
        self._painter = QPainter(picture.device(""))
        self._steps = picture.steps(self._painter)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        if self._painter is not None:
            self._painter.end()
            self._painter = None

    def _turn(self) -> None:
        for _count, _part in zip(range(8), self._steps, strict=False):
            pass
        if next(self._steps, None) is not None:
            return
        self.stop()
        if self._painted is not None and self._painted.image is not None:
            self._done(self._painted.image)

    def _show(self, image: QImage) -> None:
        self._image, self._words = image, ""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.setBrush(QColor(theme.field))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        if self._image is None:
            painter.setPen(QColor(theme.text_muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
            return
        ratio = self.devicePixelRatioF()
        width, height = self._image.width() / ratio, self._image.height() / ratio
        box = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
        _paint_checkers(painter, box)
        painter.drawImage(box, self._image)


def _paint_checkers(painter: QPainter, box: QRectF) -> None:
    """What says "nothing" in every picture program."""
    painter.save()
    painter.setClipRect(box)
    painter.fillRect(box, QColor("#ffffff"))
    side, row = 8.0, 0
    top = box.top()
    while top < box.bottom():
        left = box.left() + side * (row % 2)
        while left < box.right():
            painter.fillRect(QRectF(left, top, side, side), QColor("#d9dce3"))
            left += 2 * side
        top, row = top + side, row + 1
    painter.restore()
