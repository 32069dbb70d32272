"""The Results page's pieces: reading a run folder, the matrix, the table."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from kerasstudio.runtime.fitted_data import FittedData, FittedPort, save_fitted
from kerasstudio.runtime.runs import RunRecord
from kerasstudio.ui.results.confusion_matrix import ConfusionMatrix, MatrixColors
from kerasstudio.ui.results.predictions_model import OutputPredictions, PredictionsModel
from kerasstudio.ui.results.run_results import confusion, read_results
from kerasstudio.ui.results.runs_table import RunRow, ago, row_texts

COLORS = MatrixColors("#888", "#000", "#fff", "#48f", "#c57", "#223", "#fb5")
CLASSES = ("cat", "dog", "owl")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    port = FittedPort("l9", "animal", ("kind",), (), "int32", CLASSES)
    save_fitted(tmp_path, FittedData(outputs=(port,)))
    np.savez(
        tmp_path / "predictions.npz",
        **{
            "row": np.array([5, 9, 11, 12]),
            "animal.true": np.array([0, 1, 2, 2]),
            "animal.predicted": np.array([0, 2, 2, 1]),
            "animal.scores": np.array([[0.9, 0.1, 0.0], [0.1, 0.2, 0.7], [0, 0, 1], [0, 0.6, 0.4]]),
        },
    )
    return tmp_path


def test_results_are_read_with_class_names(folder: Path) -> None:
    results = read_results(folder)
    (output,) = results.outputs
    assert output.classes == CLASSES
    assert output.scores is not None
    assert output.scores.tolist() == [0.9, 0.7, 1.0, 0.6]
    assert confusion(output).tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 1]]


def test_a_run_without_or_with_broken_predictions_says_so(folder: Path) -> None:
    (folder / "predictions.npz").write_bytes(b"PK\x03\x04 cut off")
    assert "cannot be read" in read_results(folder).why_empty
    (folder / "predictions.npz").unlink()
    assert "not been evaluated" in read_results(folder).why_empty


def test_worst_first_and_one_cell(folder: Path) -> None:
    results = read_results(folder)
    model = PredictionsModel()
    model.show_predictions(results.rows, results.outputs)
    model.filter()
    rows = [model.data(model.index(row, 0)) for row in range(model.rowCount())]
    assert rows == ["9", "12", "5", "11"]
    model.filter(true=1, predicted=2)
    assert model.rowCount() == 1
    assert [model.data(model.index(0, column)) for column in range(4)] == [
        "9",
        "dog",
        "owl",
        "0.700",
    ]
    model.filter(wrong_only=True)
    assert model.rowCount() == 2


def test_regression_errors_are_differences() -> None:
    output = OutputPredictions("y", np.array([[1.0], [2.0]]), np.array([[1.5], [0.0]]))
    assert output.error.tolist() == [0.5, 2.0]
    model = PredictionsModel()
    model.show_predictions(np.array([2, 3]), (output,))
    model.filter()
    assert model.data(model.index(0, 3)) == "2"


def test_a_click_on_a_cell_chooses_it_and_again_takes_it_back(qtbot: QtBot) -> None:
    matrix = ConfusionMatrix(COLORS)
    matrix.resize(400, 400)
    qtbot.addWidget(matrix)
    matrix.show_counts(CLASSES, [[3, 1, 0], [0, 4, 0], [0, 0, 5]])
    chosen: list[tuple[int, int]] = []
    matrix.cell_chosen.connect(lambda true, predicted: chosen.append((true, predicted)))
    left, top, size = matrix._grid()
    cell = QPoint(int(left + 1.5 * size), int(top + 0.5 * size))
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=cell)
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=cell)
    qtbot.keyClick(matrix, Qt.Key.Key_Down)
    qtbot.keyClick(matrix, Qt.Key.Key_Down)
    assert chosen == [(0, 1), (-1, -1), (0, 0), (1, 0)]
    assert matrix.sentence(0, 1) == "cat: 1 taken for dog (25% of its 4)"


def test_row_texts() -> None:
    record = RunRecord(
        number=4,
        status="stopped",
        test={"loss": 0.2, "accuracy": 0.957},
        history={"val_loss": [0.5, None, 0.25]},
        parameters=10_034,
        epochs_done=7,
        steps_per_second=207.3,
        seed=42,
    )
    texts = row_texts(RunRow(record, ("conv_a.filters 16 → 32",)))
    assert texts[:6] == (
        "4 stopped",
        "conv_a.filters 16 → 32",
        "val_loss 0.250",
        "accuracy 0.957",
        "10.0 k",
        "7",
    )


@pytest.mark.parametrize(
    ("when", "text"),
    [
        ("2026-01-01T11:59:30+00:00", "30 s ago"),
        ("2026-01-01T11:30:00+00:00", "30 min ago"),
        ("2026-01-01T02:00:00+00:00", "10 h ago"),
        ("2025-12-25T12:00:00+00:00", "7 days ago"),
        ("", "–"),
    ],
)
def test_ago(when: str, text: str) -> None:
    assert ago(when, datetime(2026, 1, 1, 12, tzinfo=UTC)) == text
