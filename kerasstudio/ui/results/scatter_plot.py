"""Predicted against true values of a regression, with the line of perfect prediction."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont

from kerasstudio.ui.charts.curve_layer import BarePlot
from kerasstudio.ui.charts.metric_plot import ChartColors

MOST_POINTS = 5000


class ScatterPlot(BarePlot):
    """At most 5,000 samples, evenly picked; the axes have the same range."""

    def __init__(self, colors: ChartColors) -> None:
        super().__init__()
        self.setAccessibleName("Predicted against true values")
        self._plot = self.getPlotItem()
        self._line = pg.InfiniteLine(angle=45)
        self._plot.addItem(self._line, ignoreBounds=True)
        self._points = pg.ScatterPlotItem(size=6)
        self._plot.addItem(self._points)
        self.set_colors(colors)

    def set_colors(self, colors: ChartColors) -> None:
        self.setBackground(QColor(colors.background))
        font = QFont(self.font())
        font.setPixelSize(11)
        for side, text in (("left", "predicted"), ("bottom", "true")):
            axis = self._plot.getAxis(side)
            axis.setTextPen(colors.muted)
            axis.setPen(colors.grid)
            axis.setTickFont(font)
            axis.setLabel(text, color=colors.muted)
        self._line.setPen(pg.mkPen(colors.muted, style=Qt.PenStyle.DashLine))
        color = QColor(colors.runs[0])
        color.setAlpha(150)
        self._points.setBrush(color)
        self._points.setPen(pg.mkPen(None))

    def show_values(
        self, true: npt.NDArray[np.floating], predicted: npt.NDArray[np.floating]
    ) -> None:
        """Both have one entry a sample; several values a sample are shown as several points."""
        x, y = np.ravel(true).astype(np.float64), np.ravel(predicted).astype(np.float64)
        finite = np.isfinite(x) & np.isfinite(y)
        x, y = x[finite], y[finite]
        if len(x) > MOST_POINTS:
            picked = np.linspace(0, len(x) - 1, MOST_POINTS).astype(np.int64)
            x, y = x[picked], y[picked]
        self._points.setData(x, y)
        if len(x):
            low, high = min(x.min(), y.min()), max(x.max(), y.max())
            margin = 0.05 * (high - low) or 1.0
            self._plot.setXRange(low - margin, high + margin, padding=0)
            self._plot.setYRange(low - margin, high + margin, padding=0)
