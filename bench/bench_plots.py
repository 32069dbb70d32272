"""Repainting 4 plots × 6 curves with 1,000,000 points each, 200 new points a second."""

from __future__ import annotations

import json
import time

import numpy as np
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from kerasstudio.runtime.protocol import Points
from kerasstudio.ui.charts.curves import Curves
from kerasstudio.ui.charts.metric_plot import ChartColors, ChartView, MetricPlot, ShownRun

POINTS = 1_000_000
RATE_HZ = 30
METRICS = ("loss", "accuracy", "mae", "auc")
COLORS = ChartColors(
    "#171b22", "#e6e9ef", "#8b93a7", "#2a3040", "#f5b04a", ("#6aa5ff", "#41d392", "#c58af9")
)


def main() -> None:
    app = QApplication([])
    window = QWidget()
    window.resize(1600, 420)
    grid = QGridLayout(window)
    rng = np.random.default_rng(0)
    runs = []
    for number in range(6):
        curves = Curves()
        for metric in METRICS:
            noise = rng.normal(size=POINTS) * 0.1
            values = np.exp(-np.arange(POINTS) / 2e5) + noise
            curves.add_points(Points(0, 0, {metric: values.tolist()}, 1, 1))
        runs.append(ShownRun(str(number), f"run {number}", COLORS.runs[number % 3], curves))
    plots = [MetricPlot(metric, metric, COLORS) for metric in METRICS]
    for column, plot in enumerate(plots):
        plot.set_view(ChartView(smoothing=0.6))
        plot.set_runs(tuple(runs))
        grid.addWidget(plot, 0, column)
    window.show()
    app.processEvents()
    times = []
    for tick in range(90):
        first = POINTS + tick * 7
        for run in runs:
            values = {metric: [0.5] * 7 for metric in METRICS}
            run.curves.add_points(Points(0, first, values, 1, 1))
        started = time.perf_counter()
        for plot in plots:
            plot.refresh()
            plot.repaint_now()
        times.append((time.perf_counter() - started) * 1000)
        app.processEvents()
        time.sleep(max(0.0, 1 / RATE_HZ - times[-1] / 1000))
    figure = {
        "figure": "plots: repaint of 4 x 6 curves x 1,000,000 points, ms (p95)",
        "value": round(float(np.percentile(times[10:], 95)), 2),
        "limit": 30.0,
        "better": "lower",
        "median": round(float(np.median(times[10:])), 2),
    }
    print(json.dumps(figure))


if __name__ == "__main__":
    main()
