"""The card that writes the model of a run to a file, and says whether the file was checked."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from kerasstudio.runtime.protocol import Exported, Format
from kerasstudio.runtime.runs import RunRecord
from kerasstudio.ui.theme import px
from kerasstudio.ui.widgets.card import Card
from kerasstudio.ui.widgets.labels import Label, TextBlock


class ExportCard(Card):
    """One row a format. `export_chosen(Format)` asks for a file name and starts the export."""

    export_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__("Export")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self.body.addLayout(self._grid)
        self._state = TextBlock("", "muted")
        self._state.setAccessibleName("Export state")
        self.body.addWidget(self._state)
        self.body.addStretch(1)
        self._buttons: dict[str, QPushButton] = {}
        self._has_run = False
        self._busy = False

    def set_formats(self, formats: tuple[Format, ...]) -> None:
        """The formats the worker offers; empty while it is not ready."""
        while self._grid.count():
            item = self._grid.takeAt(0)
            if isinstance(widget := item.widget() if item else None, QWidget):
                widget.deleteLater()
        self._buttons.clear()
        for row, each in enumerate(formats):
            button = QPushButton(each.suffix)
            button.setToolTip(each.holds)
            button.setAccessibleName(f"Export {each.label} ({each.suffix})")
            button.setObjectName(f"export_{each.id}")
            button.clicked.connect(lambda _=False, chosen=each: self.export_chosen.emit(chosen))
            self._buttons[each.id] = button
            button.setMinimumWidth(px(110))
            words = QVBoxLayout()
            words.setSpacing(0)
            words.addWidget(Label(each.label))
            words.addWidget(TextBlock(each.holds, "muted"))
            texts = QWidget()
            texts.setLayout(words)
            words.setContentsMargins(0, 4, 0, 4)
            self._grid.addWidget(texts, row, 0)
            self._grid.addWidget(button, row, 1, Qt.AlignmentFlag.AlignRight)
        self._enable()
        self._state.setText("" if formats else "Export is ready as soon as TensorFlow has started.")

    def set_run(self, label: str | None) -> None:
        """The run whose weights are written; None when there is none to choose."""
        self._has_run = label is not None
        self.set_note(label or "with new, untrained weights")
        self._enable()

    def show_progress(self, text: str) -> None:
        self._busy = True
        self._say(text, "muted")
        self._enable()

    def show_exported(self, report: Exported) -> None:
        """The verdict of the fresh process that loaded the file."""
        self._busy = False
        lines = [f"{report.path}", report.checked, *report.notes]
        self._say("\n".join(lines), "ok" if report.agrees else "warning")
        self._enable()

    def show_failed(self, text: str) -> None:
        self._busy = False
        self._say(text, "error")
        self._enable()

    @property
    def state_text(self) -> str:
        """What the card says about the last export."""
        return self._state.text()

    def _say(self, text: str, tone: str) -> None:
        self._state.set_tone(tone)  # type: ignore[arg-type]
        self._state.setText(text)

    def _enable(self) -> None:
        for button in self._buttons.values():
            button.setEnabled(not self._busy)


def run_words(record: RunRecord) -> str:
    """Which weights of a run an export writes."""
    which = "last" if record.evaluated == "last" else "best"
    return f"run {record.number}, weights of the {which} epoch"
