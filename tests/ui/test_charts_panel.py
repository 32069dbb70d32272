"""The charts panel with the hand of a person: ticks, follow, axes, export."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kerasstudio.runtime.protocol import EpochEnded, Points, encode
from kerasstudio.ui.charts.charts_panel import ChartsPanel
from kerasstudio.ui.charts.curve_table import COLUMNS, write_curves
from kerasstudio.ui.charts.curves import Curves
from kerasstudio.ui.charts.metric_plot import ChartColors
from kerasstudio.ui.charts.run_list import RunLine

COLORS = ChartColors(
    "#171b22", "#e6e9ef", "#8b93a7", "#2a3040", "#ffb454", ("#6aa5ff", "#41d392", "#c58af9")
)


def points(first: int, count: int, **metrics: float) -> Points:
    values = {name: [value] * count for name, value in metrics.items()}
    return Points(0, first, values, 0, count)


@pytest.fixture
def panel(qtbot: QtBot) -> ChartsPanel:
    complaints: list[str] = []
    panel = ChartsPanel(COLORS, complaints.append)
    panel.complaints = complaints
    panel.resize(1200, 320)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def test_curves_appear_per_metric_with_the_loss_first(panel: ChartsPanel, qtbot: QtBot) -> None:
    panel.set_runs([RunLine("a", "1 running", COLORS.runs[0])])
    panel.set_current("a")
    panel.add_points("a", points(0, 10, accuracy=0.5, loss=1.0))
    qtbot.waitUntil(lambda: list(panel._plots) == ["loss", "accuracy"])
    panel.add_epoch("a", EpochEnded(0, 0, {"loss": 1.0, "val_loss": 1.1}, 1.0, 10))
    qtbot.waitUntil(lambda: "val 1.100" in panel._plots["loss"]._legend.text())


def test_a_continued_run_keeps_each_batch_once() -> None:
    curves = Curves()
    curves.add_points(points(0, 10, loss=1.0))
    curves.add_points(points(5, 10, loss=2.0))
    assert curves.batch["loss"].values.tolist() == [1.0] * 10 + [2.0] * 5


def test_gaps_are_no_numbers() -> None:
    curves = Curves()
    curves.add_points(Points(0, 0, {"loss": [1.0, None, 3.0]}, 0, 3))
    assert np.isnan(curves.batch["loss"].values[1])
    assert curves.last("loss") == 3.0


def test_zoom_by_hand_holds_while_data_arrives(panel: ChartsPanel, qtbot: QtBot) -> None:
    panel.set_runs([RunLine("a", "1", COLORS.runs[0])])
    panel.set_current("a")
    panel.add_points("a", points(0, 100, loss=1.0))
    qtbot.waitUntil(lambda: "loss" in panel._plots)
    plot = panel._plots["loss"]
    assert panel._follow.isChecked()
    view = plot._widget.viewport()
    where = QPointF(view.rect().center())
    wheel = QWheelEvent(
        where,
        QPointF(view.mapToGlobal(where.toPoint())),
        QPoint(0, 0),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, wheel)
    assert not panel._follow.isChecked()
    held = plot._box.viewRange()
    panel.add_points("a", points(100, 500, loss=2.0))
    panel._tick()
    assert plot._box.viewRange() == held
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton)
    assert panel._follow.isChecked()
    assert plot._box.viewRange()[0][1] >= 600


def test_ticks_overlay_an_earlier_run_read_from_its_folder(
    panel: ChartsPanel, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "points.jsonl").write_bytes(encode(points(0, 20, loss=0.5)))
    (tmp_path / "epochs.jsonl").write_bytes(
        encode(EpochEnded(0, 0, {"loss": 0.5, "val_loss": 0.6}, 1.0, 20))
    )
    earlier = str(tmp_path)
    panel.set_runs([RunLine("a", "2", COLORS.runs[0]), RunLine(earlier, "1", COLORS.runs[1])])
    panel.set_current("a")
    panel.add_points("a", points(0, 10, loss=1.0))
    panel._runs._cell(1, 0).setCheckState(Qt.CheckState.Checked)
    qtbot.waitUntil(lambda: len((panel.curves(earlier) or Curves()).batch) == 1)
    qtbot.waitUntil(lambda: [run.label for run in panel._shown()] == ["2", "1"])
    panel._runs._cell(1, 0).setCheckState(Qt.CheckState.Unchecked)
    assert [run.label for run in panel._shown()] == ["2"]


def test_a_missing_folder_draws_nothing_and_does_not_fail(
    panel: ChartsPanel, qtbot: QtBot, tmp_path: Path
) -> None:
    gone = str(tmp_path / "gone")
    panel.set_runs([RunLine(gone, "1", COLORS.runs[0])])
    panel._runs._cell(0, 0).setCheckState(Qt.CheckState.Checked)
    qtbot.waitUntil(lambda: not panel._tasks.busy)
    assert panel.complaints == []
    assert panel._wanted_metrics() == []


def test_log_axis_leaves_out_what_has_no_logarithm(panel: ChartsPanel, qtbot: QtBot) -> None:
    panel.set_runs([RunLine("a", "1", COLORS.runs[0])])
    panel.set_current("a")
    panel.add_points("a", Points(0, 0, {"loss": [10.0, 0.0, -1.0, 1000.0]}, 0, 4))
    qtbot.waitUntil(lambda: "loss" in panel._plots)
    qtbot.mouseClick(panel._log, Qt.MouseButton.LeftButton)
    panel._smoothing.setValue(0)
    (stroke, _), *_ = panel._plots["loss"]._layer._strokes
    assert stroke.y[0] == pytest.approx(1.0)
    assert np.isnan(stroke.y[1:3]).all()
    assert stroke.y[3] == pytest.approx(3.0)


def test_the_cross_shows_values_of_the_batch(panel: ChartsPanel, qtbot: QtBot) -> None:
    panel.set_runs([RunLine("a", "1", COLORS.runs[0])])
    panel.set_current("a")
    panel.add_points("a", Points(0, 0, {"loss": [0.25, 0.5, 0.75]}, 0, 3))
    qtbot.waitUntil(lambda: "loss" in panel._plots)
    panel._point_at(1.0)
    assert "0.500" in panel._plots["loss"]._readout.text()
    panel._point_at(None)
    assert not panel._plots["loss"]._readout.isVisible()


def test_csv_holds_every_value(tmp_path: Path) -> None:
    curves = Curves()
    curves.add_points(Points(0, 0, {"loss": [1.0, None, 0.1]}, 0, 3))
    curves.add_epoch(EpochEnded(0, 0, {"val_loss": 0.2}, 1.0, 3))
    path = tmp_path / "curves.csv"
    assert write_curves(path, [("run 1", curves)]) == 3
    with path.open() as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == COLUMNS
    assert rows[1:] == [
        ["run 1", "batch", "", "0", "loss", "1.0"],
        ["run 1", "batch", "", "2", "loss", "0.1"],
        ["run 1", "epoch", "1", "3", "val_loss", "0.2"],
    ]


def test_a_folder_that_cannot_be_written_leaves_no_half_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_curves(tmp_path / "no" / "curves.csv", [("1", Curves())])
    assert list(tmp_path.iterdir()) == []


def test_picture_is_twice_as_sharp(panel: ChartsPanel, qtbot: QtBot) -> None:
    panel.set_runs([RunLine("a", "1", COLORS.runs[0])])
    panel.set_current("a")
    panel.add_points("a", points(0, 10, loss=1.0))
    qtbot.waitUntil(lambda: "loss" in panel._plots)
    assert panel.picture().devicePixelRatio() == 2.0
