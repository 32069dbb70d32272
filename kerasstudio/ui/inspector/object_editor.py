"""The editor of a nested Keras object: its class, and its own arguments in a form below.

A learning rate is a number or such an object (a schedule): then "constant" is one of the choices
and a number field stands beside the box.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from kerasstudio.graph.catalogue import Argument, Catalogue
from kerasstudio.graph.help_topics import topic_key
from kerasstudio.ui.inspector import objects, values
from kerasstudio.ui.inspector.editors import MIXED, ArgumentEditor, TextEditor
from kerasstudio.ui.widgets.fields import FieldCombo, FieldLook
from kerasstudio.ui.widgets.glyph_button import GlyphButton

CONSTANT = "constant"

NestedForm = Callable[[tuple[Argument, ...]], QWidget]
"""Makes the form for the arguments of the chosen object (an `ArgumentForm`)."""


class ObjectEditor(ArgumentEditor):
    """Chooses a class of `argument.family`; `nested_changed` says that the form below came,
    went or changed."""

    nested_changed = Signal()

    def __init__(
        self,
        argument: Argument,
        catalogue: Catalogue,
        make_form: NestedForm,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(argument, parent)
        self._catalogue = catalogue
        self._make_form = make_form
        self._family = argument.family or ""
        self._value: Any = None
        self._open: bool | None = None  # None: open when something inside is set
        self._form_of: objects.ObjectKind | None = None
        self.form: Any = None
        self.number: TextEditor | None = None
        self.combo = FieldCombo()
        self._fill()
        self.combo.setAccessibleName(f"{argument.name}: class")
        self.combo.activated.connect(self._activated)
        if self._numeric():
            plain = msgspec.structs.replace(argument, kind="float", family=None)
            self.number = TextEditor(plain)
            self.number.offered.connect(self.offered)
            self.number.emptied.connect(self.emptied)
            self.number.refused.connect(self.refused)
            self.number.finished.connect(self.finished)
            self.row.addWidget(self.number, 1)
        self.row.addWidget(self.combo, 1)
        self.disclose = GlyphButton("▸", f"show the arguments of {argument.name}")
        self.disclose.setToolTip("Show its own arguments")
        self.disclose.clicked.connect(self._toggle)
        self.disclose.hide()
        self.row.addWidget(self.disclose)

    def set_value(self, value: Any, is_set: bool, mixed: bool = False) -> None:
        self._value = value
        self.combo.shown_text = MIXED if mixed else None
        name = objects.class_name(value)
        kind = objects.find_kind(self._catalogue, self._family, name) if name else None
        if name is None:
            self.combo.choose(CONSTANT if self._numeric() and value is not None else values.NONE)
        else:
            self.combo.choose(kind.class_name if kind else name)
        if self.number is not None:
            self.number.setVisible(name is None)
            if name is None:
                self.number.set_value(value, is_set, mixed)
        self._show_form(None if mixed else kind, is_set)

    def forget(self) -> None:
        self._open = None
        if self.number is not None:
            self.number.forget()
        if self.form is not None:
            self.form.form.forget()

    def nested(self) -> QWidget | None:
        return self.form if isinstance(self.form, QWidget) else None

    def focus_target(self) -> QWidget:
        if self.number is not None and objects.class_name(self._value) is None:
            return self.number.focus_target()
        return self.combo

    def looks(self) -> FieldLook:
        if self.number is not None and objects.class_name(self._value) is None:
            return self.number.looks()
        return self.combo

    def _numeric(self) -> bool:
        default = self.argument.default
        number = isinstance(default, int | float) and not isinstance(default, bool)
        return self.argument.kind == "float" or number

    def _fill(self) -> None:
        if self.argument.optional or (not self._numeric() and self.argument.default is None):
            self.combo.addItem(values.NONE)
        if self._numeric():
            self.combo.addItem(CONSTANT)
        kinds = objects.kinds(self._catalogue, self._family)
        self.combo.add_late([kind.class_name for kind in kinds])

    def _activated(self, index: int) -> None:
        text = self.combo.itemText(index)
        self._open = True
        if text == values.NONE:
            self.offered.emit(None)
        elif text == CONSTANT:
            if objects.class_name(self._value) is not None:
                self._offer_constant()
        elif text != self._current_class():
            kind = objects.find_kind(self._catalogue, self._family, text)
            kept = self._kept(kind)
            self.offered.emit(objects.build(kind, kept) if kind else text)
        else:
            self._show_form(self._form_of, True)
        self.finished.emit()

    def _offer_constant(self) -> None:
        default = self.argument.default
        self.offered.emit(default if isinstance(default, int | float) else 0.001)

    def _current_class(self) -> str | None:
        return self._form_of.class_name if self._form_of else objects.class_name(self._value)

    def _kept(self, kind: objects.ObjectKind | None) -> dict[str, Any]:
        """What the new class needs at once: its example, with values both classes know."""
        if kind is None:
            return {}
        names = {argument.name for argument in objects.arguments_of(kind)}
        kept = {key: part for key, part in objects.config(self._value).items() if key in names}
        return {**kind.example, **kept}

    def _show_form(self, kind: objects.ObjectKind | None, is_set: bool) -> None:
        arguments = objects.arguments_of(kind)
        self.disclose.setVisible(bool(arguments))
        if kind is not self._form_of and self.form is not None:
            self.form.setParent(None)
            self.form.deleteLater()
            self.form = None
        self._form_of = kind
        topic = "" if kind is None else topic_key(self._family, kind.class_name)
        self.setProperty("helpTopic", topic)
        inside = is_set and bool(objects.config(self._value))
        wanted = bool(arguments) and (inside if self._open is None else self._open)
        if wanted and self.form is None:
            self.form = self._make_form(arguments)
            self.form.argument_changed.connect(self._inner_changed)
            self.form.argument_reset.connect(self._inner_reset)
            self.form.editing_finished.connect(lambda _name: self.finished.emit())
        if self.form is not None:
            self.form.setProperty("helpTopic", topic)
            self.form.set_values(objects.config(self._value))
            self.form.setVisible(wanted)
        self.disclose.setText("▾" if wanted else "▸")
        self.nested_changed.emit()

    def _toggle(self) -> None:
        showing = self.form is not None and not self.form.isHidden()
        self._open = not showing
        if showing:
            self.form.hide()
            self.disclose.setText("▸")
            self.nested_changed.emit()
        else:
            self._show_form(self._form_of, True)

    def _inner_changed(self, name: str, value: Any) -> None:
        if self._form_of is not None:
            inner = {**objects.config(self._value), name: value}
            self.offered.emit(objects.build(self._form_of, inner))

    def _inner_reset(self, name: str) -> None:
        if self._form_of is not None:
            inner = {key: part for key, part in objects.config(self._value).items() if key != name}
            self.offered.emit(objects.build(self._form_of, inner))
