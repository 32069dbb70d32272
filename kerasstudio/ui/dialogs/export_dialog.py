"""The export card as a dialog."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from kerasstudio.runtime.runs import RunRecord
from kerasstudio.ui.exporting import ExportFlow
from kerasstudio.ui.results.export_card import ExportCard, run_words
from kerasstudio.ui.theme import px


class ExportDialog(QDialog):
    """The export card as a dialog, for a model that was not trained or from any page."""

    def __init__(self, flow: ExportFlow, run: RunRecord | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("exportDialog")
        self.setWindowTitle("Export")
        self.card = ExportCard()
        self.card.set_formats(flow.formats)
        self._run = run
        self._trained = QCheckBox()
        self._trained.setVisible(run is not None)
        if run is not None:
            self._trained.setText(f"with the trained weights of run {run.number}")
            self._trained.setChecked(True)
        self._trained.toggled.connect(self._show_run)
        self.card.export_chosen.connect(
            lambda chosen: flow.start(chosen, self.card, self._chosen())
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self._trained)
        column.addWidget(self.card)
        column.addWidget(buttons)
        self.resize(px(620), px(380))
        self._show_run()

    def _chosen(self) -> str | None:
        return self._run.folder if self._run is not None and self._trained.isChecked() else None

    def _show_run(self) -> None:
        run = self._run if self._trained.isChecked() else None
        self.card.set_run(run_words(run) if run is not None else None)
