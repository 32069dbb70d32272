"""The settings, made from their table; every change takes effect at once."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.ui.settings import SETTINGS, Setting, Settings
from kerasstudio.ui.widgets.labels import TextBlock
from kerasstudio.ui.widgets.remembered_line import RememberedLine


class SettingsDialog(QDialog):
    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setWindowTitle("Settings")
        self.setMinimumWidth(440)
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(12)
        for setting in SETTINGS:
            if setting.title:
                self._add(form, setting)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(18)
        column.addLayout(form)
        column.addWidget(buttons)

    def _add(self, form: QFormLayout, setting: Setting) -> None:
        if setting.choices:
            combo = QComboBox()
            for value, text in setting.choices:
                combo.addItem(text, value)
            combo.setCurrentIndex(combo.findData(self._settings.get(setting.key)))
            combo.currentIndexChanged.connect(
                lambda _index: self._settings.set(setting.key, combo.currentData())
            )
            combo.setAccessibleName(setting.title)
            form.addRow(setting.title, combo)
        elif isinstance(setting.default, list):
            form.addRow(setting.title, RememberedLine(self._settings, setting.key))
        else:
            check = QCheckBox(setting.title)
            check.setChecked(self._settings.get(setting.key))
            check.toggled.connect(lambda on: self._settings.set(setting.key, on))
            form.addRow("", check)
        if setting.help:
            form.addRow("", TextBlock(setting.help, "muted"))
