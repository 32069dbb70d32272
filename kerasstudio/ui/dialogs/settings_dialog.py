"""The settings, made from their table, and the keys; every change takes effect at once."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.ui.dialogs.keys_page import KeysPage
from kerasstudio.ui.key_map import KeyMap
from kerasstudio.ui.settings import SETTINGS, Setting, Settings
from kerasstudio.ui.theme import px
from kerasstudio.ui.widgets.labels import TextBlock
from kerasstudio.ui.widgets.remembered_line import RememberedLine
from kerasstudio.ui.widgets.segmented import SegmentedControl

PAGES = (("general", "General"), ("keys", "Keys"))


class SettingsDialog(QDialog):
    """`failed(Problem)` when a key map file cannot be used."""

    failed = Signal(object)

    def __init__(self, settings: Settings, key_map: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setWindowTitle("Settings")
        self.resize(px(720), px(640))
        self.choice = SegmentedControl(PAGES)
        self.choice.setAccessibleName("Page of the settings")
        self.choice.chosen.connect(self.show_page)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._general())
        self.keys = KeysPage(key_map)
        self.keys.failed.connect(self.failed)
        self._pages.addWidget(self.keys)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(18)
        column.addWidget(self.choice)
        column.addWidget(self._pages, 1)
        column.addWidget(buttons)

    def show_page(self, name: str) -> None:
        """ "general" or "keys"."""
        self.choice.set_value(name)
        self._pages.setCurrentIndex([key for key, _title in PAGES].index(name))

    def _general(self) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(12)
        for setting in SETTINGS:
            if setting.title:
                self._add(form, setting)
        return page

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
