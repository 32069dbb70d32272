"""Windows over a table: consecutive rows as one sample, the target some rows later."""

from __future__ import annotations

import numpy as np

from kerasstudio.graph.data_spec import Window
from kerasstudio.runtime.worker.data.columns import Array


def sample_count(rows: int, window: Window) -> int:
    """How many samples `rows` rows give (0 when they are too few for one window)."""
    return max(0, rows - window.length - window.horizon + 1) if window.length else rows


def feature_windows(values: Array, window: Window) -> Array:
    """(rows, ...) → (samples, length, ...) without copying: overlapping windows share memory."""
    if not window.length:
        return values
    count = sample_count(len(values), window)
    views = np.lib.stride_tricks.sliding_window_view(values, window.length, axis=0)
    return np.moveaxis(views, -1, 1)[:count]


def target_rows(rows: int, window: Window) -> Array:
    """The row whose target belongs to each sample."""
    first = window.length + window.horizon - 1 if window.length else 0
    return np.arange(first, max(first, rows), dtype=np.int64)
