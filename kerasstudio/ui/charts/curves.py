"""All curves of one run: every batch value and every epoch value, by metric."""

from __future__ import annotations

import math

import numpy as np

from kerasstudio.runtime.protocol import EpochEnded, Points
from kerasstudio.ui.charts.series import Floats, Series

VALIDATION_PREFIX = "val_"


class EpochCurve:
    """One value an epoch, with the epoch number and the number of batches done by then."""

    def __init__(self) -> None:
        self.epochs: list[int] = []
        self.batches: list[int] = []
        self.values: list[float] = []

    def append(self, epoch: int, batches: int, value: float) -> None:
        self.epochs.append(epoch)
        self.batches.append(batches)
        self.values.append(value)

    def xy(self, by_epoch: bool) -> tuple[Floats, Floats]:
        x = self.epochs if by_epoch else self.batches
        return np.asarray(x, dtype=np.float64), np.asarray(self.values, dtype=np.float64)


class Curves:
    """Grows by `add_points` and `add_epoch`; never shrinks. Epochs count from 1 on the axis."""

    def __init__(self) -> None:
        self.batch: dict[str, Series] = {}
        self.epoch: dict[str, EpochCurve] = {}
        self.best_epochs: list[tuple[int, int]] = []

    def add_points(self, points: Points) -> None:
        """Append batch values; a batch that was already there (a continued run) is kept once."""
        for name, values in points.values.items():
            series = self.batch.setdefault(name, Series())
            series.pad_to(points.first)
            fresh = values[max(0, len(series) - points.first) :]
            series.append(np.array(fresh, dtype=np.float64))  # None becomes a gap

    def add_epoch(self, ended: EpochEnded) -> None:
        number = ended.epoch + 1
        for name, value in ended.values.items():
            self.epoch.setdefault(name, EpochCurve()).append(number, ended.batches, value)
        if ended.best:
            self.best_epochs.append((number, ended.batches))

    def copy(self) -> Curves:
        """A snapshot for another thread, while this one goes on growing."""
        snapshot = Curves()
        for name, series in self.batch.items():
            snapshot.batch[name] = Series()
            snapshot.batch[name].append(series.values.copy())
        for name, curve in self.epoch.items():
            copied = snapshot.epoch[name] = EpochCurve()
            copied.epochs, copied.batches = list(curve.epochs), list(curve.batches)
            copied.values = list(curve.values)
        snapshot.best_epochs = list(self.best_epochs)
        return snapshot

    def metrics(self) -> list[str]:
        """Names to plot, the loss first, without "val_" ones (they share a plot), and without
        what is no metric (the learning rate has its own line)."""
        names = list(dict.fromkeys([*self.batch, *self.epoch]))
        shown = [name for name in names if not name.startswith(VALIDATION_PREFIX)]
        return sorted(shown, key=lambda name: (name != "loss", not name.endswith("loss")))

    def last(self, name: str) -> float | None:
        """The newest value of a metric: of the epoch if there is one, else of the batch."""
        curve = self.epoch.get(name)
        if curve and curve.values:
            return curve.values[-1]
        series = self.batch.get(name)
        if series and len(series):
            value = float(series.values[-1])
            return value if math.isfinite(value) else None
        return None
