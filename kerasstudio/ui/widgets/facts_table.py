"""Label and value, one pair a line."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from kerasstudio.ui.theme import mono_font, px
from kerasstudio.ui.widgets.labels import Label, TextBlock


class FactsTable(QWidget):
    """Lines are kept and only their texts change, as facts come often."""

    def __init__(self, label_width: int = 112, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label_width = label_width
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)
        self._lines: list[tuple[Label, TextBlock]] = []

    def show_facts(self, facts: list[tuple[str, str, str]]) -> None:
        """Lines of name, text and tool tip."""
        for index, (name, text, tip) in enumerate(facts):
            if index == len(self._lines):
                self._add_line()
            label, value = self._lines[index]
            label.setText(name)
            value.setText(text)
            value.setToolTip(tip)
            label.setToolTip(tip)
            value.setAccessibleName(name)
            label.show()
            value.show()
        for label, value in self._lines[len(facts) :]:
            label.hide()
            value.hide()

    @property
    def facts(self) -> dict[str, str]:
        """What is shown."""
        return {label.text(): value.text() for label, value in self._lines if not label.isHidden()}

    def _add_line(self) -> None:
        label, value = Label("", "muted"), TextBlock("")
        label.setFixedWidth(px(self._label_width))
        value.setFont(mono_font())
        row = len(self._lines)
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, row, 1)
        self._lines.append((label, value))
