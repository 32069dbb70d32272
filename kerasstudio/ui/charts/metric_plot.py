"""One plot: a metric's curves of every shown run, train and validation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout

from kerasstudio.ui.charts.curve_layer import BarePlot, CurveLayer, Mark, Stroke, cache_axis
from kerasstudio.ui.charts.curves import VALIDATION_PREFIX, Curves, EpochCurve
from kerasstudio.ui.charts.series import Floats
from kerasstudio.ui.theme import px

# The axis grows in steps, not with every point: moving it repaints everything.
RANGE_STEP = 1.15


@dataclass(frozen=True)
class ChartColors:
    """What a plot needs of the theme: colours as "#rrggbb"."""

    background: str
    text: str
    muted: str
    grid: str
    validation: str
    runs: tuple[str, ...]


@dataclass(frozen=True)
class ChartView:
    """What the person chose for all plots."""

    smoothing: float = 0.6
    by_epoch: bool = False
    log_y: bool = False


@dataclass(frozen=True)
class ShownRun:
    """A run on the plots: `color` tells runs apart, `label` names it in the legend."""

    key: str
    label: str
    color: str
    curves: Curves


class MetricPlot(QFrame):
    """Draws on `refresh` only; the owner calls it at most 30 times a second.

    `following` keeps the newest point in view; a wheel or a drag by the person ends it
    (`follow_changed`), a double-click starts it again.
    """

    follow_changed = Signal(bool)
    pointed_at = Signal(object)

    def __init__(self, metric: str, title: str, colors: ChartColors) -> None:
        super().__init__()
        self.setObjectName("card")
        self.metric_name = metric
        self.title = title
        self.following = True
        self._colors = colors
        self._view = ChartView()
        self._runs: tuple[ShownRun, ...] = ()
        self._right = 1.0
        self._step = 1.0

        self._title = QLabel(title)
        self._title.setObjectName("cardTitle")
        # A long name gives way to the values; its tool tip has all of it.
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._title.setToolTip(title)
        self._legend = QLabel()
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        header = QHBoxLayout()
        header.setSpacing(8)
        header.addWidget(self._title, 1)
        header.addWidget(self._legend)

        self._widget = BarePlot()
        self._widget.setAccessibleName(f"Plot of {title}")
        self._plot: pg.PlotItem = self._widget.getPlotItem()
        self._box: pg.ViewBox = self._plot.getViewBox()
        self._box.disableAutoRange()
        self._box.sigRangeChangedManually.connect(self._moved_by_hand)
        self._layer = CurveLayer()
        self._plot.addItem(self._layer, ignoreBounds=True)
        self._cross = pg.InfiniteLine(angle=90)
        self._cross.hide()
        self._plot.addItem(self._cross, ignoreBounds=True)
        self._readout = QLabel(self._widget)
        self._readout.setObjectName("chartReadout")
        self._readout.setTextFormat(Qt.TextFormat.RichText)
        self._readout.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._readout.hide()
        self._widget.scene().sigMouseMoved.connect(self._mouse_moved)
        self._widget.viewport().installEventFilter(self)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        layout.addLayout(header)
        layout.addWidget(self._widget, 1)
        self.setMinimumSize(px(260), 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.set_colors(colors)

    # ------------------------------------------------------------ what to show

    def set_colors(self, colors: ChartColors) -> None:
        self._colors = colors
        self._widget.setBackground(QColor(colors.background))
        font = QFont(self.font())
        font.setPixelSize(px(11))
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setTextPen(colors.muted)
            axis.setPen(colors.grid)
            axis.setTickFont(font)
            axis.setStyle(tickLength=0, tickTextOffset=6)
            cache_axis(axis)
        self._plot.getAxis("left").setGrid(180)
        self._plot.getAxis("left").setWidth(px(44))
        self._cross.setPen(pg.mkPen(colors.muted, style=Qt.PenStyle.DashLine))
        self.refresh()

    def set_view(self, view: ChartView) -> None:
        changed_axis = view.by_epoch != self._view.by_epoch or view.log_y != self._view.log_y
        self._view = view
        self._plot.getAxis("left").setLogMode(view.log_y)
        if changed_axis:
            self._right = 1.0
            self.follow(True)
        self.refresh()

    def set_runs(self, runs: tuple[ShownRun, ...]) -> None:
        """The runs to draw, the current one first."""
        self._runs = runs
        self._right = 1.0
        self.refresh()

    def set_live(self, live: bool) -> None:
        """While values arrive there is room for the next ones; afterwards the curves fill it."""
        self._step = RANGE_STEP if live else 1.0
        self._right = 1.0
        self.refresh()

    def follow(self, following: bool) -> None:
        if following != self.following:
            self.following = following
            self.follow_changed.emit(following)
        if following:
            self.refresh()

    # ------------------------------------------------------------ drawing

    def refresh(self) -> None:
        """Bring every curve up to date for the range in view."""
        if self.following:
            self._follow_range()
        (left, right), _ = self._box.viewRange()
        budget = max(200, self._widget.width())
        strokes: list[Stroke] = []
        marks: list[Mark] = []
        # The current run is first in the list and drawn last, on top.
        for run in reversed(self._runs):
            strokes += self._strokes_of(run, left, right, budget, marks)
        self._layer.set_strokes(strokes, marks)
        if self.following:
            self._follow_height(strokes)
        self._draw_legend()

    def repaint_now(self) -> None:
        """Paint at once instead of at the next event loop turn (for measuring)."""
        self._widget.viewport().repaint()

    def _strokes_of(
        self,
        run: ShownRun,
        left: float,
        right: float,
        budget: int,
        marks: list[Mark],
    ) -> list[Stroke]:
        """Raw and smoothed batches, or epochs; then validation. Adds the best epoch to `marks`."""
        strokes: list[Stroke] = []
        series = run.curves.batch.get(self.metric_name)
        smoothing = self._view.smoothing
        if series is not None and len(series) and not self._view.by_epoch:
            faint = QColor(run.color)
            faint.setAlpha(70 if smoothing else 255)
            strokes.append(self._stroke(series.envelope(left, right, budget), faint, thin=True))
            if smoothing:
                xy = series.smoothed(left, right, smoothing, budget)
                strokes.append(self._stroke(xy, QColor(run.color)))
        elif (epoch := run.curves.epoch.get(self.metric_name)) is not None:
            strokes.append(self._stroke(epoch.xy(self._view.by_epoch), QColor(run.color), width=2))
        validation = run.curves.epoch.get(VALIDATION_PREFIX + self.metric_name)
        if validation is not None:
            color = self._colors.validation if run is self._runs[0] else run.color
            x, y = validation.xy(self._view.by_epoch)
            strokes.append(self._stroke((x, y), QColor(color), width=2, dashed=True))
            for number, batches in run.curves.best_epochs[-1:]:
                at = number if self._view.by_epoch else batches
                found = np.flatnonzero(x == at)
                height = float(self._scaled(y[found])[0]) if len(found) else math.nan
                if math.isfinite(height):
                    marks.append(Mark(float(at), height, QColor(color)))
        return strokes

    def _stroke(
        self,
        xy: tuple[Floats, Floats],
        color: QColor,
        width: float = 1,
        dashed: bool = False,
        thin: bool = False,
    ) -> Stroke:
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        pen = pg.mkPen(color, width=width, style=style)
        return Stroke(xy[0], self._scaled(xy[1]), pen, smooth_edges=not thin)

    def _scaled(self, y: Floats) -> Floats:
        if not self._view.log_y:
            return y
        out = np.full(len(y), np.nan)
        np.log10(y, out=out, where=y > 0)
        return out

    def _follow_range(self) -> None:
        newest = 1.0
        for run in self._runs:
            series = run.curves.batch.get(self.metric_name)
            if series is not None and not self._view.by_epoch:
                newest = max(newest, len(series))
            for name in (self.metric_name, VALIDATION_PREFIX + self.metric_name):
                if curve := run.curves.epoch.get(name):
                    newest = max(newest, curve.xy(self._view.by_epoch)[0].max())
        left = 1.0 if self._view.by_epoch else 0.0
        if newest > self._right or self._right > newest * RANGE_STEP**2:
            self._right = max(left + 1.0, newest * (1.0 if newest < 3 else self._step))
        self._box.setXRange(left, self._right, padding=0.0)

    def _follow_height(self, strokes: list[Stroke]) -> None:
        lows, highs = [], []
        # Raw batches are noisy: they set the height only where nothing smoother is drawn.
        calm = [stroke for stroke in strokes if stroke.smooth_edges and len(stroke.y) > 5]
        for stroke in calm or strokes:
            y = stroke.y[np.isfinite(stroke.y)]
            if len(y):
                lows.append(float(y.min()))
                highs.append(float(y.max()))
        if not lows:
            self._box.setYRange(0.0, 1.0, padding=0.02)
            return
        low, high = min(lows), max(highs)
        if not self._view.log_y and low >= 0 and high <= 1.0 and high > 0.3:
            low, high = 0.0, 1.0
        elif not self._view.log_y and 0 <= low < 0.4 * high:
            low = 0.0
        if high - low < 1e-12:
            low, high = low - 0.5, high + 0.5
        (_, _), (old_low, old_high) = self._box.viewRange()
        margin = 0.05 * (high - low)
        inside = low >= old_low and high <= old_high and (old_high - old_low) < 1.6 * (high - low)
        if not inside:
            self._box.setYRange(low, high + margin, padding=0.0)

    def _draw_legend(self) -> None:
        parts = []
        for run in self._runs[:1]:
            if (value := run.curves.last(self.metric_name)) is not None:
                parts.append(_key(run.color, "train", value))
            if (value := run.curves.last(VALIDATION_PREFIX + self.metric_name)) is not None:
                parts.append(_key(self._colors.validation, "val", value))
        parts += [
            f'<span style="color:{run.color}">●</span> {run.label}' for run in self._runs[1:4]
        ]
        text = "&nbsp;&nbsp;".join(parts)
        if text != self._legend.text():
            self._legend.setText(text)
            self._fit_title()

    def _fit_title(self) -> None:
        room = self.width() - self._legend.sizeHint().width() - 40
        metrics = self._title.fontMetrics()
        self._title.setText(metrics.elidedText(self.title, Qt.TextElideMode.ElideRight, room))

    # ------------------------------------------------------------ pointing

    def show_cross(self, x: float | None) -> None:
        """The dashed line at `x` and the values there; None hides both."""
        if x is None:
            self._cross.hide()
            self._readout.hide()
            return
        lines = []
        for run in self._runs:
            train, validation = self._values_at(run, x)
            if train is not None:
                label = run.label if len(self._runs) > 1 else "train"
                lines.append(_key(run.color, label, train))
            if validation is not None:
                first = run is self._runs[0]
                label = f"{run.label} val" if len(self._runs) > 1 else "val"
                lines.append(
                    _key(self._colors.validation if first else run.color, label, validation)
                )
        if not lines:
            self.show_cross(None)
            return
        unit = "epoch" if self._view.by_epoch else "batch"
        self._readout.setText(f"{unit} {x:,.0f}<br>" + "<br>".join(lines))
        self._readout.adjustSize()
        at = self._box.mapViewToScene(QPointF(x, 0.0)).x()
        left = at + 10
        if left + self._readout.width() > self._widget.width():
            left = at - 10 - self._readout.width()
        self._readout.move(int(max(0, left)), 8)
        self._readout.show()
        self._readout.raise_()
        self._cross.setPos(x)
        self._cross.show()

    def _values_at(self, run: ShownRun, x: float) -> tuple[float | None, float | None]:
        train: float | None = None
        series = run.curves.batch.get(self.metric_name)
        if series is not None and not self._view.by_epoch:
            index = round(x)
            if 0 <= index < len(series) and np.isfinite(series.values[index]):
                train = float(series.values[index])
        else:
            train = self._nearest(run.curves.epoch.get(self.metric_name), x)
        return train, self._nearest(run.curves.epoch.get(VALIDATION_PREFIX + self.metric_name), x)

    def _nearest(self, curve: EpochCurve | None, x: float) -> float | None:
        if curve is None:
            return None
        at, y = curve.xy(self._view.by_epoch)
        if len(at) == 0 or x > at[-1] + (at[-1] - at[0]) / max(1, len(at)):
            return None
        return float(y[int(np.abs(at - x).argmin())])

    def _mouse_moved(self, position: QPointF) -> None:
        if not self._plot.sceneBoundingRect().contains(position):
            self.pointed_at.emit(None)
            return
        x = self._box.mapSceneToView(position).x()
        self.pointed_at.emit(float(round(x)) if x >= 0 else None)

    def _moved_by_hand(self, *_: object) -> None:
        self.follow(False)
        self.refresh()

    # ------------------------------------------------------------ Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_title()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self.follow(True)
        elif event.type() == QEvent.Type.Leave:
            self.pointed_at.emit(None)
        return super().eventFilter(watched, event)


def _key(color: str, label: str, value: float) -> str:
    return f'<span style="color:{color}">●</span> {label} {number_text(value)}'


def number_text(value: float) -> str:
    """Four significant digits at most, as people write them."""
    if value != 0 and (abs(value) < 1e-3 or abs(value) >= 1e5):
        return f"{value:.2e}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.4g}"
