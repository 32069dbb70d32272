"""Live plots of the current run, with earlier runs laid over them by a tick."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSlider,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kerasstudio.graph.problems import Problem
from kerasstudio.runtime.curves import read_epochs, read_points
from kerasstudio.runtime.protocol import EpochEnded, Points
from kerasstudio.ui.charts.curve_table import write_curves
from kerasstudio.ui.charts.curves import Curves
from kerasstudio.ui.charts.metric_plot import ChartColors, ChartView, MetricPlot, ShownRun
from kerasstudio.ui.charts.run_list import RunLine, RunList
from kerasstudio.ui.tasks import Tasks
from kerasstudio.ui.theme import px

REFRESH_MS = 33
EMPTY_TEXT = "Press Train. Loss and metrics appear here while the model learns."


class ChartsPanel(QWidget):
    """Knows runs by a key (their folder). The owner says which runs there are (`set_runs`) and
    which is current (`set_current`), and passes on points and epochs as they arrive.

    `failed` is called with a sentence when a file cannot be read or written.
    """

    def __init__(self, colors: ChartColors, failed: Callable[[str], None]) -> None:
        super().__init__()
        self._colors = colors
        self._failed = failed
        self._view = ChartView()
        self._curves: dict[str, Curves] = {}
        self._lines: tuple[RunLine, ...] = ()
        self._ticked: frozenset[str] = frozenset()
        self._current: str | None = None
        self._plots: dict[str, MetricPlot] = {}
        self._tasks = Tasks(self)
        self._dirty = False
        self._live = False
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._tick)

        self._runs = RunList()
        self._runs.setFixedWidth(px(330))
        self._runs.ticked_changed.connect(self._ticks_changed)
        self._plot_row = QHBoxLayout()
        self._plot_row.setContentsMargins(0, 0, 0, 0)
        self._plot_row.setSpacing(12)
        self._plot_area = QWidget()
        self._plot_area.setLayout(self._plot_row)
        scroll = QScrollArea()
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._plot_area)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setMinimumHeight(130)
        empty = QLabel(EMPTY_TEXT)
        empty.setObjectName("emptyText")
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setWordWrap(True)
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(scroll)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._stack, 1)
        row.addWidget(self._runs)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(self._make_controls())
        layout.addLayout(row, 1)
        self._runs.hide()

    # ------------------------------------------------------------ runs

    def set_runs(self, lines: list[RunLine]) -> None:
        """The runs of the project, the newest first."""
        self._lines = tuple(lines)
        known = {line.key for line in lines}
        self._ticked &= known
        self._runs.setVisible(bool(lines))
        self._runs.show_runs(lines, self._ticked)
        self._load_missing()
        self._update_plots()

    def set_current(self, key: str | None) -> None:
        """Start (or switch to) the run whose values arrive; it is ticked and drawn on top."""
        self._current = key
        if key is not None:
            self._curves.setdefault(key, Curves())
            self._ticked |= {key}
        self._runs.show_runs(list(self._lines), self._ticked)
        self._live = key is not None
        for plot in self._plots.values():
            plot.set_live(self._live)
            plot.follow(True)
        self._update_plots()

    def add_points(self, key: str, points: Points) -> None:
        self._curves.setdefault(key, Curves()).add_points(points)
        self._mark_dirty()

    def add_epoch(self, key: str, ended: EpochEnded) -> None:
        self._curves.setdefault(key, Curves()).add_epoch(ended)
        self._mark_dirty()

    def run_ended(self) -> None:
        """No more values come: let the curves fill the plots."""
        self._live = False
        for plot in self._plots.values():
            plot.set_live(False)

    def curves(self, key: str) -> Curves | None:
        return self._curves.get(key)

    def set_colors(self, colors: ChartColors) -> None:
        self._colors = colors
        for plot in self._plots.values():
            plot.set_colors(colors)

    def close_files(self) -> None:
        """Wait for reading and writing (at the end of the program)."""
        self._tasks.wait()

    # ------------------------------------------------------------ drawing

    def _mark_dirty(self) -> None:
        self._dirty = True
        if not self._timer.isActive() and self.isVisible():
            self._timer.start()

    def _tick(self) -> None:
        if not self._dirty or not self.isVisible():
            self._timer.stop()
            return
        self._dirty = False
        if set(self._wanted_metrics()) != set(self._plots):
            self._update_plots()
        for plot in self._plots.values():
            if plot.isVisible() and not plot.visibleRegion().isEmpty():
                plot.refresh()

    def _shown(self) -> tuple[ShownRun, ...]:
        by_key = {line.key: line for line in self._lines}
        keys = [key for key in (self._current,) if key in self._ticked and key in self._curves]
        keys += [
            line.key
            for line in self._lines
            if line.key in self._ticked and line.key in self._curves and line.key != self._current
        ]
        shown = []
        for key in keys:
            line = by_key.get(key)
            label = line.label if line else "this run"
            color = line.color if line else self._colors.runs[0]
            shown.append(ShownRun(key, label, color, self._curves[key]))
        return tuple(shown)

    def _wanted_metrics(self) -> list[str]:
        names: dict[str, None] = {}
        for run in self._shown():
            names.update(dict.fromkeys(run.curves.metrics()))
        return list(names)

    def _update_plots(self) -> None:
        """Make, order and remove plots, then show the ticked runs in all of them."""
        metrics = self._wanted_metrics()
        for metric in [metric for metric in self._plots if metric not in metrics]:
            plot = self._plots.pop(metric)
            self._plot_row.removeWidget(plot)
            plot.deleteLater()
        for position, metric in enumerate(metrics):
            if metric not in self._plots:
                self._plots[metric] = self._make_plot(metric)
            self._plot_row.insertWidget(position, self._plots[metric])
        shown = self._shown()
        for plot in self._plots.values():
            plot.set_runs(shown)
        self._stack.setCurrentIndex(1 if metrics else 0)
        self._show_following()

    def _make_plot(self, metric: str) -> MetricPlot:
        plot = MetricPlot(metric, metric.replace("_", " "), self._colors)
        plot.set_view(self._view)
        plot.set_live(self._live)
        plot.pointed_at.connect(self._point_at)
        plot.follow_changed.connect(self._show_following)
        return plot

    def _point_at(self, x: float | None) -> None:
        for plot in self._plots.values():
            plot.show_cross(x)

    # ------------------------------------------------------------ controls

    def _make_controls(self) -> QHBoxLayout:
        self._follow = QPushButton("Follow")
        self._follow.setCheckable(True)
        self._follow.setChecked(True)
        self._follow.setToolTip(
            "Keep the newest values in view. A double-click on a plot does too."
        )
        self._follow.clicked.connect(self._follow_clicked)
        self._smoothing = QSlider(Qt.Orientation.Horizontal)
        self._smoothing.setRange(0, 99)
        self._smoothing.setValue(round(self._view.smoothing * 100))
        self._smoothing.setFixedWidth(110)
        self._smoothing.setAccessibleName("Smoothing")
        self._smoothing.setToolTip(
            "Exponential moving average of the batch values; the pale line is what was measured."
        )
        self._smoothing_text = QLabel()
        self._smoothing_text.setMinimumWidth(px(28))
        self._smoothing.valueChanged.connect(self._view_changed)
        self._axis = QComboBox()
        self._axis.addItems(["x: batch", "x: epoch"])
        self._axis.setAccessibleName("Horizontal axis")
        self._axis.currentIndexChanged.connect(self._view_changed)
        self._log = QCheckBox("log y")
        self._log.toggled.connect(self._view_changed)
        self._export = QToolButton()
        self._export.setText("Export")
        self._export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._export)
        menu.addAction("Plots as PNG…", self._export_png)
        menu.addAction("Values as CSV…", self._export_csv)
        menu.addAction("Copy plots", self._copy)
        self._export.setMenu(menu)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self._follow)
        row.addSpacing(8)
        row.addWidget(QLabel("smoothing"))
        row.addWidget(self._smoothing)
        row.addWidget(self._smoothing_text)
        row.addWidget(self._axis)
        row.addWidget(self._log)
        row.addWidget(self._export)
        self._smoothing_text.setText(f"{self._view.smoothing:.2f}")
        return row

    def _view_changed(self) -> None:
        self._view = ChartView(
            smoothing=self._smoothing.value() / 100,
            by_epoch=self._axis.currentIndex() == 1,
            log_y=self._log.isChecked(),
        )
        self._smoothing_text.setText(f"{self._view.smoothing:.2f}")
        for plot in self._plots.values():
            plot.set_view(self._view)

    def _follow_clicked(self, checked: bool) -> None:
        for plot in self._plots.values():
            plot.follow(checked)

    def _show_following(self) -> None:
        self._follow.setChecked(all(plot.following for plot in self._plots.values()))

    def _ticks_changed(self, ticked: frozenset[str]) -> None:
        self._ticked = ticked
        self._load_missing()
        self._update_plots()

    # ------------------------------------------------------------ files

    def _load_missing(self) -> None:
        """Read the curves of ticked runs that are not here yet, in another thread."""
        for key in self._ticked - set(self._curves):
            self._curves[key] = Curves()
            self._tasks.run(partial(_read, Path(key)), partial(self._loaded, key), self._complain)

    def _loaded(self, key: str, curves: Curves) -> None:
        self._curves[key] = curves
        self._update_plots()

    def _complain(self, problem: Problem) -> None:
        self._failed(problem.message)

    def picture(self) -> QPixmap:
        """The plots as they look, at twice the resolution."""
        size = self._plot_area.size()
        pixmap = QPixmap(QSize(size.width() * 2, size.height() * 2))
        pixmap.setDevicePixelRatio(2.0)
        pixmap.fill(self._colors.background)
        self._plot_area.render(pixmap)
        return pixmap

    def _export_png(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, "Plots as PNG", "plots.png", "PNG (*.png)")
        if path and not self.picture().save(path, "PNG"):
            self._failed(f"The picture could not be written to {path}.")

    def _export_csv(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, "Values as CSV", "curves.csv", "CSV (*.csv)")
        if path:
            runs = [(run.label, run.curves.copy()) for run in self._shown()]
            self._tasks.run(partial(write_curves, Path(path), runs), failed=self._complain)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setPixmap(self.picture())

    # ------------------------------------------------------------ Qt

    def showEvent(self, event: QEvent) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._mark_dirty()


def _read(folder: Path) -> Curves:
    curves = Curves()
    for points in read_points(folder):
        curves.add_points(points)
    for ended in read_epochs(folder):
        curves.add_epoch(ended)
    return curves
