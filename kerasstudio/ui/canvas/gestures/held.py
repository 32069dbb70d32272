"""Pulling at a card that is pinned: it stays, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from kerasstudio.ui.canvas.gestures.gesture import Gesture, Modifiers

if TYPE_CHECKING:
    from kerasstudio.ui.canvas.canvas_view import CanvasView


class Held(Gesture):
    """Says `words` once the mouse pulls."""

    scrolls_at_edges = False

    def __init__(self, view: CanvasView, at: QPointF, spot: QPointF, words: str) -> None:
        super().__init__(view, at, spot)
        self._words = words

    def moved(self, at: QPointF, spot: QPointF, modifiers: Modifiers) -> None:
        if not self.travelled and self.has_travelled(spot):
            self.view.say(self._words, spot)
