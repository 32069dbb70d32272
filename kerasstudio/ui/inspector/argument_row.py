"""One line of a form: the argument's name, its editor, reset, and below them error and help."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from kerasstudio.graph.catalogue import Argument, Catalogue
from kerasstudio.graph.problems import Fix
from kerasstudio.graph.stepping import Grain, can_step
from kerasstudio.ui.inspector import objects, values
from kerasstudio.ui.inspector.editors import ArgumentEditor, ChoiceEditor, SwitchEditor, TextEditor
from kerasstudio.ui.inspector.object_editor import NestedForm, ObjectEditor
from kerasstudio.ui.inspector.object_list_editor import ObjectListEditor
from kerasstudio.ui.inspector.scrub_label import ScrubLabel
from kerasstudio.ui.theme import px
from kerasstudio.ui.widgets.field_corner import FieldCorner
from kerasstudio.ui.widgets.fix_button import FixButton
from kerasstudio.ui.widgets.flow_layout import FlowLayout
from kerasstudio.ui.widgets.glyph_button import GlyphButton
from kerasstudio.ui.widgets.labels import TextBlock

LABEL_WIDTH = 112
NESTED_LABEL_WIDTH = 96
ITEM_WIDTH = 24


def editor_for(argument: Argument, catalogue: Catalogue, make_form: NestedForm) -> ArgumentEditor:
    """The editor that suits the argument's kind."""
    family = argument.family
    if family is not None and (argument.kind in ("object", "float")):
        return ObjectEditor(argument, catalogue, make_form)
    if family is not None and argument.kind == "list":
        return ObjectListEditor(
            argument, catalogue, lambda item: ArgumentRow(item, catalogue, make_form, ITEM_WIDTH)
        )
    if argument.kind == "bool":
        return ChoiceEditor(argument) if argument.optional else SwitchEditor(argument)
    if argument.kind == "choice" and argument.choices:
        return ChoiceEditor(argument)
    return TextEditor(argument)


class ArgumentRow(QWidget):
    """`changed(value)` and `reset()` are what the person wants; nothing happens by itself.
    `cancelled`: the values that several layers had before this edit are wanted back."""

    changed = Signal(object)
    reset = Signal()
    finished = Signal()
    cancelled = Signal()
    fix_chosen = Signal(object)
    fix_previewed = Signal(object)

    def __init__(
        self,
        argument: Argument,
        catalogue: Catalogue,
        make_form: NestedForm,
        label_width: int = LABEL_WIDTH,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.argument = argument
        self.setProperty("helpArgument", argument.name)
        self._catalogue = catalogue
        self._is_set = False
        self._before: tuple[bool, Any] = (False, None)
        self._mixed = self._began_mixed = False
        self._refusal = ""
        self._keras_error = ""
        self.label = ScrubLabel(argument.name)
        self.label.setFixedWidth(px(label_width))
        self.label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.label.clicked.connect(self.toggle_help)
        self.editor = editor_for(argument, catalogue, make_form)
        self.reset_button = GlyphButton("↺", f"reset {argument.name}", self)
        self.reset_button.setToolTip(f"Back to Keras's default: {default_text(argument)}")
        self.reset_button.clicked.connect(self._reset_clicked)
        self._corner = FieldCorner(self.reset_button)
        self.reset_button.hide()
        self._error: TextBlock | None = None
        self._help: TextBlock | None = None
        self._fixes: tuple[Fix, ...] = ()
        self._fix_buttons: QWidget | None = None

        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(3)
        self._grid.addWidget(self.label, 0, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(self.editor, 0, 1)
        self._grid.setColumnStretch(1, 1)
        self._below = QVBoxLayout()
        self._below.setContentsMargins(10, 0, 0, 2)
        self._grid.addLayout(self._below, 4, 0, 1, 2)

        target = self.editor.focus_target()
        target.setAccessibleName(argument.name)
        target.setAccessibleDescription(argument.help.partition("\n\n")[0])
        for widget in (self.label, target):
            widget.setToolTip(tool_tip(argument))
        self.editor.offered.connect(self._offered)
        self.editor.emptied.connect(self.reset)
        self.editor.refused.connect(self._refused)
        self.editor.finished.connect(self.finished)
        self._scrubbed: Any = None
        self.label.scrub_began.connect(self._scrub_began)
        self.label.rebased.connect(self._rebase)
        self.label.scrubbed.connect(self._scrub)
        self.label.scrub_ended.connect(self._scrub_ended)
        if isinstance(self.editor, ObjectEditor):
            self.editor.nested_changed.connect(self._place_nested)
        self._place_nested()

    def set_value(self, value: Any, is_set: bool, error: str = "", mixed: bool = False) -> None:
        """Show the project's value (or the default) and what Keras says against it."""
        self._is_set, self._mixed = is_set, mixed
        self._keras_error = error
        self.editor.set_value(value, is_set, mixed)
        if isinstance(self.editor, TextEditor) and not self.editor.reason:
            self._refusal = ""
        number = self._number()
        self.label.set_scrubs(number is not None and can_step(number.current))
        self._show_state()

    def show_fixes(self, fixes: tuple[Fix, ...]) -> None:
        """Offer mends as buttons below the error."""
        if fixes == self._fixes:
            return
        self._fixes = fixes
        if self._fix_buttons is not None:
            self._fix_buttons.hide()
            self._fix_buttons.deleteLater()
            self._fix_buttons = None
        if not fixes:
            return
        self._fix_buttons = QWidget()
        flow = FlowLayout(self._fix_buttons, gap=10, line_gap=2)
        for fix in fixes:
            button = FixButton(fix)
            button.chosen.connect(self.fix_chosen)
            button.previewed.connect(self.fix_previewed)
            flow.addWidget(button)
        self._grid.addWidget(self._fix_buttons, 2, 1)

    def forget(self) -> None:
        """Drop what is typed and refused, and what was unfolded."""
        self._refusal = ""
        self.editor.forget()
        if self._help is not None:
            self._help.hide()

    def focus(self) -> None:
        """Put the keyboard here, the text selected."""
        target = self.editor.focus_target()
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if isinstance(self.editor, TextEditor):
            self.editor.line.selectAll()

    def toggle_help(self) -> None:
        """Show or hide the docstring's words below the field."""
        if self._help is None:
            text = self.argument.help or "Keras says nothing about this argument."
            self._help = TextBlock(text, "muted")
            self._grid.addWidget(self._help, 3, 0, 1, 2)
            self._help.show()
        else:
            self._help.setVisible(self._help.isHidden())

    @property
    def error(self) -> str:
        """The text in red below the field, "" if none."""
        return self._refusal or self._keras_error

    @property
    def is_set(self) -> bool:
        return self._is_set

    def _offered(self, value: Any) -> None:
        argument = self.argument
        if argument.family is not None and objects.class_name(value) is not None:
            default = objects.is_default_object(self._catalogue, argument, value)
        else:
            default = values.is_default(argument, value)
        if default:
            self.reset.emit()
        else:
            self.changed.emit(value)

    def _number(self) -> TextEditor | None:
        """The editor of the number that the label moves."""
        if isinstance(self.editor, ObjectEditor):
            number = self.editor.number
            return number if number is not None and not number.isHidden() else None
        return self.editor if isinstance(self.editor, TextEditor) else None

    def _scrub_began(self) -> None:
        self.finished.emit()  # what was typed before is a step of its own
        number = self._number()
        self._before = (self._is_set, None if number is None else number.current)
        self._began_mixed = self._mixed
        self._rebase()

    def _rebase(self) -> None:
        number = self._number()
        self._scrubbed = None if number is None else number.current

    def _scrub(self, steps: int, grain: Grain) -> None:
        number = self._number()
        if number is not None and self._scrubbed is not None:
            number.move_from(self._scrubbed, steps, grain)

    def _scrub_ended(self, kept: bool) -> None:
        if not kept:
            was_set, value = self._before
            if self._began_mixed:
                self.cancelled.emit()
            elif was_set:
                self.changed.emit(value)
            else:
                self.reset.emit()
        self.finished.emit()

    def _refused(self, reason: str) -> None:
        self._refusal = reason
        self._show_state()

    def _reset_clicked(self) -> None:
        self._refusal = ""
        self.reset.emit()
        self.finished.emit()
        self.focus()

    def _show_state(self) -> None:
        wrong = bool(self.error)
        resettable = self._is_set and not self.argument.required
        field = self.editor.looks()
        self._corner.put_into(self.editor.focus_target())
        self.reset_button.setVisible(resettable)
        reserved = self._corner.width if resettable else 0
        field.set_look(self._is_set, wrong, not self._is_set, reserved)
        if wrong and self._error is None:
            self._error = TextBlock("", "error")
            self._grid.addWidget(self._error, 1, 1)
        if self._error is not None:
            self._error.setText(self.error)
            self._error.setVisible(wrong)

    def _place_nested(self) -> None:
        form = self.editor.nested()
        if form is not None and form.parentWidget() is not self:
            self._below.addWidget(form)


def tool_tip(argument: Argument) -> str:
    """Name, kind, default and help as rich text."""
    facts = kind_text(argument)
    facts += "; required" if argument.required else f"; default {default_text(argument)}"
    body = f"<p>{_escape(argument.help)}</p>" if argument.help else ""
    return f"<b>{_escape(argument.name)}</b><br/>{_escape(facts)}{body}"


def kind_text(argument: Argument) -> str:
    """What values it takes, in words: "whole number, at least 1"."""
    kind = {
        "int": "whole number",
        "float": "number",
        "bool": "true or false",
        "choice": "one of " + ", ".join(argument.choices),
        "int_or_tuple": "whole number, or one for each axis",
        "object": (argument.family or "object").rstrip("s"),
        "any": "any value",
    }.get(argument.kind, argument.kind)
    return kind + _range(argument) + (", may be none" if argument.optional else "")


def _range(argument: Argument) -> str:
    """The limits of a number: ", from 0 to 1", ", at least 1"."""
    low, high = argument.minimum, argument.maximum
    if low is not None and high is not None:
        return f", from {low:g} to {high:g}"
    if low is not None:
        return f", at least {low:g}"
    return f", at most {high:g}" if high is not None else ""


def default_text(argument: Argument) -> str:
    """Keras's default as the field shows it."""
    if objects.class_name(argument.default) is not None and argument.family:
        return objects.in_short(argument.default)
    return values.show(argument, argument.default) or "empty"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
