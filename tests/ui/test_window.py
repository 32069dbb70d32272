"""The whole window on a fake worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from test_accessible import PAGES, PANELS

from kerasstudio.graph.edits import disconnect
from kerasstudio.graph.files import write_project
from kerasstudio.graph.project import Project
from kerasstudio.graph.templates import project_from
from kerasstudio.ui import guards, icons
from kerasstudio.ui.action_table import ACTIONS
from kerasstudio.ui.app import Studio
from kerasstudio.ui.dialogs.settings_dialog import SettingsDialog
from kerasstudio.ui.key_map import KeyMap
from kerasstudio.ui.problems.problems_panel import ProblemRow, ProblemsPanel
from kerasstudio.ui.settings import SETTINGS, Settings
from kerasstudio.ui.start.start_page import StartPage
from kerasstudio.ui.status_bar import duration
from kerasstudio.ui.theme import tokens
from kerasstudio.ui.tokens import LOOKS
from kerasstudio.ui.widgets.labels import LinkButton

START = """
import sys
from PySide6.QtCore import QTimer
from kerasstudio.ui import program
begin = program.Studio.begin
def ended(studio):
    begin(studio)
    for page in ("model", "data", "train", "results", "start"):
        studio.window.show_page(page)
    QTimer.singleShot(400, lambda: (studio.window.close_now()))
program.Studio.begin = ended
code = program.main(None, "digits_cnn")
loaded = [name for name in ("tensorflow", "keras", "h5py", "jax", "torch") if name in sys.modules]
print("loaded", loaded)
raise SystemExit(code)
"""


def test_the_window_never_imports_tensorflow(private_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:kerasstudio", "-c", START],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "KERASSTUDIO_PLAIN_WORKERS": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert "loaded []" in done.stdout


def test_without_a_display_words_not_an_abort(private_home: Path) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    done = subprocess.run(
        [sys.executable, "-m", "kerasstudio.ui.program"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )
    assert done.returncode == 1
    assert "no display" in done.stderr


def test_the_pair_that_crashes_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert guards.versions_hindrance() == ""
    monkeypatch.setattr(sys, "version_info", (3, 11, 9, "final", 0))
    monkeypatch.setattr("importlib.metadata.version", lambda _name: "6.12.0")
    assert "6.12.0 crashes on Python 3.11" in guards.versions_hindrance()
    monkeypatch.setattr(sys, "version_info", (3, 12, 1, "final", 0))
    assert guards.versions_hindrance() == ""


def test_actions_are_wired(studio: Studio) -> None:
    studio.window.page_widget("model")
    offered = {record.id for record in studio.window.actions_set.offered()}
    missing = [
        record.id
        for record in ACTIONS
        if record.place == "window" and record.id not in offered and record.id != "file.recent"
    ]
    assert missing == []
    for record in ACTIONS:
        if record.icon:
            assert not icons.icon(record.icon).isNull()


class Appearances(QObject):
    """Notes each window that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.Show
            and isinstance(watched, QWidget)
            and watched.isWindow()
            and watched.windowType() == Qt.WindowType.Window
        ):
            self.seen.append(f"{type(watched).__name__} {watched.objectName()}")
        return False


def test_no_other_window_appears_while_parts_are_made(qtbot: QtBot, studio: Studio) -> None:
    """A widget shown before it lies in the window flashes as one of its own and takes the
    keyboard."""
    appearances = Appearances()
    QApplication.instance().installEventFilter(appearances)  # type: ignore[union-attr]
    try:
        studio.show_template("iris_mlp")
        qtbot.waitUntil(lambda: not studio.idle.waiting)
        for page in PAGES:
            studio.window.show_page(page)
            qtbot.wait(20)
        for panel in PANELS:
            studio.window.show_panel(panel)
            qtbot.wait(20)
    finally:
        QApplication.instance().removeEventFilter(appearances)  # type: ignore[union-attr]
    assert appearances.seen == []


def test_the_title_carries_the_star(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "mine.kstudio"
    write_project(path, project_from("iris_mlp"))
    studio.documents.open(path)
    qtbot.waitUntil(lambda: studio.store.path == path, timeout=5000)
    assert studio.window.windowTitle().startswith("mine")
    assert not studio.window.isWindowModified()
    wire = next(iter(studio.store.project.graph.wires))
    studio.store.apply(disconnect(studio.store.project, [wire]), "Disconnect")
    assert studio.window.isWindowModified()
    assert "edited" in studio.window.top_bar.document.text()
    studio.window.actions_set.trigger("edit.undo")
    assert not studio.window.isWindowModified()


def test_closing_asks_about_edits(qtbot: QtBot, studio: Studio) -> None:
    studio.documents.new(project_from("iris_mlp"))
    wire = next(iter(studio.store.project.graph.wires))
    studio.store.apply(disconnect(studio.store.project, [wire]), "Disconnect")
    studio.window.close()
    assert studio.window.isVisible()
    assert studio.documents.question is not None
    studio.documents.question.button(QMessageBox.StandardButton.Discard).click()
    assert not studio.window.isVisible()


def test_problems_are_listed_revealed_and_mended(qtbot: QtBot, studio: Studio) -> None:
    project = project_from("iris_mlp")
    studio.documents.new(project)
    last = list(project.graph.wires)[-1]
    studio.store.apply(disconnect(project, [last]), "Disconnect")
    panel = studio.window.show_panel("problems")
    assert isinstance(panel, ProblemsPanel)

    def mendable() -> ProblemRow | None:
        rows = (row for row in panel.rows if row.problem.fixes and row.problem.place.node)
        return next(rows, None)

    qtbot.waitUntil(lambda: mendable() is not None, timeout=10_000)
    row = mendable()
    assert row is not None
    problem = row.problem
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert studio.selection.nodes == {problem.place.node}
    steps = studio.store.undo_stack.count()
    button = next(each for each in row.findChildren(LinkButton) if each.text())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert studio.store.undo_stack.count() == steps + 1
    qtbot.waitUntil(lambda: all(each.problem != problem for each in panel.rows), timeout=5000)


def test_train_from_the_button_to_the_results(qtbot: QtBot, studio: Studio) -> None:
    studio.documents.new(project_from("digits_cnn"))
    qtbot.waitUntil(lambda: studio.feed.summary is not None, timeout=10_000)
    qtbot.waitUntil(lambda: studio.feed.errors == 0, timeout=5000)
    qtbot.mouseClick(studio.window.top_bar.train, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: studio.run_feed.is_running, timeout=5000)
    assert studio.window.panel.current == "charts"
    qtbot.waitUntil(lambda: studio.window.top_bar.stop.isVisible(), timeout=10_000)
    qtbot.waitUntil(lambda: studio.window.status.progress.isVisible(), timeout=10_000)
    view = studio.run_feed.current
    qtbot.waitUntil(lambda: studio.run_feed.current is not None, timeout=5000)
    view = studio.run_feed.current
    qtbot.waitUntil(lambda: view.ended, timeout=30_000)
    assert view.status == "finished"
    assert "finished" in studio.window.status.epoch.text()
    assert not studio.window.top_bar.stop.isVisible()
    studio.window.show_page("results")
    qtbot.waitUntil(lambda: bool(studio.run_feed.runs), timeout=5000)


def test_train_with_errors_shows_them_instead(qtbot: QtBot, studio: Studio) -> None:
    project = project_from("digits_cnn")
    broken = disconnect(project, [next(iter(project.graph.wires))])
    studio.documents.new(broken)
    studio.commands.train()
    assert not studio.run_feed.is_running
    assert studio.window.panel.current == "problems"
    assert "mend" in studio.window.status.message.text()


def test_a_worker_that_dies_is_replaced_and_said(qtbot: QtBot, studio: Studio) -> None:
    before = studio.store.project
    with qtbot.waitSignal(studio.pool.analysis.restarted, timeout=20_000):
        os.kill(studio.pool.analysis.pid, signal.SIGKILL)
        qtbot.waitUntil(lambda: "A new one starts" in studio.window.status.message.text())
    assert studio.store.project is before
    qtbot.waitUntil(
        lambda: studio.window.status.light.words.text().startswith("ready"), timeout=5000
    )


def drop(studio: Studio, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(400, 300),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    studio.window.dropEvent(event)


def test_dropped_files_of_every_kind(
    qtbot: QtBot, studio: Studio, tmp_path: Path, expected_logs: pytest.LogCaptureFixture
) -> None:
    project = tmp_path / "mine.kstudio"
    write_project(project, project_from("iris_mlp"))
    drop(studio, project)
    qtbot.waitUntil(lambda: studio.store.path == project, timeout=5000)
    studio.documents.new(Project())
    table = tmp_path / "table.csv"
    table.write_text("a,b\n1,2\n")
    drop(studio, table)
    question = studio.importing.question
    assert question is not None, "an empty project is offered a model for the data"
    next(each for each in question.buttons() if each.text() == "Draw a model").click()
    qtbot.waitUntil(lambda: bool(studio.store.project.graph.nodes), timeout=10_000)
    assert not studio.store.is_clean
    studio.store.mark_saved(studio.store.project, tmp_path / "table.kstudio")
    model = tmp_path / "net.keras"
    model.write_bytes(b"a model")
    drop(studio, model)
    qtbot.waitUntil(lambda: studio.documents.name == "net", timeout=10_000)
    strange = tmp_path / "strange.xyz"
    strange.write_text("?")
    studio.store.mark_saved(studio.store.project, tmp_path / "net.kstudio")
    drop(studio, strange)
    qtbot.waitUntil(
        lambda: studio.window.findChild(QMessageBox, "problemMessage") is not None, timeout=10_000
    )
    box = studio.window.findChild(QMessageBox, "problemMessage")
    assert box is not None
    assert "strange.xyz" in box.text()
    box.close()


def test_the_start_page_opens_templates(qtbot: QtBot, studio: Studio) -> None:
    page = studio.window.show_page("start")
    assert isinstance(page, StartPage)
    studio.settings.add_recent(Path("/tmp/some/where.kstudio"))
    qtbot.mouseClick(page.cards["digits_mlp"], Qt.MouseButton.LeftButton)
    assert studio.window.page == "model"
    assert studio.store.project == project_from("digits_mlp")
    assert studio.store.is_clean


def test_themes_change_while_running(qtbot: QtBot, studio: Studio) -> None:
    for name in LOOKS:
        studio.settings.set("theme", name)
        assert tokens().name == name
    studio.settings.set("theme", "light")
    for page in ("start", "model", "data", "train", "results"):
        studio.window.show_page(page)
    studio.settings.set("theme", "dark")
    assert tokens().dark


def test_settings_are_kept_and_mistakes_in_the_file_survived(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "settings.ini"
    settings = Settings(path)
    changed: list[str] = []
    settings.setting_changed.connect(changed.append)
    settings.set("theme", "light")
    settings.set("motion", False)
    settings.add_recent(tmp_path / "a.kstudio")
    settings.add_recent(tmp_path / "b.kstudio")
    settings.add_recent(tmp_path / "a.kstudio")
    assert changed[:2] == ["theme", "motion"]
    settings._store.sync()
    again = Settings(path)
    assert again.get("theme") == "light"
    assert again.get("motion") is False
    assert [each.name for each in again.recent()] == ["a.kstudio", "b.kstudio"]
    again._store.setValue("theme", "purple")
    assert again.get("theme") == "system"
    with pytest.raises(KeyError):
        again.get("nothing")
    dialog = SettingsDialog(again, KeyMap(again))
    qtbot.addWidget(dialog)
    assert sum(bool(setting.title) for setting in SETTINGS) >= 4


def test_durations_for_people() -> None:
    assert [duration(each) for each in (0, 26.4, 723, 3725)] == ["0:00", "0:26", "12:03", "1:02:05"]
