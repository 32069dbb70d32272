"""A list that the program remembers: how long it is, and a button that forgets it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from kerasstudio.ui.settings import Settings
from kerasstudio.ui.widgets.labels import Label, LinkButton


class RememberedLine(QWidget):
    """Shows the list behind one key of the settings."""

    def __init__(self, settings: Settings, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings, self._key = settings, key
        self.count = Label("", "muted")
        self.forget = LinkButton("Forget all")
        self.forget.clicked.connect(lambda: settings.set(key, []))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.count)
        row.addWidget(self.forget)
        row.addStretch(1)
        settings.setting_changed.connect(self._show)
        self._show(key)

    def _show(self, key: str) -> None:
        if key == self._key:
            number = len(self._settings.get(key))
            self.count.setText(f"{number} remembered" if number else "none")
            self.forget.setVisible(number > 0)
