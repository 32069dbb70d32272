"""What Keras itself said, one click away."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kerasstudio.ui.theme import mono_font, ui_font
from kerasstudio.ui.widgets.labels import LinkButton, TextBlock

SHOW, HIDE = "Keras's own words ▸", "Keras's own words ▾"


class OriginalText(QWidget):
    """A button that shows and hides the text below it; `toggled` after each."""

    toggled = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = LinkButton(SHOW, "muted")
        self.button.setFont(ui_font(12))
        self.button.clicked.connect(self._toggle)
        self.text = TextBlock(text, "muted")
        self.text.setFont(mono_font(11))
        self.text.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.button)
        column.addWidget(self.text)

    def _toggle(self) -> None:
        self.text.setVisible(self.text.isHidden())
        self.button.setText(SHOW if self.text.isHidden() else HIDE)
        self.toggled.emit()
