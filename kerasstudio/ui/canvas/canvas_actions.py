"""What the actions of the drawing do, and the keys that ask for them."""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Protocol

from PySide6.QtGui import QKeyEvent

from kerasstudio.ui.action_table import ACTIONS, CANVAS, Action
from kerasstudio.ui.key_chords import event_chords, is_letter
from kerasstudio.ui.key_map import KeyMap

_OF_BLOCKS = ("has_block", "has_linked", "in_block")
_RECORDS = {record.id: record for record in ACTIONS if record.place == CANVAS}


class Window(Protocol):
    """What the window knows of actions (`ui/actions.py`)."""

    def can_do(self, action_id: str) -> bool: ...

    def is_offered(self, action_id: str) -> bool: ...

    def hindrance(self, action_id: str) -> str: ...

    def trigger(self, action_id: str) -> None: ...


class CanvasActions:
    """Finds the method of an action in `helpers`, the first that has it; what none has the window
    may do. It is asked before keys do something: it knows what can be done now, and says why
    not."""

    def __init__(self, key_map: KeyMap, *helpers: object) -> None:
        self.key_map = key_map
        self._helpers = helpers
        self._window: Window | None = None
        self._base: CanvasActions = self

    def over(self, helper: object) -> CanvasActions:
        """The same actions where `helper` does those that it has a method for."""
        made = CanvasActions(self.key_map, helper, *self._helpers)
        made._base = self
        return made

    def set_window(self, window: Window) -> None:
        self._window = window

    def slot(self, record: Action) -> Callable[[], object] | None:
        """What does the action; None while nothing here does."""
        for helper in self._helpers:
            method: object = helper
            for name in record.target.split("."):
                method = getattr(method, name, None)
            # Not those that Qt has by the same name.
            if isinstance(method, MethodType):
                return method
        return None

    def offers(self, action_id: str) -> bool:
        record, window = _RECORDS.get(action_id), self._base._window
        if record is None:
            return False
        return self.slot(record) is not None or (
            window is not None and window.is_offered(action_id)
        )

    def makes_sense(self, action_id: str) -> bool:
        """Whether a menu for what is selected should show the action: not those of blocks for
        what is no block."""
        record, window = _RECORDS[action_id], self._base._window
        return record.needs not in _OF_BLOCKS or window is None or not window.hindrance(action_id)

    def run(self, action_id: str) -> None:
        """Do an action of the drawing, if it can be done now."""
        slot, window = self.slot(_RECORDS[action_id]), self._base._window
        if not self.offers(action_id) or (window is not None and not window.can_do(action_id)):
            return
        if slot is not None:
            slot()
        elif window is not None:
            window.trigger(action_id)

    def find(self, event: QKeyEvent, letters: bool = True) -> str | None:
        """The action that a key press asks for; without `letters` single letters ask for none
        (they search in a list)."""
        for chord in event_chords(event):
            if not letters and is_letter(chord):
                continue
            for action_id in self.key_map.actions_of(chord):
                if self.offers(action_id):
                    return action_id
        return None

    def pressed(self, event: QKeyEvent, letters: bool = True) -> bool:
        """Do what a key press asks for; False when it asks for nothing here."""
        action_id = self.find(event, letters)
        if action_id is None:
            return False
        self.run(action_id)
        return True
