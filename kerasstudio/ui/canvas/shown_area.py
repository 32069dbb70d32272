"""What of a scene a view shows, and on how many pixels."""

from __future__ import annotations

from dataclasses import dataclass

from kerasstudio.ui.canvas.decorations import Box


@dataclass(frozen=True)
class ShownArea:
    """A box of the scene, on `width` by `height` logical pixels of `ratio` device pixels."""

    box: Box
    width: int
    height: int
    ratio: float
