"""The keys in the settings: another key map, other keys, files of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.graph.atomic import write_atomic
from kerasstudio.graph.problems import Place, Problem, StudioError
from kerasstudio.ui.dialogs.key_change import KeyChange
from kerasstudio.ui.dialogs.keys_model import KEYS, KeyRows, KeysDelegate
from kerasstudio.ui.key_map import KeyMap
from kerasstudio.ui.key_schemes import SCHEMES
from kerasstudio.ui.theme import px
from kerasstudio.ui.widgets.labels import Label
from kerasstudio.ui.widgets.search_field import SearchField

FILTER = "Key maps (*.json)"


class KeysPage(QWidget):
    """Every change takes effect at once. `failed(Problem)` when a file cannot be used."""

    failed = Signal(object)

    def __init__(self, key_map: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key_map = key_map
        self.change = KeyChange(key_map)
        self.scheme = QComboBox()
        self.scheme.setAccessibleName("Key map")
        for scheme in SCHEMES.values():
            self.scheme.addItem(scheme.title, scheme.id)
        self.scheme.activated.connect(
            lambda _index: key_map.choose_scheme(self.scheme.currentData())
        )
        self.search = SearchField("Search actions and keys", "Search: delete, ctrl+d, changed…")
        self.search.textChanged.connect(self._search)
        self.rows = KeyRows(key_map, self)
        self.table = QTableView()
        self.table.setModel(self.rows)
        self.table.setItemDelegateForColumn(KEYS, KeysDelegate(self.table))
        self.table.setAccessibleName("Actions and their keys")
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setTabKeyNavigation(False)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(px(28))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(KEYS, QHeaderView.ResizeMode.Fixed)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        self.table.setColumnWidth(KEYS, px(300))
        self.table.setColumnWidth(2, px(100))
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        self.table.activated.connect(lambda _index: self.change.record())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(self._top())
        column.addWidget(self.search)
        column.addWidget(self.table, 1)
        column.addWidget(self.change)
        key_map.keys_changed.connect(self._refresh)
        self._refresh()
        self.table.selectRow(0)

    def _top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(Label("Key map"))
        row.addWidget(self.scheme)
        row.addStretch(1)
        for text, slot in (
            ("Import…", self._choose_import),
            ("Export…", self._choose_export),
            ("Reset all", self._key_map.reset_all),
        ):
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, call=slot: call())
            row.addWidget(button)
        return row

    # ------------------------------------------------------------------ files

    def import_file(self, path: Path) -> None:
        """Take over the key map in a file; the old one stays where it cannot be used."""
        try:
            unknown = self._key_map.take_json(path.read_bytes(), path)
        except OSError as error:
            self._tell_file("cannot be read", path, error)
            return
        except StudioError as error:
            self.failed.emit(error.problem)
            return
        if unknown:
            words = f"Actions this version does not know were left out: {', '.join(unknown)}."
            self.failed.emit(Problem("keys.unknown", words, "warning", place=Place(file=str(path))))

    def export_file(self, path: Path) -> None:
        """Write the key map and the own changes to it as JSON."""
        try:
            write_atomic(path, self._key_map.to_json())
        except OSError as error:
            self._tell_file("cannot be written", path, error)

    def _tell_file(self, what: str, path: Path, error: OSError) -> None:
        words = f"The key map {what}: {error.strerror or error}."
        self.failed.emit(Problem("keys.file", words, place=Place(file=str(path))))

    def _choose_import(self) -> None:
        dialog = QFileDialog(self, "Import keys", "", FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.import_file(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose_export(self) -> None:
        dialog = QFileDialog(self, "Export keys", "keys.json", FILTER)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(lambda name: self.export_file(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # ------------------------------------------------------------------ inside

    def _search(self, text: str) -> None:
        current = self.change.action_id
        self.rows.search(text)
        self.table.selectRow(max(0, self.rows.row_of(current)))

    def _chosen(self, index: QModelIndex) -> None:
        if index.isValid():
            self.change.show_action(self.rows.rows[index.row()])

    def _refresh(self) -> None:
        self.scheme.setCurrentIndex(self.scheme.findData(self._key_map.scheme.id))
        self.rows.refresh()
        self.change.refresh()
