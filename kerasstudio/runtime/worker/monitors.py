"""The best epoch by a monitored metric, and when patience is over (Keras `EarlyStopping`)."""

from __future__ import annotations

import math
from collections.abc import Iterator

import keras

# Names of metrics that grow as the model gets better, for metrics that do not say so themselves.
_UPWARD = ("acc", "auc", "precision", "recall", "f1", "fbeta", "f_beta", "iou", "r2", "positives")


class Monitor:
    """Follows one metric over the epochs.

    `mode` is "min" or "max". A value improves when it is better than the best so far by more than
    `min_delta`, as in Keras. `wait` counts the epochs since. A value that is missing or no finite
    number never improves."""

    def __init__(self, name: str, mode: str, min_delta: float = 0.0) -> None:
        self.name = name
        self.mode = mode
        self.min_delta = abs(min_delta)
        self.best: float | None = None
        self.best_epoch: int | None = None
        self.wait = 0

    def follow(self, epoch: int, value: float | None) -> bool:
        """Note the value of an epoch (from 0); whether it is the best so far."""
        if value is not None and math.isfinite(value) and self._improves(value):
            self.best, self.best_epoch, self.wait = value, epoch, 0
            return True
        self.wait += 1
        return False

    def state(self) -> dict[str, float | int | str | None]:
        """For a checkpoint."""
        return {
            "name": self.name,
            "best": self.best,
            "best_epoch": self.best_epoch,
            "wait": self.wait,
        }

    def restore(self, state: dict[str, float | int | str | None]) -> None:
        """Go on from `state`; nothing happens when that was of another metric."""
        if state.get("name") != self.name:
            return
        best, best_epoch, wait = (state.get(key) for key in ("best", "best_epoch", "wait"))
        self.best = float(best) if best is not None else None
        self.best_epoch = int(best_epoch) if best_epoch is not None else None
        self.wait = int(wait or 0)

    def _improves(self, value: float) -> bool:
        if self.best is None:
            return True
        if self.mode == "max":
            return value - self.min_delta > self.best
        return value + self.min_delta < self.best


def direction(model: keras.Model, monitor: str, mode: str) -> str:
    """ "min" or "max" for a metric name; "auto" asks the model's metric objects, then the name."""
    if mode in {"min", "max"}:
        return mode
    name = monitor.removeprefix("val_")
    for metric in leaf_metrics(model.metrics):
        if metric.name == name and hasattr(metric, "_direction"):
            return "max" if metric._direction == "up" else "min"
    if name.endswith("loss"):
        return "min"
    return "max" if any(part in name for part in _UPWARD) else "min"


def leaf_metrics(metrics: list[keras.metrics.Metric]) -> Iterator[keras.metrics.Metric]:
    """Metrics without the containers that Keras puts compiled ones into."""
    for metric in metrics:
        inner = getattr(metric, "metrics", None)
        if inner is None:
            yield metric
        else:
            yield from inner
