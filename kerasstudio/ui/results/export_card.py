"""The card that writes a model to a file, and says whether the file was checked."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from kerasstudio.runtime.protocol import Exported, Format
from kerasstudio.runtime.runs import RunRecord
from kerasstudio.ui.theme import px
from kerasstudio.ui.widgets.card import Card
from kerasstudio.ui.widgets.labels import Label, TextBlock
from kerasstudio.ui.widgets.layout_items import take_widgets


class ExportCard(Card):
    """One row a format: what it is for, and what it cannot hold of this model.
    `export_chosen(Format, variant)` asks for a file name and starts the export."""

    export_chosen = Signal(object, str)

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
        self._limits: dict[str, TextBlock] = {}
        self._missing: set[str] = set()
        self._told: Mapping[str, str] = {}
        self._busy = False

    def set_formats(self, formats: tuple[Format, ...]) -> None:
        """The formats the worker offers; empty while it is not ready."""
        for widget in take_widgets(self._grid):
            widget.deleteLater()
        self._buttons.clear()
        self._limits.clear()
        self._missing = {each.id for each in formats if each.missing}
        for row, each in enumerate(formats):
            self._grid.addWidget(self._words(each), row, 0)
            button = self._button(each)
            self._buttons[each.id] = button
            top = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            self._grid.addWidget(button, row, 1, top)
        self._enable()
        self.set_limits(self._told)
        self._state.setText("" if formats else "Export is ready as soon as TensorFlow has started.")

    def set_source(self, words: str) -> None:
        """Which weights are written, in words."""
        self.set_note(words)

    def set_limits(self, limits: Mapping[str, str]) -> None:
        """What formats cannot hold of the model, by their ids, one line each."""
        self._told = limits
        for key, line in self._limits.items():
            text = limits.get(key, "")
            line.setText(text)
            line.setVisible(bool(text))

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

    def limit_text(self, format_id: str) -> str:
        """What the card says that a format cannot hold."""
        return self._limits[format_id].text()

    def _words(self, chosen: Format) -> QWidget:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.setContentsMargins(0, 4, 0, 4)
        words.addWidget(Label(chosen.label))
        words.addWidget(TextBlock(chosen.holds, "muted"))
        if chosen.missing:
            line = TextBlock(f"Not installed yet: {chosen.missing}", "warning")
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.addWidget(line)
        limit = self._limits[chosen.id] = TextBlock("", "warning")
        limit.hide()
        words.addWidget(limit)
        texts = QWidget()
        texts.setLayout(words)
        return texts

    def _button(self, chosen: Format) -> QPushButton:
        button = QPushButton(chosen.suffix)
        button.setToolTip(chosen.holds if not chosen.missing else chosen.missing)
        button.setAccessibleName(f"Export {chosen.label} ({chosen.suffix})")
        button.setObjectName(f"export_{chosen.id}")
        button.setMinimumWidth(px(118))
        if not chosen.variants:
            button.clicked.connect(lambda: self.export_chosen.emit(chosen, ""))
            return button
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        for variant in chosen.variants:
            action = menu.addAction(f"{variant.label}: {variant.holds}")
            action.setObjectName(f"export_{chosen.id}_{variant.id}")
            action.triggered.connect(
                lambda _=False, key=variant.id: self.export_chosen.emit(chosen, key)
            )
        button.setMenu(menu)
        return button

    def _say(self, text: str, tone: str) -> None:
        self._state.set_tone(tone)  # type: ignore[arg-type]
        self._state.setText(text)

    def _enable(self) -> None:
        for key, button in self._buttons.items():
            button.setEnabled(not self._busy and key not in self._missing)


def run_words(record: RunRecord) -> str:
    """Which weights of a run an export writes."""
    which = "last" if record.evaluated == "last" else "best"
    return f"run {record.number}, weights of the {which} epoch"
