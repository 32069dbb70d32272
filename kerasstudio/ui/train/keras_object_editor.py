"""An optimizer, loss or metric: its class in a box, its arguments in a form below."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kerasstudio.graph.catalogue import Catalogue, ObjectType
from kerasstudio.graph.help_topics import topic_key
from kerasstudio.graph.training_spec import KerasObject
from kerasstudio.ui.inspector import objects
from kerasstudio.ui.inspector.argument_form import ArgumentForm
from kerasstudio.ui.widgets.fields import FieldCombo
from kerasstudio.ui.widgets.fold import Fold

AUTOMATIC = "automatic"
SINGULAR = {"optimizers": "optimizer", "losses": "loss", "metrics": "metric"}


class KerasObjectEditor(QWidget):
    """`changed(KerasObject or None, merge)`: what the person wants; None is "automatic", offered
    where `automatic` was given. Equal `merge` texts belong to one undo step."""

    changed = Signal(object, str)
    finished = Signal()

    def __init__(
        self,
        family: str,
        catalogue: Catalogue,
        automatic: bool = False,
        folded: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._family, self._catalogue = family, catalogue
        self._automatic = automatic
        self._value: KerasObject | None = None
        self._kind: ObjectType | None = None
        self.form: ArgumentForm | None = None
        self.combo = FieldCombo()
        self.combo.setAccessibleName(SINGULAR[family])
        if automatic:
            self.combo.addItem(AUTOMATIC)
        self.combo.add_late([kind.class_name for kind in self.kinds()])
        self.combo.activated.connect(self._activated)
        self._fold = Fold("Arguments") if folded else None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.combo)
        self._place = QVBoxLayout()
        if self._fold is not None:
            self._fold.body.addLayout(self._place)
            column.addWidget(self._fold)
        else:
            column.addLayout(self._place)

    def kinds(self) -> list[ObjectType]:
        """What can be chosen, by name."""
        return sorted(self._catalogue.family(self._family), key=lambda kind: kind.class_name)

    def show_value(
        self,
        value: KerasObject | None,
        chosen: KerasObject | None = None,
        errors: dict[str, str] | None = None,
    ) -> None:
        """Show what is set; for None the automatic choice, whose arguments cannot be edited."""
        self._value = value
        shown = value or chosen
        self.setProperty("helpTopic", topic_key(self._family, shown.class_name) if shown else "")
        self.combo.shown_text = (
            f"{AUTOMATIC}: {shown.class_name}" if value is None and shown is not None else None
        )
        name = value.class_name if value is not None else AUTOMATIC
        self.combo.choose(name)
        is_set = value is not None
        self.combo.set_look(changed=is_set and self._automatic, wrong=False, default=not is_set)
        self._show_form(value, errors or {})

    def _show_form(self, value: KerasObject | None, errors: dict[str, str]) -> None:
        kind = (
            self._catalogue.object_type(self._family, value.class_name)
            if value is not None
            else None
        )
        arguments = objects.arguments_of(kind)
        if kind is not self._kind and self.form is not None:
            self._place.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        self._kind = kind
        if arguments and self.form is None:
            self.form = ArgumentForm(arguments, self._catalogue)
            self.form.argument_changed.connect(self._argument_changed)
            self.form.argument_reset.connect(self._argument_reset)
            self.form.editing_finished.connect(lambda _name: self.finished.emit())
            self._place.addWidget(self.form)
        if self._fold is not None:
            self._fold.setVisible(bool(arguments))
            count = len(value.config) if value is not None else 0
            self._fold.set_note(f"{count} changed" if count else "")
        if self.form is not None and value is not None:
            self.form.set_values(value.config, errors)

    def _activated(self, index: int) -> None:
        text = self.combo.itemText(index)
        if self._automatic and index == 0:
            if self._value is not None:
                self.changed.emit(None, "")
            return
        if self._value is not None and text == self._value.class_name:
            return
        kind = self._catalogue.object_type(self._family, text)
        if kind is not None:
            self.changed.emit(of_kind(kind, self._value), "")

    def _argument_changed(self, name: str, value: Any) -> None:
        self._offer({**self._config(), name: value}, name)

    def _argument_reset(self, name: str) -> None:
        self._offer({key: part for key, part in self._config().items() if key != name}, name)

    def _config(self) -> dict[str, Any]:
        return self._value.config if self._value is not None else {}

    def _offer(self, config: dict[str, Any], name: str) -> None:
        if self._value is None:
            return
        value = KerasObject(
            self._value.class_name, self._value.module, config, self._value.registered_name
        )
        self.changed.emit(value, f"{value.class_name}.{name}")


def of_kind(kind: ObjectType, before: KerasObject | None = None) -> KerasObject:
    """An object of `kind`: what it requires from its example, and what both classes know kept."""
    names = {argument.name for argument in objects.arguments_of(kind)}
    kept = {name: value for name, value in before.config.items() if name in names} if before else {}
    return KerasObject(kind.class_name, kind.module, {**kind.example, **kept})
