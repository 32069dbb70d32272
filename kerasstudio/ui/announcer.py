"""What an action did, said once: in the status bar, and to screen readers."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from kerasstudio.ui.status_bar import StatusBar
from kerasstudio.ui.widgets.announce import announce
from kerasstudio.ui.widgets.labels import Tone

# Undo steps are named by what they do; said is what was done.
_DONE = {
    "Add": "Added",
    "Align": "Aligned",
    "Arrange": "Arranged",
    "Bypass": "Bypassed",
    "Change": "Changed",
    "Collapse": "Collapsed",
    "Colour": "Coloured",
    "Connect": "Connected",
    "Delete": "Deleted",
    "Distribute": "Distributed",
    "Duplicate": "Duplicated",
    "Fix:": "Fixed:",
    "Frame": "Framed",
    "Freeze": "Froze",
    "Group": "Grouped",
    "Hide": "Hid",
    "Insert": "Inserted",
    "Move": "Moved",
    "Mute": "Muted",
    "Paste": "Pasted",
    "Pin": "Pinned",
    "Remove": "Removed",
    "Rename": "Renamed",
    "Replace": "Replaced",
    "Resize": "Resized",
    "Show": "Showed",
    "Straighten": "Straightened",
    "Swap": "Swapped",
    "Switch": "Switched",
    "Take": "Took",
    "Turn": "Turned",
    "Unfold": "Unfolded",
    "Unfreeze": "Unfroze",
    "Ungroup": "Ungrouped",
    "Unpin": "Unpinned",
    "Use": "Used",
    "Wire": "Wired",
    "Write": "Wrote",
}


class Announcer(QObject):
    """`say` shows a message for a few seconds and hands it to assistive technology; `tell` only
    the latter, for what is visible already (the selection)."""

    def __init__(self, window: QWidget, status: StatusBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window, self._status = window, status
        self.last = ""

    def say(self, text: str, tone: Tone = "muted") -> None:
        self._status.say(text, tone)
        self.tell(text, urgent=tone == "error")

    def tell(self, text: str, urgent: bool = False) -> None:
        if not text:
            return
        self.last = text
        announce(self._window, text, urgent)

    def edited(self, how: str, step: str) -> None:
        """An undo step was done, undone or redone (`how`)."""
        self.say(done(step) if how == "done" else f"{how.capitalize()}: {step}")


def done(step: str) -> str:
    """ "Add Dense" → "Added Dense"; what has no such word stays as it is."""
    verb, blank, rest = step.partition(" ")
    return f"{_DONE.get(verb, verb)}{blank}{rest}"
