"""A segmented control for assistive technology: a group of radio buttons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAccessibleObject, QWindow

from kerasstudio.ui.widgets.accessible import Deed, Part

if TYPE_CHECKING:
    from kerasstudio.ui.widgets.segmented import SegmentedControl


class AccessibleSegments(QAccessibleObject):
    """The group."""

    def __init__(self, control: SegmentedControl) -> None:
        super().__init__(control)
        self.control = control
        self._parts = [SegmentPart(self, *choice) for choice in control.choices]
        for part in self._parts:
            QAccessible.registerAccessibleInterface(part)
        control.destroyed.connect(lambda: self._close())

    def _close(self) -> None:
        for part in self._parts:
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(part))
        self._parts = []

    def childCount(self) -> int:
        return len(self._parts)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return self._parts[index] if 0 <= index < len(self._parts) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((place for place, each in enumerate(self._parts) if each is child), -1)

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return next((each for each in self._parts if each.rect().contains(x, y)), None)

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        chosen = (each for each in self._parts if each.value == self.control.value)
        return next(chosen, None) if self.control.hasFocus() else None

    def parent(self) -> QAccessibleInterface | None:  # type: ignore[override]
        above = self.control.parentWidget()
        return QAccessible.queryAccessibleInterface(above) if above is not None else None

    def window(self) -> QWindow | None:  # type: ignore[override]
        return self.control.window().windowHandle()

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.Grouping

    def rect(self) -> QRect:
        return QRect(self.control.mapToGlobal(self.control.rect().topLeft()), self.control.size())

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name:
            return self.control.accessibleName()
        wanted = kind in (QAccessible.Text.Description, QAccessible.Text.Value)
        return self.control.accessibleDescription() if wanted else ""

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.focusable = True
        state.focused = self.control.hasFocus()
        state.invisible = not self.control.isVisible()
        state.disabled = not self.control.isEnabled()
        return state


class SegmentPart(Part):
    """One choice."""

    def __init__(self, above: AccessibleSegments, value: str, title: str) -> None:
        super().__init__(above)
        self.group, self.value, self._title = above, value, title

    def name(self) -> str:
        return self._title

    def deeds(self) -> Sequence[Deed]:
        return (("Press", "", lambda: self.group.control.chosen.emit(self.value)),)

    def rect(self) -> QRect:
        control = self.group.control
        box = control.segment(self.value).toRect()
        return QRect(control.mapToGlobal(box.topLeft()), box.size())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.RadioButton

    def state(self) -> QAccessible.State:
        control, state = self.group.control, QAccessible.State()
        state.checkable = state.selectable = state.focusable = True
        state.checked = state.selected = control.value == self.value
        state.focused = control.hasFocus() and control.value == self.value
        return state
