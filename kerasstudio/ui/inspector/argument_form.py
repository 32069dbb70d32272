"""A form for constructor arguments: of a layer, an optimizer, a loss, a metric, an initializer.

The form shows values and says what the person wants; whoever made it changes the project and
calls `set_values` again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from time import perf_counter
from typing import Any

from PySide6.QtCore import QRect, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from kerasstudio.graph.catalogue import Argument, Catalogue
from kerasstudio.graph.problems import Fix
from kerasstudio.ui.inspector.argument_row import LABEL_WIDTH, NESTED_LABEL_WIDTH, ArgumentRow
from kerasstudio.ui.theme import tokens
from kerasstudio.ui.widgets.fold import Fold

_SLICE_SECONDS = 0.008


class ArgumentForm(QWidget):
    """Editors for `arguments`, one a line, the advanced ones folded away and made when opened. A
    line takes some milliseconds to make: a few are made at once, the others follow in slices, so
    that the window never stands still for a long form.

    `argument_changed(name, value)`: a legal JSON value other than the default.
    `argument_reset(name)`: back to Keras's default. `editing_finished(name)`: Enter, leaving the
    field, or a choice made: the next change is another undo step. `editing_cancelled(name)`: the
    values of several layers shall be as they were when this edit began."""

    argument_changed = Signal(str, object)
    argument_reset = Signal(str)
    editing_finished = Signal(str)
    editing_cancelled = Signal(str)
    fix_chosen = Signal(object)
    fix_previewed = Signal(object)

    def __init__(
        self,
        arguments: tuple[Argument, ...],
        catalogue: Catalogue,
        nested: bool = False,
        label_width: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._nested = nested
        self._label_width = label_width or (NESTED_LABEL_WIDTH if nested else LABEL_WIDTH)
        self.arguments = arguments
        self._values: dict[str, Any] = {}
        self._errors: Mapping[str, str] = {}
        self._mixed: frozenset[str] = frozenset()
        self._fixes: Mapping[str, tuple[Fix, ...]] = {}
        self._rows: dict[str, ArgumentRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._waiting = deque(argument for argument in arguments if not argument.advanced)
        self._advanced = tuple(argument for argument in arguments if argument.advanced)
        self._fold: Fold | None = None
        self._has_values = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._go_on)
        self._go_on()

    def set_values(
        self,
        values: dict[str, Any],
        errors: Mapping[str, str] | None = None,
        mixed: frozenset[str] = frozenset(),
        fixes: Mapping[str, tuple[Fix, ...]] | None = None,
    ) -> None:
        """Show `values` (only what is set), `errors` and their `fixes` by argument name, and for
        `mixed` names that several selected layers differ."""
        self._values, self._errors, self._mixed = values, errors or {}, mixed
        self._fixes = fixes or {}
        self._has_values = True
        for row in self._rows.values():
            self._show(row)
        self._show_fold()

    def forget(self) -> None:
        """Drop what is typed and refused: other layers are shown from now on."""
        for row in self._rows.values():
            row.forget()

    def focus_first(self) -> bool:
        """Put the keyboard in the first editor; False when there is none."""
        for row in self._rows.values():
            row.focus()
            return True
        return False

    def focus_argument(self, name: str) -> bool:
        """Put the keyboard in this argument's editor, unfolding it."""
        self._complete()
        if self._fold is not None and name not in self._rows:
            self._fold.set_open(True)
        row = self._rows.get(name)
        if row is not None:
            row.focus()
        return row is not None

    def row(self, name: str) -> ArgumentRow:
        """The line of one argument. Raises `KeyError` while it is folded away."""
        self._complete()
        return self._rows[name]

    def row_at(self, widget: QWidget | None) -> ArgumentRow | None:
        """The line that holds `widget` (for help on the focused field)."""
        while widget is not None and widget is not self:
            if isinstance(widget, ArgumentRow):
                return widget
            widget = widget.parentWidget()
        return None

    @property
    def errors_shown(self) -> dict[str, str]:
        """What stands in red, by argument."""
        self._complete()
        return {name: row.error for name, row in self._rows.items() if row.error}

    def _go_on(self) -> None:
        """Make lines for some milliseconds."""
        end = perf_counter() + _SLICE_SECONDS
        while self._waiting:
            self._add_row()
            if perf_counter() > end and self._waiting:
                self._later.start()
                return
        self._add_fold()

    def _complete(self) -> None:
        """Make the lines that are left over."""
        self._later.stop()
        while self._waiting:
            self._add_row()
        self._add_fold()

    def _add_row(self) -> None:
        row = self._make_row(self._waiting.popleft())
        self._column.addWidget(row)
        if self._has_values:
            self._show(row)

    def _add_fold(self) -> None:
        if self._advanced and self._fold is None:
            self._fold = Fold("Advanced")
            self._fold.opened.connect(self._open_advanced)
            self._column.addWidget(self._fold)
            self._show_fold()

    def _show_fold(self) -> None:
        if self._fold is not None:
            names = {argument.name for argument in self._advanced}
            count = len(names & set(self._values))
            self._fold.set_note(f"{count} changed" if count else "")
            if (count or names & set(self._errors)) and not self._fold.touched:
                self._fold.set_open(True)

    def _make_row(self, argument: Argument) -> ArgumentRow:
        row = ArgumentRow(argument, self._catalogue, self._make_nested, self._label_width)
        name = argument.name
        row.changed.connect(lambda value: self.argument_changed.emit(name, value))
        row.reset.connect(lambda: self.argument_reset.emit(name))
        row.finished.connect(lambda: self.editing_finished.emit(name))
        row.cancelled.connect(lambda: self.editing_cancelled.emit(name))
        row.fix_chosen.connect(self.fix_chosen)
        row.fix_previewed.connect(self.fix_previewed)
        self._rows[name] = row
        return row

    def _make_nested(self, arguments: tuple[Argument, ...]) -> QWidget:
        return NestedForm(arguments, self._catalogue)

    def _show(self, row: ArgumentRow) -> None:
        argument = row.argument
        is_set = argument.name in self._values
        value = self._values[argument.name] if is_set else argument.default
        if not is_set and argument.required:
            value = None
        error = self._errors.get(argument.name, "")
        row.set_value(value, is_set, error, argument.name in self._mixed)
        row.show_fixes(self._fixes.get(argument.name, ()))

    def _open_advanced(self) -> None:
        if self._fold is None or self._fold.filled:
            return
        for argument in self._advanced:
            row = self._make_row(argument)
            self._fold.body.addWidget(row)
            self._show(row)
        self._fold.filled = True


class NestedForm(QFrame):
    """A form inside a form, set off by a line on the left."""

    argument_changed = Signal(str, object)
    argument_reset = Signal(str)
    editing_finished = Signal(str)

    def __init__(self, arguments: tuple[Argument, ...], catalogue: Catalogue) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 2, 0, 2)
        self.form = ArgumentForm(arguments, catalogue, nested=True)
        self.form.argument_changed.connect(self.argument_changed)
        self.form.argument_reset.connect(self.argument_reset)
        self.form.editing_finished.connect(self.editing_finished)
        column.addWidget(self.form)

    def set_values(self, values: dict[str, Any]) -> None:
        self.form.set_values(values)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(QRect(0, 2, 2, self.height() - 4), QColor(tokens().border_strong))
