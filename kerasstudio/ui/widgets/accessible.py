"""Interfaces for assistive technology of widgets that paint themselves, and their parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface, QWindow
from shiboken6 import VoidPtr

NO_INTERFACE = VoidPtr(0)
"""The null pointer that `interface_cast` must return: None would become a pointer to None."""
Deed = tuple[str, str, Callable[[], object]]
"""What can be done with a part: its name, its keys, and the doing."""


@cache
def install_interfaces() -> None:
    """Let Qt ask a widget's `make_accessible()` for its interface. Once a process; the widget
    keeps what it made."""
    QAccessible.installFactory(_make)


def _make(_kind: str, thing: QObject | None) -> QAccessibleInterface | None:
    make = getattr(thing, "make_accessible", None)
    return make() if make is not None else None


class Deeds(QAccessibleActionInterface):
    """The deeds of a part, asked for anew each time."""

    def __init__(self, deeds: Callable[[], Sequence[Deed]]) -> None:
        super().__init__()
        self._deeds = deeds

    def actionNames(self) -> list[str]:
        return [name for name, _keys, _do in self._deeds()]

    def localizedActionName(self, name: str) -> str:
        return name

    def localizedActionDescription(self, name: str) -> str:
        return name

    def keyBindingsForAction(self, name: str) -> list[str]:
        return [keys for deed, keys, _do in self._deeds() if deed == name and keys]

    def doAction(self, name: str) -> None:
        for deed, _keys, do in self._deeds():
            if deed == name:
                do()
                return


class Part(QAccessibleInterface):
    """A part of a widget that is no widget. `above` is what it is a part of; `inner` are its own
    parts."""

    def __init__(self, above: QAccessibleInterface) -> None:
        super().__init__()
        self._above = above
        self._actions = Deeds(self.deeds)
        self.inner: list[Any] = []

    def deeds(self) -> Sequence[Deed]:
        return ()

    def name(self) -> str:
        raise NotImplementedError

    def description(self) -> str:
        return ""

    def isValid(self) -> bool:
        return self._above.isValid()

    def object(self) -> QObject | None:  # type: ignore[override]
        return None

    def window(self) -> QWindow | None:  # type: ignore[override]
        return self._above.window()

    def parent(self) -> QAccessibleInterface:
        return self._above

    def childCount(self) -> int:
        return len(self.inner)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return self.inner[index] if 0 <= index < len(self.inner) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((place for place, each in enumerate(self.inner) if each is child), -1)

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return next((each for each in self.inner if each.rect().contains(x, y)), None)

    def relations(self, _match: Any = None) -> list[Any]:
        return []

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name:
            return self.name()
        return self.description() if kind == QAccessible.Text.Description else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        pass

    def state(self) -> QAccessible.State:
        return QAccessible.State()

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        has_deeds = kind == QAccessible.InterfaceType.ActionInterface and bool(self.deeds())
        return self._actions if has_deeds else NO_INTERFACE
