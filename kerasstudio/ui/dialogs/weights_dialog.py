"""Which file weights are taken from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

FILTER = "Models with weights (*.keras *.h5 *.hdf5);;All files (*)"


def choose_weights(window: QWidget, chosen: Callable[[Path], object]) -> None:
    """Ask for a model file, or one with weights alone; `chosen` is told which."""
    dialog = QFileDialog(window, "Start from the weights of", "", FILTER)
    dialog.setObjectName("fileDialog")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
