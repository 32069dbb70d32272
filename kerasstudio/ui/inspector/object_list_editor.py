"""The editor of a list of nested Keras objects, such as the layers of a `Pipeline`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from kerasstudio.graph.catalogue import Argument, Catalogue
from kerasstudio.ui.inspector import objects
from kerasstudio.ui.inspector.editors import MIXED, ArgumentEditor
from kerasstudio.ui.widgets.amounts import plural
from kerasstudio.ui.widgets.fields import FieldCombo, FieldLook

ADD = "add…"


class ObjectListEditor(ArgumentEditor):
    """A box to add one more, and below it a line for each object; reset on a line removes it.

    `make_row` makes the line (an `ArgumentRow`) for one item."""

    def __init__(
        self,
        argument: Argument,
        catalogue: Catalogue,
        make_row: Callable[[Argument], Any],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(argument, parent)
        self._catalogue, self._make_row = catalogue, make_row
        self._family = argument.family or ""
        self._items: list[Any] = []
        self.rows: list[Any] = []
        self.combo = FieldCombo()
        self.combo.addItem(ADD)
        kinds = objects.kinds(catalogue, self._family)
        self.combo.add_late([kind.class_name for kind in kinds])
        self.combo.activated.connect(self._add)
        self.row.addWidget(self.combo)
        self._below = QWidget()
        self._lines = QVBoxLayout(self._below)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(6)

    def set_value(self, value: Any, is_set: bool, mixed: bool = False) -> None:
        self._items = list(value) if isinstance(value, list) and not mixed else []
        count = plural(len(self._items), "object")
        self.combo.shown_text = MIXED if mixed else f"{count}, {ADD}"
        self.combo.update()
        while len(self.rows) > len(self._items):
            row = self.rows.pop()
            self._lines.removeWidget(row)
            row.hide()
            row.deleteLater()
        while len(self.rows) < len(self._items):
            self._add_row(len(self.rows))
        for row, item in zip(self.rows, self._items, strict=True):
            row.set_value(item, True)

    def nested(self) -> QWidget | None:
        return self._below

    def focus_target(self) -> QWidget:
        return self.combo

    def looks(self) -> FieldLook:
        return self.combo

    def _add_row(self, index: int) -> None:
        # None stands for "not there": choosing none, or reset, takes the item out.
        item = Argument(str(index + 1), "object", optional=True, family=self._family)
        row = self._make_row(item)
        row.changed.connect(lambda value: self._replace(index, [value]))
        row.reset.connect(lambda: self._replace(index, []))
        row.finished.connect(self.finished)
        self.rows.append(row)
        self._lines.addWidget(row)

    def _replace(self, index: int, by: list[Any]) -> None:
        self.offered.emit([*self._items[:index], *by, *self._items[index + 1 :]])

    def _add(self, index: int) -> None:
        kind = objects.find_kind(self._catalogue, self._family, self.combo.itemText(index))
        self.combo.setCurrentIndex(0)
        if kind is not None:
            self.offered.emit([*self._items, objects.build(kind, dict(kind.example))])
            self.finished.emit()
