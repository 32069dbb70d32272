"""The export card as a dialog."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.runtime.runs import RunRecord
from kerasstudio.ui.exporting import ExportFlow, Source
from kerasstudio.ui.results.export_card import ExportCard, run_words
from kerasstudio.ui.theme import px, ui_font
from kerasstudio.ui.widgets.fields import FieldCombo
from kerasstudio.ui.widgets.labels import Label


class ExportDialog(QDialog):
    """The export card as a dialog, for a model that was not trained or from any page. `run` is
    the newest run with results."""

    def __init__(self, flow: ExportFlow, run: RunRecord | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("exportDialog")
        self.setWindowTitle("Export")
        self._flow = flow
        self.card = ExportCard()
        self.card.set_formats(flow.formats)
        flow.formats_changed.connect(self.card.set_formats)
        self._sources = _sources(flow, run)
        self.weights = FieldCombo()
        self.weights.setFont(ui_font())
        self.weights.setAccessibleName("Weights")
        self.weights.addItems([text for text, _source in self._sources])
        self.weights.currentIndexChanged.connect(self._show_source)
        self.card.export_chosen.connect(
            lambda chosen, variant: flow.start(chosen, variant, self.card, self.source)
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Label("Weights"))
        row.addWidget(self.weights, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self.card)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addLayout(row)
        column.addWidget(scroll, 1)
        column.addWidget(buttons)
        self.resize(px(660), px(660))
        self._show_source()

    @property
    def source(self) -> Source:
        """Whose weights are written."""
        return self._sources[max(0, self.weights.currentIndex())][1]

    def _show_source(self) -> None:
        self.card.set_source("")
        self._flow.tell_limits(self.card, self.source)


def _sources(flow: ExportFlow, run: RunRecord | None) -> list[tuple[str, Source]]:
    """What can be written, the most likely first."""
    found: list[tuple[str, Source]] = []
    if run is not None:
        found.append((run_words(run), Source(run.folder)))
        if run.evaluated == "best":
            words = f"run {run.number}, weights of the last epoch"
            found.append((words, Source(run.folder, "last")))
    start = flow.project.training.start
    if not start.is_fresh:
        found.append((f"weights of {start.words}, in the graph as it is", Source(start=True)))
    return [*found, ("new, untrained weights", Source())]
