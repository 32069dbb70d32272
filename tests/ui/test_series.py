"""The series behind the plots, against plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasstudio.ui.charts.series import MAX_POINTS, Series, exponential_average


def filled(count: int, piece: int = 1000) -> tuple[Series, np.ndarray]:
    values = np.random.default_rng(0).normal(size=count).cumsum()
    series = Series()
    for start in range(0, count, piece):
        series.append(values[start : start + piece])
    return series, values


def test_short_series_is_drawn_whole() -> None:
    series, values = filled(700)
    x, y = series.envelope(-np.inf, np.inf)
    assert x.tolist() == list(range(700))
    assert np.array_equal(y, values)


@pytest.mark.parametrize("count", [5_000, 100_000, 1_000_003])
@pytest.mark.parametrize("piece", [7, 997, 100_000])
def test_long_series_keeps_its_extremes_and_few_points(count: int, piece: int) -> None:
    if count > 200_000 and piece == 7:
        piece = 4999
    series, values = filled(count, piece)
    x, y = series.envelope(0, count)
    assert len(x) == len(y) <= 2 * MAX_POINTS
    assert y.min() == values.min()
    assert y.max() == values.max()
    assert np.all(np.diff(x) >= 0)


def test_zooming_in_shows_every_value() -> None:
    series, values = filled(100_000)
    x, y = series.envelope(50_000, 50_100)
    first = int(x[0])
    assert first <= 50_000
    assert np.array_equal(y, values[first : first + len(y)])
    assert len(y) > 100


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300),
    st.floats(0.0, 0.999),
)
def test_average_equals_the_recurrence(values: list[float], weight: float) -> None:
    total = mass = 0.0
    expected = []
    for value in values:
        total = weight * total + value
        mass = weight * mass + 1
        expected.append(total / mass)
    assert exponential_average(values, weight) == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_gaps_are_passed_over() -> None:
    y = exponential_average([1.0, np.nan, 1.0, np.inf, 1.0], 0.5)
    assert y == pytest.approx([1, 1, 1, 1, 1])
    series = Series()
    series.append(np.where(np.arange(5000) % 3, 2.0, np.nan))
    _, drawn = series.envelope(0, 5000)
    assert np.nanmin(drawn) == np.nanmax(drawn) == 2.0


def test_smoothing_a_long_series_follows_its_mean() -> None:
    rng = np.random.default_rng(1)
    series = Series()
    series.append(3.0 + rng.normal(size=300_000))
    _, y = series.smoothed(100_000, 200_000, 0.95)
    assert np.all(np.abs(y - 3.0) < 0.5)


def test_a_late_metric_starts_where_it_came() -> None:
    series = Series()
    series.pad_to(10)
    series.append([1.0])
    assert len(series) == 11
    assert series.bounds(0, 11) == (1.0, 1.0)
