"""Pictures of the drawing: what is on them, and that they open again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QGuiApplication, QImage
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from kerasstudio.graph.templates import project_from
from kerasstudio.ui.app import Studio
from kerasstudio.ui.canvas.picture import Picture, PictureSpec
from kerasstudio.ui.canvas.picture_job import PictureJob
from kerasstudio.ui.dialogs.picture_dialog import PictureDialog
from kerasstudio.ui.theme import tokens
from kerasstudio.ui.tokens import LIGHT

Write = Callable[..., Path]


@pytest.fixture
def drawn(qtbot: QtBot, studio: Studio) -> Studio:
    studio.store.replace_document(project_from("residual_cnn"))
    return studio


@pytest.fixture
def write(qtbot: QtBot, drawn: Studio, tmp_path: Path) -> Write:
    def run(spec: PictureSpec, name: str, carry: bool = False) -> Path:
        path = tmp_path / name
        picture = Picture(drawn.canvas.model, spec)
        job = PictureJob(picture, path, drawn.store.project if carry else None, drawn)
        with qtbot.waitSignal(job.written, timeout=20_000):
            job.begin()
        job.deleteLater()
        return path

    return run


def corner(image: QImage) -> QColor:
    return image.pixelColor(QPoint(3, 3))


def test_a_png_shows_everything_and_opens_again(qtbot: QtBot, drawn: Studio, write: Write) -> None:
    path = write(PictureSpec(scale=2.0), "model.png", carry=True)
    image = QImage(str(path))
    assert image.size() == Picture(drawn.canvas.model, PictureSpec(scale=2.0)).pixels
    assert corner(image) == QColor(tokens().canvas)
    project = drawn.store.project
    drawn.store.replace_document(project_from("blank"))
    drawn.importing.open_paths([path])
    qtbot.waitUntil(lambda: drawn.store.project == project, timeout=5000)
    assert not drawn.store.is_clean, "it has no project file yet"
    drawn.store.mark_saved(project, path)


def test_paper_is_light_or_transparent_whatever_the_screen(write: Write) -> None:
    assert tokens().dark
    assert corner(QImage(str(write(PictureSpec(ground="light"), "a.png")))) == QColor(LIGHT.canvas)
    assert corner(QImage(str(write(PictureSpec(ground="none"), "b.png")))).alpha() == 0
    assert tokens().dark, "the screen keeps its theme"


def test_a_selection_is_drawn_alone(drawn: Studio, write: Write) -> None:
    nodes = frozenset(list(drawn.store.project.graph.nodes)[:2])
    one = QImage(str(write(PictureSpec(nodes=nodes, scale=1.0), "two.png")))
    both = QImage(str(write(PictureSpec(scale=1.0), "all.png")))
    assert one.width() < both.width() / 3


def test_an_svg_is_shapes_only(write: Write) -> None:
    text = write(PictureSpec("svg", ground="light"), "model.svg").read_text()
    root = ElementTree.fromstring(text)
    kinds = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert "path" in kinds
    assert "text" not in kinds, "letters are outlines: nobody needs the fonts"
    assert len(text) > 20_000


def test_a_pdf_holds_its_fonts(write: Write) -> None:
    data = write(PictureSpec("pdf", ground="light"), "model.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert b"/FontFile2" in data


def test_a_place_that_cannot_be_written_is_told(
    qtbot: QtBot, drawn: Studio, tmp_path: Path
) -> None:
    for name in ("none/model.png", "none/model.svg", "none/model.pdf"):
        spec = PictureSpec(name.rpartition(".")[2])  # type: ignore[arg-type]
        job = PictureJob(Picture(drawn.canvas.model, spec), tmp_path / name, None, drawn)
        with qtbot.waitSignal(job.failed, timeout=20_000) as told:
            job.begin()
        assert told.args is not None
        assert name.rpartition("/")[2] in told.args[0].message
        job.deleteLater()
    assert not (tmp_path / "none").exists()


def test_cancelled_pictures_leave_what_was_there(
    qtbot: QtBot, drawn: Studio, tmp_path: Path
) -> None:
    path = tmp_path / "model.svg"
    path.write_text("before")
    job = PictureJob(Picture(drawn.canvas.model, PictureSpec("svg")), path, None, drawn)
    job.begin()
    job.close()
    job.deleteLater()
    assert [file.name for file in tmp_path.iterdir() if "model" in file.name] == ["model.svg"]
    assert path.read_text() == "before"


def test_the_dialog_says_what_comes_out(qtbot: QtBot, drawn: Studio, tmp_path: Path) -> None:
    drawn.window.actions_set.action("file.picture").trigger()
    dialog = drawn.window.findChild(PictureDialog)
    assert dialog is not None
    size = Picture(drawn.canvas.model, PictureSpec(scale=2.0)).pixels
    assert dialog.facts.text() == f"{size.width():,} × {size.height():,} pixels"
    dialog.format.set_value("pdf")
    dialog.format.chosen.emit("pdf")
    assert not dialog.scale.isEnabled()
    assert not dialog.carries.isEnabled()
    with qtbot.waitSignal(dialog.written, timeout=20_000):
        dialog.save(tmp_path / "paper.pdf")
    assert (tmp_path / "paper.pdf").stat().st_size > 5000
    assert not (isValid(dialog) and dialog.isVisible())  # it may be gone altogether


def test_a_picture_is_copied(qtbot: QtBot, drawn: Studio) -> None:
    drawn.window.actions_set.action("file.picture").trigger()
    dialog = drawn.window.findChild(PictureDialog)
    assert dialog is not None
    dialog._copy.click()
    qtbot.waitUntil(lambda: dialog.facts.text() == "copied", timeout=20_000)
    size = Picture(drawn.canvas.model, PictureSpec(scale=2.0)).pixels
    assert QGuiApplication.clipboard().image().size() == size
    dialog.reject()
