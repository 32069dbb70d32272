"""What the actions of the drawing do, and the keys that ask for them."""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType

from PySide6.QtGui import QKeyEvent

from kerasstudio.ui.action_table import ACTIONS, CANVAS, Action
from kerasstudio.ui.key_chords import event_chords, is_letter
from kerasstudio.ui.key_map import KeyMap

_RECORDS = {record.id: record for record in ACTIONS if record.place == CANVAS}


class CanvasActions:
    """Finds the method of an action in `helpers`, the first that has it. `gate(id)` is asked
    before keys do something (the window knows what can be done now, and says why not)."""

    def __init__(self, key_map: KeyMap, *helpers: object) -> None:
        self.key_map = key_map
        self._helpers = helpers
        self._gate: Callable[[str], bool] = lambda _action: True

    def over(self, helper: object) -> CanvasActions:
        """The same actions where `helper` does those that it has a method for."""
        made = CanvasActions(self.key_map, helper, *self._helpers)
        made.set_gate(lambda action_id: self._gate(action_id))
        return made

    def set_gate(self, gate: Callable[[str], bool]) -> None:
        self._gate = gate

    def slot(self, record: Action) -> Callable[[], object] | None:
        """What does the action; None while nothing does."""
        for helper in self._helpers:
            method = getattr(helper, record.target, None)
            # Not those that Qt has by the same name.
            if isinstance(method, MethodType):
                return method
        return None

    def offers(self, action_id: str) -> bool:
        return action_id in _RECORDS and self.slot(_RECORDS[action_id]) is not None

    def run(self, action_id: str) -> None:
        """Do an action of the drawing, if it can be done now."""
        slot = self.slot(_RECORDS[action_id])
        if slot is not None and self._gate(action_id):
            slot()

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
