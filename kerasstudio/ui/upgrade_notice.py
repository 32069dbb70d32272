"""Tells that an old model was brought up to Keras 3: a notice with a list, and lines in the log."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from kerasstudio.graph.project import Project
from kerasstudio.graph.upgrade_report import UpgradeReport, change_text, heading
from kerasstudio.ui.dialogs.upgrade_dialog import UpgradeDialog
from kerasstudio.ui.main_window import MainWindow
from kerasstudio.ui.widgets.labels import Tone


class UpgradeNotice(QObject):
    """`log(text, level)` takes every change. The notice goes with the document."""

    def __init__(
        self,
        window: MainWindow,
        log: Callable[[str, str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._log = window, log
        self._shown: tuple[str, UpgradeReport] | None = None
        self._expected: tuple[str, UpgradeReport, Project] | None = None
        self.dialog: UpgradeDialog | None = None
        window.notice.more_wanted.connect(self.show_changes)

    def expect(self, name: str, report: UpgradeReport, project: Project) -> None:
        """The project of the file `name` will be shown, unless the person thinks better of it."""
        self._expected = (name, report, project)

    def document_shown(self, project: Project) -> None:
        """A document is shown: the one that was expected, or another."""
        self.forget()
        expected, self._expected = self._expected, None
        if expected is not None and expected[2] is project:
            self.show(*expected[:2])

    def show(self, name: str, report: UpgradeReport) -> None:
        """Show what was done to the file `name`."""
        self._log(f"{name}: {heading(report)}", "warning" if report.lost else "info")
        for change in report.lost + report.done + report.quiet:
            level = "warning" if change.kind == "lost" else "info"
            self._log(f"{name}: {change_text(change)}", level)
        if report.changes:
            self._shown = (name, report)
            tone: Tone = "warning" if report.lost else "accent"
            text = f"{name}: {heading(report)}"
            self._window.notice.show_notice(text, "What was changed", tone)

    def forget(self) -> None:
        """What was told is of another document."""
        self._shown = None
        self._window.notice.hide()
        if self.dialog is not None:
            self.dialog.close()

    def show_changes(self) -> None:
        """The list, or the one that is open to the front."""
        if self._shown is None:
            return
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        self.dialog = UpgradeDialog(*self._shown, self._window)
        self.dialog.destroyed.connect(self._dialog_gone)
        self.dialog.show()

    def _dialog_gone(self) -> None:
        self.dialog = None
