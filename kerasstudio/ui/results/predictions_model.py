"""The predictions of a run as a table: one row a sample, worst first on demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


@dataclass(frozen=True)
class OutputPredictions:
    """One Output: `true` and `predicted` have one entry a sample (class indices when `classes` is
    given, otherwise values, several columns flattened); `scores` the winning class's score."""

    name: str
    true: npt.NDArray[np.generic]
    predicted: npt.NDArray[np.generic]
    scores: npt.NDArray[np.floating] | None = None
    classes: tuple[str, ...] | None = None

    @property
    def error(self) -> npt.NDArray[np.float64]:
        """How wrong each sample is: for classes 1 + score when wrong and 1 - score when right, for
        numbers the largest absolute difference."""
        if self.classes is not None:
            wrong: npt.NDArray[np.float64] = np.not_equal(self.true, self.predicted).astype(
                np.float64
            )
            if self.scores is None:
                return wrong
            badness: npt.NDArray[np.float64] = np.where(
                wrong > 0, 1.0 + self.scores, 1.0 - self.scores
            ).astype(np.float64)
            return badness
        difference = np.abs(self.true.astype(np.float64) - self.predicted.astype(np.float64))
        largest: npt.NDArray[np.float64] = difference.reshape(len(difference), -1).max(axis=1)
        return largest

    def text(self, values: npt.NDArray[np.generic], index: int) -> str:
        if self.classes is not None:
            number = int(values[index])
            return self.classes[number] if 0 <= number < len(self.classes) else str(number)
        flat = np.atleast_1d(values[index]).ravel()
        shown = ", ".join(f"{float(value):.5g}" for value in flat[:4])
        return shown + (", …" if len(flat) > 4 else "")


class PredictionsModel(QAbstractTableModel):
    """Columns: file row, then true, predicted and score (or error) of each Output."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._outputs: tuple[OutputPredictions, ...] = ()
        self._order: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._headers: tuple[str, ...] = ()

    def show_predictions(
        self, rows: npt.NDArray[np.int64], outputs: tuple[OutputPredictions, ...]
    ) -> None:
        self.beginResetModel()
        self._rows, self._outputs = rows, outputs
        self._order = np.arange(len(rows))
        headers = ["row"]
        for output in outputs:
            before = f"{output.name} " if len(outputs) > 1 else ""
            last = "score" if output.classes is not None else "error"
            headers += [f"{before}true", f"{before}predicted", f"{before}{last}"]
        self._headers = tuple(headers)
        self.endResetModel()

    def filter(
        self,
        output: int = 0,
        true: int | None = None,
        predicted: int | None = None,
        wrong_only: bool = False,
    ) -> None:
        """Show the samples of one confusion cell, or only the wrong ones, worst first."""
        if not self._outputs:
            return
        chosen = self._outputs[output]
        keep = np.ones(len(self._rows), bool)
        if true is not None:
            keep &= chosen.true == true
        if predicted is not None:
            keep &= chosen.predicted == predicted
        if wrong_only and chosen.classes is not None:
            keep &= chosen.true != chosen.predicted
        self.beginResetModel()
        found = np.flatnonzero(keep)
        self._order = found[np.argsort(-chosen.error[found], kind="stable")]
        self.endResetModel()

    def _cell(self, row: int, column: int) -> str:
        sample = int(self._order[row])
        if column == 0:
            return str(int(self._rows[sample]))
        output = self._outputs[(column - 1) // 3]
        part = (column - 1) % 3
        if part == 0:
            return output.text(output.true, sample)
        if part == 1:
            return output.text(output.predicted, sample)
        if output.classes is None:
            return f"{output.error[sample]:.4g}"
        return "–" if output.scores is None else f"{float(output.scores[sample]):.3f}"

    def is_wrong(self, row: int) -> bool:
        sample = int(self._order[row])
        return any(
            output.classes is not None and output.true[sample] != output.predicted[sample]
            for output in self._outputs
        )

    # ------------------------------------------------------------ Qt

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._headers)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(index.row(), index.column())
        if role == Qt.ItemDataRole.UserRole:
            return self.is_wrong(index.row())
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self._headers[section]
        return None
