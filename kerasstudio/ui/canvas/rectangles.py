"""Arrays of lines and rectangles, handed to Qt without a Python loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import shiboken6
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter

from kerasstudio.ui.canvas.node_index import Floats


def draw_lines(painter: QPainter, lines: Floats) -> None:
    """Rows of x1, y1, x2, y2 as lines. The rows are read in place: a list of QLineF would cost
    eight times as much."""
    rows = np.ascontiguousarray(lines, np.float64)
    if len(rows):
        first: Any = shiboken6.wrapInstance(rows.ctypes.data, QLineF)
        painter.drawLines(first, len(rows))


def draw_rects(painter: QPainter, rects: Floats) -> None:
    """Rows of x, y, width, height as rectangles, read in place."""
    rows = np.ascontiguousarray(rects, np.float64)
    if len(rows):
        first: Any = shiboken6.wrapInstance(rows.ctypes.data, QRectF)
        painter.drawRects(first, len(rows))
