"""Questions and messages: plain words first, details a click away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMessageBox, QWidget

from kerasstudio.graph.problems import Problem


def unsaved_question(
    parent: QWidget, name: str, answered: Callable[[str], None], running: bool = False
) -> QMessageBox:
    """Ask what to do with edits before they are lost; `answered("save" | "discard" | "cancel")`."""
    box = QMessageBox(parent)
    box.setObjectName("unsavedQuestion")
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Unsaved changes")
    box.setText(f"Save the changes of “{name}”?")
    more = "\nA run is going on; it is stopped, and its checkpoint kept." if running else ""
    box.setInformativeText(f"They are lost otherwise.{more}")
    buttons = QMessageBox.StandardButton
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    box.setEscapeButton(buttons.Cancel)
    names = {buttons.Save: "save", buttons.Discard: "discard"}

    def finished(result: int) -> None:
        answered(names.get(QMessageBox.StandardButton(result), "cancel"))
        box.deleteLater()

    box.finished.connect(finished)
    box.open()
    return box


def problem_message(parent: QWidget, problem: Problem, title: str = "KerasStudio") -> QMessageBox:
    """One clear message about something that did not work."""
    box = QMessageBox(parent)
    box.setObjectName("problemMessage")
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(title)
    box.setText(problem.message)
    lines = []
    if problem.expected:
        lines.append(f"Expected: {problem.expected}.")
    if problem.received:
        lines.append(f"Received: {problem.received}.")
    if problem.place.file and problem.place.file not in problem.message:
        lines.append(f"File: {problem.place.file}")
    if problem.advice:
        lines.append(f"\n{problem.advice}")
    box.setInformativeText("\n".join(lines))
    if problem.detail:
        box.setDetailedText(problem.detail)
    _open(box)
    return box


def error_message(parent: QWidget, summary: str, trace: str) -> QMessageBox:
    """An error of ours: the work goes on."""
    box = QMessageBox(parent)
    box.setObjectName("errorMessage")
    box.setIcon(QMessageBox.Icon.Critical)
    box.setWindowTitle("An unexpected error")
    box.setText("Something in KerasStudio went wrong. Your model is untouched and journaled.")
    box.setInformativeText(summary)
    box.setDetailedText(trace)
    _open(box)
    return box


def about_message(parent: QWidget, version: str, lines: list[str]) -> QMessageBox:
    box = QMessageBox(parent)
    box.setObjectName("aboutMessage")
    box.setWindowTitle("About KerasStudio")
    box.setText(f"KerasStudio {version}")
    box.setInformativeText("\n".join(lines))
    _open(box)
    return box


def _open(box: QMessageBox) -> None:
    box.finished.connect(box.deleteLater)
    box.open()
