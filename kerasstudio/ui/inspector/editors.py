"""Editors for plain argument kinds: text that is parsed, a choice, yes or no.

An editor shows the project's value and offers new ones; it never stores anything. What cannot
be read is `refused` and stays in the field, beside its reason, until it is mended or left.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kerasstudio.graph import stepping
from kerasstudio.graph.catalogue import Argument
from kerasstudio.graph.stepping import Grain
from kerasstudio.ui.inspector import values
from kerasstudio.ui.widgets.fields import FieldCombo, FieldLine, FieldLook, FieldSwitch

MIXED = "mixed"


class ArgumentEditor(QWidget):
    """Base of all editors of one argument.

    `offered(value)`: a legal new value. `emptied`: back to the default. `refused(reason)`: the
    text is no value, "" when it is one again. `finished`: the person is done with this edit."""

    offered = Signal(object)
    emptied = Signal()
    refused = Signal(str)
    finished = Signal()

    def __init__(self, argument: Argument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.argument = argument
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(4)

    def set_value(self, value: Any, is_set: bool, mixed: bool = False) -> None:
        """Show `value`; not `is_set` means it is Keras's default, `mixed` that several selected
        layers differ."""
        raise NotImplementedError

    def forget(self) -> None:
        """Another layer is shown next: what was typed for this one is void."""

    def focus_target(self) -> QWidget:
        """The widget that takes the keys."""
        raise NotImplementedError

    def nested(self) -> QWidget | None:
        """What belongs below the line: the arguments of a nested object."""
        return None

    def looks(self) -> FieldLook:
        """The field that shows "changed" and "wrong"."""
        raise NotImplementedError


class TextEditor(ArgumentEditor):
    """Every kind that is written as text: numbers, shapes, tuples, lists, literals, words."""

    def __init__(self, argument: Argument, parent: QWidget | None = None) -> None:
        super().__init__(argument, parent)
        self._value: Any = None
        self._is_set = False
        self._shown_once = False
        self._mixed = False
        self._reason = ""
        self.line = FieldLine()
        if argument.kind in ("int", "float", "int_or_tuple", "any"):
            self.line.set_steps()
        self.line.textEdited.connect(self._edited)
        self.line.returnPressed.connect(self._entered)
        self.line.reverted.connect(self._revert)
        self.line.stepped.connect(self._step)
        self.line.left.connect(self._leave)
        self.row.addWidget(self.line)

    def set_value(self, value: Any, is_set: bool, mixed: bool = False) -> None:
        unchanged = self._shown_once and is_set == self._is_set and values.same(value, self._value)
        first = not self._shown_once or mixed != self._mixed
        self._value, self._is_set, self._shown_once = value, is_set, True
        self._mixed = mixed
        self.line.setPlaceholderText(MIXED if mixed else self._hint())
        if unchanged and not first and self._reason:
            return  # someone changed something else; the bad text stays to be mended
        if not first and self.line.hasFocus() and self._means(value, is_set):
            return  # what is being typed already says it
        self._reason = ""
        missing = value is None and self.argument.required and not self.argument.optional
        self.line.setText("" if mixed or missing else self._text())

    def forget(self) -> None:
        self._reason = ""
        self._shown_once = False
        self.line.setText("")

    def focus_target(self) -> QWidget:
        return self.line

    def looks(self) -> FieldLook:
        return self.line

    @property
    def reason(self) -> str:
        """Why the text in the field is no value, "" when it is one."""
        return self._reason

    def _hint(self) -> str:
        if self.argument.required:
            return {
                "int": "a whole number",
                "float": "a number",
                "shape": "28, 28, 1",
                "int_or_tuple": "3 or 3, 3",
                "list": "values, separated by commas",
            }.get(self.argument.kind, "")
        return values.show(self.argument, self.argument.default)

    def _text(self) -> str:
        return values.show(self.argument, self._value)

    def _means(self, value: Any, is_set: bool) -> bool:
        text = self.line.text()
        if not text.strip() and not self._empty_is_text():
            return not is_set
        try:
            return values.same(values.parse(self.argument, text), value)
        except values.BadValueError:
            return False

    def _empty_is_text(self) -> bool:
        """Whether no character at all is a value; elsewhere it means the default."""
        return self.argument.kind == "text" and not self.argument.optional

    def _edited(self, text: str) -> None:
        if not text.strip() and not self.argument.required and not self._empty_is_text():
            self._reason = ""
            self.refused.emit("")
            self.emptied.emit()
            return
        try:
            value = values.parse(self.argument, text)
        except values.BadValueError as reason:
            self._reason = str(reason)
            self.refused.emit(self._reason)
            return
        self._reason = ""
        self.refused.emit("")
        self.offered.emit(value)

    def _entered(self) -> None:
        self._leave()
        self.line.selectAll()

    def _leave(self) -> None:
        required = self.argument.required and not self.line.text()
        if not self._reason and not self._mixed and not required:
            self.line.setText(self._text())
        self.finished.emit()

    def _revert(self) -> None:
        if self._reason:
            self._reason = ""
            self.line.setText(self._text())
            self.refused.emit("")
        self.line.selectAll()

    @property
    def current(self) -> Any:
        """The value in the field; None where the text is none."""
        if self._mixed and not self.line.text():
            return self._value
        try:
            return values.parse(self.argument, self.line.text())
        except values.BadValueError:
            return None

    def move_from(self, value: Any, steps: int, grain: Grain) -> None:
        """Offer `value` moved by so many steps."""
        moved = stepping.step(self.argument, value, steps, grain)
        if not values.same(moved, self.current) or self._mixed:
            self.line.setText(values.show(self.argument, moved))
            self._edited(self.line.text())

    def _step(self, steps: int, grain: Grain) -> None:
        self.move_from(self.current, steps, grain)


class ChoiceEditor(ArgumentEditor):
    """One of a few texts, or none where Keras takes None."""

    def __init__(self, argument: Argument, parent: QWidget | None = None) -> None:
        super().__init__(argument, parent)
        self.combo = FieldCombo()
        if argument.optional:
            self.combo.addItem(values.NONE, None)
        for choice in _choices(argument):
            self.combo.addItem(values.show(argument, choice), choice)
        self.combo.activated.connect(self._activated)
        self.row.addWidget(self.combo)

    def set_value(self, value: Any, is_set: bool, mixed: bool = False) -> None:
        self.combo.shown_text = MIXED if mixed else None
        index = next(
            (i for i in range(self.combo.count()) if values.same(self.combo.itemData(i), value)), -1
        )
        if index < 0 and not (value is None and self.argument.required):
            self.combo.addItem(values.show(self.argument, value), value)
            index = self.combo.count() - 1
        self.combo.setCurrentIndex(index)
        self.combo.update()

    def focus_target(self) -> QWidget:
        return self.combo

    def looks(self) -> FieldLook:
        return self.combo

    def _activated(self, index: int) -> None:
        self.offered.emit(self.combo.itemData(index))
        self.finished.emit()


class SwitchEditor(ArgumentEditor):
    """Yes or no."""

    def __init__(self, argument: Argument, parent: QWidget | None = None) -> None:
        super().__init__(argument, parent)
        self.switch = FieldSwitch()
        self.switch.clicked.connect(self._clicked)
        self.row.addWidget(self.switch)

    def set_value(self, value: Any, is_set: bool, mixed: bool = False) -> None:
        self.switch.setChecked(bool(value))
        self.switch.setText(MIXED if mixed else "")

    def focus_target(self) -> QWidget:
        return self.switch

    def looks(self) -> FieldLook:
        return self.switch

    def _clicked(self, checked: bool) -> None:
        self.offered.emit(checked)
        self.finished.emit()


def _choices(argument: Argument) -> tuple[Any, ...]:
    return (True, False) if argument.kind == "bool" else argument.choices
