"""What Keras would say of a gesture that is still going on; asked aside, never waited for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from PySide6.QtCore import QObject, QTimer, Signal

from kerasstudio.graph.problems import StudioError
from kerasstudio.graph.project import Project
from kerasstudio.runtime.protocol import Supposed

Answered = Callable[[Supposed], None]
Ask = Callable[[Project, tuple[str, ...], Answered], object]
Variant = Callable[[], tuple[Project, Iterable[str]]]
"""Makes the drawing as it would be, and names the nodes that are asked about."""

PAUSE_MS = 40


class Supposing(QObject):
    """`about(key, variant)` gives the answer where it is known; else the question goes out after a
    short pause, in which the mouse may have gone on to something else, and `answered` is emitted
    when the answer is there. Answers hold until the drawing changes (`forget`)."""

    answered = Signal()

    def __init__(self, ask: Ask | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ask = ask
        self._known: dict[Hashable, Supposed] = {}
        self._waiting: tuple[Hashable, Variant] | None = None
        self._asked: Hashable | None = None
        self._age = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._send)

    def about(self, key: Hashable, variant: Variant) -> Supposed | None:
        """What is known of a variant of the drawing; `key` says which. None: not yet."""
        found = self._known.get(key)
        if found is None and self._ask is not None and key != self._asked:
            if self._waiting is None or self._waiting[0] != key:
                self._timer.start()
            self._waiting = (key, variant)
        return found

    def forget(self) -> None:
        """The drawing is another one: nothing of what was said holds."""
        self._age += 1
        self._known.clear()
        self._timer.stop()
        self._waiting = self._asked = None

    def _send(self) -> None:
        if self._waiting is None or self._ask is None:
            return
        key, variant = self._waiting
        self._waiting, self._asked = None, key
        try:
            project, nodes = variant()
        except StudioError:
            return  # such an edit would be refused, in words
        age = self._age

        def answered(report: Supposed) -> None:
            if age == self._age:
                self._known[key] = report
                if self._asked == key:
                    self._asked = None
                self.answered.emit()

        self._ask(project, tuple(nodes), answered)
