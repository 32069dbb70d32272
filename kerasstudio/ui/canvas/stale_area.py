"""What of a drawing is not as it was painted last."""

from __future__ import annotations

import numpy as np

from kerasstudio.ui.canvas.decorations import Box, joined
from kerasstudio.ui.canvas.node_index import Floats


class StaleArea:
    """Collects until it is taken: all of the drawing, or a box around what moved."""

    def __init__(self) -> None:
        self._all = True
        self._box: Box | None = None

    def add_all(self) -> None:
        """Anything may look different."""
        self._all = True

    def add_rects(self, rects: Floats) -> None:
        """What lies in rows of x, y, width, height."""
        self.add_bounds(np.concatenate([rects[:, :2], rects[:, :2] + rects[:, 2:]], axis=1))

    def add_bounds(self, bounds: Floats) -> None:
        """What lies in rows of x0, y0, x1, y1; a row without an extent is left out."""
        bounds = bounds[bounds[:, 0] <= bounds[:, 2]]
        if len(bounds):
            x0, y0 = bounds[:, :2].min(axis=0).tolist()
            x1, y1 = bounds[:, 2:].max(axis=0).tolist()
            self._box = joined(self._box, (x0, y0, x1, y1))

    def take(self) -> tuple[bool, Box | None]:
        """Whether that is all of it, else the box; nothing is stale then."""
        found = self._all, self._box
        self._all, self._box = False, None
        return found
