"""An old model was opened: a notice, a list of changes, lines in the log."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from kerasstudio.graph.templates import project_from
from kerasstudio.graph.upgrade_report import Change, UpgradeReport
from kerasstudio.ui.app import Studio
from kerasstudio.ui.widgets.labels import Label

RENAMED = Change("renamed", ("a",), "Dense", "output_dim", "", "units", "the name in Keras 3")
REPLACED = Change("replaced", ("l",), "TFOpLambda", "", "tf.abs", "Absolute", "an operation")
LOST = Change("lost", ("n",), "Dense", "spin", "left", "", "Keras 3 has no such argument")


def words(widget: object) -> str:
    return " ".join(label.text() for label in widget.findChildren(Label))  # type: ignore[attr-defined]


def test_the_notice_leads_to_the_list(studio: Studio, qtbot: QtBot) -> None:
    project, report = project_from("digits_mlp"), UpgradeReport("Keras 2.3.1", (REPLACED, RENAMED))
    studio.importing.upgraded.emit("old.h5", report, project)
    assert not studio.window.notice.isVisible()
    studio.documents.new(project, "old")
    qtbot.waitUntil(studio.window.notice.isVisible)
    notice = studio.window.notice
    assert notice.words.text().startswith("old.h5: Written by Keras 2.3.1")
    qtbot.mouseClick(notice.more, Qt.MouseButton.LeftButton)
    dialog = studio.upgrades.dialog
    assert dialog is not None
    assert "tf.\u200babs" in words(dialog)
    assert dialog.quiet is not None
    assert not dialog.quiet.is_open
    qtbot.mouseClick(dialog.quiet.header, Qt.MouseButton.LeftButton)
    assert dialog.quiet.is_open
    dialog.close()
    qtbot.waitUntil(lambda: studio.upgrades.dialog is None)


def test_what_is_lost_comes_first_and_warns(studio: Studio, qtbot: QtBot) -> None:
    studio.upgrades.show("old.h5", UpgradeReport("Keras 1.2.2", (RENAMED, LOST)))
    assert "may differ" in studio.window.notice.words.text()
    studio.upgrades.show_changes()
    assert studio.upgrades.dialog is not None
    assert "What Keras 3 cannot do" in words(studio.upgrades.dialog)
    studio.upgrades.dialog._copy()
    text = QGuiApplication.clipboard().text()
    assert text.splitlines()[1] == "n (Dense): spin=left → –; Keras 3 has no such argument"
    lines = [text for text, _level in studio.commands.log_panel._lines]
    assert any("spin=left" in line for line in lines)
    studio.upgrades.dialog.close()


def test_the_notice_can_be_dismissed_and_goes_with_the_document(
    studio: Studio, qtbot: QtBot
) -> None:
    notice = studio.window.notice
    studio.upgrades.show("old.h5", UpgradeReport("Keras 2", (RENAMED,)))
    qtbot.mouseClick(notice.cross, Qt.MouseButton.LeftButton)
    assert not notice.isVisible()
    studio.upgrades.show("old.h5", UpgradeReport("Keras 2", (RENAMED,)))
    studio.upgrades.show_changes()
    dialog = studio.upgrades.dialog
    assert dialog is not None
    studio.documents.new(project_from("blank"), "other")
    qtbot.waitUntil(lambda: not notice.isVisible())
    qtbot.waitUntil(lambda: studio.upgrades.dialog is None)


def test_a_document_that_was_not_expected_says_nothing(studio: Studio, qtbot: QtBot) -> None:
    """The person kept what was open, and opened something else later."""
    report = UpgradeReport("Keras 2", (RENAMED,))
    studio.importing.upgraded.emit("old.h5", report, project_from("digits_mlp"))
    with qtbot.waitSignal(studio.documents.opened):
        studio.documents.new(project_from("iris_mlp"), "other")
    assert not studio.window.notice.isVisible()


def test_nothing_is_shown_where_nothing_changed(studio: Studio) -> None:
    studio.upgrades.show("fine.h5", UpgradeReport("Keras 2.15.0"))
    assert not studio.window.notice.isVisible()
