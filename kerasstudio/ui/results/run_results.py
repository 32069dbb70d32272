"""The results of a run, read from its folder in another thread."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from numpy.lib.npyio import NpzFile

from kerasstudio.graph.problems import StudioError
from kerasstudio.runtime.fitted_data import FittedData, load_fitted
from kerasstudio.ui.results.predictions_model import OutputPredictions

PREDICTIONS_FILE = "predictions.npz"


@dataclass(frozen=True)
class RunResults:
    """Predictions on the test part. `rows` are rows of the data file; `why_empty` says why there
    are none."""

    folder: str
    rows: npt.NDArray[np.int64]
    outputs: tuple[OutputPredictions, ...] = ()
    why_empty: str = ""


def read_results(folder: Path) -> RunResults:
    """Read `predictions.npz` with the class names of `data.json`. Raises `OSError`."""
    empty = np.empty(0, np.int64)
    path = folder / PREDICTIONS_FILE
    if not path.exists():
        return RunResults(str(folder), empty, (), "This run has not been evaluated.")
    try:
        fitted = load_fitted(folder)
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            names = [key.removesuffix(".predicted") for key in arrays if key.endswith(".predicted")]
            outputs = tuple(_output(name, arrays, fitted) for name in names)
            rows = arrays["row"] if "row" in arrays else np.arange(len(outputs[0].predicted))
            return RunResults(str(folder), rows.astype(np.int64), outputs)
    except (StudioError, zipfile.BadZipFile, ValueError, KeyError) as error:
        return RunResults(str(folder), empty, (), f"The predictions cannot be read: {error}")


def _output(name: str, arrays: NpzFile, fitted: FittedData) -> OutputPredictions:
    classes = fitted.output(name).classes or None
    scores = arrays.get(f"{name}.scores")
    if scores is not None and scores.ndim > 1:
        scores = scores.reshape(len(scores), -1).max(axis=1)
    predicted = arrays[f"{name}.predicted"]
    true = arrays[f"{name}.true"].reshape(predicted.shape)
    return OutputPredictions(name, true, predicted, scores, classes)


def confusion(output: OutputPredictions) -> npt.NDArray[np.int64]:
    """Counts by (true, predicted) class. Only for an Output with classes."""
    count = len(output.classes or ())
    counts = np.zeros((count, count), np.int64)
    true, predicted = output.true.astype(np.int64), output.predicted.astype(np.int64)
    known = (true >= 0) & (true < count) & (predicted >= 0) & (predicted < count)
    np.add.at(counts, (true[known], predicted[known]), 1)
    return counts
