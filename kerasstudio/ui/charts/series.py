"""A growing series of numbers that a plot can draw at any zoom in about a millisecond.

Values live in a NumPy buffer that doubles; beside it stands a pyramid of block minima, maxima and
means (blocks of 4, of 16, of 64, ...), so drawing a million points touches at most a few thousand.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

BLOCK = 4
MAX_POINTS = 1500
_MAX_LEVELS = 20


class _Level:
    """Complete blocks of one size: minimum, maximum, mean and last index + 1."""

    def __init__(self) -> None:
        self.low = np.empty(64)
        self.high = np.empty(64)
        self.mean = np.empty(64)
        self.count = 0

    def append(self, low: Floats, high: Floats, mean: Floats) -> None:
        end = self.count + len(low)
        if end > len(self.low):
            size = max(end, 2 * len(self.low))
            self.low, self.high, self.mean = (
                np.resize(part, size) for part in (self.low, self.high, self.mean)
            )
        self.low[self.count : end] = low
        self.high[self.count : end] = high
        self.mean[self.count : end] = mean
        self.count = end


class Series:
    """Values at x = 0, 1, 2, ... (global batch numbers), appended as they arrive.

    A value that is not finite stays a gap: minima and maxima of its block ignore it.
    """

    def __init__(self) -> None:
        self._values = np.empty(256)
        self._count = 0
        self._levels: list[_Level] = []

    def __len__(self) -> int:
        return self._count

    @property
    def values(self) -> Floats:
        """A view of all values so far."""
        return self._values[: self._count]

    def append(self, values: npt.ArrayLike) -> None:
        """Add values at the end."""
        new = np.asarray(values, dtype=np.float64)
        end = self._count + len(new)
        if end > len(self._values):
            self._values = np.resize(self._values, max(end, 2 * len(self._values)))
        self._values[self._count : end] = new
        self._count = end
        self._extend_levels()

    def pad_to(self, count: int) -> None:
        """Fill up with gaps so that the next value has index `count` (a metric that came late)."""
        if count > self._count:
            self.append(np.full(count - self._count, np.nan))

    def _extend_levels(self) -> None:
        below = self._count
        for index in range(_MAX_LEVELS):
            if index == len(self._levels):
                if below < BLOCK:
                    return
                self._levels.append(_Level())
            level = self._levels[index]
            first, last = level.count, below // BLOCK
            if last == first:
                return  # no block was completed, so none above can be either
            span = slice(first * BLOCK, last * BLOCK)
            if index == 0:
                low = high = mean = self._values[span]
            else:
                lower = self._levels[index - 1]
                low, high, mean = lower.low[span], lower.high[span], lower.mean[span]
            level.append(
                np.fmin.reduce(low.reshape(-1, BLOCK), axis=1),
                np.fmax.reduce(high.reshape(-1, BLOCK), axis=1),
                _mean_of_finite(mean.reshape(-1, BLOCK)),
            )
            below = level.count

    def _level_for(self, points: int, budget: int) -> tuple[int, int]:
        """(level, block size) such that at most `budget` values are drawn; level -1 is raw."""
        if points <= budget:
            return -1, 1
        index, size = -1, 1
        while 2 * points / size > budget and index + 1 < len(self._levels):
            index += 1
            size *= BLOCK
        return index, size

    def _span(self, left: float, right: float) -> tuple[int, int]:
        first = max(0, int(np.floor(left)) - 1) if np.isfinite(left) else 0
        last = min(self._count, int(np.ceil(right)) + 2) if np.isfinite(right) else self._count
        return first, max(first, last)

    def envelope(
        self, left: float, right: float, budget: int = MAX_POINTS
    ) -> tuple[Floats, Floats]:
        """x and y to draw between `left` and `right`: every value, or each block's minimum and
        maximum when there are more than `budget` of them, so that no spike is lost."""
        first, last = self._span(left, right)
        index, size = self._level_for(last - first, budget)
        if index < 0:
            return np.arange(first, last, dtype=np.float64), self._values[first:last].copy()
        level = self._levels[index]
        start, stop = first // size, min(level.count, last // size + 1)
        y = np.empty(2 * (stop - start))
        y[0::2], y[1::2] = level.low[start:stop], level.high[start:stop]
        x = np.repeat((np.arange(start, stop) + 0.5) * size, 2)
        tail = slice(stop * size, last)
        if tail.start < tail.stop:  # the newest values do not fill a block yet
            step = max(1, size // BLOCK)
            x = np.concatenate([x, np.arange(tail.start, tail.stop, step)])
            y = np.concatenate([y, self._values[tail][::step]])
        return x, y

    def smoothed(
        self, left: float, right: float, weight: float, budget: int = MAX_POINTS
    ) -> tuple[Floats, Floats]:
        """x and y of the exponential moving average between `left` and `right`.

        `weight` is that of the past per point for up to 1,000 points; a longer series is smoothed
        as if it had been thinned to 1,000, so that the slider means the same at every length. On
        block means the average uses weight ** block size, which is the same filter.
        """
        if self._count == 0 or weight <= 0:
            return self.envelope(left, right, budget)
        per_value = weight ** min(1.0, 1000.0 / self._count)
        first, last = self._span(left, right)
        index, size = self._level_for(last - first, budget)
        per_block = per_value**size
        # The average forgets: start a few time constants early instead of at the beginning.
        run_in = int(np.ceil(8.0 / max(1e-9, 1.0 - per_block)))
        if index < 0:
            start = max(0, first - run_in)
            y = exponential_average(self._values[start:last], per_block)[first - start :]
            return np.arange(first, last, dtype=np.float64), y
        level = self._levels[index]
        low, stop = first // size, min(level.count, last // size + 1)
        start = max(0, low - run_in)
        y = exponential_average(level.mean[start:stop], per_block)[low - start :]
        return np.arange(low + 0.5, stop + 0.5) * size, y

    def bounds(self, left: float, right: float) -> tuple[float, float] | None:
        """Smallest and largest finite value between `left` and `right`, or None."""
        _, y = self.envelope(left, right)
        y = y[np.isfinite(y)]
        return (float(y.min()), float(y.max())) if len(y) else None


def _mean_of_finite(rows: Floats) -> Floats:
    finite = np.isfinite(rows)
    count = finite.sum(axis=1)
    total = np.where(finite, rows, 0.0).sum(axis=1)
    mean: Floats = np.divide(total, count, out=np.full(len(rows), np.nan), where=count > 0)
    return mean


def exponential_average(values: npt.ArrayLike, weight: float) -> Floats:
    """Debiased exponential moving average (as Adam corrects its moments; Kingma and Ba, 2015).

    `weight` in [0, 1) is that of the past. Values that are not finite are passed over; the
    others stay below 1e100 in size.
    """
    x = np.asarray(values, dtype=np.float64)
    if weight < 1e-9 or len(x) == 0:  # so little of the past is no average
        return x.copy()
    finite = np.isfinite(x)
    x = np.where(finite, x, 0.0)
    gain = np.where(finite, 1.0, 0.0)
    out = np.empty(len(x))
    # Within a piece weight**-k stays below 1e200; the newest terms are the largest, so the
    # cumulative sums lose no precision that the average would keep.
    piece = max(1, min(len(x), int(np.log(1e-200) / np.log(weight))))
    total = mass = 0.0
    for start in range(0, len(x), piece):
        stop = min(start + piece, len(x))
        powers = weight ** np.arange(1, stop - start + 1)
        totals = powers * (total + np.cumsum(x[start:stop] / powers))
        masses = powers * (mass + np.cumsum(gain[start:stop] / powers))
        with np.errstate(invalid="ignore", divide="ignore"):
            out[start:stop] = totals / masses
        total, mass = totals[-1], masses[-1]
    return out
